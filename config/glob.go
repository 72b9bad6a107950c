package config

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// search returns the files that an import of path means: the file itself, all
// YAML files below a directory, what a pattern matches, and without an extension
// .yaml or else .yml. Shallow ones come first, then in alphabetical order.
func (l *loader) search(base, path string) ([]string, error) {
	if p := abs(base, path); exists(p) && !isDir(p) {
		return []string{p}, nil
	}
	slashed := filepath.ToSlash(path)
	pattern := strings.IndexAny(slashed, `*?[{\`) // where one begins
	switch {
	case isDir(abs(base, path)):
		return l.yamlBelow(abs(base, path))
	case pattern < 0:
		for _, ext := range []string{".yaml", ".yml"} {
			if p := abs(base, path+ext); filepath.Ext(path) == "" && exists(p) && !isDir(p) {
				return []string{p}, nil
			}
		}
		return nil, nil
	case filepath.Ext(path) == "":
		slashed += ".{yaml,yml}"
	}
	root := slashed[:strings.LastIndexByte(slashed[:pattern], '/')+1]
	return l.match(abs(base, filepath.FromSlash(root)), slashed[len(root):])
}

// yamlBelow returns all YAML files below dir.
func (l *loader) yamlBelow(dir string) ([]string, error) {
	return l.match(dir, "**/*.{yaml,yml}")
}

func (l *loader) match(root, pattern string) ([]string, error) {
	depth := strings.Count(pattern, "/")
	if strings.Contains(pattern, "**") {
		depth = maxDepth
	}
	expr, err := compile(pattern)
	if err != nil {
		return nil, nil //nolint:nilerr // a pattern that is none matches nothing
	}
	w := walker{loader: l, root: root, pattern: expr}
	if err := w.walk("", depth); err != nil {
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

// compile makes a regular expression of a pattern: *, **, ?, [class] and {one,other}. It
// takes linear time to match, whatever the pattern is.
func compile(pattern string) (*regexp.Regexp, error) {
	var expr strings.Builder
	depth := 0
	for rest := pattern; rest != ""; {
		token := rest[:1]
		out := regexp.QuoteMeta(token)
		switch token[0] {
		case '*':
			out = `[^/]*`
			if strings.HasPrefix(rest, "**/") {
				token, out = "**/", `(?:.*/)?`
			} else if rest == "**" {
				token, out = "**", `.*`
			}
		case '?':
			out = `[^/]`
		case '\\':
			token = rest[:min(2, len(rest))]
			out = regexp.QuoteMeta(token[1:])
		case '[':
			if end := strings.IndexByte(rest[1:], ']'); end > 0 {
				token = rest[:end+2]
				out = "[" + strings.NewReplacer(`\`, `\\`, `[`, `\[`, `&`, `\&`, `~`, `\~`).Replace(token[1:len(token)-1]) + "]"
				if out[1] == '!' {
					out = "[^" + out[2:]
				}
			}
		case '{':
			depth++
			out = `(?:`
		case '}':
			if depth > 0 {
				depth--
				out = `)`
			}
		case ',':
			if depth > 0 {
				out = `|`
			}
		}
		expr.WriteString(out)
		rest = rest[len(token):]
	}
	return regexp.Compile(`(?s)^(?:` + expr.String() + `)$`)
}

// A walker follows symbolic links to directories, but into none that it is in already.
type walker struct {
	*loader
	root    string
	pattern *regexp.Regexp
	inside  []fs.FileInfo
	found   []string // with slashes, from the root
}

func (w *walker) walk(rel string, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.entries > maxEntries {
		return nil
	}
	dir := filepath.Join(w.root, filepath.FromSlash(rel))
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() || slices.ContainsFunc(w.inside, func(in fs.FileInfo) bool { return os.SameFile(in, info) }) {
		return nil // a pattern that leads nowhere matches nothing
	}
	w.inside = append(w.inside, info)
	defer func() { w.inside = w.inside[:len(w.inside)-1] }()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", w.display(dir), cause(err))
	}
	for _, e := range entries {
		if w.entries += len(w.inside); w.entries > maxEntries {
			w.missAny(file(w.display(w.root)), "%v: too many files to look through", errBound)
			break
		}
		name := e.Name()
		if rel != "" {
			name = rel + "/" + name
		}
		if e.IsDir() || e.Type()&fs.ModeSymlink != 0 && isDir(filepath.Join(dir, e.Name())) {
			if err = w.below(name, depth); err != nil {
				break
			}
		} else if w.pattern.MatchString(name) {
			w.found = append(w.found, name)
		}
	}
	return err
}

func (w *walker) below(rel string, depth int) error {
	if depth == 0 {
		return nil
	}
	return w.walk(rel, depth-1)
}
