package store_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store"
)

// env is an environment that consists of a map.
func env(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

func TestNewRoots(t *testing.T) {
	top := t.TempDir() // absolute on every system
	in := func(path string) string { return filepath.Join(top, filepath.FromSlash(path)) }
	for _, tt := range []struct {
		name                string
		goos                string
		vars                map[string]string
		config, data, cache string // below top
	}{
		{
			name: "linux", goos: "linux",
			config: "ana/.config/atmos", data: "ana/.local/share/atmos", cache: "ana/.cache/atmos",
		},
		{
			name: "darwin", goos: "darwin",
			config: "ana/.config/atmos", data: "ana/.local/share/atmos", cache: "ana/.cache/atmos",
		},
		{
			name: "windows", goos: "windows",
			config: "ana/AppData/Local/atmos", data: "ana/AppData/Local/atmos", cache: "ana/AppData/Local/cache/atmos",
		},
		{
			name: "windows with LOCALAPPDATA", goos: "windows",
			vars:   map[string]string{"LOCALAPPDATA": in("local")},
			config: "local/atmos", data: "local/atmos", cache: "local/cache/atmos",
		},
		{
			name: "LOCALAPPDATA means nothing elsewhere", goos: "linux",
			vars:   map[string]string{"LOCALAPPDATA": in("local")},
			config: "ana/.config/atmos", data: "ana/.local/share/atmos", cache: "ana/.cache/atmos",
		},
		{
			name: "XDG", goos: "linux",
			vars:   map[string]string{"XDG_CONFIG_HOME": in("c"), "XDG_DATA_HOME": in("d"), "XDG_CACHE_HOME": in("k")},
			config: "c/atmos", data: "d/atmos", cache: "k/atmos",
		},
		{
			name: "XDG on darwin", goos: "darwin",
			vars:   map[string]string{"XDG_CONFIG_HOME": in("c")},
			config: "c/atmos", data: "ana/.local/share/atmos", cache: "ana/.cache/atmos",
		},
		{
			name: "XDG on windows", goos: "windows",
			vars:   map[string]string{"XDG_CACHE_HOME": in("k"), "LOCALAPPDATA": in("local")},
			config: "local/atmos", data: "local/atmos", cache: "k/atmos",
		},
		{
			name: "Atmos's own before XDG", goos: "linux",
			vars: map[string]string{
				"XDG_CONFIG_HOME": in("c"), "ATMOS_XDG_CONFIG_HOME": in("ac"),
				"XDG_DATA_HOME": in("d"), "ATMOS_XDG_DATA_HOME": in("ad"),
				"XDG_CACHE_HOME": in("k"), "ATMOS_XDG_CACHE_HOME": in("ak"),
			},
			config: "ac/atmos", data: "ad/atmos", cache: "ak/atmos",
		},
		{
			name: "empty is unset", goos: "linux",
			vars:   map[string]string{"XDG_CONFIG_HOME": in("c"), "ATMOS_XDG_CONFIG_HOME": "", "XDG_DATA_HOME": "", "LOCALAPPDATA": ""},
			config: "c/atmos", data: "ana/.local/share/atmos", cache: "ana/.cache/atmos",
		},
		{
			name: "relative to the working directory", goos: "linux",
			vars:   map[string]string{"XDG_CONFIG_HOME": "c", "ATMOS_XDG_DATA_HOME": "../d", "XDG_CACHE_HOME": "."},
			config: "ana/acme/c/atmos", data: "ana/d/atmos", cache: "ana/acme/atmos",
		},
		{
			name: "no tilde is expanded", goos: "linux",
			vars:   map[string]string{"XDG_CONFIG_HOME": "~/c"},
			config: "ana/acme/~/c/atmos", data: "ana/.local/share/atmos", cache: "ana/.cache/atmos",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := store.Roots{
				store.Home:    in("ana"),
				store.HomeAWS: in("ana/.aws/atmos"),
				store.Config:  in(tt.config),
				store.Data:    in(tt.data),
				store.Cache:   in(tt.cache),
				store.Temp:    in("tmp"),
			}
			got := store.NewRoots(in("ana"), in("ana/acme"), in("tmp"), tt.goos, env(tt.vars))
			for base, path := range want {
				if got[base] != path {
					t.Errorf("base %d is %s, want %s", base, got[base], path)
				}
			}
		})
	}
}

func TestShow(t *testing.T) {
	home := filepath.Join(t.TempDir(), "ana")
	r := store.NewRoots(home, home, home, "linux", env(nil))
	sep := string(filepath.Separator)
	for path, want := range map[string]string{
		home:                                   "~",
		filepath.Join(home, ".config", "x"):    "~" + sep + ".config" + sep + "x",
		home + "bel":                           home + "bel",
		filepath.Dir(home):                     filepath.Dir(home),
		filepath.Join(sep+"etc", home, "more"): filepath.Join(sep+"etc", home, "more"),
	} {
		if got := r.Show(path); got != want {
			t.Errorf("%s is shown as %s, want %s", path, got, want)
		}
	}
}

func TestExpand(t *testing.T) {
	top := t.TempDir()
	in := func(path string) string { return filepath.Join(top, filepath.FromSlash(path)) }
	r := store.NewRoots(in("ana"), in("ana"), in("tmp"), "linux", env(nil))
	for path, want := range map[string]string{
		"~":            in("ana"),
		"~/keys":       in("ana/keys"),
		"~/../bob":     in("bob"),
		"~bob/keys":    in("ana/acme/~bob/keys"),
		"keys":         in("ana/acme/keys"),
		"./keys/":      in("ana/acme/keys"),
		"../keys":      in("ana/keys"),
		in("srv/keys"): in("srv/keys"),
		"":             in("ana/acme"),
	} {
		if got := r.Expand(path, in("ana/acme")); got != want {
			t.Errorf("%q becomes %s, want %s", path, got, want)
		}
	}
}

// A path with what looks like an extension means the directory above it.
func TestKeyringDir(t *testing.T) {
	top := t.TempDir()
	in := func(path string) string { return filepath.Join(top, filepath.FromSlash(path)) }
	r := store.NewRoots(in("ana"), in("ana"), in("tmp"), "linux", env(nil))
	for path, want := range map[string]string{
		"~/keys":                  in("ana/keys"),
		"~/keys/ring.jwe":         in("ana/keys"),
		"~/.keyring":              in("ana"),
		in("srv/keyring.d"):       in("srv"),
		in("srv/keyring.d") + "/": in("srv/keyring.d"),
		in("srv/v1.2/keys"):       in("srv/v1.2/keys"),
		"keys":                    in("ana/acme/keys"),
		"keys.d":                  in("ana/acme"),
		".":                       in("ana/acme"),
	} {
		if got := store.KeyringDir(r, path, in("ana/acme")); got != want {
			t.Errorf("%q becomes %s, want %s", path, got, want)
		}
	}
	if diff := cmp.Diff(in("ana"), r[store.Home]); diff != "" {
		t.Errorf("home (-want +got):\n%s", diff)
	}
}
