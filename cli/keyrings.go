package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/keyring"
)

// keyrings are all that may hold an entry: releases up to v1.220 ignored
// auth.keyring, so the default places are always among them. The warnings are what
// the user should know of them.
func (w workplace) keyrings(ctx context.Context, opts keyring.Options) (keyrings []keyring.Keyring, warnings []string) {
	system, warning := w.systemKeyring(ctx, opts)
	if system != nil {
		keyrings = append(keyrings, system)
	}
	if warning != "" {
		warnings = append(warnings, warning)
	}
	standard := store.DefaultKeyringDir(w.Roots)
	keyrings = append(keyrings, keyring.File{Dir: standard, Default: true})
	dirs := []string{standard}
	paths := slices.Clone(w.config.Own.KeyringPaths)
	for _, claim := range w.config.Claims.Keyrings {
		dir := store.KeyringDir(w.Roots, claim.Path.Raw(), w.WorkDir)
		if _, err := os.Stat(dir); !claim.Path.Computed() || err == nil { // what is nowhere is not named
			paths = append(paths, claim.Path.Raw())
		}
	}
	for _, path := range paths {
		if dir := store.KeyringDir(w.Roots, path, w.WorkDir); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
			keyrings = append(keyrings, keyring.File{Dir: dir})
		}
	}
	return keyrings, warnings
}

// busWait is how long a session bus may take to say anything where no keyring is
// on disk. One that lives answers within a millisecond.
const busWait = 50 * time.Millisecond

// systemKeyring is the keyring of the operating system, or nil if there is
// none and nothing can have been stored in one.
func (w workplace) systemKeyring(ctx context.Context, opts keyring.Options) (k keyring.Keyring, warning string) {
	home := w.Roots[store.Home]
	onDisk, diskErr := keyring.OnDisk(ctx, home, w.config.LookupEnv)
	owner := otherOwner(home)
	switch {
	case owner != "" && !onDisk && diskErr == nil && !keyring.BusNamed(w.config.LookupEnv):
		return nil, fmt.Sprintf("the home directory %s belongs to %s", home, owner)
	case owner != "":
		return keyring.NotAsked(keyring.System, fmt.Errorf("the system keyring of %s was not asked", owner)),
			fmt.Sprintf("the home directory %s belongs to %s; that user's system keyring cannot be asked from here", home, owner)
	}
	if !onDisk && diskErr == nil {
		opts.BusWait = busWait
	}
	k = keyring.NewSystem(opts)
	switch _, err := k.Find(ctx, nil); {
	case onDisk || !errors.Is(err, keyring.ErrNoService):
		return k, ""
	case diskErr != nil:
		return k, fmt.Sprintf("no keyring service here, and whether a keyring is on disk cannot be told: %v", diskErr)
	}
	return nil, "no keyring service here, and no keyring on disk: nothing can have been stored in one"
}

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
	case hint == "":
		hint = "fix what the report lists, then run the same command again"
	}
	return hinted{err, hint}
}
