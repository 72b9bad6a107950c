package cli

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// parentName is the name of the program that started this one; empty if the system does not tell.
func parentName() string {
	all, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = windows.CloseHandle(all) }()
	parent := uint32(os.Getppid()) //nolint:gosec // it is one
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(all, &entry); err == nil; err = windows.Process32Next(all, &entry) {
		if entry.ProcessID == parent {
			return windows.UTF16ToString(entry.ExeFile[:])
		}
	}
	return ""
}
