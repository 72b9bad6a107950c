package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
)

// claims are the claims as texts.
func claims(c *config.Config) (texts []string) {
	for _, claim := range append(c.Claims.XDG, c.Claims.Keyrings...) {
		texts = append(texts, claim.Setting+"="+claim.Path.Raw())
	}
	return texts
}

// everything that only the user may say, and claims of where things are.
const everything = `
settings: {telemetry: {enabled: true, endpoint: "http://evil.example", token: t}}
logs: {level: Debug, file: /evil}
env:
  ATMOS_XDG_CONFIG_HOME: /evil/config
  ATMOS_XDG_DATA_HOME: /evil/data
  ATMOS_XDG_CACHE_HOME: /evil/cache
  ATMOS_KEYRING_FILE_PATH: /evil/ring
  ATMOS_TELEMETRY_ENDPOINT: http://evil.example
  ATMOS_LOGS_FILE: /evil
  ATMOS_AUTH_REALM: named
  ATMOS_ANYTHING: x
auth: {keyring: {type: file, spec: {path: /evil/spec}}}
`

// A project's file names a realm and claims places, by whatever way it is come by. What
// only the user may say has no effect there.
func TestProjectsWord(t *testing.T) {
	for name, place := range map[string]struct {
		file string // where everything stands
		also files
		opt  config.Options
		env  map[string]string
	}{
		"atmos.yaml":        {file: "work/atmos.yaml"},
		"JSON":              {file: "work/atmos.json"},
		"drop-in":           {file: "work/.atmos.d/x.yaml", also: files{"work/atmos.yaml": ""}},
		"import":            {file: "work/x.yaml", also: files{"work/atmos.yaml": "import: x.yaml\n"}},
		"profile":           {file: "work/profiles/p/x.yaml", also: files{"work/atmos.yaml": "profiles.default: p\n"}},
		"parent":            {file: "atmos.yaml"},
		"--config":          {file: "work/other.yaml", opt: config.Options{Files: []string{"other.yaml"}}},
		"--config-path":     {file: "work/other/atmos.yaml", opt: config.Options{Dirs: []string{"other"}}},
		"by variable":       {file: "work/other/atmos.yaml", env: map[string]string{"ATMOS_CLI_CONFIG_PATH": "other"}},
		"all included":      {file: "work/x.yaml", also: files{"work/atmos.yaml": "<<: !include x.yaml\n"}},
		"parts included":    {file: "work/x.yaml", also: files{"work/atmos.yaml": "settings: !include x.yaml .settings\nlogs: !include x.yaml .logs\nenv: !include x.yaml .env\nauth: !include x.yaml .auth\n"}},
		"imported by own":   {file: "work/x.yaml", also: files{"home/.atmos/atmos.yaml": "import: x.yaml\n"}},
		"included by own":   {file: "work/x.yaml", also: files{"home/.atmos/atmos.yaml": "settings: !include x.yaml .settings\nlogs: !include x.yaml .logs\nenv: !include x.yaml .env\nauth: !include x.yaml .auth\n"}},
		"merged by own":     {file: "work/x.yaml", also: files{"home/.atmos/atmos.yaml": "<<: !include x.yaml\n"}},
		"own by import":     {file: "home/.atmos/aside.yaml", also: files{"work/atmos.yaml": "import: ../home/.atmos/aside.yaml\n"}},
		"repository in own": {file: "home/.atmos/src/atmos.yaml", opt: config.Options{Files: []string{"../home/.atmos/src/atmos.yaml"}}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, place.also)
			m.env = place.env
			m.mkdir(t, filepath.Dir(place.file))
			text := everything
			if strings.HasSuffix(place.file, ".json") {
				text = `{"settings": {"telemetry": {"endpoint": "http://evil.example", "token": "t"}}, "logs": {"file": "/evil"},
"env": {"ATMOS_XDG_CONFIG_HOME": "/evil/config", "ATMOS_XDG_DATA_HOME": "/evil/data", "ATMOS_XDG_CACHE_HOME": "/evil/cache",
"ATMOS_KEYRING_FILE_PATH": "/evil/ring", "ATMOS_AUTH_REALM": "named"}, "auth": {"keyring": {"spec": {"path": "/evil/spec"}}}}`
			}
			if err := os.WriteFile(m.path(place.file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := m.load(place.opt)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, []any{c.Own.Telemetry, c.Own.Logs, c.Own.KeyringPaths}, []any{config.Telemetry{}, config.Logs{}, []string(nil)})
			for _, name := range strings.Fields("XDG_CONFIG_HOME XDG_DATA_HOME KEYRING_FILE_PATH TELEMETRY_ENDPOINT LOGS_FILE AUTH_REALM ANYTHING") {
				if s, ok := c.LookupEnv("ATMOS_" + name); ok {
					t.Errorf("ATMOS_%s is %q", name, s)
				}
			}
			equal(t, claims(c), []string{
				"ATMOS_XDG_CONFIG_HOME=/evil/config", "ATMOS_XDG_DATA_HOME=/evil/data", "ATMOS_XDG_CACHE_HOME=/evil/cache",
				"ATMOS_KEYRING_FILE_PATH=/evil/ring", "auth.keyring.spec.path=/evil/spec",
			})
			equal(t, summary(c.Readings[0]), []string{"realm named"})
		})
	}
}

