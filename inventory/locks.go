package inventory

import (
	"context"
	"path"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// HeldLocks finds the lock files of Atmos that another program holds now. It creates
// nothing and takes no lock away. The errors tell what could not be looked at.
func HeldLocks(ctx context.Context, p *Project, home *disk.Home) (held []disk.Place, errs []error) {
	r := reader{ctx: ctx, project: p, home: home}
	for _, base := range store.Bases() {
		for _, t := range r.walkAll(base) {
			switch {
			case t.Kind == store.LockFile:
				isHeld, err := lockHeld(home, t.Where.Place)
				if isHeld {
					held = append(held, t.Where.Place)
				}
				if err != nil {
					errs = append(errs, err)
				}
			case t.Kind == store.OtherFile && t.Err != nil:
				errs = append(errs, t.Err)
			}
		}
	}
	return held, errs
}

func lockHeld(home *disk.Home, p disk.Place) (bool, error) {
	d, err := home.Open(p.Dir())
	if err != nil {
		return false, disk.IgnoreAbsent(err)
	}
	defer d.Close()
	isHeld, err := d.LockHeld(path.Base(p.Path))
	return isHeld, disk.IgnoreAbsent(err)
}
