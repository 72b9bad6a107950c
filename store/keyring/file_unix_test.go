//go:build unix

package keyring_test

import (
	stdcmp "cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// A directory that is not there holds nothing, and is not made.
func TestFileKeyringNoDirectory(t *testing.T) {
	parent := t.TempDir()
	write(t, filepath.Join(parent, "file"), "")
	must(t, os.Symlink("nowhere", filepath.Join(parent, "dangling")))
	for _, name := range []string{"keyring", "a/b", "dangling", "file/keyring"} {
		k := keyring.File{Dir: filepath.Join(parent, name), Default: true}
		wantFound(t, k, []string{"dev", ".."})
		if listed, err := k.List(t.Context()); len(listed) > 0 || err != nil {
			t.Errorf("%s: listed %q, %v", name, listed, err)
		}
		wantError(t, k.Remove(t.Context(), "dev"), fs.ErrNotExist)
	}
	wantNames(t, parent, "dangling", "file")
}

// 99designs/keyring would answer "nothing there" for these.
func TestFileKeyringBadDirectory(t *testing.T) {
	parent := t.TempDir()
	write(t, filepath.Join(parent, "file"), "")
	must(t, syscall.Mkfifo(filepath.Join(parent, "fifo"), 0o600))
	loop := filepath.Join(parent, "loop")
	must(t, os.Symlink("loop", loop))
	for _, dir := range []string{filepath.Join(parent, "file"), filepath.Join(parent, "fifo"), loop, "", "relative"} {
		k := keyring.File{Dir: dir}
		for what, err := range map[string]error{
			"Find":   second(k.Find(t.Context(), []string{"dev"})),
			"List":   second(k.List(t.Context())),
			"Remove": k.Remove(t.Context(), "dev"),
		} {
			if err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s in %q: %v", what, dir, err)
			}
		}
	}
}

// A keyring directory may be a link, which Atmos follows, too.
func TestFileKeyringLinkedDirectory(t *testing.T) {
	parent := t.TempDir()
	dir, link := filepath.Join(parent, "dotfiles"), filepath.Join(parent, "keyring")
	must(t, os.Mkdir(dir, 0o700))
	must(t, os.Symlink(dir, link))
	must(t, keyringtest.SetFile(link, "dev", "secret"))
	k := keyring.File{Dir: link}
	wantFound(t, k, []string{"dev"}, "dev")
	must(t, k.Remove(t.Context(), "dev"))
	wantNames(t, dir)
	wantNames(t, parent, "dotfiles", "keyring")
}

// What is no regular file is no entry; in the place of one that Atmos alone can
// have written it is an error, and so is a symbolic link that leads to an entry.
func TestFileKeyringNotRegular(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.Mkdir(outside, 0o700))
	must(t, keyringtest.SetFile(outside, "dev", "secret"))
	write(t, filepath.Join(outside, "text"), "no entry")
	link := func(target string) func(string) error {
		return func(path string) error { return os.Symlink(target, path) }
	}
	for kind, tt := range map[string]struct {
		make       func(path string) error
		elsewhere  error // where other files may lie, of any key
		raw, atmos error // in the default directory, of a raw key and one of Atmos's form
	}{
		"directory":        {func(path string) error { return os.Mkdir(path, 0o700) }, nil, nil, disk.ErrNotRegular},
		"fifo":             {func(path string) error { return syscall.Mkfifo(path, 0o600) }, nil, nil, disk.ErrNotRegular},
		"link":             {link(filepath.Join(outside, "dev")), disk.ErrSymlink, disk.ErrSymlink, disk.ErrSymlink},
		"link to text":     {link(filepath.Join(outside, "text")), nil, disk.ErrSymlink, disk.ErrSymlink},
		"link to a device": {link("/dev/zero"), nil, disk.ErrSymlink, disk.ErrSymlink},
		"dangling link":    {link("nowhere"), nil, disk.ErrSymlink, disk.ErrSymlink},
		"link to a fifo": {func(path string) error {
			return errors.Join(syscall.Mkfifo(path+"#", 0o600), os.Symlink(path+"#", path))
		}, nil, disk.ErrSymlink, disk.ErrSymlink},
	} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			must(t, tt.make(filepath.Join(dir, "dev")))
			must(t, tt.make(filepath.Join(dir, "atmos_dev")))
			must(t, keyringtest.SetFile(dir, "prod", "secret"))
			before := names(t, dir)
			for _, k := range []keyring.File{{Dir: dir, Password: keyringtest.FilePassword}, {Dir: dir, Default: true, Password: keyringtest.FilePassword}} {
				wantList := stdcmp.Or(tt.raw, tt.atmos)
				if !k.Default {
					wantList = tt.elsewhere
				}
				for key, want := range map[string]error{"dev": tt.raw, "atmos_dev": tt.atmos} {
					if !k.Default {
						want = tt.elsewhere
					}
					found, err := k.Find(t.Context(), []string{key, "prod"})
					wantError(t, err, want)
					if diff := cmp.Diff([]string{"prod"}, found); diff != "" {
						t.Errorf("found: %s", diff)
					}
					listed, err := k.List(t.Context())
					wantError(t, err, wantList)
					if diff := cmp.Diff([]string{"prod"}, listed); diff != "" {
						t.Errorf("listed: %s", diff)
					}
					want = stdcmp.Or(want, fs.ErrNotExist)
					_, err = k.Read(t.Context(), key)
					wantError(t, err, want, key)
					wantError(t, k.Remove(t.Context(), key), want, key)
				}
			}
			wantNames(t, dir, before...)
			wantNames(t, outside, "dev", "text")
		})
	}
}

