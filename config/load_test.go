package config_test

import (
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

// load loads the configuration with all paths as seen from the root.
func (m *machine) load(opt config.Options) (*config.Config, error) {
	c, err := config.Load(config.System{
		Home:       m.path("home"),
		WorkDir:    m.path(m.work),
		SystemDir:  m.path("etc"),
		ConfigHome: m.path("conf"),
		CacheHome:  m.path("cache"),
		LookupEnv: func(name string) (string, bool) {
			s, ok := m.env[name]
			return strings.ReplaceAll(s, "ROOT", m.root), ok
		},
	}, opt)
	if err != nil {
		return nil, err
	}
	for i, f := range c.Files {
		c.Files[i] = config.File{Path: m.short(f.Path)}
	}
	for _, list := range [][]string{c.Dirs, c.Warnings, c.Incomplete} {
		for i, s := range list {
			list[i] = m.short(s)
		}
	}
	return c, nil
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
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(config.Config{})); diff != "" {
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
		want config.Config
	}{
		{
			name: "all merged, later ones win",
			work: "repo/team/app",
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "repo/team/atmos.yaml", "repo/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "repo/team", "repo"},
				Auth:  config.Auth{Realm: "git-root"},
			},
		},
		{
			name: "without the git root",
			work: "repo/team/app",
			env:  map[string]string{"ATMOS_GIT_ROOT_BASEPATH": "false"},
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "repo/team/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "repo/team"},
				Auth:  config.Auth{Realm: "parent"},
			},
		},
		{
			name: "a local file ends the search above",
			work: "repo/own",
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "repo/own/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "repo/own"},
				Auth:  config.Auth{Realm: "own"},
			},
		},
		{
			name: "a worktree has a file called .git",
			work: "worktree/deep/er",
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "worktree/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "worktree"},
				Auth:  config.Auth{Realm: "worktree"},
			},
		},
		{
			name: "ATMOS_CLI_CONFIG_PATH wins and ends the search above",
			work: "repo/team/app",
			env:  map[string]string{"ATMOS_CLI_CONFIG_PATH": "../../../$WHERE", "WHERE": "explicit"},
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "explicit/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "explicit"},
				Auth:  config.Auth{Realm: "explicit"},
			},
		},
		{
			name: "ATMOS_CLI_CONFIG_PATH names a file that is merged before: the last merging counts",
			work: "repo/own",
			env:  map[string]string{"ATMOS_CLI_CONFIG_PATH": "ROOT/etc"},
			want: config.Config{
				Files: paths("home/.atmos/atmos.yaml", "repo/own/atmos.yaml", "etc/aside.yaml", "etc/atmos.yaml"),
				Dirs:  []string{"home/.atmos", "repo/own", "etc"},
				Auth:  config.Auth{Realm: "system"},
			},
		},
		{
			name: "ATMOS_CLI_CONFIG_PATH leads nowhere",
			work: "repo/own",
			env:  map[string]string{"ATMOS_CLI_CONFIG_PATH": "nowhere"},
			want: config.Config{
				Files:    paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "repo/own/atmos.yaml"),
				Dirs:     []string{"etc", "home/.atmos", "repo/own"},
				Auth:     config.Auth{Realm: "own"},
				Warnings: []string{"ATMOS_CLI_CONFIG_PATH: no atmos.yaml in repo/own/nowhere"},
			},
		},
		{
			name: "a parent with .atmos.yaml alone is the nearest and has nothing to merge",
			work: "repo/hidden/below",
			env:  map[string]string{"ATMOS_GIT_ROOT_BASEPATH": "false"},
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos"},
				Auth:  config.Auth{Realm: "home"},
			},
		},
		{
			name: "JSON comes before YAML",
			work: "json",
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "json/atmos.json"),
				Dirs:  []string{"etc", "home/.atmos", "json"},
				Auth:  config.Auth{Realm: "json"},
			},
		},
		{
			name: "yml",
			work: "yml",
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "yml/atmos.yml"),
				Dirs:  []string{"etc", "home/.atmos", "yml"},
				Auth:  config.Auth{Realm: "yml"},
			},
		},
		{
			name: "yaml comes before yml",
			work: "both",
			want: config.Config{
				Files: paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "both/atmos.yaml"),
				Dirs:  []string{"etc", "home/.atmos", "both"},
				Auth:  config.Auth{Realm: "yaml"},
			},
		},
		{
			name: "TOML is not read",
			work: "toml",
			want: config.Config{
				Files:      paths("etc/atmos.yaml", "home/.atmos/atmos.yaml", "toml/atmos.yaml"),
				Dirs:       []string{"etc", "home/.atmos", "toml"},
				Auth:       config.Auth{Realm: "yaml"},
				Warnings:   []string{"atmos.toml: only YAML and JSON are read"},
				Incomplete: []string{"atmos.toml: only YAML and JSON are read"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, everywhere)
			m.work, m.env = tt.work, tt.env
			equal(t, *mustLoad(t, m), tt.want)
		})
	}
	for _, work := range []string{"repo/dot", "repo/dir", "repo/d", "repo/dotd"} {
		t.Run("local "+work, func(t *testing.T) {
			m := newMachine(t, everywhere)
			m.work = work
			equal(t, mustLoad(t, m).Auth.Realm, "home")
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
	equal(t, *mustLoad(t, m), config.Config{
		Files: paths("repo/.atmos.d/a.yaml"),
		Auth:  config.Auth{Realm: "drop-in"},
	})
}

func TestFlags(t *testing.T) {
	machineFiles := files{
		"home/.atmos/atmos.yaml":  realm("home"),
		"work/atmos.yaml":         realm("work"),
		"work/one/atmos.yaml":     realm("one"),
		"work/two/.atmos.yaml":    realm("two"),
		"work/two/other.yaml":     "logs: {level: Debug}\n",
		"work/two/.atmos.d/a.yml": "logs: {file: a.log}\n",
		"work/empty/README":       "",
	}
	for _, tt := range []struct {
		name string
		env  map[string]string
		opt  config.Options
		want config.Config
		err  string
	}{
		{
			name: "one file",
			opt:  config.Options{Files: []string{"./atmos.yaml"}},
			want: config.Config{
				Files:   paths("work/atmos.yaml"),
				Dirs:    []string{"work"},
				Flagged: ".",
				Auth:    config.Auth{Realm: "work"},
			},
		},
		{
			name: "files before directories, each as typed",
			opt:  config.Options{Dirs: []string{"./one", "two/"}, Files: []string{"two/other.yaml"}},
			want: config.Config{
				Files:   paths("work/two/other.yaml", "work/one/atmos.yaml", "work/two/.atmos.d/a.yml", "work/two/.atmos.yaml"),
				Dirs:    []string{"work/one", "work/two"},
				Flagged: "two;./one;two/;",
				Auth:    config.Auth{Realm: "two"},
				Logs:    config.Logs{Level: "Debug", File: "a.log"},
			},
		},
		{
			name: "from the environment",
			env:  map[string]string{"ATMOS_CONFIG": "atmos.yaml", "ATMOS_CONFIG_PATH": "one, two"},
			want: config.Config{
				Files:   paths("work/atmos.yaml", "work/one/atmos.yaml", "work/two/.atmos.d/a.yml", "work/two/.atmos.yaml"),
				Dirs:    []string{"work", "work/one", "work/two"},
				Flagged: ".;one;two;",
				Auth:    config.Auth{Realm: "two"},
				Logs:    config.Logs{File: "a.log"},
			},
		},
		{
			name: "all that is missing is named",
			opt:  config.Options{Files: []string{"atmos.yaml", "gone.yaml"}, Dirs: []string{"empty", "nowhere"}},
			err: "--config gone.yaml: file does not exist\n" +
				"--config-path empty: no atmos.yaml there: file does not exist\n" +
				"--config-path nowhere: no atmos.yaml there: file does not exist",
		},
		{
			name: "a directory is no file",
			opt:  config.Options{Files: []string{"one"}},
			err:  "one: want a regular file, not a directory",
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
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			equal(t, *c, tt.want)
		})
	}
}

func TestMissingFlagIsNotExist(t *testing.T) {
	_, err := newMachine(t, nil).load(config.Options{Files: []string{"gone.yaml"}})
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, config.ErrNotFound) {
		t.Errorf("got %v, want fs.ErrNotExist alone", err)
	}
}

