package config_test

import (
	"testing"

	"github.com/credclean/credclean/config"
)

func TestProfiles(t *testing.T) {
	all := files{
		"work/atmos.yaml":                    "profiles: {base_path: own}\nlogs: {level: base}\nenv: {ATMOS_PROFILE: from-block}\n",
		"work/own/dev/a.yaml":                "auth: {realm: own-dev, providers: {dev-sso: {kind: k}}}\n",
		"work/.atmos/profiles/dev/a.yaml":    "auth: {providers: {Hidden: {}}}\n",
		"work/.atmos/profiles/ops/a.yml":     "auth: {realm: ops, identities: {operator: {kind: k}}}\nimport: ../c\nlogs: {file: importer}\n",
		"work/.atmos/profiles/c.yaml":        "logs: {level: ops, file: imported}\n",
		"conf/profiles/mine/a.yaml":          "auth: {realm: mine, identities: {private: {}}}\n",
		"work/profiles/from-block/a.yaml":    "auth: {realm: block, identities: {operator: {}}}\n",
		"work/profiles/loose.yaml":           "not: a profile\n",
		"work/profiles/broken/a.yaml":        "auth: [\n",
		"work/profiles/wrong/a.yaml":         "auth: {identities: []}\n",
		"work/profiles/remote/a.yaml":        "import: https://atmos.example/a.yaml\n",
		"default/atmos.yaml":                 "profiles: {default: mine}\n",
		"default/profiles/mine/shadowed.yml": "auth: {identities: {Shadowed: {}}}\n",
	}
	broken := []string{
		`profile "broken": profiles/broken/a.yaml:2:1: did not find expected node content`,
		"profiles/remote/a.yaml:1:9: import https://atmos.example/a.yaml: remote, not fetched",
		`profile "wrong": profiles/wrong/a.yaml:1:20: auth.identities: want a mapping, not a list`,
	}
	for _, tt := range []struct {
		name string
		work string
		env  map[string]string
		opt  config.Options
		want config.Config
	}{
		{
			name: "flag, left to right, before the environment",
			env:  map[string]string{"ATMOS_PROFILE": "mine"},
			opt:  config.Options{Profiles: []string{"dev, ops"}},
			want: config.Config{
				Files: paths("work/atmos.yaml", "work/own/dev/a.yaml", "work/.atmos/profiles/c.yaml", "work/.atmos/profiles/ops/a.yml"),
				Dirs:  []string{"work"},
				Auth: config.Auth{
					Realm:      "ops",
					Providers:  []config.Provider{{Name: "dev-sso", Kind: "k"}},
					Identities: []config.Identity{{Name: "operator", Kind: "k"}},
				},
				Logs:       config.Logs{Level: "ops", File: "importer"},
				Incomplete: broken,
				Elsewhere:  []string{"Hidden", "operator", "private"},
			},
		},
		{
			name: "environment before the env block",
			env:  map[string]string{"ATMOS_PROFILE": "mine"},
			want: config.Config{
				Files:      paths("work/atmos.yaml", "conf/profiles/mine/a.yaml"),
				Dirs:       []string{"work"},
				Auth:       config.Auth{Realm: "mine", Identities: []config.Identity{{Name: "private"}}},
				Logs:       config.Logs{Level: "base"},
				Incomplete: broken,
				Elsewhere:  []string{"Hidden", "dev-sso", "operator"},
			},
		},
		{
			name: "env block",
			want: config.Config{
				Files:      paths("work/atmos.yaml", "work/profiles/from-block/a.yaml"),
				Dirs:       []string{"work"},
				Auth:       config.Auth{Realm: "block", Identities: []config.Identity{{Name: "operator"}}},
				Logs:       config.Logs{Level: "base"},
				Incomplete: broken,
				Elsewhere:  []string{"Hidden", "dev-sso", "operator", "private"},
			},
		},
		{
			name: "profiles.default, found in the user's directory first",
			work: "default",
			want: config.Config{
				Files:     paths("default/atmos.yaml", "conf/profiles/mine/a.yaml"),
				Dirs:      []string{"default"},
				Auth:      config.Auth{Realm: "mine", Identities: []config.Identity{{Name: "private"}}},
				Elsewhere: []string{"Shadowed"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, all)
			m.env = tt.env
			if tt.work != "" {
				m.work = tt.work
			}
			c, err := m.load(tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, *c, tt.want)
		})
	}

	for _, tt := range []struct{ name, profile, want string }{
		{
			"unknown", "dev,nope",
			`profile "nope": not found in work/own, work/.atmos/profiles, conf/profiles, work/profiles`,
		},
		{"broken", "broken", "profiles/broken/a.yaml:2:1: did not find expected node content"},
		{"wrong type", "wrong", "profiles/wrong/a.yaml:1:20: auth.identities: want a mapping, not a list"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, all)
			_, err := m.load(config.Options{Profiles: []string{tt.profile}})
			if err == nil || m.short(err.Error()) != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// A profile beside any main file may be selected where only that file is read.
func TestElsewhereOfEveryMainFile(t *testing.T) {
	m := newMachine(t, files{
		"home/.atmos/atmos.yaml":              "logs: {level: home}\n",
		"home/.atmos/profiles/ops/a.yaml":     "auth: {identities: {home-operator: {}}, integrations: {home-sts: {}}}\n",
		"work/atmos.yaml":                     "logs: {level: work}\n",
		"work/.atmos/profiles/ops/a.yaml":     "auth: {identities: {operator: {}}}\n",
		"unrelated/.atmos/profiles/ops/a.yml": "auth: {identities: {unrelated: {}}}\n",
	})
	c, err := m.load(config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, c.Elsewhere, []string{"home-operator", "home-sts", "operator"})
}
