package keyring

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/store/disk"
)

// System is the location of the keyring of the operating system.
const System = "system keyring"

// DefaultTimeout is how long a system keyring may take for an answer if nothing else was asked for.
const DefaultTimeout = 5 * time.Second

// Options say how long to wait for a system keyring. The zero value is ready.
type Options struct {
	// Timeout bounds the connection with the first answer, and every later
	// call. Zero is DefaultTimeout.
	Timeout time.Duration
	// BusWait bounds the time until the session bus itself answers. One that says
	// nothing counts as missing: ErrNoService. Zero is Timeout, and then it is
	// an ErrTimeout. Only the Secret Service is on a bus.
	BusWait time.Duration
	// UnlockWait is how long to wait for a person in an unlock dialog. Zero
	// opens none. Only the Secret Service has them.
	UnlockWait time.Duration
	// Announce, if not nil, is called before the first dialog is opened.
	Announce func()
}

func (o Options) timeout() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return DefaultTimeout
}

// OnDisk tells whether what keeps a keyring for a Secret Service lies in one of the
// places where it is by default: the keyrings of GNOME (and those of oo7, in v1) and KDE,
// and the settings of a KeePassXC that is to be one. Then something may be stored that nobody
// answers for now. With an error it is not known.
func OnDisk(home string, lookupEnv func(string) (string, bool)) (bool, error) {
	var errs []error
	for _, data := range under(home, ".local/share", lookupEnv, "XDG_DATA_HOME") {
		for _, pattern := range []string{"keyrings/*.keyring", "keyrings/v1/*.keyring", "kwalletd/*.kwl"} {
			dir, file := filepath.Split(pattern)
			files, err := os.ReadDir(filepath.Join(data, dir))
			if slices.ContainsFunc(files, func(f fs.DirEntry) bool { return strings.HasSuffix(f.Name(), file[1:]) }) {
				return true, nil
			}
			errs = append(errs, disk.IgnoreAbsent(absentIfNoWay(err)))
		}
	}
	for _, config := range under(home, ".config", lookupEnv, "XDG_CONFIG_HOME") {
		settings, err := os.ReadFile(filepath.Join(config, "keepassxc", "keepassxc.ini"))
		if _, ours, is := strings.Cut(string(settings), "[FdoSecrets]"); is {
			ours, _, _ = strings.Cut(ours, "\n[")
			if strings.Contains(ours, "\nEnabled=true") {
				return true, nil
			}
		}
		errs = append(errs, disk.IgnoreAbsent(absentIfNoWay(err)))
	}
	return false, errors.Join(errs...)
}

// under are a directory of home and the one that a variable names instead.
func under(home, dir string, lookupEnv func(string) (string, bool), variable string) []string {
	dirs := []string{filepath.Join(home, dir)}
	if other, _ := lookupEnv(variable); other != "" {
		dirs = append(dirs, other)
	}
	return dirs
}
