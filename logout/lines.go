package logout

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// A line stands for what was found of one name, or in one directory.
type line struct {
	what   string // see store.Kind.Line
	of     string // a name or a path
	remark string // in brackets behind it
	bad    bool
	cause  string // of a bad line, for the list of errors; empty if Kept tells it
}

func (l line) String() string {
	if l.remark == "" {
		return l.what + ": " + show.Clean(l.of)
	}
	return l.what + ": " + show.Clean(l.of) + " (" + show.Clean(l.remark) + ")"
}

// found are the members of the removal set of which something would be removed.
func (p Plan) found() []string {
	losers := make(map[string]bool, len(p.Names))
	for _, s := range p.Steps {
		if !s.Kind.Bare() && s.Session == nil && s.Err == nil && s.Kept == "" {
			for _, name := range s.losers() {
				losers[name] = true
			}
		}
	}
	return p.inSet(losers)
}

// entryLines are those of the keyring entries in a dry run: one for each name.
func (p Plan) entryLines(v show.View) []line {
	var lines []line
	entries := make(map[string][]*Step, len(p.Names))
	var blind []*Step
	for _, s := range p.Steps {
		switch {
		case s.Kind != store.KeyringEntry || s.Kept != "":
		case s.Err != nil:
			blind = append(blind, s)
		default:
			entries[s.Label()] = append(entries[s.Label()], s)
		}
	}
	for _, m := range p.Names {
		if steps := entries[m.Name]; len(steps) > 0 {
			lines = append(lines, line{what: "Keyring", of: m.Name, remark: cmp.Or(keyRemark(steps), via(m))})
		}
	}
	return append(lines, blindLines(v, blind, func(*Step) error { return nil })...)
}

// lines are those of the dry run: of keyring entries, then one for each file.
func (p Plan) lines(v show.View) []line {
	lines := p.entryLines(v)
	for i := range p.Steps {
		s := p.inOrder(i)
		if s.Kind == store.KeyringEntry || s.Session != nil || s.Kind.Bare() || s.Kept != "" {
			continue
		}
		for _, of := range s.labels(v) {
			l := line{what: s.Kind.Line(), of: of}
			switch {
			case s.Err != nil:
				l.remark = "cannot tell: " + show.Brief(s.Err)
			case len(s.Keeps) > 0:
				l.remark = "removes " + show.Others(s.sections()) + ", keeps " + show.Others(s.Keeps)
			}
			lines = append(lines, l)
		}
	}
	return lines
}

// inOrder is the step at a position for people: credentials before config, though a run
// takes config first.
func (p Plan) inOrder(i int) *Step {
	s := p.Steps[i]
	pair := func(j int, kind store.Kind) bool {
		return j >= 0 && j < len(p.Steps) && p.Steps[j].Kind == kind && p.Steps[j].Where.Place.Dir() == s.Where.Place.Dir()
	}
	switch {
	case s.Kind == store.ConfigFile && pair(i+1, store.CredentialsFile):
		return p.Steps[i+1]
	case s.Kind == store.CredentialsFile && pair(i-1, store.ConfigFile):
		return p.Steps[i-1]
	}
	return s
}

// sections are those that a step cuts out of an AWS file.
func (s *Step) sections() []string {
	var labels []string
	for _, t := range s.Traces {
		labels = append(labels, t.Label())
	}
	return unique(labels)
}

// keyRemark tells of entries that are, or count as, a long-lived access key.
func keyRemark(steps []*Step) string {
	remark := ""
	for _, s := range steps {
		switch s.accessKey() {
		case inventory.LongLived:
			return "long-lived access key"
		case inventory.PerhapsSession:
			remark = "perhaps a long-lived access key"
		case inventory.NoAccessKey:
		}
	}
	return remark
}

func via(m Member) string {
	if m.Via == "" {
		return ""
	}
	return "via " + m.Via
}

// blindLines has one line for each keyring that could not be looked into, and each cause.
func blindLines(v show.View, steps []*Step, failed func(*Step) error) []line {
	var lines []line
	seen := make(map[line]bool)
	for _, s := range steps {
		l := line{what: "Keyring", of: v.Roots.Show(s.Where.Keyring), remark: "cannot tell: " + show.Brief(s.Err)}
		if err := failed(s); err != nil {
			l.remark, l.bad, l.cause = show.Brief(err), true, show.Brief(err)
			if l.remark == show.Brief(s.Err) { // of the whole keyring, not of one of its entries
				l.cause = show.Cause(s.Err)
			}
		}
		if !seen[l] {
			seen[l] = true
			lines = append(lines, l)
		}
	}
	return lines
}

// lines are those of a report, in the order of the contract: the keyring by
// name, files by directory, then tokens and what is in files of other programs.
func (r Report) lines(v show.View) []line {
	var lines []line
	byName := make(map[string][]*Result)
	var blind []*Step
	errs := make(map[*Step]error)
	for i := range r.Results {
		res := &r.Results[i]
		switch {
		case res.Kind != store.KeyringEntry:
		case res.Step.Err != nil && res.Outcome == Failed:
			blind = append(blind, res.Step)
			errs[res.Step] = res.Err
		default:
			byName[res.Label()] = append(byName[res.Label()], res)
		}
	}
	missing := r.missing(v.Roots[store.HomeAWS])
	for _, m := range r.Plan.Names {
		l, ok := keyringOutcome(m, byName[m.Name])
		if !ok && slices.Contains(missing, m.Name) {
			l, ok = line{"Keyring", m.Name, "not found - already logged out", true, "credential not found in keyring"}, true
		}
		if ok {
			lines = append(lines, l)
		}
	}
	lines = append(lines, blindLines(v, blind, func(s *Step) error { return errs[s] })...)
	lines = append(lines, r.fileLines(v)...)
	for _, what := range []string{"Session", "Docker", "Kubeconfig", "Copy"} {
		lines = append(lines, r.singleLines(v, what)...)
	}
	return lines
}

