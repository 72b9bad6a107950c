package disk_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/credclean/credclean/store/disk"
)

// Where nothing can be changed, the true cause is told with the file's name, and nothing is half done.
func TestDenied(t *testing.T) {
	needRoot(t)
	for _, tt := range []struct {
		name string
		mode fs.FileMode
		err  error
	}{
		{"not writable", 0o500, syscall.EACCES},
		{"another user's file in a directory for all", 0o777 | fs.ModeSticky, syscall.EPERM},
		{"entered but not listed", 0o300, syscall.EACCES},
		{"closed", 0, syscall.EACCES},
	} {
		for name, call := range map[string]func(*disk.Home, disk.Place) error{"edit": calls["edit"], "remove": remove, "tree": removeTree} {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				s := newSite(t)
				s.plant("dir/file", deep+prod)
				s.chown(third, "dir/file", "dir")
				if tt.mode&fs.ModeSticky == 0 {
					s.chown(0, "dir")
				}
				must(t, os.Chmod(s.path("dir/file"), 0o666))
				must(t, os.Chmod(s.path("dir"), tt.mode))
				h := disk.NewHome(s.root)
				err := powerless(func() error { return call(h, s.place("dir/file")) })
				if !errors.Is(err, tt.err) || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), s.path("dir")) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				must(t, os.Chmod(s.path("dir"), 0o700))
				after := map[string]string{"dir/file": deep + prod}
				if _, err := os.Lstat(s.path("dir/file.lock")); err == nil && name == "edit" {
					after["dir/file.lock"] = ""
				}
				s.holds(after)
			})
		}
	}
}

// A file that cannot be given to its owner is not replaced.
func TestDeniedOwner(t *testing.T) {
	needRoot(t)
	s := newSite(t)
	s.plant("dir/file", deep+prod)
	s.chown(third, "dir/file")
	must(t, os.Chmod(s.path("dir/file"), 0o666))
	h := disk.NewHome(s.root)
	err := powerless(func() error { return calls["edit"](h, s.place("dir/file")) })
	if !errors.Is(err, syscall.EPERM) || !strings.Contains(err.Error(), s.path("dir/file")) {
		t.Errorf("error %v", err)
	}
	s.holds(map[string]string{"dir/file": deep + prod, "dir/file.lock": ""})
	s.isOf(third, "dir/file")
}

// Kubectl's lock may not be opened by anybody, and is one all the same.
func TestKubectlLock(t *testing.T) {
	needRoot(t)
	s := newSite(t)
	s.plant("config", deep+prod)
	s.plant("config.lock", "")
	must(t, os.Chmod(s.path("config.lock"), 0))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := powerless(func() error {
		err := s.home.Edit(ctx, s.shared(disk.Kubectl, "config"), own)
		return err
	})
	s.wantIs(err, context.DeadlineExceeded)
	s.holds(map[string]string{"config": deep + prod, "config.lock": ""})
}

// powerless does something without what root may do beyond others.
func powerless(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine
		var none [2]unix.CapUserData
		err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0])
		if err == nil {
			err = do()
		}
		done <- err
	}()
	return <-done
}
