//go:build linux

// Package programtest tests the whole program in a home directory: with faults at every
// system call, killed, several at once, on odd file systems, at size.
package programtest

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/credclean/credclean/cli"
	"github.com/credclean/credclean/internal/keyringtest"
)

// module is what go builds credclean from.
const module = "github.com/credclean/credclean"

// The exit codes, as README.md tells them.
const (
	exitDone  = 0
	exitLeft  = 1
	exitUsage = 2
)

func TestMain(m *testing.M) {
	keyringtest.Main()
	testscript.Main(m, map[string]func(){"credclean": func() { os.Exit(cli.Run(os.Args[1:])) }})
}
