package disk_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credclean/credclean/store/disk"
)

// Another program holds the lock: shorter than is waited for, and longer.
func TestLockWait(t *testing.T) {
	t.Run("shorter", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			release := s.hold(credentials + ".lock")
			start := time.Now()
			time.AfterFunc(disk.LockWait-time.Second, func() {
				s.holds(map[string]string{credentials: deep + prod, credentials + ".lock": ""})
				release()
			})
			err := s.edit(s.place(credentials))
			s.wantIs(err, nil)
			if waited := time.Since(start); waited < disk.LockWait-time.Second {
				t.Errorf("it waited %v only", waited)
			}
			s.holds(map[string]string{credentials: prod, credentials + ".lock": ""})
		})
	})

	t.Run("longer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			defer s.hold(credentials + ".lock")()
			start := time.Now()
			err := s.edit(s.place(credentials))
			s.wantIs(err, disk.ErrInUse)
			if waited := time.Since(start); waited < disk.LockWait || waited > disk.LockWait+time.Second {
				t.Errorf("it waited %v", waited)
			}
			s.holds(map[string]string{credentials: deep + prod, credentials + ".lock": ""})
		})
	})

	t.Run("until it is interrupted", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			defer s.hold(credentials + ".lock")()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			err := s.home.Edit(ctx, s.place(credentials), own)
			s.wantIs(err, context.DeadlineExceeded)
			if waited := time.Since(start); waited > 2*time.Second {
				t.Errorf("it went on for %v", waited)
			}
			s.holds(map[string]string{credentials: deep + prod, credentials + ".lock": ""})
		})
	})

	t.Run("looking needs no lock", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			defer s.hold(credentials + ".lock")()
			start := time.Now()
			if _, err := s.home.Read(t.Context(), s.place(credentials), 1<<10); err != nil || time.Since(start) > 0 {
				t.Errorf("it waited %v, %v", time.Since(start), err)
			}
		})
	})
}

func TestRemoveLocks(t *testing.T) {
	const lock, configLock = credentials + ".lock", "aws/corp/config.lock"
	for _, tt := range []struct {
		name   string
		before map[string]string
		held   []string
		err    error
		after  map[string]string
	}{
		{
			name:   "both",
			before: map[string]string{lock: "", configLock: ""},
			after:  map[string]string{"aws/corp/": ""},
		},
		{
			name:   "the first only",
			before: map[string]string{lock: ""},
			after:  map[string]string{"aws/corp/": ""},
		},
		{
			name:   "the second only",
			before: map[string]string{configLock: "", "aws/corp/notes": "mine"},
			after:  map[string]string{"aws/corp/notes": "mine"},
		},
		{
			name:   "none",
			before: map[string]string{"aws/corp/notes": "mine"},
			err:    fs.ErrNotExist,
			after:  map[string]string{"aws/corp/notes": "mine"},
		},
		{
			name:   "no directory",
			before: map[string]string{"aws/okta/credentials.lock": ""},
			err:    fs.ErrNotExist,
			after:  map[string]string{"aws/okta/credentials.lock": ""},
		},
		{
			name:   "a file is there",
			before: map[string]string{lock: "", configLock: "", credentials: prod},
			err:    fs.ErrExist,
			after:  map[string]string{lock: "", configLock: "", credentials: prod},
		},
		{
			name:   "the other file is there",
			before: map[string]string{lock: "", configLock: "", "aws/corp/config": prod},
			err:    fs.ErrExist,
			after:  map[string]string{lock: "", configLock: "", "aws/corp/config": prod},
		},
		{
			name:   "a file without a lock is there",
			before: map[string]string{"aws/corp/config": prod},
			err:    fs.ErrExist,
			after:  map[string]string{"aws/corp/config": prod},
		},
		{
			name:   "the first is in use",
			before: map[string]string{lock: "", configLock: ""},
			held:   []string{lock},
			err:    fs.ErrExist,
			after:  map[string]string{lock: "", configLock: ""},
		},
		{
			name:   "the second is in use",
			before: map[string]string{lock: "", configLock: ""},
			held:   []string{configLock},
			err:    fs.ErrExist,
			after:  map[string]string{lock: "", configLock: ""},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			for path, text := range tt.before {
				s.plant(path, text)
			}
			for _, path := range tt.held {
				defer s.hold(path)()
			}
			dir := s.place("aws/corp")
			err := s.home.RemoveLocks(dir.Join("credentials"), dir.Join("config"))
			s.wantIs(err, tt.err)
			s.holds(tt.after)
		})
	}
}

func TestRemoveLocksInTheWay(t *testing.T) {
	s := newSite(t)
	s.plant(credentials+".lock/x", "mine")
	if err := s.home.RemoveLocks(s.place(credentials)); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	s.holds(map[string]string{credentials + ".lock/x": "mine"})
}
