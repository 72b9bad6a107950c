package chain_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
)

// graph makes a Graph of what stands below auth in an atmos.yaml.
func graph(tb testing.TB, auth string) *chain.Graph {
	tb.Helper()
	text := "auth:\n  " + strings.ReplaceAll(strings.TrimSpace(auth), "\n", "\n  ") + "\n"
	dir := tb.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "atmos.yaml"), []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	c, err := config.Load(tb.Context(), config.System{WorkDir: dir, LookupEnv: func(string) (string, bool) { return "", false }}, config.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return chain.New(c.Readings[0].Auth)
}

func wantErr(tb testing.TB, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Errorf("error %v, want %v", err, want)
	}
	for _, other := range []error{chain.ErrUnknown, chain.ErrAmbiguous, chain.ErrCycle, chain.ErrDangling} {
		if !errors.Is(want, other) && errors.Is(err, other) {
			tb.Errorf("error %v is also %v", err, other)
		}
	}
}

func provider(name, kind string) chain.Link {
	return chain.Link{Name: name, Kind: kind, Provider: true, Declared: true}
}

func identity(name, kind string) chain.Link {
	return chain.Link{Name: name, Kind: kind, Declared: true}
}

const (
	sso  = "aws/iam-identity-center"
	set  = "aws/permission-set"
	role = "aws/assume-role"
)

