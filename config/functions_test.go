package config_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/config"
)

func TestFunctions(t *testing.T) {
	m := newMachine(t, files{
		".git/": "",
		"work/atmos.yaml": `
auth:
  realm: !include.raw realm.txt
  keyring: !include conf.json .keyring
  providers:
    set: {start_url: !env URL, region: !env REGION eu-west-1, kind: !env EMPTY other}
    words: {start_url: !env 'NONE "a default"', region: !env NONE, kind: !env 'NONE ""'}
    paths: {start_url: !repo-root , region: !cwd , kind: !cwd sub/dir}
    refused: {start_url: !exec touch ran, region: !random 1, driver: !exec x}
    included: !include provider.yaml
    missing: !include gone.yaml
    remote: !include https://atmos.example/p.yaml
    query: {region: !include provider.yaml .region , kind: !include 'provider.yaml .kind | length'}
    nothing: {region: !include provider.yaml .none.there}
    toml: !include p.toml
logs: {level: !env NONE, file: !include log.txt}
components: {x: !exec touch ran}
`,
		"work/realm.txt":     "acme",
		"work/log.txt":       "/dev/null",
		"work/conf.json":     `{"keyring": {"type": "file"}}`,
		"work/provider.yaml": "kind: included\nregion: !env URL\n",
		"work/p.toml":        "",
	})
	m.env = map[string]string{"URL": " https://acme.example/start ", "EMPTY": ""}
	c := mustLoad(t, m)
	for i, p := range c.Auth.Providers {
		c.Auth.Providers[i].StartURL = m.short(p.StartURL)
		c.Auth.Providers[i].Region = m.short(p.Region)
		c.Auth.Providers[i].Kind = m.short(p.Kind)
	}
	everything := []string{"kind", "start_url", "region", "spec.files.base_path", "driver"}
	equal(t, *c, config.Config{
		Files: paths("work/realm.txt", "work/conf.json", "work/provider.yaml", "work/p.toml", "work/log.txt", "work/atmos.yaml"),
		Dirs:  []string{"work"},
		Auth: config.Auth{
			Realm:   "acme",
			Keyring: config.Keyring{Type: "file"},
			Providers: []config.Provider{
				{Name: "set", StartURL: "https://acme.example/start", Region: "eu-west-1"},
				{Name: "words", StartURL: "a default", Unresolved: []string{"region"}},
				{Name: "paths", StartURL: filepath.ToSlash(m.root), Region: "work", Kind: "work/sub/dir"},
				{Name: "refused", Unresolved: []string{"start_url", "region", "driver"}},
				{Name: "included", Kind: "included", Region: "URL"},
				{Name: "missing", Unresolved: everything},
				{Name: "remote", Unresolved: everything},
				{Name: "query", Region: "URL", Unresolved: []string{"kind"}},
				{Name: "nothing"},
				{Name: "toml", Unresolved: everything},
			},
		},
		Logs: config.Logs{File: "/dev/null"},
		Warnings: []string{
			"atmos.yaml:7:57: auth.providers.words.region: !env NONE: not set",
			"atmos.yaml:9:26: auth.providers.refused.start_url: !exec is never run",
			"atmos.yaml:9:51: auth.providers.refused.region: !random is not evaluated",
			"atmos.yaml:9:70: auth.providers.refused.driver: !exec is never run",
			"atmos.yaml:11:14: auth.providers.missing: !include gone.yaml: not found",
			"atmos.yaml:12:13: auth.providers.remote: !include https://atmos.example/p.yaml: remote, not fetched",
			"atmos.yaml:13:60: auth.providers.query.kind: !include provider.yaml .kind | length: queries are not evaluated",
			"atmos.yaml:15:11: auth.providers.toml: !include p.toml: .toml is not read",
		},
	})
}

