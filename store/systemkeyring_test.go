//go:build unix

package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/credclean/credclean/store"
)

func TestKeyringOnDisk(t *testing.T) {
	for path, want := range map[string]bool{
		"home/.local/share/keyrings/login.keyring":    true,
		"home/.local/share/kwalletd/kdewallet.kwl":    true,
		"data/keyrings/Default_keyring.keyring":       true,
		"data/kwalletd/kdewallet.kwl":                 true,
		"home/.local/share/keyrings/user.keystore":    false,
		"home/.local/share/kwalletd/kdewallet.salt":   false,
		"home/.local/share/keyrings/x.keyring.backup": false,
		"home/.local/share/keyrings":                  false,
		"home/.local":                                 false,
	} {
		t.Run(path, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, path)
			must(t, os.MkdirAll(filepath.Dir(file), 0o700))
			write(t, file, "")
			got, err := store.KeyringOnDisk(filepath.Join(dir, "home"), filepath.Join(dir, "data"))
			must(t, err)
			if got != want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestKeyringOnDiskUnknown(t *testing.T) {
	home := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(home, ".local/share"), 0o700))
	loop := filepath.Join(home, ".local/share/keyrings")
	must(t, os.Symlink(loop, loop))
	if found, err := store.KeyringOnDisk(home, ""); found || err == nil {
		t.Errorf("%t, %v", found, err)
	}
}
