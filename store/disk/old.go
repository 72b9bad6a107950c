package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/credclean/credclean/store/cut"
	"github.com/gofrs/flock"
)

// maxFile bounds what is read of one file, in bytes. Real ones have a few thousand.
const maxFile = 16 << 20

// Files looks at places and removes what is there. Nothing outside the roots
// can be reached: no symbolic link below a root is followed. The zero value is ready.
// It is not for several goroutines.
type Files struct {
	ways map[string][]opened // by root: the directories on the way to the last place, beginning with the root
}

// An opened directory is reached step by step, so that nobody can put a link in its place.
type opened struct {
	*os.Root
	info fs.FileInfo
}

// Close closes the directories that are open.
func (f *Files) Close() error {
	var errs []error
	for root := range f.ways {
		errs = append(errs, f.leave(root, 0))
	}
	clear(f.ways)
	return errors.Join(errs...)
}

// leave closes all but the first n directories on the way below a root.
func (f *Files) leave(root string, n int) error {
	var errs []error
	for _, dir := range f.ways[root][n:] {
		errs = append(errs, dir.Close())
	}
	f.ways[root] = f.ways[root][:n]
	return errors.Join(errs...)
}

// start opens a root. The error is fs.ErrNotExist if there is none.
func (f *Files) start(root string) error {
	if len(f.ways[root]) > 0 {
		return nil
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		if info, statErr := os.Stat(root); statErr == nil && !info.IsDir() {
			return fs.ErrNotExist
		}
		return absentIfNoWay(err)
	}
	if f.ways == nil {
		f.ways = make(map[string][]opened)
	}
	f.ways[root] = []opened{{Root: dir}}
	return nil
}

// open opens the directory that a place is in, and returns it with the name that
// the place has there. Each directory on the way is looked at anew, whether it was
// opened before or not: none may be a symbolic link. The error is fs.ErrNotExist if the way ends.
func (f *Files) open(p Place) (dir *os.Root, name string, err error) {
	if err := f.start(p.Root); err != nil {
		return nil, "", err
	}
	if p.IsRoot() {
		return f.ways[p.Root][0].Root, ".", nil
	}
	names := strings.Split(p.Path, "/")
	for i, name := range names[:len(names)-1] {
		if err := f.enter(p.Root, i, name); err != nil {
			return nil, "", Place{Root: p.Root, Path: path.Join(names[:i+1]...)}.named(err)
		}
	}
	err = f.leave(p.Root, len(names)) // Windows removes no directory that is open
	return f.ways[p.Root][len(names)-1].Root, names[len(names)-1], err
}

// enter makes sure that the directory after the first i+1 on the way below a root is the one of a name.
func (f *Files) enter(root string, i int, name string) error {
	way := f.ways[root]
	info, err := way[i].Lstat(name)
	switch {
	case err != nil:
		return absentIfNoWay(err)
	case info.Mode()&fs.ModeSymlink != 0:
		return &fs.PathError{Op: "open", Path: name, Err: ErrSymlink}
	case !info.IsDir():
		return fs.ErrNotExist
	case i+1 < len(way) && os.SameFile(way[i+1].info, info):
		return nil
	}
	if err := f.leave(root, i+1); err != nil {
		return err
	}
	dir, err := way[i].OpenRoot(name)
	if err != nil {
		return absentIfNoWay(err)
	}
	again, err := dir.Stat(".")
	if err == nil && !os.SameFile(info, again) {
		err = &fs.PathError{Op: "open", Path: name, Err: errReplaced}
	}
	if err != nil {
		return errors.Join(err, dir.Close())
	}
	f.ways[root] = append(f.ways[root], opened{dir, info})
	return nil
}

// in does something in the directory that a place is in.
func (f *Files) in(p Place, do func(dir *os.Root, name string) error) error {
	dir, name, err := f.open(p)
	if err != nil {
		return err
	}
	return p.named(do(dir, name))
}

// Look describes what is at a place, without following a symbolic link. The
// error is fs.ErrNotExist if there is nothing.
func (f *Files) Look(p Place) (fs.FileInfo, error) {
	var info fs.FileInfo
	err := f.in(p, func(dir *os.Root, name string) (err error) {
		info, err = dir.Lstat(name)
		return absentIfNoWay(err)
	})
	return info, err
}

