package logout

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// An awsDir is one directory with a credentials and a config file.
type awsDir struct {
	place disk.Place
	realm string
	owner string // the name of the root
	scope cut.Scope
	err   error // the name cannot be a directory
}

// planAWS looks into the AWS files of every root, in every location.
func (m Machine) planAWS(p *Plan, r removal) {
	remove, declared := r.spelling.set(), r.kept.set()
	for _, dir := range m.awsDirs(r) {
		if dir.err != nil {
			p.Steps = append(p.Steps, Step{Kind: CredentialsFile, Name: dir.owner, Realm: dir.realm, Place: dir.place, Err: dir.err})
			continue
		}
		rule := cut.Rule{Remove: remove, Declared: declared, Scope: dir.scope}
		info, err := m.Files.Look(dir.place)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() && info.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		if err == nil && info.Mode()&fs.ModeSymlink != 0 && dir.scope != cut.WholeDirectory {
			err = &fs.PathError{Op: "open", Path: dir.place.String(), Err: disk.ErrSymlink}
		}
		if err != nil || !info.IsDir() {
			p.Steps = append(p.Steps, Step{Kind: OtherFile, Name: dir.owner, Realm: dir.realm, Place: dir.place, Tree: true, Err: err})
			continue
		}
		for _, kind := range []store.Kind{CredentialsFile, ConfigFile} {
			m.planAWSFile(p, r, dir, kind, rule)
		}
		if dir.scope == cut.WholeDirectory {
			m.planOthers(p, dir)
		}
		p.Steps = append(p.Steps, awsLocks(dir.owner, dir.realm, dir.place))
	}
}

// awsLocks is the step for the two lock files of an AWS directory.
func awsLocks(name, realm string, dir disk.Place) Step {
	return Step{Kind: LockFiles, Name: name, Realm: realm, Place: dir, Locks: []disk.Place{
		dir.Join(cut.CredentialsFile), dir.Join(cut.ConfigFile),
	}}
}

// fileName is the name of the AWS file that a kind of step is about.
func fileName(kind store.Kind) string {
	if kind == ConfigFile {
		return cut.ConfigFile
	}
	return cut.CredentialsFile
}

func (m Machine) planAWSFile(p *Plan, r removal, dir awsDir, kind store.Kind, rule cut.Rule) {
	s := Step{Kind: kind, Name: dir.owner, Realm: dir.realm, Place: dir.place.Join(fileName(kind)), Rule: rule}
	cut, err := m.Files.LookSections(s.Place, rule)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && !cut.Changes():
		return
	case err != nil && !errors.Is(err, disk.ErrSymlink): // the link itself can be removed
		s.Err = err
	}
	s.Keeps, s.Owners, s.Expiry = cut.Kept, make([]string, 0, len(cut.Removed)), make(map[string]time.Time, len(cut.ValidUntil))
	for _, name := range cut.Kept {
		if !rule.Declared[name] {
			s.Strange = append(s.Strange, name)
		}
	}
	for _, name := range cut.Removed {
		expires, known := cut.ValidUntil[name]
		if declared, ok := r.spelling[name]; ok {
			name = declared
		}
		s.Owners = append(s.Owners, name)
		if known && expires.After(s.Expiry[name]) {
			s.Expiry[name] = expires
		}
	}
	s.Owners = unique(s.Owners) // a name may stand there in two spellings
	p.Steps = append(p.Steps, s)
}

// planOthers adds what else is in a directory that goes whole, but for what
// belongs to a name that makes a directory in it, as a/b does in a.
func (m Machine) planOthers(p *Plan, dir awsDir) {
	names, err := m.Files.List(dir.place)
	if err != nil {
		p.Steps = append(p.Steps, Step{Kind: OtherFile, Name: dir.owner, Realm: dir.realm, Place: dir.place, Err: err})
	}
	for _, name := range names {
		base := strings.TrimSuffix(strings.TrimSuffix(name, disk.LockSuffix), disk.TempSuffix)
		if base == cut.CredentialsFile || base == cut.ConfigFile || m.nested(dir.owner+"/"+name) {
			continue
		}
		place := dir.place.Join(name)
		if info, err := m.Files.Look(place); err == nil && info.IsDir() && store.Reserved(strings.ToLower(dir.owner)) {
			continue // a provider called aws: C/aws/aws/<x> may be provider x in a realm called aws
		}
		p.Steps = append(p.Steps, Step{Kind: OtherFile, Name: dir.owner, Realm: dir.realm, Place: place, Tree: true})
	}
}

// nested tells whether a declared name's directory is, or is in, this one.
func (m Machine) nested(path string) bool {
	below := func(name string) bool {
		return strings.HasPrefix(strings.ToLower(name)+"/", strings.ToLower(path)+"/")
	}
	for _, p := range m.Graph.Providers() {
		if below(p.Name) {
			return true
		}
	}
	for _, id := range m.Graph.Identities() {
		if below(id.Name) {
			return true
		}
	}
	return false
}

// awsDirs are the directories that may hold sections of the set, each once,
// with the widest scope that applies.
func (m Machine) awsDirs(r removal) []awsDir {
	var dirs []awsDir
	seen := make(map[string]int)
	add := func(d awsDir) {
		key := d.place.String()
		if d.err != nil {
			key = "\x00" + d.owner // one complaint a name is enough
		}
		if i, ok := seen[key]; ok {
			dirs[i].scope = max(dirs[i].scope, d.scope)
			return
		}
		seen[key] = len(dirs)
		dirs = append(dirs, d)
	}
	roots := r.roots
	if slices.ContainsFunc(r.names, func(n Name) bool { return slices.Contains(m.kinds(n), "aws/user") || !n.Declared && !n.Provider }) {
		roots = append(slices.Clip(roots), root{chain.Link{Name: store.AWSUserDir}, cut.OwnSections})
	}
	for _, root := range roots {
		for _, l := range store.Locations() {
			if l.Kind != store.AWSFiles {
				continue
			}
			for _, realm := range m.realmsOf(l) {
				for _, spelled := range store.Spellings(root.Name) {
					path, err := l.Fill(store.Words{Name: spelled, Realm: realm})
					if err != nil {
						path = "."
					}
					add(awsDir{disk.Place{Root: m.Roots[l.Under], Path: path}, realm, root.Name, root.scope, err})
				}
			}
		}
	}
	return dirs
}

// sharedWithAWS tells whether a directory is ~/.aws itself: its files are the
// user's own, and never edited.
func (m Machine) sharedWithAWS(p disk.Place) bool {
	own := filepath.Join(m.Roots[store.Home], ".aws")
	if p.String() == own {
		return true
	}
	a, errA := os.Stat(own)
	b, errB := os.Stat(p.String())
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// rootDirs are the names of all directories that hold AWS files of this
// project, in every location.
func (m Machine) rootDirs() []string {
	var names []string
	for _, l := range store.Locations() {
		if l.Kind != store.AWSFiles {
			continue
		}
		for _, realm := range m.realmsOf(l) {
			path, err := l.Fill(store.Words{Name: "x", Realm: realm})
			if err != nil {
				continue
			}
			dir := disk.Place{Root: m.Roots[l.Under], Path: path}.Dir()
			here, _ := m.Files.List(dir) // the plan of these names meets the same error and reports it
			names = append(names, here...)
		}
	}
	return unique(names)
}
