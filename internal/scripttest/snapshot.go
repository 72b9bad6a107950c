//go:build linux

package scripttest

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A snapshot is what lies below the script's home and temporary directories,
// by path relative to $WORK.
type snapshot map[string]entry

// An entry is one file, directory or link; comparable, so that == tells a change.
type entry struct {
	mode   fs.FileMode
	size   int64
	sha256 [sha256.Size]byte
	target string    // of a symbolic link
	mtime  time.Time // tells that something came and went between two snapshots
}

func (e entry) String() string {
	return fmt.Sprintf("%v %d %x %s %s", e.mode, e.size, e.sha256[:4], e.mtime.Format(time.StampNano), e.target)
}

func take(work string) (snapshot, error) {
	s := snapshot{}
	for _, root := range []string{"home", "tmp"} {
		err := filepath.WalkDir(filepath.Join(work, root), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			e := entry{mode: info.Mode(), mtime: info.ModTime().UTC()}
			switch {
			case info.Mode().IsRegular():
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				e.size, e.sha256 = info.Size(), sha256.Sum256(text)
			case info.Mode()&fs.ModeSymlink != 0:
				if e.target, err = os.Readlink(path); err != nil {
					return err
				}
			}
			rel, err := filepath.Rel(work, path)
			s[filepath.ToSlash(rel)] = e
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// changes lists what is different in now: "- path" is gone, "+ path" is new,
// "~ path" has another content or mode, and "t path" only another time.
func (s snapshot) changes(now snapshot) []string {
	paths := slices.Sorted(maps.Keys(s))
	for path := range now {
		if _, ok := s[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	var list []string
	for _, path := range paths {
		before, was := s[path]
		after, is := now[path]
		sameButTime := after
		sameButTime.mtime = before.mtime
		switch {
		case !is:
			list = append(list, "- "+path)
		case !was:
			list = append(list, "+ "+path)
		case before == after:
		case before == sameButTime:
			list = append(list, "t "+path)
		default:
			list = append(list, "~ "+path)
		}
	}
	return list
}

// cmdSnapshot remembers every file of the home and temporary directories:
//
//	snapshot NAME
func cmdSnapshot(ts *testscript.TestScript, args []string) {
	w := worldOf(ts)
	s, err := take(w.work)
	ts.Check(err)
	w.snapshots[args[0]] = s
}

// since tells what has changed since the named snapshot.
func since(ts *testscript.TestScript, name string) []string {
	w := worldOf(ts)
	before, ok := w.snapshots[name]
	if !ok {
		ts.Fatalf("no snapshot %s", name)
	}
	now, err := take(w.work)
	ts.Check(err)
	return before.changes(now)
}

// cmdUnchanged fails if anything differs from a snapshot, be it a modification time:
//
//	unchanged NAME
func cmdUnchanged(ts *testscript.TestScript, args []string) {
	if list := since(ts, args[0]); len(list) > 0 {
		ts.Fatalf("changed since snapshot %s:\n%s", args[0], strings.Join(list, "\n"))
	}
}

// cmdChanges prints what differs from a snapshot but for times, so that stdout and cmp can look at it:
//
//	changes NAME
func cmdChanges(ts *testscript.TestScript, args []string) {
	for _, line := range since(ts, args[0]) {
		if !strings.HasPrefix(line, "t ") {
			fmt.Fprintln(ts.Stdout(), line)
		}
	}
}
