package store

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/credclean/credclean/store/disk"
)

// What the keyrings share with the files.
var (
	ErrNotRegular = disk.ErrNotRegular
	ErrStillThere = disk.ErrStillThere
)

const nonBlocking = disk.NonBlocking

func ignoreAbsent(err error) error { return disk.IgnoreAbsent(err) }

// absentIfNoWay turns "a file stands where a directory should be" into fs.ErrNotExist.
func absentIfNoWay(err error) error {
	if errors.Is(err, syscall.ENOTDIR) {
		return fs.ErrNotExist
	}
	return err
}
