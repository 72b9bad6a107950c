package config_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
)

// A form is one way to write a configuration, what Atmos does with it, and what is read here.
type form struct {
	form   string // as the page shows it
	atmos  string // what Atmos does; the release or the source in brackets
	text   string // of atmos.yaml; the form itself if it is empty
	files  files  // beside it
	opt    config.Options
	env    map[string]string
	names  string // what the first reading declares, separated by commas
	old    string // the same of releases before v1.216, if that differs
	answer answer
}

// An answer is how a form is taken.
type answer string

const (
	taken      answer = "read"
	incomplete answer = "read, the rest is named"
	refused    answer = "refused, nothing is touched"
)

const devVia = "auth: {identities: {dev: {kind: aws/user}}}\n"

// sections are the tables of docs/compatibility.md.
func sections() []struct {
	title string
	forms []form
} {
	const base = "identities: {dev: {kind: aws/user}}"
	with := func(s string) string { return "auth: {" + base + "}\n" + s + "\n" }
	in := func(s string) string { return "auth: {" + s + ", " + base + "}\n" }
	return []struct {
		title string
		forms []form
	}{
		{"Values of another type", []form{
			{form: "settings: {telemetry: false}", text: with("settings: {telemetry: false}"), atmos: "tolerates it (mapstructure)", names: "dev via "},
			{form: "telemetry: off", text: with("telemetry: off"), atmos: "does not know it", names: "dev via "},
			{form: "settings: []", text: with("settings: []"), atmos: "takes it for an empty block", names: "dev via "},
			{form: "logs: {file: [a, b]}", text: with("logs: {file: [a, b]}"), atmos: "tolerates it", names: "dev via "},
			{form: "env: [A=b]", text: with("env: [A=b]"), atmos: "takes it for an empty block", names: "dev via "},
			{form: "env: text", text: with("env: text"), atmos: "takes it for an empty block", names: "dev via "},
			{form: "identities: []", text: "auth: {identities: [], providers: {corp: {kind: aws/saml}}}\n", atmos: "takes it for an empty block", names: "corp"},
			{form: "identities: text", text: "auth: {identities: text, providers: {corp: {kind: aws/saml}}}\n", atmos: "cannot decode it", names: "corp", answer: incomplete},
			{form: "integrations: []", text: in("integrations: []"), atmos: "takes it for an empty block", names: "dev via "},
			{form: "spec: [] of a provider", text: in("providers: {corp: {kind: aws/saml, spec: []}}"), atmos: "takes it for an empty block", names: "corp,dev via "},
			{form: "identities: {bad: text, dev: {…}}", text: "auth: {identities: {bad: text, dev: {kind: aws/user}}}\n", atmos: "skips `bad`", names: "bad via ,dev via "},
			{form: "default: often", text: "auth: {identities: {dev: {kind: aws/user, default: often}}}\n", atmos: "takes it for false", names: "dev via "},
			{form: "auth: text", text: "auth: text\n", atmos: "cannot decode it", answer: incomplete},
			{form: "a list at the top", text: "- a\n", atmos: "an error", answer: refused},
			{form: "the same key twice", text: "auth: {realm: a, realm: b}\n", atmos: "an error (yaml.v3)", answer: refused},
			{form: "the same key in two spellings", text: "auth: {realm: a}\nAuth: {" + base + "}\n", atmos: "takes either (viper)", names: "realm a,dev via "},
		}},
		{"Dots in keys", []form{
			{form: "auth.realm: acme", atmos: "a level (viper)", names: "realm acme"},
			{form: "auth.providers: {corp: {…}}", text: "auth.providers: {corp: {kind: aws/saml}}\n", atmos: "a level (viper)", names: "corp"},
			{form: "auth: {keyring.spec.path: ring}", text: in("keyring.spec.path: ring"), atmos: "a level (viper)", names: "dev via "},
			{form: "profiles.default: ci", atmos: "a level (viper)", files: files{"work/profiles/ci/a.yaml": devVia}, names: "dev via "},
			{
				form: "identities: {dev: {via.provider: corp}}", text: "auth: {identities: {dev: {kind: aws/saml, via.provider: corp}}}\n",
				atmos: "a level before v1.216, nothing since (`fixAuthIdentities`)", names: "dev via ", old: "dev via corp",
			},
			{form: "identities: {product.usa/ReadOnly: {…}}", text: "auth: {identities: {product.usa/ReadOnly: {kind: aws/user}}}\n", atmos: "part of the name since v1.216", names: "product.usa/ReadOnly via "},
		}},
		{"Scalars", []form{
			{form: "realm: 012345678901", text: "auth: {realm: 012345678901}\n", atmos: "`12345678901` (yaml.v3, mapstructure)", names: "realm 12345678901"},
			{form: "realm: 0123", text: "auth: {realm: 0123}\n", atmos: "`83`", names: "realm 83"},
			{form: "realm: 1_000", text: "auth: {realm: 1_000}\n", atmos: "`1000`", names: "realm 1000"},
			{form: "realm: 1e3", text: "auth: {realm: 1e3}\n", atmos: "`1000`", names: "realm 1000"},
			{form: "realm: true", text: "auth: {realm: true}\n", atmos: "`1`", names: "realm 1"},
			{form: `realm: "0123"`, text: "auth: {realm: \"0123\"}\n", atmos: "`0123`", names: "realm 0123"},
			{form: `"\ud83d\ude00"`, text: `{"auth": {"identities": {"\ud83d\ude00": {"kind": "aws/user"}}}}`, atmos: "one character, as in JSON", names: "😀 via "},
		}},
		{"Files", []form{
			{form: "atmos without an extension", text: "-", files: files{"work/atmos": devVia}, atmos: "is read last (viper)", names: "dev via "},
			{form: "a program called atmos", files: files{"work/atmos": "\x7fELF\x00", "home/.atmos/atmos.yaml": devVia}, text: "-", atmos: "an error", names: "dev via "},
			{form: "atmos.toml", text: devVia, files: files{"work/atmos.toml": "x = 1\n"}, atmos: "is found before atmos.yaml (viper)", names: "dev via ", answer: incomplete},
			{form: ".atmos.d is a file", text: devVia, files: files{"work/.atmos.d": "text"}, atmos: "tolerates it", names: "dev via "},
			{form: "a broken file in .atmos.d", text: devVia, files: files{"work/.atmos.d/a.yaml": "a: b: c"}, atmos: "goes on without it; since August 2026 an error (its issue 2836)", names: "dev via ", answer: incomplete},
			{form: "a broken file behind import", text: "import: [a.yaml]\n" + devVia, files: files{"work/a.yaml": "a: b: c"}, atmos: "goes on without it (logged at debug)", names: "dev via ", answer: incomplete},
			{form: "an import that is not there", text: "import: [a.yaml]\n" + devVia, atmos: "goes on without it", names: "dev via ", answer: incomplete},
			{form: "import: github.com/…, git::…, s3::…", text: "import: [\"git::https://code.example/a.git//a.yaml\"]\n" + devVia, atmos: "fetches it (go-getter)", names: "dev via ", answer: incomplete},
			{form: "import: https://…", text: "import: [\"https://code.example/a.yaml\"]\n" + devVia, atmos: "fetches it; so does credclean with --fetch-imports", names: "dev via ", answer: incomplete},
			{form: "--config a.yaml,b.yaml", text: "-", files: files{"work/a.yaml": realm("a"), "work/b.yaml": devVia}, opt: config.Options{Files: []string{"a.yaml,b.yaml"}}, atmos: "two files, profiles beside each", names: "realm a,dev via "},
			{form: "a broken file in a profile", text: devVia, files: files{"work/profiles/ci/a.yaml": "a: b: c", "work/profiles/ci/b.yaml": realm("ci")}, opt: config.Options{Profiles: []string{"ci"}}, atmos: "an error", answer: refused},
			{form: "ATMOS_PROFILE=\"ci night\"", text: devVia, files: files{"work/profiles/ci/a.yaml": realm("ci"), "work/profiles/night/a.yaml": "auth: {providers: {corp: {kind: aws/saml}}}"}, env: map[string]string{"ATMOS_PROFILE": "ci night"}, atmos: "two profiles (viper)", names: "realm ci,corp,dev via "},
			{form: "profiles: {default: [ci]}", text: devVia + "profiles: {default: [ci]}\n", atmos: "no default (viper)", names: "dev via "},
			{form: "--profile that is nowhere", text: devVia, opt: config.Options{Profiles: []string{"none"}}, atmos: "an error", answer: refused},
			{form: "base_path: !cwd with import: [a]", text: "-", files: files{"atmos.yaml": "base_path: !cwd\nimport: [a]\n", "a.yaml": devVia}, atmos: "is looked for beside atmos.yaml", names: "dev via "},
		}},
		{"YAML functions", []form{
			{form: "!env NAME default", text: "auth: {realm: !env NAME fallback}\n", atmos: "the variable, or the default", names: "realm fallback"},
			{form: "!env NAME, not set", text: "auth: {realm: !env NAME}\n", atmos: "empty", answer: incomplete},
			{form: "!exec command", text: "auth: {realm: !exec date}\n", atmos: "runs it; credclean never does", answer: incomplete},
			{form: "!include file.yaml .path", text: "auth: !include a.yaml .auth\n", files: files{"work/a.yaml": devVia}, atmos: "from the working directory, or else from beside atmos.yaml", names: "dev via "},
			{form: "!include file.tfvars .name", text: "auth: {realm: !include a.tfvars .realm}\n", files: files{"work/a.tfvars": "realm = \"acme\"\n"}, atmos: "reads HCL; credclean, name = \"value\"", names: "realm acme"},
			{form: "!include file.hcl with a template", text: "auth: {realm: !include a.hcl .realm}\n", files: files{"work/a.hcl": "realm = \"${x}\"\n"}, atmos: "reads HCL", answer: incomplete},
			{form: "!include file.hcl with a block, /* or <<", text: "auth: {realm: !include a.hcl .realm}\n", files: files{"work/a.hcl": "realm = \"a\"\n/*\nrealm = \"b\"\n*/\n"}, atmos: "reads HCL", answer: incomplete},
			{form: "!include file.toml", text: "auth: {realm: !include a.toml .realm}\n", files: files{"work/a.toml": "realm = \"x\"\n"}, atmos: "reads TOML", answer: incomplete},
			{form: "!repo-root, !cwd", text: "auth: {realm: !repo-root fallback}\n", atmos: "a path, or the default", names: "realm fallback"},
			{form: "!random, !git.sha, …", text: "auth: {providers: {corp: {kind: aws/saml, region: !random 1 9}}}\n", atmos: "evaluates it", names: "corp"},
			{
				form: "identities: {dev: !unset}", text: "auth: {identities: {dev: !unset }}\n", files: files{"home/.atmos/atmos.yaml": devVia},
				atmos: "keeps what another file declares since v1.216", names: "dev via ", old: " ",
			},
		}},
	}
}

