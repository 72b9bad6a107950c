//go:build linux

package programtest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/internal/keyringtest"
)

// shipped is the program as it is shipped. The one that other tests run is the
// test binary, whose packages differ.
func shipped(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "credclean")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-X github.com/credclean/credclean/internal/early.Version=1.2.3", "-o", file, module)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return file
}

// What needs no keyring asks none: no library dials a bus on its own, and
// nothing waits for one that never answers.
func TestStart(t *testing.T) {
	program := shipped(t)
	hung := keyringtest.NewHung(t)
	s := newScene(t)
	for _, flag := range []string{"--version", "--help"} {
		fastest := time.Hour
		for range 10 {
			cmd := s.command(t, program, flag)
			cmd.Env = append(cmd.Env, "DBUS_SESSION_BUS_ADDRESS="+hung.Address)
			start := time.Now()
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			fastest = min(fastest, time.Since(start))
		}
		if fastest > 100*time.Millisecond {
			t.Errorf("%s took %v", flag, fastest)
		}
	}
	if n := hung.Dialled(); n > 0 {
		t.Errorf("the bus was dialled %d times", n)
	}

	// A logout asks the bus, but waits for it only where a keyring is on disk.
	fastest := time.Hour
	for range 10 {
		s := newScene(t)
		cmd := s.command(t, program, "logout", "dev-admin")
		cmd.Env = append(cmd.Env, "DBUS_SESSION_BUS_ADDRESS="+hung.Address)
		start := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		fastest = min(fastest, time.Since(start))
		s.finish(t)
	}
	if fastest > 100*time.Millisecond {
		t.Errorf("a logout took %v", fastest)
	}
}

// A release tells its version before the packages are set up that a logout needs.
func TestVersionFirst(t *testing.T) {
	program := shipped(t)
	for line, early := range map[string]bool{"--version": true, "-v": true, "--version --no-color": false, "--help": false} {
		cmd := exec.CommandContext(t.Context(), program, strings.Fields(line)...)
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		var out, trace strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &trace
		if err := cmd.Run(); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if line != "--help" && out.String() != "credclean 1.2.3\n" {
			t.Errorf("%s prints %q", line, out.String())
		}
		for _, pkg := range []string{"gopkg.in/yaml", "net/http", "survey"} {
			if setUp := strings.Contains(trace.String(), pkg); setUp == early {
				t.Errorf("%s: %s is set up: %v\n%s", line, pkg, setUp, trace.String())
			}
		}
	}
}

