package config_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
)

// profileFiles have a profile in each place.
func profileFiles() files {
	return files{
		"work/atmos.yaml":                    "profiles: {base_path: own}\nauth: {keyring: {type: base}}\nenv: {ATMOS_PROFILE: from-block}\n",
		"work/own/dev/a.yaml":                "auth: {realm: own-dev, providers: {dev-sso: {kind: k}}}\n",
		"work/.atmos/profiles/dev/a.yaml":    "auth: {providers: {Hidden: {}}}\n",
		"work/.atmos/profiles/ops/a.yml":     "auth: {realm: ops, identities: {operator: {kind: k}}, keyring: {spec: {password_env: importer}}}\nimport: ../c\n",
		"work/.atmos/profiles/c.yaml":        "auth: {keyring: {type: ops, spec: {password_env: imported}}}\n",
		"conf/profiles/mine/a.yaml":          "auth: {realm: mine, identities: {private: {}}}\n",
		"work/profiles/from-block/a.yaml":    "auth: {realm: block, identities: {operator: {}}}\n",
		"work/profiles/loose.yaml":           "not: a profile\n",
		"work/profiles/broken/a.yaml":        "auth: [\n",
		"work/profiles/wrong/a.yaml":         "auth: {identities: text}\n",
		"work/profiles/remote/a.yaml":        "import: https://atmos.example/a.yaml\n",
		"default/atmos.yaml":                 "profiles: {default: mine}\n",
		"default/profiles/mine/shadowed.yml": "auth: {identities: {Shadowed: {}}}\n",
	}
}

