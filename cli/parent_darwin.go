package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// parentName is the name of the program that started this one; empty if the system does not tell.
func parentName() string {
	process, err := unix.SysctlKinfoProc("kern.proc.pid", os.Getppid())
	if err != nil {
		return ""
	}
	return unix.ByteSliceToString(process.Proc.P_comm[:])
}
