package early

import "os"

// Version is that of the release, without a v. The linker sets it; in any other build it is empty.
var Version string //nolint:gochecknoglobals // -X needs a variable

//nolint:gochecknoinits,forbidigo // main would come too late, after the init functions of all packages
func init() {
	if Version != "" && len(os.Args) == 2 && (os.Args[1] == "--version" || os.Args[1] == "-v") {
		_, _ = os.Stdout.WriteString(Line(Version))
		os.Exit(0)
	}
}

// Line is what --version prints.
func Line(version string) string { return "credclean " + version + "\n" }
