//go:build linux

// Elsewhere names differ by more than their case, links need rights, and files are made slowly.

package config_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/config"
)

// link makes n names of one file, or of one link. They are hard links: those are made fast.
func (m *machine) link(t *testing.T, n int, file, format string) {
	t.Helper()
	for i := range n {
		if err := os.Link(m.path(file), m.path(fmt.Sprintf(format, i))); err != nil {
			t.Fatal(err)
		}
	}
}

// A pattern takes linear time, however many ways there are to match it.
func TestPatternsTakeLinearTime(t *testing.T) {
	long := strings.Repeat("a", 60)
	for _, pattern := range []string{
		strings.Repeat("{a,aa}", 30) + "b.yaml",
		strings.Repeat("{a,a*}", 30) + "b.yaml",
		strings.Repeat("*a", 30) + "b.yaml",
		strings.Repeat("**/", 30) + "b.yaml",
		strings.Repeat("{", 1000) + "a" + strings.Repeat(",b}", 1000) + "b.yaml",
	} {
		m := newMachine(t, files{"work/atmos.yaml": "import: [\"" + pattern + "\"]\n", "work/" + long + ".yaml": realm("found")})
		equal(t, len(m.soon(t).Gaps), 1)
	}
}

// What patterns mean (doublestar, as Atmos uses it).
func TestPatterns(t *testing.T) {
	all := []string{"a.yaml", "b.yaml", "ab.yaml", "A.yaml", "a-b.yaml", "[x].yaml", "{x}.yaml", "a,c.yaml", "a.yml", "d/a.yaml", "d/e/a.yaml", "d/e/b.yaml", "é.yaml"}
	fs := files{}
	for _, name := range all {
		fs["conf/"+name] = ""
	}
	for pattern, want := range map[string]string{
		"*.yaml":                "A.yaml [x].yaml a,c.yaml a-b.yaml a.yaml ab.yaml b.yaml {x}.yaml é.yaml",
		"?.yaml":                "A.yaml a.yaml b.yaml é.yaml",
		"[ab].yaml":             "a.yaml b.yaml",
		"[!ab].yaml":            "A.yaml é.yaml",
		"[^a-z].yaml":           "A.yaml é.yaml",
		"{a,b}.{yaml,yml}":      "a.yaml b.yaml",
		"{a,{b,ab}}.yaml":       "a.yaml ab.yaml b.yaml",
		"**/a.yaml":             "a.yaml d/a.yaml d/e/a.yaml",
		"d/**":                  "d/a.yaml",
		"*/a.yaml":              "d/a.yaml",
		"d/*/b.yaml":            "d/e/b.yaml",
		"{d,none}/{a,e/b}.yaml": "d/a.yaml d/e/b.yaml",
		`\[x\].yaml`:            "[x].yaml",
		`[a`:                    "",
		"{a,b},c.yaml":          "a,c.yaml",
		"a,c*.yaml":             "a,c.yaml",
		"?x}.yaml":              "{x}.yaml",
		"a.y*":                  "a.yaml",
	} {
		fs["work/atmos.yaml"] = "base_path: ../conf\nimport: ['" + pattern + "']\n"
		if strings.ContainsAny(pattern, ",") {
			fs["work/atmos.yaml"] = "base_path: ../conf\nimport: !append ['" + pattern + "']\n"
		}
		m := newMachine(t, fs)
		var got []string
		for _, f := range m.see(t, config.Options{}).Files {
			if name, ok := strings.CutPrefix(f.Path, "conf/"); ok {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %s", pattern, got, want)
		}
	}
}

// One file behind many links is read once and merged where it is named last.
func TestManyLinks(t *testing.T) {
	for _, dir := range []string{"work/.atmos.d", "work/conf", "work/profiles/p"} {
		fs := files{"work/atmos.yaml": "import: [conf/**/*]\n", dir + "/": "", "large.yaml": realm("a") + strings.Repeat("# a comment\n", 1<<20/12*7)}
		if dir == "work/conf" {
			fs["work/conf/z.yaml"] = "auth: {keyring: {type: z}}\n"
		}
		m := newMachine(t, fs)
		if err := os.Symlink(m.path("large.yaml"), m.path("link")); err != nil {
			t.Fatal(err)
		}
		m.link(t, 3_000, "link", dir+"/%05d.yaml")
		c := m.soon(t)
		if last := c.Readings[len(c.Readings)-1]; !strings.Contains(strings.Join(summary(last), " "), "realm a") {
			t.Errorf("%s: got %v", dir, summary(last))
		}
	}
}

// No more than so many files are read, and so many imports followed.
func TestManyFiles(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "import: [conf]\n", "work/conf/": "", "x": "auth: {keyring: {type: x}}\n"})
	m.link(t, 10_001, "x", "work/conf/%d.yaml")
	got := m.view(m.soon(t))
	if len(got.Gaps) == 0 || !strings.Contains(got.Gaps[0], "not read: more than 10000 files") || got.Keyring.Type != "x" {
		t.Errorf("got %q", got.Gaps)
	}
	m = newMachine(t, files{"work/atmos.yaml": "import: [" + strings.Repeat("x.yaml, ", 90_000) + "]\n", "work/x.yaml": "import: [atmos.yaml]\n"})
	got = m.view(m.soon(t))
	equal(t, got.Gaps, []string{"atmos.yaml:1:80002: import: not read: more than 10000 imports"})
}

