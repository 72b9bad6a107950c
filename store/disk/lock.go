package disk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// LockSuffix ends the name of the lock of a file, for all programs but az.
const LockSuffix = ".lock"

// azureSuffix ends the name of the lock of az.
const azureSuffix = ".lockfile"

// A held is a lock that this process has.
type held struct {
	dir     *Dir
	name    string
	file    *os.File
	created bool
	goes    bool // the file goes with the lock
}

// release gives the lock back. Where possible its file goes first, so that nobody has the lock
// in between.
func (l held) release() (err error) {
	named, err := l.isNamed()
	if !removableWhileOpen {
		_ = l.file.Close()
	}
	if l.goes && named {
		err = IgnoreAbsent(l.dir.unlink(l.name))
	}
	_ = l.file.Close()
	if !l.goes {
		return nil
	}
	return l.dir.place.Join(l.name).wrap("unlock", err)
}

// lock takes the locks that programs take before they touch a file. Where they
// are in use, it waits, for as long as the run has patience left.
func (d *Dir) lock(ctx context.Context, name string) (unlock func() error, err error) {
	var locks []held
	unlock = func() error {
		var errs []error
		for _, l := range locks {
			errs = append(errs, l.release())
		}
		return errors.Join(errs...)
	}
	take := func(name string, try func(*Dir, string) (held, error)) {
		if err == nil {
			var l held
			if l, err = d.wait(ctx, name, try); err == nil {
				locks = append(locks, l)
			}
		}
	}
	switch d.place.Of {
	case Atmos, Docker:
		take(name+LockSuffix, (*Dir).tryLock)
	case Kubectl:
		take(name+LockSuffix, (*Dir).tryExistence)
	case Azure:
		take(name+LockSuffix, (*Dir).tryLock)
		take(name+azureSuffix, (*Dir).tryExistence)
	}
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	return unlock, nil
}

// wait tries to take a lock again and again.
func (d *Dir) wait(ctx context.Context, name string, try func(*Dir, string) (held, error)) (held, error) {
	for {
		l, err := try(d, name)
		if !errors.Is(err, ErrInUse) || d.home.patience <= 0 {
			return l, err
		}
		begin := time.Now()
		select {
		case <-ctx.Done():
			return held{}, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
		d.home.patience -= time.Since(begin)
	}
}

// tryLock takes the lock that Atmos takes: flock on a file that is made if it is not there
// (pkg/auth/cloud/aws/files.go since v1.196.0). The error is ErrInUse if another process has it, and
// fs.ErrNotExist if the directory was removed since it was opened.
func (d *Dir) tryLock(name string) (held, error) {
	path := d.place.Join(name)
	fail := func(err error) (held, error) {
		return held{}, path.wrap("lock", err)
	}
	flags := os.O_RDWR | NonBlocking
	info, err := d.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		flags |= os.O_CREATE | os.O_EXCL
	case err != nil:
		return held{}, err
	case isLink(info):
		return fail(ErrSymlink)
	}
	created := flags&os.O_CREATE != 0
	file, err := d.root.OpenFile(name, flags, 0o600)
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) && !created { // another process was faster
		return fail(ErrInUse)
	}
	if err != nil {
		return held{}, path.named(err)
	}
	l := held{d, name, file, created, created && d.place.Of != Atmos}
	if created && d.home.foreign { // else the user's own programs could not open it
		err = file.Chown(d.home.uid, d.home.gid)
	}
	if err == nil {
		err = l.take()
	}
	if err != nil {
		_ = file.Close()
		return fail(err)
	}
	return l, nil
}

// take locks the file, and makes sure that it still has its name: another process may have
// removed it since it was opened.
func (l held) take() error {
	ok, err := tryFlock(l.file, alone)
	if err != nil {
		return err
	}
	if named, err := l.isNamed(); !ok || !named {
		return cmp.Or(err, ErrInUse)
	}
	return nil
}

// isNamed tells whether the file still has its name.
func (l held) isNamed() (bool, error) {
	info, err := l.file.Stat()
	if err != nil {
		return false, err
	}
	now, err := l.dir.lstat(l.name)
	return err == nil && os.SameFile(info, now), IgnoreAbsent(err)
}

