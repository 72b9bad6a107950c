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
    set: {start_url: !env URL, region: !env REGION eu-west-1}
    words: {start_url: !env 'NONE "a default"', region: !env NONE}
    paths: {start_url: !repo-root , region: !cwd }
    refused: {start_url: !exec touch ran, region: !random 1}
    included: !include provider.yaml
    missing: !include gone.yaml
    remote: !include https://atmos.example/p.yaml
    query: {region: !include provider.yaml .region , kind: !include 'provider.yaml .kind | length'}
    nothing: {region: !include provider.yaml .none.there}
    toml: !include p.toml
    terraform: {start_url: !include p.tfvars .url , region: !include p.hcl .region }
    empty: {start_url: !env 'NONE ""', region: !env EMPTY other}
    deep: {start_url: !cwd sub/dir, region: !include p.tfvars .list }
components: {x: !exec touch ran}
logs: {file: !include log.txt}
`,
		"work/realm.txt":     "acme",
		"work/log.txt":       "/dev/null",
		"work/conf.json":     `{"keyring": {"type": "file"}}`,
		"work/provider.yaml": "kind: aws/saml\nregion: !env URL\n",
		"work/p.toml":        "",
		"work/p.tfvars":      "# comment\nlist = [\n  \"a\",\n  url = 3\n]\nurl = \"https://corp.example/start\" # rest\n",
		"work/p.hcl":         "region = \"eu-${1}\"\n",
	})
	m.env = map[string]string{"URL": " https://acme.example/start ", "EMPTY": ""}
	got := m.see(t, config.Options{})
	for i, p := range got.Auth.Providers {
		got.Auth.Providers[i].StartURL = lit(m.short(p.StartURL.Raw()))
		got.Auth.Providers[i].Region = lit(m.short(p.Region.Raw()))
	}
	everything := []string{"kind", "start_url", "region"}
	equal(t, got, view{
		Files: paths("work/realm.txt", "work/conf.json", "work/provider.yaml", "work/p.toml", "work/p.hcl", "work/p.tfvars", "work/atmos.yaml"),
		Dirs:  []string{"work"},
		Realm: "acme", Keyring: config.Keyring{Type: "file"},
		Auth: config.Auth{
			Providers: []config.Provider{
				{Name: "set", StartURL: lit("https://acme.example/start"), Region: lit("eu-west-1")},
				{Name: "words", StartURL: lit("a default"), Unresolved: []string{"region"}},
				{Name: "paths", StartURL: lit(filepath.ToSlash(m.root)), Region: lit("work")},
				{Name: "refused", Unresolved: []string{"start_url", "region"}},
				{Name: "included", Kind: "aws/saml", Region: lit("URL")},
				{Name: "missing", Unresolved: everything},
				{Name: "remote", Unresolved: everything},
				{Name: "query", Region: lit("URL"), Unresolved: []string{"kind"}},
				{Name: "nothing"},
				{Name: "toml", Unresolved: everything},
				{Name: "terraform", StartURL: lit("https://corp.example/start"), Unresolved: []string{"region"}},
				{Name: "empty"},
				{Name: "deep", StartURL: lit("work/sub/dir"), Unresolved: []string{"region"}},
			},
		},
		Warnings: []string{
			"atmos.yaml:7:57: region: !env NONE: not set",
			"atmos.yaml:9:26: start_url: !exec is never run",
			"atmos.yaml:9:51: region: !random is not evaluated",
			"atmos.yaml:11:14: !include gone.yaml: not found",
			"atmos.yaml:12:13: !include https://atmos.example/p.yaml: remote, not fetched",
			"atmos.yaml:13:60: kind: !include provider.yaml .kind | length: queries are not evaluated",
			"atmos.yaml:15:11: !include p.toml: .toml is not read",
			"atmos.yaml:16:61: region: !include p.hcl .region: what stands there is not read",
			"atmos.yaml:18:45: region: !include p.tfvars .list: what stands there is not read",
		},
	})
}

// A kind that a function gave may be anything: it counts if it has the form of one.
func TestComputedKind(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "auth: {providers: {a: {kind: !env A}, b: {kind: !env B}, c: {kind: !env C}, d: {kind: !env D}}}\n"})
	long := strings.Repeat("a-", 16)
	m.env = map[string]string{"A": "aws/" + long, "B": "aws/" + long + "b", "C": "SECRET/aws", "D": "aws/SECRET"}
	got := m.see(t, config.Options{})
	equal(t, got.Auth.Providers, []config.Provider{
		{Name: "a", Kind: "aws/" + long}, {Name: "b", Unresolved: []string{"kind"}}, {Name: "c", Unresolved: []string{"kind"}}, {Name: "d", Unresolved: []string{"kind"}},
	})
	equal(t, got.Warnings, []string{
		"atmos.yaml:1:49: kind: not one that is known", "atmos.yaml:1:68: kind: not one that is known", "atmos.yaml:1:87: kind: not one that is known",
	})
}

func TestRepoRootWithoutRepository(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "auth: {realm: !repo-root , keyring: {type: !git.root file}}\n"})
	got := m.see(t, config.Options{})
	got.Files, got.Dirs = nil, nil
	equal(t, got, view{
		Keyring:  config.Keyring{Type: "file"},
		Warnings: []string{"atmos.yaml:1:15: auth.realm: !repo-root: not in a git repository"},
		Gaps:     []string{"atmos.yaml:1:15: auth.realm: !repo-root: not in a git repository"},
	})
}

// The first hundred gaps and warnings tell enough, each once.
func TestMostNotes(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "auth: {providers: x}\nimport: [" + strings.Repeat("gone, ", 100) + "]\n", "work/profiles/p/a.yaml": "auth: {keyring: {type: p}}\n"})
	got := m.see(t, config.Options{})
	equal(t, []int{len(got.Gaps), len(got.Warnings)}, []int{100, 100})
	m = newMachine(t, files{"work/atmos.yaml": "auth: {providers: x}\n", "work/profiles/p/a.yaml": "auth: {keyring: {type: p}}\n"})
	gap := []string{"atmos.yaml:1:19: auth.providers: want a mapping, not text"}
	got = m.see(t, config.Options{})
	equal(t, [][]string{got.Gaps, got.Warnings}, [][]string{gap, gap})
}

// What may have declared names or a realm is a gap.
func TestGaps(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": `env: !include .env
profiles: !exec x
import: !include i.yaml
auth:
    providers: !store x
    identities: !exec x
    realm: !exec x
    keyring: {spec: {path: !exec x}}
