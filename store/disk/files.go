package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
)

// maxFile bounds what is read of one file, in bytes. Real ones have a few thousand.
const maxFile = 16 << 20

// What can stand in the way of a file.
var (
	// ErrSymlink: a symbolic link stands on the way or was removed; what it leads to was not touched.
	ErrSymlink = errors.New("symbolic link is not followed")
	// ErrNotRegular: something else than a file stands where a file should be.
	ErrNotRegular = errors.New("not a regular file")
	// ErrInUse: another program holds the lock.
	ErrInUse = errors.New("locked by another program")
	// ErrStillThere: it was removed, and a second look finds it all the same.
	ErrStillThere = errors.New("still there after the removal")
)

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
			return nil, "", Place{p.Root, path.Join(names[:i+1]...)}.named(err)
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

// errReplaced: something else has its name since it was looked at.
var errReplaced = errors.New("was replaced while it was read")

// in does something in the directory that a place is in.
func (f *Files) in(p Place, do func(dir *os.Root, name string) error) error {
	dir, name, err := f.open(p)
	if err != nil {
		return err
	}
	return p.named(do(dir, name))
}

// absentIfNoWay turns "a file stands where a directory should be" into fs.ErrNotExist.
func absentIfNoWay(err error) error {
	if errors.Is(err, syscall.ENOTDIR) {
		return fs.ErrNotExist
	}
	return err
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

func IgnoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
