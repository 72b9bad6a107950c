package logout

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// A line stands for what was found of one name, or in one directory.
type line struct {
	what   string // Keyring, Files, Session, Docker or Kubeconfig
	of     string // a name or a path
	remark string // in brackets behind it
	bad    bool
	cause  string // of a bad line, for the list of errors; empty if Kept tells it
}

func (l line) String() string {
	if l.remark == "" {
		return l.what + ": " + Clean(l.of)
	}
	return l.what + ": " + Clean(l.of) + " (" + Clean(l.remark) + ")"
}

// found are the members of the removal set of which something would be removed.
func (p Plan) found() []string {
	losers := make(map[string]bool, len(p.Names))
	for i := range p.Steps {
		if s := &p.Steps[i]; !s.bare() && s.Err == nil && s.Kept == "" {
			add(losers, s.losers())
		}
	}
	return p.inSet(losers)
}

// lines are those of the dry run: one for the keyring entries of each name, one
// for each file.
func (p Plan) lines(v View) []line {
	lines := make([]line, 0, len(p.Steps))
	entries := make(map[string][]*Step, len(p.Names))
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Kind == store.KeyringEntry && s.Kept == "" {
			entries[s.Name] = append(entries[s.Name], s)
		}
	}
	for _, n := range p.Names {
		if len(entries[n.Name]) > 0 {
			lines = append(lines, p.keyringLine(n, entries[n.Name]))
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Kind == store.KeyringEntry || s.bare() || s.Kept != "" {
			continue
		}
		l := line{what: what(s.Kind), of: s.label(v)}
		switch {
		case s.Err != nil:
			l.remark = "cannot tell: " + Brief(s.Err)
		case s.edits():
			l.remark = "removes " + strings.Join(s.Owners, ", ") + ", keeps " + strings.Join(s.Keeps, ", ")
		}
		lines = append(lines, l)
	}
	return lines
}

func (p Plan) keyringLine(n Name, steps []*Step) line {
	l := line{what: "Keyring", of: n.Name, remark: via(n)}
	for _, s := range steps {
		switch {
		case s.Err == nil && s.LongLived:
			l.remark = p.accessKey(n.Name)
			return l
		case s.Err == nil:
			return l
		}
	}
	l.remark = "cannot tell: " + Brief(steps[0].Err)
	return l
}

// accessKey is what the keyring entry of a name is if it may be the only copy of an access key.
func (p Plan) accessKey(name string) string {
	if slices.ContainsFunc(p.Names, func(n Name) bool { return n.Name == name && n.Kind == "" }) {
		return "perhaps a long-lived access key"
	}
	return "long-lived access key"
}

func via(n Name) string {
	if n.Via == "" {
		return ""
	}
	return "via " + n.Via
}

// what is the word that a line begins with.
func what(k store.Kind) string {
	switch k {
	case store.KeyringEntry:
		return "Keyring"
	case store.SessionToken, store.RefreshToken, store.BrowserState:
		return "Session"
	case store.DockerLogin:
		return "Docker"
	case store.KubeconfigEntry:
		return "Kubeconfig"
	default:
		return "Files"
	}
}