// A link to an entry that lies elsewhere in the home directory is followed where Atmos alone
// can have made it; a run that was killed at it is finished by the next one.
func TestFileKeyringLinkedEntry(t *testing.T) {
	start := func(t *testing.T) (k keyring.File, elsewhere string) {
		home := t.TempDir()
		k = keyring.File{Dir: filepath.Join(home, "keyring"), Default: true, Password: keyringtest.FilePassword, Home: disk.NewHome(home)}
		elsewhere = filepath.Join(home, "elsewhere")
		must(t, errors.Join(os.Mkdir(k.Dir, 0o700), os.Mkdir(elsewhere, 0o700)))
		must(t, keyringtest.SetFile(elsewhere, "dev", "secret"))
		must(t, keyringtest.SetFile(elsewhere, "prod", "secret"))
		write(t, filepath.Join(elsewhere, "text"), "no entry")
		must(t, os.Symlink("../elsewhere/dev", filepath.Join(k.Dir, "atmos_dev")))
		return k, elsewhere
	}
	t.Run("removed", func(t *testing.T) {
		k, elsewhere := start(t)
		wantFound(t, k, []string{"atmos_dev", "atmos_prod"}, "atmos_dev")
		must(t, k.Remove(t.Context(), "atmos_dev"))
		wantError(t, k.Remove(t.Context(), "atmos_dev"), fs.ErrNotExist)
		wantNames(t, k.Dir)
		wantNames(t, elsewhere, "prod", "text")
	})
	t.Run("a killed run", func(t *testing.T) {
		k, elsewhere := start(t)
		must(t, os.Rename(filepath.Join(k.Dir, "atmos_dev"), filepath.Join(k.Dir, "atmos_dev.credclean")))
		wantFound(t, k, []string{"atmos_dev", "atmos_dev.credclean"}, "atmos_dev")
		listed, err := k.List(t.Context())
		if diff := cmp.Diff([]string{"atmos_dev"}, listed); diff != "" || err != nil {
			t.Errorf("listed: %s, %v", diff, err)
		}
		must(t, k.Remove(t.Context(), "atmos_dev"))
		wantNames(t, k.Dir)
		wantNames(t, elsewhere, "prod", "text")
	})
	t.Run("no entry", func(t *testing.T) {
		k, elsewhere := start(t)
		must(t, os.Symlink("../elsewhere/text", filepath.Join(k.Dir, "atmos_text")))
		must(t, os.Symlink("../elsewhere/prod", filepath.Join(k.Dir, "raw")))
		for _, key := range []string{"atmos_text", "raw"} {
			wantError(t, k.Remove(t.Context(), key), disk.ErrSymlink, key)
		}
		wantNames(t, k.Dir, "atmos_dev", "atmos_text", "raw")
		wantNames(t, elsewhere, "dev", "prod", "text")
	})
}

