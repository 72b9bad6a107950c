package disk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credclean/credclean/internal/regular"
)

// A Dir is an open directory. What is in it is reached through it, so that nobody can
// put something else in the way. Close it.
type Dir struct {
	home  *Home
	place Place // as it was asked for
	real  Place // where it is, if a symbolic link led here
	root  *os.Root
	info  fs.FileInfo // nil for a root
	above *Dir        // the one that it was entered from
}

// Open opens a directory; symbolic links below its root that may be followed are followed.
// The error is fs.ErrNotExist if there is none.
func (h *Home) Open(p Place) (*Dir, error) { return h.open(p, (*Dir).Enter) }

// open opens the root of a place, and enters one directory after the other.
func (h *Home) open(p Place, enter func(*Dir, string) (*Dir, error)) (*Dir, error) {
	start, names := h.way(p)
	root, err := os.OpenRoot(start.Root)
	if err != nil {
		if info, statErr := os.Stat(start.Root); statErr == nil && !info.IsDir() {
			return nil, fs.ErrNotExist
		}
		return nil, absentIfNoWay(err)
	}
	d := &Dir{home: h, place: start, real: start, root: root}
	for _, name := range names {
		next, err := enter(d, name)
		d.Close()
		if err != nil {
			return nil, err
		}
		d = next
	}
	d.place = p
	return d, nil
}

// way tells where the way to a place begins, and the names on it. In the home of another
// user it begins there, since a root below it may be a symbolic link of that user's.
func (h *Home) way(p Place) (start Place, names []string) {
	start = Place{p.Root, ".", p.Of}
	if !p.IsRoot() {
		names = strings.Split(p.Path, "/")
	}
	if !h.foreign {
		return start, names
	}
	parts := strings.Split(filepath.Clean(p.Root), string(filepath.Separator))
	for i := range parts {
		dir := strings.Join(parts[:i+1], string(filepath.Separator))
		real, err := filepath.EvalSymlinks(cmp.Or(dir, string(filepath.Separator)))
		if err != nil {
			break
		}
		if _, ok := h.below(real); ok {
			return Place{real, ".", p.Of}, append(parts[i+1:], names...)
		}
	}
	return start, names
}

// Place is where the directory is, as it was asked for.
func (d *Dir) Place() Place { return d.place }

// Close closes the directory.
func (d *Dir) Close() { _ = d.root.Close() } // nothing was written through it

// Enter opens a directory in this one; a symbolic link that may be followed is followed.
// The error is fs.ErrNotExist if there is none, also if it is no directory.
func (d *Dir) Enter(name string) (*Dir, error) {
	next, err := d.enter(name)
	if !errors.Is(err, ErrSymlink) {
		return next, err
	}
	place := d.place.Join(name)
	real, err := d.home.follow(place)
	if err != nil {
		return nil, err
	}
	next, err = d.home.open(real, (*Dir).enter)
	if err != nil {
		return nil, err
	}
	next.place, next.real, next.above = place, real, d
	if err := next.checkLinked(); err != nil {
		next.Close()
		return nil, place.wrap("open", err)
	}
	return next, nil
}

// checkLinked refuses a directory that a symbolic link led to if it is not the user's, or one
// that the link is in, so that no walk goes in circles.
func (d *Dir) checkLinked() error {
	if d.info == nil {
		return fmt.Errorf("%w: it leads to the home directory", ErrSymlink)
	}
	if err := d.home.checkMine(d.info, d.real); err != nil {
		return err
	}
	for up := d.above; up != nil; up = up.above {
		info, err := up.info, error(nil)
		if info == nil {
			info, err = up.root.Stat(".")
		}
		if err == nil && os.SameFile(info, d.info) {
			return fmt.Errorf("%w: it leads back to %s", ErrSymlink, d.real)
		}
	}
	return nil
}

// enter is Enter, but follows no symbolic link.
func (d *Dir) enter(name string) (*Dir, error) {
	place := d.place.Join(name)
	fail := func(err error) (*Dir, error) {
		return nil, place.named(err)
	}
	info, err := d.lstat(name)
	switch {
	case err != nil:
		return nil, err
	case isLink(info):
		return fail(place.wrap("open", ErrSymlink))
	case !info.IsDir():
		return nil, fs.ErrNotExist
	}
	root, err := d.root.OpenRoot(name)
	if err != nil {
		return fail(absentIfNoWay(err))
	}
	again, err := root.Stat(".")
	if err == nil && !os.SameFile(info, again) {
		err = place.wrap("open", errReplaced)
	}
	if err != nil {
		_ = root.Close()
		return fail(err)
	}
	return &Dir{d.home, place, d.real.Join(name), root, info, d}, nil
}

// isLink tells whether something leads elsewhere. A junction of Windows is irregular for package os.
func isLink(info fs.FileInfo) bool { return info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 }

// isName tells whether something is a name, not a way.
func isName(name string) bool { return !strings.ContainsAny(name, `/`+string(filepath.Separator)) }

// Lstat describes what has a name here, a symbolic link itself.
func (d *Dir) Lstat(name string) (fs.FileInfo, error) { return d.lstat(name) }

// lstat describes what has a name here, a symbolic link itself.
func (d *Dir) lstat(name string) (fs.FileInfo, error) {
	if !isName(name) {
		return nil, d.place.Join(name).wrap("lstat", fs.ErrInvalid)
	}
	info, err := d.root.Lstat(name)
	return info, d.place.Join(name).named(absentIfNoWay(err))
}

// Names are the names in the directory, sorted.
func (d *Dir) Names() ([]string, error) {
	var names []string
	err := d.list(func(f *os.File) (err error) {
		names, err = f.Readdirnames(-1)
		slices.Sort(names)
		return err
	})
	return names, err
}

// Entries describe what is in the directory, sorted by name. Symbolic links are described
// themselves. Each costs a system call.
func (d *Dir) Entries() ([]fs.FileInfo, error) {
	var infos []fs.FileInfo
	err := d.list(func(f *os.File) (err error) {
		infos, err = f.Readdir(-1)
		slices.SortFunc(infos, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
		return err
	})
	return infos, err
}

func (d *Dir) list(read func(*os.File) error) error {
	f, err := d.root.Open(".")
	if err == nil {
		err = errors.Join(read(f), f.Close())
	}
	return d.place.named(err)
}

// Look is [Home.Look] in this directory.
func (d *Dir) Look(name string) (fs.FileInfo, error) {
	s, err := d.find(name)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.info, nil
}

// Read is [Home.Read] in this directory.
func (d *Dir) Read(ctx context.Context, name string, most int64) ([]byte, error) {
	s, err := d.find(name)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.read(ctx, most)
}

// read reads a file.
func (s spot) read(ctx context.Context, most int64) ([]byte, error) {
	refuse := func(err error) ([]byte, error) {
		return nil, s.place().wrap("read", err)
	}
	switch {
	case !s.info.Mode().IsRegular():
		return refuse(ErrNotRegular)
	case s.info.Size() > most:
		return refuse(fmt.Errorf("%w: %d bytes", regular.ErrTooLarge, s.info.Size()))
	}
	file, err := s.in.root.OpenFile(s.file, os.O_RDONLY|NonBlocking, 0)
	if err != nil {
		return nil, s.place().named(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil && !os.SameFile(info, s.info) {
		err = errReplaced
	}
	if err != nil {
		return refuse(err)
	}
	data, err := regular.ReadFile(ctx, file, most)
	return data, s.place().named(err)
}