// Of a provider's two directories, which differ by letter case, the one in lower case counts.
func TestProvisionedTwice(t *testing.T) {
	c := mustLoad(t, newMachine(t, files{
		"work/atmos.yaml": "auth: {providers: {Corp: {}}}\n",
		"cache/auth/corp/provisioned-identities.yaml": "auth: {identities: {low: {}}}\n", "cache/auth/Corp/provisioned-identities.yaml": "auth: {identities: {high: {}}}\n",
	}))
	equal(t, summary(c.Readings[0]), []string{"Corp", "low via "})
}

// No more than 64 MiB are read in all.
func TestManyBytes(t *testing.T) {
	fs := files{"work/atmos.yaml": "import: [conf]\n"}
	for i := range 5 {
		fs[fmt.Sprintf("work/conf/%d.yaml", i)] = realm(fmt.Sprint("r", i)) + strings.Repeat("#", 15<<20)
	}
	m := newMachine(t, fs)
	got := m.view(m.soon(t))
	equal(t, []any{got.Gaps, got.Realm}, []any{[]string{"conf/4.yaml: not read: more than 64 MiB in all files"}, "r3"})
}

// Many profiles over a large base.
func TestManyProfiles(t *testing.T) {
	var base strings.Builder
	base.WriteString("auth:\n  identities:\n")
	for i := range 20_000 {
		fmt.Fprintf(&base, "    id-%d: {kind: aws/user}\n", i)
	}
	fs := files{"work/atmos.yaml": base.String()}
	for i := range 30 {
		fs[fmt.Sprintf("work/profiles/p%d/a.yaml", i)] = fmt.Sprintf("auth: {identities: {own-%d: {kind: aws/user}, id-7: {kind: mock}}}\n", i)
	}
	c := newMachine(t, fs).soon(t)
	if len(c.Readings) < 10 || len(c.Readings) > 20 || len(c.Gaps) != 1 {
		t.Errorf("%d readings, gaps %v", len(c.Readings), c.Gaps)
	}
}

// An ending context is over when it was asked often enough. Nobody is told before.
type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.Canceled
	}
	return nil
}

