//go:build unix

package config

import (
	"io/fs"
	"os"
	"syscall"
)

// isMine tells whether a file belongs to whoever runs this, or to root: root cleaning
// another user's home is not told by that user where to write.
func isMine(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && (s.Uid == 0 || int(s.Uid) == os.Geteuid())
}
