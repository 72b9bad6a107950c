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

	"github.com/credclean/credclean/store"
)

// A kindRow is a line of the table of kinds.
type kindRow struct {
	kinds         []string // each after what it is a kind of; those for any kind have none
	removed, left string
}

func readKinds(t *testing.T) []kindRow {
	t.Helper()
	page, err := os.ReadFile("kinds.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "<!-- kinds -->\n")
	table, _, found := strings.Cut(table, "<!-- /kinds -->")
	if !found {
		t.Fatal("docs/kinds.md has no table of kinds")
	}
	var rows []kindRow
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if len(cells) != 3 || cells[0] == "kind" {
			continue
		}
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

// Beside a kind stands every place that is looked in for it, and what ends that
// which is left alone.
func TestPlacesOnPage(t *testing.T) {
	want := func(r kindRow, cell string, texts ...string) {
		for _, text := range texts {
			if !strings.Contains(cell, text) {
				t.Errorf("%s: %s is missing", strings.Join(r.kinds, ", "), text)
			}
		}
	}
	rows := readKinds(t)
	row := func(kind string) kindRow {
		i := slices.IndexFunc(rows, func(r kindRow) bool { return slices.Contains(r.kinds, kind) })
		if i < 0 {
			t.Fatalf("%s is missing", kind)
		}
		return rows[i]
	}
	for _, k := range store.KnownKinds() {
		r := row(owned(k.Of, k.Kind))
		for _, l := range store.Locations() {
			if len(l.Kinds) > 0 && l.Of == k.Of && l.For(k.Kind) {
				want(r, r.removed, fixedPart(l))
			}
		}
		if strings.Contains(r.removed, "keyring entry") != k.Keyring {
			t.Errorf("%s: whether there is a keyring entry", owned(k.Of, k.Kind))
		}
		if k.Of == store.OfIntegration || strings.HasSuffix(k.Kind, "/emulator") {
			continue
		}
		for _, f := range store.Foreigners() {
			if (store.Location{Kinds: f.Kinds}).For(k.Kind) {
				want(r, r.left, append(f.Paths, strings.Split(f.End, "; ")...)...)
			}
		}
	}
	for _, l := range store.Locations() {
		switch {
		case l.Kind == store.AWSFiles:
			r := row("any root of a chain")
			want(r, r.removed, "credentials", "config")
		case len(l.Kinds) == 0:
			r := row("any identity")
			want(r, r.removed, fixedPart(l))
		}
	}
}

// fixedPart is what tells a location from others: the file's name, as far as it is the same for all.
func fixedPart(l store.Location) string {
	before, after, varies := strings.Cut(path.Base(l.Path), "{")
	switch {
	case !varies || before != "":
		return before
	case l.Fixed() != "":
		return l.Fixed()
	}
	return after[strings.LastIndexByte(after, '}')+1:]
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
