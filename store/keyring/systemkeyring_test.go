//go:build unix

package keyring_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/credclean/credclean/store/keyring"
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
		"home/.local/share/keyrings/v1/login.keyring": true,
		"home/.config/keepassxc/keepassxc.ini":        true,
		"config/keepassxc/keepassxc.ini":              true,
		"config/other/keepassxc.ini":                  false,
	} {
		t.Run(path, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, path)
			must(t, os.MkdirAll(filepath.Dir(file), 0o700))
			write(t, file, keePassXC)
			variables := map[string]string{"XDG_DATA_HOME": filepath.Join(dir, "data"), "XDG_CONFIG_HOME": filepath.Join(dir, "config")}
			got, err := keyring.OnDisk(filepath.Join(dir, "home"), func(name string) (string, bool) {
				value, is := variables[name]
				return value, is
			})
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
	if found, err := keyring.OnDisk(home, nothing); found || err == nil {
		t.Errorf("%t, %v", found, err)
	}
}

// keePassXC are the settings of one that is a Secret Service.
const keePassXC = "[General]\nConfigVersion=2\n\n[FdoSecrets]\nConfirmAccessItem=false\nEnabled=true\n\n[GUI]\nEnabled=false\n"

// A KeePassXC keeps a keyring for others only if it is told to.
func TestKeePassXC(t *testing.T) {
	for settings, want := range map[string]bool{
		keePassXC:                          true,
		"[FdoSecrets]\r\nEnabled=true\r\n": true,
		"[FdoSecrets]\nEnabled=false\n[Browser]\nEnabled=true": false,
		"[Browser]\nEnabled=true\n":                            false,
		"":                                                     false,
	} {
		home := t.TempDir()
		must(t, os.MkdirAll(filepath.Join(home, ".config/keepassxc"), 0o700))
		write(t, filepath.Join(home, ".config/keepassxc/keepassxc.ini"), settings)
		if got, err := keyring.OnDisk(home, nothing); got != want || err != nil {
			t.Errorf("%q: %t, %v", settings, got, err)
		}
	}
}

func nothing(string) (string, bool) { return "", false }
