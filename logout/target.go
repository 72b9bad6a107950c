// Package logout turns what a user named into a plan, a flat list of steps,
// runs it, and reports what became of each step.
package logout

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// A Target is what the user named: identities, providers, or everything.
type Target struct {
	Identities []string
	Providers  []string
	All        bool
	// Orphans is what is provably this project's and no longer declared.
	Orphans bool
	// AllProjects is everything of this user, in every realm.
	AllProjects bool
	// Expired narrows the target, or everything declared, to what has expired.
	Expired bool
	// KeepProvider keeps the rest of each identity's chain.
	KeepProvider bool
}

// Empty tells whether nothing is named.
func (t Target) Empty() bool {
	return !t.All && !t.Orphans && !t.AllProjects && !t.Expired && len(t.Identities)+len(t.Providers) == 0
}

// A Machine is all that a plan is computed from and run on.
type Machine struct {
	Graph        *chain.Graph
	Older        *chain.Graph // as releases before v1.216 read it, if that differs
	Integrations []config.Integration
	Roots        store.Roots
	WorkDir      string // what relative paths of atmos.yaml count from
	Realms       []string
	Automatic    []string // those of Realms that cannot be another project's
	Elsewhere    []string // names that profiles declare which are not selected
	Keyrings     []keyring.Keyring
	Files        *disk.Files
	// DockerConfig is the path of Docker's config.json.
	DockerConfig string
}

// A Name is one member of the removal set.
type Name struct {
	Name string // as declared
	Kind string // empty if it is not declared
	// Via is the provider that the user named and that led to this identity.
	Via      string
	Provider bool
	Declared bool
}

// longLived tells whether the keyring entry of the name may be the only copy of
// an access key: that of an aws/user, or of a name whose kind nobody knows.
func (n Name) longLived(m Machine) bool {
	switch {
	case n.Provider:
		return false
	case !n.Declared:
		return true
	}
	id, err := m.Graph.Identity(n.Name)
	only := func(id config.Identity) bool { return id.Kind == "aws/user" && !id.AccessKeyInFile }
	other, older := m.older(n.Name)
	return err != nil || only(id) || older && only(other)
}

// older is what releases before v1.216 make of an identity, if they see it otherwise.
func (m Machine) older(name string) (config.Identity, bool) {
	if m.Older == nil {
		return config.Identity{}, false
	}
	id, err := m.Older.Identity(name)
	return id, err == nil
}

// kinds are those that releases of Atmos may have taken the name to be of: more than
// one, if they read the configuration differently.
func (m Machine) kinds(n Name) []string {
	kinds := []string{n.Kind}
	if id, err := m.Graph.Identity(n.Name); err == nil && !n.Provider {
		other, _ := m.older(n.Name)
		kinds = append(kinds, cmpString(other.Kind, id.Kind), id.Kind)
	}
	return unique(kinds)
}

// rootNames are the names that the directory of what is n's may bear: of the first link of its
// chain, whichever way the configuration is read; of any provider if it is not declared.
func (m Machine) rootNames(n Name) []string {
	names := []string{n.Name}
	if _, err := m.Graph.Identity(n.Name); err == nil && !n.Provider {
		root, _ := m.Graph.Root(n.Name)
		names[0] = root.Name
		if _, ok := m.older(n.Name); ok {
			other, _ := m.Older.Root(n.Name)
			names = append(names, other.Name)
		}
	}
	if !n.Declared && !n.Provider {
		for _, p := range m.Graph.Providers() {
			names = append(names, p.Name)
		}
	}
	return unique(names)
}