// load loads a form on a machine of its own.
func (f form) load(t *testing.T) (*config.Config, error) {
	t.Helper()
	fs := files{}
	for name, text := range f.files {
		fs[name] = text
	}
	switch f.text {
	case "":
		fs["work/atmos.yaml"] = f.form + "\n"
	case "-":
	default:
		fs["work/atmos.yaml"] = f.text
	}
	m := newMachine(t, fs)
	m.env = f.env
	return m.load(f.opt)
}

// Each form is taken as the page says, and means what it says.
func TestForms(t *testing.T) {
	for _, s := range sections() {
		for _, f := range s.forms {
			t.Run(f.form, func(t *testing.T) {
				c, err := f.load(t)
				want := f.answer
				if want == "" {
					want = taken
				}
				got := taken
				switch {
				case err != nil:
					got = refused
				case len(c.Gaps) > 0:
					got = incomplete
				}
				if got != want {
					t.Errorf("%s, want %s: %v %v", got, want, err, c.Gaps)
				}
				if names := strings.Join(summary(c.Readings[0]), ","); names != f.names {
					t.Errorf("names %q, want %q", names, f.names)
				}
				old := ""
				if last := c.Readings[len(c.Readings)-1]; last.Name == "Atmos before v1.216" {
					old = strings.Join(summary(last), ",")
				}
				if old != strings.TrimSpace(f.old) {
					t.Errorf("before v1.216 %q, want %q", old, f.old)
				}
			})
		}
	}
}

// The page says what the test knows. UPDATE_DOCS=1 writes it.
func TestCompatibilityPage(t *testing.T) {
	const page = "../docs/compatibility.md"
	const begin, end = "<!-- forms -->\n", "<!-- end of forms -->\n"
	var table strings.Builder
	for _, s := range sections() {
		fmt.Fprintf(&table, "\n### %s\n\n| Form | Atmos | credclean |\n|---|---|---|\n", s.title)
		for _, f := range s.forms {
			answer := f.answer
			if answer == "" {
				answer = taken
			}
			fmt.Fprintf(&table, "| `%s` | %s | %s |\n", strings.ReplaceAll(f.form, "|", `\|`), f.atmos, answer)
		}
	}
	table.WriteString("\n")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the page has no place for the table")
	}
	if got == table.String() {
		return
	}
	if os.Getenv("UPDATE_DOCS") == "" {
		t.Fatal("the page is not up to date: UPDATE_DOCS=1 go test ./config -run TestCompatibilityPage")
	}
	if err := os.WriteFile(page, []byte(before+begin+table.String()+end+after), 0o600); err != nil {
		t.Fatal(err)
	}
}
