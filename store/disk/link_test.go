//go:build unix

package disk_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"testing"

	"github.com/credclean/credclean/store/disk"
	"github.com/google/go-cmp/cmp"
)

// link makes a symbolic link; a target that begins with ROOT is below the root.
func (s site) link(target, path string) {
	s.Helper()
	s.mkdir(s.place(path).Dir().Path)
	if err := os.Symlink(strings.Replace(target, "ROOT", s.root, 1), s.path(path)); err != nil {
		s.Fatal(err)
	}
}

// call is one way to look at or remove what is at a place.
var calls = map[string]func(*disk.Home, disk.Place) error{
	"look": func(h *disk.Home, p disk.Place) error { _, err := h.Look(p); return err },
	"read": func(h *disk.Home, p disk.Place) error {
		_, err := h.Read(context.Background(), p, 1<<20)
		return err
	},
	"edit": func(h *disk.Home, p disk.Place) error {
		err := h.Edit(context.Background(), p, own)
		return err
	},
	"remove": remove,
}

// A symbolic link is followed to a regular file below the home directory, whether it is the
// file's or that of a directory on the way.
func TestFollow(t *testing.T) {
	const real = "dotfiles/secrets"
	for _, tt := range []struct {
		name         string
		target, link string
	}{
		{"the file", "ROOT/dotfiles/secrets/credentials", "atmos/" + credentials},
		{"the file, relative", "../../../dotfiles/secrets/credentials", "atmos/" + credentials},
		{"the file, by way of another link", "ROOT/hop/secrets/credentials", "atmos/" + credentials},
		{"the directory", "ROOT/dotfiles/secrets", "atmos/aws/corp"},
		{"the directory, relative", "../../dotfiles/secrets", "atmos/aws/corp"},
		{"the directory above", "ROOT/dotfiles/all", "atmos/aws"},
		{"the root", "ROOT/dotfiles/base", "atmos"},
	} {
		start := func(t *testing.T, text string) (site, disk.Place, map[string]string) {
			t.Helper()
			s := newSite(t)
			s.plant(real+"/credentials", text)
			s.plant(real+"/neighbour", prod)
			s.link("dotfiles", "hop")
			s.link("../secrets", "dotfiles/all/corp")
			s.link("../all", "dotfiles/base/aws")
			s.link(tt.target, tt.link)
			return s, disk.Place{Root: s.path("atmos"), Path: credentials}, map[string]string{
				real + "/neighbour": prod, "hop": "→ dotfiles", "dotfiles/all/corp": "→ ../secrets", "dotfiles/base/aws": "→ ../all",
			}
		}
		lock := real + "/credentials.lock"
		isFile := strings.HasPrefix(tt.name, "the file")
		if isFile {
			lock = "atmos/" + credentials + ".lock"
		}
		t.Run(tt.name+", edited", func(t *testing.T) {
			s, p, after := start(t, deep+prod)
			err := s.home.Edit(t.Context(), p, own)
			s.wantIs(err, nil)
			after[tt.link] = "→ " + tt.target
			after[real+"/credentials"], after[lock] = prod, ""
			s.holds(after)
			s.wantIs(calls["edit"](s.home, p), fs.ErrNotExist)
			s.holds(after)
		})
		t.Run(tt.name+", removed", func(t *testing.T) {
			for name, call := range map[string]string{"edit": lock, "remove": ""} {
				s, p, after := start(t, deep)
				s.wantIs(calls[name](s.home, p), nil)
				after[tt.link] = "→ " + tt.target
				if isFile {
					delete(after, tt.link)
					after["atmos/aws/corp/"] = ""
				}
				if call != "" {
					after[call] = ""
					delete(after, "atmos/aws/corp/")
				}
				s.holds(after)
				s.wantIs(calls[name](s.home, p), fs.ErrNotExist)
			}
		})
	}
}

