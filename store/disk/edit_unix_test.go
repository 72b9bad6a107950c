//go:build unix

package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

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
		_, err := s.home.Read(t.Context(), s.place(credentials), 1<<20)
		s.wantIs(err, disk.ErrNotRegular)
		err = s.edit(s.place(credentials))
		s.wantIs(err, disk.ErrNotRegular)
		s.wantIs(remove(s.home, s.place(credentials)), disk.ErrNotRegular)
		s.holds(map[string]string{credentials: mode, credentials + ".lock": ""})
		s.wantIs(removeTree(s.home, s.place("aws")), nil)
		s.holds(map[string]string{})
	})
	t.Run("lock", func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		fifo(s, credentials+".lock")
		err := s.edit(s.place(credentials))
		s.wantIs(err, nil)
		s.holds(map[string]string{credentials: prod, credentials + ".lock": mode})
	})
	t.Run("new file", func(t *testing.T) {
		s := newSite(t)
		s.plant(credentials, deep+prod)
		fifo(s, credentials+".credclean")
		err := s.edit(s.place(credentials))
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
	err := s.edit(s.place(credentials))
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
		if err := disk.NewHome(root).Edit(t.Context(), disk.Place{Root: root, Path: credentials}, own); !errors.Is(err, syscall.EFBIG) {
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
		err := s.home.Edit(t.Context(), s.place(credentials), cutterFunc(func(data []byte) (cut.Cut, error) {
			must(t, os.Remove(s.path(credentials)))
			s.plant(credentials+"/notes", "mine")
			return own.Apply(data)
		}))
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error %v", err)
		}
		s.holds(map[string]string{credentials + "/notes": "mine", credentials + ".lock": ""})
	})
}

// Another program's file keeps its mode and owner, and Docker's and az's their lock file if there was one.
func TestEditShared(t *testing.T) {
	for _, tt := range []struct {
		name string
		of   disk.Program
		mode fs.FileMode
		lock bool // was there
	}{
		{"docker", disk.Docker, 0o600, false},
		{"docker, for all to read", disk.Docker, 0o644, false},
		{"docker, locked before", disk.Docker, 0o640, true},
		{"kubectl", disk.Kubectl, 0o664, false},
		{"az", disk.Azure, 0o600, false},
		{"az, locked before", disk.Azure, 0o644, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.plant("config", deep+prod)
			s.plant("neighbour", deep+prod)
			must(t, os.Chmod(s.path("config"), tt.mode))
			uid := os.Getuid()
			if uid == 0 {
				uid = 12345
				must(t, os.Chown(s.path("config"), uid, uid))
			}
			after := map[string]string{"config": prod, "neighbour": deep + prod}
			if tt.lock {
				s.plant("config.lock", "")
				after["config.lock"] = ""
			}
			s.wantIs(s.edit(s.shared(tt.of, "config")), nil)
			s.holds(after)
			info, err := os.Stat(s.path("config"))
			must(t, err)
			if st := info.Sys().(*syscall.Stat_t); info.Mode() != tt.mode || int(st.Uid) != uid {
				t.Errorf("mode %v, owner %d, want %v, %d", info.Mode(), st.Uid, tt.mode, uid)
			}
		})
	}
}

// A file that another program changes while it is edited loses nothing of that, and what goes goes.
func TestEditChanged(t *testing.T) {
	more := strings.ReplaceAll(prod, "prod-admin", "another")
	ways := map[string]func(s site, data string){
		"in place": func(s site, data string) { s.plant("config", data) },
		"by a rename": func(s site, data string) {
			s.plant("new", data)
			must(s.T, os.Rename(s.path("new"), s.path("config")))
		},
	}
	for _, tt := range []struct {
		name  string
		times int
		err   string
	}{
		{"once", 1, ""},
		{"four times", 4, ""},
		{"for ever", 99, "another program keeps changing it"},
	} {
		for way, write := range ways {
			for _, of := range []disk.Program{disk.Docker, disk.Kubectl, disk.Azure} {
				t.Run(tt.name+" "+way, func(t *testing.T) {
					s := newSite(t)
					s.plant("config", deep+prod)
					text, calls := deep+prod, 0
					err := s.home.Edit(t.Context(), s.shared(of, "config"), cutterFunc(func(data []byte) (cut.Cut, error) {
						if calls++; calls <= tt.times {
							text += more
							write(s, text)
						}
						return own.Apply(data)
					}))
					if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
						t.Errorf("error %v", err)
					}
					if tt.err == "" {
						text = strings.TrimPrefix(text, deep)
					} else if calls != 5 {
						t.Errorf("it was tried %d times", calls)
					}
					s.holds(map[string]string{"config": text})
				})
			}
		}
	}
}

// A file that came back between the rename and the second look is edited again.
func TestEditCameBack(t *testing.T) {
	s := newSite(t)
	s.plant("config", deep+prod)
	calls := 0
	err := s.home.Edit(t.Context(), s.shared(disk.Docker, "config"), cutterFunc(func(data []byte) (cut.Cut, error) {
		if calls++; calls == 2 { // the second look
			s.plant("config", deep+prod+deep)
			data = []byte(deep + prod + deep)
		}
		return own.Apply(data)
	}))
	s.wantIs(err, nil)
	s.holds(map[string]string{"config": prod})
}

// The other hard links to a file are told, but not those that go as well.
func TestLinked(t *testing.T) {
	for name, call := range map[string]func(site) error{
		"edited":    func(s site) error { return s.edit(s.place("dir/file")) },
		"removed":   func(s site) error { return remove(s.home, s.place("dir/file")) },
		"in a tree": func(s site) error { return removeTree(s.home, s.place("dir")) },
		"of an entry": func(s site) error {
			d, err := s.home.Open(s.place("dir"))
			if err != nil {
				return err
			}
			defer d.Close()
			return d.Remove("file")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.plant("dir/file", deep+prod)
			for _, other := range []string{"other", "gone"} {
				must(t, os.Link(s.path("dir/file"), s.path(other)))
			}
			must(t, call(s))
			must(t, remove(s.home, s.place("gone")))
			want := []disk.Linked{{Place: s.place("dir/file"), Links: 1}}
			if diff := cmp.Diff(want, s.home.Linked(), cmpopts.IgnoreUnexported(disk.Linked{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			must(t, remove(s.home, s.place("other")))
			if got := s.home.Linked(); len(got) > 0 {
				t.Errorf("%v", got)
			}
		})
	}
}
