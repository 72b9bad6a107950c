//go:build unix

package disk_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// Another program may remove the lock file and make a new one while it is
// waited for. Then the new one counts.
func TestLockReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		releaseOld := s.hold(credentials + ".lock")
		untouched := map[string]string{credentials: deep + prod, credentials + ".lock": ""}
		go func() { // the clock is the bubble's
			time.Sleep(time.Second + time.Millisecond) // between two tries
			if err := os.Remove(s.path(credentials + ".lock")); err != nil {
				t.Error(err)
			}
			releaseNew := s.hold(credentials + ".lock")
			releaseOld()
			time.Sleep(2 * time.Second)
			s.holds(untouched)
			releaseNew()
		}()
		err := s.edit(s.place(credentials))
		s.wantIs(err, nil)
		s.holds(map[string]string{credentials: prod, credentials + ".lock": ""})
	})
}

// A pipe can be locked, but says nothing by being there. It stays.
func TestLockNotRegular(t *testing.T) {
	for of, want := range map[disk.Program]struct {
		lock string
		err  error
	}{
		disk.Atmos: {".lock", nil}, disk.Docker: {".lock", nil},
		disk.Kubectl: {".lock", disk.ErrNotRegular}, disk.Azure: {".lockfile", disk.ErrNotRegular},
	} {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		must(t, unix.Mkfifo(s.path(credentials+want.lock), 0o600))
		s.wantIs(s.edit(s.shared(of, credentials)), want.err)
		info, err := os.Lstat(s.path(credentials + want.lock))
		if err != nil || info.Mode().Type() != fs.ModeNamedPipe {
			t.Errorf("it is %v, %v", info, err)
		}
	}
}

// Another logout may remove all that is in a directory, and then the directory, while the lock is waited
// for. Then there is nothing to do, and nothing to wait for.
func TestLockDirectoryGone(t *testing.T) {
	for of, lock := range map[disk.Program]string{
		disk.Atmos: ".lock", disk.Docker: ".lock", disk.Kubectl: ".lock", disk.Azure: ".lockfile",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			s.plant(credentials+lock, "4711 other\n")
			release := s.hold(credentials + lock)
			time.AfterFunc(time.Second, func() {
				if err := os.RemoveAll(s.path("aws")); err != nil {
					t.Error(err)
				}
				release()
			})
			start := time.Now()
			s.wantIs(s.edit(s.shared(of, credentials)), fs.ErrNotExist)
			if waited := time.Since(start); waited > 2*time.Second {
				t.Errorf("%s: it waited %v", lock, waited)
			}
			s.holds(map[string]string{})
		})
	}
}

