package config

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNotFound says that there is no configuration at all.
var ErrNotFound = errors.New("no atmos.yaml found")

// ErrNoProfile says that a selected profile has no directory.
var ErrNoProfile = errors.New("not found")

// A System is all that Load takes from the process and the machine. Paths are
// absolute; those that are empty are not looked into. LookupEnv must be set.
type System struct {
	Home       string // the home directory
	WorkDir    string // the working directory as $PWD spells it; see os.Getwd, and Chdir
	SystemDir  string // /usr/local/etc/atmos; on Windows %LOCALAPPDATA%
	ConfigHome string // Atmos's own directory for configuration, as ~/.config/atmos
	CacheHome  string // Atmos's own directory for caches, as ~/.cache/atmos
	LookupEnv  func(name string) (string, bool)
}

// Options are the flags that choose the configuration. Where one is empty, its
// environment variable counts. Commas separate several values in one.
type Options struct {
	Files    []string // --config, ATMOS_CONFIG
	Dirs     []string // --config-path, ATMOS_CONFIG_PATH
	Profiles []string // --profile, ATMOS_PROFILE, or profiles.default of atmos.yaml
	// Fetch fetches an import from an https URL. If it is nil, none is fetched.
	Fetch func(ctx context.Context, url string) ([]byte, error)
}

// Load finds, reads and merges the configuration as Atmos v1.194 to August 2026
// does. It writes nothing and runs nothing. It ends with ctx, whatever it waits for.
//
// The error is [ErrNotFound] if there is no configuration, or ctx's. Every other one names
// the file or flag at fault, and for what is written in a file, line and column. With an
// error, too, the Config can be used, and says what the user's own files that were read before say.
func Load(ctx context.Context, sys System, opt Options) (*Config, error) {
	type result struct {
		c   *Config
		err error
	}
	done := make(chan result, 1)
	go func() {
		c, err := load(ctx, sys, opt)
		done <- result{c, err}
	}()
	select {
	case r := <-done:
		return r.c, r.err
	case <-ctx.Done():
		return empty(sys.LookupEnv), ctx.Err()
	}
}

func load(ctx context.Context, sys System, opt Options) (*Config, error) {
	l := &loader{
		ctx: ctx, sys: sys, opt: opt, gitRoot: gitRoot(sys.WorkDir),
		contents: map[string]*content{}, sources: map[parsed]*source{}, includes: map[string]*value{},
	}
	l.realm = Literal(l.getenv(realmName))
	c := empty(sys.LookupEnv)
	now, err := l.fill(c)
	c.Own = now.own(sys.LookupEnv)
	c.Files = lastOf(append(l.provisioned, now.files()...), func(f File) string { return f.Path })
	c.Warnings, c.Gaps = l.warnings, l.gaps
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return c, err
}

// fill reads everything into c. It returns what was merged for the first reading.
func (l *loader) fill(c *Config) (now merged, err error) {
	mains, err := l.mainFiles(c)
	if err != nil {
		return now, err
	}
	layers, err := l.mains(mains)
	base := mergeLayers(layers)
	if err != nil {
		return base, err
	}
	names := l.profileNames(base.doc)
	for _, name := range names {
		c.Profiles = append(c.Profiles, noContent(name, name.text))
	}
	selected, err := findProfiles(names, l.profileLocations(base, l.profileBase(c)))
	if err != nil {
		return base, err
	}
	for _, dir := range selected {
		profile, errs := l.profile(dir)
		if len(errs) > 0 {
			return base, errors.Join(errs...)
		}
		layers = slices.Concat(layers, profile)
	}
	now = mergeLayers(layers)
	c.Readings = l.readings(c, base, now, selected)
	return now, nil
}

// A loader reads files and keeps account of them.
type loader struct {
	decoder
	ctx      context.Context //nolint:containedctx // the loader lives for one call of Load
	sys      System
	opt      Options
	gitRoot  string
	contents map[string]*content
	size     int // of all contents
	sources  map[parsed]*source
	includes map[string]*value
	named    int // imports that were followed, however often one file was named
	values   int // of all sources
	entries  int // of directories that were searched
	// provisioned are the files of provisioned identities that the first reading uses.
	provisioned     []File
	provisionedDirs map[string]bool
}

func (l *loader) getenv(name string) string {
	s, _ := l.sys.LookupEnv(name)
	return s
}

// A layer is a file that is merged over others.
type layer struct {
	*source
	dir      string // what a profiles.base_path counts from
	main     bool   // not drawn in by another file
	imported bool   // by an import or a profile, which v1.216.0 reads last
}

// Merged are layers, and what they make together.
type merged struct {
	layers []layer
	doc    *value
}

