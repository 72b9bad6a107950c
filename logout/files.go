package logout

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// An owner is a name that a location's path is filled with.
type owner struct {
	name string // that fills the path
	root string // the first name of its chain
	// of is the member of the removal set that it counts for.
	of Name
}

// planFiles looks for what lies in files of its own: tokens and the like.
func (m Machine) planFiles(p *Plan, r removal) {
	seen := make(map[disk.Place]bool)
	for _, l := range store.Locations() {
		if l.Kind == store.AWSFiles || !m.maybe(l) || l.WithProvider && len(p.Target.Identities) > 0 {
			continue
		}
		for _, o := range m.owners(l, r) {
			for _, realm := range m.realmsOf(l) {
				if realm == "" && l.NeedsRealm {
					continue
				}
				for _, name := range store.Spellings(o.name) {
					for _, root := range store.Spellings(o.root) {
						m.planFile(p, l, o, store.Words{Name: name, Root: root, Realm: realm}, seen)
					}
				}
			}
		}
	}
}

// owners are the names that a location is looked at for.
func (m Machine) owners(l store.Location, r removal) []owner {
	var owners []owner
	if l.Of == store.OfIntegration {
		for _, i := range m.integrations(r) {
			if l.For(i.Kind) {
				owners = append(owners, owner{i.Name, "-", i.of})
			}
		}
		return owners
	}
	for _, n := range r.names {
		if !n.Declared && !l.Named() && (!n.Provider || !l.HasPortal()) {
			continue // else what everybody shares would go for a name that nobody knows
		}
		mayBeProvider := n.Provider || !n.Declared
		if l.Of == store.OfProvider && !mayBeProvider || l.Of != store.OfProvider && n.Provider || !slices.ContainsFunc(m.kinds(n), l.For) {
			continue
		}
		for _, root := range m.rootNames(n) {
			owners = append(owners, owner{n.Name, root, n})
		}
	}
	return owners
}

// maybe tells whether the part of a location that is the same for all exists.
// It spares a look per name where Atmos never kept anything.
func (m Machine) maybe(l store.Location) bool {
	_, err := m.Files.Look(disk.Place{Root: m.Roots[l.Under], Path: cmpString(l.Fixed(), ".")})
	return !errors.Is(err, fs.ErrNotExist)
}

func (m Machine) realmsOf(l store.Location) []string {
	if l.HasRealm() {
		return m.Realms
	}
	return []string{""}
}

// planFile adds the step for one place, if something is there or if that cannot be told.
func (m Machine) planFile(p *Plan, l store.Location, o owner, w store.Words, seen map[disk.Place]bool) {
	provider := m.provider(o.of)
	known := provider.StartURL.Raw() != "" && !slices.Contains(provider.Unresolved, "region")
	w.Portal = store.Portal(provider.StartURL.Raw(), provider.Region.Raw())
	filled, err := l.Fill(w)
	if err != nil {
		filled = "."
	}
	s := Step{Kind: l.Kind, Name: o.of.Name, Realm: w.Realm, Place: disk.Place{Root: m.Roots[l.Under], Path: filled}, Shared: l.Shared, Err: err}
	unsure := l.HasPortal() && !known
	if unsure {
		s.Place = s.Place.Dir()
	}
	if seen[s.Place] && err == nil {
		return
	}
	seen[s.Place] = true
	switch {
	case err != nil:
		p.Steps = append(p.Steps, s)
	case unsure:
		m.planUnsure(p, s, provider)
	default:
		m.planKnown(p, l, s, provider)
		m.planLocks(p, l, s, w)
	}
}

// planUnsure is about a directory of files whose names depend on what is not
// known: if there are any, one may be ours.
func (m Machine) planUnsure(p *Plan, s Step, provider config.Provider) {
	names, err := m.Files.List(s.Place)
	if err == nil && len(names) > 0 {
		err = fmt.Errorf("cannot tell whose they are: the start URL of %q is not known", provider.Name)
	}
	if s.Err = err; err != nil {
		p.Steps = append(p.Steps, s)
	}
}

