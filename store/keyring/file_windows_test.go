package keyring_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/keyring"
)

// 99designs/keyring would take these keys for other files, also outside the
// directory, for streams of a file, or for devices.
func TestFileKeyringNames(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "keyring")
	must(t, os.Mkdir(dir, 0o700))
	write(t, filepath.Join(parent, "x"), "mine")
	must(t, keyringtest.SetFile(dir, "dev", "secret"))
	must(t, keyringtest.SetFile(dir, "trail", "secret"))
	k := keyring.File{Dir: dir, Default: true}
	for _, key := range []string{
		`..\x`, `a\b`, `C:\x`, "C:x", "a:b", "dev:stream", "dev::$DATA", "CON", "con", "NUL", "COM1", "lpt9.txt", "CONIN$",
		"q?", "a*", `a"b`, "a<b", "a>b", "a|b", "trail.", "trail ", "trail. .", "...",
	} {
		found, err := k.Find(t.Context(), []string{key, "dev"})
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Find %q: %v", key, err)
		}
		if diff := cmp.Diff([]string{"dev"}, found); diff != "" {
			t.Errorf("found beside %q: %s", key, diff)
		}
		if err := k.Remove(t.Context(), key); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Remove %q: %v", key, err)
		}
	}
	wantNames(t, dir, "dev", "trail")
	wantNames(t, parent, "keyring", "x")
}

// Two spellings are one file, which is the entry of the key that it was written under.
func TestFileKeyringLetterCase(t *testing.T) {
	dir := t.TempDir()
	must(t, keyringtest.SetFile(dir, "atmos_Dev", "secret"))
	k := keyring.File{Dir: dir, Default: true}
	wantFound(t, k, []string{"atmos_dev", "atmos_Dev"}, "atmos_Dev")
	wantError(t, k.Remove(t.Context(), "atmos_dev"), fs.ErrNotExist)
	wantNames(t, dir, "atmos_Dev")
	must(t, k.Remove(t.Context(), "atmos_Dev"))
	wantError(t, k.Remove(t.Context(), "atmos_Dev"), fs.ErrNotExist)
	wantNames(t, dir)
}
