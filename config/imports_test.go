package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
)

func TestMerge(t *testing.T) {
	for _, tt := range []struct {
		name        string
		under, over string // home and working directory
		want        view
	}{
		{
			name:  "mappings are merged, in the order of first appearance",
			under: "auth:\n  realm: a\n  providers:\n    two: {kind: k2, region: r2}\n    one: {kind: k1}\n",
			over:  "auth:\n  providers:\n    three: {kind: k3}\n    two: {region: r2x, start_url: u}\n",
			want: view{Realm: "a", Auth: config.Auth{
				Providers: []config.Provider{
					{Name: "two", Kind: "k2", Region: lit("r2x"), StartURL: lit("u")},
					{Name: "one", Kind: "k1"},
					{Name: "three", Kind: "k3"},
				},
			}},
		},
		{
			name:  "names are the same in any letter case",
			under: "auth:\n  providers:\n    Corp: {kind: k}\n",
			over:  "Auth:\n  PROVIDERS:\n    CORP: {Region: r}\n",
			want:  view{Auth: config.Auth{Providers: []config.Provider{{Name: "Corp", Kind: "k", Region: lit("r")}}}},
		},
		{
			name:  "an exact match comes first, and two spellings stay two",
			under: "auth:\n  providers:\n    Corp: {kind: upper}\n    corp: {kind: lower}\n",
			over:  "auth:\n  providers:\n    corp: {region: a}\n    Corp: {region: b}\n    CORP: {region: c}\n",
			want: view{Auth: config.Auth{Providers: []config.Provider{
				{Name: "Corp", Kind: "upper", Region: lit("b")},
				{Name: "corp", Kind: "lower", Region: lit("a")},
				{Name: "CORP", Region: lit("c")},
			}}},
		},
		{
			name:  "a third spelling means the first",
			under: "auth:\n  providers:\n    Corp: {kind: upper}\n    corp: {kind: lower}\n",
			over:  "auth:\n  providers:\n    CORP: {region: c}\n",
			want: view{Auth: config.Auth{Providers: []config.Provider{
				{Name: "Corp", Kind: "upper", Region: lit("c")},
				{Name: "corp", Kind: "lower"},
			}}},
		},
		{
			name:  "a second spelling in the upper file is an entry of its own",
			under: "auth:\n  providers:\n    corp: {kind: k}\n",
			over:  "auth:\n  providers:\n    Corp: {region: a}\n    corp: {region: b}\n    new: {}\n    New: {}\n",
			want: view{Auth: config.Auth{Providers: []config.Provider{
				{Name: "corp", Kind: "k", Region: lit("b")},
				{Name: "Corp", Region: lit("a")},
				{Name: "new"},
				{Name: "New"},
			}}},
		},
		{
			name:  "a mapping survives an empty value, a text does not",
			under: "auth: {realm: a, keyring: {type: file}}\n",
			over:  "auth: {realm: ~, keyring: ~}\n",
			want:  view{Keyring: config.Keyring{Type: "file"}},
		},
		{
			name:  "unset",
			under: "auth:\n  realm: a\n  providers:\n    gone: {kind: k}\n    back: {kind: k}\n",
			over:  "auth:\n  realm: !unset\n  providers:\n    gone: !unset\n    never: !unset\n    back: {region: !unset }\n",
			want:  view{Auth: config.Auth{Providers: []config.Provider{{Name: "back", Kind: "k"}}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, files{"home/.atmos/atmos.yaml": tt.under, "work/atmos.yaml": tt.over})
			got := m.see(t, config.Options{})
			got.Files, got.Dirs = nil, nil
			equal(t, got, tt.want)
		})
	}
}

