//go:build unix

package disk_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// link makes a symbolic link; a target that begins with ROOT is below the root.
func (s site) link(target, path string) {
	s.Helper()
	s.mkdir(s.place(path).Dir().Path)
	if err := os.Symlink(strings.Replace(target, "ROOT", s.root, 1), s.path(path)); err != nil {
		s.Fatal(err)
	}
}

// Links are never followed: neither that of a file, nor one on the way to it,
// nor that of a lock, nor one where the new file is written.
func TestRemoveSectionsLinks(t *testing.T) {
	const elsewhere = "elsewhere/credentials"
	for _, tt := range []struct {
		name         string
		target, link string
		err          error
		says         string
		after        map[string]string
	}{
		{
			name: "the file", target: "ROOT/elsewhere/credentials", link: credentials,
			err: disk.ErrSymlink, says: "the link was removed, ROOT/elsewhere/credentials was not touched",
			after: map[string]string{elsewhere: deep, "aws/corp/": ""},
		},
		{
			name: "the file, relative", target: "../../elsewhere/credentials", link: credentials,
			err: disk.ErrSymlink, says: "ROOT/elsewhere/credentials was not touched",
			after: map[string]string{elsewhere: deep, "aws/corp/": ""},
		},
		{
			name: "the file, to nothing", target: "nothing", link: credentials,
			after: map[string]string{elsewhere: deep, "aws/corp/": ""},
		},
		{
			name: "the directory", target: "ROOT/elsewhere", link: "aws/corp",
			err: disk.ErrSymlink, says: "ROOT/aws/corp",
			after: map[string]string{elsewhere: deep, "aws/corp": "→ ROOT/elsewhere"},
		},
		{
			name: "the directory above", target: "ROOT", link: "aws",
			err: disk.ErrSymlink, says: "ROOT/aws",
			after: map[string]string{elsewhere: deep, "aws": "→ ROOT"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.plant(elsewhere, deep)
			s.link(tt.target, tt.link)
			_, err := s.files.RemoveSections(t.Context(), s.place(credentials), own)
			s.wantIs(err, tt.err)
			if says := strings.ReplaceAll(tt.says, "ROOT", s.root); err != nil && !strings.Contains(err.Error(), says) {
				t.Errorf("error %q does not say %q", err, says)
			}
			s.holds(tt.after)
		})
	}

	t.Run("the lock", func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		s.plant("elsewhere/lock", "mine")
		s.link("ROOT/elsewhere/lock", credentials+".lock")
		if _, err := s.files.RemoveSections(t.Context(), s.place(credentials), own); err == nil {
			t.Error("no error")
		}
		s.holds(map[string]string{credentials: deep + prod, "elsewhere/lock": "mine", credentials + ".lock": "→ ROOT/elsewhere/lock"})
		if err := os.Remove(s.path(credentials)); err != nil {
			t.Fatal(err)
		}
		if err := s.files.RemoveLocks(t.Context(), s.place(credentials)); err == nil {
			t.Error("no error")
		}
		s.holds(map[string]string{"elsewhere/lock": "mine", credentials + ".lock": "→ ROOT/elsewhere/lock"})
	})

	t.Run("the new file", func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		s.plant("elsewhere/new", "mine")
		s.link("ROOT/elsewhere/new", credentials+".credclean")
		_, err := s.files.RemoveSections(t.Context(), s.place(credentials), own)
		s.wantIs(err, nil)
		s.holds(map[string]string{credentials: prod, "elsewhere/new": "mine", credentials + ".lock": ""})
	})

	t.Run("the root itself may be one", func(t *testing.T) {
		s := newSite(t)
		s.plant("atmos/"+credentials, deep+prod)
		s.link("ROOT/atmos", "link")
		_, err := s.files.RemoveSections(t.Context(), disk.Place{Root: s.path("link"), Path: credentials}, own)
		s.wantIs(err, nil)
		s.holds(map[string]string{"atmos/" + credentials: prod, "atmos/" + credentials + ".lock": "", "link": "→ ROOT/atmos"})
	})
}

