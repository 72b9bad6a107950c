package show

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// Brief is the short form of a cause, for the brackets of a line.
func Brief(err error) string {
	for _, known := range []error{
		keyring.ErrLocked, keyring.ErrTimeout, keyring.ErrNoService, disk.ErrInUse,
		disk.ErrStillThere, disk.ErrNotRegular, store.ErrClaimed,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if errors.Is(err, syscall.EACCES) {
		return fs.ErrPermission.Error()
	}
	return Cause(err)
}

// Cause is a whole cause without the path, which stands beside it.
func Cause(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// Flatten takes joined errors apart; nil is none.
func Flatten(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok { // the outermost is meant
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, Flatten(e)...)
		}
		return all
	}
	return []error{err}
}
