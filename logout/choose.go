package logout

import (
	"slices"
	"time"

	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// take chooses among the traces: those that go with the selection.
func (s *selection) take(now time.Time) []*inventory.Trace {
	var taken []*inventory.Trace
	sessions := make(map[section]bool) // of credentials files: those that are taken
	var partners []*inventory.Trace    // sections of config files that nobody declares
	for _, t := range s.inv.Traces {
		switch {
		case !t.OfAtmos() || !s.takes(t):
		case t.Kind == store.ConfigFile && (s.Expired || !s.byName(t)):
			partners = append(partners, t)
		case s.Expired && !t.Over(now) && t.Err == nil:
		case t.Kind == store.CredentialsFile && !s.byName(t) && !t.Session && t.Section:
		default:
			taken = append(taken, t)
			sessions[sectionOf(t)] = t.Kind == store.CredentialsFile
		}
	}
	return append(taken, slices.DeleteFunc(partners, func(t *inventory.Trace) bool { return !sessions[sectionOf(t)] })...)
}

// A section is one of the files of a directory.
type section struct {
	dir  disk.Place
	name string
}

func sectionOf(t *inventory.Trace) section {
	name := t.Name
	if inventory.IsDefault(name) {
		name = "default"
	}
	return section{t.Where.Place.Dir(), name}
}

// takes tells whether a trace goes with the selection, if it is one that Atmos wrote.
func (s *selection) takes(t *inventory.Trace) bool {
	switch {
	case t.Foreign:
		return false
	case s.AllProjects:
		return true
	case !t.Ours || s.spares(t):
		return false
	case s.Orphans:
		return s.orphan(t)
	case s.nameless():
		return s.declared(t) || s.inv.Automatic(t.Realm) || t.Location != nil && t.Location.ByStartURL
	}
	return s.byName(t) || s.whole[t.Root] && s.inv.Automatic(t.Realm) && !s.declared(t)
}

// spares tells whether a trace stays though its name goes: what lists all identities of a provider,
// and an entry that the kept rest of a chain has in common with an identity.
func (s *selection) spares(t *inventory.Trace) bool {
	list := t.Location != nil && t.Location.Last
	return list && len(s.Identities) > 0 || s.kept[t.Name] && t.Kind == store.KeyringEntry
}

// nameless tells whether the target names neither identity nor provider.
func (s *selection) nameless() bool {
	return s.everything() || s.Expired && len(s.Identities)+len(s.Providers) == 0
}

// byName tells whether a trace is of a name that was named, or of one that is declared in what
// the target covers.
func (s *selection) byName(t *inventory.Trace) bool {
	if s.nameless() {
		return s.declared(t)
	}
	if undivided(t) {
		return s.in[inventory.Name{Name: t.Root, Provider: true}] || s.in[inventory.Name{Name: t.Root}] || s.inv.MayHold(t, s.names)
	}
	return slices.ContainsFunc(t.Of, func(n inventory.Name) bool { return s.in[n] })
}

// undivided tells whether a trace is a whole file of a root's directory: it has no sections, or
// they could not be read.
func undivided(t *inventory.Trace) bool {
	return len(t.Of) == 0 && t.Name == "" && t.Root != "" && !t.Section
}

func (s *selection) declared(t *inventory.Trace) bool {
	return undivided(t) && s.inv.IsRoot(t.Root) || slices.ContainsFunc(t.Of, s.inv.Declares)
}

// orphan tells whether a trace is provably this project's, but of a name that nobody declares,
// or in the directory of one.
func (s *selection) orphan(t *inventory.Trace) bool {
	root := t.Root == "" || s.inv.IsRoot(t.Root)
	nameless := t.Root != "" && (t.Name == "" || inventory.IsDefault(t.Name)) // counts as the directory's
	return s.inv.Automatic(t.Realm) && (!root || !s.declared(t) && !nameless)
}
