//go:build unix

package config_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/credclean/credclean/config"
)

func TestSymlinkLoops(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "", "work/.atmos.d/a.yaml": realm("a"), "common/b.yaml": "auth.keyring.type: b\n"})
	for link, target := range map[string]string{"here": ".", "up": "..", "common": "../../common"} {
		if err := os.Symlink(target, m.path("work/.atmos.d/"+link)); err != nil {
			t.Fatal(err)
		}
	}
	got := m.see(t, config.Options{})
	equal(t, []string{got.Realm, got.Keyring.Type}, []string{"a", "b"})
}

// There are millions of ways through directories that lead to each other.
func TestLinksToEachOther(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "auth: {realm: a}\n"})
	for i := range 12 {
		m.mkdir(t, fmt.Sprintf("work/.atmos.d/%d", i))
		for j := range 12 {
			if err := os.Symlink(fmt.Sprintf("../%d", j), m.path(fmt.Sprintf("work/.atmos.d/%d/%d", i, j))); err != nil {
				t.Fatal(err)
			}
		}
	}
	equal(t, len(m.soon(t).Gaps), 1)
}

// A pattern goes no deeper than its slashes: else the link would be met before
// the directory that it leads to, which is entered once.
func TestPatternDepth(t *testing.T) {
	m := newMachine(t, files{
		"work/atmos.yaml":    "import: \"conf/*/x.yaml\"\n",
		"work/conf/a/x.yaml": realm("a"),
		"work/conf/b/x.yaml": "auth.keyring.type: b\n",
	})
	if err := os.Symlink("../b", m.path("work/conf/a/link")); err != nil {
		t.Fatal(err)
	}
	got := m.see(t, config.Options{})
	equal(t, got.Files, paths("work/conf/a/x.yaml", "work/conf/b/x.yaml", "work/atmos.yaml"))
	equal(t, []string{got.Realm, got.Keyring.Type}, []string{"a", "b"})
}

// Atmos derives the realm from the spelling of the directory.
func TestSymlinkedWorkDir(t *testing.T) {
	m := newMachine(t, files{"real/atmos.yaml": realm("here")})
	if err := os.Symlink(m.path("real"), m.path("alias")); err != nil {
		t.Fatal(err)
	}
	m.work = "alias"
	equal(t, m.see(t, config.Options{}).Dirs, []string{"alias"})
}

// soon loads a configuration, which must not take long: by far less than whoever tries all ways needs.
func (m *machine) soon(t *testing.T) *config.Config {
	t.Helper()
	start := time.Now()
	c := mustLoad(t, m)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	return c
}
