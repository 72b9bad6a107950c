//go:build unix

package audit_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/audit"
)

// trailVariable makes a test the other run of it: it holds the trail to write to.
const trailVariable = "AUDIT_TEST_TRAIL"

// another runs a test once more in a process of its own, from when start is
// closed. What wait returns is its error, with what it wrote.
func another(t *testing.T, path string) (start io.Closer, wait func() error) {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), exe, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), trailVariable+"="+path)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	start, err = cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	return start, func() error {
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("%w: %s", err, &output)
		}
		return nil
	}
}

// many is how many steps each of two runs writes.
const many = 150

// Two runs at once write whole lines, and each its own in order. Under wine they
// do not: there an append is two calls, a seek and a write.
func TestTwoRuns(t *testing.T) {
	t.Parallel()
	if path, ok := os.LookupEnv(trailVariable); ok {
		_, err := io.Copy(io.Discard, os.NewFile(uintptr(syscall.Stdin), "standard input"))
		must(t, err)
		writeMany(t, path)
		return
	}
	path := trailPath(t)
	start1, wait1 := another(t, path)
	start2, wait2 := another(t, path)
	must(t, errors.Join(start1.Close(), start2.Close()))
	must(t, errors.Join(wait1(), wait2()))
	next := make(map[any]int)
	for _, r := range records(t, path) {
		id, i := r["run_id"], next[r["run_id"]]
		next[id]++
		switch {
		case i < many && r["name"] == strconv.Itoa(i) && len(r["location"].(string)) == length(i):
		case i == many && r["record"] == "run" && cmp.Equal(r["steps"], map[string]any{"removed": float64(many)}):
		default:
			t.Fatalf("record %d of %v: %.300v", i, id, r)
		}
	}
	if len(next) != 2 {
		t.Errorf("records of %d runs, want 2", len(next))
	}
}

// length makes lines shorter and longer than a page.
func length(i int) int { return i % 7 * 1500 }

func writeMany(t *testing.T, path string) {
	t.Helper()
	trail, err := audit.Open(path, audit.Run{})
	must(t, err)
	for i := range many {
		trail.Step(audit.Step{Name: strconv.Itoa(i), Location: strings.Repeat("x", length(i)), Outcome: "removed"})
	}
	trail.Finish(audit.Summary{Outcome: "complete"})
	must(t, trail.Close())
}
