package keyring

import (
	"errors"
	"io/fs"
	"syscall"
)

// absentIfNoWay turns "a file stands where a directory should be" into fs.ErrNotExist.
func absentIfNoWay(err error) error {
	if errors.Is(err, syscall.ENOTDIR) {
		return fs.ErrNotExist
	}
	return err
}
