package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// A spot is what is at a place: a file, or where the symbolic link there leads to.
type spot struct {
	dir  *Dir   // of the place
	name string // in dir
	in   *Dir   // of the file: dir, unless the place is a symbolic link
	file string // in in
	info fs.FileInfo
}

func (s spot) linked() bool { return s.in != s.dir }

// place is the place as it was asked for, which errors name.
func (s spot) place() Place { return s.dir.place.Join(s.name) }

// target is the path of the file if a symbolic link led to it.
func (s spot) target() string {
	if real := s.in.real.Join(s.file); real.Path != s.place().Path || real.Root != s.place().Root {
		return real.String()
	}
	return ""
}

func (s spot) close() {
	if s.linked() {
		s.in.Close()
	}
}

// find looks at what has a name in the directory. A symbolic link is followed to a regular
// file. The error is fs.ErrNotExist if there is nothing. Close the spot.
func (d *Dir) find(name string) (spot, error) {
	info, err := d.lstat(name)
	if err != nil {
		return spot{}, err
	}
	if !isLink(info) {
		return spot{d, name, d, name, info}, nil
	}
	place := d.place.Join(name)
	real, err := d.home.follow(place)
	if err != nil {
		return spot{}, err
	}
	in, err := d.home.open(real.Dir(), (*Dir).enter)
	if err != nil {
		return spot{}, err
	}
	s := spot{d, name, in, path.Base(real.Path), nil}
	if s.info, err = in.lstat(s.file); err == nil {
		err = d.home.checkMine(s.info, real)
	}
	if err != nil {
		in.Close()
		return spot{}, place.wrap("open", err)
	}
	return s, nil
}

// checkMine refuses what a symbolic link led to if it is neither a directory nor a regular file, or
// not the user's.
func (h *Home) checkMine(info fs.FileInfo, real Place) error {
	uid, _ := owner(info)
	switch {
	case !info.IsDir() && !info.Mode().IsRegular():
		return fmt.Errorf("%w: %s is %w", ErrSymlink, real, ErrNotRegular)
	case uid != h.uid:
		return fmt.Errorf("%w: %s %w (uid %d)", ErrSymlink, real, ErrOwner, uid)
	}
	return nil
}

// errNowhere says that a symbolic link leads to nothing.
var errNowhere = errors.New("where nothing is")

// follow finds out where a symbolic link leads to. That of Atmos must stay below the home
// directory. The error is ErrSymlink and says why it is not followed: also if it leads to
// nothing, since what was there may come back (a volume that is not mounted). For another
// program's file, that is fs.ErrNotExist.
func (h *Home) follow(p Place) (Place, error) {
	refuse := func(format string, args ...any) (Place, error) {
		err := fmt.Errorf("%w: %w", ErrSymlink, fmt.Errorf(format, args...))
		return Place{}, p.wrap("open", err)
	}
	info, err := os.Lstat(p.String())
	if err != nil {
		return Place{}, err
	}
	if uid, _ := owner(info); uid != h.uid && uid != 0 { // in a directory for all, anybody can make one
		return refuse("it %w (uid %d)", ErrOwner, uid)
	}
	if h.foreign {
		return refuse("the home directory is another user's")
	}
	real, err := filepath.EvalSymlinks(p.String())
	switch {
	case errors.Is(err, fs.ErrNotExist) && p.Of != Atmos:
		return Place{}, fs.ErrNotExist
	case errors.Is(err, fs.ErrNotExist):
		to, err := os.Readlink(p.String())
		if err != nil {
			return Place{}, err
		}
		return refuse("it leads to %s, %w", to, errNowhere)
	case err != nil:
		return refuse("%v", err)
	case p.Of != Atmos:
		return Place{filepath.Dir(real), filepath.Base(real), p.Of}, nil
	}
	rel, ok := h.below(real)
	switch {
	case !ok:
		return refuse("it leads to %s, outside of the home directory", real)
	case theirs(rel) && (rel != awsCredentials || path.Base(p.Path) != path.Base(awsCredentials)):
		return refuse("it leads to %s, which is another program's", real)
	}
	return Place{h.real, filepath.ToSlash(rel), p.Of}, nil
}

// awsCredentials is the file of aws's own in which sections may be Atmos's, through a link.
const awsCredentials = ".aws/credentials"

// theirs tells whether a path below the home directory is that of aws, az or gcloud.
func theirs(rel string) bool {
	for _, own := range []string{".aws/", ".azure/", ".config/gcloud/"} {
		if rest, ok := strings.CutPrefix(filepath.ToSlash(rel)+"/", own); ok {
			return !strings.HasPrefix(rest, "atmos/") && !strings.HasPrefix(rest, "saml2aws/")
		}
	}
	return false
}

// Theirs tells whether what is at a place is a symbolic link to a file of aws's own, in which only
// what has Atmos's stamp is Atmos's.
func (h *Home) Theirs(p Place) bool {
	target, err := h.Target(p)
	rel, below := h.below(target)
	return err == nil && below && theirs(rel)
}

// below tells whether a path without symbolic links is the home directory or below it.
func (h *Home) below(real string) (rel string, ok bool) {
	rel, err := filepath.Rel(h.real, real)
	return rel, err == nil && filepath.IsLocal(rel)
}