// A link that leads elsewhere is followed by nothing, and told each time.
func TestNotFollowed(t *testing.T) {
	for _, tt := range []struct {
		name         string
		target, link string
		says         string
	}{
		{"outside of the home", "ROOT/elsewhere/aws/corp/credentials", "credentials", "elsewhere/aws/corp/credentials, outside of the home directory"},
		{"outside, relative", "../../../../elsewhere/aws/corp/credentials", "credentials", "outside of the home directory"},
		{"outside, by way of the home", "ROOT/home/hop/aws/corp/credentials", "credentials", "outside of the home directory"},
		{"the directory outside", "ROOT/elsewhere/aws/corp", ".", "outside of the home directory"},
		{"to the home", "ROOT/home", ".", "symbolic link is not followed"},
		{"to nothing", "ROOT/home/vault/credentials", "credentials", "home/vault/credentials, where nothing is"},
		{"the directory to nothing", "ROOT/home/vault", ".", "home/vault, where nothing is"},
		{"to itself", "credentials", "credentials", "symbolic link is not followed"},
		{"to a pipe", "ROOT/home/pipe", "credentials", "pipe is not a regular file"},
		{"to a device", "/dev/zero", "credentials", "symbolic link is not followed"},
	} {
		for name, call := range calls {
			t.Run(name+" "+tt.name, func(t *testing.T) {
				s := newSite(t)
				s.plant("elsewhere/aws/corp/credentials", deep)
				s.plant("home/mine", deep)
				s.link("../elsewhere", "home/hop")
				must(t, syscall.Mkfifo(s.path("home/pipe"), 0o600))
				link := path.Join("home/atmos/aws/corp", tt.link)
				s.link(tt.target, link)
				after := map[string]string{
					"elsewhere/aws/corp/credentials": deep, "home/mine": deep, "home/hop": "→ ../elsewhere", "home/pipe": "p---------",
					link: "→ " + tt.target,
				}
				h := disk.NewHome(s.path("home"))
				for range 2 {
					err := call(h, disk.Place{Root: s.path("home/atmos"), Path: credentials})
					if errors.Is(err, fs.ErrNotExist) || !errors.Is(err, disk.ErrSymlink) || !strings.Contains(err.Error(), tt.says) {
						t.Errorf("error %v, want one that says %q", err, tt.says)
					}
					if !strings.Contains(err.Error(), s.path(link)) {
						t.Errorf("error %v does not name the link", err)
					}
					s.holds(after)
				}
			})
		}
	}
}

// What a link leads to is the user's own.
func TestNotFollowedToOthers(t *testing.T) {
	needRoot(t)
	for name, of := range map[string]disk.Program{"atmos": disk.Atmos, "kubectl": disk.Kubectl} {
		for call, do := range calls {
			t.Run(name+" "+call, func(t *testing.T) {
				s := newSite(t)
				s.plant("theirs/config", deep)
				must(t, os.Chown(s.path("theirs/config"), 4321, 4321))
				s.link("ROOT/theirs/config", "kube/config")
				p := s.place("kube/config")
				p.Of = of
				for range 2 {
					err := do(s.home, p)
					if !errors.Is(err, disk.ErrSymlink) || !errors.Is(err, disk.ErrOwner) {
						t.Errorf("error %v", err)
					}
					s.holds(map[string]string{"theirs/config": deep, "kube/config": "→ ROOT/theirs/config"})
				}
			})
		}
	}
}

// The link of another program's file may lead anywhere, and to nothing.
func TestFollowShared(t *testing.T) {
	s := newSite(t)
	s.plant("elsewhere/config.json", deep+prod)
	must(t, os.Chmod(s.path("elsewhere/config.json"), 0o640))
	s.link("ROOT/elsewhere/config.json", "home/.docker/config.json")
	s.link("ROOT/elsewhere/none", "home/.kube/config")
	h := disk.NewHome(s.path("home"))
	p := disk.Place{Root: s.path("home/.docker"), Path: "config.json", Of: disk.Docker}
	s.wantIs(calls["look"](h, p), nil)
	err := h.Edit(t.Context(), p, own)
	s.wantIs(err, nil)
	if info, err := os.Stat(s.path("elsewhere/config.json")); err != nil || info.Mode() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for _, call := range calls {
		s.wantIs(call(h, disk.Place{Root: s.path("home/.kube"), Path: "config", Of: disk.Kubectl}), fs.ErrNotExist)
	}
	s.holds(map[string]string{
		"elsewhere/config.json": prod, "home/.docker/config.json": "→ ROOT/elsewhere/config.json", "home/.kube/config": "→ ROOT/elsewhere/none",
	})
}