// List returns the names in a directory, sorted; none if there is no directory.
func (f *Files) List(p Place) ([]string, error) {
	info, err := f.Look(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, &fs.PathError{Op: "open", Path: p.String(), Err: ErrSymlink}
	case !info.IsDir():
		return nil, nil
	}
	dir, err := f.openFile(p, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// Read reads a regular file of at most 16 MiB.
func (f *Files) Read(p Place) ([]byte, error) {
	data, _, err := f.read(p)
	return data, err
}

func (f *Files) read(p Place) ([]byte, fs.FileInfo, error) {
	before, err := f.Look(p)
	if err != nil {
		return nil, nil, err
	}
	refuse := func(err error) ([]byte, fs.FileInfo, error) {
		return nil, nil, &fs.PathError{Op: "read", Path: p.String(), Err: err}
	}
	switch {
	case before.Mode()&fs.ModeSymlink != 0:
		return refuse(ErrSymlink)
	case !before.Mode().IsRegular():
		return refuse(ErrNotRegular)
	case before.Size() > maxFile:
		return refuse(fmt.Errorf("larger than %d MiB", maxFile>>20))
	}
	file, err := f.openFile(p, os.O_RDONLY|NonBlocking)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !os.SameFile(before, info) {
		return refuse(errReplaced)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		return refuse(fmt.Errorf("larger than %d MiB", maxFile>>20))
	}
	return data, info, err
}

// openFile opens a file or directory; a new file gets mode 0600.
func (f *Files) openFile(p Place, flag int) (file *os.File, err error) {
	err = f.in(p, func(dir *os.Root, name string) (err error) {
		file, err = dir.OpenFile(name, flag, 0o600)
		return err
	})
	return file, err
}

// The locks.
const (
	FileLock    SharedLock = iota // flock on <file>.lock, as Atmos for Docker's config.json
	KubectlLock                   // the existence of <file>.lock, as kubectl
)

// Walk visits what is below a directory, parents first, and goes down into a
// directory if visit says so. No symbolic link is followed. What cannot be
// looked at is in the error; the rest is visited.
func (f *Files) Walk(p Place, visit func(Place, fs.FileInfo) bool) error {
	names, err := f.List(p)
	errs := []error{err}
	for _, name := range names {
		child := p.Join(name)
		info, err := f.Look(child)
		if err != nil {
			errs = append(errs, IgnoreAbsent(err))
			continue
		}
		if visit(child, info) && info.IsDir() {
			errs = append(errs, f.Walk(child, visit))
		}
	}
	return errors.Join(errs...)
}

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

// Remove removes a file and looks again. Of a symbolic link the link goes. The
// error is fs.ErrNotExist if there was nothing.
func (f *Files) Remove(p Place) error {
	info, err := f.Look(p)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return f.removeLink(p)
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "remove", Path: p.String(), Err: ErrNotRegular}
	}
	return f.remove(p)
}

// RemoveTree removes a file or a whole directory and looks again. It follows no link.
func (f *Files) RemoveTree(p Place) error {
	info, err := f.Look(p)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return f.Remove(p)
	}
	if err := f.in(p, (*os.Root).RemoveAll); err != nil {
		return err
	}
	return f.gone(p)
}

func (f *Files) remove(p Place) error {
	if err := patiently(func() error { return f.in(p, (*os.Root).Remove) }); err != nil {
		return err
	}
	return f.gone(p)
}

// gone looks again.
func (f *Files) gone(p Place) error {
	switch _, err := f.Look(p); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return &fs.PathError{Op: "remove", Path: p.String(), Err: ErrStillThere}
}

// removeLink removes a symbolic link. If it led to something, that is still
// there, so the error says where.
func (f *Files) removeLink(p Place) error {
	target, err := os.Readlink(p.String())
	if err != nil {
		return err
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(p.Dir().String(), target)
	}
	_, statErr := os.Stat(target)
	if err := f.remove(p); err != nil {
		return err
	}
	if errors.Is(statErr, fs.ErrNotExist) {
		return nil
	}
	return &fs.PathError{Op: "remove", Path: p.String(), Err: fmt.Errorf("%w: the link was removed, %s was not touched", ErrSymlink, target)}
}

// RemoveEmptyDir removes a directory if nothing is in it. The error is
// fs.ErrNotExist if there is none, and fs.ErrExist if something is in it or
// mounted on it.
func (f *Files) RemoveEmptyDir(p Place) error {
	info, err := f.Look(p)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "remove", Path: p.String(), Err: fs.ErrExist}
	}
	err = f.in(p, (*os.Root).Remove)
	if errors.Is(err, syscall.EBUSY) { // a mount point cannot be removed
		return &fs.PathError{Op: "remove", Path: p.String(), Err: fs.ErrExist}
	}
	return err
}

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
