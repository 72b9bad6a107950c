//go:build unix

package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store"
)

// A flag that names the project by its whole path: Atmos takes it as it is.
func TestRealmsOfAbsoluteFlag(t *testing.T) {
	p := store.Project{Dirs: []string{"/home/ana/acme"}, Flagged: "/home/ana/web"}
	automatic := []string{"82bbb38e824250d4", "82bbb38e", "d826e988046f2e21", "d826e988"}
	if diff := cmp.Diff(automatic, p.Automatic()); diff != "" {
		t.Errorf("automatic (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(append(automatic, "cdb4ee2aea69cc6a", "cdb4ee2a", ""), p.Realms()); diff != "" {
		t.Errorf("realms (-want +got):\n%s", diff)
	}
}

// A project that is reached through a link has the realms of both spellings.
func TestRealmsOfLink(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	real, link := filepath.Join(home, "projects", "Acme"), filepath.Join(home, "Work")
	if err := os.MkdirAll(real, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(home, "projects"), link); err != nil {
		t.Fatal(err)
	}
	digest := func(path string, n int) string {
		sum := sha256.Sum256([]byte(path))
		return hex.EncodeToString(sum[:])[:n]
	}
	spelled := filepath.Join(link, "Acme")
	want := []string{
		digest(strings.ToLower(filepath.ToSlash(spelled)), 16), digest(spelled, 8),
		digest(strings.ToLower(filepath.ToSlash(real)), 16), digest(real, 8),
	}
	if diff := cmp.Diff(want, store.Project{Dirs: []string{spelled}}.Automatic()); diff != "" {
		t.Errorf("through the link (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[2:], store.Project{Dirs: []string{real}}.Automatic()); diff != "" {
		t.Errorf("without the link (-want +got):\n%s", diff)
	}
}