func TestImports(t *testing.T) {
	missed := []string{
		"atmos.yaml:9:5: import: !exec is never run",
		"atmos.yaml:2:5: import https://atmos.example/auth.yaml: remote, not fetched",
		"atmos.yaml:3:5: import git::ssh://code.example/a.git//b.yaml: remote, not fetched",
		"atmos.yaml:4:5: import github.com/acme/conf//a.yaml: remote, not fetched",
		"atmos.yaml:5:5: import s3::bucket/a.yaml: remote, not fetched",
		"atmos.yaml:6:5: import git@code.example:acme/a.git: remote, not fetched",
		"atmos.yaml:7:5: import gone.yaml: not found",
		"atmos.yaml:8:5: import none/**/*: not found",
	}
	for _, tt := range []struct {
		name  string
		files files
		env   map[string]string
		want  view
	}{
		{
			name: "from low to high: git root, atmos.d, .atmos.d, imports, the file",
			files: files{
				"work/atmos.yaml":       "import: [b.yaml, a.yaml]\nauth: {realm: main}\n",
				"work/a.yaml":           "auth: {realm: a, keyring: {type: a}}\n",
				"work/b.yaml":           "auth: {realm: b, keyring: {type: b}}\n",
				"work/.atmos.d/x.yaml":  "auth: {keyring: {type: x, spec: {password_env: x}}}\n",
				"work/atmos.d/y.yaml":   "auth: {keyring: {spec: {password_env: y}}, providers: {p: {region: y, start_url: y}}}\n",
				".git/":                 "",
				".atmos.d/z.yaml":       "auth: {providers: {p: {kind: z, region: z}}}\n",
				"atmos.d/ignored.txt":   "not YAML: [",
				"work/.atmos.d/sub/q":   "not YAML: [",
				"work/atmos.d/y.yml":    "auth: {providers: {p: {region: hidden by y.yaml}}}\n",
				"work/atmos.d/a/b.yaml": "auth: {providers: {p: {start_url: deeper ones come later}}}\n",
			},
			want: view{
				Files:   paths(".atmos.d/z.yaml", "work/atmos.d/y.yaml", "work/atmos.d/a/b.yaml", "work/.atmos.d/x.yaml", "work/b.yaml", "work/a.yaml", "work/atmos.yaml"),
				Realm:   "main",
				Keyring: config.Keyring{Type: "a", PasswordEnv: "x"},
				Auth: config.Auth{Providers: []config.Provider{
					{Name: "p", Kind: "z", Region: lit("y"), StartURL: lit("deeper ones come later")},
				}},
			},
		},
		{
			name: "extensions, directories, patterns and lists in one text",
			files: files{
				"work/atmos.yaml":        "import:\n  - conf/auth\n  - conf/all/\n  - \"conf/**/x-*\"\n  - conf/y?.{json,yml}\n  - one.yaml\n",
				"work/conf/auth.yaml":    "",
				"work/conf/auth.yml":     "",
				"work/conf/all/2.yml":    "",
				"work/conf/all/1/1.yaml": "import: ../../../two.yaml,../../../three.yaml\nbase_path: .\n",
				"work/conf/d/e/x-1.yaml": "",
				"work/conf/x-2.yml":      "",
				"work/conf/ya.json":      "{}",
				"work/conf/yb.yml":       "",
				"work/conf/ybb.yml":      "",
				"work/one.yaml":          "",
				"work/two.yaml":          "",
				"work/three.yaml":        "",
			},
			want: view{Files: paths(
				"work/conf/auth.yaml", "work/conf/all/2.yml", "work/conf/all/1/1.yaml", "work/two.yaml", "work/three.yaml",
				"work/conf/x-2.yml", "work/conf/d/e/x-1.yaml", "work/conf/ya.json", "work/conf/yb.yml", "work/one.yaml", "work/atmos.yaml",
			)},
		},
		{
			name: "imports of a drop-in count unless the file has its own",
			files: files{
				"work/atmos.yaml":      "auth: {realm: main}\n",
				"work/.atmos.d/i.yaml": "import: [a.yaml]\n",
				"work/a.yaml":          "auth.keyring.type: a\n",
			},
			want: view{
				Files:   paths("work/.atmos.d/i.yaml", "work/a.yaml", "work/atmos.yaml"),
				Realm:   "main",
				Keyring: config.Keyring{Type: "a"},
			},
		},
		{
			name: "unset",
			files: files{
				"work/atmos.yaml":      "import: !unset\n",
				"work/.atmos.d/i.yaml": "import: [a.yaml]\n",
				"work/a.yaml":          "auth.keyring.type: a\n",
			},
			want: view{Files: paths("work/.atmos.d/i.yaml", "work/atmos.yaml")},
		},
		{
			name: "a base path may come from a drop-in",
			files: files{
				"work/atmos.yaml":      "import: a\n",
				"work/.atmos.d/b.yaml": "base_path: ./conf\n",
				"work/conf/a.yaml":     "auth.keyring.type: a\n",
			},
			want: view{
				Files:   paths("work/.atmos.d/b.yaml", "work/conf/a.yaml", "work/atmos.yaml"),
				Keyring: config.Keyring{Type: "a"},
			},
		},
		{
			name: "a nested import is meant as in the file that is importing, or else from beside it",
			files: files{
				"work/atmos.yaml":  "import: conf/a\n",
				"work/conf/a.yaml": "import: [b, c]\n",
				"work/b.yaml":      "auth.keyring.type: b\n",
				"work/conf/b.yaml": "auth.keyring.type: not this one\n",
				"work/conf/c.yaml": "auth.keyring.spec.password_env: c\n",
			},
			want: view{
				Files:   paths("work/conf/a.yaml", "work/b.yaml", "work/conf/c.yaml", "work/atmos.yaml"),
				Keyring: config.Keyring{Type: "b", PasswordEnv: "c"},
			},
		},
		{
			name: "append",
			files: files{
				"work/atmos.yaml":      "import: !append [b.yaml]\n",
				"work/.atmos.d/i.yaml": "import: [a.yaml]\n",
				"work/a.yaml":          "auth.keyring.type: a\nauth.keyring.spec.password_env: a\n",
				"work/b.yaml":          "auth.keyring.type: b\n",
			},
			want: view{
				Files:   paths("work/.atmos.d/i.yaml", "work/a.yaml", "work/b.yaml", "work/atmos.yaml"),
				Keyring: config.Keyring{Type: "b", PasswordEnv: "a"},
			},
		},
		{
			name: "a base path is meant from the file, or else from the working directory",
			files: files{
				"home/.atmos/atmos.yaml":    "base_path: ./shared\nimport: [a, b]\n",
				"home/.atmos/shared/a.yaml": "auth.keyring.spec.password_env: a\n",
				"work/shared/a.yaml":        "auth.keyring.spec.password_env: not this one\n",
				"work/shared/b.yaml":        "auth.keyring.type: b\n",
			},
			want: view{
				Files:   paths("home/.atmos/shared/a.yaml", "work/shared/b.yaml", "home/.atmos/atmos.yaml"),
				Keyring: config.Keyring{PasswordEnv: "a", Type: "b"},
			},
		},
		{
			name: "a bare base path is looked for at the git root first",
			files: files{
				".git/":              "",
				"infra/a.yaml":       "auth.keyring.spec.password_env: git root\n",
				"work/infra/a.yaml":  "auth.keyring.spec.password_env: not this one\n",
				"work/atmos.yaml":    "base_path: infra\nimport: a\n",
				"work/a.yaml":        "auth.keyring.spec.password_env: nor this one\n",
				"work/infra/.keep/x": "",
			},
			want: view{Files: paths("infra/a.yaml", "work/atmos.yaml"), Keyring: config.Keyring{PasswordEnv: "git root"}},
		},
		{
			name: "ATMOS_BASE_PATH overrides the base path",
			files: files{
				"work/atmos.yaml":   "base_path: ./conf\nimport: a\n",
				"work/conf/a.yaml":  "auth.keyring.spec.password_env: not this one\n",
				"work/other/a.yaml": "auth.keyring.spec.password_env: this one\n",
			},
			env:  map[string]string{"ATMOS_BASE_PATH": "other"},
			want: view{Files: paths("work/other/a.yaml", "work/atmos.yaml"), Keyring: config.Keyring{PasswordEnv: "this one"}},
		},
		{
			name: "remote imports are named and not fetched, missing ones are named",
			files: files{
				"work/atmos.yaml": "import:\n  - https://atmos.example/auth.yaml\n  - git::ssh://git@code.example/a.git//b.yaml\n  - github.com/acme/conf//a.yaml\n  - s3::bucket/a.yaml\n" +
					"  - git@code.example:acme/a.git\n  - gone.yaml\n  - none/**/*\n  - !exec list\n  - here.yaml\n",
				"work/here.yaml": "auth.keyring.type: here\n",
			},
			want: view{
				Files:    paths("work/here.yaml", "work/atmos.yaml"),
				Keyring:  config.Keyring{Type: "here"},
				Warnings: missed, Gaps: missed,
			},
		},
		{
			name: "an import may come through an environment variable or a file URL",
			files: files{
				"work/atmos.yaml": "import: [!env EXTRA, !env FILE]\n",
				"work/a.yaml":     "auth.keyring.type: a\n",
				"work/b.yaml":     "auth.keyring.spec.password_env: b\n",
			},
			env:  map[string]string{"EXTRA": "a.yaml", "FILE": "file://ROOT/work/b.yaml"},
			want: view{Files: paths("work/a.yaml", "work/b.yaml", "work/atmos.yaml"), Keyring: config.Keyring{Type: "a", PasswordEnv: "b"}},
		},
		{
			name: "cycles",
			files: files{
				"work/atmos.yaml": "import: [a.yaml, \"*.yaml\"]\n",
				"work/a.yaml":     "import: b.yaml\nauth.keyring.type: a\n",
				"work/b.yaml":     "import: a.yaml\nauth.keyring.type: b\n",
			},
			want: view{
				Files:    paths("work/a.yaml", "work/b.yaml", "work/atmos.yaml"),
				Keyring:  config.Keyring{Type: "b"},
				Warnings: []string{"b.yaml:1:9: import: imports itself"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, tt.files)
			m.env = tt.env
			got := m.see(t, config.Options{})
			got.Dirs = nil
			equal(t, got, tt.want)
		})
	}
}

