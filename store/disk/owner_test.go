//go:build unix

package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/credclean/credclean/store/disk"
)

// The users of these tests.
const (
	ana   = 12345
	third = 23456
)

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("this test gives files to other users: run it as root")
	}
}

// own gives what is at a path to a user.
func (s site) chown(uid int, paths ...string) {
	s.Helper()
	for _, path := range paths {
		must(s.T, os.Lchown(s.path(path), uid, uid))
	}
}

// newForeign is a site that root looks at, and that is the home of ana.
func newForeign(t *testing.T) site {
	t.Helper()
	needRoot(t)
	s := newSite(t)
	s.chown(ana, ".")
	s.home = disk.NewHome(s.root)
	return s
}

// In the home of another user root follows no link, wherever on the way it is, also that of a root.
func TestForeignLinks(t *testing.T) {
	for _, tt := range []struct{ name, target, link, root string }{
		{"the file", "ROOT/real/credentials", "atmos/aws/corp/credentials", "atmos"},
		{"the directory", "ROOT/real", "atmos/aws/corp", "atmos"},
		{"the directory above", "ROOT/up", "atmos/aws", "atmos"},
		{"the root", "ROOT/base", "atmos", "atmos"},
		{"above the root", "ROOT/etc", "config", "config/atmos"},
	} {
		for _, of := range []disk.Program{disk.Atmos, disk.Docker, disk.Kubectl, disk.Azure} {
			t.Run(tt.name, func(t *testing.T) {
				s := newForeign(t)
				s.plant("real/credentials", deep)
				s.link("../real", "up/corp")
				s.link("../up", "base/aws")
				s.link("../base", "etc/atmos")
				s.link(tt.target, tt.link)
				s.chown(ana, tt.link, "real", "real/credentials", "up", "up/corp", "base", "base/aws", "etc", "etc/atmos")
				after := map[string]string{
					"real/credentials": deep, "up/corp": "→ ../real", "base/aws": "→ ../up", "etc/atmos": "→ ../base", tt.link: "→ " + tt.target,
				}
				p := disk.Place{Root: s.path(tt.root), Path: credentials, Of: of}
				for name, call := range calls {
					if err := call(s.home, p); !errors.Is(err, disk.ErrSymlink) || !strings.Contains(err.Error(), s.path(tt.link)) {
						t.Errorf("%s: %v", name, err)
					}
				}
				for name, call := range map[string]func() error{
					"tree":  func() error { return removeTree(s.home, p.Dir()) },
					"locks": func() error { return s.home.RemoveLocks(p) },
					"empty": func() error { return s.home.RemoveEmptyDir(p.Dir()) },
				} {
					err := call()
					if errors.Is(err, fs.ErrNotExist) && tt.name == "the file" || errors.Is(err, fs.ErrExist) {
						continue
					}
					if !errors.Is(err, disk.ErrSymlink) && tt.name != "the file" {
						t.Errorf("%s: %v", name, err)
					}
					if name == "tree" && tt.name == "the file" {
						s.link(tt.target, tt.link) // the link in the tree went
						s.chown(ana, tt.link)
					}
				}
				s.holds(after)
			})
		}
	}
}

// The spelling of the root does not matter, nor does a link that leads to the home.
func TestForeignSpelling(t *testing.T) {
	s := newForeign(t)
	s.mkdir("up")
	must(t, os.Symlink(s.root, s.root+"-link"))
	t.Cleanup(func() { _ = os.Remove(s.root + "-link") })
	s.plant("real/credentials", deep)
	s.link("ROOT/real", ".atmos")
	for _, home := range []string{s.root, s.root + "-link"} {
		for _, root := range []string{s.root, s.root + "-link"} {
			err := remove(disk.NewHome(home), disk.Place{Root: root + "/.atmos", Path: "credentials"})
			s.wantIs(err, disk.ErrSymlink)
		}
	}
	s.holds(map[string]string{"real/credentials": deep, ".atmos": "→ ROOT/real", "up/": ""})
}

