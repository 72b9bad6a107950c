package store_test

import (
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store"
)

// A home as Windows spells it, with the place of the data on another drive.
func TestRootsLocalAppData(t *testing.T) {
	roots := store.NewRoots(`C:\Users\Ana`, `C:\work`, `C:\Temp`, runtime.GOOS, env(map[string]string{"LOCALAPPDATA": `D:\Local`, "XDG_CACHE_HOME": "cache"}))
	want := store.Roots{
		store.Home:      `C:\Users\Ana`,
		store.HomeAWS:   `C:\Users\Ana\.aws\atmos`,
		store.HomeSAML:  `C:\Users\Ana\.aws\saml2aws`,
		store.HomeAzure: `C:\Users\Ana\.azure\atmos`,
		store.Config:    `D:\Local\atmos`,
		store.Data:      `D:\Local\atmos`,
		store.Cache:     `C:\work\cache\atmos`,
		store.Temp:      `C:\Temp`,
	}
	if diff := cmp.Diff(want, roots); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for path, shown := range map[string]string{
		`C:\Users\Ana`:         "~",
		`C:\Users\Ana\.aws`:    `~\.aws`,
		`C:\Users\Anabel\.aws`: `C:\Users\Anabel\.aws`,
		`D:\Local\atmos`:       `D:\Local\atmos`,
	} {
		if got := roots.Show(path); got != shown {
			t.Errorf("%s: %s, want %s", path, got, shown)
		}
	}
	for path, want := range map[string]string{
		`~\keys`: `C:\Users\Ana\keys`, "~/keys": `C:\Users\Ana\keys`, "keys": `C:\work\keys`, `D:\keys`: `D:\keys`,
		`~\keys\k.json`: `C:\Users\Ana\keys`,
	} {
		if got := store.KeyringDir(roots, path, `C:\work`); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
