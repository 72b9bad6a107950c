package disk

import (
	"errors"
	"io/fs"
)

// Walk visits what is below a directory, parents first, and goes down into a
// directory if visit says so. No symbolic link is followed. What cannot be
// looked at is in the error; the rest is visited.
func (f *Files) Walk(p Place, visit func(Place, fs.FileInfo) bool) error {
	names, err := f.List(p)
	errs := []error{err}
	for _, name := range names {
		child := p.Join(name)
		info, err := f.Look(child)
		if err != nil {
			errs = append(errs, IgnoreAbsent(err))
			continue
		}
		if visit(child, info) && info.IsDir() {
			errs = append(errs, f.Walk(child, visit))
		}
	}
	return errors.Join(errs...)
}
