package cli

import (
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// ignoredSignals are none: Windows has no such signals.
func ignoredSignals() []os.Signal { return nil }

// endingSignals are Ctrl-C, and the end of the session.
func endingSignals() []os.Signal { return []os.Signal{syscall.SIGINT, syscall.SIGTERM} }

// takesColour tells whether a console understands the codes for colours and for moving the cursor,
// which consoles do only when they are asked to.
func takesColour(f *os.File) bool {
	console := windows.Handle(f.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
