package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

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