// Brief is the short form of a cause, for the brackets of a line.
func Brief(err error) string {
	for _, known := range []error{
		keyring.ErrLocked, keyring.ErrTimeout, keyring.ErrNoService, disk.ErrInUse,
		disk.ErrStillThere, disk.ErrNotRegular, fs.ErrPermission,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// Cause is a whole cause for the list of errors. What the line says already is left out.
func Cause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return err.Error()
}

// lines are those of a report, in the order of the contract: the keyring by
// name, files by directory, then tokens.
func (r Report) lines(v View) []line {
	var lines []line
	byName := make(map[string][]Result)
	for _, res := range r.Results {
		if res.Kind == store.KeyringEntry {
			byName[res.Name] = append(byName[res.Name], res)
		}
	}
	missing := make(map[string]bool)
	for _, name := range r.missing(v.Roots[store.HomeAWS]) {
		missing[name] = true
	}
	for _, n := range r.Plan.Names {
		l, ok := keyringOutcome(n, byName[n.Name])
		if !ok && missing[n.Name] {
			l, ok = line{"Keyring", n.Name, "not found - already logged out", true, "credential not found in keyring"}, true
		}
		if ok {
			lines = append(lines, l)
		}
	}
	lines = append(lines, r.fileLines(v)...)
	for _, kind := range []string{"Session", "Docker", "Kubeconfig"} {
		lines = append(lines, r.singleLines(v, kind)...)
	}
	return lines
}

func keyringOutcome(n Name, results []Result) (line, bool) {
	l := line{what: "Keyring", of: n.Name}
	removed := false
	var causes []string
	for _, res := range results {
		switch {
		case res.Outcome == Failed:
			l.bad = true
			if l.remark == "" {
				l.remark = Brief(res.Err)
			}
			causes = append(causes, Cause(res.Err))
		case res.Outcome == Kept && !res.Kept.Settled():
			l.bad = true
			l.remark = cmpString(l.remark, "kept, "+string(res.Kept))
		case res.Outcome == Removed:
			removed = true
		}
	}
	l.cause = strings.Join(unique(causes), "; ")
	if !l.bad {
		l.remark = via(n)
	}
	return l, removed || l.bad
}

func cmpString(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

// fileLines has a line for each directory of which something was removed, or
// instead of it one for each of its files that failed.
func (r Report) fileLines(v View) []line {
	var dirs []string
	bad := make(map[string][]line)
	kept := make(map[string][]string)
	for _, res := range r.Results {
		if what(res.Kind) != "Files" || res.Outcome != Failed && (res.bare() || res.Outcome != Removed) {
			continue
		}
		of := v.Roots.Show(res.Place.String())
		dir := v.Roots.Show(res.Place.Dir().String()) + string(filepath.Separator)
		switch res.Kind {
		case store.TempFile:
			dir = of // the directory is everybody's
		case EmptyDir:
			dir = of + string(filepath.Separator)
		case LockFiles:
			dir = v.Roots.Show(res.Locks[0].Dir().String()) + string(filepath.Separator)
			of = dir + res.failedLock()
		default:
		}
		if !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		if res.Outcome == Failed {
			bad[dir] = append(bad[dir], line{"Files", of, Brief(res.Err), true, Cause(res.Err)})
		}
		kept[dir] = append(kept[dir], res.Keeps...)
	}
	var lines []line
	for _, dir := range dirs {
		l := line{what: "Files", of: dir}
		if names := unique(kept[dir]); len(names) > 0 {
			l.remark = "kept: " + strings.Join(names, ", ")
		}
		lines = append(lines, cmpLines(bad[dir], []line{l})...)
	}
	return lines
}

// failedLock is the name of the lock file at which a step for several failed; empty if it is none of them.
func (res Result) failedLock() string {
	var path *fs.PathError
	if errors.As(res.Err, &path) && strings.HasSuffix(path.Path, disk.LockSuffix) {
		return filepath.Base(path.Path)
	}
	return ""
}

func cmpLines(lines, other []line) []line {
	if len(lines) > 0 {
		return lines
	}
	return other
}

// singleLines has a line for each token cache, Docker login and kubeconfig entry.
func (r Report) singleLines(v View, kind string) []line {
	var lines []line
	for _, res := range r.Results {
		if what(res.Kind) != kind {
			continue
		}
		l := line{what: kind, of: res.label(v)}
		switch res.Outcome {
		case Failed:
			l.remark, l.bad, l.cause = Brief(res.Err), true, Cause(res.Err)
		case Removed:
		case Absent, Kept:
			continue
		}
		lines = append(lines, l)
	}
	return lines
}

// label names what a step is about: a path, or an entry in another program's file.
func (s Step) label(v View) string {
	switch {
	case s.Entry != "":
		return s.Entry
	case s.Tree && s.Kind == store.BrowserState:
		return v.Roots.Show(s.Place.String()) + string(filepath.Separator)
	}
	return v.Roots.Show(s.Place.String())
}

// missing are the named identities whose keyring entry is a miss: nothing of
// them was there but in the layout of the first releases, which kept session
// credentials in the keyring too, while other things of the run were removed.
func (r Report) missing(oldest string) []string {
	found := make(map[string]bool)
	other := false
	for _, res := range r.Results {
		if res.bare() || res.Outcome == Absent {
			continue
		}
		other = other || res.Outcome == Removed
		if res.Kind != store.KeyringEntry && res.Place.Root == oldest {
			continue
		}
		for _, name := range res.losers() {
			found[name] = true
		}
	}
	if !other {
		return nil
	}
	for _, n := range r.Plan.Names {
		if !n.Provider && !store.InKeyring(n.Kind) {
			found[n.Name] = true // no release keeps an entry for it
		}
	}
	return slices.DeleteFunc(slices.Clone(r.Plan.Target.Identities), func(name string) bool { return found[name] })
}
