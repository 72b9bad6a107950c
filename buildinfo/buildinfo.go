// Package buildinfo knows which release this is, and answers a command line that
// asks for nothing else.
//
// A release answers before most other packages are set up, which takes longer than
// all the rest: Go initialises packages in the order of their import paths
// as soon as all their imports are initialised, and this one imports only os.
package buildinfo

import "os"

// Version is that of the release, without a v. The linker sets it; in any other build it is empty.
var Version string //nolint:gochecknoglobals // -X needs a variable

//nolint:gochecknoinits // it has to run before the init functions of other packages
func init() {
	if Version == "" || len(os.Args) != 2 || os.Args[1] != "--version" && os.Args[1] != "-v" {
		return
	}
	_, err := os.Stdout.WriteString(Line(Version))
	if err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// Line is what --version prints.
func Line(version string) string { return "credclean " + version + "\n" }