// Root cleans the home directory of another user: no link there leads it to its own
// files, and what belongs to a third user stays.
func TestFileKeyringForeignHome(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test needs root")
	}
	const user, third = 54321, 54322
	parent := t.TempDir()
	roots := filepath.Join(parent, "roots")
	must(t, os.Mkdir(roots, 0o700))
	must(t, keyringtest.SetFile(roots, "atmos_dev", "secret"))
	start := func(t *testing.T, name string) keyring.File {
		home := filepath.Join(parent, name)
		must(t, errors.Join(os.Mkdir(home, 0o755), os.Chown(home, user, user)))
		return keyring.File{Dir: filepath.Join(home, "data", "keyring"), Default: true, Password: keyringtest.FilePassword, Home: disk.NewHome(home)}
	}
	t.Run("a link", func(t *testing.T) {
		k := start(t, "a")
		must(t, os.Mkdir(filepath.Dir(k.Dir), 0o755))
		must(t, os.Symlink(roots, k.Dir))
		_, findErr := k.Find(t.Context(), []string{"atmos_dev"})
		_, listErr := k.List(t.Context())
		_, readErr := k.Read(t.Context(), "atmos_dev")
		for _, err := range []error{findErr, listErr, readErr, k.Remove(t.Context(), "atmos_dev")} {
			wantError(t, err, disk.ErrSymlink)
		}
		wantNames(t, roots, "atmos_dev")
	})
	t.Run("owners", func(t *testing.T) {
		k := start(t, "b")
		for key, uid := range map[string]int{"atmos_own": user, "atmos_root": 0, "atmos_third": third} {
			must(t, keyringtest.SetFile(k.Dir, key, "secret"))
			must(t, os.Chown(filepath.Join(k.Dir, key), uid, uid))
		}
		must(t, k.Remove(t.Context(), "atmos_own"))
		must(t, k.Remove(t.Context(), "atmos_root"))
		wantError(t, k.Remove(t.Context(), "atmos_third"), disk.ErrOwner, "atmos_third")
		wantNames(t, k.Dir, "atmos_third")
	})
}

// Names that only Windows takes for something else are names like any other.
func TestFileKeyringNames(t *testing.T) {
	dir := t.TempDir()
	k := keyring.File{Dir: dir}
	keys := []string{`..\x`, `C:\x`, "a:b", "q?", `a"b`, "a|b", "trail.", "trail ", "..."}
	must(t, keyringtest.SetFile(dir, "trail", "secret"))
	for _, key := range keys {
		must(t, keyringtest.SetFile(dir, key, "secret of "+key))
	}
	wantFound(t, k, keys, keys...)
	for _, key := range keys {
		must(t, k.Remove(t.Context(), key))
	}
	wantNames(t, dir, "trail")
}

// Ten times as many keys and files may take ten times as many allocations, not a
// hundred times: counting them takes no clock.
func TestFileKeyringManyKeys(t *testing.T) {
	work := func(n int) float64 {
		dir, keys := manyFiles(t, n)
		k := keyring.File{Dir: dir, Default: true}
		return testing.AllocsPerRun(1, func() { wantFound(t, k, keys, keys...) })
	}
	if small, large := work(500), work(5000); large > 15*small {
		t.Errorf("%.0f allocations for 500 keys, %.0f for 5000", small, large)
	}
}

func BenchmarkFileKeyringFind(b *testing.B) {
	dir, keys := manyFiles(b, 10_000)
	k := keyring.File{Dir: dir, Default: true}
	for b.Loop() {
		if found, err := k.Find(b.Context(), keys); len(found) != len(keys) || err != nil {
			b.Fatal(len(found), err)
		}
	}
}

// manyFiles is a directory with entries under n raw keys.
func manyFiles(tb testing.TB, n int) (dir string, keys []string) {
	tb.Helper()
	dir = tb.TempDir()
	must(tb, keyringtest.SetFile(dir, "dev", "secret"))
	for i := range n {
		keys = append(keys, fmt.Sprintf("identity-%d", i))
		must(tb, os.Link(filepath.Join(dir, "dev"), filepath.Join(dir, keys[i])))
	}
	return dir, keys
}
