//go:build linux

package scripttest

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// search finds the places of every planted secret, and of the literal ones too,
// in the bytes of every file below $WORK, in the opened entries of file
// keyrings, and in the system keyring.
func (w *world) search(ts *testscript.TestScript, literals ...string) map[string][]string {
	wanted := maps.Clone(w.planted)
	for _, literal := range literals {
		wanted[literal] = literal
	}
	places := map[string][]string{}
	look := func(place string, text []byte) {
		for name, secret := range wanted {
			if bytes.Contains(text, []byte(secret)) {
				places[name] = append(places[name], place)
				w.seen[name] = true
			}
		}
	}
	for _, root := range []string{"home", "tmp"} {
		err := filepath.WalkDir(filepath.Join(w.work, root), func(file string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			look(file, text)
			if isJWE(text) {
				entry, err := w.open(file, string(text))
				if err != nil {
					return err
				}
				look(file+" (opened)", []byte(entry))
			}
			return nil
		})
		ts.Check(err)
	}
	if w.keyring != nil {
		for _, item := range w.keyring.items(ts) {
			look(item.Collection+" "+item.Attributes["service"], []byte(item.Secret))
		}
	}
	return places
}

// matching lists the planted names that a pattern means. One that ends in
// @file or @system is meant by the pattern without it, too.
func (w *world) matching(pattern string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(w.planted)) {
		base, _, _ := strings.Cut(name, "@")
		for _, name1 := range []string{name, base} {
			if ok, _ := path.Match(pattern, name1); ok {
				names = append(names, name)
				break
			}
		}
	}
	return names
}

// resolve turns the arguments of gone and still into names to look up in what
// search returns: planted names or patterns of them, else literal secrets.
func (w *world) resolve(args []string) (names, literals []string) {
	for _, arg := range args {
		if planted := w.matching(arg); len(planted) > 0 {
			names = append(names, planted...)
			continue
		}
		names = append(names, arg)
		literals = append(literals, arg)
	}
	return names, literals
}

// cmdGone fails if one of the secrets is anywhere, or has never been found anywhere:
//
//	gone SECRET...
//
// A SECRET is the name of a planted one or a pattern of names, else the secret itself.
func cmdGone(ts *testscript.TestScript, args []string) {
	w := worldOf(ts)
	names, literals := w.resolve(args)
	places := w.search(ts, literals...)
	for _, name := range names {
		if found := places[name]; len(found) > 0 {
			ts.Fatalf("%s is still in %s", name, strings.Join(found, ", "))
		}
		if !w.seen[name] {
			ts.Fatalf("%s was never anywhere: look with still before it goes", name)
		}
	}
}

// cmdStill fails if one of the secrets cannot be found:
//
//	still SECRET...
func cmdStill(ts *testscript.TestScript, args []string) {
	w := worldOf(ts)
	names, literals := w.resolve(args)
	places := w.search(ts, literals...)
	for _, name := range names {
		if len(places[name]) == 0 {
			ts.Fatalf("%s is gone", name)
		}
	}
}

// cmdAfter fails unless exactly those planted secrets are gone that the column
// of the tables says. Every planted secret must have its row:
//
//	after COLUMN
func cmdAfter(ts *testscript.TestScript, args []string) {
	w := worldOf(ts)
	rest := maps.Clone(w.planted)
	places := w.search(ts)
	var wrong []string
	for _, t := range w.tables {
		column := slices.Index(t.columns, args[0])
		if column < 0 {
			ts.Fatalf("%s: no column %s", t.from, args[0])
		}
		for row, words := range t.rows {
			for _, name := range w.matching(row) {
				delete(rest, name)
				found := places[name]
				switch {
				case words[column] == "gone" && len(found) > 0:
					wrong = append(wrong, name+" is still in "+strings.Join(found, ", "))
				case words[column] == "still" && len(found) == 0:
					wrong = append(wrong, name+" is gone")
				case words[column] != "gone" && words[column] != "still":
					wrong = append(wrong, row+": neither gone nor still: "+words[column])
				}
			}
		}
	}
	for name := range rest {
		wrong = append(wrong, name+" has no row in the tables")
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		ts.Fatalf("%s", strings.Join(wrong, "\n"))
	}
}
