package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

const maxEntries = 500_000

// search returns the files that an import of path means: the file itself, all
// YAML files below a directory, what a pattern matches, and without an extension
// .yaml or else .yml. Shallow ones come first, then in alphabetical order.
func search(base, path string) ([]string, error) {
	if p := abs(base, path); exists(p) && !isDir(p) {
		return []string{p}, nil
	}
	slashed := filepath.ToSlash(path)
	var patterns []string
	switch {
	case isDir(abs(base, path)):
		return yamlBelow(abs(base, path))
	case filepath.Ext(path) == "":
		patterns = []string{slashed + ".yaml", slashed + ".yml"}
	default:
		patterns = []string{slashed}
	}
	root, pattern := doublestar.SplitPattern(patterns[0])
	patterns[0] = pattern
	if len(patterns) == 2 {
		patterns[1] = strings.TrimSuffix(pattern, ".yaml") + ".yml"
	}
	return match(abs(base, filepath.FromSlash(root)), patterns...)
}

// yamlBelow returns all YAML files below dir.
func yamlBelow(dir string) ([]string, error) {
	return match(dir, "**/*.yaml", "**/*.yml")
}

func match(root string, patterns ...string) ([]string, error) {
	depth := strings.Count(patterns[0], "/")
	if strings.Contains(patterns[0], "**") {
		depth = maxDepth
	}
	w := walker{inside: map[string]bool{}, patterns: patterns}
	if err := w.walk(root, "", depth); err != nil {
		return nil, err
	}
	all := make(map[string]bool, len(w.found))
	for _, rel := range w.found {
		all[rel] = true
	}
	found := slices.DeleteFunc(w.found, func(rel string) bool {
		stem, yml := strings.CutSuffix(rel, ".yml")
		return yml && all[stem+".yaml"]
	})
	slices.SortFunc(found, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(a, b))
	})
	for i, rel := range found {
		found[i] = filepath.Join(root, filepath.FromSlash(rel))
	}
	return found, nil
}

// A walker follows symbolic links to directories, but into none that it is in already.
type walker struct {
	patterns []string
	inside   map[string]bool
	entries  int
	found    []string // with slashes, from the root
}

func (w *walker) walk(root, rel string, depth int) error {
	dir := filepath.Join(root, filepath.FromSlash(rel))
	physical, err := filepath.EvalSymlinks(dir)
	if err != nil || w.inside[physical] {
		return nil // a pattern that leads nowhere matches nothing
	}
	w.inside[physical] = true
	defer delete(w.inside, physical)
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	if w.entries += len(entries); w.entries > maxEntries {
		return fmt.Errorf("%s: more than %d files below it", root, maxEntries)
	}
	for _, e := range entries {
		name := e.Name()
		if rel != "" {
			name = rel + "/" + name
		}
		below := e.IsDir() || e.Type()&fs.ModeSymlink != 0 && isDir(filepath.Join(dir, e.Name()))
		switch {
		case below && depth > 0:
			if err := w.walk(root, name, depth-1); err != nil {
				return err
			}
		case !below && w.matches(name):
			w.found = append(w.found, name)
		}
	}
	return nil
}

func (w *walker) matches(name string) bool {
	return slices.ContainsFunc(w.patterns, func(pattern string) bool {
		ok, err := doublestar.Match(pattern, name)
		return ok && err == nil
	})
}
