//go:build !linux

package regular

import "os"

// checkFileSystem accepts every file: elsewhere what the kernel makes up is a device.
func checkFileSystem(*os.File) error { return nil }
