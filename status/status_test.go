package status_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/status"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// now is when all tests look.
var now = time.Date(2027, 11, 22, 14, 0, 0, 0, time.UTC)

const atmos = `
auth:
  providers:
    sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://acme.awsapps.com/start}
    saml: {kind: aws/saml}
  identities:
    robot: {kind: aws/user}
    dev: {kind: aws/permission-set, via: {provider: sso}}
    prod: {kind: aws/permission-set, via: {identity: dev}}
    lost: {kind: aws/permission-set, via: {provider: gone}}
`

// keys is a keyring that has these keys, or fails.
type keys struct {
	location string
	has      []string
	err      error
}

func (k keys) Location() string { return k.location }

func (k keys) Find(_ context.Context, wanted []string) (found []string, err error) {
	for _, key := range wanted {
		for _, has := range k.has {
			if key == has {
				found = append(found, key)
			}
		}
	}
	return found, k.err
}

func (k keys) Read(context.Context, string) ([]byte, error) { panic("a status opens nothing") }

func (k keys) Remove(context.Context, string) error { panic("a status removes nothing") }

func (k keys) List(context.Context) ([]string, error) { return k.has, k.err }

// machine is one with these files below the home directory /home/ana, so to speak.
func machine(t *testing.T, files map[string]string, keyrings ...keyring.Keyring) logout.Machine {
	t.Helper()
	cfg, err := config.Parse("atmos.yaml", []byte(atmos))
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	for name, text := range files {
		name = filepath.Join(home, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	m := logout.Machine{
		Graph:        chain.New(cfg.Readings[0].Auth),
		Roots:        store.NewRoots(home, home, filepath.Join(home, "tmp"), "linux", func(string) (string, bool) { return "", false }),
		WorkDir:      home,
		Realms:       []string{"acme", ""},
		Keyrings:     keyrings,
		Files:        &disk.Files{},
		DockerConfig: filepath.Join(home, ".docker", "config.json"),
	}
	t.Cleanup(func() { _ = m.Files.Close() })
	return m
}

// look is the status of a machine, with places as people see them.
func look(t *testing.T, m logout.Machine, identities ...string) status.Status {
	t.Helper()
	s, err := status.New(t.Context(), m, identities, now)
	if err != nil {
		t.Fatal(err)
	}
	show := func(rows []status.Row) {
		for i, r := range rows {
			rows[i].Location = filepath.ToSlash(m.Roots.Show(r.Location))
		}
	}
	for _, g := range s.Groups {
		show(g.Rows)
	}
	show(s.Undeclared)
	show(s.Gaps)
	for _, o := range s.Others {
		for i, l := range o.Locations {
			o.Locations[i] = filepath.ToSlash(m.Roots.Show(l))
		}
	}
	valid(t, s, m.Roots)
	return s
}

// valid holds the document of a status against the schema.
func valid(t *testing.T, s status.Status, roots store.Roots) {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(filepath.Join("..", "schema", "status.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	d := s.Document(logout.View{Roots: roots})
	if err := d.Write(&text); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text.String()))
	if err == nil {
		err = schema.Validate(doc)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, text.String())
	}
}

func section(name, expires string) string {
	return "; atmos: expiration=" + expires + "\n[" + name + "]\nx = y\n\n"
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

const (
	before = "2027-11-22T13:00:00Z"
	after  = "2027-11-22T17:42:00Z"
)

func TestNew(t *testing.T) {
	m := machine(t, map[string]string{
		".config/atmos/acme/aws/sso/credentials":                                           section("dev", after) + section("prod", before) + section("stack", after) + "[default]\nx = y\n",
		".config/atmos/acme/aws/sso/config":                                                "[profile dev]\nx = y\n[profile prod]\nx = y\n[profile elsewhere]\nx = y\n",
		".config/atmos/acme/aws/gone/credentials":                                          "[lost]\nx = y\n",
		".config/atmos/acme/aws/renamed/credentials":                                       section("dev", after),
		".config/atmos/other/aws/sso/credentials":                                          section("dev", after),
		".config/atmos/other/aws/sso/config":                                               "[profile dev]\n",
		".config/atmos/zeta/aws/sso/credentials":                                           section("dev", after),
		".config/atmos/acme/aws/emptied/config":                                            "",
		".config/atmos/acme/gcp/old-gcp/adc/deployer/application_default_credentials.json": "{}",
		".cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json":      `{"accessToken": "a", "refreshToken": "r", "expiresAt": "` + before + `"}`,
		".cache/atmos/aws-sso/sessions/0123456789012345678901234567890123456789.json":      `{"accessToken": "a", "expiresAt": "` + before + `"}`,
		".cache/atmos/aws-webflow/robot-acme/refresh.json":                                 `{"refreshToken": "r", "expiresAt": "` + before + `"}`,
	}, keys{location: "system keyring", has: []string{"atmos_acme_dev", "atmos_acme_robot", "atmos_acme_old", "atmos_other_dev", "raw", "sso"}})
	got := look(t, m)
	file := "~/.config/atmos/acme/aws/sso/"
	want := status.Status{
		Time: now,
		Groups: []status.Group{
			{Root: chain.Link{Name: "sso", Kind: "aws/iam-identity-center", Provider: true, Declared: true}, Rows: []status.Row{
				{Name: "sso", Declared: true, Kind: store.KeyringEntry, State: status.Unknown, Location: "system keyring", Entry: "sso"},
				{Name: "sso", Declared: true, Kind: logout.CredentialsFile, Realm: "acme", State: status.Unknown, Location: file + "credentials"},
				{Name: "sso", Declared: true, Kind: store.SessionToken, State: status.Refreshable, Expires: at(before), Location: "~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json"},
				{Name: "dev", Declared: true, Kind: store.KeyringEntry, Realm: "acme", State: status.Unknown, Location: "system keyring", Entry: "atmos_acme_dev"},
				{Name: "dev", Declared: true, Kind: logout.CredentialsFile, Realm: "acme", State: status.Valid, Expires: at(after), Location: file + "credentials"},
				{Name: "dev", Declared: true, Kind: logout.ConfigFile, Realm: "acme", State: status.Valid, Expires: at(after), Location: file + "config"},
				{Name: "prod", Declared: true, Kind: logout.CredentialsFile, Realm: "acme", State: status.Expired, Expires: at(before), Location: file + "credentials"},
				{Name: "prod", Declared: true, Kind: logout.ConfigFile, Realm: "acme", State: status.Expired, Expires: at(before), Location: file + "config"},
			}},
			{Root: chain.Link{Name: "robot", Kind: "aws/user", Declared: true}, Rows: []status.Row{
				{Name: "robot", Declared: true, Kind: store.KeyringEntry, Realm: "acme", State: status.LongLived, Location: "system keyring", Entry: "atmos_acme_robot"},
				{Name: "robot", Declared: true, Kind: store.RefreshToken, Realm: "acme", State: status.Expired, Expires: at(before), Location: "~/.cache/atmos/aws-webflow/robot-acme/refresh.json"},
			}},
			{Root: chain.Link{Name: "gone", Provider: true}, Rows: []status.Row{
				{Name: "gone", Kind: store.SessionToken, State: status.CannotTell, Location: "~/.cache/atmos/aws-sso/sessions", Err: cmpopts.AnyError},
				{Name: "lost", Declared: true, Kind: logout.CredentialsFile, Realm: "acme", State: status.Unknown, Location: "~/.config/atmos/acme/aws/gone/credentials"},
			}},
		},
		Undeclared: []status.Row{
			{Name: "old", Kind: store.KeyringEntry, Realm: "acme", State: status.Unknown, Location: "system keyring", Entry: "atmos_acme_old"},
			{Name: "emptied", Kind: logout.ConfigFile, Realm: "acme", State: status.Unknown, Location: "~/.config/atmos/acme/aws/emptied/config"},
			{Name: "dev", Kind: logout.CredentialsFile, Realm: "acme", State: status.Valid, Expires: at(after), Location: "~/.config/atmos/acme/aws/renamed/credentials"},
			{Name: "stack", Kind: logout.CredentialsFile, Realm: "acme", State: status.Valid, Expires: at(after), Location: file + "credentials"},
			{Name: "elsewhere", Kind: logout.ConfigFile, Realm: "acme", State: status.Unknown, Location: file + "config"},
			{Name: "deployer", Kind: store.CloudCredentials, Realm: "acme", State: status.Unknown, Location: "~/.config/atmos/acme/gcp/old-gcp/adc/deployer/application_default_credentials.json"},
		},
		Others: []status.Others{
			{Realm: "other", Entries: 1, Files: 2, Locations: []string{"~/.config/atmos/other", "system keyring"}},
			{Realm: "zeta", Files: 1, Locations: []string{"~/.config/atmos/zeta"}},
			{Entries: 1, Files: 1, Locations: []string{"~/.cache/atmos/aws-sso/sessions", "system keyring"}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateErrors(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What cannot be looked at is a row for each name that it may be of, else a gap.
func TestGaps(t *testing.T) {
	m := machine(t, nil, keys{location: "system keyring", err: keyring.ErrLocked})
	got := look(t, m)
	var rows []string
	for _, g := range got.Groups {
		for _, r := range g.Rows {
			if r.State != status.CannotTell || r.Location != "system keyring" || !errors.Is(r.Err, keyring.ErrLocked) {
				t.Errorf("%+v", r)
			}
			rows = append(rows, r.Name)
		}
	}
	if diff := cmp.Diff([]string{"sso", "dev", "prod", "saml", "robot", "gone", "lost"}, rows); diff != "" {
		t.Errorf("one row a name (-want +got):\n%s", diff)
	}
	if len(got.Gaps) > 0 || got.Clear() {
		t.Errorf("gaps %v, clear %t", got.Gaps, got.Clear())
	}

	// A keyring that knows by name, but does not list.
	unlisted := struct{ keys }{keys{location: "system keyring"}}
	m = machine(t, nil, hidden{unlisted})
	got = look(t, m)
	if len(got.Groups) > 0 || len(got.Gaps) != 1 || got.Gaps[0].Location != "system keyring" || got.Clear() {
		t.Errorf("%+v", got)
	}
	if got = look(t, m, "dev"); !got.Clear() {
		t.Errorf("of a name that has nothing: %+v", got)
	}
}

// hidden is a keyring whose entries cannot be listed.
type hidden struct{ keyring.Keyring }

func (hidden) List(context.Context) ([]string, error) { return nil, keyring.ErrLocked }

// Of named identities only their chains are shown.
func TestNewNamed(t *testing.T) {
	m := machine(t, map[string]string{
		".config/atmos/acme/aws/sso/credentials":   section("dev", after) + section("prod", after),
		".config/atmos/other/aws/sso/credentials":  section("dev", after),
		".config/atmos/acme/aws/saml/credentials":  section("dev", after),
		".config/atmos/acme/aws/stack/credentials": section("stack", after),
	}, keys{location: "system keyring", has: []string{"atmos_acme_robot", "raw"}})
	got := look(t, m, "DEV")
	if len(got.Groups) != 1 || len(got.Groups[0].Rows) != 1 || got.Groups[0].Rows[0].Name != "dev" || got.Others != nil || got.Undeclared != nil {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"dev"}, got.Identities); diff != "" {
		t.Error(diff)
	}

	// One of a stack is found by its name.
	if got = look(t, m, "stack"); len(got.Groups) != 1 || got.Groups[0].Root.Declared || got.Groups[0].Rows[0].Declared {
		t.Errorf("%+v", got)
	}
	if _, err := status.New(t.Context(), m, []string{"nobody"}, now); !errors.Is(err, chain.ErrUnknown) {
		t.Errorf("an unknown name: %v", err)
	}
}

// An empty machine is clear, and stays empty.
func TestNothing(t *testing.T) {
	m := machine(t, nil)
	if got := look(t, m); !got.Clear() {
		t.Errorf("%+v", got)
	}
	entries, err := os.ReadDir(m.Roots[store.Home])
	if err != nil || len(entries) > 0 {
		t.Errorf("%v %v", entries, err)
	}
}
