package config_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
)

func parse(t testing.TB, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("atmos.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want view
	}{
		{name: "empty"},
		{name: "comments only", text: "# nothing here\n\n# or here\n"},
		{name: "only dashes", text: "---\n"},
		{name: "null", text: "~\n"},
		{name: "empty blocks", text: "auth:\nlogs: ~\nsettings:\nimport:\nenv:\nprofiles:\n"},
		{
			name: "everything",
			text: `
auth:
  realm: acme
  keyring:
    type: file
    spec: {path: ~/keys, password_env: KEYS_PASSWORD}
  providers:
    corp-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: https://acme.example/start
      spec: {files: {base_path: ~/elsewhere}}
      tags: [prod, eu]
    okta:
      kind: aws/saml
      driver: Browser
      tags: eu, us
  identities:
    org-root:
      kind: aws/permission-set
      default: true
      via: {provider: corp-sso}
      principal: {name: Root, account: {id: "000000000001"}}
    dev-admin:
      kind: aws/assume-role
      via: {identity: org-root}
    robot:
      kind: aws/user
      credentials: {access_key_id: AKIAEXAMPLE, secret_access_key: example}
    bare:
  integrations:
    images:
      kind: aws/ecr
      via: {identity: dev-admin}
      spec: {registry: {account_id: 012345678901, region: eu-west-1, name: acme, tenant_id: t-1}}
    cluster:
      kind: aws/eks
      via: {provider: okta}
      spec:
        cluster:
          name: blue
          region: eu-west-1
          resource_group: rg
          subscription_id: sub
          project_id: proj
          location: west
          alias: b
          kubeconfig: {path: ~/.kube/blue, mode: "0600"}
logs: {level: Debug, file: /dev/stderr}
settings:
  telemetry: {enabled: false, endpoint: https://t.example, token: tk}
  terminal: [anything, goes]
components: {terraform: {base_path: !exec pwd}}
`,
			want: view{
				Realm:   "acme",
				Keyring: config.Keyring{Type: "file", PasswordEnv: "KEYS_PASSWORD"},
				Auth: config.Auth{
					Providers: []config.Provider{
						{Name: "corp-sso", Kind: "aws/iam-identity-center", StartURL: lit("https://acme.example/start"), Region: lit("us-east-1"), Tags: []config.Text{lit("prod"), lit("eu")}},
						{Name: "okta", Kind: "aws/saml", Tags: []config.Text{lit("eu"), lit("us")}},
					},
					Identities: []config.Identity{
						{Name: "org-root", Kind: "aws/permission-set", Via: config.Via{Provider: "corp-sso"}, Default: true},
						{Name: "dev-admin", Kind: "aws/assume-role", Via: config.Via{Identity: "org-root"}},
						{Name: "robot", Kind: "aws/user", AccessKeyInFile: true},
						{Name: "bare"},
					},
					Integrations: []config.Integration{
						{
							Name: "images", Kind: "aws/ecr", Via: config.Via{Identity: "dev-admin"},
							Registry: config.Registry{AccountID: "12345678901", Region: "eu-west-1", Name: "acme", TenantID: "t-1"},
						},
						{
							Name: "cluster", Kind: "aws/eks", Via: config.Via{Provider: "okta"},
							Cluster: config.Cluster{
								Name: "blue", Region: "eu-west-1", ResourceGroup: "rg", SubscriptionID: "sub",
								ProjectID: "proj", Location: "west", Alias: "b", KubeconfigPath: lit("~/.kube/blue"),
							},
						},
					},
				},
			},
		},
		{
			name: "names as they are written, in the order of the file",
			text: "auth:\n  identities:\n    Zoë/Admin: {kind: a}\n    a.b: {kind: b}\n    \"two words\": {kind: c}\n    123: {kind: d}\n    true: {kind: e}\n    0x1F: {kind: f}\n    zoë/admin: {kind: g}\n",
			want: view{Auth: config.Auth{Identities: []config.Identity{
				{Name: "Zoë/Admin", Kind: "a"},
				{Name: "a.b", Kind: "b"},
				{Name: "two words", Kind: "c"},
				{Name: "123", Kind: "d"},
				{Name: "true", Kind: "e"},
				{Name: "0x1F", Kind: "f"},
				{Name: "zoë/admin", Kind: "g"},
			}}},
		},
		{
			name: "keys of any letter case",
			text: "AUTH:\n  Providers:\n    P: {Kind: k, START_URL: u}\nAuth: {Realm: acme, PROVIDERS: {q: {kind: k}}}\n",
			want: view{
				Realm: "acme",
				Auth:  config.Auth{Providers: []config.Provider{{Name: "P", Kind: "k", StartURL: lit("u")}, {Name: "q", Kind: "k"}}},
			},
		},
		{
			name: "byte order mark and carriage returns",
			text: "\ufeffauth:\r\n  realm: acme\r\n",
			want: view{Realm: "acme"},
		},
		{
			name: "JSON indented with tabs",
			text: "{\n\t\"auth\": {\n\t\t\"realm\": \"acme\"\n\t}\n}\n",
			want: view{Realm: "acme"},
		},
		{
			name: "the first document counts",
			text: "auth: {realm: one}\n---\nauth: {realm: two}\n",
			want: view{Realm: "one"},
		},
		{
			name: "templates are text",
			text: `auth: {providers: {p: {start_url: "{{ env \"URL\" }}"}}}`,
			want: view{Auth: config.Auth{Providers: []config.Provider{{Name: "p", StartURL: lit(`{{ env "URL" }}`)}}}},
		},
		{
			name: "anchors and merge keys",
			text: `
x: &admin {kind: aws/permission-set, via: &corp {provider: corp}, default: true}
y: &auditor {kind: aws/assume-role, default: false}
auth:
  identities:
    dev: {<<: *admin, kind: aws/assume-root}
    both: {<<: [*auditor, *admin]}
    plain: {kind: k, via: *corp}
`,
			want: view{Auth: config.Auth{Identities: []config.Identity{
				{Name: "dev", Kind: "aws/assume-root", Via: config.Via{Provider: "corp"}, Default: true},
				{Name: "both", Kind: "aws/assume-role", Via: config.Via{Provider: "corp"}},
				{Name: "plain", Kind: "k", Via: config.Via{Provider: "corp"}},
			}}},
		},
		{
			name: "merge keys among names, and an alias as a name",
			text: "x: &all {one: {kind: a}, two: {kind: b}}\ny: &three three\nauth:\n  providers: {<<: *all, two: {kind: c}, *three : {kind: d}}\n",
			want: view{Auth: config.Auth{Providers: []config.Provider{
				{Name: "two", Kind: "c"},
				{Name: "three", Kind: "d"},
				{Name: "one", Kind: "a"},
			}}},
		},
		{
			name: "of merged names the first counts",
			text: "x: &x {one: {kind: a}}\ny: &y {one: {kind: b}, two: {kind: b}}\nauth: {providers: {<<: [*x, *y]}}\n",
			want: view{Auth: config.Auth{Providers: []config.Provider{{Name: "one", Kind: "a"}, {Name: "two", Kind: "b"}}}},
		},
		{
			name: "a dot without a name beside it, and too many of them, are no levels",
			text: "auth: !exec x\nauth..b: c\nauth.b.: c\nauth.1.2.3.4.5.6.7.8.9.10: c\n",
			want: view{
				Warnings: []string{"atmos.yaml:1:7: auth: !exec is not evaluated"},
				Gaps:     []string{"atmos.yaml:1:7: auth: !exec is not evaluated"},
			},
		},
		{name: "a realm that is no text", text: "auth: {realm: [a]}\n", want: view{Warnings: []string{"atmos.yaml:1:15: auth.realm: want text, not a list"}}},
		{name: "ten levels are", text: "auth: !exec x\nauth.1.2.3.4.5.6.7.8.9: c\n"},
		{
			name: "merge key at the root",
			text: "x: &base {auth: {realm: acme}, other: 1}\n<<: *base\n",
			want: view{Realm: "acme"},
		},
		{
			name: "functions are not evaluated, and missed only where a value is needed",
			text: `
auth:
  providers:
    p:
      kind: k
      start_url: !exec open portal
      region: !store r
      session: !random 1
  identities:
    i: {kind: !git.sha main, principal: !exec whoami}
  integrations:
    n: {spec: {cluster: !terraform.output x}}
`,
			want: view{
				Auth: config.Auth{
					Providers:    []config.Provider{{Name: "p", Kind: "k", Unresolved: []string{"start_url", "region"}}},
					Identities:   []config.Identity{{Name: "i", Unresolved: []string{"kind"}}},
					Integrations: []config.Integration{{Name: "n", Unresolved: clusterKeys()}},
				},
				Warnings: []string{
					"atmos.yaml:6:18: start_url: !exec is not evaluated",
					"atmos.yaml:7:15: region: !store is not evaluated",
					"atmos.yaml:12:25: spec.cluster: !terraform.output is not evaluated",
					"atmos.yaml:10:15: kind: !git.sha is not evaluated",
				},
			},
		},
		{
			name: "what is not of the wanted type",
			text: "auth:\n  providers: {p: {kind: [k], start_url: {}, tags: {a: b}}, q: text}\n  identities: {i: {via: text}, j: {via: {provider: [p]}}}\n",
			want: view{
				Auth: config.Auth{
					Providers: []config.Provider{
						{Name: "p", Unresolved: []string{"kind", "start_url", "tags"}},
						{Name: "q", Unresolved: []string{"kind", "start_url", "region"}},
					},
					Identities: []config.Identity{{Name: "i", Unresolved: []string{"via.provider", "via.identity"}}, {Name: "j", Unresolved: []string{"via.provider"}}},
				},
				Warnings: []string{
					"atmos.yaml:2:25: kind: want text, not a list",
					"atmos.yaml:2:41: start_url: want text, not a mapping",
					"atmos.yaml:2:63: want a mapping, not text",
					"atmos.yaml:3:25: via: want a mapping, not text",
					"atmos.yaml:3:52: via.provider: want text, not a list",
				},
			},
		},
		{
			name: "a dot in a key is a level, in a name it is a dot",
			text: `
auth.realm: acme
auth.providers:
  corp.eu: {kind: k, start_url: u}
auth:
  keyring.type: file
  keyring.spec.password_env: P
  integrations.ecr: {kind: aws/ecr, spec.registry.region: r, via.identity: a.b}
  identities: {a.b: {kind: k, via.provider: corp.eu}}
auth.identities.c.kind: k
profiles.default: none
`,
			want: view{
				Realm: "acme", Keyring: config.Keyring{Type: "file", PasswordEnv: "P"},
				Auth: config.Auth{
					Providers:    []config.Provider{{Name: "corp.eu", Kind: "k", StartURL: lit("u")}},
					Identities:   []config.Identity{{Name: "a.b", Kind: "k"}, {Name: "c", Kind: "k"}},
					Integrations: []config.Integration{{Name: "ecr", Kind: "aws/ecr", Via: config.Via{Identity: "a.b"}, Registry: config.Registry{Region: "r"}}},
				},
			},
		},
		{
			name: "what is beyond 16 bits as JSON writes it",
			text: `{"auth": {"identities": {"\ud83d\ude00/admin": {"kind": "k"}, "\\ud83d\\ude00": {"kind": "\u00e9"}, "a\ud83d\ude00": {}}}}`,
			want: view{Auth: config.Auth{Identities: []config.Identity{{Name: "😀/admin", Kind: "k"}, {Name: `\ud83d\ude00`, Kind: "é"}, {Name: "a😀"}}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := (&machine{}).view(parse(t, tt.text))
			got.Others = nil
			equal(t, got, tt.want)
		})
	}
}

// Scalars are a number or a truth value before they are text (viper and mapstructure, all releases).
func TestScalars(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"012345678901", "12345678901"},
		{"0123", "83"},
		{"0x1F", "31"},
		{"1_000", "1000"},
		{"1e3", "1000"},
		{"-7", "-7"},
		{"1.50", "1.5"},
		{"18446744073709551615", "18446744073709551615"},
		{"true", "1"},
		{"False", "0"},
		{"yes", "yes"},
		{"no", "no"},
		{`"0123"`, "0123"},
		{"'true'", "true"},
		{"!!str 0123", "0123"},
		{"! 0123", "83"},
		{"2026-11-26", "2026-11-26"},
		{"~", ""},
		{"|-\n    0123", "0123"},
	} {
		t.Run(tt.yaml, func(t *testing.T) {
			c := parse(t, "auth:\n  providers:\n    p:\n      region: "+strings.ReplaceAll(tt.yaml, "\n", "\n    ")+"\n      start_url: &x "+strings.ReplaceAll(tt.yaml, "\n", "\n    ")+"\n")
			p := c.Readings[0].Auth.Providers[0]
			equal(t, []string{p.Region.Raw(), p.StartURL.Raw()}, []string{tt.want, tt.want})
		})
	}
}

