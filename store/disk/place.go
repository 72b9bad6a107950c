// Package disk looks at files and directories, and removes them or what is in them.
package disk

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Place is a file or directory below one of the roots.
type Place struct {
	Root string // absolute path of a directory that is never removed
	Path string // below Root, slash-separated
	Of   Program
}

// A Program is whose file it is. It decides how the file is locked, which mode a new
// one gets, and where a symbolic link in its place may lead.
type Program int

// The programs.
const (
	Atmos Program = iota // flock on <file>.lock
	// Docker does not lock its config.json; Atmos takes a flock on <file>.lock to edit it.
	Docker
	// Kubectl takes the existence of <file>.lock (clientcmd of client-go).
	Kubectl
	// Azure: az takes the existence of, and a flock on, <file>.lockfile (CrossPlatLock of
	// msal-extensions); Atmos a flock on <file>.lock.
	Azure
)

// String is the absolute path.
func (p Place) String() string { return filepath.Join(p.Root, filepath.FromSlash(p.Path)) }

// Dir is the place of the directory that p is in.
func (p Place) Dir() Place { return Place{p.Root, path.Dir(p.Path), p.Of} }

// Join is the place of something in the directory p.
func (p Place) Join(name string) Place { return Place{p.Root, path.Join(p.Path, name), p.Of} }

// IsRoot tells whether p is the root itself.
func (p Place) IsRoot() bool { return p.Path == "." || p.Path == "" }

// wrap says in an error what failed, and of what place, unless it says so already.
func (p Place) wrap(what string, err error) error {
	if named := (*fs.PathError)(nil); err == nil || errors.As(err, &named) {
		return err
	}
	return &fs.PathError{Op: what, Path: p.String(), Err: err}
}

// named writes the whole path into an error of a call that knew only its last name.
func (p Place) named(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		if e.Path = filepath.Clean(e.Path); !filepath.IsAbs(e.Path) { // as dir/. of a directory that was listed
			e.Path = p.String()
		}
	}
	if e := (*os.LinkError)(nil); errors.As(err, &e) {
		e.Old, e.New = filepath.Join(p.Dir().String(), e.Old), filepath.Join(p.Dir().String(), e.New)
	}
	return err
}

// Parents are the directories of the places, each once, children before
// parents; the roots are not among them.
func Parents(places []Place) []Place {
	dirs := make(map[Place]bool)
	for _, p := range places {
		for d := p.Dir(); !d.IsRoot(); d = d.Dir() {
			dirs[d] = true
		}
	}
	return slices.SortedFunc(maps.Keys(dirs), func(a, b Place) int {
		if n := strings.Count(b.Path, "/") - strings.Count(a.Path, "/"); n != 0 {
			return n
		}
		return strings.Compare(a.String(), b.String())
	})
}