// Where a relative import is looked for first, of several files that it may mean; never in the working
// directory of the process itself.
func TestImportBases(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files files
		want  string
	}{
		{"beside the file, not at the git root", files{".git/": "", "x.yaml": realm("root"), "work/atmos.yaml": "import: x.yaml\n", "work/x.yaml": realm("beside")}, "beside"},
		{"below the git root with a base path", files{".git/": "", "conf/x.yaml": realm("root"), "work/atmos.yaml": "base_path: conf\nimport: x.yaml\n", "work/conf/x.yaml": realm("beside")}, "root"},
		{"but not if that begins with a dot", files{".git/": "", "conf/x.yaml": realm("root"), "work/atmos.yaml": "base_path: ./conf\nimport: x.yaml\n", "work/conf/x.yaml": realm("beside")}, "beside"},
		{"!cwd: beside the file first", files{"atmos.yaml": "base_path: !cwd\nimport: x.yaml\n", "x.yaml": realm("beside"), "work/x.yaml": realm("here")}, "beside"},
		{"!cwd: then in the working directory", files{"atmos.yaml": "base_path: !cwd\nimport: x.yaml\n", "work/x.yaml": realm("here")}, "here"},
		{"env of a file, last", files{"atmos.yaml": "env: {ATMOS_BASE_PATH: ../conf}\nimport: x.yaml\n", "conf/x.yaml": realm("env")}, "env"},
		{"drop-ins of the git root, once", files{".git/": "", "atmos.yaml": "", ".atmos.d/x.yaml": realm("root")}, "root"},
		{"no drop-ins of the process", files{"trap/atmos.d/x.yaml": realm("trap"), "trap/.atmos.d/x.yaml": realm("trap"), "work/atmos.yaml": ""}, ""},
		{"no imports of the process", files{"trap/conf/x.yaml": realm("trap"), "trap/x.yaml": realm("trap"), "work/atmos.yaml": "base_path: conf\nimport: x.yaml\n"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, tt.files)
			m.mkdir(t, "trap")
			t.Chdir(m.path("trap"))
			equal(t, m.see(t, config.Options{}).Realm, tt.want)
		})
	}
}