func clusterKeys() []string {
	var keys []string
	for _, key := range []string{"name", "region", "resource_group", "subscription_id", "project_id", "location", "alias", "kubeconfig.path"} {
		keys = append(keys, "spec.cluster."+key)
	}
	return keys
}

// bomb is an anchor that stands for ten times the one before it, n times over.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := range n {
		ref := fmt.Sprintf("*x%d, ", i)
		fmt.Fprintf(&b, "x%d: &x%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(ref, 10), ", "))
	}
	return b.String()
}

// millions are exactly n values, 0 to 5,000 of them beside the aliases.
func millions(n int) string {
	const list, lists = 1 + 999, 1 + 999*1000
	rest := n - (2 + list + lists + 1 + 4*lists)
	return fmt.Sprintf("auth:\n  x: &x [%s]\n  y: &y [%s]\n  z: [*y, *y, *y, *y%s]\n",
		strings.Repeat("a, ", 999), strings.Repeat("*x, ", 999), strings.Repeat(", a", rest))
}

func TestMostValues(t *testing.T) {
	equal(t, (&machine{}).view(parse(t, millions(5_000_000))), view{})
}

func TestParseErrors(t *testing.T) {
	const indented = "auth:\n  providers:\n    corp:\n      kind: k\n     region: r\n  identities: {}\n"
	padding := "#" + strings.Repeat(" ", 64<<10-len(indented)-1)
	for _, tt := range []struct {
		name string
		text string
		want string
	}{
		{"list at the top", "- a\n", "atmos.yaml:1:1: want a mapping, not a list"},
		{"text at the top", "just words\n", "atmos.yaml:1:1: want a mapping, not text"},
		{"key twice", "auth:\n  realm: a\n  realm: b\n", "atmos.yaml:3:3: the same key is already in line 2"},
		{"name twice", "auth:\n  identities:\n    dev: {}\n    dev: {}\n", "atmos.yaml:4:5: the same key is already in line 3"},
		{"mapping as key", "auth:\n  ? {a: b}\n  : c\n", "atmos.yaml:2:5: want a name as key"},
		{"bad indentation", indented, "atmos.yaml:5:6: did not find expected key"},
		{"bad indentation in the largest file that is searched", indented + padding, "atmos.yaml:5:6: did not find expected key"},
		{"bad indentation in a larger one", indented + padding + " ", "atmos.yaml:3:5: did not find expected key"},
		{"bad list", "import:\n  - a\n  - b\n  c: d\n", "atmos.yaml:4:3: did not find expected '-' indicator"},
		{"tab", "auth:\n\trealm: a\n", "atmos.yaml:2:2: found character that cannot start any token"},
		{"tab below empty lines", "auth:\n\n\n\trealm: a\n", "atmos.yaml:4:2: found character that cannot start any token"},
		{"open quote", "auth:\n  realm: \"a\nlogs: {}\n", "atmos.yaml:2:3: found unexpected end of stream"},
		{"open bracket", "logs: {}\nimport: [a,\n  b\nauth: {}\n", "atmos.yaml:2:1: did not find expected ',' or ']'"},
		{"bracket in a tag", "a: 1\nb: 2\nimport: {a: !unset}\n", "atmos.yaml:3:1: did not find expected whitespace or line break"},
		{"no value", "a: 1\nb: 2\nimport: {a: ]}\n", "atmos.yaml:3:1: did not find expected node content"},
		{"directive without a document", "# one\n# two\n%YAML 1.1\n[a]\n", "atmos.yaml:4:1: did not find expected <document start>"},
		{"unknown anchor", "auth:\n  realm: a\n  providers: *none\n", "atmos.yaml:3:14: unknown anchor"},
		{"control character", "auth:\n  realm: a\x00b\n", "atmos.yaml:2:11: control characters are not allowed"},
		{"not UTF-8", "auth:\n  realm: \xff\n", "atmos.yaml:1:1: invalid leading UTF-8 octet"},
		{"merge key with a list of lists", "auth:\n  <<: [{a: b}, [c]]\n", "atmos.yaml:2:16: want a mapping behind <<, not a list"},
		{"merge key without a mapping", "auth:\n  <<: words\n", "atmos.yaml:2:7: want a mapping behind <<, not text"},
		{"an alias of itself", "auth: &a\n  providers: *a\n", "atmos.yaml:2:14: an alias contains itself"},
		{"one value too many", millions(5_000_001), "atmos.yaml:1:1: aliases stand for more than 5000000 values"},
		{"a bomb", bomb(8) + "auth: {providers: *x8}\n", "atmos.yaml:7:5: aliases stand for more than 5000000 values"},
		{"deep nesting", "auth: " + strings.Repeat("[", 600) + strings.Repeat("]", 600), "atmos.yaml:1:507: nested deeper than 500 levels"},
		{"too deep for YAML", "x: " + strings.Repeat("[", 20_000), "atmos.yaml:1:1: exceeded max depth of 10000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Parse("atmos.yaml", []byte(tt.text))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if errors.Is(err, config.ErrNotFound) {
				t.Error("is ErrNotFound")
			}
		})
	}
}

