//go:build !windows

package cli

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

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
