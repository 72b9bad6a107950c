package config

import (
	"path/filepath"
	"slices"
	"strings"
)

const maxImports = 10 // levels of nesting, as in Atmos

// dropIns reads what stands below atmos.d and .atmos.d of the git root and then of dir. A
// broken file is a gap: until August 2026 Atmos went on without it (its issue 2836).
func (l *loader) dropIns(dir string, by way) (layers []layer) {
	dirs := []string{dir}
	if l.gitRoot != "" && l.gitRoot != dir {
		dirs = []string{l.gitRoot, dir}
	}
	for _, dir := range dirs {
		for _, name := range []string{"atmos.d", ".atmos.d"} {
			found, errs := l.below(filepath.Join(dir, name), by)
			l.missErr(errs...)
			for _, src := range found {
				layers = append(layers, layer{source: src, dir: dir})
			}
		}
	}
	return layers
}

// below reads all YAML files below dir, each once, and says which could not be read.
func (l *loader) below(dir string, by way) (found []*source, errs []error) {
	paths, err := l.yamlBelow(dir)
	if err != nil {
		errs = append(errs, err)
	}
	for _, path := range paths {
		if src, err := l.source(path, by); err != nil {
			errs = append(errs, err)
		} else {
			found = append(found, src)
		}
	}
	return onceEach(found), errs
}

// onceEach drops all but the last of the sources that are one file: merging that again
// changes nothing.
func onceEach(found []*source) []*source {
	return lastOf(found, func(src *source) string { return src.same })
}

// bases are the directories that relative imports of a file in dir may be meant
// from; the first with a match counts. The base path of a configuration is
// relative to its directory since 2026 and was to the working directory before.
func (l *loader) bases(dir string, doc *value) []string {
	if s := strings.TrimSpace(l.getenv(basePath)); s != "" {
		return []string{abs(l.sys.WorkDir, s)}
	}
	v := doc.get("base_path")
	s := v.string()
	bases := []string{abs(dir, s), abs(l.sys.WorkDir, s), dir}
	switch {
	case v != nil && v.computed == "!cwd":
		bases = []string{dir, abs(l.sys.WorkDir, s)}
	case l.gitRoot != "" && s != "" && !strings.HasPrefix(s, "."):
		bases = slices.Insert(bases, 0, abs(l.gitRoot, s))
	}
	if s := variables(doc)[basePath].string(); s != "" {
		bases = append(bases, abs(l.sys.WorkDir, s))
	}
	return bases
}

// imports returns the files that src draws in, in the order of merging. As in Atmos, a
// nested import comes after the file that has it.
func (l *loader) imports(src *source, paths *value, bases []string) []*source {
	im := importer{loader: l, by: way{own: src.isOwn(), aside: true}, followed: map[string]bool{}}
	im.follow(paths, bases, []string{src.path}, false)
	return onceEach(im.found)
}

type importer struct {
	*loader
	by       way
	found    []*source
	followed map[string]bool // files whose own imports are in found
}

// follow follows imports of the last file in stack. What cannot be read is a gap: Atmos
// goes on without it.
func (im *importer) follow(imports *value, bases, stack []string, remote bool) {
	for _, v := range im.texts(imports, "import") {
		im.named++
		switch {
		case im.ctx.Err() != nil:
			return
		case im.named > maxFiles:
			im.missAny(v.at, "import: %v: more than %d imports", errBound, maxFiles)
			return
		case len(stack) > maxImports:
			im.missAny(v.at, "import%s: nested deeper than %d levels", v.shown(), maxImports)
		case isRemote(v.text):
			im.fetch(v, bases, stack)
		case remote:
			im.missAny(v.at, "import%s: is on another machine", v.shown())
		default:
			im.open(v, bases, stack)
		}
	}
}

// open takes in the local files that an import means.
func (im *importer) open(v *value, bases, stack []string) {
	path := strings.TrimPrefix(v.text, "file://")
	if isUNC(path) && !v.at.own {
		im.missAny(v.at, "import%s: is on another machine", v.shown())
		return
	}
	paths, err := im.resolve(path, bases)
	switch {
	case err != nil:
		im.missAny(v.at, "import%s: %v", v.shown(), cause(err))
	case len(paths) == 0:
		im.missAny(v.at, "import%s: not found", v.shown())
	}
	for _, path := range paths {
		if im.ctx.Err() != nil {
			return
		}
		if slices.Contains(stack, path) {
			if !strings.ContainsAny(v.text, "*?[{") {
				im.warn("%s: import%s: imports itself", v.at, v.shown())
			}
			continue
		}
		src, err := im.source(path, im.by)
		if err != nil {
			im.missErr(err)
			continue
		}
		im.add(src, bases, stack)
	}
}

// add takes in a file with its own imports.
func (im *importer) add(src *source, bases, stack []string) {
	im.found = append(im.found, src)
	nested := src.doc.get("import")
	if nested == nil || im.followed[src.path] {
		return
	}
	im.followed[src.path] = true
	dir := filepath.Dir(src.path)
	if src.doc.get("base_path") != nil {
		bases = im.bases(dir, src.doc)
	} else {
		bases = append(slices.Clone(bases), dir)
	}
	im.follow(nested, bases, append(slices.Clone(stack), src.path), src.remote)
}

// fetch takes in an import from a URL, if it may be fetched. A URL that a YAML function
// gave may hold anything, and is sent nowhere.
func (im *importer) fetch(v *value, bases, stack []string) {
	switch {
	case im.opt.Fetch == nil || v.computed != "" || !strings.HasPrefix(v.text, "https://"):
		im.missAny(v.at, "import%s: remote, not fetched", v.shown())
		return
	case slices.Contains(stack, v.text):
		im.warn("%s: import%s: imports itself", v.at, v.shown())
		return
	}
	c, ok := im.contents[v.text]
	if !ok {
		data, err := im.opt.Fetch(im.ctx, v.text)
		if err != nil {
			im.missAny(v.at, "import%s: %v", v.shown(), err)
			return
		}
		c = newContent(data, v.text)
		im.contents[v.text] = c
	}
	src, err := im.parsed(v.text, c, way{aside: true}, true)
	if err != nil {
		im.missErr(err)
		return
	}
	im.add(src, bases, stack)
}

func (l *loader) resolve(path string, bases []string) ([]string, error) {
	for i, base := range bases {
		if slices.Contains(bases[:i], base) {
			continue
		}
		if paths, err := l.search(base, path); err != nil || len(paths) > 0 {
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
