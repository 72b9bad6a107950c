// Package keyringtest gives tests real keyrings: GNOME Keyring on a session bus
// of its own, and the directory of a file keyring. Entries are written with the
// libraries that Atmos writes them with, so that what is tested cannot drift away from
// what is on people's machines.
//
// It needs the programs dbus-daemon and gnome-keyring-daemon. Without them a
// test fails: a skipped one would look as if it had passed.
package keyringtest

import (
	"fmt"

	"github.com/99designs/keyring"

	_ "github.com/credclean/credclean/internal/early" // see there
)

// FilePassword is the password of every file keyring.
const FilePassword = "only for tests"

// SetFile writes an entry into the file keyring in dir, as Atmos does.
func SetFile(dir, key, secret string) error {
	ring, err := openFile(dir)
	if err != nil {
		return err
	}
	return ring.Set(keyring.Item{Key: key, Data: []byte(secret), Label: key, Description: "Atmos credentials for " + key})
}

// GetFile decrypts an entry of the file keyring in dir.
func GetFile(dir, key string) (secret string, err error) {
	ring, err := openFile(dir)
	if err != nil {
		return "", err
	}
	item, err := ring.Get(key)
	if err != nil {
		return "", fmt.Errorf("file keyring %s: %q: %w", dir, key, err)
	}
	return string(item.Data), nil
}

func openFile(dir string) (keyring.Keyring, error) {
	return keyring.Open(keyring.Config{
		AllowedBackends:  []keyring.BackendType{keyring.FileBackend},
		FileDir:          dir,
		FilePasswordFunc: keyring.FixedStringPrompt(FilePassword),
	})
}