// While some edit, another removes the lock file over and over, holding it, as a
// logout of the last identity does. Nobody may work on a file that is locked
// by another on the new lock file.
func TestLockRemovedOverAndOver(t *testing.T) {
	const n = 12
	s := newSite(t)
	s.plant(credentials, numbered(n))
	done := make(chan struct{})
	var remover, editors sync.WaitGroup
	remover.Go(func() {
		name := s.path(credentials + ".lock")
		for {
			select {
			case <-done:
				return
			default:
			}
			l := flock.New(name)
			ok, err := l.TryLock()
			if err != nil {
				t.Error(err)
				return
			}
			if ok {
				held, err := l.Stat()
				if err != nil {
					t.Error(err)
				}
				if now, err := os.Lstat(name); err == nil && os.SameFile(held, now) {
					if err := os.Remove(name); err != nil {
						t.Error(err)
					}
				}
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range n {
		editors.Go(func() {
			if err := removeNumber(t.Context(), s.place(credentials), i); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	editors.Wait()
	close(done)
	remover.Wait()
	if data, err := os.ReadFile(s.path(credentials)); err != nil || string(data) != prod {
		t.Errorf("%q, %v, want\n%q", data, err, prod)
	}
}

// shared is a place of another program.
func (s site) shared(of disk.Program, path string) disk.Place {
	return disk.Place{Root: s.root, Path: path, Of: of}
}

// ours is what stands in a lock of ours, here of a process that is gone.
const ours = "2147483646 credclean 2026-11-26T09:00:00Z\n"

// A lock that consists in the existence of its file is taken over if the process that made it is gone, and only then.
func TestTakeOver(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   disk.Program
		text string
		mode fs.FileMode
		age  time.Duration
		held bool // a living process has a flock on it
		err  error
	}{
		{"a killed run", disk.Kubectl, ours, 0o600, 0, false, nil},
		{"a run that is at work", disk.Kubectl, ours, 0o600, time.Hour, true, disk.ErrInUse},
		{"a run that was killed before it could write", disk.Kubectl, "", 0o600, 3 * time.Second, false, nil},
		{"kubectl", disk.Kubectl, "", 0, time.Hour, false, disk.ErrInUse},
		{"another program", disk.Kubectl, "4711 other\n", 0o600, time.Hour, false, disk.ErrInUse},
		{"a killed run in az's cache", disk.Azure, ours, 0o600, 0, false, nil},
		{"a killed az", disk.Azure, "4711 /usr/bin/az", 0o644, 3 * time.Second, false, nil},
		{"an az that is at work", disk.Azure, "4711 /usr/bin/az", 0o644, time.Hour, true, disk.ErrInUse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				lock := map[disk.Program]string{disk.Kubectl: "config.lock", disk.Azure: "config.lockfile"}[tt.of]
				s.plant("config", deep+prod)
				s.plant(lock, tt.text)
				must(t, os.Chmod(s.path(lock), tt.mode))
				then := time.Now().Add(-tt.age)
				must(t, os.Chtimes(s.path(lock), then, then))
				if tt.held {
					defer s.hold(lock)()
				}
				after := map[string]string{"config": prod}
				if tt.err != nil {
					after = map[string]string{"config": deep + prod, lock: tt.text}
				}
				begin := time.Now()
				err := s.edit(s.shared(tt.of, "config"))
				s.wantIs(err, tt.err)
				if err != nil && !strings.Contains(err.Error(), s.path(lock)) {
					t.Errorf("error %v does not name the lock", err)
				}
				if waited := time.Since(begin); (waited >= disk.LockWait) != (tt.err != nil) {
					t.Errorf("it waited %v", waited)
				}
				s.holds(after)
			})
		})
	}
}

// What is made in the same moment may be locked in the next one.
func TestTakeOverTooEarly(t *testing.T) {
	for of, lock := range map[disk.Program]string{disk.Kubectl: "config.lock", disk.Azure: "config.lockfile"} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant("config", deep+prod)
			s.plant(lock, "")
			begin := time.Now()
			must(t, os.Chtimes(s.path(lock), begin, begin))
			s.wantIs(s.edit(s.shared(of, "config")), nil)
			if took := time.Since(begin); took < 2*time.Second || took > 3*time.Second {
				t.Errorf("it was taken over after %v", took)
			}
			s.holds(map[string]string{"config": prod})
		})
	}
}

// az removes its lock file a moment after it has unlocked it. Then another one may make its own.
func TestTakeOverAz(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.plant("config", deep+prod)
		s.plant("config.lockfile", "4711 /usr/bin/az")
		then := time.Now().Add(-time.Minute)
		must(t, os.Chtimes(s.path("config.lockfile"), then, then))
		begin := time.Now()
		go func() {
			time.Sleep(25 * time.Millisecond)
			must(t, os.Remove(s.path("config.lockfile")))
			s.plant("config.lockfile", "4712 /usr/bin/az")
			release := s.hold("config.lockfile")
			time.Sleep(time.Second)
			must(t, os.Remove(s.path("config.lockfile")))
			release()
		}()
		s.wantIs(s.edit(s.shared(disk.Azure, "config")), nil)
		if took := time.Since(begin); took < time.Second {
			t.Errorf("it was taken over after %v", took)
		}
		s.holds(map[string]string{"config": prod})
	})
}

// While a file is edited, its locks are there, and say whose they are.
func TestLocksOfPrograms(t *testing.T) {
	mine := fmt.Sprintf("%d credclean ", os.Getpid())
	for _, tt := range []struct {
		of     disk.Program
		during map[string]string
	}{
		{disk.Atmos, map[string]string{"config.lock": ""}},
		{disk.Docker, map[string]string{"config.lock": ""}},
		{disk.Kubectl, map[string]string{"config.lock": mine}},
		{disk.Azure, map[string]string{"config.lock": "", "config.lockfile": mine}},
	} {
		s := newSite(t)
		s.plant("config", deep+prod)
		err := s.home.Edit(t.Context(), s.shared(tt.of, "config"), cutterFunc(func(data []byte) (cut.Cut, error) {
			for name, text := range tt.during {
				got, err := os.ReadFile(s.path(name))
				if err != nil || !strings.HasPrefix(string(got), text) || (text == "") != (len(got) == 0) {
					t.Errorf("%v: %s holds %q, %v", tt.of, name, got, err)
				}
				l := flock.New(s.path(name))
				if ok, err := l.TryLock(); ok || err != nil {
					t.Errorf("%v: %s is not locked, %v", tt.of, name, err)
				}
				must(t, l.Close())
			}
			return own.Apply(data)
		}))
		s.wantIs(err, nil)
		after := map[string]string{"config": prod}
		if tt.of == disk.Atmos {
			after["config.lock"] = ""
		}
		s.holds(after)
	}
}

