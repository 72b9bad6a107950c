//go:build unix

package config_test

import (
	"os"
	"testing"
)

func TestSymlinkLoops(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "", "work/.atmos.d/a.yaml": realm("a"), "common/b.yaml": "logs: {level: b}\n"})
	for link, target := range map[string]string{"here": ".", "up": "..", "common": "../../common"} {
		if err := os.Symlink(target, m.path("work/.atmos.d/"+link)); err != nil {
			t.Fatal(err)
		}
	}
	c := mustLoad(t, m)
	equal(t, []string{c.Auth.Realm, c.Logs.Level}, []string{"a", "b"})
}

// Atmos derives the realm from the spelling of the directory.
func TestSymlinkedWorkDir(t *testing.T) {
	m := newMachine(t, files{"real/atmos.yaml": realm("here")})
	if err := os.Symlink(m.path("real"), m.path("alias")); err != nil {
		t.Fatal(err)
	}
	m.work = "alias"
	c := mustLoad(t, m)
	equal(t, c.Dirs, []string{"alias"})
}
