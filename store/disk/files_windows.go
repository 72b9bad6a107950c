package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// NonBlocking is no flag here: nothing at these paths blocks an open on Windows.
const NonBlocking = 0

// removableWhileOpen tells whether an open file can be removed. gofrs/flock opens
// it without FILE_SHARE_DELETE.
const removableWhileOpen = false

// syncDir does nothing: Windows has no such call, and NTFS logs a rename itself.
func syncDir(*os.Root) error { return nil }

// openWait is how long a file may be open elsewhere that is renamed or removed.
const openWait = time.Second

// patiently tries again for a moment while another program has the file open: a
// virus scanner or Atmos itself, which reads it without FILE_SHARE_DELETE.
func patiently(try func() error) error {
	const sharingViolation syscall.Errno = 32
	deadline := time.Now().Add(openWait)
	for {
		err := try()
		inUse := errors.Is(err, sharingViolation) || errors.Is(err, syscall.ERROR_ACCESS_DENIED)
		if !inUse || !time.Now().Before(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// owner is the same for all files: here access lists say who may do what.
func owner(fs.FileInfo) (uid, gid int) { return -1, -1 }

// links is 1: package os does not tell.
func links(fs.FileInfo) int { return 1 }

func give(*os.File, int, int) error { return nil }

// How a file is locked.
const (
	alone    uint32 = windows.LOCKFILE_EXCLUSIVE_LOCK
	together uint32 = 0
)

// tryFlock locks the first byte of a file, as gofrs/flock does, unless another process has.
// The lock ends when the file is closed.
func tryFlock(file *os.File, how uint32) (ok bool, err error) {
	err = windows.LockFileEx(windows.Handle(file.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}