logs: !exec x
settings: {telemetry: !exec x}
`, "home/.atmos/atmos.yaml": "import: a.yaml\n", "home/.atmos/a.yaml": "auth: !vault SECRET\n"})
	c := mustLoad(t, m)
	for i, g := range c.Gaps {
		c.Gaps[i].At = m.short(g.At)
	}
	equal(t, c.Gaps, []config.Gap{
		{At: "atmos.yaml:3:9", What: "import: !include i.yaml: not found", Names: true, Realm: true},
		{At: "atmos.yaml:2:11", What: "profiles: !exec is never run", Names: true, Realm: true},
		{At: "atmos.yaml:1:6", What: "env: !include .env: not found", Realm: true},
		{At: "atmos.yaml:7:12", What: "auth.realm: !exec is never run", Realm: true},
		{At: "atmos.yaml:5:16", What: "auth.providers: !store is not evaluated", Names: true},
		{At: "atmos.yaml:6:17", What: "auth.identities: !exec is never run", Names: true},
		{At: "atmos.yaml:8:28", What: "auth.keyring.spec.path: !exec is never run"},
	})
	m = newMachine(t, files{"work/atmos.yaml": `env: {ATMOS_AUTH_REALM: !env R, ATMOS_PROFILE: !exec x}
profiles: {base_path: !exec x}
`})
	equal(t, mustLoad(t, m).Gaps, []config.Gap{
		{At: "atmos.yaml:2:23", What: "profiles.base_path: !exec is never run", Names: true, Realm: true},
		{At: "atmos.yaml:1:25", What: "ATMOS_AUTH_REALM: !env R: not set", Realm: true},
	})
}

// An include in a drop-in may be relative to the directory that it drops in to. The
// working directory comes first.
func TestIncludeFrom(t *testing.T) {
	fs := files{
		"home/.atmos/atmos.yaml":     "",
		"home/.atmos/atmos.d/a.yaml": "auth: {realm: !include realm.txt}\n",
		"home/.atmos/realm.txt":      "beside",
	}
	equal(t, newMachine(t, fs).see(t, config.Options{}).Realm, "beside")
	fs["work/realm.txt"] = "here"
	equal(t, newMachine(t, fs).see(t, config.Options{}).Realm, "here")
}

func TestBrokenInclude(t *testing.T) {
	bomb := "auth:\n  x:\n    a: &a !include v.env\n"
	for c := 'b'; c <= 'e'; c++ {
		bomb += fmt.Sprintf("    %c: &%c [%s]\n", c, c, strings.Repeat("*"+string(c-1)+", ", 10))
	}
	for _, tt := range []struct {
		name  string
		files files
		gap   string
		err   string
	}{
		{
			name:  "not YAML",
			files: files{"work/atmos.yaml": "auth: !include a.yaml\n", "work/a.yaml": "SECRET: b: c\n"},
			gap:   "atmos.yaml:1:7: auth: !include a.yaml: a.yaml:1:1: not YAML",
		},
		{
			name:  "the same key twice",
			files: files{"work/atmos.yaml": "auth: !include a.yaml\n", "work/a.yaml": "SECRET: b\nSECRET: c\n"},
			gap:   "atmos.yaml:1:7: auth: !include a.yaml: a.yaml:2:1: the same key is already in line 1",
		},
		{
			name:  "a line of variables",
			files: files{"work/atmos.yaml": "auth: !include v.env\n", "work/v.env": "# one\nrealm=acme\n\nproviders=corp\n"},
			gap:   "v.env:4:1: auth.providers: want a mapping, not text",
		},
		{
			name:  "a bomb of variables",
			files: files{"work/atmos.yaml": bomb, "work/v.env": numbered(600)},
			err:   "atmos.yaml:7:8: aliases stand for more than 5000000 values",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, tt.files)
			c, err := m.load(config.Options{})
			switch {
			case tt.err != "":
				if err == nil || err.Error() != tt.err {
					t.Errorf("got  %v\nwant %s", err, tt.err)
				}
			case err != nil:
				t.Error(err)
			default:
				equal(t, m.view(c).Gaps, []string{tt.gap})
			}
		})
	}
}

// Of an .env the last line of a name counts. A comment is no line, nor is a word.
func TestDotenv(t *testing.T) {
	m := newMachine(t, files{
		"work/atmos.yaml": "auth: {realm: !include v.env .realm, keyring: {type: !include v.env .none}, identities: !include names.env, providers: !include names.hcl}\n",
		"work/v.env":      "realm=one\nrealm = 'two' # rest\nnone=\"\"\n", "work/names.env": "# a=1\nword\nexport b=2\n", "work/names.hcl": "# a = 1\nc = 2\n",
	})
	c := mustLoad(t, m)
	equal(t, summary(c.Readings[0]), []string{"realm two", "c", "b via "})
	equal(t, []string{c.Readings[0].Auth.Identities[0].Place, c.Readings[0].Auth.Providers[0].Place}, []string{"names.env:3", "names.hcl:2"})
	equal(t, c.Readings[0].Auth.Keyring, config.Keyring{})
}

// The words of a function have blanks between them, or quotes around them.
func TestWords(t *testing.T) {
	m := newMachine(t, files{
		"work/atmos.yaml": "auth: {realm: !include \" 'a b.yaml'   .realm \", keyring: {type: !env \"NONE  'x  y'\", spec: {password_env: !env \"  NONE it's\"}}}\n",
		"work/a b.yaml":   "realm: acme\n",
	})
	got := m.see(t, config.Options{})
	equal(t, []any{got.Realm, got.Keyring, got.Warnings}, []any{"acme", config.Keyring{Type: "x  y", PasswordEnv: "it's"}, []string(nil)})
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

// Of an HCL file only what is certain counts.
func TestHCL(t *testing.T) {
	const unread = "(not read)"
	for text, want := range map[string]string{
		"realm = \"acme\" // rest":                              "acme",
		"  realm=\"acme\"\t# rest":                              "acme",
		"realm = 12":                                            "12",
		"realm = 012":                                           unread,
		"realm = true":                                          unread,
		"realm = \"a\\u0063\"":                                  unread,
		"realm = \"${x}\"":                                      unread,
		"realm = \"%{if x}\"":                                   unread,
		"realm = \"$5\"":                                        "$5",
		"realm = lower(\"A\")":                                  unread,
		"other = \"x\"":                                         "",
		"x = \"a {\"\nrealm = \"acme\"":                         "acme",
		"x = \"role/*\"\nrealm = \"acme\"":                      "acme",
		"x = [ # {\n  \"]\",\n  3\n]\nrealm = \"acme\"":         "acme",
		"x = {\n  realm = \"b\"\n}\nrealm = \"acme\"":           "acme",
		"realm = \"acme\"\n/*\nrealm = \"b\"\n*/":               unread,
		"realm = \"acme\"\nx = <<EOT\nrealm = \"b\"\nEOT":       unread,
		"realm = \"acme\"\nx = 1 /* \n */":                      unread,
		"realm = \"acme\"\nlocals {\n}":                         unread,
		"auth = {\n  realm = \"acme\"\n}":                       unread,
		"realm = \"acme\"\nx = \"never ends":                    unread,
		"realm = max(\n  1,\n  2)\nrealm2 = \"b\"":              unread,
		"// realm = \"a\"\n# realm = \"b\"\n\nrealm = \"acme\"": "acme",
	} {
		query := ".realm"
		if strings.HasPrefix(text, "auth") {
			query = ".auth.realm"
		}
		m := newMachine(t, files{"work/atmos.yaml": "auth: {realm: !include a.tfvars " + query + " }\n", "work/a.tfvars": text})
		got := m.see(t, config.Options{})
		if len(got.Gaps) > 0 {
			got.Realm += unread
		}
		if got.Realm != want {
			t.Errorf("%q: got %q, want %q", text, got.Realm, want)
		}
	}
}

// A function that needs a word and has none says so.
func TestFunctionsWithoutWords(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "auth:\n  realm: !env ''\n  keyring: {type: !include ' '}\n"})
	equal(t, mustLoad(t, m).Warnings, []string{
		"atmos.yaml:2:10: auth.realm: !env without a name",
		`atmos.yaml:3:19: type: !include "": no file`,
	})
}
