//go:build !windows

package cli

import (
	"os"
	"syscall"
)

// ignoredSignals are those of a closed terminal or pipe.
func ignoredSignals() []os.Signal { return []os.Signal{syscall.SIGHUP, syscall.SIGPIPE} }

// endingSignals are those that ask the program to end, and those for which Go would print a trace
// and exit with 2, as if nothing had been touched.
func endingSignals() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGABRT}
}

// takesColour tells whether a terminal understands the codes for colours and for moving the cursor.
func takesColour(*os.File) bool { return os.Getenv("TERM") != "dumb" }