func TestProfiles(t *testing.T) {
	gaps := []string{
		"profiles/broken/a.yaml:2:1: did not find expected node content",
		"profiles/remote/a.yaml:1:9: import https://atmos.example/a.yaml: remote, not fetched",
		"profiles/wrong/a.yaml:1:20: auth.identities: want a mapping, not text",
	}
	for _, tt := range []struct {
		name string
		work string
		env  map[string]string
		opt  config.Options
		want view
	}{
		{
			name: "flag, left to right, before the environment",
			env:  map[string]string{"ATMOS_PROFILE": "mine"},
			opt:  config.Options{Profiles: []string{"dev, ops"}},
			want: view{
				Files:   paths("work/atmos.yaml", "work/own/dev/a.yaml", "work/.atmos/profiles/c.yaml", "work/.atmos/profiles/ops/a.yml"),
				Dirs:    []string{"work"},
				Realm:   "ops",
				Keyring: config.Keyring{Type: "ops", PasswordEnv: "importer"},
				Auth: config.Auth{
					Providers:  []config.Provider{{Name: "dev-sso", Kind: "k"}},
					Identities: []config.Identity{{Name: "operator", Kind: "k"}},
				},
				Others: []string{"no profile", "profile dev", "profile dev", "profile ops", "profile mine", "profile broken", "profile from-block", "profile remote", "profile wrong"},
				Gaps:   gaps,
			},
		},
		{
			name: "environment before the env block",
			env:  map[string]string{"ATMOS_PROFILE": "mine"},
			want: view{
				Files:   paths("work/atmos.yaml", "conf/profiles/mine/a.yaml"),
				Dirs:    []string{"work"},
				Realm:   "mine",
				Keyring: config.Keyring{Type: "base"},
				Auth:    config.Auth{Identities: []config.Identity{{Name: "private"}}},
				Others:  []string{"no profile", "profile dev", "profile dev", "profile ops", "profile broken", "profile from-block", "profile remote", "profile wrong"},
				Gaps:    gaps,
			},
		},
		{
			name: "env block",
			want: view{
				Files:   paths("work/atmos.yaml", "work/profiles/from-block/a.yaml"),
				Dirs:    []string{"work"},
				Realm:   "block",
				Keyring: config.Keyring{Type: "base"},
				Auth:    config.Auth{Identities: []config.Identity{{Name: "operator"}}},
				Others:  []string{"no profile", "profile dev", "profile dev", "profile ops", "profile mine", "profile broken", "profile remote", "profile wrong"},
				Gaps:    gaps,
			},
		},
		{
			name: "profiles.default, found in the user's directory first",
			work: "default",
			want: view{
				Files:  paths("default/atmos.yaml", "conf/profiles/mine/a.yaml"),
				Dirs:   []string{"default"},
				Realm:  "mine",
				Auth:   config.Auth{Identities: []config.Identity{{Name: "private"}}},
				Others: []string{"no profile", "profile mine"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, profileFiles())
			m.env = tt.env
			if tt.work != "" {
				m.work = tt.work
			}
			equal(t, m.see(t, tt.opt), tt.want)
		})
	}

	for _, tt := range []struct{ name, profile, want string }{
		{
			"unknown", "dev,nope",
			`profile "nope": not found in work/own, work/.atmos/profiles, conf/profiles, work/profiles`,
		},
		{"as many as are looked for", strings.Repeat("gone,", 1_000), `profile "gone": not found in work/own, work/.atmos/profiles, conf/profiles, work/profiles`},
		{"one more", strings.Repeat("gone,", 1_001), "more than 1000 profiles"},
		{"broken", "broken", "profiles/broken/a.yaml:2:1: did not find expected node content"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, profileFiles())
			_, err := m.load(config.Options{Profiles: []string{tt.profile}})
			if err == nil || m.short(err.Error()) != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// The exact place of an error is searched for only where somebody needs it, since that takes long: not in
// profiles that are not selected, and not in imports.
func TestPlaceOfErrors(t *testing.T) {
	const broken, what = "import:\n  - a\n  - b\n  c: d\n", ": did not find expected '-' indicator"
	fs := files{"work/atmos.yaml": "", "work/profiles/p/a.yaml": broken}
	equal(t, newMachine(t, fs).see(t, config.Options{}).Gaps, []string{"profiles/p/a.yaml:1:1" + what})
	m := newMachine(t, fs)
	_, err := m.load(config.Options{Profiles: []string{"p"}})
	equal(t, m.short(fmt.Sprint(err)), "profiles/p/a.yaml:4:3"+what)
	fs = files{"work/atmos.yaml": "import: b.yaml\n", "work/b.yaml": broken}
	equal(t, newMachine(t, fs).see(t, config.Options{}).Gaps, []string{"b.yaml:1:1: not YAML"})
}

// summary is what a reading declares, and its realms.
func summary(r config.Reading) (names []string) {
	for _, realm := range r.Realms {
		names = append(names, "realm "+realm.Raw())
	}
	for _, p := range r.Auth.Providers {
		names = append(names, p.Name)
	}
	for _, id := range r.Auth.Identities {
		names = append(names, id.Name+" via "+id.Via.Provider+id.Via.Identity)
	}
	for _, in := range r.Auth.Integrations {
		names = append(names, in.Name)
	}
	return names
}

func readings(c *config.Config) map[string][]string {
	all := map[string][]string{}
	for _, r := range c.Readings {
		all[r.Name] = append(all[r.Name], summary(r)...)
	}
	return all
}

// Each profile is a reading over the same base, and none changes another or the first.
func TestReadings(t *testing.T) {
	m := newMachine(t, files{
		"work/atmos.yaml": `
auth:
  realm: base
  providers: {corp: {kind: aws/iam-identity-center}}
  identities: {dev: {kind: aws/permission-set, via: {provider: corp}}}
`,
		"work/profiles/ci/a.yaml":   "auth: {realm: ci, providers: {ci-sso: {}}, identities: {dev: {kind: aws/assume-role, via: {provider: ci-sso}}}}\n",
		"work/profiles/late/a.yaml": "auth: {identities: {dev: {kind: aws/assume-role, via: {identity: other}}, other: {}}}\n",
	})
	m.env["ATMOS_AUTH_REALM"] = "typed"
	want := map[string][]string{
		"":             {"realm typed", "realm base", "corp", "dev via corp"},
		"profile ci":   {"realm typed", "realm ci", "corp", "ci-sso", "dev via ci-sso"},
		"profile late": {"realm typed", "realm base", "corp", "dev via other", "other via "},
	}
	equal(t, readings(mustLoad(t, m)), want)
	delete(m.env, "ATMOS_AUTH_REALM")
	c, err := m.load(config.Options{Profiles: []string{"ci"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, readings(c), map[string][]string{
		"":             {"realm ci", "corp", "ci-sso", "dev via ci-sso"},
		"no profile":   {"realm base", "corp", "dev via corp"},
		"profile late": {"realm base", "corp", "dev via other", "other via "},
	})
}

// Who selects several profiles may have logged in under one of them.
func TestReadingsOfSeveralProfiles(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "", "work/profiles/a/a.yaml": realm("a"), "work/profiles/b/b.yaml": realm("b")})
	c, err := m.load(config.Options{Profiles: []string{"a,b"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, readings(c), map[string][]string{"": {"realm b"}, "no profile": nil, "profile a": {"realm a"}, "profile b": {"realm b"}})
	equal(t, c.Profiles, []config.Text{lit("a"), lit("b")})
}

// A profile beside any main file may be selected where only that file is read.
func TestReadingsOfEveryMainFile(t *testing.T) {
	m := newMachine(t, files{
		"home/.atmos/atmos.yaml":              "auth: {keyring: {type: home}}\n",
		"home/.atmos/profiles/ops/a.yaml":     "auth: {identities: {home-operator: {}}, integrations: {home-sts: {}}}\n",
		"work/atmos.yaml":                     "auth: {keyring: {type: work}}\n",
		"work/.atmos/profiles/ops/a.yaml":     "auth: {identities: {operator: {}}}\n",
		"unrelated/.atmos/profiles/ops/a.yml": "auth: {identities: {unrelated: {}}}\n",
	})
	equal(t, readings(mustLoad(t, m)), map[string][]string{
		"":            nil,
		"profile ops": {"operator via ", "home-operator via ", "home-sts"},
	})
}

// A profiles.base_path counts from the directory of its own file, and from those of the other main files.
func TestProfilesBasePath(t *testing.T) {
	m := newMachine(t, files{
		"home/.atmos/atmos.yaml":   "profiles: {base_path: own}\n",
		"home/.atmos/own/p/a.yaml": realm("home"), "work/own/q/a.yaml": realm("work"),
		"work/atmos.yaml": "",
	})
	equal(t, readings(mustLoad(t, m)), map[string][]string{"": nil, "profile p": {"realm home"}, "profile q": {"realm work"}})
}

// With several --config a profile is searched beside each, and each profiles.base_path counts.
func TestProfilesOfSeveralFlags(t *testing.T) {
	m := newMachine(t, files{
		"a/atmos.yaml":                 "profiles: {base_path: mine}\n",
		"a/mine/one/x.yaml":            realm("one"),
		"b/atmos.yaml":                 "",
		"b/.atmos/profiles/two/x.yaml": "auth: {keyring: {type: two}}\n",
		"a/profiles/three/x.yaml":      "auth: {keyring: {spec: {password_env: three}}}\n",
	})
	got := m.see(t, config.Options{Files: []string{"../a/atmos.yaml,../b/atmos.yaml"}, Profiles: []string{"one,two", "three"}})
	equal(t, []any{got.Realm, got.Keyring, filepath.ToSlash(got.Flagged)}, []any{"one", config.Keyring{Type: "two", PasswordEnv: "three"}, "../a;../b;"})
}
