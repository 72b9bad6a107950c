package disk_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/credclean/credclean/store/disk"
)

func TestRemove(t *testing.T) {
	before := map[string]string{"file": "secret", "empty/": "", "full/a/b": "secret", "full/c": "secret"}
	without := func(gone ...string) map[string]string {
		after := make(map[string]string)
		for path, text := range before {
			after[path] = text
		}
		for _, path := range gone {
			delete(after, path)
		}
		return after
	}
	for _, tt := range []struct {
		name  string
		f     func(*disk.Home, disk.Place) error
		path  string
		err   error
		after map[string]string
	}{
		{"a file", remove, "file", nil, without("file")},
		{"a file in directories", remove, "full/c", nil, without("full/c")},
		{"no file", remove, "none", fs.ErrNotExist, before},
		{"below a file", remove, "file/none", fs.ErrNotExist, before},
		{"a directory is no file", remove, "empty", disk.ErrNotRegular, before},
		{"a full directory is no file", remove, "full", disk.ErrNotRegular, before},
		{"an empty directory", (*disk.Home).RemoveEmptyDir, "empty", nil, without("empty/")},
		{"a directory that is not empty", (*disk.Home).RemoveEmptyDir, "full", fs.ErrExist, before},
		{"a file is no directory", (*disk.Home).RemoveEmptyDir, "file", fs.ErrExist, before},
		{"no directory", (*disk.Home).RemoveEmptyDir, "none", fs.ErrNotExist, before},
		{"a tree", removeTree, "full", nil, without("full/a/b", "full/c")},
		{"a tree that is empty", removeTree, "empty", nil, without("empty/")},
		{"a tree that is a file", removeTree, "file", nil, without("file")},
		{"no tree", removeTree, "none", fs.ErrNotExist, before},
		{"the root", removeTree, ".", fs.ErrInvalid, before},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			for path, text := range before {
				if dir, isDir := strings.CutSuffix(path, "/"); isDir {
					s.mkdir(dir)
				} else {
					s.plant(path, text)
				}
			}
			s.wantIs(tt.f(s.home, s.place(tt.path)), tt.err)
			s.holds(tt.after)
		})
	}
}

// An interrupt ends the removal of a tree.
func TestRemoveTreeInterrupted(t *testing.T) {
	s := newSite(t)
	s.plant("tree/a", deep)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.wantIs(s.home.RemoveTree(ctx, s.place("tree")), context.Canceled)
	s.holds(map[string]string{"tree/a": deep})
}

// No path leads out of the root.
func TestOutside(t *testing.T) {
	s := newSite(t)
	s.plant("victim/credentials", deep)
	s.mkdir("root/sub")
	h := disk.NewHome(s.root)
	defer h.Close()
	for _, path := range []string{"../victim/credentials", "sub/../../victim/credentials", s.path("victim/credentials"), "sub/../../victim"} {
		p := disk.Place{Root: s.path("root"), Path: path}
		for name, call := range map[string]func() error{
			"Look":            func() error { _, err := h.Look(p); return err },
			"Read":            func() error { _, err := h.Read(t.Context(), p, 1<<20); return err },
			"Open":            func() error { _, err := h.Open(p); return err },
			"Remove":          func() error { return remove(h, p) },
			"RemoveTree":      func() error { return removeTree(h, p) },
			"RemoveEmptyDir":  func() error { return h.RemoveEmptyDir(p) },
			"Edit":            func() error { _, err := h.Edit(t.Context(), p, own); return err },
			"RemoveLocks":     func() error { return h.RemoveLocks(p) },
			"RemoveLeftovers": func() error { return h.RemoveLeftovers(t.Context(), p) },
		} {
			if err := call(); err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s of %s: %v", name, path, err)
			}
		}
	}
	s.holds(map[string]string{"victim/credentials": deep, "root/sub/": ""})
}

// A root that is not there is like one in which nothing is.
func TestNoRoot(t *testing.T) {
	s := newSite(t)
	s.plant("file", "x")
	for _, root := range []string{s.path("none"), s.path("file")} {
		p := disk.Place{Root: root, Path: "aws/corp"}
		_, err := s.home.Look(p)
		s.wantIs(err, fs.ErrNotExist)
		s.wantIs(removeTree(s.home, p), fs.ErrNotExist)
		_, err = s.home.Open(p)
		s.wantIs(err, fs.ErrNotExist)
	}
	s.holds(map[string]string{"file": "x"})
}

// What killed writes left goes, and nothing that only looks like it.
func TestRemoveLeftovers(t *testing.T) {
	const dir = "auth/acme/"
	mine := []string{"token.json", "token.json.tmp2", ".token.json", ".token.json12a", "token.json12", ".other.json12", "token.json.credclean2", "xtoken.json.tmp"}
	for _, tt := range []struct {
		name string
		left []string
		err  error
	}{
		{"renameio", []string{".token.json123456789"}, nil},
		{"a token", []string{"token.json.tmp"}, nil},
		{"ours", []string{"token.json.credclean"}, nil},
		{"several", []string{".token.json1", ".token.json22", "token.json.tmp", "token.json.credclean"}, nil},
		{"none", nil, fs.ErrNotExist},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			after := make(map[string]string)
			for _, name := range mine {
				s.plant(dir+name, deep)
				after[dir+name] = deep
			}
			for _, name := range tt.left {
				s.plant(dir+name, deep)
				after[dir+"token.json.lock"] = ""
			}
			s.wantIs(s.home.RemoveLeftovers(t.Context(), s.place(dir+"token.json")), tt.err)
			s.holds(after)
			s.wantIs(s.home.RemoveLeftovers(t.Context(), s.place(dir+"token.json")), fs.ErrNotExist)
		})
	}
	t.Run("a writer is at work", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(dir+"token.json.tmp", deep)
			s.plant(dir+"token.json.lock", "")
			defer s.hold(dir + "token.json.lock")()
			s.wantIs(s.home.RemoveLeftovers(t.Context(), s.place(dir+"token.json")), disk.ErrInUse)
			s.holds(map[string]string{dir + "token.json.tmp": deep, dir + "token.json.lock": ""})
		})
	})
	t.Run("no directory", func(t *testing.T) {
		s := newSite(t)
		s.wantIs(s.home.RemoveLeftovers(t.Context(), s.place("none/token.json")), fs.ErrNotExist)
	})
	t.Run("a directory of that name is told", func(t *testing.T) {
		s := newSite(t)
		s.plant(dir+"token.json.tmp/notes", "mine")
		s.wantIs(s.home.RemoveLeftovers(t.Context(), s.place(dir+"token.json")), disk.ErrNotRegular)
		s.holds(map[string]string{dir + "token.json.tmp/notes": "mine", dir + "token.json.lock": ""})
	})
}
