package keyring_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// An entry that cannot be removed stays, and the error says why.
func TestFileKeyringNotWritable(t *testing.T) {
	dir := t.TempDir()
	must(t, keyringtest.SetFile(dir, "atmos_dev", "secret"))
	must(t, os.Chmod(dir, 0o500))
	t.Cleanup(func() { must(t, os.Chmod(dir, 0o700)) })
	k := keyring.File{Dir: dir, Default: true}
	err := powerless(func() error { return k.Remove(t.Context(), "atmos_dev") })
	wantError(t, err, fs.ErrPermission, filepath.Join(dir, "atmos_dev"))
	if errors.Is(err, disk.ErrStillThere) {
		t.Errorf("error %v", err)
	}
	wantNames(t, dir, "atmos_dev")
	if got, err := keyringtest.GetFile(dir, "atmos_dev"); got != "secret" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// powerless does something without what root may do beyond others.
func powerless(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with the goroutine
		var none [2]unix.CapUserData
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			done <- err
			return
		}
		done <- do()
	}()
	return <-done
}