// What a profile that is not selected claims is a claim, too.
func TestClaimsOfProfiles(t *testing.T) {
	c := mustLoad(t, newMachine(t, files{
		"work/atmos.yaml":        "auth: {keyring: {spec: {path: one}}}\n",
		"work/profiles/p/a.yaml": "auth: {keyring: {spec: {path: two}}}\nenv: {ATMOS_XDG_DATA_HOME: three, ATMOS_KEYRING_FILE_PATH: one}\n",
		"work/profiles/q/a.yaml": "auth: {realm: q}\n", "work/profiles/r/a.yaml": "auth: {keyring: {spec.path: four}}\n",
	}))
	equal(t, claims(c), []string{"ATMOS_XDG_DATA_HOME=three", "auth.keyring.spec.path=one", "ATMOS_KEYRING_FILE_PATH=one", "auth.keyring.spec.path=two", "auth.keyring.spec.path=four"})
}

// The user's own files are obeyed, whatever a project says.
func TestOwnWord(t *testing.T) {
	mine := `
settings: {telemetry: {enabled: true, endpoint: "https://mine.example", token: t}}
logs: {level: Debug, file: /mine}
env: {ATMOS_XDG_CONFIG_HOME: /mine/config, ATMOS_KEYRING_FILE_PATH: /mine/ring, ATMOS_AUTH_REALM: mine, HOME: /mine}
auth: {keyring: {spec: {path: /mine/spec}}}
`
	full := config.Own{
		Telemetry:    config.Telemetry{Endpoint: "https://mine.example", Token: "t"},
		Logs:         config.Logs{Level: "Debug", File: "/mine"},
		KeyringPaths: []string{"/mine/ring", "/mine/spec"},
	}
	off := full
	off.Telemetry.Off = true
	for _, tt := range []struct {
		name  string
		files files
		want  config.Own
	}{
		{"home", files{"home/.atmos/atmos.yaml": mine}, full},
		{"system", files{"etc/atmos.yaml": mine}, full},
		{"profile", files{"work/atmos.yaml": "profiles.default: p\n", "conf/profiles/p/a.yaml": mine}, full},
		{"drop-in", files{"home/.atmos/atmos.yaml": "", "home/.atmos/.atmos.d/a.yaml": mine}, full},
		{"import", files{"home/.atmos/atmos.yaml": "import: a.yaml\n", "home/.atmos/a.yaml": mine}, full},
		{"under a project's", files{"home/.atmos/atmos.yaml": mine, "work/atmos.yaml": everything}, full},
		{"dots", files{"home/.atmos/atmos.yaml": "settings.telemetry.endpoint: e\nlogs.level: Info\n"}, config.Own{
			Telemetry: config.Telemetry{Endpoint: "e"}, Logs: config.Logs{Level: "Info"},
		}},
		{"off in another file", files{"etc/atmos.yaml": "settings: {telemetry: {enabled: false}}\n", "home/.atmos/atmos.yaml": mine}, off},
		{"off in other words", files{"etc/atmos.yaml": "settings: {telemetry: false}\n", "home/.atmos/atmos.yaml": mine}, off},
		{"off by a function", files{"etc/atmos.yaml": "settings: {telemetry: {enabled: !env X}}\n", "home/.atmos/atmos.yaml": mine}, off},
		{"functions", files{"home/.atmos/atmos.yaml": `
settings: {telemetry: {endpoint: !env EVIL, token: !include.raw x}}
logs: {file: !env EVIL, level: !cwd }
auth: {keyring: {spec: {path: !env EVIL}}}
env: {ATMOS_KEYRING_FILE_PATH: !env EVIL}
`, "work/x": "SECRET"}, config.Own{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, tt.files)
			m.env = map[string]string{"EVIL": "/evil"}
			c := mustLoad(t, m)
			equal(t, []any{c.Own.Telemetry, c.Own.Logs, c.Own.KeyringPaths}, []any{tt.want.Telemetry, tt.want.Logs, tt.want.KeyringPaths})
			for _, claim := range claims(c) {
				if strings.Contains(claim, "mine") {
					t.Errorf("claim %s", claim)
				}
			}
		})
	}
}