// Looking follows no link either.
func TestLookLinks(t *testing.T) {
	s := newSite(t)
	s.plant("elsewhere/credentials", deep)
	s.link("ROOT/elsewhere/credentials", "aws/corp/credentials")
	s.link("ROOT/elsewhere", "aws/okta")
	for _, path := range []string{"aws/corp/credentials", "aws/okta/credentials"} {
		_, err := s.files.LookSections(s.place(path), own)
		s.wantIs(err, disk.ErrSymlink)
		_, err = s.files.Read(s.place(path))
		s.wantIs(err, disk.ErrSymlink)
	}
	info, err := s.files.Look(s.place("aws/okta"))
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("%v, %v", info, err)
	}
	names, err := s.files.List(s.place("aws/okta"))
	s.wantIs(err, disk.ErrSymlink)
	if len(names) > 0 {
		t.Errorf("listed %v", names)
	}
}

func TestRemoveLinks(t *testing.T) {
	start := func(t *testing.T) site {
		s := newSite(t)
		s.plant("elsewhere/credentials", deep)
		s.mkdir("hollow")
		s.link("ROOT/elsewhere", "tree/link")
		s.link("../elsewhere/credentials", "tree/file")
		s.link("ROOT/hollow", "void")
		s.link("nothing", "dangling")
		return s
	}
	before := map[string]string{
		"elsewhere/credentials": deep, "hollow/": "", "tree/link": "→ ROOT/elsewhere",
		"tree/file": "→ ../elsewhere/credentials", "void": "→ ROOT/hollow", "dangling": "→ nothing",
	}
	for _, tt := range []struct {
		name string
		f    func(*disk.Files, disk.Place) error
		path string
		err  error
		gone []string
	}{
		{"a tree with links in it", (*disk.Files).RemoveTree, "tree", nil, []string{"tree/link", "tree/file"}},
		{"a tree that is a link", (*disk.Files).RemoveTree, "tree/link", disk.ErrSymlink, []string{"tree/link"}},
		{"a link to a file", (*disk.Files).Remove, "tree/file", disk.ErrSymlink, []string{"tree/file"}},
		{"a link to nothing", (*disk.Files).Remove, "dangling", nil, []string{"dangling"}},
		{"a link to an empty directory", (*disk.Files).RemoveEmptyDir, "void", fs.ErrExist, nil},
		{"behind a link", (*disk.Files).Remove, "tree/link/credentials", disk.ErrSymlink, nil},
		{"a tree behind a link", (*disk.Files).RemoveTree, "tree/link/credentials", disk.ErrSymlink, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t)
			s.wantIs(tt.f(s.files, s.place(tt.path)), tt.err)
			after := make(map[string]string)
			for path, text := range before {
				after[path] = text
			}
			for _, path := range tt.gone {
				delete(after, path)
			}
			s.holds(after)
		})
	}
}

// A FIFO hangs nobody: not in the place of a file, of a lock or of the new file.
func TestFIFO(t *testing.T) {
	fifo := func(s site, path string) {
		s.Helper()
		s.mkdir(s.place(path).Dir().Path)
		if err := syscall.Mkfifo(s.path(path), 0o600); err != nil {
			s.Fatal(err)
		}
	}
	const mode = "p---------"

	t.Run("file", func(t *testing.T) {
		s := newSite(t)
		fifo(s, credentials)
		_, err := s.files.LookSections(s.place(credentials), own)
		s.wantIs(err, disk.ErrNotRegular)
		_, err = s.files.RemoveSections(t.Context(), s.place(credentials), own)
		s.wantIs(err, disk.ErrNotRegular)
		s.wantIs(s.files.Remove(s.place(credentials)), disk.ErrNotRegular)
		s.holds(map[string]string{credentials: mode, credentials + ".lock": ""})
		s.wantIs(s.files.RemoveTree(s.place("aws")), nil)
		s.holds(map[string]string{})
	})
	t.Run("lock", func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		fifo(s, credentials+".lock")
		_, err := s.files.RemoveSections(t.Context(), s.place(credentials), own)
		s.wantIs(err, nil)
		s.holds(map[string]string{credentials: prod, credentials + ".lock": mode})
	})
	t.Run("new file", func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		fifo(s, credentials+".credclean")
		_, err := s.files.RemoveSections(t.Context(), s.place(credentials), own)
		s.wantIs(err, nil)
		s.holds(map[string]string{credentials: prod, credentials + ".lock": ""})
	})
}

