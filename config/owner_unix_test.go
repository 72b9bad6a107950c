//go:build unix

package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// An owned is a file of somebody.
type owned struct {
	fs.FileInfo
	uid int
}

func (o owned) Sys() any { return &syscall.Stat_t{Uid: uint32(o.uid)} } //nolint:gosec // a small number

// The user's own word is that of a file of whoever runs this, or of root.
func TestIsMine(t *testing.T) {
	for uid, want := range map[int]bool{0: true, os.Geteuid(): true, os.Geteuid() + 1: false} {
		if got := isMine(owned{uid: uid}); got != want {
			t.Errorf("uid %d: %v", uid, got)
		}
	}
	// As root, with the file of somebody else.
	home := t.TempDir()
	path := filepath.Join(home, ".atmos", "atmos.yaml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("logs: {file: /evil}\nauth: {realm: named}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "/evil"
	if os.Chown(path, 12345, 12345) == nil {
		want = ""
	}
	c, err := Load(t.Context(), System{Home: home, WorkDir: home, LookupEnv: func(string) (string, bool) { return "", false }}, Options{})
	if err != nil || c.Own.Logs.File != want || len(c.Readings[0].Realms) != 1 {
		t.Errorf("got %q, want %q: %v", c.Own.Logs.File, want, err)
	}
}