// No command starts a process, nor does a library where no bus has an
// address and dbus-launch could make one; and starting alone connects to nothing.
func TestNoProcess(t *testing.T) {
	program := shipped(t)
	s := newScene(t)
	s.write(t, "bin/dbus-launch", "#!/bin/sh\ntouch \"$HOME/launched\"\n")
	if err := os.Chmod(filepath.Join(s.home, "bin/dbus-launch"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"--version", "--help", "status", "doctor", "logout --all --yes --dry-run", "logout dev-admin"} {
		file := filepath.Join(t.TempDir(), "trace")
		args := append([]string{"strace", "-f", "-o", file, "-e", "trace=execve,execveat,connect", program}, strings.Fields(line)...)
		cmd := s.command(t, args...)
		cmd.Env = []string{"HOME=" + s.home, "PATH=" + filepath.Join(s.home, "bin") + ":" + os.Getenv("PATH"), "DISPLAY=:0"}
		out, _ := cmd.CombinedOutput() // how it ends is not the question
		trace, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if n := strings.Count(string(trace), "execve"); n != 1 {
			t.Errorf("credclean %s: %d programs:\n%s", line, n-1, trace)
		}
		if n := strings.Count(string(trace), "connect("); n > 0 && strings.HasPrefix(line, "--") {
			t.Errorf("credclean %s: connects:\n%s", line, trace)
		}
	}
	if _, err := os.Stat(filepath.Join(s.home, "launched")); err == nil {
		t.Error("dbus-launch was started")
	}
}

// Names of 64 KiB and names that a terminal would obey are keys, directories and sections like
// any other, but no paths, and are never printed raw. A section's header holds no CR, which ends a line.
func TestHostileNames(t *testing.T) {
	long := strings.Repeat("long-", 64<<10/5)
	red, blue := `red\e[31m\a\r\u009b\u202e`, `blue\e[34m\a\u009b\u2028\U000e0001`
	rawRed, rawBlue := "red\x1b[31m\a\r\u009b\u202e", "blue\x1b[34m\a\u009b\u2028\U000e0001"
	s := newScene(t)
	s.write(t, "project/atmos.yaml", strings.NewReplacer(
		"dev-admin:", `"`+red+`":`, "prod-admin:", `"`+blue+`":`, "ci-admin:", "? "+long+"\n    :", "ci-sso", red+"-sso",
	).Replace(strings.ReplaceAll(sceneYAML, "ci-sso", `"ci-sso"`)))
	s.write(t, ringDir+"atmos_acme_"+rawRed, sceneJWE)
	s.write(t, ".config/atmos/acme/aws/"+rawRed+"-sso/credentials", credentialsOf(rawBlue))
	for _, line := range []string{"logout --all --dry-run", "logout --all --dry-run --json", "status", "status --json", "logout --all --yes", "logout --all --yes --json", "logout " + long, "logout nobody"} {
		start := time.Now()
		code, out := s.run(t, append([]string{"credclean"}, strings.Fields(line)...)...)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%.30s: it took %v", line, took)
		}
		if code > exitUsage || code < 0 {
			t.Errorf("%.30s: exit code %d: %.2000s", line, code, out)
		}
		if first := line == "logout --all --dry-run"; first && !strings.Contains(out, `red\u001b[31m`) {
			t.Errorf("%s: the name is not printed: %.2000s", line, out)
		}
		if strings.ContainsAny(out, "\x1b\a\r\u009b\u202e\u2028\U000e0001") {
			t.Errorf("%.30s: printed raw: %.2000q", line, out)
		}
		if line == "logout --all --dry-run --json" {
			checkNames(t, out, rawRed, rawRed+"-sso")
		}
	}
	for name, text := range s.files(t) {
		if strings.Contains(name, "\x1b") || strings.Contains(text, "secret-blue") {
			t.Errorf("%q is left", name)
		}
	}
}

// checkNames fails unless steps in a document have these names.
func checkNames(t *testing.T, out string, names ...string) {
	t.Helper()
	var document struct{ Steps []struct{ Name string } }
	if err := json.Unmarshal([]byte(out), &document); err != nil {
		t.Fatalf("%v: %.2000s", err, out)
	}
	for _, name := range names {
		if !slices.ContainsFunc(document.Steps, func(s struct{ Name string }) bool { return s.Name == name }) {
			t.Errorf("no step of %q: %.2000s", name, out)
		}
	}
}

// A chain of 10,000 names is followed to its end.
func TestLongChain(t *testing.T) {
	s := newScene(t)
	s.write(t, "project/atmos.yaml", towerYAML(10_000))
	start := time.Now()
	code, out := s.run(t, "credclean", "logout", "id9999")
	if took := time.Since(start); took > 10*time.Second || code != exitDone {
		t.Errorf("exit code %d after %v: %.500s", code, took, out)
	}
}

// towerYAML declares n identities, each via the one before it.
func towerYAML(n int) string {
	var b strings.Builder
	b.WriteString("auth:\n  realm: acme\n  providers:\n    aws-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start}\n  identities:\n")
	b.WriteString("    id0: {kind: aws/permission-set, via: {provider: aws-sso}}\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "    id%d: {kind: aws/assume-role, via: {identity: id%d}}\n", i, i-1)
	}
	return b.String()
}