func mergeLayers(layers []layer) merged {
	return merged{layers, mergeIf(layers, func(layer) bool { return true })}
}

func mergeIf(layers []layer, use func(layer) bool) *value {
	var docs []*value
	for _, l := range layers {
		if use(l) {
			docs = append(docs, l.doc)
		}
	}
	return merge(docs...)
}

// files are those of the layers.
func (m merged) files() (files []File) {
	for _, l := range m.layers {
		files = append(append(files, l.included...), l.file)
	}
	return files
}

// own is the user's own word.
func (m merged) own(lookupEnv func(string) (string, bool)) Own {
	own := word(mergeIf(m.layers, layer.isOwn), lookupEnv)
	own.Telemetry.Off = slices.ContainsFunc(m.layers, func(l layer) bool { return l.isOwn() && optsOut(l.doc) })
	return own
}

// declared is what the files say of identities, in the order in which v1.216.0 reads
// them: a main file before what it draws in.
func (m merged) declared() (declared []declaration) {
	tree := 0 // where that of the next main file begins
	for _, l := range m.layers {
		at := len(declared)
		if l.main {
			at = tree
		}
		if ids := l.doc.get("auth", "identities"); ids != nil {
			declared = slices.Insert(declared, at, declaration{ids, l.imported})
		}
		if l.main {
			tree = len(declared)
		}
	}
	return declared
}

// mainFiles finds the main files and notes in c where they are.
func (l *loader) mainFiles(c *Config) (mains []mainFile, err error) {
	files, dirs := l.opt.Files, l.opt.Dirs
	if len(files) == 0 {
		files = []string{l.getenv("ATMOS_CONFIG")}
	}
	if len(dirs) == 0 {
		dirs = []string{l.getenv("ATMOS_CONFIG_PATH")}
	}
	files, dirs = commaList(strings.Join(files, ",")), commaList(strings.Join(dirs, ","))
	if len(files)+len(dirs) > 0 {
		mains, c.Flagged, err = l.flagged(files, dirs)
	} else {
		mains, err = l.discovered()
	}
	for _, m := range mains {
		c.Dirs = append(c.Dirs, filepath.Dir(m.path))
	}
	c.Dirs = lastOf(c.Dirs, func(dir string) string { return dir })
	return mains, err
}

// discovered is discover, or ErrNotFound. Without a main file Atmos still reads
// the .atmos.d of the git root.
func (l *loader) discovered() ([]mainFile, error) {
	mains, places := l.discover()
	if len(mains) > 0 || l.gitRoot != "" && (isDir(filepath.Join(l.gitRoot, ".atmos.d")) || isDir(filepath.Join(l.gitRoot, "atmos.d"))) {
		return mains, nil
	}
	missed := "" // what could not be looked at may be one
	for _, g := range l.gaps {
		missed += "; " + g.String()
	}
	return nil, fmt.Errorf("%w in %s%s", ErrNotFound, strings.Join(places, ", "), missed)
}

// mains reads the main files with all that they draw in.
func (l *loader) mains(mains []mainFile) (layers []layer, err error) {
	if len(mains) == 0 {
		return l.dropIns(l.gitRoot, way{}), nil
	}
	for _, m := range mains {
		tree, err := l.tree(m)
		if err != nil {
			return layers, err
		}
		layers = append(layers, tree...)
	}
	return layers, nil
}

// tree reads a main file with all that it draws in. From low to high precedence:
// atmos.d, .atmos.d, imports, the file itself.
func (l *loader) tree(m mainFile) ([]layer, error) {
	dir := filepath.Dir(m.path)
	by := way{own: l.isOwnMain(dir)}
	src, err := l.source(m.path, by)
	if err != nil {
		return nil, err
	}
	main := layer{source: src, dir: dir, main: true}
	if m.alone {
		return []layer{main}, nil
	}
	tree := l.dropIns(dir, by)
	both := mergeLayers(append(tree, main)).doc
	for _, imp := range l.imports(src, both.get("import"), l.bases(dir, both)) {
		tree = append(tree, layer{source: imp, dir: dir, imported: true})
	}
	return append(tree, main), nil
}

// isOwnMain says whether a main file in dir is the user's or the system's own.
func (l *loader) isOwnMain(dir string) bool {
	return l.sys.SystemDir != "" && dir == filepath.Clean(l.sys.SystemDir) ||
		l.sys.Home != "" && dir == filepath.Join(l.sys.Home, ".atmos")
}

// lastOf drops from s all but the last element with the same key.
func lastOf[T any](s []T, key func(T) string) []T {
	last := make(map[string]int, len(s))
	for i, x := range s {
		last[key(x)] = i
	}
	var kept []T
	for i, x := range s {
		if last[key(x)] == i {
			kept = append(kept, x)
		}
	}
	return kept
}