func TestChain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		auth  string
		of    string
		links []chain.Link
		loop  []string
		err   error
		says  string // Chain.Err
		text  string
	}{
		{
			name: "an identity of a provider",
			auth: `
providers: {corp: {kind: aws/iam-identity-center}}
identities: {dev: {kind: aws/permission-set, via: {provider: corp}}}`,
			of:    "dev",
			links: []chain.Link{provider("corp", sso), identity("dev", set)},
			text:  "corp → dev",
		},
		{
			name: "several hops, declared in any order",
			auth: `
identities:
  deep: {kind: aws/assume-role, via: {identity: mid}}
  root: {kind: aws/permission-set, via: {provider: corp}}
  mid: {kind: aws/assume-role, via: {identity: root}}
  other: {kind: aws/permission-set, via: {provider: corp}}
providers: {other: {kind: aws/saml}, corp: {kind: aws/iam-identity-center}}`,
			of:    "deep",
			links: []chain.Link{provider("corp", sso), identity("root", set), identity("mid", role), identity("deep", role)},
			text:  "corp → root → mid → deep",
		},
		{
			name: "in the middle",
			auth: `
providers: {corp: {kind: aws/iam-identity-center}}
identities:
  root: {kind: aws/permission-set, via: {provider: corp}}
  deep: {kind: aws/assume-role, via: {identity: root}}`,
			of:    "root",
			links: []chain.Link{provider("corp", sso), identity("root", set)},
			text:  "corp → root",
		},
		{
			name:  "aws/user stands alone",
			auth:  `identities: {robot: {kind: aws/user}}`,
			of:    "robot",
			links: []chain.Link{identity("robot", "aws/user")},
			text:  "robot",
		},
		{
			name:  "aws/ambient stands alone",
			auth:  `identities: {here: {kind: aws/ambient}}`,
			of:    "here",
			links: []chain.Link{identity("here", "aws/ambient")},
			text:  "here",
		},
		{
			name:  "ambient stands alone",
			auth:  `identities: {here: {kind: ambient}}`,
			of:    "here",
			links: []chain.Link{identity("here", "ambient")},
			text:  "here",
		},
		{
			name:  "emulators stand alone",
			auth:  `identities: {local: {kind: kubernetes/emulator}}`,
			of:    "local",
			links: []chain.Link{identity("local", "kubernetes/emulator")},
			text:  "local",
		},
		{
			name: "a role of an aws/user",
			auth: `
identities:
  robot: {kind: aws/user}
  build: {kind: aws/assume-role, via: {identity: robot}}`,
			of:    "build",
			links: []chain.Link{identity("robot", "aws/user"), identity("build", role)},
			text:  "robot → build",
		},
		{
			name: "an aws/user that names a provider all the same",
			auth: `
providers: {corp: {kind: aws/iam-identity-center}}
identities: {robot: {kind: aws/user, via: {provider: corp}}}`,
			of:    "robot",
			links: []chain.Link{provider("corp", sso), identity("robot", "aws/user")},
			text:  "corp → robot",
		},
		{
			name: "the provider wins over an identity",
			auth: `
providers: {corp: {kind: aws/iam-identity-center}}
identities:
  robot: {kind: aws/user}
  both: {kind: aws/assume-role, via: {provider: corp, identity: robot}}`,
			of:    "both",
			links: []chain.Link{provider("corp", sso), identity("both", role)},
			text:  "corp → both",
		},
		{
			name: "the provider wins over an identity even if it is not declared",
			auth: `
identities:
  robot: {kind: aws/user}
  both: {kind: aws/assume-role, via: {provider: Corp, identity: robot}}`,
			of:    "both",
			links: []chain.Link{{Name: "Corp", Provider: true}, identity("both", role)},
			err:   chain.ErrDangling,
			says:  `chain cannot be followed: provider "Corp" of identity "both" is not declared`,
			text:  "Corp (not declared) → both",
		},
		{
			name: "a provider that is not declared, further up",
			auth: `
identities:
  root: {kind: aws/permission-set, via: {provider: gone}}
  dev: {kind: aws/assume-role, via: {identity: root}}`,
			of:    "dev",
			links: []chain.Link{{Name: "gone", Provider: true}, identity("root", set), identity("dev", role)},
			err:   chain.ErrDangling,
			says:  `chain cannot be followed: provider "gone" of identity "root" is not declared`,
			text:  "gone (not declared) → root → dev",
		},
		{
			name:  "an identity that is not declared",
			auth:  `identities: {dev: {kind: aws/assume-role, via: {identity: gone}}}`,
			of:    "dev",
			links: []chain.Link{{Name: "gone"}, identity("dev", role)},
			err:   chain.ErrDangling,
			says:  `chain cannot be followed: identity "gone" of identity "dev" is not declared`,
			text:  "gone (not declared) → dev",
		},
		{
			name: "via.identity does not mean a provider",
			auth: `
providers: {corp: {kind: aws/iam-identity-center}}
identities: {dev: {kind: aws/assume-role, via: {identity: corp}}}`,
			of:    "dev",
			links: []chain.Link{{Name: "corp"}, identity("dev", role)},
			err:   chain.ErrDangling,
			says:  `chain cannot be followed: identity "corp" of identity "dev" is not declared`,
			text:  "corp (not declared) → dev",
		},
		{
			name: "via.provider does not mean an identity",
			auth: `
identities:
  robot: {kind: aws/user}
  dev: {kind: aws/assume-role, via: {provider: robot}}`,
			of:    "dev",
			links: []chain.Link{{Name: "robot", Provider: true}, identity("dev", role)},
			err:   chain.ErrDangling,
			says:  `chain cannot be followed: provider "robot" of identity "dev" is not declared`,
			text:  "robot (not declared) → dev",
		},
		{
			name: "no via",
			auth: `
identities:
  root: {kind: aws/permission-set}
  dev: {kind: aws/assume-role, via: {identity: root}}`,
			of:    "dev",
			links: []chain.Link{identity("root", set), identity("dev", role)},
			err:   chain.ErrDangling,
			says:  `chain cannot be followed: identity "root" says neither via.provider nor via.identity`,
			text:  "root (no via) → dev",
		},
		{
			name: "a cycle of one",
			auth: `identities: {me: {kind: aws/assume-role, via: {identity: me}}}`,
			of:   "me", links: []chain.Link{identity("me", role)},
			loop: []string{"me", "me"},
			err:  chain.ErrCycle, says: "cycle: me → me", text: "me → me",
		},
		{
			name: "a cycle of two",
			auth: `
identities:
  a: {kind: aws/assume-role, via: {identity: b}}
  b: {kind: aws/assume-role, via: {identity: a}}`,
			of: "b", links: []chain.Link{identity("a", role), identity("b", role)},
			loop: []string{"b", "a", "b"},
			err:  chain.ErrCycle, says: "cycle: b → a → b", text: "b → a → b",
		},
		{
			name: "a cycle of three, an aws/user among them",
			auth: `
identities:
  a: {kind: aws/assume-role, via: {identity: b}}
  b: {kind: aws/user, via: {identity: c}}
  c: {kind: aws/assume-role, via: {identity: a}}`,
			of: "a", links: []chain.Link{identity("c", role), identity("b", "aws/user"), identity("a", role)},
			loop: []string{"a", "b", "c", "a"},
			err:  chain.ErrCycle, says: "cycle: a → b → c → a", text: "a → b → c → a",
		},
		{
			name: "a cycle above what was named",
			auth: `
identities:
  leaf: {kind: aws/assume-role, via: {identity: twig}}
  twig: {kind: aws/assume-role, via: {identity: a}}
  a: {kind: aws/assume-role, via: {identity: b}}
  b: {kind: aws/assume-role, via: {identity: a}}`,
			of:    "leaf",
			links: []chain.Link{identity("b", role), identity("a", role), identity("twig", role), identity("leaf", role)},
			loop:  []string{"a", "b", "a"},
			err:   chain.ErrCycle, says: "cycle: a → b → a", text: "a → b → a",
		},
		{
			name: "a cycle in another case",
			auth: `
identities:
  Dev: {kind: aws/assume-role, via: {identity: DEV}}`,
			of: "dev", links: []chain.Link{identity("Dev", role)},
			loop: []string{"Dev", "Dev"},
			err:  chain.ErrCycle, says: "cycle: Dev → Dev", text: "Dev → Dev",
		},
		{
			name: "in another case",
			auth: `
providers: {Corp-SSO: {kind: aws/iam-identity-center}}
identities:
  Root: {kind: aws/permission-set, via: {provider: corp-sso}}
  Dev-Admin: {kind: aws/assume-role, via: {identity: ROOT}}`,
			of:    "DEV-admin",
			links: []chain.Link{provider("Corp-SSO", sso), identity("Root", set), identity("Dev-Admin", role)},
			text:  "Corp-SSO → Root → Dev-Admin",
		},
		{
			name: "the exact name wins",
			auth: `
identities:
  DEV: {kind: aws/user}
  dev: {kind: aws/ambient}
  Dev: {kind: ambient}`,
			of:    "dev",
			links: []chain.Link{identity("dev", "aws/ambient")},
			text:  "dev",
		},
		{
			name: "the exact name wins, also the first one",
			auth: `
identities:
  DEV: {kind: aws/user}
  dev: {kind: aws/ambient}`,
			of:    "DEV",
			links: []chain.Link{identity("DEV", "aws/user")},
			text:  "DEV",
		},
		{
			name: "the exact name wins further up",
			auth: `
providers: {CORP: {kind: aws/saml}, corp: {kind: aws/iam-identity-center}}
identities:
  ROOT: {kind: aws/user}
  root: {kind: aws/permission-set, via: {provider: corp}}
  dev: {kind: aws/assume-role, via: {identity: root}}`,
			of:    "dev",
			links: []chain.Link{provider("corp", sso), identity("root", set), identity("dev", role)},
			text:  "corp → root → dev",
		},
		{
			name: "names of any letters",
			auth: `
providers: {"corp.sso/eu west": {kind: aws/iam-identity-center}}
identities:
  "Zoë.Łukasz/管理者 1": {kind: aws/permission-set, via: {provider: "corp.sso/eu west"}}
  "a.b.c": {kind: aws/assume-role, via: {identity: "zoË.łukasz/管理者 1"}}`,
			of:    "A.B.C",
			links: []chain.Link{provider("corp.sso/eu west", sso), identity("Zoë.Łukasz/管理者 1", set), identity("a.b.c", role)},
			text:  "corp.sso/eu west → Zoë.Łukasz/管理者 1 → a.b.c",
		},
		{
			name: "a provider and an identity of one name",
			auth: `
providers: {acme: {kind: aws/iam-identity-center}}
identities: {acme: {kind: aws/permission-set, via: {provider: acme}}}`,
			of:    "acme",
			links: []chain.Link{provider("acme", sso), identity("acme", set)},
			text:  "acme → acme",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := graph(t, tt.auth)
			c, err := g.Chain(tt.of)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.links, c.Links); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.loop, c.Loop); diff != "" {
				t.Errorf("loop (-want +got):\n%s", diff)
			}
			wantErr(t, c.Err, tt.err)
			if c.Err != nil && c.Err.Error() != tt.says {
				t.Errorf("error %q, want %q", c.Err, tt.says)
			}
			if got := c.String(); got != tt.text {
				t.Errorf("written as %q, want %q", got, tt.text)
			}
			if c.Root() != tt.links[0] {
				t.Errorf("root %v, want %v", c.Root(), tt.links[0])
			}
			if root, ok := g.Root(tt.of); c.Loop == nil && (!ok || root != tt.links[0]) {
				t.Errorf("the root is found as %v %v, want %v", root, ok, tt.links[0])
			}
		})
	}
}

