package config

import (
	"context"
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
		return Empty(sys.LookupEnv), ctx.Err()
	}
}

func load(ctx context.Context, sys System, opt Options) (*Config, error) {
	l := &loader{
		ctx: ctx, sys: sys, opt: opt, gitRoot: gitRoot(sys.WorkDir),
		contents: map[string]*content{}, sources: map[parsed]*source{}, includes: map[string]*value{},
	}
	l.realm = Literal(l.getenv(realmName))
	c := Empty(sys.LookupEnv)
	now := &layers{}
	err := l.fill(c, now)
	c.Own = word(now.own, sys.LookupEnv)
	if off := false; now.optOut {
		c.Own.Telemetry.Enabled = &off
	}
	c.Files = lastOf(now.files, func(f File) string { return f.Path })
	c.Warnings, c.Gaps = l.warnings, l.gaps
	return c, err
}

// fill reads everything into c; now is what it is merged in.
func (l *loader) fill(c *Config, now *layers) error {
	mains, err := l.mainFiles(c)
	if err != nil {
		return err
	}
	if err := l.mains(now, mains); err != nil {
		return err
	}
	base := now.copy()
	locations := l.profileLocations(now, l.profileBase(c))
	selected, err := findProfiles(l.profileNames(now), locations)
	if err != nil {
		return err // what is unread may be why it is not found
	}
	for _, dir := range selected {
		if err := l.profile(now, dir); err != nil {
			return err
		}
	}
	c.Readings, err = l.readings(c, base, now, selected)
	return err
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
	// provisioned are the files of provisioned identities in use, once they are known.
	provisioned     []File
	provisionedDirs map[string]bool
}

func (l *loader) getenv(name string) string {
	s, _ := l.sys.LookupEnv(name)
	return s
}

// Layers are files that were merged, one over the other.
type layers struct {
	doc      *value
	own      *value // of the user's own files alone
	optOut   bool   // one of these switches telemetry off
	files    []File
	declared []declaration // in the order in which v1.216.0 reads identities
	bases    []string      // profiles.base_path of each file
}

// lay merges src over what is there.
func (l *layers) lay(src *source, dir string) {
	l.files = append(append(l.files, src.included...), src.file)
	l.doc = merge(l.doc, src.doc)
	if src.isOwn() {
		l.own = merge(l.own, src.doc)
		l.optOut = l.optOut || optsOut(src.doc)
	}
	if s := src.doc.get("profiles", "base_path").string(); s != "" {
		l.bases = append(l.bases, abs(dir, s))
	}
}

// declare notes the identities of src.
func (l *layers) declare(src *source, imported bool) {
	if ids := src.doc.get("auth", "identities"); ids != nil {
		l.declared = append(l.declared, declaration{ids, imported})
	}
}

// put merges other layers over these.
func (l *layers) put(other *layers) {
	l.doc, l.own = merge(l.doc, other.doc), merge(l.own, other.own)
	l.optOut = l.optOut || other.optOut
	l.files = append(l.files, other.files...)
	l.declared = append(l.declared, other.declared...)
	l.bases = append(l.bases, other.bases...)
}

// copy returns layers that can be merged over without changing l.
func (l *layers) copy() *layers {
	l.doc.freeze()
	l.own.freeze()
	c := *l
	c.files, c.declared, c.bases = l.files[:len(l.files):len(l.files)], l.declared[:len(l.declared):len(l.declared)], l.bases[:len(l.bases):len(l.bases)]
	return &c
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

// mains merges the main files with all that they draw in.
func (l *loader) mains(now *layers, mains []mainFile) error {
	if len(mains) == 0 {
		return l.dropIns(now, l.gitRoot, way{})
	}
	for _, m := range mains {
		var tree layers
		if err := l.tree(&tree, m); err != nil {
			return err
		}
		now.put(&tree)
	}
	return nil
}

// tree reads a main file with all that it draws in. From low to high precedence:
// atmos.d, .atmos.d, imports, the file itself.
func (l *loader) tree(t *layers, m mainFile) error {
	dir := filepath.Dir(m.path)
	by := way{own: l.isOwnMain(dir)}
	src, err := l.source(m.path, by)
	if err != nil {
		return err
	}
	t.declare(src, false)
	if m.alone {
		t.lay(src, dir)
		return nil
	}
	if err := l.dropIns(t, dir, by); err != nil {
		return err
	}
	both := merge(t.copy().doc, src.doc)
	imported, err := l.imports(src, both.get("import"), l.bases(dir, both))
	if err != nil {
		return err
	}
	for _, imp := range imported {
		t.declare(imp, true)
		t.lay(imp, dir)
	}
	t.lay(src, dir)
	return nil
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