// In the home of another user root removes what is this user's or its own, and nothing else.
func TestForeignOwner(t *testing.T) {
	for uid, refused := range map[int]bool{0: false, ana: false, third: true} {
		for name, call := range map[string]func(*disk.Home, disk.Place) error{"edit": calls["edit"], "remove": remove, "tree": removeTree} {
			for _, of := range []disk.Program{disk.Atmos, disk.Docker} {
				s := newForeign(t)
				s.plant(credentials, deep+prod)
				s.chown(ana, "aws", "aws/corp")
				s.chown(uid, credentials)
				p := s.place(credentials)
				p.Of = of
				var want error
				if refused {
					want = disk.ErrOwner
				}
				s.wantIs(call(s.home, p), want)
				after := map[string]string{credentials: deep + prod}
				switch {
				case !refused && name == "edit":
					after[credentials] = prod
				case !refused:
					after = map[string]string{"aws/corp/": ""}
				}
				if name == "edit" && of == disk.Atmos {
					after[credentials+".lock"] = ""
					s.isOf(ana, credentials+".lock")
				}
				s.holds(after)
				if name == "edit" {
					s.isOf(uid, credentials)
				}
			}
		}
	}
}

func TestMine(t *testing.T) {
	needRoot(t)
	for uid, want := range map[int][]bool{0: {true, true}, ana: {false, true}, third: {false, false}} {
		own, foreign := newSite(t), newForeign(t)
		for i, s := range []site{own, foreign} {
			s.plant("file", "")
			s.chown(uid, "file")
			info, err := s.home.Look(s.place("file"))
			must(t, err)
			if got := s.home.Mine(info); got != want[i] {
				t.Errorf("%d: %v, want %v", uid, got, want[i])
			}
		}
	}
}

// isOf fails unless a file belongs to a user.
func (s site) isOf(uid int, path string) {
	s.Helper()
	info, err := os.Lstat(s.path(path))
	must(s.T, err)
	if st := info.Sys().(*syscall.Stat_t); int(st.Uid) != uid || int(st.Gid) != uid {
		s.Errorf("%s belongs to %d:%d, want %d", path, st.Uid, st.Gid, uid)
	}
}

// Of a tree goes what may go, and what a third user owns stays, and is named.
func TestForeignTree(t *testing.T) {
	s := newForeign(t)
	for _, path := range []string{"tree/ana", "tree/sub/root", "tree/sub/third", "tree/theirs/ana"} {
		s.plant(path, deep)
	}
	s.chown(ana, "tree", "tree/ana", "tree/sub", "tree/theirs/ana")
	s.chown(third, "tree/sub/third", "tree/theirs")
	err := removeTree(s.home, s.place("tree"))
	s.wantIs(err, disk.ErrOwner)
	if !strings.Contains(err.Error(), s.path("tree/sub/third")) || !strings.Contains(err.Error(), "uid 23456") {
		t.Error(err)
	}
	s.holds(map[string]string{"tree/sub/third": deep, "tree/theirs/ana": deep})
	s.mkdir("empty")
	s.chown(third, "empty")
	s.wantIs(s.home.RemoveEmptyDir(s.place("empty")), disk.ErrOwner)
}

// Leftovers of a third user stay, too.
func TestForeignLeftovers(t *testing.T) {
	s := newForeign(t)
	for _, path := range []string{"token.tmp", "token.credclean", ".token12"} {
		s.plant(path, deep)
		s.chown(third, path)
	}
	s.plant("token", deep+prod)
	s.wantIs(s.edit(s.place("token")), disk.ErrOwner)
	s.holds(map[string]string{"token": deep + prod, "token.tmp": deep, "token.credclean": deep, ".token12": deep, "token.lock": ""})
}

// Root's own home is no other user's.
func TestOwnHome(t *testing.T) {
	needRoot(t)
	s := newSite(t)
	s.plant("real/token", deep)
	s.link("ROOT/real/token", "token")
	s.wantIs(remove(s.home, s.place("token")), nil)
	s.holds(map[string]string{"real/": ""})
}

// A link that another user made, as anybody can in the directory for temporary files, leads nowhere.
func TestLinkOfAnother(t *testing.T) {
	needRoot(t)
	for name, call := range calls {
		for _, link := range []string{"tmp/file", "tmp"} {
			s := newSite(t)
			s.plant("real/file", deep+prod)
			s.link("ROOT/real"+strings.TrimPrefix(link, "tmp"), link)
			must(t, os.Lchown(s.path(link), third, third))
			if err := call(s.home, s.place("tmp/file")); !errors.Is(err, disk.ErrSymlink) || !errors.Is(err, disk.ErrOwner) {
				t.Errorf("%s through %s: %v", name, link, err)
			}
			if data, err := os.ReadFile(s.path("real/file")); err != nil || string(data) != deep+prod {
				t.Errorf("%s through %s: %q, %v", name, link, data, err)
			}
		}
	}
}
