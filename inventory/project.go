// Package inventory looks at the machine once: every base directory of Atmos is walked, every
// keyring is listed. Each thing found is a trace, with whose it is. It changes nothing.
package inventory

import (
	"fmt"
	"iter"
	"maps"
	"path/filepath"
	"slices"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/keyring"
)

// A Project is a configuration, and what it makes of this machine.
type Project struct {
	Config   *config.Config
	Readings []Reading // the first is the configuration as selected
	Roots    store.Roots
	// Own are the roots that env: in the user's own files gives. Releases before v1.222.0 ignored
	// it, so both are looked in.
	Own     store.Roots
	WorkDir string // what relative paths count from
	// Realms are those of this project, named ones first. The last is the empty one, of the
	// layouts without realms.
	Realms   []string
	Keyrings []keyring.Keyring
	// DockerConfig is the path of Docker's config.json.
	DockerConfig string

	automatic map[string]bool
	asked     map[string]bool        // names that the user typed, in lower case
	claims    map[string]*ClaimError // of file keyrings, by directory
	declared  map[string][]Name      // by each spelling
	kinds     map[Name][]string
	computed  map[string]string // where names stand that YAML functions gave
}

// A Reading is one way to see the configuration: as selected, with a profile, or as older
// releases merged it.
type Reading struct {
	Name         string   // as "profile ci"; empty for the configuration as selected
	Realms       []string // that it names
	Graph        *chain.Graph
	Integrations []config.Integration
}

// A Name is what a trace is of: a provider, or anything else that is declared.
type Name struct {
	Name     string // as declared; if it is not declared, as found
	Provider bool
}

// NewProject makes a project of a configuration. It looks up symbolic links of the project's
// directories and reads nothing else. roots are the user's own.
func NewProject(cfg *config.Config, roots store.Roots, workDir string) *Project {
	p := &Project{
		Config: cfg, Roots: roots, WorkDir: workDir,
		automatic: make(map[string]bool), claims: make(map[string]*ClaimError), declared: make(map[string][]Name), kinds: make(map[Name][]string), computed: make(map[string]string),
	}
	named := store.Project{Dirs: cfg.Dirs, Flagged: cfg.Flagged}
	for _, r := range cfg.Readings {
		for _, realm := range r.Realms {
			if store.ValidRealm(realm.Raw()) && !slices.Contains(named.Explicit, realm.Raw()) {
				named.Explicit = append(named.Explicit, realm.Raw())
			}
		}
	}
	p.Realms = named.Realms()
	for _, realm := range named.Automatic() {
		p.automatic[realm] = true
	}
	for _, r := range cfg.Readings {
		reading := Reading{Name: r.Name, Graph: chain.New(r.Auth), Integrations: r.Auth.Integrations}
		for _, realm := range r.Realms {
			reading.Realms = append(reading.Realms, realm.Raw())
		}
		p.Readings = append(p.Readings, reading)
		for _, pr := range r.Auth.Providers {
			p.declare(Name{pr.Name, true}, pr.Kind, pr.Place)
		}
		for _, id := range r.Auth.Identities {
			p.declare(Name{id.Name, false}, id.Kind, id.Place)
		}
		for _, l := range reading.Graph.Roots() { // what a via leads to and nobody declares is cleaned, too
			if !l.Declared {
				p.declare(Name{l.Name, l.Provider}, "", l.Place)
			}
		}
	}
	return p
}

// declare notes a name and its kind. place is where it stands if a YAML function gave it.
func (p *Project) declare(n Name, kind, place string) {
	if place != "" {
		p.computed[n.Name] = place
	}
	if !slices.Contains(p.kinds[n], kind) {
		p.kinds[n] = append(p.kinds[n], kind)
	}
	for _, spelled := range store.Spellings(n.Name) {
		if !slices.Contains(p.declared[spelled], n) {
			p.declared[spelled] = append(p.declared[spelled], n)
		}
	}
}

// bases are the directories of a base: one, or two.
func (p *Project) bases(base store.Base) []string {
	if own := p.Own[base]; own != "" && own != p.Roots[base] {
		return []string{p.Roots[base], own}
	}
	return []string{p.Roots[base]}
}

// Dirs are all directories that are walked, but the one for temporary files.
func (p *Project) Dirs() []string {
	var dirs []string
	for _, base := range store.Bases() {
		if base != store.Temp {
			dirs = append(dirs, p.bases(base)...)
		}
	}
	return dirs
}

// Selected is the configuration as selected.
func (p *Project) Selected() Reading { return p.Readings[0] }

// Declares tells whether any reading declares a name.
func (p *Project) Declares(n Name) bool { return len(p.kinds[n]) > 0 }

// Kinds are those that the readings give a name; none if it is not declared.
func (p *Project) Kinds(n Name) []string { return p.kinds[n] }

// Automatic tells whether a realm is derived from a directory of this project, so that it
// cannot be another project's.
func (p *Project) Automatic(realm string) bool { return p.automatic[realm] }

// providers are all declarations of providers.
func (p *Project) providers() iter.Seq[config.Provider] {
	return func(yield func(config.Provider) bool) {
		for _, r := range p.Readings {
			for _, pr := range r.Graph.Providers() {
				if !yield(pr) {
					return
				}
			}
		}
	}
}

// named are the declared names with a spelling.
func (p *Project) named(spelled string, provider bool) []Name { //nolint:revive // one of two namespaces, not a mode
	var names []Name
	for _, n := range p.declared[spelled] {
		if n.Provider == provider {
			names = append(names, n)
		}
	}
	return names
}

// IsRoot tells whether a directory of AWS files bears a declared name.
func (p *Project) IsRoot(dir string) bool {
	return dir == store.AWSUserDir || len(p.declared[dir]) > 0
}

// under is a path below a base.
func (p *Project) under(base store.Base, parts ...string) string {
	return filepath.Join(append([]string{p.Roots[base]}, parts...)...)
}

// RootNames are the providers that a directory of AWS files may be called after.
func (p *Project) RootNames(dir string) []Name { return p.named(dir, true) }

// spellings are those of all declared names.
func (p *Project) spellings() []string { return slices.Sorted(maps.Keys(p.declared)) }

// Warnings name realms that Atmos does not take, so that nothing can be stored under them.
func (p *Project) Warnings() []string {
	var all []string
	for _, r := range p.Config.Readings {
		for _, realm := range r.Realms {
			text := fmt.Sprintf("Atmos does not accept the realm %q: nothing can be stored under it", realm.String())
			if realm.Raw() != "" && !store.ValidRealm(realm.Raw()) && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return all
}

// Shown are the realms as they may be printed: of one that a YAML function gave, where it stands.
func (p *Project) Shown() []string {
	shown := slices.Clone(p.Realms)
	for _, r := range p.Config.Readings {
		for _, realm := range r.Realms {
			if i := slices.Index(shown, realm.Raw()); i >= 0 {
				shown[i] = realm.String()
			}
		}
	}
	return shown
}

// Explicit are the realms that the configuration names, as far as Atmos takes them.
func (p *Project) Explicit() []string {
	var realms []string
	for _, r := range p.Readings {
		for _, realm := range r.Realms {
			if slices.Contains(p.Realms, realm) {
				realms = append(realms, realm)
			}
		}
	}
	return realms
}

// Unread says what of the configuration could not be read, a sentence each.
func (p *Project) Unread() []string {
	var all []string
	for _, g := range p.Config.Gaps {
		all = append(all, g.String())
	}
	return all
}
