package config

import (
	"path/filepath"
	"slices"
	"strings"
)

const maxImports = 10 // levels of nesting, as in Atmos

// dropIns merges what stands below atmos.d and .atmos.d of the git root and,
// over that, of dir.
func (l *loader) dropIns(dir string) (*value, error) {
	dirs := []string{dir}
	if l.gitRoot != "" && l.gitRoot != dir {
		dirs = []string{l.gitRoot, dir}
	}
	var doc *value
	for _, dir := range dirs {
		for _, name := range []string{"atmos.d", ".atmos.d"} {
			paths, err := yamlBelow(filepath.Join(dir, name))
			if err != nil {
				return nil, err
			}
			for _, path := range paths {
				src, err := l.source(path)
				if err != nil {
					return nil, err
				}
				l.declare(src, false)
				doc = l.lay(doc, src)
			}
		}
	}
	return doc, nil
}

// bases are the directories that relative imports of a file in dir may be meant
// from; the first with a match counts. The base path of a configuration is
// relative to its directory since 2026 and was to the working directory before.
func (l *loader) bases(dir string, basePath *value) []string {
	if s := strings.TrimSpace(l.getenv("ATMOS_BASE_PATH")); s != "" {
		return []string{abs(l.sys.WorkDir, s)}
	}
	s, _ := l.scalar(basePath, "base_path")
	bases := []string{abs(dir, s), abs(l.sys.WorkDir, s)}
	if l.gitRoot != "" && s != "" && !strings.HasPrefix(s, ".") {
		bases = slices.Insert(bases, 0, abs(l.gitRoot, s))
	}
	return bases
}

// imports returns the files that the file at path draws in, in the order of
// merging. As in Atmos, a nested import comes after the file that has it.
func (l *loader) imports(path string, paths *value, bases []string) ([]*source, error) {
	im := importer{loader: l, followed: map[string]bool{}}
	if err := im.follow(paths, bases, []string{path}); err != nil {
		return nil, err
	}
	return lastOf(im.found, func(src *source) string { return src.path }), nil
}

type importer struct {
	*loader
	found    []*source
	followed map[string]bool // files whose own imports are in found
}

// follow follows imports of the last file in stack.
func (im *importer) follow(imports *value, bases, stack []string) error {
	for _, v := range im.texts(imports, "import") {
		if len(stack) > maxImports {
			im.miss("%s: import %s: nested deeper than %d levels", v.at, printable(v.text), maxImports)
			continue
		}
		if isRemote(v.text) {
			im.miss("%s: import %s: remote, not fetched", v.at, printable(v.text))
			continue
		}
		paths, err := im.resolve(strings.TrimPrefix(v.text, "file://"), bases)
		if err != nil {
			return err
		}
		if len(paths) == 0 {
			im.miss("%s: import %s: not found", v.at, printable(v.text))
		}
		for _, path := range paths {
			if slices.Contains(stack, path) {
				if !strings.ContainsAny(v.text, "*?[{") {
					im.warn("%s: import %s: imports itself", v.at, printable(v.text))
				}
				continue
			}
			if err := im.open(path, bases, stack); err != nil {
				return err
			}
		}
	}
	return nil
}

func (im *importer) open(path string, bases, stack []string) error {
	src, err := im.source(path)
	if err != nil {
		return err
	}
	im.found = append(im.found, src)
	nested := src.doc.get("import")
	if nested == nil || im.followed[path] {
		return nil
	}
	im.followed[path] = true
	dir := filepath.Dir(path)
	if basePath := src.doc.get("base_path"); basePath != nil {
		bases = im.bases(dir, basePath)
	} else {
		bases = append(slices.Clone(bases), dir)
	}
	return im.follow(nested, bases, append(slices.Clone(stack), path))
}

func (l *loader) resolve(path string, bases []string) ([]string, error) {
	for _, base := range bases {
		if paths, err := search(base, path); err != nil || len(paths) > 0 {
			return paths, err
		}
	}
	return nil, nil
}

// isRemote says whether Atmos would hand path to go-getter.
func isRemote(path string) bool {
	if strings.HasPrefix(path, "file://") {
		return false
	}
	if strings.Contains(path, "://") || strings.Contains(path, "::") || strings.HasPrefix(path, "git@") {
		return true
	}
	host, _, _ := strings.Cut(path, "/")
	return slices.Contains([]string{"github.com", "gitlab.com", "bitbucket.org"}, host)
}