// The environment of the process goes first; ATMOS_* of the user's own files follow.
func TestLookupEnv(t *testing.T) {
	m := newMachine(t, files{
		"home/.atmos/atmos.yaml": "env: {ATMOS_A: file, ATMOS_B: file, ATMOS_C: [x], HOME: x, atmos_lower: x}\n",
		"work/atmos.yaml":        "env: {ATMOS_A: project, ATMOS_D: project}\n",
	})
	m.env = map[string]string{"ATMOS_A": "process", "PATH": "/bin"}
	c := mustLoad(t, m)
	got := map[string]string{}
	for _, name := range strings.Fields("ATMOS_A ATMOS_B ATMOS_C ATMOS_D HOME PATH atmos_lower") {
		if s, ok := c.LookupEnv(name); ok {
			got[name] = s
		}
	}
	equal(t, got, map[string]string{"ATMOS_A": "process", "ATMOS_B": "file", "PATH": "/bin"})
}

// What was read of the user's own files counts even if the project's cannot be read.
func TestOwnWordWithError(t *testing.T) {
	m := newMachine(t, files{"home/.atmos/atmos.yaml": "logs: {level: Off}\n", "work/atmos.yaml": "a:\n\tb\n"})
	c, err := m.load(config.Options{})
	if err == nil {
		t.Fatal("no error")
	}
	equal(t, []any{c.Own.Logs.Level, len(c.Readings)}, []any{"Off", 1})
}

// A value that a YAML function gave is shown only if everybody may see it, in whatever way it
// is printed.
func TestText(t *testing.T) {
	const secret = "hunter2-east1"
	m := newMachine(t, files{
		"work/atmos.yaml": `
auth:
  realm: !env REALM
  providers:
    literal: {start_url: "http://plain.example/?x=y", region: anything}
    url: {start_url: !env URL, region: !env REGION}
    secret: {start_url: !env SECRET, region: !env SECRET, tags: [!env SECRET, prod]}
    tokens: {start_url: !env TOKEN, region: !env USER_TOKEN}
    ports: {start_url: !env HTTP, region: !env GOV}
    digits: {start_url: !env DIGITS3, region: !env DIGITS2}
`,
	})
	m.env = map[string]string{
		"REALM": secret, "URL": "https://acme.awsapps.com/start/#", "REGION": "eu-central-1", "SECRET": secret,
		"TOKEN": "https://x.example/?token=" + secret, "USER_TOKEN": "https://" + secret + "@x.example/", "HTTP": "http://" + secret, "GOV": "us-gov-west-1",
		"DIGITS2": "europe-west12", "DIGITS3": "europe-west123",
	}
	c := mustLoad(t, m)
	var got []string
	for _, p := range c.Readings[0].Auth.Providers {
		got = append(got, p.StartURL.String()+" "+p.Region.String())
	}
	equal(t, got, []string{
		"http://plain.example/?x=y anything",
		"https://acme.awsapps.com/start/# eu-central-1",
		"atmos.yaml:7 atmos.yaml:7",
		"atmos.yaml:8 atmos.yaml:8",
		"atmos.yaml:9 us-gov-west-1",
		"atmos.yaml:10 europe-west12",
	})
	realm := c.Readings[0].Realms[0]
	equal(t, []any{realm.Raw(), realm.String()}, []any{secret, "atmos.yaml:3"})
	text, err := json.Marshal(c.Readings)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(text), fmt.Sprint(c.Readings), fmt.Sprintf("%+v", c.Readings)} {
		if strings.Contains(shown, secret) {
			t.Errorf("the secret is in %s", shown)
		}
	}
}

