package disk_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// A site is a root with a directory of AWS files in it, as after a login.
type site struct {
	*testing.T
	root  string
	files *disk.Files
}

func newSite(t *testing.T) site {
	t.Helper()
	dir := t.TempDir() // removed after the files were closed
	f := &disk.Files{}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return site{t, dir, f}
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
	for _, other := range []error{fs.ErrNotExist, fs.ErrExist, disk.ErrSymlink, disk.ErrNotRegular, disk.ErrInUse, disk.ErrStillThere} {
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

// own removes the section of deep-role, as a logout from it does.
var own = cut.Rule{Remove: setOf("deep-role"), Declared: setOf("prod-admin"), Scope: cut.ChainsFile}

const credentials = "aws/corp/credentials"

func TestRemoveSections(t *testing.T) {
	until := map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")}
	for _, tt := range []struct {
		name   string
		before map[string]string
		of     string // empty for credentials
		want   cut.Cut
		err    error
		after  map[string]string
	}{
		{
			name:   "a section goes",
			before: map[string]string{credentials: deep + prod, credentials + ".lock": "", "aws/corp/config": "untouched"},
			want:   cut.Cut{Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}, ValidUntil: until},
			after:  map[string]string{credentials: prod, credentials + ".lock": "", "aws/corp/config": "untouched"},
		},
		{
			name:   "the lock is made if it is not there",
			before: map[string]string{credentials: deep + prod},
			want:   cut.Cut{Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}, ValidUntil: until},
			after:  map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		{
			name:   "the file goes",
			before: map[string]string{credentials: deep, credentials + ".lock": ""},
			want:   cut.Cut{Empty: true, Removed: []string{"deep-role"}, ValidUntil: until},
			after:  map[string]string{credentials + ".lock": ""},
		},
		{
			name:   "a config file",
			before: map[string]string{"aws/corp/config": "[profile deep-role]\nx = 1\n[profile prod-admin]\nx = 2\n"},
			of:     "aws/corp/config",
			want:   cut.Cut{Data: []byte("[profile prod-admin]\nx = 2\n"), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}, ValidUntil: map[string]time.Time{}},
			after:  map[string]string{"aws/corp/config": "[profile prod-admin]\nx = 2\n", "aws/corp/config.lock": ""},
		},
		{
			name:   "a file in the root itself",
			before: map[string]string{"credentials": deep + prod},
			of:     "credentials",
			want:   cut.Cut{Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}, ValidUntil: until},
			after:  map[string]string{"credentials": prod, "credentials.lock": ""},
		},
		{
			name:   "no file",
			before: map[string]string{"aws/corp/config": "untouched"},
			err:    fs.ErrNotExist,
			after:  map[string]string{"aws/corp/config": "untouched"},
		},
		{
			name:   "no directory",
			before: map[string]string{"aws/okta/credentials": deep},
			err:    fs.ErrNotExist,
			after:  map[string]string{"aws/okta/credentials": deep},
		},
		{
			name:   "a file where the directory should be",
			before: map[string]string{"aws/corp": deep},
			err:    fs.ErrNotExist,
			after:  map[string]string{"aws/corp": deep},
		},
		{
			name:   "nothing to remove",
			before: map[string]string{credentials: prod, credentials + ".lock": ""},
			want:   cut.Cut{Data: []byte(prod), Kept: []string{"prod-admin"}, ValidUntil: map[string]time.Time{}},
			err:    fs.ErrNotExist,
			after:  map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		{
			name:   "killed while the new file was written",
			before: map[string]string{credentials: deep + prod, credentials + ".credclean": "[prod-admin]\naws_sec", credentials + ".lock": ""},
			want:   cut.Cut{Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}, ValidUntil: until},
			after:  map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		{
			name:   "a new file is left behind though nothing is to be removed",
			before: map[string]string{credentials: prod, credentials + ".credclean": prod, credentials + ".lock": ""},
			want:   cut.Cut{Data: []byte(prod), Kept: []string{"prod-admin"}, ValidUntil: map[string]time.Time{}},
			after:  map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		{
			name:   "a new file is left behind alone",
			before: map[string]string{credentials + ".credclean": prod, credentials + ".lock": ""},
			want:   cut.Cut{Leftover: true},
			after:  map[string]string{credentials + ".lock": ""},
		},
		{
			name:   "a directory in the place of the file",
			before: map[string]string{credentials + "/deep-role": deep, credentials + ".lock": ""},
			err:    disk.ErrNotRegular,
			after:  map[string]string{credentials + "/deep-role": deep, credentials + ".lock": ""},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			for path, text := range tt.before {
				s.plant(path, text)
			}
			of := tt.of
			if of == "" {
				of = credentials
			}
			got, err := s.files.RemoveSections(t.Context(), s.place(of), own)
			s.wantIs(err, tt.err)
			if diff := cmp.Diff(tt.want, got, cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			s.holds(tt.after)

			// The second time finds nothing to do, or what it found the first time.
			_, again := s.files.RemoveSections(t.Context(), s.place(of), own)
			if tt.err == nil {
				tt.err = fs.ErrNotExist
			}
			s.wantIs(again, tt.err)
			s.holds(tt.after)
		})
	}
}

// What is not changed is not even written anew.
func TestRemoveSectionsLeavesFile(t *testing.T) {
	s := newSite(t)
	s.plant(credentials, prod)
	before, err := os.Stat(s.path(credentials))
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.files.RemoveSections(t.Context(), s.place(credentials), own)
	s.wantIs(err, fs.ErrNotExist)
	after, err := os.Stat(s.path(credentials))
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) || before.ModTime() != after.ModTime() {
		t.Error("the file was replaced")
	}
}

