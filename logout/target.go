// Package logout turns what a user named into a plan, a flat list of steps,
// runs it, and reports what became of each step.
package logout

import (
	"errors"
	"fmt"
	"slices"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// A Target is what the user named: identities, providers, or everything.
type Target struct {
	Identities []string
	Providers  []string
	Tags       []string // of providers
	All        bool
	// Orphans is what is provably this project's and no longer declared.
	Orphans bool
	// AllProjects is everything of this user, in every realm.
	AllProjects bool
	// Expired narrows the target, or everything of the project, to what has expired.
	Expired bool
	// KeepProvider keeps the rest of each identity's chain.
	KeepProvider bool
}

// Empty tells whether nothing is named.
func (t Target) Empty() bool {
	return !t.All && !t.Orphans && !t.AllProjects && !t.Expired && len(t.Identities)+len(t.Providers)+len(t.Tags) == 0
}

// everything tells whether the target is no list of names.
func (t Target) everything() bool { return t.All || t.Orphans || t.AllProjects }

// A Chain is what an identity authenticates through, in one reading of the configuration.
type Chain struct {
	chain.Chain
	Reading string // as "profile ci"; empty for the configuration as selected
}

// A selection are the names that a target stands for.
type selection struct {
	Target
	inv    *inventory.Inventory
	names  []inventory.Name // in the order of the report
	in     map[inventory.Name]bool
	via    map[string]string // of an identity: the provider that was named and led to it
	whole  map[string]bool   // roots whose directories go whole, by spelling
	chains []Chain
	// kept are the spelled names of the rest of a chain that stays.
	kept map[string]bool
}

// choose finds out which names a target stands for. The names in the target are replaced by
// how they are declared. The errors are those of chain, and chain.ErrCycle for a named identity.
func choose(inv *inventory.Inventory, t Target) (*selection, error) {
	s := &selection{
		Target: t, inv: inv, in: make(map[inventory.Name]bool), via: make(map[string]string),
		whole: make(map[string]bool), kept: make(map[string]bool),
	}
	if len(t.Tags) > 0 {
		named, err := tagged(inv.Selected(), t.Tags)
		if err != nil {
			return nil, err
		}
		s.Providers = named
	}
	var errs []error
	s.Identities = nil
	for _, name := range t.Identities {
		errs = append(errs, s.addIdentity(name))
	}
	for i, name := range s.Providers {
		found, err := s.find(inventory.Name{Name: name, Provider: true})
		if errs = append(errs, err); err == nil {
			s.Providers[i] = found.Name
			s.addProvider(found)
		}
	}
	s.Providers = unique(s.Providers)
	if t.everything() || t.Expired && len(s.names) == 0 && errors.Join(errs...) == nil {
		s.addAll()
	}
	return s, errors.Join(errs...)
}

// NamesOf are the names of the chains of identities; nil if none is named. The errors are those of [NewPlan].
func NamesOf(inv *inventory.Inventory, identities []string) ([]inventory.Name, error) {
	if len(identities) == 0 {
		return nil, nil
	}
	s, err := choose(inv, Target{Identities: identities})
	if err != nil {
		return nil, err
	}
	return s.names, nil
}

// add adds a name. One that nobody declares may be either, provider or identity.
func (s *selection) add(n inventory.Name) {
	if s.in[n] {
		return
	}
	s.in[n] = true
	s.names = append(s.names, n)
	if !s.inv.Declares(n) {
		s.in[inventory.Name{Name: n.Name, Provider: !n.Provider}] = true
	}
}

// addIdentity adds an identity with its chains.
func (s *selection) addIdentity(name string) error {
	found, err := s.find(inventory.Name{Name: name})
	if err != nil {
		return err
	}
	if slices.Contains(s.Identities, found.Name) {
		return nil
	}
	s.Identities = append(s.Identities, found.Name)
	chains := s.chainsOf(found)
	for _, c := range chains {
		if errors.Is(c.Err, chain.ErrCycle) {
			return fmt.Errorf("identity %q: %w", found.Name, c.Err)
		}
		s.addChain(c, found)
	}
	s.add(found)
	for _, c := range chains {
		c.Links = slices.Clone(c.Links)
		for i := range c.Links {
			if c.Links[i].Declared {
				c.Links[i].Name = s.inv.Shown(c.Links[i].Name)
			}
		}
		s.chains = append(s.chains, c)
	}
	return nil
}

// chainsOf are the chains of an identity: in the selected reading; in another one where something
// of the identity lies under the root or the realm of that reading. If there is none, that on which
// the other readings agree; else the name stands for itself.
func (s *selection) chainsOf(n inventory.Name) []Chain {
	var all, chains []Chain
	for i, r := range s.inv.Readings {
		c, err := r.Graph.Chain(n.Name)
		if err != nil {
			continue
		}
		same := func(o Chain) bool { return o.String() == c.String() }
		if !slices.ContainsFunc(all, same) {
			all = append(all, Chain{c, r.Name})
		}
		if !slices.ContainsFunc(chains, same) && (i == 0 || s.leadsTo(n, r, c)) {
			chains = append(chains, Chain{c, r.Name})
		}
	}
	switch {
	case len(chains) > 0:
		return chains
	case len(all) == 1:
		return all
	}
	return []Chain{{Chain: chain.Chain{Links: []chain.Link{{Name: n.Name}}}}}
}

// addChain adds the names of a chain, provider first.
func (s *selection) addChain(c Chain, of inventory.Name) {
	for _, l := range c.Links {
		n := inventory.Name{Name: l.Name, Provider: l.Provider}
		switch {
		case n == of:
		case !s.KeepProvider:
			s.add(n)
		default:
			for _, spelled := range store.Spellings(n.Name) {
				s.kept[spelled] = true
			}
		}
	}
	s.add(of)
}

// leadsTo tells whether a trace of a name lies under the root of a chain, or under the realm
// that its reading names and the selected one does not.
func (s *selection) leadsTo(n inventory.Name, r inventory.Reading, c chain.Chain) bool {
	roots := store.Spellings(c.Root().Name)
	own := func(realm string) bool {
		return slices.Contains(r.Realms, realm) && !slices.Contains(s.inv.Selected().Realms, realm)
	}
	return slices.ContainsFunc(s.inv.Traces, func(t *inventory.Trace) bool {
		return t.Ours && slices.Contains(t.Of, n) && (t.Root != "" && slices.Contains(roots, t.Root) || own(t.Realm))
	})
}

// addProvider adds a provider with every identity whose chain starts at it in any reading.
func (s *selection) addProvider(p inventory.Name) {
	s.add(p)
	for _, spelled := range store.Spellings(p.Name) {
		s.whole[spelled] = true
	}
	for _, r := range s.inv.Readings {
		links, err := r.Graph.Members(p.Name)
		if err != nil {
			continue
		}
		for _, l := range links[1:] {
			s.add(inventory.Name{Name: l.Name})
			if s.via[l.Name] == "" {
				s.via[l.Name] = p.Name
			}
		}
	}
}

// addAll adds every name of every reading, and every one that was found.
func (s *selection) addAll() {
	for _, r := range s.inv.Readings {
		for _, l := range r.Graph.All() {
			s.add(inventory.Name{Name: l.Name, Provider: l.Provider})
		}
		for _, c := range r.Graph.Cycles() {
			if r.Name == "" {
				s.chains = append(s.chains, Chain{Chain: c})
			}
		}
	}
	for _, t := range s.inv.Traces {
		if !s.AllProjects && !t.Ours {
			continue
		}
		for _, n := range t.Of {
			s.add(n)
		}
	}
}

func unique(names []string) []string {
	var once []string
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			once = append(once, n)
		}
	}
	return once
}
