package regular_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/credclean/credclean/internal/regular"
)

// What is no file on a disk is refused at once, also behind a link, and nothing waits for it.
func TestNotRegular(t *testing.T) {
	t.Chdir(t.TempDir()) // the path of a socket must be short
	if err := syscall.Mkfifo("fifo", 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for link, target := range map[string]string{
		"to-fifo": "fifo", "to-proc": "/proc/self/environ", "to-directory": ".",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{
		"fifo", "socket", "to-fifo", "to-proc", "to-directory", "/dev/null", "/dev/zero", "/proc/self/status", "/proc/kmsg", "/sys/kernel/mm/transparent_hugepage/enabled",
	} {
		t.Run(path, func(t *testing.T) {
			if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
				t.Fatalf("cannot be tried: %v", err)
			}
			start := time.Now()
			_, err := regular.Read(t.Context(), path, 1<<20)
			if refused := os.Getuid() != 0 && errors.Is(err, os.ErrPermission); !refused && !errors.Is(err, regular.ErrNotRegular) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// A file in memory is a file, but not one that stands among the devices.
func TestMemory(t *testing.T) {
	var dev, root syscall.Stat_t
	if err := errors.Join(syscall.Stat("/dev", &dev), syscall.Stat("/", &root)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		dir  string
		want error
	}{
		{"/dev/shm", nil},
		{"/dev", regular.ErrNotRegular},
	} {
		f, err := os.CreateTemp(tt.dir, "credclean-test-*")
		if err != nil {
			t.Logf("%s cannot be written to: %v", tt.dir, err)
			continue
		}
		path := f.Name()
		t.Cleanup(func() { _ = os.Remove(path) })
		f.Close()
		if tt.want != nil && dev.Dev == root.Dev {
			continue // there is no file system of devices here
		}
		if _, err := regular.Read(t.Context(), path, 1<<20); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", filepath.Dir(path), err, tt.want)
		}
	}
}
