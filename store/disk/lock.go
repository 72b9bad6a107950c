package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// LockWait is how long another program may hold the lock of an AWS file.
const LockWait = 10 * time.Second

// A SharedLock is how programs keep out of each other's way in a shared file.
type SharedLock int

// create takes a lock that consists in the existence of the lock file.
func (f *Files) create(ctx context.Context, p Place, wait time.Duration) (unlock func(), err error) {
	deadline := time.Now().Add(wait)
	for {
		file, err := f.openFile(p.lock(), os.O_CREATE|os.O_EXCL|os.O_WRONLY)
		if err == nil {
			return func() {
				_ = file.Close()       // nothing was written
				_ = f.remove(p.lock()) // kubectl names it if it is in its way
			}, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if !time.Now().Before(deadline) {
			return nil, &fs.PathError{Op: "lock", Path: p.lock().String(), Err: ErrInUse}
		}
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
}

// pause waits before the next try to take a lock.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(50 * time.Millisecond):
		return nil
	}
}

// RemoveLocks removes the lock files of files that are not there any more,
// while it holds all of their locks. The error is fs.ErrNotExist if there are none,
// and fs.ErrExist if a file is there or another program holds a lock, so that they
// are still needed.
func (f *Files) RemoveLocks(ctx context.Context, files ...Place) error {
	there := false
	for _, p := range files {
		if err := f.absent(p); err != nil {
			return err
		}
		switch err := f.absent(p.lock()); {
		case errors.Is(err, fs.ErrExist):
			there = true
		case err != nil:
			return err
		}
	}
	if !there {
		return fs.ErrNotExist
	}
	var unlocks []func()
	release := func() {
		for _, unlock := range unlocks {
			unlock()
		}
		unlocks = nil
	}
	defer func() { release() }()
	for _, p := range files {
		unlock, err := f.lock(ctx, p, 0)
		if errors.Is(err, ErrInUse) {
			return fs.ErrExist
		}
		if err != nil {
			return err
		}
		unlocks = append(unlocks, unlock)
	}
	for _, p := range files {
		if err := f.absent(p); err != nil {
			return err // somebody logged in meanwhile
		}
	}
	if !removableWhileOpen {
		release()
	}
	var errs []error
	for _, p := range files {
		errs = append(errs, IgnoreAbsent(f.remove(p.lock())))
	}
	return errors.Join(errs...)
}

// absent is nil if there is nothing at a place, and fs.ErrExist if there is something.
func (f *Files) absent(p Place) error {
	if _, err := f.Look(p); err != nil {
		return IgnoreAbsent(err)
	}
	return fs.ErrExist
}

// lock takes the lock that Atmos takes before it touches an AWS file: flock on
// <file>.lock (pkg/auth/cloud/aws/files.go since v1.196.0). It waits at most wait.
func (f *Files) lock(ctx context.Context, p Place, wait time.Duration) (unlock func(), err error) {
	name := p.String() + LockSuffix
	deadline := time.Now().Add(wait)
	for {
		l := flock.New(name, flock.SetFlag(os.O_CREATE|os.O_RDWR|noFollow), flock.SetPermissions(0o600))
		ok, err := l.TryLock()
		if err != nil {
			return nil, lockError(name, err)
		}
		if ok && sameFile(name, l) {
			return func() { _ = l.Close() }, nil // the lock ends with the process at the latest
		}
		_ = l.Close() // it is not held, or on a file that is no longer the lock
		if !ok && !time.Now().Before(deadline) {
			return nil, &fs.PathError{Op: "lock", Path: name, Err: ErrInUse}
		}
		if err := pause(ctx); err != nil {
			return nil, err
		}
	}
}

// lockError names the file, which a failed flock does not, but a failed open.
func lockError(name string, err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return err
	}
	return &fs.PathError{Op: "lock", Path: name, Err: err}
}

// sameFile tells whether the lock is held on the file that has the name now:
// another program may have removed it between the opening and the locking.
func sameFile(name string, l *flock.Flock) bool {
	held, err := l.Stat()
	if err != nil {
		return false
	}
	now, err := os.Lstat(name)
	return err == nil && os.SameFile(held, now)
}

// LockIsFree tells whether nobody holds the lock of this name. It creates nothing.
func LockIsFree(name string) (bool, error) {
	l := flock.New(name, flock.SetFlag(os.O_RDONLY|noFollow))
	ok, err := l.TryRLock()
	return ok, errors.Join(err, l.Close())
}
