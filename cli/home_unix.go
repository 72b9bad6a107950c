//go:build !windows

package main

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// ignoredSignals are those of a closed terminal or pipe.
func ignoredSignals() []os.Signal { return []os.Signal{syscall.SIGHUP, syscall.SIGPIPE} }

// otherOwner names whose home this is, if it is not the effective user's or sudo is in use; else it is empty.
func otherOwner(home string) string {
	info, err := os.Stat(home)
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	_, sudo := os.LookupEnv("SUDO_UID")
	if !ok || int(st.Uid) == os.Geteuid() && !sudo {
		return ""
	}
	uid := strconv.Itoa(int(st.Uid))
	if u, err := user.LookupId(uid); err == nil {
		return u.Username
	}
	return "user " + uid
}

// takesColour tells whether a terminal understands the codes for colours.
func takesColour(*os.File) bool { return os.Getenv("TERM") != "dumb" }