// A new file is for its owner's eyes only, whatever the old one was.
func TestModeAndOwner(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	s := newSite(t)
	s.plant(credentials, deep+prod)
	if err := os.Chmod(s.path(credentials), 0o666); err != nil {
		t.Fatal(err)
	}
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 { // then the file may be somebody else's
		uid, gid = 12345, 23456
		if err := os.Chown(s.path(credentials), uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.files.RemoveSections(t.Context(), s.place(credentials), own)
	s.wantIs(err, nil)
	info, err := os.Stat(s.path(credentials))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode(); mode != 0o600 {
		t.Errorf("mode %v", mode)
	}
	if st := info.Sys().(*syscall.Stat_t); int(st.Uid) != uid || int(st.Gid) != gid {
		t.Errorf("owner %d:%d, want %d:%d", st.Uid, st.Gid, uid, gid)
	}
	if info, err := os.Stat(s.path(credentials + ".lock")); err != nil || info.Mode() != 0o600 {
		t.Errorf("lock: %v, %v", info.Mode(), err)
	}
}

// Another program's file keeps its mode, and so does whether there is a lock file.
func TestEditShared(t *testing.T) {
	cut := func(data []byte) (cut.Cut, error) {
		switch string(data) {
		case "one two":
			return cut.Cut{Data: []byte("two"), Removed: []string{"one"}}, nil
		case "two":
			return cut.Cut{Data: data}, nil
		}
		return cut.Cut{}, fmt.Errorf("the file holds %q", data)
	}
	for _, tt := range []struct {
		name  string
		lock  disk.SharedLock
		mode  fs.FileMode
		locks map[string]string // before
		err   error
	}{
		{name: "flock", lock: disk.FileLock, mode: 0o600},
		{name: "flock, for all to read", lock: disk.FileLock, mode: 0o644},
		{name: "flock, the file was there", lock: disk.FileLock, mode: 0o640, locks: map[string]string{"config.lock": "mine"}},
		{name: "kubectl", lock: disk.KubectlLock, mode: 0o664},
		{name: "kubectl, the file was there", lock: disk.KubectlLock, mode: 0o664, locks: map[string]string{"config.lock": "mine"}, err: disk.ErrInUse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				s.plant("config", "one two")
				s.plant("neighbour", "one two")
				must(t, os.Chmod(s.path("config"), tt.mode))
				after := map[string]string{"config": "two", "neighbour": "one two"}
				if tt.err != nil {
					after["config"] = "one two"
				}
				for path, text := range tt.locks {
					s.plant(path, text)
					after[path] = text
				}
				_, err := s.files.EditShared(t.Context(), s.place("config"), tt.lock, cut)
				s.wantIs(err, tt.err)
				s.holds(after)
				if info, err := os.Stat(s.path("config")); err != nil || info.Mode() != tt.mode {
					t.Errorf("mode %v, %v, want %v", info.Mode(), err, tt.mode)
				}
			})
		})
	}
}

// A new file that cannot be written or cannot take the place of the old one does not
// stay, and the old one is as it was.
func TestEditFails(t *testing.T) {
	const variable = "CREDCLEAN_TEST_NO_ROOM"
	if root := os.Getenv(variable); root != "" {
		var limit syscall.Rlimit
		must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
		narrow := limit
		narrow.Cur = 10 // fewer bytes than stay
		must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &narrow))
		defer func() { must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)) }()
		if _, err := (&disk.Files{}).RemoveSections(t.Context(), disk.Place{Root: root, Path: credentials}, own); !errors.Is(err, syscall.EFBIG) {
			t.Errorf("error %v", err)
		}
		return
	}
	t.Run("no room", func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		self, err := os.Executable()
		must(t, err)
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestEditFails$")
		cmd.Env = append(os.Environ(), variable+"="+s.root)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		s.holds(map[string]string{credentials: deep + prod, credentials + ".lock": ""})
	})
	t.Run("a directory came in between", func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		_, err := s.files.Edit(t.Context(), s.place(credentials), func(data []byte) (cut.Cut, error) {
			must(t, os.Remove(s.path(credentials)))
			s.plant(credentials+"/notes", "mine")
			return own.Apply(cut.CredentialsFile, data), nil
		})
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error %v", err)
		}
		s.holds(map[string]string{credentials + "/notes": "mine", credentials + ".lock": ""})
	})
}

