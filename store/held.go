package store

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/credclean/credclean/store/disk"
)

// HeldLocks finds the lock files beside all locations that another program holds now. It
// creates nothing and takes no lock away: each is asked for by way of a shared
// lock, which is given back at once. The error tells what could not be looked at.
func HeldLocks(f *disk.Files, roots Roots) (held []disk.Place, err error) {
	var starts []disk.Place
	var errs []error
	for _, l := range Locations() {
		start := disk.Place{Root: roots[l.Under], Path: l.Fixed()}
		if start.Path == "" {
			start.Path = "."
		}
		if l.Under == Temp || slices.Contains(starts, start) {
			continue
		}
		starts = append(starts, start)
		err := f.Walk(start, func(p disk.Place, info fs.FileInfo) bool {
			if l.Under == Config && (p.Path == "profiles" || p.Path == "kube") {
				return false
			}
			if !info.Mode().IsRegular() || !strings.HasSuffix(p.Path, disk.LockSuffix) {
				return true
			}
			free, err := disk.LockIsFree(p.String())
			errs = append(errs, disk.IgnoreAbsent(err))
			if err == nil && !free && !slices.Contains(held, p) {
				held = append(held, p)
			}
			return false
		})
		errs = append(errs, disk.IgnoreAbsent(err))
	}
	return held, errors.Join(errs...)
}