func keyringOutcome(m Member, results []*Result) (line, bool) {
	l := line{what: "Keyring", of: m.Name}
	var removed []*Step
	var causes []string
	for _, res := range results {
		switch res.Outcome {
		case Failed:
			l.bad = true
			l.remark = cmp.Or(l.remark, show.Brief(res.Err))
			causes = append(causes, show.Cause(res.Err))
		case Removed:
			removed = append(removed, res.Step)
		case Absent, Kept:
		}
	}
	l.cause = strings.Join(unique(causes), "; ")
	if !l.bad {
		l.remark = cmp.Or(keyRemark(removed), via(m))
	}
	return l, len(removed) > 0 || l.bad
}

// file is what a line says of a file, and under which directory it is told.
func (res *Result) file(v show.View) (of, dir string) {
	of = v.Roots.Show(res.Where.Place.String())
	dir = v.Roots.Show(res.Where.Place.Dir().String()) + string(filepath.Separator)
	var at *fs.PathError
	switch {
	case res.Kind == store.TempFile:
		dir = of // the directory is everybody's
	case res.Kind == store.EmptyDir || res.Tree:
		of += string(filepath.Separator)
		dir = of
	case res.Kind == store.LockFile && errors.As(res.Err, &at): // of several that go together
		of = v.Roots.Show(at.Path)
	}
	return of, dir
}

// fileLines has a line for each directory of which something was removed, or
// instead of it one for each of its files that failed.
func (r Report) fileLines(v show.View) []line {
	var dirs []string
	bad := make(map[string][]line)
	kept, seen := make(map[string][]string), make(map[string]bool)
	for i := range r.Results {
		res := &r.Results[i]
		if res.Kind.Line() != "Files" || res.Outcome != Failed && (res.Kind.Bare() || res.Outcome != Removed) {
			continue
		}
		of, dir := res.file(v)
		if !seen[dir] {
			seen[dir] = true
			dirs = append(dirs, dir)
		}
		if res.Outcome == Failed {
			bad[dir] = append(bad[dir], line{"Files", of, show.Brief(res.Err), true, show.Cause(res.Err)})
		}
		kept[dir] = append(kept[dir], res.Keeps...)
	}
	var lines []line
	for _, dir := range dirs {
		if len(bad[dir]) > 0 {
			lines = append(lines, bad[dir]...)
			continue
		}
		l := line{what: "Files", of: dir}
		if names := unique(kept[dir]); len(names) > 0 {
			l.remark = "kept: " + show.Others(names)
		}
		lines = append(lines, l)
	}
	return lines
}

// singleLines has a line for each token cache, and each entry in a file of another program.
func (r Report) singleLines(v show.View, what string) []line {
	var lines []line
	for i := range r.Results {
		res := &r.Results[i]
		if res.Kind.Line() != what || res.Outcome == Absent || res.Outcome == Kept {
			continue
		}
		for _, of := range res.labels(v) {
			l := line{what: what, of: of}
			if res.Outcome == Failed {
				l.remark, l.bad, l.cause = show.Brief(res.Err), true, show.Cause(res.Err)
			}
			lines = append(lines, l)
		}
	}
	return lines
}

// labels name what a step is about: a path, or the entries in another program's file.
func (s *Step) labels(v show.View) []string {
	path := v.Roots.Show(s.Where.Place.String())
	switch {
	case s.Kind == store.TokenCopy:
		if n := len(s.Traces[0].Written.Accounts); n > 0 { // else it cannot be told
			path += " (" + show.Count(n, "entry", "entries") + ")"
		}
	case s.Kind == store.DockerLogin || s.Kind == store.KubeconfigEntry:
		var entries []string
		for _, t := range s.Traces {
			entries = append(entries, t.Where.Entry)
		}
		return unique(entries)
	case s.Tree:
		path += string(filepath.Separator)
	}
	return []string{path}
}

// missing are the named identities whose keyring entry is a miss: nothing of
// them was there but in the layout of the first releases, which kept session
// credentials in the keyring too, while other things of the run were removed.
func (r Report) missing(oldest string) []string {
	found := make(map[string]bool)
	other := false
	for i := range r.Results {
		res := &r.Results[i]
		if res.Kind.Bare() || res.Outcome == Absent {
			continue
		}
		other = other || res.Outcome == Removed
		if res.Kind != store.KeyringEntry && res.Where.Place.Root == oldest {
			continue
		}
		for _, name := range res.losers() {
			found[name] = true
		}
	}
	if !other {
		return nil
	}
	for _, m := range r.Plan.Names {
		if !m.Provider && !store.InKeyring(m.Kind) {
			found[m.Name] = true // no release keeps an entry for it
		}
	}
	return slices.DeleteFunc(slices.Clone(r.Plan.Target.Identities), func(name string) bool { return found[name] })
}
