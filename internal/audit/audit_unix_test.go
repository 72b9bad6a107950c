//go:build linux || darwin

package audit_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/credclean/credclean/internal/audit"
)

// What a link leads to is not written to, nor made.
func TestOpenLinks(t *testing.T) {
	dir := t.TempDir()
	target, link, dangling := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "dangling")
	must(t, os.WriteFile(target, nil, 0o600))
	must(t, os.Symlink(target, link))
	must(t, os.Symlink(filepath.Join(dir, "nothing"), dangling))
	for _, path := range []string{link, dangling} {
		trail, err := audit.Open(path, audit.Run{})
		if trail != nil || err == nil || err.Error() != "audit log: "+path+": want a regular file, not a symbolic link" {
			t.Errorf("%s: error %v", path, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the target of the link: %v", err)
	}
	if info, err := os.Lstat(target); err != nil || info.Size() != 0 {
		t.Errorf("the target of the link was written to: %v", err)
	}
}

// Nothing waits at a named pipe, and no device is written to.
func TestOpenSpecial(t *testing.T) {
	pipe := trailPath(t)
	must(t, syscall.Mkfifo(pipe, 0o600))
	for path, want := range map[string]string{pipe: "a named pipe", "/dev/null": "a device"} {
		_, err := audit.Open(path, audit.Run{})
		if err == nil || err.Error() != "audit log: "+path+": want a regular file, not "+want {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

// A trail that may be added to but not read will do.
func TestWriteOnly(t *testing.T) {
	path := trailPath(t)
	must(t, os.WriteFile(path, nil, 0o200))
	trail, err := audit.Open(path, audit.Run{})
	must(t, err)
	trail.Step(audit.Step{Name: "a"})
	must(t, trail.Close())
	must(t, os.Chmod(path, 0o600))
	if got := records(t, path); len(got) != 1 || got[0]["name"] != "a" {
		t.Errorf("records %v", got)
	}
}

// When writing fails, the error is kept, and what can be written later is whole.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	if path, ok := os.LookupEnv(trailVariable); ok {
		writeWithoutRoom(t, path)
		return
	}
	path := trailPath(t)
	_, wait := another(t, path)
	must(t, wait())
	data, err := os.ReadFile(path)
	must(t, err)
	lines := strings.Split(string(data), "\n")
	if len(lines) != 4 || !json.Valid([]byte(lines[0])) || len(lines[1]) != 10 || !json.Valid([]byte(lines[2])) || lines[3] != "" {
		t.Errorf("the trail holds %q", lines)
	}
}

// writeWithoutRoom writes three steps; for the second there are ten bytes of room.
func writeWithoutRoom(t *testing.T, path string) {
	t.Helper()
	trail, err := audit.Open(path, audit.Run{})
	must(t, err)
	trail.Step(audit.Step{})
	info, err := os.Stat(path)
	must(t, err)
	var limit syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	for _, room := range []int64{info.Size() + 10, math.MaxInt64} {
		limit.Cur = min(limit.Max, uint64(room))
		must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
		trail.Step(audit.Step{})
	}
	if err := trail.Close(); !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), path) {
		t.Errorf("closing: %v", err)
	}
}
