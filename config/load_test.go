package config_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/credclean/credclean/config"
)

// files are the texts of files by their path below a machine's root, where
// etc, home, conf and cache are what their names say and work is where we are.
type files map[string]string

// A machine is a temporary directory with files and an environment.
type machine struct {
	root string
	work string // below root
	env  map[string]string
}

func newMachine(t testing.TB, fs files) *machine {
	t.Helper()
	m := &machine{root: t.TempDir(), work: "work", env: map[string]string{}}
	m.mkdir(t, "work")
	for name, text := range fs {
		m.mkdir(t, filepath.Dir(name))
		if strings.HasSuffix(name, "/") {
			m.mkdir(t, name)
		} else if err := os.WriteFile(m.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func (m *machine) mkdir(t testing.TB, name string) {
	t.Helper()
	if err := os.MkdirAll(m.path(name), 0o700); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) path(name string) string {
	return filepath.Join(m.root, filepath.FromSlash(name))
}

// A view is a Config as seen from the root of its machine: what the first reading says,
// the names of the others, and gaps as texts.
type view struct {
	Files    []config.File // without their hashes
	Dirs     []string
	Flagged  string
	Realm    string
	Keyring  config.Keyring
	Auth     config.Auth // without the keyring
	Others   []string
	Warnings []string
	Gaps     []string
}

func (m *machine) system() config.System {
	return config.System{
		Home:       m.path("home"),
		WorkDir:    m.path(m.work),
		SystemDir:  m.path("etc"),
		ConfigHome: m.path("conf"),
		CacheHome:  m.path("cache"),
		LookupEnv: func(name string) (string, bool) {
			s, ok := m.env[name]
			return strings.ReplaceAll(s, "ROOT", m.root), ok
		},
	}
}

func (m *machine) load(opt config.Options) (*config.Config, error) {
	return config.Load(context.Background(), m.system(), opt)
}

// see loads the configuration and looks at it.
func (m *machine) see(t testing.TB, opt config.Options) view {
	t.Helper()
	c, err := m.load(opt)
	if err != nil {
		t.Fatal(err)
	}
	return m.view(c)
}

func (m *machine) view(c *config.Config) view {
	auth := c.Readings[0].Auth
	v := view{Flagged: c.Flagged, Keyring: auth.Keyring, Auth: auth}
	v.Auth.Keyring = config.Keyring{}
	for _, f := range c.Files {
		v.Files = append(v.Files, config.File{Path: m.short(f.Path)})
	}
	for _, dir := range c.Dirs {
		v.Dirs = append(v.Dirs, m.short(dir))
	}
	for _, realm := range c.Readings[0].Realms {
		v.Realm = realm.Raw()
	}
	for _, r := range c.Readings[1:] {
		v.Others = append(v.Others, r.Name)
	}
	for _, w := range c.Warnings {
		v.Warnings = append(v.Warnings, m.short(w))
	}
	for _, g := range c.Gaps {
		v.Gaps = append(v.Gaps, m.short(g.String()))
	}
	return v
}

// short is s without the root, and with slashes.
func (m *machine) short(s string) string {
	return filepath.ToSlash(strings.ReplaceAll(s, m.root+string(filepath.Separator), ""))
}

func mustLoad(t testing.TB, m *machine) *config.Config {
	t.Helper()
	c, err := m.load(config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	sameText := cmp.Comparer(func(a, b config.Text) bool { return a.Raw() == b.Raw() })
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), sameText); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func paths(names ...string) []config.File {
	list := make([]config.File, len(names))
	for i, name := range names {
		list[i].Path = name
	}
	return list
}

func lit(s string) config.Text { return config.Literal(s) }

func realm(name string) string { return "auth: {realm: " + name + "}\n" }

func TestDiscovery(t *testing.T) {
	everywhere := files{
		"etc/atmos.yaml":             realm("system") + "import: [aside.yaml]\n",
		"etc/aside.yaml":             realm("not-followed"),
		"home/.atmos/atmos.yaml":     realm("home"),
		"repo/.git/":                 "",
		"repo/atmos.yaml":            realm("git-root"),
		"repo/team/atmos.yaml":       realm("parent"),
		"repo/team/app/README":       "",
		"explicit/atmos.yaml":        realm("explicit"),
		"repo/own/atmos.yaml":        realm("own"),
		"repo/dot/.atmos.yaml":       realm("never"),
		"repo/dir/.atmos/x":          "",
		"repo/d/atmos.d/":            "",
		"repo/dotd/.atmos.d/":        "",
		"repo/hidden/.atmos.yaml":    realm("marker only"),
		"repo/hidden/below/x":        "",
		"json/atmos.json":            `{"auth": {"realm": "json"}}`,
		"json/atmos.yaml":            realm("yaml"),
		"yml/atmos.yml":              realm("yml"),
		"both/atmos.yml":             realm("yml"),
		"both/atmos.yaml":            realm("yaml"),
		"toml/atmos.toml":            "[auth]\n",
		"toml/atmos.yaml":            realm("yaml"),
		"worktree/.git":              "gitdir: /repo/.git/worktrees/w\n",
		"worktree/atmos.yaml":        realm("worktree"),
		"worktree/deep/er/README":    "",
		"link/atmos.yaml/directory/": "",
	}
	for _, tt := range []struct {
		name string
		work string
		env  map[string]string
		want view
	}{
		{
			name: "all merged, later ones win",
			work: "repo/team/app",
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "repo/team/atmos.yaml", "repo/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "repo/team", "repo"},
				Realm: "git-root",
			},
		},
		{
			name: "without the git root",
			work: "repo/team/app",
			env:  map[string]string{"ATMOS_GIT_ROOT_BASEPATH": "false"},
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "repo/team/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "repo/team"},
				Realm: "parent",
			},
		},
		{
			name: "a local file ends the search above",
			work: "repo/own",
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "repo/own/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "repo/own"},
				Realm: "own",
			},
		},
		{
			name: "a worktree has a file called .git",
			work: "worktree/deep/er",
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "worktree/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "worktree"},
				Realm: "worktree",
			},
		},
		{
			name: "ATMOS_CLI_CONFIG_PATH wins and ends the search above",
			work: "repo/team/app",
			env:  map[string]string{"ATMOS_CLI_CONFIG_PATH": "../../../$WHERE", "WHERE": "explicit"},
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "explicit/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "explicit"},
				Realm: "explicit",
			},
		},
		{
			name: "ATMOS_CLI_CONFIG_PATH names a file that is merged before: the last merging counts",
			work: "repo/own",
			env:  map[string]string{"ATMOS_CLI_CONFIG_PATH": "ROOT/etc"},
			want: view{
				Files: paths("home/.atmos/atmos.yaml", "repo/own/atmos.yaml", "etc/aside.yaml", "etc/atmos.yaml"),
				Dirs:  []string{"home/.atmos", "repo/own", "etc"},
				Realm: "system",
			},
		},
		{
			name: "ATMOS_CLI_CONFIG_PATH leads nowhere",
			work: "repo/own",
			env:  map[string]string{"ATMOS_CLI_CONFIG_PATH": "nowhere"},
			want: view{
				Files:    paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "repo/own/atmos.yaml"),
				Dirs:     []string{"etc", "home/.atmos", "repo/own"},
				Realm:    "own",
				Warnings: []string{"ATMOS_CLI_CONFIG_PATH: no atmos.yaml in repo/own/nowhere"},
			},
		},
		{
			name: "a parent with .atmos.yaml alone is the nearest and has nothing to merge",
			work: "repo/hidden/below",
			env:  map[string]string{"ATMOS_GIT_ROOT_BASEPATH": "false"},
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos"},
				Realm: "home",
			},
		},
		{
			name: "JSON comes before YAML",
			work: "json",
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "json/atmos.json"),
				Dirs:  []string{"etc", "home/.atmos", "json"},
				Realm: "json",
			},
		},
		{
			name: "yml",
			work: "yml",
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "yml/atmos.yml"),
				Dirs:  []string{"etc", "home/.atmos", "yml"},
				Realm: "yml",
			},
		},
		{
			name: "yaml comes before yml",
			work: "both",
			want: view{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "both/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "both"},
				Realm: "yaml",
			},
		},
		{
			name: "TOML is not read",
			work: "toml",
			want: view{
				Files:    paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "toml/atmos.yaml"),
				Dirs:     []string{"etc", "home/.atmos", "toml"},
				Realm:    "yaml",
				Warnings: []string{"atmos.toml: only YAML and JSON are read"},
				Gaps:     []string{"atmos.toml: only YAML and JSON are read"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, everywhere)
			m.work, m.env = tt.work, tt.env
			equal(t, m.see(t, config.Options{}), tt.want)
		})
	}
	for _, work := range []string{"repo/dot", "repo/dir", "repo/d", "repo/dotd"} {
		t.Run("local "+work, func(t *testing.T) {
			m := newMachine(t, everywhere)
			m.work = work
			equal(t, m.see(t, config.Options{}).Realm, "home")
		})
	}
}

