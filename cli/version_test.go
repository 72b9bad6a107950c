package cli

import (
	"runtime/debug"
	"testing"
)

func TestReleaseOf(t *testing.T) {
	const commit = "e31666cb30c9ca727401a62e1905bf20b50632bd"
	for _, tt := range []struct{ version, commit, modified, want string }{
		{"", "", "", "dev"},
		{"(devel)", "", "", "dev"},            // go run, or without git
		{"v1.2.3", "", "", "1.2.3"},           // go install MODULE@v1.2.3
		{"v1.2.3-rc.1", "", "", "1.2.3-rc.1"}, // a release candidate
		{"v1.2.4-0.20261126102723-e31666cb30c9", "", "", "1.2.4-0.20261126102723-e31666cb30c9"}, // go install MODULE@COMMIT
		{"v0.0.0-20261126102723-e31666cb30c9", commit, "false", "dev (commit e31666cb30c9)"},
		{"v0.0.0-20261126102723-e31666cb30c9+dirty", commit, "true", "dev (commit e31666cb30c9, dirty)"},
		{"v1.2.4-0.20261126102723-e31666cb30c9+dirty", commit, "true", "dev (commit e31666cb30c9, dirty)"},
		{"(devel)", commit, "true", "dev (commit e31666cb30c9, dirty)"},
		{"v1.2.3", commit, "false", "1.2.3 (commit e31666cb30c9)"},
		{"v1.2.3+dirty", commit, "true", "1.2.3 (commit e31666cb30c9, dirty)"},
		{"", "abc", "", "dev (commit abc)"},
	} {
		info := debug.BuildInfo{Main: debug.Module{Version: tt.version}}
		for key, value := range map[string]string{"vcs.revision": tt.commit, "vcs.modified": tt.modified} {
			if value != "" {
				info.Settings = append(info.Settings, debug.BuildSetting{Key: key, Value: value})
			}
		}
		if got := releaseOf(info); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}
