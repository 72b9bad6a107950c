// Package hometest makes home directories with a project in them, for tests of what is found
// there and what becomes of it.
package hometest

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// What Atmos writes. The verbs are the name of a section and a start URL.
const (
	Session = "; atmos: expiration=2030-01-02T00:00:00Z\n[%s]\naws_access_key_id = A\naws_session_token = t\n"
	Key     = "[%s]\naws_access_key_id = A\naws_secret_access_key = s\n"
	Entry   = "eyJhbGciOiJQQkVTMi1IUzI1NitBMTI4S1ciLCJlbmMiOiJBMjU2R0NNIn0.a2V5.aXY.c2VjcmV0.dGFn" // of a file keyring
	SSO     = `{"accessToken":"a","expiresAt":"2030-01-02T00:00:00Z","region":"us-east-1","startUrl":"%s","refreshToken":"r"}`
)

// A World is a home directory with a project in it, and what is set in the environment.
type World struct {
	Files map[string]string // by path below the home directory; {R} is the project's realm
	Env   map[string]string
	Asked []string // names that the user typed
	All   bool     // what other projects keep is looked at, too
}

// Realm is the automatic realm of ~/project in a home directory (pkg/config/auth_realm.go since v1.207.0).
func Realm(home string) string {
	return store.Project{Dirs: []string{filepath.Join(home, "project")}}.Automatic()[0]
}

// Short writes ~ for the home directory in a text, and {R} for the project's realm.
func Short(home, text string) string {
	return strings.NewReplacer(home, "~", Realm(home), "{R}").Replace(text)
}

// Open writes the home directory and reads the project in it.
func (w World) Open(t testing.TB) (home string, p *inventory.Project) {
	t.Helper()
	home = t.TempDir()
	for path, text := range w.Files {
		file := filepath.Join(home, strings.ReplaceAll(path, "{R}", Realm(home)))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lookupEnv := func(name string) (string, bool) { s, ok := w.Env[name]; return s, ok }
	work, temp := filepath.Join(home, "project"), filepath.Join(home, "tmp")
	roots := store.NewRoots(home, work, temp, runtime.GOOS, lookupEnv)
	cfg, err := config.Load(t.Context(), config.System{
		Home: home, WorkDir: work, ConfigHome: roots[store.Config], CacheHome: roots[store.Cache], LookupEnv: lookupEnv,
	}, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p = inventory.NewProject(cfg, roots, work)
	p.DockerConfig = filepath.Join(home, ".docker", "config.json")
	p.Keyrings = []keyring.Keyring{keyring.File{Dir: filepath.Join(roots[store.Data], "keyring"), Default: true, Password: w.Env["ATMOS_KEYRING_PASSWORD"]}}
	return home, p
}

// Look opens the world and looks at everything in it.
func (w World) Look(t testing.TB) (home string, inv *inventory.Inventory) {
	t.Helper()
	home, p := w.Open(t)
	return home, inventory.Take(t.Context(), p, disk.NewHome(home), w.Asked, w.All)
}

// Left are the files below the home directory that a world may lose, by short path, with their content.
func Left(t testing.TB, home string) map[string]string {
	t.Helper()
	left := make(map[string]string)
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if short := Short(home, path); short != "~/project/atmos.yaml" {
			left[strings.TrimPrefix(short, "~/")] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}