// Nothing that a file or variable of the user holds is in a message, wherever a project puts
// it, nor in a name.
func TestValuesAreNotEchoed(t *testing.T) {
	const secret = "SECRET\x1bKEY"
	m := newMachine(t, files{
		"home/key": secret, "home/key.yaml": "SECRET-KEY: SECRET-KEY\nlist: [[SECRET-KEY]]\n", "home/key.json": `{"a": {"b": {"SECRET-KEY": {"kind": "SECRET-KEY", "via": {"provider": "SECRET-KEY"}}}}}`,
		"home/key.env": "SECRET_KEY=SECRET-KEY\n", "home/key.tfvars": "SECRET_KEY = \"SECRET-KEY\"\nSECRET = file(\"SECRET\")\n",
		"home/broken.yaml": "*SECRET-KEY\n", "home/twice.yaml": "SECRET-KEY: x\nSECRET-KEY: y\n",
	})
	m.env = map[string]string{"SECRET": secret}
	for _, at := range []string{
		"auth: {realm: %s}", "auth: %s", "auth: {providers: %s}", "auth: {identities: %s}", "auth: {identities: {x: %s}}", "auth: {integrations: %s}",
		"auth: {providers: {p: {kind: %s}}}", "auth: {providers: {p: {start_url: %s, region: %s}}}", "auth: {providers: {p: {spec: %s, tags: [%s], driver: %s}}}",
		"auth: {identities: {x: {kind: %s, default: %s, via: %s}}}", "auth: {identities: {x: {via: {provider: %s}}}}",
		"auth: {keyring: {spec: {path: %s, password_env: %s}, type: %s}}", "auth: {keyring: %s}",
		"import: %s", "import: [%s]", "import: [[%s]]", "base_path: %s", "base_path: %s\nimport: x.yaml", "env: %s", "env: {ATMOS_PROFILE: %s}", "env: {ATMOS_BASE_PATH: %s}\nimport: x",
		"profiles: {default: %s}", "profiles: {base_path: %s}", "profiles: %s", "logs: {level: %s, file: %s}", "settings: %s", "settings: {telemetry: {token: %s}}",
		"auth: {integrations: {i: {spec: {cluster: {kubeconfig: {path: %s}}, registry: %s}}}}", "<<: %s",
	} {
		for _, function := range []string{
			"!include.raw ../home/key", "!include ../home/key", "!include ../home/key.yaml", "!include ../home/key.yaml .list", "!include ../home/key.json .a.b", "!include ../home/key.env",
			"!include ../home/key.tfvars", "!include ../home/broken.yaml", "!include ../home/twice.yaml", "!env SECRET",
		} {
			text := strings.ReplaceAll(at, "%s", strings.Replace(function, " ", ` "`, 1)+`"`)
			if err := os.WriteFile(m.path("work/atmos.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := m.load(config.Options{})
			said := fmt.Sprint(err, c.Warnings, c.Gaps)
			for _, p := range c.Readings[0].Auth.Providers {
				if p.Place == "" {
					said += p.Name
				}
				said += p.Kind
			}
			for _, id := range c.Readings[0].Auth.Identities {
				if id.Place == "" {
					said += id.Name
				}
				if id.Via.Place == "" {
					said += id.Via.Provider + id.Via.Identity
				}
				said += id.Kind
			}
			for _, in := range c.Readings[0].Auth.Integrations {
				if in.Place == "" {
					said += in.Name
				}
			}
			if strings.Contains(strings.ReplaceAll(said, "!env SECRET", ""), "SECRET") {
				t.Errorf("%s: %s", text, said)
			}
		}
	}
}
