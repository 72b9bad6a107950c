//go:build unix

package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

func TestHeldLocks(t *testing.T) {
	home := t.TempDir()
	roots := store.NewRoots(home, home, filepath.Join(home, "tmp"), "linux", func(string) (string, bool) { return "", false })
	free := map[string]bool{".config/atmos/r/aws/sso/config.lock": true, ".config/atmos/r/aws/sso/credentials": true}
	for _, path := range []string{
		".config/atmos/r/aws/sso/credentials.lock", ".config/atmos/r/aws/sso/config.lock", ".config/atmos/r/aws/sso/credentials",
		".aws/atmos/sso/config.lock", ".config/atmos/profiles/p/mine.lock", ".cache/atmos/other/tool.lock", "tmp/x.lock",
	} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(home, path)), 0o700))
		write(t, filepath.Join(home, path), "")
		if free[path] {
			continue
		}
		l := flock.New(filepath.Join(home, path))
		must(t, l.Lock())
		t.Cleanup(func() { must(t, l.Unlock()) })
	}
	must(t, os.Symlink(filepath.Join(home, "tmp/x.lock"), filepath.Join(home, ".aws/atmos/sso/link.lock")))
	tree := func() (paths []string) {
		must(t, filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
			paths = append(paths, path)
			return err
		}))
		return paths
	}
	before := tree()
	held, err := store.HeldLocks(new(disk.Files), roots)
	must(t, err)
	want := []disk.Place{{Root: roots[store.HomeAWS], Path: "sso/config.lock"}, {Root: roots[store.Config], Path: "r/aws/sso/credentials.lock"}}
	if diff := cmp.Diff(want, held); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, tree()); diff != "" {
		t.Error(diff)
	}
}
