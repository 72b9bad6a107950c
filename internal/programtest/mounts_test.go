//go:build linux && mounts

package programtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// mount mounts something on a directory of the scene until the test ends or undo is called.
func (s scene) mount(t *testing.T, kind, below string, flags uintptr, data string) (undo func()) {
	t.Helper()
	dir := filepath.Join(s.home, below)
	err := syscall.Mount(dir, dir, kind, flags, data)
	if err != nil {
		t.Fatal(err)
	}
	mounted := true
	undo = func() {
		if mounted {
			mounted = false
			if err := syscall.Unmount(dir, 0); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(undo)
	return undo
}

// check fails unless a logout has failed at these files for this cause, and at nothing else.
func (s scene) check(t *testing.T, cause string, want ...string) {
	t.Helper()
	code, out := s.run(t, logoutLine...)
	files := s.files(t)
	s.checkSibling(t, files)
	if left := strings.Join(leftOf(files), " "); code != exitLeft || left != strings.Join(want, " ") {
		t.Errorf("exit code %d, left: %s", code, left)
	}
	for _, name := range want {
		if line := "✗ Files: ~/" + name + " (" + cause + ")\n"; !strings.Contains(out, line) {
			t.Errorf("no line %q", line)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// On a full file system a shared file cannot be rewritten; it stays as it is.
func TestFullFileSystem(t *testing.T) {
	s := newScene(t)
	s.mount(t, "tmpfs", sharedDir, 0, "size=32k,mode=0700")
	for _, name := range []string{"credentials", "credentials.lock", "config"} {
		s.write(t, sharedDir+name, sceneFiles()[sharedDir+name])
	}
	filler := filepath.Join(s.home, sharedDir, "filler.lock") // which nobody takes for a credential
	if err := os.WriteFile(filler, make([]byte, 64<<10), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the file system is not full: %v", err)
	}
	s.check(t, "no space left on device", sharedDir+"config", sharedDir+"credentials")
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.finish(t)
}

// What is mounted read-only is named, and all the rest goes.
func TestReadOnlyFileSystem(t *testing.T) {
	s := newScene(t)
	undo := s.mount(t, "", ownDir, syscall.MS_BIND, "")
	if err := syscall.Mount("", filepath.Join(s.home, ownDir), "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	s.check(t, "read-only file system", ownDir+"config", ownDir+"credentials")
	undo()
	s.finish(t)
}

// A directory on which something is mounted cannot be removed; what is in it goes, and that is enough.
func TestMountedFileSystem(t *testing.T) {
	s := newScene(t)
	undo := s.mount(t, "", ownDir, syscall.MS_BIND, "")
	if code, out := s.run(t, logoutLine...); code != 0 || !strings.Contains(out, "✓ Files: ~/"+ownDir+"\n") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if _, err := os.Stat(filepath.Join(s.home, ownDir)); err != nil {
		t.Error(err)
	}
	undo()
	if err := os.Remove(filepath.Join(s.home, ownDir)); err != nil {
		t.Error(err)
	}
	s.finish(t)
}
