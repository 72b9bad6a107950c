package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// ErrNotFound says that there is no configuration at all.
var ErrNotFound = errors.New("no atmos.yaml found")

// A System is all that Load takes from the process and the machine. Paths are
// absolute; those that are empty are not looked into. LookupEnv must be set.
type System struct {
	Home       string // the home directory
	WorkDir    string // the working directory as $PWD spells it; see os.Getwd
	SystemDir  string // /usr/local/etc/atmos; on Windows %LOCALAPPDATA%
	ConfigHome string // Atmos's own directory for configuration, as ~/.config/atmos
	CacheHome  string // Atmos's own directory for caches, as ~/.cache/atmos
	LookupEnv  func(name string) (string, bool)
}

// Options are the flags that choose the configuration. Where one is empty, its
// environment variable counts, with commas between values.
type Options struct {
	Files    []string // --config, ATMOS_CONFIG
	Dirs     []string // --config-path, ATMOS_CONFIG_PATH
	Profiles []string // --profile, ATMOS_PROFILE, or profiles.default of atmos.yaml
}

// Load finds, reads and merges the configuration as Atmos v1.194 to August 2026
// does. It writes nothing, runs nothing and fetches nothing.
//
// The error is [ErrNotFound] if there is no configuration. Every other one names
// the file or flag at fault, and for what is written in a file, line and column.
func Load(sys System, opt Options) (*Config, error) {
	l := &loader{sys: sys, gitRoot: gitRoot(sys.WorkDir), sources: map[string]*source{}}
	c := &Config{lookupEnv: sys.LookupEnv}
	mains, err := l.mainFiles(c, opt)
	if err != nil {
		return nil, err
	}
	doc, err := l.merged(mains)
	if err != nil {
		return nil, err
	}
	c.env = l.envBlock(doc)
	locations := l.profileLocations(doc, c.Dirs)
	selected, err := selectProfiles(l.profileNames(c, opt, doc), locations)
	if err != nil {
		return nil, errors.Join(append(l.errs, err)...) // they may be why it is not found
	}
	for _, dir := range selected {
		if doc, err = l.profile(doc, dir); err != nil {
			return nil, err
		}
	}
	l.config(c, doc)
	provisions := l.provisions(c.Auth.Providers)
	c.Auth.Identities = l.identities(doc.get("auth", "identities"), l.declared, provisions)
	c.Elsewhere = l.elsewhere(l.allProfileLocations(doc, c.Dirs), selected)
	c.Files = lastOf(l.files, func(f File) string { return f.Path })
	return c, l.finish(c)
}

// A loader reads files and keeps account of them.
type loader struct {
	decoder
	sys      System
	gitRoot  string
	sources  map[string]*source
	files    []File
	declared []declaration // in the order in which v1.216.0 reads identities
}

func (l *loader) getenv(name string) string {
	s, _ := l.sys.LookupEnv(name)
	return s
}

// mainFiles finds the main files and notes in c where they are.
func (l *loader) mainFiles(c *Config, opt Options) (mains []mainFile, err error) {
	files, dirs := opt.Files, opt.Dirs
	if len(files) == 0 {
		files = commaList(l.getenv("ATMOS_CONFIG"))
	}
	if len(dirs) == 0 {
		dirs = commaList(l.getenv("ATMOS_CONFIG_PATH"))
	}
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
	for _, w := range l.incomplete {
		missed += "; " + w
	}
	return nil, fmt.Errorf("%w in %s%s", ErrNotFound, strings.Join(places, ", "), missed)
}

// merged merges the main files with all that they draw in.
func (l *loader) merged(mains []mainFile) (*value, error) {
	if len(mains) == 0 {
		return l.dropIns(l.gitRoot)
	}
	var doc *value
	for _, m := range mains {
		tree, err := l.tree(m)
		if err != nil {
			return nil, err
		}
		doc = merge(doc, tree)
	}
	return doc, nil
}

// tree reads a main file with all that it draws in. From low to high precedence:
// atmos.d, .atmos.d, imports, the file itself.
func (l *loader) tree(m mainFile) (*value, error) {
	src, err := l.source(m.path)
	if err != nil {
		return nil, err
	}
	l.declare(src, false)
	if m.alone {
		return l.lay(nil, src), nil
	}
	dir := filepath.Dir(m.path)
	doc, err := l.dropIns(dir)
	if err != nil {
		return nil, err
	}
	imports := merge(doc.get("import"), src.doc.get("import"))
	bases := l.bases(dir, merge(doc.get("base_path"), src.doc.get("base_path")))
	imported, err := l.imports(src.path, imports, bases)
	if err != nil {
		return nil, err
	}
	for _, imp := range imported {
		l.declare(imp, true)
		doc = l.lay(doc, imp)
	}
	return l.lay(doc, src), nil
}

// lay merges src over doc.
func (l *loader) lay(doc *value, src *source) *value {
	l.files = append(append(l.files, src.included...), src.file)
	return merge(doc, src.doc)
}

// declare notes the identities of src.
func (l *loader) declare(src *source, imported bool) {
	if ids := src.doc.get("auth", "identities"); ids != nil {
		l.declared = append(l.declared, declaration{ids, imported})
	}
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
