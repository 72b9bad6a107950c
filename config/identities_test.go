package config_test

import (
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
)

// Since v1.216.0 the last declaration of an identity replaces it as a whole. What releases
// before make of it is a reading where it is something else.
func TestBeforeV1216(t *testing.T) {
	const base = "auth: {identities: {dev: {kind: aws/permission-set, via: {provider: corp}}}}\n"
	dev := config.Identity{Name: "dev", Kind: "aws/permission-set", Via: config.Via{Provider: "corp"}}
	for _, tt := range []struct {
		name  string
		files files
		now   config.Identity
		old   *config.Identity // nil if it is the same
	}{
		{"one file", files{"work/atmos.yaml": base}, dev, nil},
		{"an import that says the same", files{"work/atmos.yaml": "import: a.yaml\n" + base, "work/a.yaml": base}, dev, nil},
		{
			"an import with another via",
			files{"work/atmos.yaml": "import: a.yaml\n" + base, "work/a.yaml": "auth: {identities: {DEV: {kind: aws/assume-role, via: {identity: root}}}}\n"},
			config.Identity{Name: "DEV", Kind: "aws/assume-role", Via: config.Via{Identity: "root"}},
			&config.Identity{Name: "DEV", Kind: "aws/permission-set", Via: config.Via{Provider: "corp", Identity: "root"}},
		},
		{
			"a drop-in with an access key",
			files{"work/atmos.yaml": base, "work/.atmos.d/a.yaml": "auth: {identities: {dev: {kind: aws/user, credentials: {access_key_id: AKIAEXAMPLE}}}}\n"},
			config.Identity{Name: "dev", Kind: "aws/user", AccessKeyInFile: true},
			&config.Identity{Name: "dev", Kind: "aws/permission-set", Via: config.Via{Provider: "corp"}, AccessKeyInFile: true},
		},
		{
			"the last import counts, and it comes after drop-ins",
			files{
				"work/atmos.yaml":      "import: [a.yaml, b.yaml]\n" + base,
				"work/.atmos.d/d.yaml": "auth: {identities: {dev: {kind: d}}}\n",
				"work/a.yaml":          "auth: {identities: {dev: {kind: a}}}\n",
				"work/b.yaml":          "auth: {identities: {dev: {kind: b}}}\n",
			},
			config.Identity{Name: "dev", Kind: "b"},
			&dev,
		},
		{
			"without a kind Atmos rejects it",
			files{"work/atmos.yaml": "import: a.yaml\n" + base, "work/a.yaml": "auth: {identities: {dev: {via: {identity: root}}}}\n"},
			config.Identity{Name: "dev", Kind: "aws/permission-set", Via: config.Via{Provider: "corp", Identity: "root"}},
			nil,
		},
		{
			"the nearer main file replaces the farther one",
			files{"home/.atmos/atmos.yaml": base, "work/atmos.yaml": "auth: {identities: {dev: {kind: aws/user}}}\n"},
			config.Identity{Name: "dev", Kind: "aws/user"},
			&config.Identity{Name: "dev", Kind: "aws/user", Via: config.Via{Provider: "corp"}},
		},
		{
			"a profile replaces too",
			files{
				"work/atmos.yaml":         "profiles: {default: p}\n" + base,
				"work/profiles/p/a.yaml":  "auth: {identities: {dev: {kind: aws/assume-role}}}\n",
				"work/profiles/p/b/c.yml": "auth: {identities: {dev: {kind: aws/assume-root}}}\n",
			},
			config.Identity{Name: "dev", Kind: "aws/assume-root"},
			&config.Identity{Name: "dev", Kind: "aws/assume-root", Via: config.Via{Provider: "corp"}},
		},
		{
			"a dot in via is a level for releases before",
			files{"work/atmos.yaml": "auth: {identities: {dev: {kind: aws/permission-set, via.provider: corp}}}\n"},
			config.Identity{Name: "dev", Kind: "aws/permission-set"},
			&dev,
		},
		{
			"a dot in via, to an identity",
			files{"work/atmos.yaml": "auth: {identities: {dev: {kind: aws/assume-role, via.identity: root}}}\n"},
			config.Identity{Name: "dev", Kind: "aws/assume-role"},
			&config.Identity{Name: "dev", Kind: "aws/assume-role", Via: config.Via{Identity: "root"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := mustLoad(t, newMachine(t, tt.files))
			equal(t, c.Readings[0].Auth.Identities, []config.Identity{tt.now})
			last := c.Readings[len(c.Readings)-1]
			if tt.old == nil {
				equal(t, last.Name, "")
				return
			}
			equal(t, last.Name, "Atmos before v1.216")
			equal(t, last.Auth.Identities, []config.Identity{*tt.old})
		})
	}
}

// One file's !unset takes nothing from what another declares, but for releases before.
func TestUnsetIdentity(t *testing.T) {
	m := newMachine(t, files{
		"home/.atmos/atmos.yaml": "auth: {identities: {dev: {kind: aws/user}, ops: {kind: aws/user}}}\n",
		"work/atmos.yaml":        "auth: {identities: {dev: !unset , never: !unset }}\n",
	})
	equal(t, readings(mustLoad(t, m)), map[string][]string{
		"":                    {"dev via ", "ops via "},
		"Atmos before v1.216": {"ops via "},
	})
	m = newMachine(t, files{"home/.atmos/atmos.yaml": "auth: {identities: {dev: {kind: aws/user}}}\n", "work/atmos.yaml": "auth: {identities: {dev: !unset }}\n"})
	equal(t, readings(mustLoad(t, m)), map[string][]string{"": {"dev via "}, "Atmos before v1.216": nil})
}

const provisioned = `auth:
  identities:
    Acme Dev/AdministratorAccess:
      kind: aws/permission-set
      provider: corp
      via: {provider: corp}
    dev:
      kind: aws/permission-set
      via: {provider: corp}
  _metadata:
    provider: corp
    extra: {start_url: https://acme.example/start, region: us-east-1}
`

func TestProvisioned(t *testing.T) {
	const corp = "auth: {providers: {Corp: {kind: aws/iam-identity-center, start_url: https://acme.example/start/#}}}\n"
	account := config.Identity{Name: "Acme Dev/AdministratorAccess", Kind: "aws/permission-set", Via: config.Via{Provider: "corp"}}
	role := config.Identity{Name: "dev", Kind: "aws/permission-set", Via: config.Via{Provider: "corp"}}
	for _, tt := range []struct {
		name     string
		files    files
		want     []config.Identity
		files2   []config.File
		warnings []string
	}{
		{
			name:   "taken in",
			files:  files{"work/atmos.yaml": corp, "cache/auth/corp/provisioned-identities.yaml": provisioned},
			want:   []config.Identity{account, role},
			files2: paths("cache/auth/corp/provisioned-identities.yaml", "work/atmos.yaml"),
		},
		{
			name: "what is written comes first, and is read first since v1.216.0",
			files: files{
				"home/.atmos/atmos.yaml":                      corp,
				"work/atmos.yaml":                             "auth: {identities: {DEV: {kind: aws/assume-role}, own: {kind: aws/user}}}\n",
				"cache/auth/corp/provisioned-identities.yaml": provisioned,
			},
			want: []config.Identity{
				{Name: "DEV", Kind: "aws/permission-set", Via: config.Via{Provider: "corp"}},
				{Name: "own", Kind: "aws/user"},
				account,
			},
			files2: paths("cache/auth/corp/provisioned-identities.yaml", "home/.atmos/atmos.yaml", "work/atmos.yaml"),
		},
		{
			name: "an import is read later",
			files: files{
				"work/atmos.yaml": "import: a.yaml\n" + corp,
				"work/a.yaml":     "auth: {identities: {dev: {kind: aws/user}}}\n",
				"cache/auth/corp/provisioned-identities.yaml": provisioned,
			},
			want: []config.Identity{
				{Name: "dev", Kind: "aws/user"},
				account,
			},
			files2: paths("cache/auth/corp/provisioned-identities.yaml", "work/a.yaml", "work/atmos.yaml"),
		},
		{
			name: "a file that imports itself is no import",
			files: files{
				"work/atmos.yaml": "import: atmos.yaml\nauth: {identities: {dev: {kind: aws/user}}, " + strings.TrimPrefix(corp, "auth: {"),
				"cache/auth/corp/provisioned-identities.yaml": provisioned,
			},
			want:     []config.Identity{role, account},
			files2:   paths("cache/auth/corp/provisioned-identities.yaml", "work/atmos.yaml"),
			warnings: []string{"atmos.yaml:1:9: import atmos.yaml: imports itself"},
		},
		{
			name: "an exact name comes first",
			files: files{
				"work/atmos.yaml": "auth: {identities: {Dev: {kind: aws/user}, dev: {kind: aws/user}}, " + strings.TrimPrefix(corp, "auth: {"),
				"cache/auth/corp/provisioned-identities.yaml": provisioned,
			},
			want:   []config.Identity{{Name: "Dev", Kind: "aws/user"}, role, account},
			files2: paths("cache/auth/corp/provisioned-identities.yaml", "work/atmos.yaml"),
		},
		{
			name: "a slash in the provider's name",
			files: files{
				"work/atmos.yaml": "auth: {providers: {a/b\\c: {start_url: https://acme.example/start}}}\n",
				"cache/auth/a_b_c/provisioned-identities.yaml": "auth: {identities: {x: {kind: k}}}\n",
			},
			want:   []config.Identity{{Name: "x", Kind: "k"}},
			files2: paths("cache/auth/a_b_c/provisioned-identities.yaml", "work/atmos.yaml"),
		},
		{
			name: "without identities",
			files: files{
				"work/atmos.yaml":                          "auth: {providers: {a: {}, b: {}}}\n",
				"cache/auth/a/provisioned-identities.yaml": "auth: {identities: text}\n", "cache/auth/b/provisioned-identities.yaml": "auth: {}\n",
			},
			files2: paths("work/atmos.yaml"),
		},
		{
			name: "only for a profile that is not selected",
			files: files{
				"work/atmos.yaml": "", "work/profiles/p/a.yaml": corp,
				"cache/auth/corp/provisioned-identities.yaml": provisioned,
			},
			files2: paths("work/atmos.yaml"),
		},
		{
			name: "of another start URL",
			files: files{
				"work/atmos.yaml": "auth: {providers: {corp: {start_url: https://other.example/start}}}\n",
				"cache/auth/corp/provisioned-identities.yaml": provisioned,
			},
			files2:   paths("work/atmos.yaml"),
			warnings: []string{"cache/auth/corp/provisioned-identities.yaml:12:24: identities of another start URL than the provider's"},
		},
		{
			name:     "broken",
			files:    files{"work/atmos.yaml": strings.Replace(corp, "Corp", "corp", 1), "cache/auth/corp/provisioned-identities.yaml": "auth: [\n"},
			files2:   paths("work/atmos.yaml"),
			warnings: []string{"cache/auth/corp/provisioned-identities.yaml:2:1: did not find expected node content"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := newMachine(t, tt.files).see(t, config.Options{})
			equal(t, got.Auth.Identities, tt.want)
			equal(t, got.Files, tt.files2)
			equal(t, got.Warnings, tt.warnings)
		})
	}
}

// What is provisioned lies under what is declared, for releases before v1.216.0; since then it replaces it.
func TestProvisionedUnderDeclared(t *testing.T) {
	for declared, want := range map[string]map[string][]string{
		"default: true":          {"": {"corp", "dev via corp"}},
		"via: {provider: other}": {"": {"corp", "dev via corp"}, "Atmos before v1.216": {"corp", "dev via other"}},
	} {
		c := mustLoad(t, newMachine(t, files{
			"work/atmos.yaml": "auth: {providers: {corp: {}}, identities: {dev: {" + declared + "}}}\n",
			"cache/auth/corp/provisioned-identities.yaml": "auth: {identities: {dev: {kind: aws/permission-set, via: {provider: corp}}}}\n",
		}))
		equal(t, readings(c), want)
	}
}