func TestFileHash(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "import: a.yaml\n", "work/a.yaml": "\n"})
	c, err := config.Load(config.System{WorkDir: m.path("work"), LookupEnv: func(string) (string, bool) { return "", false }}, config.Options{})
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

func TestLookupEnv(t *testing.T) {
	m := newMachine(t, files{
		"work/atmos.yaml": `
env:
  <<: !include .env
  ATMOS_AUTH_REALM: from-block
  ATMOS_KEYRING_TYPE: !env KEYRING
  ATMOS_SECRET: !exec pass show
  ATMOS_GONE: !unset
  AWS_REGION: eu-west-1
  atmos_lower: x
  COUNTS: [1, 2]
`,
		"work/.env": "# a comment\nexport ATMOS_PROFILE_HINT=\"dev # still\" # not\nATMOS_PLAIN = one two # rest\nATMOS_EMPTY=\"\" # nothing\nOTHER=1\n",
	})
	m.env = map[string]string{"ATMOS_AUTH_REALM": "from-process", "KEYRING": "file", "PATH": "/bin"}
	c := mustLoad(t, m)
	got := map[string]string{}
	for _, name := range []string{
		"ATMOS_AUTH_REALM", "ATMOS_KEYRING_TYPE", "ATMOS_SECRET", "ATMOS_GONE", "AWS_REGION", "atmos_lower", "PATH", "ATMOS_PROFILE_HINT", "ATMOS_PLAIN", "ATMOS_EMPTY", "OTHER",
	} {
		if s, ok := c.LookupEnv(name); ok {
			got[name] = s
		}
	}
	equal(t, got, map[string]string{
		"ATMOS_AUTH_REALM":   "from-process",
		"ATMOS_KEYRING_TYPE": "file",
		"PATH":               "/bin",
		"ATMOS_PROFILE_HINT": "dev # still",
		"ATMOS_PLAIN":        "one two",
		"ATMOS_EMPTY":        "",
	})
	equal(t, c.Warnings, []string{"atmos.yaml:6:17: env.ATMOS_SECRET: !exec is never run"})
	equal(t, c.Files, paths("work/.env", "work/atmos.yaml"))
}

// The zero Config looks nothing up and does not panic.
func TestLookupEnvOfParsed(t *testing.T) {
	c, err := config.Parse("atmos.yaml", []byte("env: {ATMOS_PROFILE: dev}\n"))
	if err != nil {
		t.Fatal(err)
	}
	s, ok := c.LookupEnv("ATMOS_PROFILE")
	_, none := c.LookupEnv("HOME")
	equal(t, []any{s, ok, none}, []any{"dev", true, false})
}
