package regular

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// checkFileSystem refuses files that the kernel makes up: some never end, and what
// they say belongs to no user.
func checkFileSystem(f *os.File) error {
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &s); err != nil {
		return fmt.Errorf("type of the file system: %w", err)
	}
	switch uint32(s.Type) { //nolint:gosec // the magic numbers have 32 bits
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEBUGFS_MAGIC, unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC,
		unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC, unix.BPF_FS_MAGIC, unix.EFIVARFS_MAGIC, unix.PSTOREFS_MAGIC,
		unix.SELINUX_MAGIC, unix.SMACK_MAGIC, unix.BINFMTFS_MAGIC, unix.DEVPTS_SUPER_MAGIC, unix.RDTGROUP_SUPER_MAGIC,
		unix.AAFS_MAGIC, unix.NSFS_MAGIC, configfs, fusectl, mqueue:
		return fmt.Errorf("a file of the kernel, %w", ErrNotRegular)
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		return checkDevices(f)
	}
	return nil
}

// Of these golang.org/x/sys has no names (include/uapi/linux/magic.h and fs/ of Linux 6).
const (
	configfs = 0x62656570
	fusectl  = 0x65735543
	mqueue   = 0x19800202
)

// checkDevices refuses files of devtmpfs, which bears the type of tmpfs.
func checkDevices(f *os.File) error {
	var file, devices, root unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &file); err != nil {
		return err
	}
	if unix.Stat("/dev", &devices) == nil && unix.Stat("/", &root) == nil && file.Dev == devices.Dev && file.Dev != root.Dev {
		return fmt.Errorf("a file in /dev, %w", ErrNotRegular)
	}
	return nil
}
