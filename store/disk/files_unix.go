//go:build !windows

package disk

import (
	"io/fs"
	"os"
	"syscall"
)

// Flags that keep an open from waiting for a FIFO, and from following a link.
const (
	NonBlocking = syscall.O_NONBLOCK
	noFollow    = syscall.O_NOFOLLOW
)

// removableWhileOpen tells whether an open file can be removed, so that no other
// program gets the lock between the unlocking and the removal.
const removableWhileOpen = true

// patiently tries once: that a file is open somewhere is in nobody's way.
func patiently(try func() error) error { return try() }

// keepOwner gives a new file the owner of the one it replaces, so that root
// takes nothing away from a user.
func keepOwner(file *os.File, old fs.FileInfo) error {
	st, ok := old.Sys().(*syscall.Stat_t)
	if !ok || int(st.Uid) == os.Geteuid() {
		return nil
	}
	return file.Chown(int(st.Uid), int(st.Gid))
}

// syncDir makes a rename in a directory durable.
func syncDir(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