// A run that was killed while it removed what a link leads to is finished by the next one.
func TestFollowKilled(t *testing.T) {
	for name, target := range map[string]string{"before the file": "ROOT/real/token", "after the file": "ROOT/real/gone"} {
		for call, at := range map[string]string{"edit": "cache/token", "remove": "cache/token", "remove by its name": "cache/token.credclean"} {
			t.Run(call+" "+name, func(t *testing.T) {
				call, _, _ := strings.Cut(call, " ")
				s := newSite(t)
				s.plant("real/token", deep)
				s.plant("real/neighbour", deep)
				s.link(target, "cache/token.credclean")
				s.wantIs(calls[call](s.home, s.place(at)), nil)
				after := map[string]string{"real/neighbour": deep, "real/token": deep, "cache/": ""}
				if target == "ROOT/real/token" {
					delete(after, "real/token")
				}
				if call == "edit" {
					delete(after, "cache/")
					after["cache/token.lock"] = ""
				}
				s.holds(after)
				s.wantIs(calls[call](s.home, s.place(at)), fs.ErrNotExist)
			})
		}
	}
}

// A tree goes with the links in it, not with what they lead to, and not if it is a link itself.
func TestRemoveTreeLinks(t *testing.T) {
	s := newSite(t)
	s.plant("mine/credentials", deep)
	s.link("ROOT/mine", "tree/dir")
	s.link("../mine/credentials", "tree/file")
	s.link("ROOT/mine", "link")
	s.link("ROOT/nothing", "dangling")
	for _, path := range []string{"link", "dangling"} {
		s.wantIs(removeTree(s.home, s.place(path)), disk.ErrSymlink)
		s.wantIs(s.home.RemoveEmptyDir(s.place(path)), fs.ErrExist)
	}
	s.wantIs(removeTree(s.home, s.place("tree")), nil)
	s.holds(map[string]string{"mine/credentials": deep, "link": "→ ROOT/mine", "dangling": "→ ROOT/nothing"})
}

// No lock is taken through a link.
func TestLockLink(t *testing.T) {
	for name, of := range map[string]disk.Program{"atmos": disk.Atmos, "docker": disk.Docker, "kubectl": disk.Kubectl, "az": disk.Azure} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			s.plant("elsewhere/lock", "mine")
			s.link("ROOT/elsewhere/lock", credentials+".lock")
			p := s.place(credentials)
			p.Of = of
			s.wantIs(s.edit(p), disk.ErrSymlink)
			after := map[string]string{credentials: deep + prod, "elsewhere/lock": "mine", credentials + ".lock": "→ ROOT/elsewhere/lock"}
			s.holds(after)
			must(t, os.Remove(s.path(credentials)))
			delete(after, credentials)
			s.wantIs(s.home.RemoveLocks(p), disk.ErrSymlink)
			s.holds(after)
		})
	}
}

// A walk through links goes in no circle.
func TestEnterCircle(t *testing.T) {
	s := newSite(t)
	s.plant("atmos/a/x/token", deep)
	s.plant("atmos/b/token", deep)
	s.link("../../b", "atmos/a/x/to-b")
	s.link("../a", "atmos/b/to-a")
	s.link("..", "atmos/a/up")
	s.link("ROOT/atmos", "atmos/b/top")
	var tokens []string
	var circles int
	var walk func(d *disk.Dir)
	walk = func(d *disk.Dir) {
		defer d.Close()
		names, err := d.Names()
		must(t, err)
		for _, name := range names {
			sub, err := d.Enter(name)
			switch {
			case err == nil:
				walk(sub)
			case errors.Is(err, disk.ErrSymlink):
				circles++
			case errors.Is(err, fs.ErrNotExist):
				tokens = append(tokens, d.Place().Join(name).Path)
			default:
				t.Error(err)
			}
			if len(tokens) > 100 {
				t.Fatal("it goes in circles")
			}
		}
	}
	d, err := s.home.Open(disk.Place{Root: s.path("atmos"), Path: "."})
	must(t, err)
	walk(d)
	want := []string{"a/x/to-b/token", "a/x/token", "b/to-a/x/token", "b/token"}
	if diff := cmp.Diff(want, tokens); diff != "" || circles != 6 {
		t.Errorf("%d circles, (-want +got):\n%s", circles, diff)
	}
}

// Target tells where a link leads, of a directory on the way too.
func TestTarget(t *testing.T) {
	s := newSite(t)
	s.plant("real/token", deep)
	s.link("ROOT/real/token", "cache/token")
	s.link("ROOT/real", "dir")
	for path, want := range map[string]string{"cache/token": "real/token", "dir/token": "real/token", "real/token": ""} {
		if want != "" {
			want = s.path(want)
		}
		if got, err := s.home.Target(s.place(path)); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", path, got, err, want)
		}
	}
	_, err := s.home.Target(s.place("none"))
	s.wantIs(err, fs.ErrNotExist)
}
