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
		want        config.Config
	}{
		{
			name:  "mappings are merged, in the order of first appearance",
			under: "auth:\n  realm: a\n  providers:\n    two: {kind: k2, region: r2}\n    one: {kind: k1}\n",
			over:  "auth:\n  providers:\n    three: {kind: k3}\n    two: {region: r2x, start_url: u}\n",
			want: config.Config{Auth: config.Auth{
				Realm: "a",
				Providers: []config.Provider{
					{Name: "two", Kind: "k2", Region: "r2x", StartURL: "u"},
					{Name: "one", Kind: "k1"},
					{Name: "three", Kind: "k3"},
				},
			}},
		},
		{
			name:  "names are the same in any letter case",
			under: "auth:\n  providers:\n    Corp: {kind: k}\n",
			over:  "Auth:\n  PROVIDERS:\n    CORP: {Region: r}\n",
			want:  config.Config{Auth: config.Auth{Providers: []config.Provider{{Name: "Corp", Kind: "k", Region: "r"}}}},
		},
		{
			name:  "an exact match comes first, and two spellings stay two",
			under: "auth:\n  providers:\n    Corp: {kind: upper}\n    corp: {kind: lower}\n",
			over:  "auth:\n  providers:\n    corp: {region: a}\n    Corp: {region: b}\n    CORP: {region: c}\n",
			want: config.Config{Auth: config.Auth{Providers: []config.Provider{
				{Name: "Corp", Kind: "upper", Region: "b"},
				{Name: "corp", Kind: "lower", Region: "a"},
				{Name: "CORP", Region: "c"},
			}}},
		},
		{
			name:  "a third spelling means the first",
			under: "auth:\n  providers:\n    Corp: {kind: upper}\n    corp: {kind: lower}\n",
			over:  "auth:\n  providers:\n    CORP: {region: c}\n",
			want: config.Config{Auth: config.Auth{Providers: []config.Provider{
				{Name: "Corp", Kind: "upper", Region: "c"},
				{Name: "corp", Kind: "lower"},
			}}},
		},
		{
			name:  "a second spelling in the upper file is an entry of its own",
			under: "auth:\n  providers:\n    corp: {kind: k}\n",
			over:  "auth:\n  providers:\n    Corp: {region: a}\n    corp: {region: b}\n    new: {}\n    New: {}\n",
			want: config.Config{Auth: config.Auth{Providers: []config.Provider{
				{Name: "corp", Kind: "k", Region: "b"},
				{Name: "Corp", Region: "a"},
				{Name: "new"},
				{Name: "New"},
			}}},
		},
		{
			name:  "a mapping survives an empty value, a text does not",
			under: "auth: {realm: a, keyring: {type: file}}\nlogs: {level: Info}\n",
			over:  "auth: {realm: ~, keyring: ~}\nlogs:\n",
			want:  config.Config{Auth: config.Auth{Keyring: config.Keyring{Type: "file"}}, Logs: config.Logs{Level: "Info"}},
		},
		{
			name:  "unset",
			under: "auth:\n  realm: a\n  providers:\n    gone: {kind: k}\n    back: {kind: k}\n",
			over:  "auth:\n  realm: !unset\n  providers:\n    gone: !unset\n    never: !unset\n    back: {region: !unset }\n",
			want:  config.Config{Auth: config.Auth{Providers: []config.Provider{{Name: "back", Kind: "k"}}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, files{"home/.atmos/atmos.yaml": tt.under, "work/atmos.yaml": tt.over})
			c := mustLoad(t, m)
			c.Files, c.Dirs = nil, nil
			equal(t, *c, tt.want)
		})
	}
}

