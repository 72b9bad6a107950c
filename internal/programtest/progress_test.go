//go:build linux

package programtest

import (
	"errors"
	"io"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// How far a long removal has come is seen in a terminal, and nowhere else.
func TestProgress(t *testing.T) {
	line := regexp.MustCompile(`\x1b\[KRemoving credentials\.\.\. 1 of \d+\r`)
	for name, tt := range map[string]struct {
		identities int
		args       string
		errTTY     bool
		want       bool
	}{
		"terminal":      {120, "logout --all --yes", true, true},
		"pipe":          {120, "logout --all --yes", false, false},
		"few":           {10, "logout --all --yes", true, false},
		"dry run":       {120, "logout --all --dry-run", true, false},
		"quiet":         {120, "logout --all --yes --quiet", true, false},
		"JSON":          {120, "logout --all --yes --json", true, false},
		"with a log":    {120, "logout --all --yes --logs-level debug", true, false},
		"dumb terminal": {120, "logout --all --yes TERM=dumb", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newCrowd(t, tt.identities)
			args, dumb := strings.CutSuffix(tt.args, " TERM=dumb")
			cmd := s.command(t, append([]string{"credclean"}, strings.Fields(args)...)...)
			if dumb {
				cmd.Env = append(cmd.Env, "TERM=dumb")
			}
			watch := onPipes
			if tt.errTTY {
				watch = onTerminal
			}
			out, errOut := watch(t, cmd)
			if got := line.MatchString(errOut); got != tt.want {
				t.Errorf("shown: %v, want %v: %q", got, tt.want, errOut)
			}
			if strings.Contains(out, "\x1b") || strings.Contains(out, " of ") {
				t.Errorf("standard output is %q", out)
			}
			if tt.want && !strings.HasSuffix(errOut, "\r\x1b[K") {
				t.Errorf("the line stays: %q", errOut)
			}
			left := slices.Collect(maps.Values(s.files(t)))
			found := slices.ContainsFunc(left, func(text string) bool { return strings.Contains(text, "secret-team-") })
			if found != (name == "dry run") {
				t.Errorf("secrets are left: %v", found)
			}
		})
	}
}

// onPipes runs a command whose output goes nowhere near a terminal.
func onPipes(t *testing.T, cmd *exec.Cmd) (out, errOut string) {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

// onTerminal runs a command whose standard error is a terminal.
func onTerminal(t *testing.T, cmd *exec.Cmd) (out, errOut string) {
	t.Helper()
	terminal, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, tty
	if err := errors.Join(cmd.Start(), tty.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(&stderr, terminal); err != nil && !errors.Is(err, syscall.EIO) {
		t.Fatal(err) // EIO is how a terminal ends
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	return stdout.String(), stderr.String()
}