func TestRemoveSectionsHuge(t *testing.T) {
	s := newSite(t)
	s.plant(credentials, deep)
	if err := os.Truncate(s.path(credentials), 16<<20+1); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"look":   func() error { _, err := s.files.LookSections(s.place(credentials), own); return err },
		"remove": func() error { _, err := s.files.RemoveSections(t.Context(), s.place(credentials), own); return err },
		"read":   func() error { _, err := s.files.Read(s.place(credentials)); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if info, err := os.Stat(s.path(credentials)); err != nil || info.Size() != 16<<20+1 {
		t.Errorf("the file has changed: %v, %v", info, err)
	}

	if err := os.Truncate(s.path(credentials), 16<<20); err != nil {
		t.Fatal(err)
	}
	if data, err := s.files.Read(s.place(credentials)); err != nil || len(data) != 16<<20 {
		t.Errorf("of the largest file %d bytes were read, %v", len(data), err)
	}
}

func TestLookSections(t *testing.T) {
	s := newSite(t)
	s.plant(credentials, deep+prod)
	s.plant("left/credentials.credclean", prod)
	s.plant("both/credentials", prod)
	s.plant("both/credentials.credclean", prod)
	before := map[string]string{
		credentials: deep + prod, "left/credentials.credclean": prod,
		"both/credentials": prod, "both/credentials.credclean": prod,
	}
	for _, tt := range []struct {
		path string
		want cut.Cut
		err  error
	}{
		{credentials, cut.Cut{Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}, ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")}}, nil},
		{"left/credentials", cut.Cut{Leftover: true}, nil},
		{"both/credentials", cut.Cut{Data: []byte(prod), Kept: []string{"prod-admin"}, Leftover: true, ValidUntil: map[string]time.Time{}}, nil},
		{"none/credentials", cut.Cut{}, fs.ErrNotExist},
	} {
		t.Run(tt.path, func(t *testing.T) {
			got, err := s.files.LookSections(s.place(tt.path), own)
			s.wantIs(err, tt.err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			s.holds(before)
		})
	}
}

func TestEdit(t *testing.T) {
	refused := errors.New("this file is not edited")
	s := newSite(t)
	s.plant("config.json", "one two")

	_, err := s.files.Edit(t.Context(), s.place("config.json"), func([]byte) (cut.Cut, error) { return cut.Cut{}, refused })
	s.wantIs(err, refused)
	s.holds(map[string]string{"config.json": "one two", "config.json.lock": ""})

	cutOne := func(data []byte) (cut.Cut, error) {
		rest, found := strings.CutPrefix(string(data), "one ")
		if !found {
			return cut.Cut{Data: data}, nil
		}
		return cut.Cut{Data: []byte(rest), Removed: []string{"one"}}, nil
	}
	_, err = s.files.Edit(t.Context(), s.place("config.json"), cutOne)
	s.wantIs(err, nil)
	s.holds(map[string]string{"config.json": "two", "config.json.lock": ""})

	// What is still there when it looks again is an error.
	_, err = s.files.Edit(t.Context(), s.place("config.json"), func(data []byte) (cut.Cut, error) {
		return cut.Cut{Data: data, Removed: []string{"two"}}, nil
	})
	s.wantIs(err, disk.ErrStillThere)
}

// Another program holds the lock: shorter than is waited for, and longer.
func TestLockWait(t *testing.T) {
	t.Run("shorter", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			release := s.hold(credentials + ".lock")
			start := time.Now()
			time.AfterFunc(disk.LockWait-time.Second, func() {
				s.holds(map[string]string{credentials: deep + prod, credentials + ".lock": ""})
				release()
			})
			_, err := s.files.RemoveSections(t.Context(), s.place(credentials), own)
			s.wantIs(err, nil)
			if waited := time.Since(start); waited < disk.LockWait-time.Second {
				t.Errorf("it waited %v only", waited)
			}
			s.holds(map[string]string{credentials: prod, credentials + ".lock": ""})
		})
	})

	t.Run("longer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			defer s.hold(credentials + ".lock")()
			start := time.Now()
			_, err := s.files.RemoveSections(t.Context(), s.place(credentials), own)
			s.wantIs(err, disk.ErrInUse)
			if waited := time.Since(start); waited < disk.LockWait || waited > disk.LockWait+time.Second {
				t.Errorf("it waited %v", waited)
			}
			s.holds(map[string]string{credentials: deep + prod, credentials + ".lock": ""})
		})
	})

	t.Run("until it is interrupted", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			defer s.hold(credentials + ".lock")()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			_, err := s.files.RemoveSections(ctx, s.place(credentials), own)
			s.wantIs(err, context.DeadlineExceeded)
			if waited := time.Since(start); waited > 2*time.Second {
				t.Errorf("it went on for %v", waited)
			}
			s.holds(map[string]string{credentials: deep + prod, credentials + ".lock": ""})
		})
	})

	t.Run("looking needs no lock", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.plant(credentials, deep+prod)
			defer s.hold(credentials + ".lock")()
			start := time.Now()
			if _, err := s.files.LookSections(s.place(credentials), own); err != nil || time.Since(start) > 0 {
				t.Errorf("it waited %v, %v", time.Since(start), err)
			}
		})
	})
}