func TestImports(t *testing.T) {
	missed := []string{
		"atmos.yaml:9:5: import: !exec is never run",
		"atmos.yaml:2:5: import https://atmos.example/auth.yaml: remote, not fetched",
		"atmos.yaml:3:5: import git::ssh://git@code.example/a.git//b.yaml: remote, not fetched",
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
		want  config.Config
	}{
		{
			name: "from low to high: git root, atmos.d, .atmos.d, imports, the file",
			files: files{
				"work/atmos.yaml":       "import: [b.yaml, a.yaml]\nauth: {realm: main}\n",
				"work/a.yaml":           "auth: {realm: a, keyring: {type: a}}\nlogs: {level: a}\n",
				"work/b.yaml":           "auth: {realm: b, keyring: {type: b, spec: {path: b}}}\n",
				"work/.atmos.d/x.yaml":  "auth: {keyring: {spec: {path: x, password_env: x}}}\n",
				"work/atmos.d/y.yaml":   "auth: {keyring: {spec: {password_env: y}}}\nlogs: {file: y}\n",
				".git/":                 "",
				".atmos.d/z.yaml":       "logs: {file: z, level: z}\nsettings: {telemetry: {token: z}}\n",
				"atmos.d/ignored.txt":   "not YAML: [",
				"work/.atmos.d/sub/q":   "not YAML: [",
				"work/atmos.d/y.yml":    "logs: {file: hidden by y.yaml}\n",
				"work/atmos.d/a/b.yaml": "logs: {file: deeper ones come later}\n",
			},
			want: config.Config{
				Files: paths(".atmos.d/z.yaml", "work/atmos.d/y.yaml", "work/atmos.d/a/b.yaml", "work/.atmos.d/x.yaml", "work/b.yaml", "work/a.yaml", "work/atmos.yaml"),
				Auth:  config.Auth{Realm: "main", Keyring: config.Keyring{Type: "a", Path: "b", PasswordEnv: "x"}},
				Logs:  config.Logs{Level: "a", File: "deeper ones come later"},
				Telemetry: config.Telemetry{
					Token: "z",
				},
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
			want: config.Config{Files: paths(
				"work/conf/auth.yaml", "work/conf/all/2.yml", "work/conf/all/1/1.yaml", "work/two.yaml", "work/three.yaml",
				"work/conf/x-2.yml", "work/conf/d/e/x-1.yaml", "work/conf/ya.json", "work/conf/yb.yml", "work/one.yaml", "work/atmos.yaml",
			)},
		},
		{
			name: "imports of a drop-in count unless the file has its own",
			files: files{
				"work/atmos.yaml":      "auth: {realm: main}\n",
				"work/.atmos.d/i.yaml": "import: [a.yaml]\n",
				"work/a.yaml":          "logs: {level: a}\n",
			},
			want: config.Config{
				Files: paths("work/.atmos.d/i.yaml", "work/a.yaml", "work/atmos.yaml"),
				Auth:  config.Auth{Realm: "main"},
				Logs:  config.Logs{Level: "a"},
			},
		},
		{
			name: "unset",
			files: files{
				"work/atmos.yaml":      "import: !unset\n",
				"work/.atmos.d/i.yaml": "import: [a.yaml]\n",
				"work/a.yaml":          "logs: {level: a}\n",
			},
			want: config.Config{Files: paths("work/.atmos.d/i.yaml", "work/atmos.yaml")},
		},
		{
			name: "a base path may come from a drop-in",
			files: files{
				"work/atmos.yaml":      "import: a\n",
				"work/.atmos.d/b.yaml": "base_path: ./conf\n",
				"work/conf/a.yaml":     "logs: {level: a}\n",
			},
			want: config.Config{
				Files: paths("work/.atmos.d/b.yaml", "work/conf/a.yaml", "work/atmos.yaml"),
				Logs:  config.Logs{Level: "a"},
			},
		},
		{
			name: "a nested import is meant as in the file that is importing, or else from beside it",
			files: files{
				"work/atmos.yaml":  "import: conf/a\n",
				"work/conf/a.yaml": "import: [b, c]\n",
				"work/b.yaml":      "logs: {level: b}\n",
				"work/conf/b.yaml": "logs: {level: not this one}\n",
				"work/conf/c.yaml": "logs: {file: c}\n",
			},
			want: config.Config{
				Files: paths("work/conf/a.yaml", "work/b.yaml", "work/conf/c.yaml", "work/atmos.yaml"),
				Logs:  config.Logs{Level: "b", File: "c"},
			},
		},
		{
			name: "append",
			files: files{
				"work/atmos.yaml":      "import: !append [b.yaml]\n",
				"work/.atmos.d/i.yaml": "import: [a.yaml]\n",
				"work/a.yaml":          "logs: {level: a, file: a}\n",
				"work/b.yaml":          "logs: {level: b}\n",
			},
			want: config.Config{
				Files: paths("work/.atmos.d/i.yaml", "work/a.yaml", "work/b.yaml", "work/atmos.yaml"),
				Logs:  config.Logs{Level: "b", File: "a"},
			},
		},
		{
			name: "a base path is meant from the file, or else from the working directory",
			files: files{
				"home/.atmos/atmos.yaml":    "base_path: ./shared\nimport: [a, b]\n",
				"home/.atmos/shared/a.yaml": "logs: {file: a}\n",
				"work/shared/a.yaml":        "logs: {file: not this one}\n",
				"work/shared/b.yaml":        "logs: {level: b}\n",
			},
			want: config.Config{
				Files: paths("home/.atmos/shared/a.yaml", "work/shared/b.yaml", "home/.atmos/atmos.yaml"),
				Logs:  config.Logs{File: "a", Level: "b"},
			},
		},
		{
			name: "a bare base path is looked for at the git root first",
			files: files{
				".git/":              "",
				"infra/a.yaml":       "logs: {file: git root}\n",
				"work/infra/a.yaml":  "logs: {file: not this one}\n",
				"work/atmos.yaml":    "base_path: infra\nimport: a\n",
				"work/a.yaml":        "logs: {file: nor this one}\n",
				"work/infra/.keep/x": "",
			},
			want: config.Config{Files: paths("infra/a.yaml", "work/atmos.yaml"), Logs: config.Logs{File: "git root"}},
		},
		{
			name: "ATMOS_BASE_PATH overrides the base path",
			files: files{
				"work/atmos.yaml":   "base_path: ./conf\nimport: a\n",
				"work/conf/a.yaml":  "logs: {file: not this one}\n",
				"work/other/a.yaml": "logs: {file: this one}\n",
			},
			env:  map[string]string{"ATMOS_BASE_PATH": "other"},
			want: config.Config{Files: paths("work/other/a.yaml", "work/atmos.yaml"), Logs: config.Logs{File: "this one"}},
		},
		{
			name: "remote imports are named and not fetched, missing ones are named",
			files: files{
				"work/atmos.yaml": "import:\n  - https://atmos.example/auth.yaml\n  - git::ssh://git@code.example/a.git//b.yaml\n  - github.com/acme/conf//a.yaml\n  - s3::bucket/a.yaml\n" +
					"  - git@code.example:acme/a.git\n  - gone.yaml\n  - none/**/*\n  - !exec list\n  - here.yaml\n",
				"work/here.yaml": "logs: {level: here}\n",
			},
			want: config.Config{
				Files:    paths("work/here.yaml", "work/atmos.yaml"),
				Logs:     config.Logs{Level: "here"},
				Warnings: missed, Incomplete: missed,
			},
		},
		{
			name: "an import may come through an environment variable or a file URL",
			files: files{
				"work/atmos.yaml": "import: [!env EXTRA, !env FILE]\n",
				"work/a.yaml":     "logs: {level: a}\n",
				"work/b.yaml":     "logs: {file: b}\n",
			},
			env:  map[string]string{"EXTRA": "a.yaml", "FILE": "file://ROOT/work/b.yaml"},
			want: config.Config{Files: paths("work/a.yaml", "work/b.yaml", "work/atmos.yaml"), Logs: config.Logs{Level: "a", File: "b"}},
		},
		{
			name: "cycles",
			files: files{
				"work/atmos.yaml": "import: [a.yaml, \"*.yaml\"]\n",
				"work/a.yaml":     "import: b.yaml\nlogs: {level: a}\n",
				"work/b.yaml":     "import: a.yaml\nlogs: {level: b}\n",
			},
			want: config.Config{
				Files:    paths("work/a.yaml", "work/b.yaml", "work/atmos.yaml"),
				Logs:     config.Logs{Level: "b"},
				Warnings: []string{"b.yaml:1:9: import a.yaml: imports itself"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, tt.files)
			m.env = tt.env
			c := mustLoad(t, m)
			c.Dirs = nil
			equal(t, *c, tt.want)
		})
	}
}

// Ten levels are followed, the eleventh is named.
func TestImportDepth(t *testing.T) {
	fs := files{"work/atmos.yaml": "import: 1.yaml\n"}
	for i := 1; i <= 11; i++ {
		fs[fmt.Sprintf("work/%d.yaml", i)] = fmt.Sprintf("import: %d.yaml\nauth: {identities: {level-%d: {}}}\n", i+1, i)
	}
	c := mustLoad(t, newMachine(t, fs))
	equal(t, []any{len(c.Auth.Identities), c.Warnings}, []any{10, []string{"10.yaml:1:9: import 11.yaml: nested deeper than 10 levels"}})
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

func TestImportErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files files
		want  string
	}{
		{"mapping", files{"work/atmos.yaml": "import: {a: b}\n"}, "atmos.yaml:1:9: import: want text, not a mapping"},
		{"list in a list", files{"work/atmos.yaml": "import: [[a]]\n"}, "atmos.yaml:1:10: import: want text, not a list"},
		{"broken import", files{"work/atmos.yaml": "import: a.yaml\n", "work/a.yaml": "a:\n\tb\n"}, "a.yaml:2:2: found character that cannot start any token"},
		{"broken drop-in", files{"work/atmos.yaml": "", "work/.atmos.d/a.yaml": "- a\n"}, ".atmos.d/a.yaml:1:1: want a mapping, not a list"},
		{"wrong type in an import", files{"work/atmos.yaml": "import: a.yaml\n", "work/a.yaml": "auth:\n  providers: []\n"}, "a.yaml:2:14: auth.providers: want a mapping, not a list"},
		{"main file above", files{"home/.atmos/atmos.yaml": "auth: []\n", "work/atmos.yaml": ""}, "home/.atmos/atmos.yaml:1:7: auth: want a mapping, not a list"},
		{"directory", files{"work/atmos.yaml/x": ""}, "atmos.yaml: want a regular file, not a directory"},
		{"too large", files{"work/atmos.yaml": strings.Repeat("#", 8<<20+1)}, "atmos.yaml: larger than 8 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, tt.files)
			_, err := m.load(config.Options{})
			if err == nil || m.short(err.Error()) != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// The largest file is read to its last byte, without which it would not be YAML.
func TestLargestFile(t *testing.T) {
	last := strings.TrimSuffix(realm("a"), "\n")
	m := newMachine(t, files{"work/atmos.yaml": strings.Repeat("\n", 8<<20-len(last)) + last})
	equal(t, mustLoad(t, m).Auth.Realm, "a")
}
