package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/credclean/credclean/store/cut"
)

// maxEdit bounds the size of a file that is edited, in bytes. Real ones have a few thousand.
const maxEdit = 16 << 20

// Edit cuts something out of a file under the locks that other programs take, and looks again. The
// file is replaced in one step, so that at any moment it is either as before or as after;
// if nothing is left of it, it is removed. That of another program keeps its mode and
// owner; if it changes meanwhile, the edit starts over, and gives up after the fifth time. The
// error is fs.ErrNotExist if there was nothing to do, and else names the place.
func (h *Home) Edit(ctx context.Context, p Place, cutter cut.Cutter) error {
	return h.in(p, func(d *Dir, name string) error { return d.edit(ctx, name, cutter) })
}

func (d *Dir) edit(ctx context.Context, name string, cutter cut.Cutter) (err error) {
	s, err := d.find(name)
	if err == nil {
		s.close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	} else if left, leftErr := d.hasLeftover(name); leftErr != nil {
		return leftErr
	} else if !left {
		return err
	}
	unlock, err := d.lock(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	left, err := d.dropLeftover(name)
	if err != nil {
		return err
	}
	const tries = 5
	for range tries {
		err = d.editOnce(ctx, name, cutter)
		if !errors.Is(err, errChanged) && !errors.Is(err, ErrStillThere) {
			break
		}
	}
	if errors.Is(err, fs.ErrNotExist) && left {
		err = nil // a run of ours was killed and left its new file
	}
	return err
}

// errChanged: another program writes a file while it is edited.
var errChanged = errors.New("another program keeps changing it")

// editOnce edits a file. The error is errChanged if another program was faster, and ErrStillThere if
// what was cut out is in the file afterwards.
func (d *Dir) editOnce(ctx context.Context, name string, cutter cut.Cutter) error {
	s, err := d.find(name)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.check(); err != nil {
		return err
	}
	data, err := s.read(ctx, maxEdit)
	if err != nil {
		return err
	}
	c, err := cutter.Apply(data)
	switch {
	case err != nil:
		return err
	case c.Empty:
		return s.remove(func() error { return s.unchanged(ctx, data) })
	case len(c.Removed) == 0:
		return fs.ErrNotExist
	}
	if err := s.replace(c.Data, func() error { return s.unchanged(ctx, data) }); err != nil {
		return err
	}
	again, err := d.Read(ctx, name, maxEdit)
	if err == nil {
		c, err = cutter.Apply(again)
	}
	if err == nil && c.Changes() {
		err = s.place().wrap("rename", ErrStillThere)
	}
	return err
}

// check refuses a file that may not be removed or replaced.
func (s spot) check() error {
	err := s.dir.home.checkOwner(s.info)
	if err == nil && !s.info.Mode().IsRegular() {
		err = ErrNotRegular
	}
	return s.place().wrap("remove", err)
}

// unchanged compares a file with what was read of it.
func (s spot) unchanged(ctx context.Context, data []byte) error {
	var err error
	if s.info, err = s.in.lstat(s.file); err != nil {
		return err
	}
	now, err := s.read(ctx, maxEdit)
	if err == nil && !bytes.Equal(now, data) {
		err = s.place().wrap("replace", errChanged)
	}
	return err
}

// replace writes data beside a file and renames it over it. Both reach the disk
// in this order, so that a crash leaves the old file or the new one.
func (s spot) replace(data []byte, unchanged func() error) (err error) {
	temp := s.file + TempSuffix
	defer func() {
		if err != nil {
			err = errors.Join(err, IgnoreAbsent(s.in.root.Remove(temp)))
		}
		if e := (*os.LinkError)(nil); errors.As(err, &e) {
			err = s.place().wrap("replace", fmt.Errorf("cannot be replaced (%w)", e.Err))
		}
		err = s.place().named(err)
	}()
	if err := IgnoreAbsent(s.in.root.Remove(temp)); err != nil {
		return err
	}
	file, err := s.in.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = s.dress(file)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := unchanged(); err != nil {
		return err
	}
	if err := patiently(func() error { return s.in.root.Rename(temp, s.file) }); err != nil {
		return err
	}
	s.in.changed()
	s.noteLinks()
	return nil
}

// dress gives a new file the owner of the old one, so that root takes nothing away from a user,
// and if it is another program's, its mode.
func (s spot) dress(file *os.File) error {
	uid, gid := owner(s.info)
	if err := give(file, uid, gid); err != nil {
		return err
	}
	if mode := s.info.Mode().Perm(); s.dir.place.Of != Atmos && mode != 0o600 {
		return file.Chmod(mode)
	}
	return nil
}
