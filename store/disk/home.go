package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/credclean/credclean/internal/regular"
)

// What can stand in the way of a file.
var (
	// ErrSymlink: a symbolic link stands in the place or on the way, and leads where nothing is looked at.
	ErrSymlink = errors.New("symbolic link is not followed")
	// ErrNotRegular: something else than a file stands where a file should be.
	ErrNotRegular = regular.ErrNotRegular
	// ErrInUse: another program holds the lock. The error is an *fs.PathError that names the lock file.
	ErrInUse = errors.New("locked by another program")
	// ErrStillThere: it was removed, and a second look finds it all the same.
	ErrStillThere = errors.New("still there after the removal")
	// ErrOwner: this belongs to another user, and root cleans the home of a third one, or a symbolic link is in play.
	ErrOwner = errors.New("belongs to another user")
)

// errReplaced: something else has its name since it was looked at.
var errReplaced = errors.New("was replaced while it was read")

// LockWait is how long a run waits for the locks of other programs, all together.
const LockWait = 10 * time.Second

// A Home is the home directory that is cleaned, and what may be done on behalf of its
// user. It keeps how much time is left to wait for locks, and which directories were
// changed, so that one Home serves one run. It is not for several goroutines. Close it.
type Home struct {
	dir      string
	real     string // dir without symbolic links
	uid, gid int    // of the user; -1 on Windows
	foreign  bool   // root cleans the home of another user
	patience time.Duration
	last     *Dir           // in which something was done last
	unsynced map[Place]bool // directories that were changed
	links    []Linked
}

// A Linked is a file that was removed or replaced, and is still on the disk under another name.
type Linked struct {
	Place
	Links int // how many names it has left
	info  fs.FileInfo
}

// Linked are the files that still have a name.
func (h *Home) Linked() []Linked {
	return slices.DeleteFunc(slices.Clone(h.links), func(l Linked) bool { return l.Links == 0 })
}

// noteLinks notes what names a file has that goes. It may be one of them.
func (h *Home) noteLinks(p Place, info fs.FileInfo) {
	left := links(info) - 1
	if i := slices.IndexFunc(h.links, func(l Linked) bool { return l.Links > 0 && os.SameFile(l.info, info) }); i >= 0 {
		h.links[i].Links = left
	} else if left > 0 {
		h.links = append(h.links, Linked{p, left, info})
	}
}

func (s spot) noteLinks() { s.dir.home.noteLinks(s.place(), s.info) }

// NewHome is the home directory dir, an absolute path, for the user that the process runs as. If
// that is root and the directory is another user's, then no symbolic link in it
// is followed, and nothing that belongs to a third user is removed.
func NewHome(dir string) *Home {
	h := &Home{dir: dir, real: dir, uid: os.Geteuid(), gid: os.Getegid(), patience: LockWait, unsynced: make(map[Place]bool)}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		h.real = real
	}
	if info, err := os.Stat(dir); err == nil && h.uid == 0 {
		if uid, gid := owner(info); uid != 0 {
			h.uid, h.gid, h.foreign = uid, gid, true
		}
	}
	return h
}

// Mine tells whether something belongs to the user, or to root if root is at work. On Windows everything does.
func (h *Home) Mine(info fs.FileInfo) bool {
	uid, _ := owner(info)
	return uid == h.uid || uid == 0 && h.foreign
}

// checkOwner tells whether what info describes may be removed or changed.
func (h *Home) checkOwner(info fs.FileInfo) error {
	if uid, _ := owner(info); h.foreign && !h.Mine(info) {
		return fmt.Errorf("%w (uid %d)", ErrOwner, uid)
	}
	return nil
}

// Look describes what is at a place; a symbolic link that may be followed is followed.
// The error is fs.ErrNotExist if there is nothing.
func (h *Home) Look(p Place) (info fs.FileInfo, err error) {
	err = h.in(p, func(d *Dir, name string) error {
		info, err = d.Look(name)
		return err
	})
	return info, err
}

// Target is the path of what the symbolic link in a place, or one on the way to it, leads
// to; empty if there is none.
func (h *Home) Target(p Place) (target string, err error) {
	err = h.in(p, func(d *Dir, name string) error {
		s, err := d.find(name)
		if err == nil {
			target = s.target()
			s.close()
		}
		return err
	})
	return target, err
}

// Read reads a regular file of at most so many bytes. The error is fs.ErrNotExist if
// there is none.
func (h *Home) Read(ctx context.Context, p Place, most int64) (data []byte, err error) {
	err = h.in(p, func(d *Dir, name string) error {
		data, err = d.Read(ctx, name, most)
		return err
	})
	return data, err
}

// Sync makes durable what was removed and edited: without it, a crash may bring it back. The
// errors name the directories.
func (h *Home) Sync() error {
	var errs []error
	for _, p := range slices.SortedFunc(maps.Keys(h.unsynced), func(a, b Place) int { return strings.Compare(a.String(), b.String()) }) {
		d, err := h.open(p, (*Dir).enter)
		if err == nil {
			err = d.sync()
			d.Close()
		}
		errs = append(errs, IgnoreAbsent(err))
	}
	clear(h.unsynced)
	return errors.Join(errs...)
}

// Close closes the directory that is kept open.
func (h *Home) Close() {
	if h.last != nil {
		h.last.Close()
		h.last = nil
	}
}

// at opens a directory, or returns the one that was used last if it is still there.
func (h *Home) at(p Place) (*Dir, error) {
	last := h.last
	defer func() {
		if last != nil && last != h.last {
			last.Close()
		}
	}()
	open := func() (*Dir, error) { return h.Open(p) }
	if last.isThere() {
		switch last.place {
		case p:
			return last, nil
		case p.Dir():
			open = func() (*Dir, error) { return last.Enter(path.Base(p.Path)) }
		}
	}
	h.last = nil
	d, err := open()
	if err != nil {
		return nil, err
	}
	if d.info == nil {
		if d.info, err = d.root.Stat("."); err != nil {
			d.Close()
			return nil, p.named(err)
		}
	}
	h.last = d
	return d, nil
}

// isThere tells whether a directory still has its path.
func (d *Dir) isThere() bool {
	if d == nil {
		return false
	}
	info, err := os.Stat(d.place.String())
	return err == nil && os.SameFile(info, d.info)
}

// in does something in the directory that a place is in.
func (h *Home) in(p Place, do func(d *Dir, name string) error) error {
	d, err := h.at(p.Dir())
	if err != nil {
		return err
	}
	name := "."
	if !p.IsRoot() {
		name = path.Base(p.Path)
	}
	if !isName(name) {
		return p.wrap("open", fs.ErrInvalid)
	}
	return do(d, name)
}

// IgnoreAbsent is nil if the error is fs.ErrNotExist.
func IgnoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// absentIfNoWay turns "a file stands where a directory should be" into fs.ErrNotExist.
func absentIfNoWay(err error) error {
	if errors.Is(err, syscall.ENOTDIR) {
		return fs.ErrNotExist
	}
	return err
}
