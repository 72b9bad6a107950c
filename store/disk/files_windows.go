package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Windows has neither flag: nothing at these paths blocks an open there.
const (
	NonBlocking = 0
	noFollow    = 0
)

// removableWhileOpen tells whether an open file can be removed. gofrs/flock opens
// it without FILE_SHARE_DELETE.
const removableWhileOpen = false

func keepOwner(*os.File, fs.FileInfo) error { return nil }

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
