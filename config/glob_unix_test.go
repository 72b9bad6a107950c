//go:build unix

package config_test

import (
	"os"
	"testing"

	"github.com/credclean/credclean/config"
)

// A directory that a link has led to before is searched all the same where it stands.
func TestPatternBehindLink(t *testing.T) {
	for _, tt := range []struct{ pattern, file string }{
		{"conf/**/b/x.yaml", "work/conf/b/x.yaml"},
		{"conf/*/*/x.yaml", "work/conf/b/sub/x.yaml"},
	} {
		t.Run(tt.pattern, func(t *testing.T) {
			m := newMachine(t, files{
				"work/atmos.yaml": "import: \"" + tt.pattern + "\"\n",
				"work/conf/a/":    "",
				tt.file:           realm("b"),
			})
			if err := os.Symlink("../b", m.path("work/conf/a/link")); err != nil {
				t.Fatal(err)
			}
			equal(t, m.see(t, config.Options{}).Realm, "b")
		})
	}
}