// numbered is a file with n sections beside one of a neighbour.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[id-%d]\naws_secret_access_key = secret-%d\n\n", i, i)
	}
	return b.String() + prod
}

func removeNumber(ctx context.Context, f *disk.Files, p disk.Place, i int) error {
	_, err := f.RemoveSections(ctx, p, cut.Rule{Remove: setOf(fmt.Sprint("id-", i)), Declared: setOf("prod-admin"), Scope: cut.ChainsFile})
	return err
}

// Whoever edits the same file at the same time, nothing that was removed comes
// back and nothing else is lost.
func TestEditConcurrently(t *testing.T) {
	const n = 24
	s := newSite(t)
	s.plant(credentials, numbered(n))
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			f := &disk.Files{} // they share nothing but the disk
			defer func() { _ = f.Close() }()
			if err := removeNumber(t.Context(), f, s.place(credentials), i); err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	s.holds(map[string]string{credentials: prod, credentials + ".lock": ""})
}

// The same with several processes. The test starts itself as each of them.
func TestEditInProcesses(t *testing.T) {
	const (
		processes = 3
		each      = 4
		variable  = "CREDCLEAN_TEST_EDIT"
	)
	if job := os.Getenv(variable); job != "" {
		var first int
		var root string
		if _, err := fmt.Sscan(job, &first, &root); err != nil {
			t.Fatal(err)
		}
		for i := range each {
			if err := removeNumber(t.Context(), &disk.Files{}, disk.Place{Root: root, Path: credentials}, first+i); err != nil {
				t.Errorf("%d: %v", first+i, err)
			}
		}
		return
	}
	s := newSite(t)
	s.plant(credentials, numbered(processes*each))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range processes {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestEditInProcesses$")
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", variable, i*each, s.root))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	s.holds(map[string]string{credentials: prod, credentials + ".lock": ""})
}

func TestRemoveLocks(t *testing.T) {
	const lock, configLock = credentials + ".lock", "aws/corp/config.lock"
	for _, tt := range []struct {
		name   string
		before map[string]string
		held   []string
		err    error
		after  map[string]string
	}{
		{
			name:   "both",
			before: map[string]string{lock: "", configLock: ""},
			after:  map[string]string{"aws/corp/": ""},
		},
		{
			name:   "the first only",
			before: map[string]string{lock: ""},
			after:  map[string]string{"aws/corp/": ""},
		},
		{
			name:   "the second only",
			before: map[string]string{configLock: "", "aws/corp/notes": "mine"},
			after:  map[string]string{"aws/corp/notes": "mine"},
		},
		{
			name:   "none",
			before: map[string]string{"aws/corp/notes": "mine"},
			err:    fs.ErrNotExist,
			after:  map[string]string{"aws/corp/notes": "mine"},
		},
		{
			name:   "no directory",
			before: map[string]string{"aws/okta/credentials.lock": ""},
			err:    fs.ErrNotExist,
			after:  map[string]string{"aws/okta/credentials.lock": ""},
		},
		{
			name:   "a file is there",
			before: map[string]string{lock: "", configLock: "", credentials: prod},
			err:    fs.ErrExist,
			after:  map[string]string{lock: "", configLock: "", credentials: prod},
		},
		{
			name:   "the other file is there",
			before: map[string]string{lock: "", configLock: "", "aws/corp/config": prod},
			err:    fs.ErrExist,
			after:  map[string]string{lock: "", configLock: "", "aws/corp/config": prod},
		},
		{
			name:   "a file without a lock is there",
			before: map[string]string{"aws/corp/config": prod},
			err:    fs.ErrExist,
			after:  map[string]string{"aws/corp/config": prod},
		},
		{
			name:   "the first is in use",
			before: map[string]string{lock: "", configLock: ""},
			held:   []string{lock},
			err:    fs.ErrExist,
			after:  map[string]string{lock: "", configLock: ""},
		},
		{
			name:   "the second is in use",
			before: map[string]string{lock: "", configLock: ""},
			held:   []string{configLock},
			err:    fs.ErrExist,
			after:  map[string]string{lock: "", configLock: ""},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			for path, text := range tt.before {
				s.plant(path, text)
			}
			for _, path := range tt.held {
				defer s.hold(path)()
			}
			dir := s.place("aws/corp")
			err := s.files.RemoveLocks(t.Context(), dir.Join("credentials"), dir.Join("config"))
			s.wantIs(err, tt.err)
			s.holds(tt.after)
		})
	}
}

