package disk_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/credclean/credclean/internal/regular"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

func TestEdit(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before map[string]string
		of     string // empty for credentials
		err    error
		after  map[string]string
	}{
		{
			name:   "a section goes",
			before: map[string]string{credentials: deep + prod, credentials + ".lock": "", "aws/corp/config": "untouched"},
			after:  map[string]string{credentials: prod, credentials + ".lock": "", "aws/corp/config": "untouched"},
		},
		{
			name:   "the lock is made if it is not there",
			before: map[string]string{credentials: deep + prod},
			after:  map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		{
			name:   "the file goes",
			before: map[string]string{credentials: deep, credentials + ".lock": ""},
			after:  map[string]string{credentials + ".lock": ""},
		},
		{
			name:   "a file in the root itself",
			before: map[string]string{"credentials": deep + prod},
			of:     "credentials",
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
			err:    fs.ErrNotExist,
			after:  map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		{
			name:   "killed while the new file was written",
			before: map[string]string{credentials: deep + prod, credentials + ".credclean": "[prod-admin]\naws_sec", credentials + ".lock": ""},
			after:  map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		{
			name:   "a new file is left behind though nothing is to be removed",
			before: map[string]string{credentials: prod, credentials + ".credclean": prod, credentials + ".lock": ""},
			after:  map[string]string{credentials: prod, credentials + ".lock": ""},
		},
		{
			name:   "a new file is left behind alone",
			before: map[string]string{credentials + ".credclean": prod, credentials + ".lock": ""},
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
			s.wantIs(s.edit(s.place(of)), tt.err)
			s.holds(tt.after)

			// The second time finds nothing to do, or what it found the first time.
			again := s.edit(s.place(of))
			if tt.err == nil {
				tt.err = fs.ErrNotExist
			}
			s.wantIs(again, tt.err)
			s.holds(tt.after)
		})
	}
}

// What is not changed is not even written anew.
func TestEditLeavesFile(t *testing.T) {
	s := newSite(t)
	s.plant(credentials, prod)
	before, err := os.Stat(s.path(credentials))
	if err != nil {
		t.Fatal(err)
	}
	err = s.edit(s.place(credentials))
	s.wantIs(err, fs.ErrNotExist)
	after, err := os.Stat(s.path(credentials))
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) || before.ModTime() != after.ModTime() {
		t.Error("the file was replaced")
	}
}

// A file of 100 MiB is neither read nor changed.
func TestEditHuge(t *testing.T) {
	s := newSite(t)
	s.plant(credentials, deep)
	must(t, os.Truncate(s.path(credentials), 100<<20))
	if err := s.edit(s.place(credentials)); !errors.Is(err, regular.ErrTooLarge) || !strings.Contains(err.Error(), s.path(credentials)) {
		t.Errorf("edit: %v", err)
	}
	if _, err := s.home.Read(t.Context(), s.place(credentials), 99<<20); !errors.Is(err, regular.ErrTooLarge) {
		t.Errorf("read: %v", err)
	}
	if data, err := s.home.Read(t.Context(), s.place(credentials), 100<<20); err != nil || len(data) != 100<<20 {
		t.Errorf("%d bytes were read, %v", len(data), err)
	}
	if info, err := os.Stat(s.path(credentials)); err != nil || info.Size() != 100<<20 {
		t.Errorf("the file has changed: %v, %v", info, err)
	}
}

// A cutterFunc is a cutter.
type cutterFunc func(data []byte) (cut.Cut, error)

func (f cutterFunc) Apply(data []byte) (cut.Cut, error) { return f(data) }

// A file that is refused stays as it is, and what is still there on a second look is an error.
func TestEditRefused(t *testing.T) {
	refused := errors.New("this file is not edited")
	s := newSite(t)
	s.plant("config.json", "one two")
	err := s.home.Edit(t.Context(), s.place("config.json"), cutterFunc(func([]byte) (cut.Cut, error) { return cut.Cut{}, refused }))
	s.wantIs(err, refused)
	s.holds(map[string]string{"config.json": "one two", "config.json.lock": ""})
	err = s.home.Edit(t.Context(), s.place("config.json"), cutterFunc(func(data []byte) (cut.Cut, error) {
		return cut.Cut{Data: data, Removed: []string{"two"}}, nil
	}))
	s.wantIs(err, disk.ErrStillThere)
}

// numbered is a file with n sections beside one of a neighbour.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[id-%d]\naws_secret_access_key = secret-%d\n\n", i, i)
	}
	return b.String() + prod
}

func removeNumber(ctx context.Context, p disk.Place, i int) error {
	section := fmt.Sprintf("[id-%d]\naws_secret_access_key = secret-%d\n\n", i, i)
	h := disk.NewHome(p.Root) // they share nothing but the disk
	defer h.Close()
	err := h.Edit(ctx, p, cutter{"it": section})
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
			if err := removeNumber(t.Context(), s.place(credentials), i); err != nil {
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
			if err := removeNumber(t.Context(), disk.Place{Root: root, Path: credentials}, first+i); err != nil {
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
