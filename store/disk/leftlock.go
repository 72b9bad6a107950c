package disk

import (
	"context"
	"errors"
	"io/fs"
)

// LeftLock tells whether a run of ours was killed while it had the lock of a file of kubectl or az, which
// consists in the existence of a file: it would keep those out for ever.
func (h *Home) LeftLock(ctx context.Context, p Place) (lock Place, left bool) {
	lock = p
	switch p.Of {
	case Kubectl:
		lock.Path += LockSuffix
	case Azure:
		lock.Path += azureSuffix
	default:
		return lock, false
	}
	_ = h.in(lock, func(d *Dir, name string) error { // what cannot be looked at is not ours
		isHeld, err := d.LockHeld(name)
		if err != nil || isHeld {
			return err
		}
		text, err := d.Read(ctx, name, 64)
		left = err == nil && saysOurs(text)
		return err
	})
	return lock, left
}

// RemoveLeftLock removes what LeftLock found. The error is fs.ErrNotExist if it is gone, and fs.ErrExist if
// another program has the lock by now.
func (h *Home) RemoveLeftLock(lock Place) error {
	return h.in(lock, func(d *Dir, name string) error {
		if _, err := d.lstat(name); err != nil {
			return err
		}
		l, err := d.tryLock(name)
		if errors.Is(err, ErrInUse) {
			return fs.ErrExist
		}
		if err != nil {
			return err
		}
		l.goes = l.created || l.isOurs()
		ours := l.goes
		if err := l.release(); err != nil || ours {
			return err
		}
		return fs.ErrExist
	})
}