func TestRemoveLocksInTheWay(t *testing.T) {
	s := newSite(t)
	s.plant(credentials+".lock/x", "mine")
	if err := s.files.RemoveLocks(t.Context(), s.place(credentials)); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	s.holds(map[string]string{credentials + ".lock/x": "mine"})
}

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
		f     func(*disk.Files, disk.Place) error
		path  string
		err   error
		after map[string]string
	}{
		{"a file", (*disk.Files).Remove, "file", nil, without("file")},
		{"a file in directories", (*disk.Files).Remove, "full/c", nil, without("full/c")},
		{"no file", (*disk.Files).Remove, "none", fs.ErrNotExist, before},
		{"below a file", (*disk.Files).Remove, "file/none", fs.ErrNotExist, before},
		{"a directory is no file", (*disk.Files).Remove, "empty", disk.ErrNotRegular, before},
		{"a full directory is no file", (*disk.Files).Remove, "full", disk.ErrNotRegular, before},
		{"an empty directory", (*disk.Files).RemoveEmptyDir, "empty", nil, without("empty/")},
		{"a directory that is not empty", (*disk.Files).RemoveEmptyDir, "full", fs.ErrExist, before},
		{"a file is no directory", (*disk.Files).RemoveEmptyDir, "file", fs.ErrExist, before},
		{"no directory", (*disk.Files).RemoveEmptyDir, "none", fs.ErrNotExist, before},
		{"a tree", (*disk.Files).RemoveTree, "full", nil, without("full/a/b", "full/c")},
		{"a tree that is empty", (*disk.Files).RemoveTree, "empty", nil, without("empty/")},
		{"a tree that is a file", (*disk.Files).RemoveTree, "file", nil, without("file")},
		{"no tree", (*disk.Files).RemoveTree, "none", fs.ErrNotExist, before},
		{"the root", (*disk.Files).RemoveTree, ".", syscall.EINVAL, before},
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
			s.wantIs(tt.f(s.files, s.place(tt.path)), tt.err)
			s.holds(tt.after)
		})
	}
}

