package disk

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/credclean/credclean/store/cut"
)

// LookSections tells what a rule would do to an AWS file. It changes nothing
// and takes no lock. The error is fs.ErrNotExist if there is no file.
func (f *Files) LookSections(p Place, rule cut.Rule) (cut.Cut, error) {
	leftover, err := f.leftover(p)
	if err != nil {
		return cut.Cut{}, err
	}
	data, err := f.Read(p)
	switch {
	case leftover && errors.Is(err, fs.ErrNotExist):
		return cut.Cut{Leftover: true}, nil
	case err != nil:
		return cut.Cut{}, err
	}
	c := rule.Apply(path.Base(p.Path), data)
	c.Leftover = leftover
	return c, nil
}

// leftover tells whether the new file of a killed run stands beside p.
func (f *Files) leftover(p Place) (bool, error) {
	_, err := f.Look(p.temp())
	return err == nil, IgnoreAbsent(err)
}

// RemoveSections applies a rule to an AWS file. Of a symbolic link the link
// goes. Else it is Edit.
func (f *Files) RemoveSections(ctx context.Context, p Place, rule cut.Rule) (cut.Cut, error) {
	if info, err := f.Look(p); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return cut.Cut{}, f.removeLink(p)
	}
	return f.Edit(ctx, p, func(data []byte) (cut.Cut, error) { return rule.Apply(path.Base(p.Path), data), nil })
}

// Edit cuts something out of a file under the lock that Atmos takes, and looks
// again. A file that stays is replaced in one step, so that at any moment it is
// either as before or as after. The error is fs.ErrNotExist if there was nothing to do.
func (f *Files) Edit(ctx context.Context, p Place, apply func([]byte) (cut.Cut, error)) (cut.Cut, error) {
	return f.edit(p, apply, ownMode, func() (func(), error) { return f.lock(ctx, p, LockWait) })
}

// EditShared is Edit for the file of another program: its mode stays, and so
// does whether there is a lock file. With kubectl's lock that file must not exist
// before: it is what client-go's clientcmd takes for a lock.
func (f *Files) EditShared(ctx context.Context, p Place, lock SharedLock, apply func([]byte) (cut.Cut, error)) (cut.Cut, error) {
	return f.edit(p, apply, sameMode, func() (func(), error) {
		existed := f.absent(p.lock()) != nil
		if lock == KubectlLock {
			return f.create(ctx, p, LockWait)
		}
		unlock, err := f.lock(ctx, p, LockWait)
		return func() {
			if !removableWhileOpen {
				unlock()
			}
			if !existed {
				_ = f.remove(p.lock()) // an empty lock file harms nobody
			}
			unlock()
		}, err
	})
}

// A mode says which mode a file has after it was edited.
type mode func(old fs.FileMode) fs.FileMode

func ownMode(fs.FileMode) fs.FileMode      { return 0o600 }
func sameMode(old fs.FileMode) fs.FileMode { return old.Perm() }

func (f *Files) edit(p Place, apply func([]byte) (cut.Cut, error), mode mode, lock func() (func(), error)) (cut.Cut, error) {
	leftover, err := f.leftover(p)
	if err != nil {
		return cut.Cut{}, err
	}
	if _, err := f.Look(p); err != nil && !leftover {
		return cut.Cut{}, err
	}
	unlock, err := lock()
	if err != nil {
		return cut.Cut{}, err
	}
	defer unlock()
	if err := IgnoreAbsent(f.in(p.temp(), (*os.Root).Remove)); err != nil {
		return cut.Cut{}, err
	}
	c, info, err := f.apply(p, apply)
	switch {
	case leftover && errors.Is(err, fs.ErrNotExist):
		return cut.Cut{Leftover: true}, nil
	case err != nil:
		return cut.Cut{}, err
	case c.Empty:
		return c, f.remove(p)
	case len(c.Removed) == 0 && leftover:
		return c, nil
	case len(c.Removed) == 0:
		return c, fs.ErrNotExist
	}
	replaced := func(dir *os.Root, name string) error { return replace(dir, name, c.Data, info, mode(info.Mode())) }
	if err := f.in(p, replaced); err != nil {
		return c, err
	}
	again, _, err := f.apply(p, apply)
	if err == nil && again.Changes() {
		err = &fs.PathError{Op: "rename", Path: p.String(), Err: ErrStillThere}
	}
	return c, err
}

func (f *Files) apply(p Place, apply func([]byte) (cut.Cut, error)) (cut.Cut, fs.FileInfo, error) {
	data, info, err := f.read(p)
	if err != nil {
		return cut.Cut{}, nil, err
	}
	c, err := apply(data)
	return c, info, err
}

// replace writes data beside a file and renames it over it. Both reach the disk
// in this order, so that a crash leaves the old file or the new one.
func replace(root *os.Root, name string, data []byte, old fs.FileInfo, mode fs.FileMode) (err error) {
	temp := name + TempSuffix
	file, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, IgnoreAbsent(root.Remove(temp)))
		}
	}()
	_, err = file.Write(data)
	if err == nil {
		err = keepOwner(file, old)
	}
	if err == nil && mode != 0o600 {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err = patiently(func() error { return root.Rename(temp, name) }); err != nil {
		return err
	}
	return syncDir(root)
}