// Reading a chain leaves no mark on the graph.
func TestChainTwice(t *testing.T) {
	g := graph(t, `
providers: {corp: {kind: aws/iam-identity-center}}
identities:
  dev: {kind: aws/permission-set, via: {provider: corp}}
  loop: {kind: aws/assume-role, via: {identity: loop}}`)
	for _, name := range []string{"dev", "loop"} {
		first, err := g.Chain(name)
		if err != nil {
			t.Fatal(err)
		}
		again, err := g.Chain(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.Links, again.Links); diff != "" {
			t.Errorf("%s: the second time (-first +second):\n%s", name, diff)
		}
	}
	if n := len(g.Cycles()); n != 1 {
		t.Errorf("%d cycles, want 1", n)
	}
	if n := len(g.Cycles()); n != 1 {
		t.Errorf("%d cycles when asked again, want 1", n)
	}
}

func TestLookup(t *testing.T) {
	g := graph(t, `
providers:
  Corp: {kind: aws/iam-identity-center}
  AMBI: {kind: mock}
  ambi: {kind: mock}
identities:
  dev-admin: {kind: aws/permission-set, via: {provider: Corp}}
  dev-org-admin: {kind: aws/permission-set, via: {provider: Corp}}
  Ambi: {kind: aws/user}
  ambI: {kind: aws/user}`)

	t.Run("identity", func(t *testing.T) {
		id, err := g.Identity("DEV-ADMIN")
		if err != nil || id.Name != "dev-admin" {
			t.Errorf("got %q, %v", id.Name, err)
		}
		if _, ok := g.Root("corp"); ok {
			t.Error("a provider has the root of an identity")
		}
	})
	t.Run("provider", func(t *testing.T) {
		p, err := g.Provider("corp")
		if err != nil || p.Name != "Corp" || p.Kind != sso {
			t.Errorf("got %v, %v", p, err)
		}
	})

	for _, tt := range []struct {
		name string
		find func() error
		err  error
		says string
	}{
		{"unknown identity", func() error { _, err := g.Identity("Corp"); return err }, chain.ErrUnknown, `identity "Corp": not declared in atmos.yaml`},
		{"unknown provider", func() error { _, err := g.Provider("dev-admin"); return err }, chain.ErrUnknown, `provider "dev-admin": not declared in atmos.yaml`},
		{"chain of an unknown identity", func() error { _, err := g.Chain("nobody"); return err }, chain.ErrUnknown, `identity "nobody": not declared in atmos.yaml`},
		{"members of an unknown provider", func() error { _, err := g.Members("nobody"); return err }, chain.ErrUnknown, `provider "nobody": not declared in atmos.yaml`},
		{"empty name", func() error { _, err := g.Chain(""); return err }, chain.ErrUnknown, `identity "": not declared in atmos.yaml`},
		{"ambiguous identity", func() error { _, err := g.Chain("ambi"); return err }, chain.ErrAmbiguous, `identity "ambi" matches several names: Ambi, ambI`},
		{"ambiguous provider", func() error { _, err := g.Members("Ambi"); return err }, chain.ErrAmbiguous, `provider "Ambi" matches several names: AMBI, ambi`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.find()
			wantErr(t, err, tt.err)
			if err != nil && err.Error() != tt.says {
				t.Errorf("error %q, want %q", err, tt.says)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	g := graph(t, `
providers: {aws-sso: {kind: mock}}
identities:
  prod-admin: {kind: aws/user}
  dev-admin: {kind: aws/user}
  dev-org-admin: {kind: aws/user}`)
	empty := graph(t, "realm: acme")
	for _, tt := range []struct {
		graph *chain.Graph
		name  string
		want  string
		known []string
	}{
		{g, "dev-amdin", "dev-admin", []string{"prod-admin", "dev-admin", "dev-org-admin"}},
		{g, "DEV-ADMN", "dev-admin", []string{"prod-admin", "dev-admin", "dev-org-admin"}},
		{g, "dev-org-admim", "dev-org-admin", []string{"prod-admin", "dev-admin", "dev-org-admin"}},
		{g, "pord-admin", "prod-admin", []string{"prod-admin", "dev-admin", "dev-org-admin"}},
		{g, "dev-oadmin", "dev-admin", []string{"prod-admin", "dev-admin", "dev-org-admin"}},
		{graph(t, "identities: {prod: {kind: aws/user}, dev: {kind: aws/user}}"), "dve", "dev", []string{"prod", "dev"}},
		{graph(t, "identities: {prod: {kind: aws/user}, dev: {kind: aws/user}}"), "nope", "", []string{"prod", "dev"}},
		{graph(t, "identities: {dev-b: {kind: aws/user}, dev-c: {kind: aws/user}}"), "dev-a", "dev-b", []string{"dev-b", "dev-c"}},
		{g, "zzz", "", []string{"prod-admin", "dev-admin", "dev-org-admin"}},
		{g, "", "", []string{"prod-admin", "dev-admin", "dev-org-admin"}},
		{empty, "dev-admin", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.graph.Chain(tt.name)
			var unknown *chain.UnknownError
			if !errors.As(err, &unknown) {
				t.Fatalf("error %v, want an UnknownError", err)
			}
			if diff := cmp.Diff(&chain.UnknownError{What: "identity", Name: tt.name, Known: tt.known}, unknown); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := unknown.Nearest(); got != tt.want {
				t.Errorf("nearest %q, want %q", got, tt.want)
			}
		})
	}
}

// crowd has everything that chains can start at or end in.
const crowd = `
providers:
  okta: {kind: aws/saml}
  Corp: {kind: aws/iam-identity-center}
  acme: {kind: mock}
identities:
  deep: {kind: aws/assume-role, via: {identity: dev}}
  prod: {kind: aws/permission-set, via: {provider: corp}}
  build: {kind: aws/assume-role, via: {identity: robot}}
  dev: {kind: aws/assume-role, via: {identity: base}}
  lost: {kind: aws/assume-role, via: {identity: ghost}}
  base: {kind: aws/permission-set, via: {provider: Corp}}
  robot: {kind: aws/user}
  stray: {kind: aws/permission-set, via: {provider: ghost}}
  saml: {kind: aws/assume-role, via: {provider: okta}}
  bare: {kind: aws/permission-set}
  tail: {kind: aws/assume-role, via: {identity: loop}}
  loop: {kind: aws/assume-role, via: {identity: knot}}
  knot: {kind: aws/assume-role, via: {identity: loop}}
  acme: {kind: aws/permission-set, via: {provider: acme}}`

func TestMembers(t *testing.T) {
	g := graph(t, crowd)
	for _, tt := range []struct {
		provider string
		want     []chain.Link
	}{
		{"corp", []chain.Link{provider("Corp", sso), identity("base", set), identity("dev", role), identity("deep", role), identity("prod", set)}},
		{"okta", []chain.Link{provider("okta", "aws/saml"), identity("saml", role)}},
		{"acme", []chain.Link{provider("acme", "mock"), identity("acme", set)}},
	} {
		t.Run(tt.provider, func(t *testing.T) {
			got, err := g.Members(tt.provider)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	t.Run("a provider that nobody uses", func(t *testing.T) {
		got, err := graph(t, "providers: {idle: {kind: mock}}").Members("idle")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]chain.Link{provider("idle", "mock")}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestRoots(t *testing.T) {
	want := []chain.Link{
		provider("okta", "aws/saml"), provider("Corp", sso), provider("acme", "mock"),
		identity("robot", "aws/user"),
		{Name: "ghost"},
		{Name: "ghost", Provider: true},
		identity("bare", set),
		identity("knot", role), // of a circle, the one that was met last
	}
	if diff := cmp.Diff(want, graph(t, crowd).Roots()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAll(t *testing.T) {
	want := []chain.Link{
		provider("okta", "aws/saml"), identity("saml", role),
		provider("Corp", sso), identity("base", set), identity("dev", role), identity("deep", role), identity("prod", set),
		provider("acme", "mock"), identity("acme", set),
		identity("robot", "aws/user"), identity("build", role),
		{Name: "ghost"},
		identity("lost", role),
		{Name: "ghost", Provider: true},
		identity("stray", set),
		identity("bare", set),
		identity("knot", role), identity("loop", role), identity("tail", role),
	}
	if diff := cmp.Diff(want, graph(t, crowd).All()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if all := graph(t, "realm: acme").All(); len(all) != 0 {
		t.Errorf("without declarations there are %v", all)
	}
}

func TestCycles(t *testing.T) {
	g := graph(t, `
providers: {corp: {kind: mock}}
identities:
  fine: {kind: aws/permission-set, via: {provider: corp}}
  leaf: {kind: aws/assume-role, via: {identity: a}}
  twig: {kind: aws/assume-role, via: {identity: b}}
  a: {kind: aws/assume-role, via: {identity: b}}
  b: {kind: aws/assume-role, via: {identity: a}}
  me: {kind: aws/assume-role, via: {identity: me}}`)
	// Each once, whatever led to it and however many do.
	var got [][]string
	for _, c := range g.Cycles() {
		wantErr(t, c.Err, chain.ErrCycle)
		got = append(got, slices.Sorted(slices.Values(c.Loop[1:])))
	}
	if diff := cmp.Diff([][]string{{"a", "b"}, {"me"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if cycles := graph(t, "identities: {robot: {kind: aws/user}}").Cycles(); len(cycles) != 0 {
		t.Errorf("found %v where there are none", cycles)
	}
}

// A name that a YAML function gave is in no list of names, nor shown while it is not declared.
func TestPlaces(t *testing.T) {
	g := chain.New(config.Auth{
		Providers: []config.Provider{{Name: "corp"}, {Name: "secret-sso", Place: "atmos.yaml:3"}},
		Identities: []config.Identity{
			{Name: "dev", Via: config.Via{Provider: "secret-key", Place: "atmos.yaml:7"}},
			{Name: "ops", Via: config.Via{Identity: "secret-key", Place: "atmos.yaml:8"}},
			{Name: "secret-id", Place: "atmos.yaml:9", Via: config.Via{Provider: "secret-sso", Place: "atmos.yaml:9"}},
		},
	})
	var unknown *chain.UnknownError
	if _, err := g.Identity("secret-ix"); !errors.As(err, &unknown) || !slices.Equal(unknown.Known, []string{"dev", "ops"}) {
		t.Errorf("got %v of %q", err, unknown.Known)
	}
	if _, err := g.Provider("x"); !errors.As(err, &unknown) || !slices.Equal(unknown.Known, []string{"corp"}) {
		t.Errorf("got %v of %q", err, unknown.Known)
	}
	for name, want := range map[string]string{
		"dev":       "what atmos.yaml:7 names (not declared) → dev",
		"ops":       "what atmos.yaml:8 names (not declared) → ops",
		"secret-id": "secret-sso → secret-id", // whoever asks knows the name
	} {
		c, err := g.Chain(name)
		if err != nil || c.String() != want || c.Err != nil && strings.Contains(c.Err.Error(), "secret") {
			t.Errorf("%s: got %s, %v, %v", name, c, err, c.Err)
		}
	}
	if c, _ := g.Chain("dev"); c.Root().Name != "secret-key" || c.Root().Place != "atmos.yaml:7" {
		t.Errorf("the root is %+v", c.Root())
	}
}