// Ten levels are followed, the eleventh is named.
func TestImportDepth(t *testing.T) {
	fs := files{"work/atmos.yaml": "import: 1.yaml\n"}
	for i := 1; i <= 11; i++ {
		fs[fmt.Sprintf("work/%d.yaml", i)] = fmt.Sprintf("import: %d.yaml\nauth: {identities: {level-%d: {}}}\n", i+1, i)
	}
	m := newMachine(t, fs)
	got := m.see(t, config.Options{})
	equal(t, []any{len(got.Auth.Identities), got.Gaps}, []any{10, []string{"10.yaml:1:9: import: nested deeper than 10 levels"}})
}

// Each file imports all the others: followed naively these are millions of merges.
func TestImportsOfEachOther(t *testing.T) {
	fs := files{"work/atmos.yaml": "import: [conf]\n"}
	for i := range 30 {
		fs[fmt.Sprintf("work/conf/%02d.yaml", i)] = "import: \"conf/*.yaml\"\n"
	}
	c := mustLoad(t, newMachine(t, fs))
	equal(t, len(c.Files), 31)
}

// What Atmos goes on without is a gap, what it refuses an error.
func TestImportsBroken(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files files
		gap   string
		err   string
	}{
		{name: "mapping", files: files{"work/atmos.yaml": "import: {a: b}\n"}, gap: "atmos.yaml:1:9: import: want text, not a mapping"},
		{name: "list in a list", files: files{"work/atmos.yaml": "import: [[a]]\n"}, gap: "atmos.yaml:1:10: import: want text, not a list"},
		{name: "broken import", files: files{"work/atmos.yaml": "import: a.yaml\n", "work/a.yaml": "a:\n\tb\n"}, gap: "a.yaml:2:2: not YAML"},
		{name: "import of a list", files: files{"work/atmos.yaml": "import: a.yaml\n", "work/a.yaml": "- a\n"}, gap: "a.yaml:1:1: want a mapping, not a list"},
		{
			name: "wrong type in an import", files: files{"work/atmos.yaml": "import: a.yaml\n", "work/a.yaml": "auth:\n  providers: text\n"},
			gap: "a.yaml:2:14: auth.providers: want a mapping, not text",
		},
		{name: "drop-ins that are a file", files: files{"work/atmos.yaml": "", "work/.atmos.d": "text"}},
		{
			name: "broken drop-in", files: files{"work/atmos.yaml": "", "work/.atmos.d/a.yaml": "- a\n"},
			gap: ".atmos.d/a.yaml:1:1: want a mapping, not a list",
		},
		{
			name: "a secret in an address", files: files{"work/atmos.yaml": "import: github.com/acme/a//b.yaml?sshkey=SECRET\n"},
			gap: "atmos.yaml:1:9: import github.com/acme/a//b.yaml: remote, not fetched",
		},
		{
			name: "a secret in a URL", files: files{"work/atmos.yaml": "import: https://user:SECRET@acme.example/a.yaml?token=SECRET\n"},
			gap: "atmos.yaml:1:9: import https://acme.example/a.yaml: remote, not fetched",
		},
		{name: "broken main file", files: files{"work/atmos.yaml": "a:\n\tb\n"}, err: "atmos.yaml:2:2: found character that cannot start any token"},
		{name: "a directory is no file", files: files{"work/atmos.yaml/x": "", "work/atmos.yml": ""}},
		{
			name: "too large", files: files{"work/atmos.yaml": strings.Repeat("#", 16<<20+1)},
			gap: "atmos.yaml: not read: larger than 16 MiB",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, tt.files)
			c, err := m.load(config.Options{})
			if tt.err != "" {
				if err == nil || m.short(err.Error()) != tt.err {
					t.Errorf("got  %v\nwant %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			if tt.gap != "" {
				want = []string{tt.gap}
			}
			equal(t, m.view(c).Gaps, want)
		})
	}
}

// What lies beside a broken file counts.
func TestBesideBroken(t *testing.T) {
	m := newMachine(t, files{
		"work/atmos.yaml": "", "work/.atmos.d/a.yaml": "a: b: c", "work/.atmos.d/b.yaml": "auth: {providers: {late: {}}}\n",
		"work/profiles/ci/a.yaml": "a: b: c", "work/profiles/ci/b.yaml": realm("ci"),
	})
	equal(t, readings(mustLoad(t, m)), map[string][]string{"": {"late"}, "profile ci": {"realm ci", "late"}})
}

// The largest file is read to its last byte, without which it would not be YAML.
func TestLargestFile(t *testing.T) {
	last := strings.TrimSuffix(realm("a"), "\n")
	m := newMachine(t, files{"work/atmos.yaml": strings.Repeat("\n", 16<<20-len(last)) + last})
	equal(t, m.see(t, config.Options{}).Realm, "a")
}