// Check finds what is wrong with a target without looking at anything: the errors of
// NewPlan but for identities that are not declared, which may be found all the same.
func (m Machine) Check(t Target) error {
	var errs []error
	for _, name := range t.Providers {
		_, err := m.Graph.Provider(name)
		errs = append(errs, err)
	}
	for _, name := range t.Identities {
		c, err := m.Graph.Chain(name)
		switch {
		case errors.Is(err, chain.ErrUnknown):
		case err != nil:
			errs = append(errs, err)
		case errors.Is(c.Err, chain.ErrCycle):
			errs = append(errs, fmt.Errorf("identity %q: %w", name, c.Err))
		}
	}
	return errors.Join(errs...)
}

// A removal set, and what is known about it before anything is looked at.
type removal struct {
	names    []Name // in the order of the report
	chains   []chain.Chain
	roots    []root       // whose directories are looked in
	spelling spelledNames // of names
	kept     spelledNames // of declared names outside the set
	listed   map[role]bool
	outside  []chain.Link // what KeepProvider keeps, unless it is named too
	notes    []string     // what the report should say of it
}

// A root is the first name of a chain, whose name a directory bears.
type root struct {
	chain.Link
	scope cut.Scope
}

// spelledNames finds the declared name behind a spelling on disk.
type spelledNames map[string]string

func (s spelledNames) add(name string) {
	for _, spelled := range store.Spellings(name) {
		if _, taken := s[spelled]; !taken {
			s[spelled] = name
		}
	}
}

func (s spelledNames) set() map[string]bool {
	set := make(map[string]bool, len(s))
	for spelled := range s {
		set[spelled] = true
	}
	return set
}

// expand finds out which names a target stands for. Names are replaced by how they are
// declared. The errors are those of chain, and chain.ErrCycle for a named identity.
func (m Machine) expand(ctx context.Context, t *Target) (removal, error) {
	var r removal
	err := m.Check(*t)
	if err != nil {
		return r, err
	}
	switch {
	case t.All:
		r.addLinks(m.Graph.All(), "")
		r.chains = m.Graph.Cycles()
		for _, l := range m.Graph.Roots() {
			r.roots = append(r.roots, root{l, cut.WholeDirectory})
		}
	case len(t.Providers) > 0:
		m.expandProviders(&r, t)
	default:
		err = m.expandIdentities(ctx, &r, t)
	}
	if err != nil {
		return removal{}, err
	}
	r.spelling = make(spelledNames)
	for _, n := range r.names {
		r.spelling.add(n.Name)
	}
	r.kept = make(spelledNames)
	keep := func(name string) {
		if _, gone := r.spelling[name]; !gone {
			r.kept.add(name)
		}
	}
	for _, p := range m.Graph.Providers() {
		keep(p.Name)
	}
	for _, id := range m.Graph.Identities() {
		keep(id.Name)
	}
	for spelled := range r.spelling {
		delete(r.kept, spelled)
	}
	return r, nil
}

// expandProviders takes providers that were checked.
func (m Machine) expandProviders(r *removal, t *Target) {
	for i, name := range t.Providers {
		links, _ := m.Graph.Members(name)
		t.Providers[i] = links[0].Name
		r.addLinks(links, links[0].Name)
		r.roots = append(r.roots, root{links[0], cut.WholeDirectory})
	}
	t.Providers = unique(t.Providers)
}