// tryExistence takes a lock that consists in the existence of its file. In the file stand
// our process and the time, and it is locked for as long as the process lives, so that a later
// run can tell that it was left behind, and take it over. The error is ErrInUse if another process has it.
func (d *Dir) tryExistence(name string) (held, error) {
	path := d.place.Join(name)
	inUse := path.wrap("lock", ErrInUse)
	if info, err := d.lstat(name); err == nil && !info.Mode().IsRegular() && !isLink(info) { // nothing can be written to it
		return held{}, path.wrap("lock", ErrNotRegular)
	}
	l, err := d.tryLock(name)
	if errors.Is(err, fs.ErrPermission) {
		if _, lookErr := d.lstat(name); lookErr == nil {
			return held{}, inUse // kubectl's own file may not be opened by anybody
		}
	}
	if err != nil {
		return held{}, err
	}
	l.goes = true
	ours := l.created || l.isOurs()
	if !ours && !l.abandoned() {
		_ = l.file.Close()
		return held{}, inUse
	}
	text := fmt.Sprintf("%d %s %s\n", os.Getpid(), ourName, time.Now().UTC().Format(time.RFC3339))
	if err := errors.Join(l.file.Truncate(0), second(l.file.WriteAt([]byte(text), 0))); err != nil {
		return held{}, errors.Join(path.named(err), l.release())
	}
	if !ours { // az removes its file a moment after it has unlocked it: if this one is there the next time, it is ours
		_ = l.file.Close()
		return held{}, inUse
	}
	return l, nil
}

// ourName stands in our locks, where az has its command line.
const ourName = "credclean"

// isOurs tells whether a run of ours made a file. If nobody has a lock on it, that run is gone.
func (l held) isOurs() bool {
	start := make([]byte, 64)
	n, _ := l.file.ReadAt(start, 0) // io.EOF
	return saysOurs(start[:n])
}

func saysOurs(text []byte) bool {
	words := strings.Fields(string(text))
	return len(words) > 1 && words[1] == ourName
}

// abandoned tells whether another process that made a file, on which nobody has a lock, is gone: az, which locks its
// file as soon as there is one, or a run of ours that was killed before it could
// write to the file. That of kubectl is empty too, but nobody may write to it.
func (l held) abandoned() bool {
	const instant = 2 * time.Second
	info, err := l.file.Stat()
	if err != nil || time.Since(info.ModTime()) < instant {
		return false
	}
	return l.dir.place.Of == Azure || info.Size() == 0 && info.Mode()&0o200 != 0
}

func second[T any](_ T, err error) error { return err }

// LockHeld tells whether another process has a lock now. It makes no file, and takes no lock away.
// The error is fs.ErrNotExist if there is no file.
func (d *Dir) LockHeld(name string) (bool, error) {
	path := d.place.Join(name)
	info, err := d.lstat(name)
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, path.wrap("open", ErrNotRegular)
	}
	file, err := d.root.OpenFile(name, os.O_RDONLY|NonBlocking, 0)
	if err != nil {
		return false, path.named(err)
	}
	defer file.Close()
	free, err := tryFlock(file, together)
	return !free && err == nil, path.named(err)
}

// RemoveLocks removes the lock files of files of one directory that are not there any more, while it holds all of
// their locks. Those of Docker's and az's files, which only Atmos makes, go even if the file is there.
// The error is fs.ErrNotExist if there are none, and fs.ErrExist if a file is there or
// another program has a lock, so that they are still needed.
func (h *Home) RemoveLocks(files ...Place) error {
	if len(files) == 0 {
		return fs.ErrNotExist
	}
	names := make([]string, 0, len(files))
	for _, p := range files {
		if p.Dir() != files[0].Dir() {
			return p.wrap("lock", fs.ErrInvalid)
		}
		names = append(names, path.Base(p.Path))
	}
	return h.in(files[0], func(d *Dir, _ string) error { return d.removeLocks(names) })
}

func (d *Dir) removeLocks(files []string) (err error) {
	there, err := d.unneededLocks(files)
	if err == nil && !there {
		err = fs.ErrNotExist
	}
	if err != nil {
		return err
	}
	var locks []held
	defer func() {
		goes := err == nil
		for _, l := range locks {
			l.goes = goes
			err = errors.Join(err, l.release())
		}
	}()
	for _, name := range files {
		l, err := d.tryLock(name + LockSuffix)
		if errors.Is(err, ErrInUse) {
			return fs.ErrExist
		}
		if err != nil {
			return err
		}
		locks = append(locks, l)
	}
	_, err = d.unneededLocks(files) // somebody may have logged in meanwhile
	return err
}

// unneededLocks tells whether one of the files has a lock file. The error is fs.ErrExist if a file is there that
// needs it.
func (d *Dir) unneededLocks(files []string) (there bool, err error) {
	for _, name := range files {
		if d.place.Of == Atmos {
			if _, err := d.lstat(name); err == nil {
				return false, fs.ErrExist
			} else if !errors.Is(err, fs.ErrNotExist) {
				return false, err
			}
		}
		switch _, err := d.lstat(name + LockSuffix); {
		case err == nil:
			there = true
		case !errors.Is(err, fs.ErrNotExist):
			return false, err
		}
	}
	return there, nil
}