func (m Machine) planKnown(p *Plan, l store.Location, s Step, provider config.Provider) {
	info, err := m.Files.Look(s.Place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		s.Err = err
	case l.Unless != "" && m.uses(l.Unless):
		s.Kept = KeptShared
	case info.IsDir() && l.Kind == store.BrowserState:
		s.Tree = true
	case info.Mode().IsRegular():
		token, err := m.readToken(s.Place)
		if l.ByStartURL {
			switch {
			case err != nil:
			case provider.StartURL.Raw() == "":
				err = fmt.Errorf("the start URL of %q is not known", provider.Name)
			case token.StartURL == "":
				err = errors.New("no start URL stands in it")
			}
			if err == nil && !sameURL(token.StartURL, provider.StartURL.Raw()) {
				return // another project's provider of this name
			}
			if err != nil {
				s.Err = fmt.Errorf("cannot tell whose it is: %w", err)
			}
		}
		s.Refreshable = token.Refreshable
		if !token.Expires.IsZero() {
			s.Expiry = map[string]time.Time{s.Name: token.Expires}
		}
	}
	p.Steps = append(p.Steps, s)
}

// planLocks adds the lock files that go with a place, whether it is there or not.
func (m Machine) planLocks(p *Plan, l store.Location, s Step, w store.Words) {
	locks, err := l.LockPaths(w)
	if err != nil {
		return // the step for the place itself has failed by the same name
	}
	for _, lock := range locks {
		place := disk.Place{Root: s.Place.Root, Path: lock}
		if _, err := m.Files.Look(place); err == nil {
			p.Steps = append(p.Steps, Step{Kind: LockFiles, Name: s.Name, Realm: s.Realm, Place: place, Locks: []disk.Place{
				{Root: place.Root, Path: strings.TrimSuffix(lock, disk.LockSuffix)},
			}})
		}
	}
}

// uses tells whether another program's file below the home directory exists.
func (m Machine) uses(below string) bool {
	_, err := m.Files.Look(disk.Place{Root: m.Roots[store.Home], Path: below})
	return err == nil
}

func (m Machine) readToken(p disk.Place) (store.Token, error) {
	data, err := m.Files.Read(p)
	if err != nil {
		return store.Token{}, err
	}
	return store.ReadToken(path.Base(p.Path), data)
}

func sameURL(a, b string) bool {
	return strings.TrimRight(a, "/#") == strings.TrimRight(b, "/#")
}

// sharers are the other providers that use what a step removes.
func (m Machine) sharers(s Step) []config.Provider {
	if s.Shared == store.Alone {
		return nil
	}
	mine := m.provider(Name{Name: s.Name})
	i := slices.IndexFunc(store.Locations(), func(l store.Location) bool { return l.Shared == s.Shared && l.Kind == s.Kind })
	l := store.Locations()[i]
	return slices.DeleteFunc(slices.Clone(m.Graph.Providers()), func(p config.Provider) bool {
		other := s.Shared == store.ByPortal && (p.StartURL.Raw() != mine.StartURL.Raw() || p.Region.Raw() != mine.Region.Raw())
		return p.Name == mine.Name || other || !l.For(p.Kind)
	})
}

// sharing says what is shared, for the report.
func (s Step) sharing(p config.Provider) string {
	if s.Shared == store.ByPortal {
		return "portal " + p.StartURL.String()
	}
	return string(s.Shared)
}

// A linkedIntegration is an integration of a name of the removal set.
type linkedIntegration struct {
	config.Integration
	of Name
}

// integrations are those that are linked to a name of the set.
func (m Machine) integrations(r removal) []linkedIntegration {
	var linked []linkedIntegration
	for _, i := range m.Integrations {
		if n, ok := r.linked(i.Via); ok {
			linked = append(linked, linkedIntegration{i, n})
		}
	}
	return linked
}

// linked finds the name of the set that something is linked to.
func (r removal) linked(via config.Via) (Name, bool) {
	to := via.Identity
	if to == "" {
		to = via.Provider
	}
	for _, n := range r.names {
		if strings.EqualFold(n.Name, to) && n.Provider == (via.Identity == "") {
			return n, true
		}
	}
	return Name{}, false
}

// leftAlone names what other programs keep and Atmos may have used.
func (m Machine) leftAlone(r removal, foreigners []store.Foreign) []string {
	var sentences []string
	for _, f := range foreigners {
		l := store.Location{Kinds: f.Kinds}
		uses := func(n Name) bool { return n.Declared && l.For(n.Kind) && !strings.HasSuffix(n.Kind, "/emulator") }
		if !slices.ContainsFunc(r.names, uses) {
			continue
		}
		var there []string
		for _, below := range f.Paths {
			if m.uses(below) {
				there = append(there, "~/"+below)
			}
		}
		if len(there) > 0 {
			sentences = append(sentences, fmt.Sprintf("Left alone: %s (of %s; to end it: %s)", strings.Join(there, ", "), f.Whose, f.End))
		}
	}
	return sentences
}
