//go:build linux

package programtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newTowers is a home directory with n providers, each with an identity, a directory of its own
// and a session.
func newTowers(tb testing.TB, n int) scene {
	tb.Helper()
	s := scene{home: tb.TempDir()}
	var providers, identities strings.Builder
	for i := range n {
		fmt.Fprintf(&providers, "    sso-%d: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://p%[1]d.example/start}\n", i)
		fmt.Fprintf(&identities, "    team-%d: {kind: aws/permission-set, via: {provider: sso-%[1]d}}\n", i)
		dir := fmt.Sprintf(".config/atmos/acme/aws/sso-%d/", i)
		s.write(tb, dir+"credentials", credentialsOf(fmt.Sprintf("team-%d", i)))
		s.write(tb, dir+"config", profilesOf(fmt.Sprintf("team-%d", i)))
	}
	s.write(tb, "project/atmos.yaml", "auth:\n  realm: acme\n  providers:\n"+providers.String()+"  identities:\n"+identities.String())
	return s
}

// readOnly are the commands that only look.
var readOnly = [][]string{{"credclean", "status"}, {"credclean", "logout", "--all", "--dry-run"}}

// calls counts the system calls of a command, of all its threads.
func (s scene) calls(t *testing.T, which string, args []string) (n int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "trace")
	code, out := s.run(t, append([]string{"strace", "-f", "-qq", "-o", file, "-e", "trace=" + which, "-e", "signal=none"}, args...)...)
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, out)
	}
	trace, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(trace)) {
		if !strings.Contains(line, " resumed>") {
			n++
		}
	}
	return n
}

// The machine is looked at once: what a provider costs does not grow with how many there are, and
// is little.
func TestCallsOfProviders(t *testing.T) {
	const providers, most = 1000, 12
	s := newTowers(t, providers)
	for _, line := range readOnly {
		if n := s.calls(t, "lstat,newfstatat", line); n > providers*most || n < providers {
			t.Errorf("%q: %d calls, %.1f a provider", line, n, float64(n)/providers)
		}
	}
}

// What other programs, or other parts of Atmos, keep below its directories is not looked at.
func TestCallsOfStrangers(t *testing.T) {
	const files = 100_000
	const some = 3 // the runtime's own calls are not always as many
	profile := ".local/share/atmos/console/sessions/0123456789abcdef"
	dirs := []string{".cache/atmos/toolchain", ".cache/atmos/stacks", ".local/share/atmos/toolchain", profile}
	s := newScene(t)
	for _, dir := range dirs {
		s.write(t, dir+"/bin/tool", "")
	}
	var before []int
	for _, line := range readOnly {
		before = append(before, s.calls(t, "%file,getdents64", line))
	}
	for i := range files {
		dir := filepath.Join(s.home, dirs[i%len(dirs)], "bin", fmt.Sprint(i%100))
		if i < 100*len(dirs) {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(fmt.Sprintf("%s/%d", dir, i), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, line := range readOnly {
		n := s.calls(t, "%file,getdents64", line)
		if n < before[i]-some || n > before[i]+some {
			t.Errorf("%q: %d calls, and %d with %d more files", line, before[i], n, files)
		}
	}
}
