//go:build !windows

package cli

import (
	"os"
	"syscall"
)

// ignoredSignals are those of a closed terminal or pipe.
func ignoredSignals() []os.Signal { return []os.Signal{syscall.SIGHUP, syscall.SIGPIPE} }

// takesColour tells whether a terminal understands the codes for colours.
func takesColour(*os.File) bool { return os.Getenv("TERM") != "dumb" }
