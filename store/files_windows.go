package store

import (
	"io/fs"
	"os"
)

// Windows has neither flag: nothing at these paths blocks an open there.
const (
	nonBlocking = 0
	noFollow    = 0
)

// removableWhileOpen tells whether an open file can be removed. gofrs/flock opens
// it without FILE_SHARE_DELETE.
const removableWhileOpen = false

func keepOwner(*os.File, fs.FileInfo) error { return nil }

// syncDir does nothing: Windows has no such call, and NTFS logs a rename itself.
func syncDir(*os.Root, string) error { return nil }
