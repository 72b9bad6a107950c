package inventory

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// A walker goes once through a base directory. It enters only directories in which something
// of the table may lie, so that what else programs keep there costs nothing.
type walker struct {
	reader
	base      store.Base
	locations []*store.Location
	found     []*Trace
}

// walkAll walks every directory of a base.
func (r reader) walkAll(base store.Base) []*Trace {
	var found []*Trace
	for _, root := range r.project.bases(base) {
		found = append(found, r.walk(base, root)...)
	}
	return found
}

// walk finds what lies below a base: things of the table with their lock files and what killed
// writes left beside them, and what else lies in their directories.
func (r reader) walk(base store.Base, root string) []*Trace {
	w := walker{reader: r, base: base}
	for i := range store.Locations() {
		if l := &store.Locations()[i]; l.Under == base {
			w.locations = append(w.locations, l)
		}
	}
	top := disk.Place{Root: root, Path: "."}
	d, err := r.home.Open(top)
	if err != nil {
		w.gap(top, err)
		return w.found
	}
	defer d.Close()
	w.dir(d, ".")
	return w.found
}

// gap notes what could not be looked at.
func (w *walker) gap(p disk.Place, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		w.found = append(w.found, &Trace{Kind: store.OtherFile, Where: Where{Place: p}, Err: err})
	}
}

func (w *walker) dir(d *disk.Dir, rel string) {
	names, err := d.Names()
	if err == nil {
		err = w.ctx.Err()
	}
	if err != nil {
		w.gap(d.Place(), err)
		return
	}
	if len(names) == 0 && w.fixed(rel) {
		w.found = append(w.found, &Trace{Kind: store.EmptyDir, Where: Where{Place: d.Place()}})
	}
	for _, name := range names {
		place, below := d.Place().Join(name), path.Join(rel, name)
		if t := w.trace(below); t != nil {
			t.Where.Place = place
			t.Foreign = w.base == store.Temp && w.isForeign(d, name)
			w.found = append(w.found, w.read(d, t)...)
			continue
		}
		stranger := &Trace{Kind: store.OtherFile, Where: Where{Place: place}}
		if w.below(below) {
			if sub, err := d.Enter(name); err == nil {
				w.dir(sub, below)
				sub.Close()
				continue
			} else if !errors.Is(err, fs.ErrNotExist) {
				stranger.Err = err
			}
		}
		if stranger.Err != nil || rel != "." && w.base != store.Temp {
			w.found = append(w.found, stranger)
		}
	}
}

// isForeign tells whether another user made what is in everybody's directory.
func (w *walker) isForeign(d *disk.Dir, name string) bool {
	info, err := d.Look(name)
	return errors.Is(err, disk.ErrOwner) || err == nil && !w.home.Mine(info)
}

// below tells whether a directory is entered.
func (w *walker) below(rel string) bool {
	for _, l := range w.locations {
		if w.base != store.Temp && l.Below(rel) {
			return true
		}
	}
	return false
}

// fixed tells whether a directory is one that Atmos has whoever logs in.
func (w *walker) fixed(rel string) bool {
	return slices.ContainsFunc(w.locations, func(l *store.Location) bool { return strings.HasPrefix(l.Path, rel+"/") })
}

// trace makes a trace of what the table knows.
func (w *walker) trace(rel string) *Trace {
	dir, file := path.Split(rel)
	for _, form := range forms(file) {
		for _, l := range w.locations {
			words, ok := l.Match(dir + form.of)
			if !ok {
				continue
			}
			t := &Trace{Kind: l.Kind, Name: words.Name, Root: words.Root, Realm: words.Realm, Location: l, Rest: form.rest}
			if form.lock {
				t.Kind = store.LockFile
			}
			if l.Kind.AWSFile() {
				t.Name, t.Root = "", words.Name
			}
			return t
		}
	}
	return nil
}

// A form is one way to read the name of a file: as it is, as a lock file, or as what a write
// left that was killed.
type form struct {
	of         string // the file that it belongs to
	lock, rest bool
}

// forms are all ways to read a name. Atmos writes through .<name><digits> (renameio) and
// <name>.tmp, credclean through <name>.credclean.
func forms(name string) []form {
	all := []form{{of: name}}
	if of, ok := strings.CutSuffix(name, disk.LockSuffix); ok {
		all = append(all, form{of: of, lock: true})
	}
	for _, suffix := range []string{".tmp", disk.TempSuffix} {
		if of, ok := strings.CutSuffix(name, suffix); ok {
			all = append(all, form{of: of, rest: true})
		}
	}
	if of := strings.TrimRight(name, "0123456789"); strings.HasPrefix(name, ".") && of != name {
		all = append(all, form{of: of[1:], rest: true})
	}
	return all
}
