//go:build unix

package revoke_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/revoke"
)

// Ctrl-C ends the requests that are under way at once, and what came of the others stays.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	c := start(t, live, state)
	set(t, c, "hang-answer", portal)
	cmd := child(t, c, "60s", "", []file{live, state})
	got := finish(t, cmd, func() error {
		for end := time.Now().Add(5 * time.Second); len(c.Requests()) < 2 || len(c.Usable()) > 2; { // GitHub's token is gone
			if time.Sleep(time.Millisecond); time.Now().After(end) {
				return fmt.Errorf("requests %q, usable %q", c.Requests(), c.Usable())
			}
		}
		time.Sleep(100 * time.Millisecond) // for the answer to arrive
		return cmd.Process.Signal(os.Interrupt)
	})
	want := []ended{{"aws-sso", revoke.Failed, 0, false, "interrupted"}, {"org/sts", revoke.Revoked, 204, false, ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A file that is no file is not waited for.
func TestPipeOfCertificates(t *testing.T) {
	t.Parallel()
	c := start(t, live)
	pipe := t.TempDir() + "/pipe"
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	got := end(t, c, "5s", "SSL_CERT_FILE="+pipe, live)
	if got[0].Outcome != revoke.Failed || c.Asked() != nil {
		t.Errorf("%+v, asked for %q", got, c.Asked())
	}
}
