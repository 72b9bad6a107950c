package logout

import (
	"cmp"
	"slices"
	"strings"

	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// addFiles makes a step of all traces of one file: of an AWS directory first config, then
// credentials, so that a run which is killed leaves the proof.
func (b *builder) addFiles(taken []*inventory.Trace) {
	at := make(map[disk.Place]int)
	var steps []*Step
	for _, t := range taken {
		if t.Kind == store.KeyringEntry {
			continue
		}
		sibling := b.sibling(t)
		i, known := at[t.Where.Place]
		if !known || sibling != "" {
			i = len(steps)
			s := &Step{Kind: t.Kind, Where: inventory.Where{Place: t.Where.Place}, Realm: t.Realm, Tree: t.Tree(), Err: t.Err}
			if sibling != "" {
				s.Where, s.Kept, s.KeptFor = t.Where, KeptSibling, sibling
			} else {
				at[t.Where.Place] = i
			}
			steps = append(steps, s)
		}
		steps[i].Traces = append(steps[i].Traces, t)
		steps[i].Names = append(steps[i].Names, b.namesOf(t)...)
	}
	for _, s := range steps {
		b.finish(s)
		s.rank = b.order(s)
	}
	sortFiles(steps)
	b.Steps = append(b.Steps, steps...)
}

// sortFiles puts files in the order of the names, and of a directory of AWS files config before
// credentials.
func sortFiles(steps []*Step) {
	first, ranks := make(map[disk.Place]int), make(map[disk.Place]int) // of directories
	for i := range steps {
		dir := steps[i].Where.Place.Dir()
		if _, seen := first[dir]; !seen {
			first[dir], ranks[dir] = i, steps[i].rank
		}
		ranks[dir] = min(ranks[dir], steps[i].rank)
	}
	for _, s := range steps {
		if s.Kind.AWSFile() {
			s.rank = ranks[s.Where.Place.Dir()]
		}
	}
	slices.SortStableFunc(steps, func(x, y *Step) int {
		return cmp.Or(x.rank-y.rank, first[x.Where.Place.Dir()]-first[y.Where.Place.Dir()], strings.Compare(string(x.Kind), string(y.Kind)))
	})
}

// finish tells of a file what stays in it and how it is cut.
func (b *builder) finish(s *Step) {
	s.Names = unique(s.Names)
	t := s.Traces[0]
	switch {
	case t.Location != nil && t.Location.Unless != "" && b.inv.Uses(t.Location.Unless):
		s.Kept = KeptShared
	case s.Kind.AWSFile() && !t.Rest:
		b.finishSections(s)
	case s.Kind == store.DockerLogin:
		logins := cut.DockerLogins{Registries: make(map[string]bool)}
		for _, t := range s.Traces {
			logins.Registries[t.Where.Entry] = true
		}
		s.Cutter = logins
	case s.Kind == store.KubeconfigEntry:
		s.Cutter = b.kubeCutter(s)
	}
}

// finishSections says which sections of an AWS file go: one that nobody declares only while it
// is a session.
func (b *builder) finishSections(s *Step) {
	cutter := cut.AWSSections{Format: cut.Credentials}
	if s.Kind == store.ConfigFile {
		cutter.Format = cut.Config
	}
	for _, t := range s.Traces {
		if t.Session && !b.byName(t) {
			cutter.Sessions = append(cutter.Sessions, t.Where.Entry)
		} else {
			cutter.Headers = append(cutter.Headers, t.Where.Entry)
		}
	}
	for _, other := range b.inv.At(s.Where.Place) {
		if !b.goes(other) {
			s.Keeps = append(s.Keeps, other.Label())
		}
	}
	s.Keeps = unique(s.Keeps)
	s.Cutter = cutter
}

// kubeCutter cuts the entries of a step out of a kubeconfig, but not what others of the file use.
func (b *builder) kubeCutter(s *Step) cut.Cutter {
	var entries cut.KubeEntries
	gone := make(map[string]bool)
	for _, t := range s.Traces {
		entries.Remove = append(entries.Remove, *t.Written.Kube)
		gone[t.Where.Entry] = true
	}
	for _, other := range b.inv.At(s.Where.Place) {
		if !gone[other.Where.Entry] {
			entries.Keep = append(entries.Keep, *other.Written.Kube)
		}
	}
	return entries
}

// addCopies adds what Atmos has copied into files of az, before the files by which it is proven.
func (b *builder) addCopies(taken []*inventory.Trace) {
	for _, t := range b.inv.Copies(taken) {
		b.Steps = append(b.Steps, &Step{
			Kind: t.Kind, Where: t.Where, Traces: []*inventory.Trace{t}, Names: b.namesOf(t), Cutter: t.Written.Cutter, Err: t.Err,
		})
	}
}

// sibling is an integration of a name that stays and uses an entry of a shared file, too.
func (b *builder) sibling(t *inventory.Trace) string {
	if t.Written == nil {
		return ""
	}
	for i, n := range t.Of {
		if len(t.Written.By) > i && !b.in[n] && !b.AllProjects {
			return t.Written.By[i]
		}
	}
	return ""
}
