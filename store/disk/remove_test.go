package disk_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

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
			"Look":           func() error { _, err := h.Look(p); return err },
			"Read":           func() error { _, err := h.Read(t.Context(), p, 1<<20); return err },
			"Open":           func() error { _, err := h.Open(p); return err },
			"Remove":         func() error { return remove(h, p) },
			"RemoveTree":     func() error { return removeTree(h, p) },
			"RemoveEmptyDir": func() error { return h.RemoveEmptyDir(p) },
			"Edit":           func() error { err := h.Edit(t.Context(), p, own); return err },
			"RemoveLocks":    func() error { return h.RemoveLocks(p) },
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

// What killed writes left is told by its name, and nothing that only looks like it.
func TestIsLeftover(t *testing.T) {
	for name, want := range map[string]bool{
		".token.json123456789": true, ".token.json1": true, "token.json.tmp": true, "token.json.credclean": true,
		"token.json": false, "token.json.tmp2": false, ".token.json": false, ".token.json12a": false, "token.json12": false,
		".other.json12": false, "token.json.credclean2": false, "xtoken.json.tmp": false, ".tokenxjson1": false,
	} {
		if got := disk.IsLeftover("token.json", name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
