package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/internal/regular"
	"github.com/credclean/credclean/store/disk"
)

// System is the location of the keyring of the operating system.
const System = "system keyring"

// DefaultTimeout is how long a system keyring may take if nothing else was asked for.
const DefaultTimeout = 5 * time.Second

// Options say how long to wait for a system keyring. The zero value is ready.
type Options struct {
	// Timeout bounds a listing as a whole, and what is done with one entry with all its
	// calls. Zero is DefaultTimeout.
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

// OnDisk tells whether a keyring of this home directory lies in one of the places where it is
// by default: those of GNOME (and of oo7, in v1), KDE and macOS, and the settings of a
// KeePassXC that is to be one. Then something may be stored that nobody answers for now. With
// an error it is not known.
func OnDisk(ctx context.Context, home string, lookupEnv func(string) (string, bool)) (bool, error) {
	var errs []error
	data := under(home, ".local/share", lookupEnv, "XDG_DATA_HOME")
	for _, place := range []struct {
		dirs        []string
		dir, suffix string
	}{
		{data, "keyrings", ".keyring"},
		{data, "keyrings/v1", ".keyring"},
		{data, "kwalletd", ".kwl"},
		{[]string{home}, "Library/Keychains", ".keychain-db"},
		{[]string{home}, "Library/Keychains", ".keychain"},
	} {
		for _, dir := range place.dirs {
			files, err := os.ReadDir(filepath.Join(dir, place.dir))
			if slices.ContainsFunc(files, func(f fs.DirEntry) bool { return strings.HasSuffix(f.Name(), place.suffix) }) {
				return true, nil
			}
			errs = append(errs, disk.IgnoreAbsent(absentIfNoWay(err)))
		}
	}
	for _, dir := range under(home, ".config", lookupEnv, "XDG_CONFIG_HOME") {
		found, err := inKeePassXC(ctx, filepath.Join(dir, "keepassxc", "keepassxc.ini"))
		if found {
			return true, nil
		}
		errs = append(errs, err)
	}
	return false, errors.Join(errs...)
}

// maxSettings bounds what is read of KeePassXC's settings, in bytes. Real ones have a few thousand.
const maxSettings = 1 << 20

// inKeePassXC tells whether a KeePassXC with these settings is a Secret Service.
func inKeePassXC(ctx context.Context, path string) (bool, error) {
	settings, err := regular.Read(ctx, path, maxSettings)
	if errors.Is(err, regular.ErrNotRegular) {
		return false, nil
	}
	_, ours, _ := strings.Cut(string(settings), "[FdoSecrets]")
	ours, _, _ = strings.Cut(ours, "\n[")
	return strings.Contains(ours, "\nEnabled=true"), disk.IgnoreAbsent(absentIfNoWay(err))
}

// under are a directory of home and the one that a variable names instead.
func under(home, dir string, lookupEnv func(string) (string, bool), variable string) []string {
	dirs := []string{filepath.Join(home, dir)}
	if other, _ := lookupEnv(variable); other != "" {
		dirs = append(dirs, other)
	}
	return dirs
}

// BusNamed tells whether the environment names a session bus, or one is where it is by default.
func BusNamed(lookupEnv func(string) (string, bool)) bool {
	if address, _ := lookupEnv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address != "disabled:" // the usual word for none
	}
	_, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Geteuid()))
	return err == nil
}
