package cli

import (
	"fmt"
	"testing"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store/keyring"
)

func TestUnlockHint(t *testing.T) {
	for goos, want := range map[string]string{
		"darwin":  "unlock the keychain with security unlock-keychain, then run the same command again",
		"linux":   "unlock the keyring, then run the same command again",
		"windows": "unlock the keyring, then run the same command again",
	} {
		if got := unlockHint(goos); got != want {
			t.Errorf("%s: %q", goos, got)
		}
	}
	if got := hint(fmt.Errorf("%w: %w", logout.ErrIncomplete, keyring.ErrLocked)); got != unlockHint("linux") && got != unlockHint("darwin") {
		t.Errorf("the hint of a locked keyring is %q", got)
	}
}