// Directories stay open from one call to the next, but each is looked at again:
// what stands on the way now counts, not what stood there.
func TestDirectoryReplaced(t *testing.T) {
	const (
		file                   = "aws/corp/deep/credentials"
		before, now, elsewhere = "old\n" + deep + prod, "new\n" + deep + prod, "elsewhere\n" + deep + prod
	)
	for _, call := range []struct {
		name  string
		f     func(*disk.Files, disk.Place) error
		after map[string]string // of the new file
	}{
		{"remove", (*disk.Files).Remove, map[string]string{"aws/corp/deep/": ""}},
		{"edit", func(f *disk.Files, p disk.Place) error {
			_, err := f.RemoveSections(t.Context(), p, own)
			return err
		}, map[string]string{file: "new\n" + prod, file + ".lock": ""}},
		{"read", func(f *disk.Files, p disk.Place) error {
			data, err := f.Read(p)
			if err == nil && string(data) != now {
				err = fmt.Errorf("read %q", data)
			}
			return err
		}, map[string]string{file: now}},
	} {
		for _, dir := range []string{"aws", "aws/corp", "aws/corp/deep"} {
			below := strings.TrimPrefix(file, dir)
			above := map[string]string{"aws/corp": "aws/", "aws/corp/deep": "aws/corp/"}[dir] // is empty without dir
			for _, tt := range []struct {
				name    string
				replace func(s site)
				err     error
				after   map[string]string
			}{
				{"by a link", func(s site) { s.link("ROOT/elsewhere", dir) }, disk.ErrSymlink, map[string]string{dir: "→ ROOT/elsewhere"}},
				{"by a directory", func(s site) { s.plant(file, now) }, nil, call.after},
				{"by nothing", func(site) {}, fs.ErrNotExist, map[string]string{above: ""}},
			} {
				t.Run(call.name+", "+dir+" "+tt.name, func(t *testing.T) {
					s := newSite(t)
					s.plant(file, before)
					s.plant("elsewhere"+below, elsewhere)
					if data, err := s.files.Read(s.place(file)); err != nil || string(data) != before {
						t.Fatalf("%q, %v", data, err)
					}
					must(t, os.Rename(s.path(dir), s.path("moved")))
					tt.replace(s)
					s.wantIs(call.f(s.files, s.place(file)), tt.err)
					after := maps.Clone(tt.after)
					delete(after, "")
					after["moved"+below], after["elsewhere"+below] = before, elsewhere
					s.holds(after)
				})
			}
		}
	}
}

// Another program may remove the lock file and make a new one while it is
// waited for. Then the new one counts.
func TestLockReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		releaseOld := s.hold(credentials + ".lock")
		untouched := map[string]string{credentials: deep + prod, credentials + ".lock": ""}
		go func() { // the clock is the bubble's
			time.Sleep(time.Second + time.Millisecond) // between two tries
			if err := os.Remove(s.path(credentials + ".lock")); err != nil {
				t.Error(err)
			}
			releaseNew := s.hold(credentials + ".lock")
			releaseOld()
			time.Sleep(2 * time.Second)
			s.holds(untouched)
			releaseNew()
		}()
		_, err := s.files.RemoveSections(t.Context(), s.place(credentials), own)
		s.wantIs(err, nil)
		s.holds(map[string]string{credentials: prod, credentials + ".lock": ""})
	})
}

// While some edit, another removes the lock file over and over, holding it, as a
// logout of the last identity does. Nobody may work on a file that is locked
// by another on the new lock file.
func TestLockRemovedOverAndOver(t *testing.T) {
	const n = 12
	s := newSite(t)
	s.plant(credentials, numbered(n))
	done := make(chan struct{})
	var remover, editors sync.WaitGroup
	remover.Go(func() {
		name := s.path(credentials + ".lock")
		for {
			select {
			case <-done:
				return
			default:
			}
			l := flock.New(name)
			ok, err := l.TryLock()
			if err != nil {
				t.Error(err)
				return
			}
			if ok {
				held, err := l.Stat()
				if err != nil {
					t.Error(err)
				}
				if now, err := os.Lstat(name); err == nil && os.SameFile(held, now) {
					if err := os.Remove(name); err != nil {
						t.Error(err)
					}
				}
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range n {
		editors.Go(func() {
			f := &disk.Files{}
			defer func() { _ = f.Close() }()
			if err := removeNumber(t.Context(), f, s.place(credentials), i); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	editors.Wait()
	close(done)
	remover.Wait()
	if data, err := os.ReadFile(s.path(credentials)); err != nil || string(data) != prod {
		t.Errorf("%q, %v, want\n%q", data, err, prod)
	}
}
