package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/credclean/credclean/internal/regular"
)

// How much is read: past that the configuration is incomplete.
const (
	maxSize    = 16 << 20 // of one file
	maxAll     = 64 << 20 // of all files
	maxFiles   = 10_000
	maxEntries = 500_000 // of directories, in all searches; one counts for each directory above it
	maxExact   = 3       // broken files of which the exact place is looked for
)

// errBound says that a bound was met.
var errBound = errors.New("not read")

// A content is what a file holds. Each file is read once, however many names lead to it.
type content struct {
	data   []byte
	text   string // the same, for !include.raw, once it is needed
	sha256 string
	same   string // the path without symbolic links
	mine   bool   // the file belongs to the user, or to root
}

// read reads a regular file of bounded size. An error has no path in it.
func (l *loader) read(path string) (*content, error) {
	if err := l.ctx.Err(); err != nil {
		return nil, err
	}
	same, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, cause(err)
	}
	if c, ok := l.contents[same]; ok {
		return c, nil
	}
	if len(l.contents) >= maxFiles {
		return nil, fmt.Errorf("%w: more than %d files", errBound, maxFiles)
	}
	f, err := regular.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, cause(err)
	}
	data, err := regular.ReadFile(l.ctx, f, maxSize)
	switch {
	case errors.Is(err, regular.ErrTooLarge):
		return nil, fmt.Errorf("%w: larger than %d MiB", errBound, maxSize>>20)
	case err != nil:
		return nil, cause(err)
	case l.size+len(data) > maxAll:
		return nil, fmt.Errorf("%w: more than %d MiB in all files", errBound, maxAll>>20)
	}
	l.size += len(data)
	c := newContent(data, same)
	c.mine = isMine(info)
	l.contents[same] = c
	return c, nil
}

func newContent(data []byte, same string) *content {
	sum := sha256.Sum256(data)
	return &content{data: data, sha256: hex.EncodeToString(sum[:]), same: same}
}

// A source is one file as configuration.
type source struct {
	path     string // absolute, or a URL
	same     string
	file     File
	doc      *value
	included []File // by !include
	remote   bool   // fetched: a path in it means another machine's
	err      error  // why it cannot be read; then there is nothing else
}

// isOwn says whether what src says is the user's own word.
func (src *source) isOwn() bool { return src.doc.at.origin != nil && src.doc.at.own }

// A way is how a file is come by; what it says may count differently.
type way struct {
	own   bool // through the user's own files alone
	aside bool // it was imported
}

// A parsed is a file that was parsed, and how it was come by.
type parsed struct {
	same string
	way  way
}

// source reads the file at path, or remembers it. What is past a bound is a gap, and the
// source then empty. Other errors name the file, and line and column if they are about what stands there.
func (l *loader) source(path string, by way) (*source, error) {
	c, err := l.read(path)
	switch {
	case errors.Is(err, errBound):
		l.missAny(file(l.display(path)), "%v", err)
		return &source{path: path, same: path, doc: &value{kind: mapping}}, nil
	case l.ctx.Err() != nil:
		return nil, l.ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%s: %w", l.display(path), err)
	}
	by.own = by.own && c.mine && l.isOwnPlace(path)
	return l.parsed(path, c, by, false)
}

func (l *loader) parsed(path string, c *content, by way, remote bool) (*source, error) {
	k := parsed{c.same, by}
	if src, ok := l.sources[k]; ok {
		if src.err != nil {
			return nil, src.err
		}
		again := *src
		again.path, again.file.Path = path, public(path)
		return &again, nil
	}
	src := &source{path: path, same: c.same, file: File{public(path), c.sha256}, remote: remote}
	from := &origin{file: l.display(path), own: by.own, aside: by.aside, rough: by.aside || l.quiet || len(l.gaps) > maxExact}
	doc, err := parseFile(from, c.data, func(at position, tag, arg string) *value { return l.evaluate(src, at, tag, arg) })
	if err != nil {
		l.sources[k] = &source{err: err}
		return nil, err
	}
	if l.values += doc.size; l.values > maxValues {
		l.missAny(file(l.display(path)), "%v: more than %d values in all files", errBound, maxValues)
		doc = &value{kind: mapping, at: doc.at}
	}
	src.doc = doc
	l.sources[k] = src
	return src, nil
}

// isOwnPlace says whether the user alone puts files at path.
func (l *loader) isOwnPlace(path string) bool {
	for _, dir := range l.ownDirs() {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}

// ownDirs are the directories of the user's own files, and of the system's.
func (l *loader) ownDirs() []string {
	var dirs []string
	if l.sys.SystemDir != "" {
		dirs = append(dirs, l.sys.SystemDir)
	}
	if l.sys.Home != "" {
		dirs = append(dirs, filepath.Join(l.sys.Home, ".atmos"))
	}
	if l.sys.ConfigHome != "" {
		dirs = append(dirs, filepath.Join(l.sys.ConfigHome, "profiles"))
	}
	return dirs
}

// cause is an error of the operating system without the path, which may come out of a
// YAML function.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// display is path as seen from the working directory, where that is shorter.
func (l *loader) display(path string) string {
	rel, err := filepath.Rel(l.sys.WorkDir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return public(path)
	}
	return rel
}

// abs is path as it is meant from dir.
func abs(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