func (m Machine) expandIdentities(ctx context.Context, r *removal, t *Target) error {
	var errs []error
	for i, name := range t.Identities {
		c, err := m.Graph.Chain(name)
		if errors.Is(err, chain.ErrUnknown) {
			var found bool
			if found, err = m.findUndeclared(ctx, r, name, err); found {
				continue
			}
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		t.Identities[i] = c.Links[len(c.Links)-1].Name
		if slices.Contains(t.Identities[:i], t.Identities[i]) {
			continue
		}
		c = m.likelier(r, c)
		r.chains = append(r.chains, c)
		links, scope := c.Links, cut.ChainsFile
		if t.KeepProvider {
			r.outside = append(r.outside, links[:len(links)-1]...)
			links = links[len(links)-1:]
		}
		if !slices.Contains(links, c.Root()) {
			scope = cut.OwnSections
		}
		r.addLinks(links, "")
		r.roots = append(r.roots, root{c.Root(), scope})
	}
	t.Identities = unique(t.Identities)
	return errors.Join(errs...)
}

// likelier decides between the two chains that an identity has if releases of
// Atmos before v1.216.0 read the configuration differently than later ones: it is
// the one whose directories hold more of the identity's own credentials. What
// is its own in the other's goes too.
func (m Machine) likelier(r *removal, c chain.Chain) chain.Chain {
	name := c.Links[len(c.Links)-1].Name
	if _, ok := m.older(name); !ok {
		return c
	}
	other, err := m.Older.Chain(name)
	if err != nil || other.String() == c.String() {
		return c
	}
	if m.ownSections(name, other.Root()) > m.ownSections(name, c.Root()) {
		c, other = other, c
	}
	r.roots = append(r.roots, root{other.Root(), cut.OwnSections})
	r.notes = append(r.notes, fmt.Sprintf("Two chains: %s is %s, but %s for other releases of Atmos (imports override identities since v1.216)", name, c, other))
	return c
}

// ownSections counts the AWS files with a section of a name in the directories of a root.
func (m Machine) ownSections(name string, from chain.Link) int {
	probe := removal{names: []Name{{Name: name, Declared: true}}, roots: []root{{from, cut.OwnSections}}, spelling: make(spelledNames)}
	probe.spelling.add(name)
	var p Plan
	m.planAWS(&p, probe)
	n := 0
	for _, s := range p.Steps {
		n += len(s.Owners)
	}
	return n
}

// findUndeclared accepts a name that atmos.yaml does not declare, as of an identity
// of a stack, if something of it is found under this project's realms.
func (m Machine) findUndeclared(ctx context.Context, r *removal, name string, unknown error) (bool, error) {
	n := Name{Name: name}
	probe := removal{names: []Name{n}, spelling: make(spelledNames)}
	probe.spelling.add(name)
	for _, dir := range m.rootDirs() {
		probe.roots = append(probe.roots, root{chain.Link{Name: dir}, cut.OwnSections})
	}
	p := Plan{}
	m.planKeyrings(ctx, &p, probe)
	m.planAWS(&p, probe)
	m.planFiles(&p, probe)
	if !slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Err == nil && !s.bare() }) {
		return false, unknown
	}
	r.addName(n)
	r.chains = append(r.chains, chain.Chain{Links: []chain.Link{{Name: name}}})
	r.roots = append(r.roots, probe.roots...)
	return true, nil
}

func (r *removal) addLinks(links []chain.Link, via string) {
	r.names = slices.Grow(r.names, len(links))
	for _, l := range links {
		n := Name{Name: l.Name, Kind: l.Kind, Provider: l.Provider, Declared: l.Declared}
		if !l.Provider {
			n.Via = via
		}
		r.addName(n)
	}
}

// addName adds a name unless it is in the set already, as what it is: a provider
// and an identity may have one name.
func (r *removal) addName(n Name) {
	if r.listed == nil {
		r.listed = make(map[role]bool)
	}
	if as := (role{n.Name, n.Provider}); !r.listed[as] {
		r.listed[as] = true
		r.names = append(r.names, n)
	}
}

// A role is a name as what it is declared.
type role struct {
	name     string
	provider bool
}

// distinct are the names of the set, each once.
func (r removal) distinct() []Name {
	names := make([]Name, 0, len(r.names))
	seen := make(map[string]bool, len(r.names))
	for _, n := range r.names {
		if !seen[n.Name] {
			seen[n.Name] = true
			names = append(names, n)
		}
	}
	return names
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

// provider is the declaration of a provider of the removal set; its zero value if there is none.
func (m Machine) provider(n Name) config.Provider {
	p, err := m.Graph.Provider(n.Name)
	if err != nil {
		return config.Provider{Name: n.Name}
	}
	return p
}
