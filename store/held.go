package store

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// HeldLocks finds the lock files beside all locations that another program holds now. It
// creates nothing and takes no lock away: each is asked for by way of a shared
// lock, which is given back at once. The error tells what could not be looked at.
func (f *Files) HeldLocks(roots Roots) (held []Place, err error) {
	var starts []Place
	var errs []error
	for _, l := range Locations() {
		start := Place{Root: roots[l.Under], Path: l.Fixed()}
		if start.Path == "" {
			start.Path = "."
		}
		if l.Under == Temp || slices.Contains(starts, start) {
			continue
		}
		starts = append(starts, start)
		err := f.Walk(start, func(p Place, info fs.FileInfo) bool {
			if l.Under == Config && (p.Path == "profiles" || p.Path == "kube") {
				return false
			}
			if !info.Mode().IsRegular() || !strings.HasSuffix(p.Path, LockSuffix) {
				return true
			}
			free, err := lockIsFree(p.String())
			errs = append(errs, ignoreAbsent(err))
			if err == nil && !free && !slices.Contains(held, p) {
				held = append(held, p)
			}
			return false
		})
		errs = append(errs, ignoreAbsent(err))
	}
	return held, errors.Join(errs...)
}

func lockIsFree(name string) (bool, error) {
	l := flock.New(name, flock.SetFlag(os.O_RDONLY|noFollow))
	ok, err := l.TryRLock()
	return ok, errors.Join(err, l.Close())
}
