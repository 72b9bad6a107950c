package cli

import (
	"context"
	"errors"
	"io/fs"
	"runtime"

	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// keyringHint is what to do about a keyring that did not answer, or empty.
func keyringHint(err error, goos string) string {
	unlock := "unlock the keyring, then run the same command again"
	if goos == "darwin" {
		unlock = "unlock the keychain with security unlock-keychain, then run the same command again"
	}
	for _, known := range []hinted{
		{keyring.ErrLocked, unlock},
		{keyring.ErrTimeout, "the keyring does not answer: restart it or log in again, then run the same command again; --timeout waits longer"},
		{keyring.ErrNoService, "a keyring is stored on this machine, but nothing opens it: run the same command again in your desktop session"},
	} {
		if errors.Is(err, known.error) {
			return known.hint
		}
	}
	return ""
}

// leftError gives the error of a run that left something what to do next.
func leftError(err error) error {
	hint := keyringHint(err, runtime.GOOS)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		hint = "run the same command again to finish"
	case hint == "" && errors.Is(err, store.ErrClaimed):
		hint = "set the variable that the report names yourself, if the place is yours"
	case hint == "" && errors.Is(err, disk.ErrInUse):
		hint = "end the program that holds " + lockOf(err) + ", or wait until it is done; then run the same command again"
	case hint == "":
		hint = "fix what the report lists, then run the same command again"
	}
	return hinted{err, hint}
}

// lockOf is the file of the first lock in err that another program has.
func lockOf(err error) string {
	for _, e := range show.Flatten(err) {
		if p := (*fs.PathError)(nil); errors.Is(e, disk.ErrInUse) && errors.As(e, &p) {
			return show.Clean(p.Path)
		}
	}
	return "the lock"
}
