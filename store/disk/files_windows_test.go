package disk_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// openElsewhere opens a file as programs do that share it for reading only.
func (s site) openElsewhere(path string) (closeFile func()) {
	s.Helper()
	name, err := syscall.UTF16PtrFromString(s.path(path))
	if err != nil {
		s.Fatal(err)
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ, syscall.FILE_SHARE_READ, nil, syscall.OPEN_EXISTING, 0, 0)
	if err != nil {
		s.Fatal(err)
	}
	return func() {
		if err := syscall.CloseHandle(h); err != nil {
			s.Error(err)
		}
	}
}

// A file that is open elsewhere for a moment is edited and removed after it.
func TestOpenElsewhere(t *testing.T) {
	for name, do := range map[string]struct {
		run   func(site) error
		after map[string]string
	}{
		"edited": {
			func(s site) error {
				_, err := s.files.RemoveSections(s.Context(), s.place(credentials), own)
				return err
			},
			map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		"removed": {
			func(s site) error { return s.files.Remove(s.place(credentials)) },
			map[string]string{"aws/corp/": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			closeFile := s.openElsewhere(credentials)
			timer := time.AfterFunc(200*time.Millisecond, closeFile)
			defer timer.Stop()
			s.wantIs(do.run(s), nil)
			s.holds(do.after)
		})
	}
}

// One that stays open is named, within a bound, and nothing is half done.
func TestOpenElsewhereForLong(t *testing.T) {
	s := newSite(t)
	s.plant(credentials, deep+prod)
	defer s.openElsewhere(credentials)()
	begin := time.Now()
	if _, err := s.files.RemoveSections(t.Context(), s.place(credentials), own); err == nil {
		t.Error("no error")
	}
	if err := s.files.Remove(s.place(credentials)); err == nil {
		t.Error("no error")
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	s.holds(map[string]string{credentials: deep + prod, credentials + ".lock": ""})
}

// The lock file of another program's file goes with the lock, though an open one
// cannot be removed here.
func TestEditSharedLock(t *testing.T) {
	cut := func(data []byte) (cut.Cut, error) {
		if string(data) == "two" {
			return cut.Cut{Data: data}, nil
		}
		return cut.Cut{Data: []byte("two"), Removed: []string{"one"}}, nil
	}
	for name, lock := range map[string]disk.SharedLock{"flock": disk.FileLock, "kubectl": disk.KubectlLock} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.plant("config", "one two")
			_, err := s.files.EditShared(t.Context(), s.place("config"), lock, cut)
			s.wantIs(err, nil)
			s.holds(map[string]string{"config": "two"})
		})
	}
}
