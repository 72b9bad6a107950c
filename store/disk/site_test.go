package disk_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// As Atmos writes it: keys aligned, no empty line at the end.
const (
	deep = `; atmos: expiration=2027-11-22T14:45:20Z
[deep-role]
aws_access_key_id     = ASIAEXAMPLE1
aws_secret_access_key = secret-1
aws_session_token     = session-1

`
	prod = `; atmos: expiration=2027-11-22T14:45:40Z
[prod-admin]
aws_access_key_id     = ASIAEXAMPLE2
aws_secret_access_key = secret-2
aws_session_token     = session-2
`
)

// A site is a home directory, and the root of all places in it.
type site struct {
	*testing.T
	root string
	home *disk.Home
}

func newSite(t *testing.T) site {
	t.Helper()
	dir := t.TempDir()
	s := site{t, dir, disk.NewHome(dir)}
	t.Cleanup(s.home.Close)
	return s
}

// place is below the root; path is below it on disk.
func (s site) place(path string) disk.Place { return disk.Place{Root: s.root, Path: path} }
func (s site) path(path string) string      { return s.place(path).String() }

// plant writes a file with all directories on its way.
func (s site) plant(path, text string) {
	s.Helper()
	s.mkdir(filepath.ToSlash(filepath.Dir(filepath.FromSlash(path))))
	if err := os.WriteFile(s.path(path), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s site) mkdir(path string) {
	s.Helper()
	if err := os.MkdirAll(s.path(path), 0o700); err != nil {
		s.Fatal(err)
	}
}

// holds fails unless the root holds exactly these files and empty directories
// (the ones with a slash at the end) with exactly these texts.
func (s site) holds(want map[string]string) {
	s.Helper()
	got := make(map[string]string)
	err := filepath.WalkDir(s.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case d.IsDir():
			if in, err := os.ReadDir(path); err != nil || len(in) > 0 || rel == "." {
				return err
			}
			got[rel+"/"] = ""
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			got[rel] = "→ " + strings.ReplaceAll(target, s.root, "ROOT")
		case d.Type().IsRegular():
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			got[rel] = string(text)
		default:
			got[rel] = d.Type().String()
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("on disk (-want +got):\n%s", diff)
	}
}

// wantIs fails unless err is want, and only that of what callers branch on.
func (s site) wantIs(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("error %v, want %v", err, want)
	}
	for _, other := range []error{fs.ErrNotExist, fs.ErrExist, disk.ErrSymlink, disk.ErrNotRegular, disk.ErrInUse, disk.ErrStillThere, disk.ErrOwner} {
		if errors.Is(err, other) && !errors.Is(want, other) {
			s.Errorf("error %v is also %v", err, other)
		}
	}
}

// hold takes a lock as another program does.
func (s site) hold(path string) (release func()) {
	s.Helper()
	l := flock.New(s.path(path))
	ok, err := l.TryLock()
	if err != nil || !ok {
		s.Fatal("the lock is not to be had: ", err)
	}
	return func() {
		if err := l.Close(); err != nil {
			s.Error(err)
		}
	}
}

// A cutter cuts texts out of a file, by name. A file in which nothing is left goes.
type cutter map[string]string

func (c cutter) Apply(data []byte) (cut.Cut, error) {
	done := cut.Cut{Data: data}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if before, after, found := bytes.Cut(done.Data, []byte(c[name])); found {
			done.Data = slices.Concat(before, after)
			done.Removed = append(done.Removed, name)
		}
	}
	done.Empty = len(done.Data) == 0
	return done, nil
}

// own cuts out the section of deep-role, as a logout from it does.
var own = cutter{"deep-role": deep}

const credentials = "aws/corp/credentials"

// edit cuts own out of a file.
func (s site) edit(p disk.Place) error {
	s.Helper()
	err := s.home.Edit(s.Context(), p, own)
	return err
}

func remove(h *disk.Home, p disk.Place) error {
	err := h.Remove(p)
	return err
}

func removeTree(h *disk.Home, p disk.Place) error { return h.RemoveTree(context.Background(), p) }