// The context ends everything that takes long, wherever it is when that happens, and what never answers.
func TestContextEnds(t *testing.T) {
	m := newMachine(t, files{
		"work/atmos.yaml": "import: [conf/**/*, a.yaml, b.yaml]\n", "work/conf/d/e/x.yaml": "import: y.yaml\n", "work/conf/d/e/y.yaml": "",
		"work/a.yaml": "", "work/b.yaml": "", "work/.atmos.d/x.yaml": "", "work/profiles/p/x.yaml": "import: a.yaml\n", "work/profiles/q/x.yaml": "",
	})
	for n := 0; ; n++ {
		ctx := &ending{context.Background(), n}
		_, err := config.Load(ctx, m.system(), config.Options{Profiles: []string{"p"}})
		if err == nil {
			if n < 10 || ctx.left < 0 {
				t.Errorf("no error: asked %d times, of which it had not ended %d times", n-ctx.left, n)
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended when asked for the %dth time: got %v", n+1, err)
		}
	}
	m = newMachine(t, files{"work/atmos.yaml": "import: [https://never.example/a.yaml]\n"})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	c, err := config.Load(ctx, m.system(), config.Options{Fetch: func(context.Context, string) ([]byte, error) { select {} }})
	if !errors.Is(err, context.DeadlineExceeded) || c == nil || time.Since(start) > 10*time.Second {
		t.Errorf("got %v, %v after %v", c, err, time.Since(start))
	}
}

// Chdir is what -C and ATMOS_CHDIR mean.
func TestChdir(t *testing.T) {
	m := newMachine(t, files{"work/sub/x": "", "work/~/y/": "", "home/x/": "", "home/y/": "", "work/file": ""})
	for _, tt := range []struct{ flag, env, want, err string }{
		{"~", "", "work/~", ""},
		{"~/y", "", "work/~/y", ""},
		{"~x", "", "", `--chdir "~x": no such file or directory`},
		{"", "", "work", ""},
		{"sub", "", "work/sub", ""},
		{"sub", "nowhere", "work/sub", ""},
		{"", "sub", "work/sub", ""},
		{"ROOT/home/", "", "home", ""},
		{"~/x", "", "home/x", ""},
		{"..", "", m.root, ""},
		{"nowhere", "", "", `--chdir "nowhere": no such file or directory`},
		{"", "file", "", `ATMOS_CHDIR "file": not a directory`},
	} {
		got, err := config.Chdir(m.path("work"), m.path("home"), strings.ReplaceAll(tt.flag, "ROOT", m.root), func(name string) (string, bool) {
			return tt.env, name == "ATMOS_CHDIR" && tt.env != ""
		})
		said := ""
		if err != nil {
			said = err.Error()
		}
		if m.short(got) != filepath.ToSlash(tt.want) && got != tt.want || said != tt.err {
			t.Errorf("%q, %q: got %q, %q", tt.flag, tt.env, m.short(got), said)
		}
	}
}

// Without a directory called ~ it is the home directory, if there is one.
func TestChdirHome(t *testing.T) {
	m := newMachine(t, files{"home/x/": ""})
	unset := func(string) (string, bool) { return "", false }
	for _, tt := range []struct{ home, flag, want string }{
		{m.path("home"), "~", m.path("home")}, {m.path("home"), "~/x", m.path("home/x")}, {"", "~", ""}, {"", "~/x", ""},
	} {
		if got, err := config.Chdir(m.path("work"), tt.home, tt.flag, unset); got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("home %q, %s: got %q, %v", tt.home, tt.flag, got, err)
		}
	}
}

// What is small in a file may stand for much, or be named often: that costs nothing.
func TestBombs(t *testing.T) {
	many := strings.Repeat("!include.raw big , ", 20_000)
	deep := strings.Repeat("a.", 1<<20)
	shared := files{"work/atmos.yaml": "import: [conf]\n"}
	for i := range 200 { // each stands for a million values, and would be merged with all others
		shared[fmt.Sprintf("work/conf/%d.yaml", i)] = bomb(5) + "auth: {x: *x5}\n"
	}
	for name, fs := range map[string]files{
		"one text in many values":  {"work/atmos.yaml": "auth: {x: [" + many + "], realm: a}\n", "work/big": strings.Repeat("x", 8<<20)},
		"one file in many values":  {"work/atmos.yaml": "auth: {x: [" + strings.ReplaceAll(many, ".raw big", " big.yaml") + "], realm: a}\n", "work/big.yaml": "a: b\n" + strings.Repeat("# a comment\n", 100_000)},
		"commas":                   {"work/atmos.yaml": "import: !include.raw big\nauth: {realm: a}\n", "work/big": strings.Repeat("x,", 4<<20)},
		"a key of many levels":     {"work/atmos.yaml": "? " + deep + "b\n: c\nauth: {realm: a, ? " + deep + "b : c}\n"},
		"aliases in many files":    shared,
		"a search for each import": {"work/atmos.yaml": "import: [" + strings.Repeat("\"*.yaml\", ", 5_000) + "]\nauth: {realm: a}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, fs)
			gap := ""
			switch name {
			case "a search for each import":
				m.link(t, 500, "work/atmos.yaml", "work/%d")
				gap = "not read: too many files to look through"
			case "commas":
				gap = "not read: more than 10000 imports"
			case "aliases in many files":
				gap = "not read: more than 5000000 values in all files"
			}
			got := m.view(m.soon(t))
			if !strings.Contains(strings.Join(got.Gaps, "\n"), gap) {
				t.Errorf("gaps %q", got.Gaps)
			}
			if name != "aliases in many files" {
				equal(t, got.Realm, "a")
			}
		})
	}
}
