package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// homeDir is the home directory that is cleaned.
func homeDir() (string, error) {
	home, err := os.UserHomeDir()
	if err == nil && !filepath.IsAbs(home) {
		err = fmt.Errorf("%q is not an absolute path", home)
	}
	if err == nil {
		var info os.FileInfo
		if info, err = os.Stat(home); err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a directory", home)
		}
	}
	if err != nil {
		return "", hinted{fmt.Errorf("no usable home directory: %w", err), "set HOME to your home directory"}
	}
	return home, nil
}

// systemDir is where Atmos looks for the configuration of the whole machine.
func systemDir() string {
	if runtime.GOOS == "windows" {
		return os.Getenv("LOCALAPPDATA")
	}
	return "/usr/local/etc/atmos"
}