// What a logout does not need may be anything.
func TestParseIgnoresTheRest(t *testing.T) {
	c := parse(t, bomb(9)+"commands: [{a: 1, a: 2}]\ncommands2: *x9\nstacks: !exec x\nsettings: {list: *x9}\nauth: {realm: a}\n")
	equal(t, (&machine{}).view(c), view{Realm: "a"})
	m := newMachine(t, files{"home/.atmos/atmos.yaml": "settings: {terminal: {<<: text}}\nauth: {realm: a}\n"})
	equal(t, m.see(t, config.Options{}).Realm, "a")
}

func TestParseClaims(t *testing.T) {
	equal(t, claims(parse(t, "auth: {keyring: {spec: {path: x}}}\n")), []string{"auth.keyring.spec.path=x"})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "auth: {realm: a}\n", "auth: &a [*a]\n", "<<: {auth: {<<: [a]}}\n", "auth:\n  identities:\n    a: !env X\n",
		"? [a]\n: b\n", "\ufeff---\n...\n", "auth:\n\t- a\n", bomb(3) + "auth: *x3\n", "auth: !unset\nimport: !append [a]\n", "a: &x\n  <<: *x\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("atmos.yaml", data)
		if err == nil && c == nil {
			t.Fatal("neither a configuration nor an error")
		}
		if err != nil && !strings.HasPrefix(err.Error(), "atmos.yaml:") {
			t.Fatalf("error without a place: %v", err)
		}
	})
}
