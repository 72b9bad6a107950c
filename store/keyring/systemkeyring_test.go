//go:build unix

package keyring_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

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
		"home/Library/Keychains/login.keychain-db":    true,
		"home/Library/Keychains/metadata.db":          false,
	} {
		t.Run(path, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, path)
			must(t, os.MkdirAll(filepath.Dir(file), 0o700))
			write(t, file, keePassXC)
			variables := map[string]string{"XDG_DATA_HOME": filepath.Join(dir, "data"), "XDG_CONFIG_HOME": filepath.Join(dir, "config")}
			got, err := keyring.OnDisk(t.Context(), filepath.Join(dir, "home"), func(name string) (string, bool) {
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
	if found, err := keyring.OnDisk(t.Context(), home, nothing); found || err == nil {
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
		if got, err := keyring.OnDisk(t.Context(), home, nothing); got != want || err != nil {
			t.Errorf("%q: %t, %v", settings, got, err)
		}
	}
}

// What cannot be its settings is waited for as little as it is read whole.
func TestKeePassXCOdd(t *testing.T) {
	for what, tt := range map[string]struct {
		make  func(path string) error
		known bool
	}{
		"fifo":      {func(path string) error { return syscall.Mkfifo(path, 0o600) }, true},
		"device":    {func(path string) error { return os.Symlink("/dev/zero", path) }, true},
		"directory": {func(path string) error { return os.Mkdir(path, 0o700) }, true},
		"1 GB of zeros": {func(path string) error {
			return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 1<<30))
		}, false},
	} {
		t.Run(what, func(t *testing.T) {
			home := t.TempDir()
			must(t, os.MkdirAll(filepath.Join(home, ".config/keepassxc"), 0o700))
			must(t, tt.make(filepath.Join(home, ".config/keepassxc/keepassxc.ini")))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			found, err := keyring.OnDisk(t.Context(), home, nothing)
			if found || (err == nil) != tt.known {
				t.Errorf("%t, %v", found, err)
			}
			runtime.ReadMemStats(&after)
			if took, read := time.Since(begin), after.TotalAlloc-before.TotalAlloc; took > 5*time.Second || read > 16<<20 {
				t.Errorf("took %s and %d MiB", took, read>>20)
			}
		})
	}
}

// A named one is one, whether it answers or not.
func TestBusNamed(t *testing.T) {
	named := func(address string) func(string) (string, bool) {
		return func(name string) (string, bool) { return address, name == "DBUS_SESSION_BUS_ADDRESS" && address != "" }
	}
	if !keyring.BusNamed(named("unix:path=/nowhere")) {
		t.Error("a named one")
	}
	if keyring.BusNamed(named("disabled:")) {
		t.Error("a disabled one")
	}
	_, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Geteuid()))
	if got := keyring.BusNamed(named("")); got != (err == nil) {
		t.Errorf("none: %t, %v", got, err)
	}
}

func nothing(string) (string, bool) { return "", false }
