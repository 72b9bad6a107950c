package disk_test

import (
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"

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
				return s.edit(s.place(credentials))
			},
			map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		"removed": {
			func(s site) error { return remove(s.home, s.place(credentials)) },
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
	if err := s.edit(s.place(credentials)); err == nil {
		t.Error("no error")
	}
	if err := remove(s.home, s.place(credentials)); err == nil {
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
	for name, of := range map[string]disk.Program{"docker": disk.Docker, "kubectl": disk.Kubectl, "az": disk.Azure} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.plant("config", deep+prod)
			p := s.place("config")
			p.Of = of
			s.wantIs(s.edit(p), nil)
			s.holds(map[string]string{"config": prod})
		})
	}
}

// Names that differ in case only are one file here.
func TestCase(t *testing.T) {
	s := newSite(t)
	s.plant("aws/Dev/credentials", deep)
	upper, err := s.home.Look(s.place("aws/Dev/credentials"))
	must(t, err)
	lower, err := s.home.Look(s.place("aws/dev/Credentials"))
	must(t, err)
	if !os.SameFile(upper, lower) {
		t.Error("they are two files")
	}
	s.wantIs(remove(s.home, s.place("aws/dev/Credentials")), nil)
	s.wantIs(remove(s.home, s.place("aws/Dev/credentials")), fs.ErrNotExist)
	s.holds(map[string]string{"aws/Dev/": ""})
}
