package cli

import (
	"context"
	"runtime/debug"
	"strings"

	"github.com/credclean/credclean/internal/early"
)

func versionCommand() *command {
	return &command{
		name:  "version",
		usage: "show the version; the same as --version",
		run: func(_ context.Context, s *session) (document, error) {
			s.show(version())
			return nil, nil
		},
	}
}

// version is what --version prints.
func version() string { return early.Line(release()) }

// release is the version of the program: the linker's, else that of the module, else dev with
// the commit that it was built from, as far as Go knows one.
func release() string {
	if early.Version != "" {
		return early.Version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	return releaseOf(*info)
}

func releaseOf(info debug.BuildInfo) string {
	settings := make(map[string]string)
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	commit := settings["vcs.revision"]
	commit = commit[:min(len(commit), 12)]
	release, _, _ := strings.Cut(strings.TrimPrefix(info.Main.Version, "v"), "+")
	if release == "" || release == "(devel)" || commit != "" && strings.HasSuffix(release, commit) {
		release = "dev" // Go makes a version of a commit that has none
	}
	switch {
	case commit == "":
		return release
	case settings["vcs.modified"] == "true":
		return release + " (commit " + commit + ", dirty)"
	}
	return release + " (commit " + commit + ")"
}
