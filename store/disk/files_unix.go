//go:build !windows

package disk

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// NonBlocking keeps an open from waiting for a FIFO.
const NonBlocking = syscall.O_NONBLOCK

// removableWhileOpen tells whether an open file can be removed, so that no other
// program gets the lock between the unlocking and the removal.
const removableWhileOpen = true

// patiently tries once: that a file is open somewhere is in nobody's way.
func patiently(try func() error) error { return try() }

// syncDir makes a rename in a directory durable.
func syncDir(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// owner tells whose a file is.
func owner(info fs.FileInfo) (uid, gid int) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid), int(st.Gid)
	}
	return -1, -1
}

// links is the number of hard links to a file.
func links(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Nlink) //nolint:gosec // no file system has that many
	}
	return 1
}

// give makes a new file the property of a user and group, if it is not.
func give(file *os.File, uid, gid int) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if u, g := owner(info); u == uid && g == gid {
		return nil
	}
	return file.Chown(uid, gid)
}

// How a file is locked.
const (
	alone    = unix.LOCK_EX
	together = unix.LOCK_SH
)

// tryFlock locks a file unless another process has. The lock ends when the file is closed.
func tryFlock(file *os.File, how int) (ok bool, err error) {
	err = unix.Flock(int(file.Fd()), how|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