func TestNotFound(t *testing.T) {
	m := newMachine(t, files{"repo/.git/": "", "repo/app/README": ""})
	m.work = "repo/app"
	_, err := m.load(config.Options{})
	if !errors.Is(err, config.ErrNotFound) {
		t.Fatalf("got %v, want ErrNotFound", err)
	}
	equal(t, m.short(err.Error()), "no atmos.yaml found in "+m.short(m.path("etc")+", "+m.path("home/.atmos")+
		", the directories above "+m.path("repo/app")+", "+m.path("repo")+", "+m.path("repo/app")))
}

// Atmos reads .atmos.d of the git root even where there is no atmos.yaml.
func TestOnlyDropIns(t *testing.T) {
	m := newMachine(t, files{"repo/.git/": "", "repo/.atmos.d/a.yaml": realm("drop-in"), "repo/app/README": ""})
	m.work = "repo/app"
	equal(t, m.see(t, config.Options{}), view{
		Files: paths("repo/.atmos.d/a.yaml"),
		Realm: "drop-in",
	})
}

func TestFlags(t *testing.T) {
	machineFiles := files{
		"home/.atmos/atmos.yaml":  realm("home"),
		"work/atmos.yaml":         realm("work"),
		"work/one/atmos.yaml":     realm("one"),
		"work/two/.atmos.yaml":    realm("two"),
		"work/two/other.yaml":     "auth.keyring.type: Debug\n",
		"work/two/.atmos.d/a.yml": "auth.keyring.spec.password_env: a.log\n",
		"work/empty/README":       "",
	}
	for _, tt := range []struct {
		name string
		env  map[string]string
		opt  config.Options
		want view
		err  string
	}{
		{
			name: "one file",
			opt:  config.Options{Files: []string{"./atmos.yaml"}},
			want: view{
				Files:   paths("work/atmos.yaml"),
				Dirs:    []string{"work"},
				Flagged: ".",
				Realm:   "work",
			},
		},
		{
			name: "files before directories, each as typed",
			opt:  config.Options{Dirs: []string{"./one", "two/"}, Files: []string{"two/other.yaml"}},
			want: view{
				Files:   paths("work/two/other.yaml", "work/one/atmos.yaml", "work/two/.atmos.d/a.yml", "work/two/.atmos.yaml"),
				Dirs:    []string{"work/one", "work/two"},
				Flagged: "two;./one;two/;",
				Realm:   "two",
				Keyring: config.Keyring{Type: "Debug", PasswordEnv: "a.log"},
			},
		},
		{
			name: "from the environment",
			env:  map[string]string{"ATMOS_CONFIG": "atmos.yaml", "ATMOS_CONFIG_PATH": "one, two"},
			want: view{
				Files:   paths("work/atmos.yaml", "work/one/atmos.yaml", "work/two/.atmos.d/a.yml", "work/two/.atmos.yaml"),
				Dirs:    []string{"work", "work/one", "work/two"},
				Flagged: ".;one;two;",
				Realm:   "two",
				Keyring: config.Keyring{PasswordEnv: "a.log"},
			},
		},
		{
			name: "all that is missing is named",
			opt:  config.Options{Files: []string{"atmos.yaml", "gone.yaml"}, Dirs: []string{"empty", "nowhere"}},
			err: "--config gone.yaml: file does not exist\n" +
				"--config-path empty: no atmos.yaml there: file does not exist\n" +
				"--config-path nowhere: no atmos.yaml there: file does not exist",
			want: view{Dirs: []string{"work"}, Flagged: "."},
		},
		{
			name: "a directory is no file",
			opt:  config.Options{Files: []string{"one"}},
			err:  "one: a directory, not a regular file",
			want: view{Dirs: []string{"work"}, Flagged: "."},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, machineFiles)
			m.env = tt.env
			c, err := m.load(tt.opt)
			if tt.err != "" {
				if err == nil || m.short(err.Error()) != tt.err {
					t.Fatalf("got %v, want %s", err, tt.err)
				}
				equal(t, m.view(c).Dirs, tt.want.Dirs)
				equal(t, m.view(c).Flagged, tt.want.Flagged)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			equal(t, m.view(c), tt.want)
		})
	}
}

