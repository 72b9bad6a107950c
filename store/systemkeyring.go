package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// systemKeyring is the location of the keyring of the operating system.
const systemKeyring = "system keyring"

// DefaultTimeout is how long a system keyring may take for an answer if nothing else was asked for.
const DefaultTimeout = 5 * time.Second

// SystemOptions say how long to wait for a system keyring. The zero value is ready.
type SystemOptions struct {
	// Timeout bounds the connection with the first answer, and every later
	// call. Zero is DefaultTimeout.
	Timeout time.Duration
	// UnlockWait is how long to wait for a person in an unlock dialog. Zero
	// opens none. Only the Secret Service has them.
	UnlockWait time.Duration
	// Announce, if not nil, is called before the first dialog is opened.
	Announce func()
}

func (o SystemOptions) timeout() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return DefaultTimeout
}

// KeyringOnDisk tells whether a keyring of GNOME or KDE lies in one of the
// places they use, so that something may be stored that nobody answers for now.
// xdgDataHome may be empty. With an error it is not known.
func KeyringOnDisk(home, xdgDataHome string) (bool, error) {
	var errs []error
	for _, data := range []string{filepath.Join(home, ".local", "share"), xdgDataHome} {
		if data == "" {
			continue
		}
		for dir, ext := range map[string]string{"keyrings": ".keyring", "kwalletd": ".kwl"} {
			files, err := os.ReadDir(filepath.Join(data, dir))
			if slices.ContainsFunc(files, func(f fs.DirEntry) bool { return strings.HasSuffix(f.Name(), ext) }) {
				return true, nil
			}
			errs = append(errs, ignoreAbsent(absentIfNoWay(err)))
		}
	}
	return false, errors.Join(errs...)
}