func TestRepoRootWithoutRepository(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "auth: {realm: !repo-root , keyring: {type: !git.root file}}\n"})
	c := mustLoad(t, m)
	c.Files, c.Dirs = nil, nil
	equal(t, *c, config.Config{
		Auth:       config.Auth{Keyring: config.Keyring{Type: "file"}},
		Warnings:   []string{"atmos.yaml:1:15: auth.realm: !repo-root: not in a git repository"},
		Incomplete: []string{"auth.realm"},
	})
}

// What may have declared names is missed, by --orphans for one.
func TestIncomplete(t *testing.T) {
	missed := []string{
		"atmos.yaml:3:9: import: !include i.yaml: not found",
		"atmos.yaml:1:6: env: !include .env: not found",
		"atmos.yaml:2:11: profiles: !exec is never run",
		"atmos.yaml:5:16: auth.providers: !store is not evaluated",
		"atmos.yaml:6:17: auth.identities: !exec is never run",
	}
	m := newMachine(t, files{"work/atmos.yaml": `env: !include .env
profiles: !exec x
import: !include i.yaml
auth:
    providers: !store x
    identities: !exec x
logs: !exec x
settings: {telemetry: !exec x}
`})
	c := mustLoad(t, m)
	equal(t, c.Incomplete, missed)
	equal(t, len(c.Warnings), len(missed)+2)
}

// An include in a drop-in may be relative to the directory that it drops in to.
func TestIncludeFromDropIn(t *testing.T) {
	m := newMachine(t, files{
		"home/.atmos/atmos.yaml":      "",
		"home/.atmos/atmos.d/a.yaml":  "auth: {realm: !include realm.txt}\n",
		"home/.atmos/realm.txt":       "beside",
		"home/.atmos/atmos.d/ignored": "",
	})
	equal(t, mustLoad(t, m).Auth.Realm, "beside")
}

func TestBrokenInclude(t *testing.T) {
	bomb := "auth:\n  x:\n    a: &a !include v.env\n"
	for c := 'b'; c <= 'e'; c++ {
		bomb += fmt.Sprintf("    %c: &%c [%s]\n", c, c, strings.Repeat("*"+string(c-1)+", ", 10))
	}
	for _, tt := range []struct {
		name  string
		files files
		want  string
	}{
		{
			"not YAML",
			files{"work/atmos.yaml": "auth: !include a.yaml\n", "work/a.yaml": "a: b: c\n"},
			"a.yaml:1:1: mapping values are not allowed in this context",
		},
		{
			"a line of variables",
			files{"work/atmos.yaml": "auth: !include v.env\n", "work/v.env": "# one\nrealm=acme\n\nproviders=corp\n"},
			"v.env:4:1: auth.providers: want a mapping, not text",
		},
		{
			"a bomb of variables",
			files{"work/atmos.yaml": bomb, "work/v.env": numbered(600)},
			"atmos.yaml:7:8: aliases stand for more than 5000000 values",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newMachine(t, tt.files).load(config.Options{})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// numbered are n variables.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "V%d=x\n", i)
	}
	return b.String()
}

// An .env is read in one go, however long it is.
func TestLongDotenv(t *testing.T) {
	const n = 200_000
	var env strings.Builder
	for i := range n {
		fmt.Fprintf(&env, "NAME_%d=value\n", i)
	}
	env.WriteString("ATMOS_AUTH_REALM=acme\n")
	m := newMachine(t, files{"work/atmos.yaml": "env: !include .env\n", "work/.env": env.String()})
	start := time.Now()
	mustLoad(t, m)
	if took := time.Since(start); took > 20*time.Second { // a look at all lines for each would take minutes
		t.Errorf("it took %v", took)
	}
}

// A function that needs a word and has none says so.
func TestFunctionsWithoutWords(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "auth:\n  realm: !env ''\n  keyring: {type: !include ' '}\n"})
	equal(t, mustLoad(t, m).Warnings, []string{
		"atmos.yaml:2:10: auth.realm: !env without a name",
		`atmos.yaml:3:19: auth.keyring.type: !include "": no file`,
	})
}