func TestMissingFlagIsNotExist(t *testing.T) {
	_, err := newMachine(t, nil).load(config.Options{Files: []string{"gone.yaml"}})
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, config.ErrNotFound) {
		t.Errorf("got %v, want fs.ErrNotExist alone", err)
	}
}

// A main file that is found twice is merged where it is found last.
func TestLastMerging(t *testing.T) {
	m := newMachine(t, files{"home/.atmos/atmos.yaml": "auth: {providers: {home: {}}}\n", "work/atmos.yaml": "auth: {providers: {work: {}}}\n"})
	m.env = map[string]string{"ATMOS_CLI_CONFIG_PATH": "../home/.atmos"}
	equal(t, m.see(t, config.Options{}).Auth.Providers, []config.Provider{{Name: "work"}, {Name: "home"}})
}

func TestFileHash(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "import: a.yaml\n", "work/a.yaml": "\n"})
	c, err := config.Load(t.Context(), config.System{WorkDir: m.path("work"), LookupEnv: func(string) (string, bool) { return "", false }}, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sum := func(s string) string {
		h := sha256.Sum256([]byte(s))
		return hex.EncodeToString(h[:])
	}
	equal(t, c.Files, []config.File{
		{Path: m.path("work/a.yaml"), SHA256: sum("\n")},
		{Path: m.path("work/atmos.yaml"), SHA256: sum("import: a.yaml\n")},
	})
}
