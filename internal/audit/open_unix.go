//go:build !windows

package audit

import "syscall"

// noFollow refuses a symbolic link that took the file's place since it was looked
// at, and does not wait at a named pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