// All waits of a run share one bound.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		var places []disk.Place
		for _, of := range []disk.Program{disk.Atmos, disk.Docker, disk.Kubectl, disk.Azure} {
			name := fmt.Sprint("config", int(of))
			s.plant(name, deep+prod)
			s.plant(name+".lock", "")
			must(t, os.Chmod(s.path(name+".lock"), 0o400)) // as kubectl's for Windows
			defer s.hold(name + ".lock")()
			places = append(places, s.shared(of, name))
		}
		begin := time.Now()
		for _, p := range places {
			s.wantIs(s.edit(p), disk.ErrInUse)
		}
		if took := time.Since(begin); took < disk.LockWait || took > disk.LockWait+time.Second {
			t.Errorf("they waited %v", took)
		}
	})
}

func TestLockHeld(t *testing.T) {
	s := newSite(t)
	s.plant("a.lock", "")
	s.plant("b.lock", "")
	s.link("ROOT/a.lock", "link.lock")
	release := s.hold("a.lock")
	d, err := s.home.Open(s.place("."))
	must(t, err)
	defer d.Close()
	for name, want := range map[string]bool{"a.lock": true, "b.lock": false} {
		if held, err := d.LockHeld(name); err != nil || held != want {
			t.Errorf("%s: %v, %v", name, held, err)
		}
	}
	_, err = d.LockHeld("link.lock")
	s.wantIs(err, disk.ErrNotRegular)
	_, err = d.LockHeld("none.lock")
	s.wantIs(err, fs.ErrNotExist)
	release()
	if held, err := d.LockHeld("a.lock"); err != nil || held {
		t.Errorf("%v, %v", held, err)
	}
	s.holds(map[string]string{"a.lock": "", "b.lock": "", "link.lock": "→ ROOT/a.lock"})
}

// Somebody may log in after it was seen that no file is there, and before all locks are taken. Their lock file
// stays, in whatever order it happens.
func TestRemoveLocksLoginMeanwhile(t *testing.T) {
	for range 5 {
		s := newSite(t)
		var files []disk.Place
		for i := range 300 {
			files = append(files, s.place(fmt.Sprintf("aws/corp/%03d", i)))
			s.plant(files[i].Path+".lock", "")
		}
		first, last := files[0].Path+".lock", files[len(files)-1].Path
		if err := os.Remove(s.path(first)); err != nil {
			t.Fatal(err)
		}
		var login sync.WaitGroup
		login.Go(func() {
			for begin := time.Now(); time.Since(begin) < time.Second; {
				if _, err := os.Lstat(s.path(first)); err == nil { // the first lock is taken
					break
				}
			}
			s.logIn(last)
		})
		err := s.home.RemoveLocks(files...)
		login.Wait()
		if _, err := os.Lstat(s.path(last + ".lock")); err != nil {
			t.Error(err)
		}
		if errors.Is(err, fs.ErrExist) { // they were in time
			return
		}
	}
}

// logIn writes a file under its lock, on whichever file that is.
func (s site) logIn(path string) {
	s.Helper()
	for {
		l := flock.New(s.path(path + ".lock"))
		if err := l.Lock(); err != nil {
			s.Error(err)
			return
		}
		held, err := l.Stat()
		now, nowErr := os.Lstat(s.path(path + ".lock"))
		ok := err == nil && nowErr == nil && os.SameFile(held, now)
		if ok {
			s.plant(path, prod)
		}
		if err := l.Close(); err != nil {
			s.Error(err)
		}
		if ok {
			return
		}
	}
}

// The lock files that only Atmos makes go, though the other program's file stays.
func TestRemoveSharedLocks(t *testing.T) {
	for _, of := range []disk.Program{disk.Docker, disk.Azure} {
		s := newSite(t)
		s.plant("config.json", prod)
		s.plant("config.json.lock", "")
		release := s.hold("config.json.lock")
		s.wantIs(s.home.RemoveLocks(s.shared(of, "config.json")), fs.ErrExist)
		release()
		s.wantIs(s.home.RemoveLocks(s.shared(of, "config.json")), nil)
		s.wantIs(s.home.RemoveLocks(s.shared(of, "config.json")), fs.ErrNotExist)
		s.holds(map[string]string{"config.json": prod})
	}
}
