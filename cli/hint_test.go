package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

func TestKeyringHint(t *testing.T) {
	left := fmt.Errorf("%w: %w", logout.ErrIncomplete, keyring.ErrLocked)
	for goos, want := range map[string]string{
		"darwin":  "unlock the keychain with security unlock-keychain, then run the same command again",
		"linux":   "unlock the keyring, then run the same command again",
		"windows": "unlock the keyring, then run the same command again",
	} {
		if got := keyringHint(left, goos); got != want {
			t.Errorf("%s: %q", goos, got)
		}
	}
	if got := keyringHint(logout.ErrIncomplete, "linux"); got != "" {
		t.Errorf("without a keyring: %q", got)
	}
}

// The error that ends a run says what to do next, and is still what it was.
func TestLeftError(t *testing.T) {
	if leftError(nil) != nil {
		t.Error("no error became one")
	}
	for cause, want := range map[error]string{
		keyring.ErrTimeout:        "--timeout waits longer",
		keyring.ErrNoService:      "in your desktop session",
		context.Canceled:          "to finish",
		errors.New("a full disk"): "fix what the report lists",

		&fs.PathError{Op: "lock", Path: "/kube/config.lock", Err: disk.ErrInUse}: "end the program that holds /kube/config.lock, or",
	} {
		err := leftError(errors.Join(logout.ErrIncomplete, cause))
		if !strings.Contains(hintOf(err), want) || !errors.Is(err, logout.ErrIncomplete) || !errors.Is(err, cause) {
			t.Errorf("%v: hint %q", err, hintOf(err))
		}
	}
}
