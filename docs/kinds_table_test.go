package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/store"
)

// A kindRow is a line of the table of kinds.
type kindRow struct {
	kinds         []string // each after what it is a kind of; those for any kind have none
	removed, left string
}

// readTable reads the rows of a table of kinds.md, without the heading.
func readTable(t *testing.T, name string, columns int) [][]string {
	t.Helper()
	page, err := os.ReadFile("kinds.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "<!-- "+name+" -->\n")
	table, _, found := strings.Cut(table, "<!-- /"+name+" -->")
	if !found {
		t.Fatalf("docs/kinds.md has no table of %s", name)
	}
	var rows [][]string
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if len(cells) != columns && !strings.HasPrefix(line, "|---") {
			t.Fatalf("%d columns: %s", len(cells), line)
		}
		rows = append(rows, cells)
	}
	return rows[2:]
}

func readKinds(t *testing.T) []kindRow {
	t.Helper()
	var rows []kindRow
	for _, cells := range readTable(t, "kinds", 3) {
		r := kindRow{removed: cells[1], left: cells[2]}
		of, _, _ := strings.Cut(cells[0], " `")
		for i, kind := range strings.Split(cells[0], "`") {
			if i%2 == 0 {
				continue
			}
			for role := range strings.SplitSeq(of, " and ") {
				r.kinds = append(r.kinds, role+" "+kind)
			}
		}
		if r.kinds == nil {
			r.kinds = []string{cells[0]}
		}
		rows = append(rows, r)
	}
	return rows
}

func owned(of store.Owner, kind string) string {
	switch of {
	case store.OfProvider:
		return "provider " + kind
	case store.OfIdentity:
		return "identity " + kind
	case store.OfIntegration:
		return "integration " + kind
	default:
		return "root " + kind
	}
}

// The page names the kinds that are known and no others.
func TestKindsOnPage(t *testing.T) {
	unknown := make(map[string]bool)
	for _, r := range readKinds(t) {
		for _, kind := range r.kinds {
			if unknown[kind] {
				t.Errorf("%s stands there twice", kind)
			}
			unknown[kind] = true
		}
	}
	for _, k := range store.KnownKinds() {
		kind := owned(k.Of, k.Kind)
		if !unknown[kind] {
			t.Errorf("%s is missing", kind)
		}
		delete(unknown, kind)
	}
	for kind := range unknown {
		if !strings.HasPrefix(kind, "any ") {
			t.Errorf("%s is not known", kind)
		}
	}
}

// Beside a kind stands every place that is looked in for it.
func TestPlacesOnPage(t *testing.T) {
	rows := readKinds(t)
	want := func(kind string, text string) {
		i := slices.IndexFunc(rows, func(r kindRow) bool { return slices.Contains(r.kinds, kind) })
		if i < 0 || !strings.Contains(rows[i].removed, text) {
			t.Errorf("%s: %s is missing", kind, text)
		}
	}
	for _, l := range store.Locations() {
		for _, k := range store.KnownKinds() {
			if len(l.Kinds) > 0 && l.Of == k.Of && l.For(k.Kind) {
				want(owned(k.Of, k.Kind), fixedPart(l.Path))
			}
		}
		switch {
		case l.Of == store.OfRoot:
			want("any root of a chain", "credentials")
			want("any root of a chain", "config")
		case len(l.Kinds) == 0:
			want("any identity", fixedPart(l.Path))
		}
	}
	for _, k := range store.KnownKinds() {
		for _, r := range rows {
			if slices.Contains(r.kinds, owned(k.Of, k.Kind)) && strings.Contains(r.removed, "keyring entry") != k.Keyring {
				t.Errorf("%s: whether there is a keyring entry", owned(k.Of, k.Kind))
			}
		}
	}
}

// fixedPart is what tells a location from others, as far as it is the same for all: the
// file's name, the directories above it, or its ending.
func fixedPart(location string) string {
	before, after, varies := strings.Cut(path.Base(location), "{")
	if !varies || before != "" {
		return before
	}
	dir := path.Dir(location)
	if dir = strings.Trim(dir[strings.LastIndexByte(dir, '}')+1:], "/"); dir != "" {
		return dir
	}
	return after[strings.LastIndexByte(after, '}')+1:]
}

// Beside a kind stands which other programs keep what Atmos may have used for it, and no others.
func TestOtherProgramsOfKinds(t *testing.T) {
	for _, r := range readKinds(t) {
		for _, kind := range r.kinds {
			_, name, _ := strings.Cut(kind, " ")
			uses := make(map[string]bool)
			for _, p := range elsewhere.UsedBy([]string{name}) {
				uses[p.Program] = true
			}
			for _, program := range []string{"aws", "az", "gcloud"} {
				_, keeps, _ := strings.Cut(r.left, "what `")
				if says := strings.Contains("`"+keeps, "`"+program+"`"); says != uses[program] && !strings.HasPrefix(kind, "integration ") {
					t.Errorf("%s: whether %s keeps something for it: says %t", kind, program, says)
				}
			}
		}
	}
}

// The page tells every place of other programs, which variable moves it, and every command that ends what is there.
func TestOtherProgramsOnPage(t *testing.T) {
	rows := readTable(t, "elsewhere", 4)
	var want [][]string
	for i, p := range elsewhere.Places() {
		row := []string{"`" + path.Join("~", p.Base, p.File) + "`", "–", "", "`" + strings.Join(p.Ends, "` or `") + "`"}
		if p.Variable != "" {
			row[1] = "`" + p.Variable + "`"
		}
		if i < len(rows) {
			row[2] = rows[i][2]
			if closed := strings.Contains(row[2], "not opened"); closed == p.Opened {
				t.Errorf("%s: whether it is opened", row[0])
			}
		}
		want = append(want, row)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("docs/kinds.md (-code +page):\n%s", diff)
	}
}

// Wherever the code speaks of a kind, it is one that is known.
func TestKindsInCode(t *testing.T) {
	looksLikeKind := regexp.MustCompile(`^(mock|ambient|(aws|azure|gcp|github|atmos|kubernetes|mock|\*)/[a-z*-]+)$`)
	for _, dir := range []string{"chain", "config", "store", "logout", "status"} {
		files, err := filepath.Glob("../" + dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || name == "../store/kinds.go" {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				text, ok := n.(*ast.BasicLit)
				if !ok || text.Kind != token.STRING {
					return true
				}
				kind, err := strconv.Unquote(text.Value)
				known := func(k store.KnownKind) bool {
					return store.Location{Kinds: []string{kind}}.For(k.Kind)
				}
				if err == nil && looksLikeKind.MatchString(kind) && !slices.ContainsFunc(store.KnownKinds(), known) {
					t.Errorf("%s: %s is not known", name, kind)
				}
				return true
			})
		}
	}
}