// No path leads out of the root.
func TestOutside(t *testing.T) {
	s := newSite(t)
	s.plant("victim/credentials", deep)
	s.mkdir("root/sub")
	f := &disk.Files{}
	defer func() { _ = f.Close() }()
	for _, path := range []string{"../victim/credentials", "sub/../../victim/credentials", s.path("victim/credentials")} {
		p := disk.Place{Root: s.path("root"), Path: path}
		for name, call := range map[string]func() error{
			"Look":   func() error { _, err := f.Look(p); return err },
			"Read":   func() error { _, err := f.Read(p); return err },
			"Remove": func() error { return f.Remove(p) },
			"RemoveTree": func() error {
				return f.RemoveTree(p.Dir())
			},
			"RemoveSections": func() error { _, err := f.RemoveSections(t.Context(), p, own); return err },
			"RemoveLocks":    func() error { return f.RemoveLocks(t.Context(), p) },
		} {
			if err := call(); err == nil {
				t.Errorf("%s of %s does not fail", name, path)
			}
		}
	}
	s.holds(map[string]string{"victim/credentials": deep, "root/sub/": ""})
}

func TestList(t *testing.T) {
	s := newSite(t)
	s.plant("dir/b", "")
	s.plant("dir/a", "")
	s.plant("dir/C/d", "")
	for path, want := range map[string][]string{
		"dir":    {"C", "a", "b"},
		"dir/C":  {"d"},
		"dir/a":  nil,
		"none":   nil,
		"none/x": nil,
	} {
		got, err := s.files.List(s.place(path))
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

// A root that is not there is like one in which nothing is.
func TestNoRoot(t *testing.T) {
	s := newSite(t)
	s.plant("file", "x")
	for _, root := range []string{s.path("none"), s.path("file")} {
		p := disk.Place{Root: root, Path: "aws/corp"}
		_, err := s.files.Look(p)
		s.wantIs(err, fs.ErrNotExist)
		s.wantIs(s.files.RemoveTree(p), fs.ErrNotExist)
		if names, err := s.files.List(p); err != nil || len(names) > 0 {
			t.Errorf("%s: %v, %v", root, names, err)
		}
	}
	s.holds(map[string]string{"file": "x"})
}

func TestClose(t *testing.T) {
	s := newSite(t)
	s.plant("file", "x")
	f := &disk.Files{}
	for range 2 {
		if data, err := f.Read(s.place("file")); err != nil || string(data) != "x" {
			t.Errorf("%q, %v", data, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Errorf("nothing is open: %v", err)
	}
}

func TestPlace(t *testing.T) {
	root := filepath.Join(t.TempDir(), "atmos")
	p := disk.Place{Root: root, Path: "realm/aws/corp"}
	if got, want := p.String(), filepath.Join(root, "realm", "aws", "corp"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := p.Dir(), (disk.Place{Root: root, Path: "realm/aws"}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := p.Join("credentials"), (disk.Place{Root: root, Path: "realm/aws/corp/credentials"}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	for path, want := range map[string]bool{"realm/aws": false, "realm": false, ".": true, "": true} {
		if got := (disk.Place{Root: root, Path: path}).IsRoot(); got != want {
			t.Errorf("%q is the root: %v, want %v", path, got, want)
		}
	}
	if top := (disk.Place{Root: root, Path: "realm"}).Dir(); !top.IsRoot() || top.String() != root {
		t.Errorf("above the highest is %v", top)
	}
}

func TestParents(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	got := disk.Parents([]disk.Place{
		{Root: a, Path: "aws/corp/credentials"},
		{Root: a, Path: "aws/corp/config"},
		{Root: a, Path: "realm/aws/corp/credentials"},
		{Root: b, Path: "corp/credentials"},
		{Root: b, Path: "file"},
		{Root: b, Path: "."},
	})
	want := []disk.Place{
		{Root: a, Path: "realm/aws/corp"},
		{Root: a, Path: "aws/corp"},
		{Root: a, Path: "realm/aws"},
		{Root: a, Path: "aws"},
		{Root: a, Path: "realm"},
		{Root: b, Path: "corp"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
