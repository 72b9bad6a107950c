package disk

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"syscall"
)

// TempSuffix ends the name that a new file has before it replaces the old one, and a symbolic
// link before what it leads to is removed.
const TempSuffix = ".credclean"

// Remove removes a file, and looks again. Of a symbolic link, what it leads to goes, and then the link. The
// error is fs.ErrNotExist if there was nothing.
func (h *Home) Remove(p Place) error { return h.in(p, (*Dir).Remove) }

// Remove is [Home.Remove] in this directory.
func (d *Dir) Remove(name string) error {
	s, err := d.find(name)
	if errors.Is(err, fs.ErrNotExist) {
		if left, leftErr := d.dropLeftover(name); left || leftErr != nil {
			return leftErr
		}
	}
	if file, marked := strings.CutSuffix(name, TempSuffix); marked && errors.Is(err, errNowhere) { // what it led to went
		_, err := d.dropLeftover(file)
		return err
	}
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.check(); err != nil {
		return err
	}
	return s.remove(func() error { return nil })
}

// remove removes a file if it is unchanged. A symbolic link gets another name before that, so that a run that was
// killed in between leaves no link to nothing, of which the next one could not tell
// whether what it led to is gone.
func (s spot) remove(unchanged func() error) (err error) {
	defer func() {
		if err == nil {
			s.noteLinks()
		}
	}()
	if err := unchanged(); err != nil {
		return err
	}
	if !s.linked() {
		return s.in.unlink(s.file)
	}
	marker := s.name + TempSuffix
	if _, err := s.dir.dropLeftover(s.name); err != nil {
		return err
	}
	if err := s.dir.root.Rename(s.name, marker); err != nil {
		return s.place().named(err)
	}
	if err := s.dir.gone(s.name); err != nil {
		return err
	}
	if err := s.in.unlink(s.file); err != nil {
		return err
	}
	if err := s.in.sync(); err != nil { // else a crash may bring it back without the link
		return err
	}
	return s.dir.unlink(marker)
}

// unlink removes a file or an empty directory, and looks again.
func (d *Dir) unlink(name string) error {
	if err := patiently(func() error { return d.root.Remove(name) }); err != nil {
		return d.place.Join(name).named(err)
	}
	d.changed()
	delete(d.home.unsynced, d.real.Join(name))
	return d.gone(name)
}

// changed notes that the directory is to be synced.
func (d *Dir) changed() { d.home.unsynced[d.real] = true }

// sync makes durable what was renamed or removed.
func (d *Dir) sync() error { return d.place.named(d.place.wrap("sync", syncDir(d.root))) }

// gone looks again.
func (d *Dir) gone(name string) error {
	_, err := d.lstat(name)
	if err == nil {
		err = d.place.Join(name).wrap("remove", ErrStillThere)
	}
	return IgnoreAbsent(err)
}

// hasLeftover tells whether a run of ours was killed while it changed a file.
func (d *Dir) hasLeftover(name string) (bool, error) {
	info, err := d.lstat(name + TempSuffix)
	if err == nil {
		err = d.place.Join(name+TempSuffix).wrap("remove", d.home.checkOwner(info))
	}
	return err == nil, IgnoreAbsent(err)
}

// dropLeftover removes what a run of ours left that was killed while it changed a file:
// a new file, or a symbolic link with what it leads to.
func (d *Dir) dropLeftover(name string) (bool, error) {
	left, err := d.hasLeftover(name)
	if !left {
		return false, err
	}
	marker := name + TempSuffix
	if s, err := d.find(marker); err == nil {
		defer s.close()
		if s.linked() && s.check() == nil {
			if err := errors.Join(s.in.unlink(s.file), s.in.sync()); err != nil {
				return true, err
			}
		}
	}
	return true, d.unlink(marker)
}

// RemoveTree removes a file, or a directory with all that is in it, and looks again. It
// follows no symbolic link, and goes on after an error. The error is fs.ErrNotExist if there
// was nothing, and ErrSymlink if the place itself is a link.
func (h *Home) RemoveTree(ctx context.Context, p Place) error {
	return h.in(p, func(d *Dir, name string) error {
		info, err := d.lstat(name)
		switch {
		case err != nil:
			return err
		case isLink(info):
			return p.wrap("remove", ErrSymlink)
		case !info.IsDir():
			return d.Remove(name)
		case p.IsRoot():
			return p.wrap("remove", fs.ErrInvalid)
		}
		return d.removeTree(ctx, info, name)
	})
}

// removeTree removes what info describes, and returns the first error.
func (d *Dir) removeTree(ctx context.Context, info fs.FileInfo, name string) error {
	if err := errors.Join(ctx.Err(), d.home.checkOwner(info)); err != nil {
		return d.place.Join(name).wrap("remove", err)
	}
	if info.IsDir() {
		if err := d.empty(ctx, name); err != nil {
			return err
		}
	}
	err := d.unlink(name)
	if err == nil && !info.IsDir() {
		d.home.noteLinks(d.place.Join(name), info)
	}
	return err
}

// empty removes all that is in a directory.
func (d *Dir) empty(ctx context.Context, name string) error {
	sub, err := d.enter(name)
	if err != nil {
		return err
	}
	defer sub.Close()
	infos, first := sub.Entries()
	for _, info := range infos {
		if err := sub.removeTree(ctx, info, info.Name()); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// RemoveEmptyDir removes a directory if nothing is in it. The error is fs.ErrNotExist if there is
// none, and fs.ErrExist if something is in it or mounted on it, or if it is a link.
func (h *Home) RemoveEmptyDir(p Place) error {
	return h.in(p, func(d *Dir, name string) error {
		info, err := d.lstat(name)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return p.wrap("remove", fs.ErrExist)
		}
		if err := d.home.checkOwner(info); err != nil {
			return p.wrap("remove", err)
		}
		err = d.unlink(name)
		if errors.Is(err, syscall.EBUSY) { // a mount point cannot be removed
			err = p.wrap("remove", fs.ErrExist)
		}
		return err
	})
}

// IsLeftover tells whether a name is that of what a killed write left beside a file: of
// Atmos (renameio, and <file>.tmp of tokens) or of ours.
func IsLeftover(file, name string) bool {
	pattern := regexp.QuoteMeta(file)
	return regexp.MustCompile(`^(\.` + pattern + `[0-9]+|` + pattern + `\.tmp|` + pattern + regexp.QuoteMeta(TempSuffix) + `)$`).MatchString(name)
}
