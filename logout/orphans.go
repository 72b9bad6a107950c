package logout

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// Orphans makes a plan of what is provably this project's but bears a name that is
// not declared any more, or lies in the directory of one: only automatic realms
// prove the project. items are those that a plan for everything declared leaves
// unclaimed. What cannot be proven stands in the plan's Notes.
func (m Machine) Orphans(items []Item) Plan {
	p := Plan{Target: Target{Orphans: true}}
	declared := m.declaredNames()
	var ours []Item
	for _, i := range items {
		why := ""
		switch {
		case declared.has(i):
		case slices.Contains(m.Automatic, i.Realm), i.Err != nil && i.Realm+i.Root == "":
			ours = append(ours, i) // if it cannot be looked at, a step that fails
		case i.Realm == "" && i.Name == "":
			why = "its place does not tell whose it is"
		case i.Realm == "":
			why = "no realm: it may be another project's"
		case slices.Contains(m.Realms, i.Realm):
			why = "another project may use the realm " + i.Realm
		}
		if why != "" {
			p.Notes = append(p.Notes, fmt.Sprintf("Not proven: %s in %s (%s)", cmpString(i.Name, Word(i.Kind)), i.where(m.Roots), why))
		}
	}
	p.Notes = unique(p.Notes)
	seen := make(map[disk.Place]bool)
	for _, i := range ours {
		s := i.step()
		p.addName(s.Name)
		if s.Kind != store.KeyringEntry && seen[i.Place] {
			continue
		}
		seen[i.Place] = true
		if s.awsFile() && i.Err == nil {
			s.Rule = declared.orphanRule(ours, i)
			cut, err := m.Files.LookSections(s.Place, s.Rule)
			s.Keeps, s.Err = cut.Kept, unlessLink(err)
			s.Owners, s.Expiry = sectionsOf(ours, i.Place)
		}
		p.Steps = append(p.Steps, s)
	}
	m.planAllLocks(&p)
	m.planDirs(&p)
	return p
}

// unlessLink is nil for a symbolic link, which can be removed itself.
func unlessLink(err error) error {
	if errors.Is(err, disk.ErrSymlink) {
		return nil
	}
	return err
}

// declaredNames are all names of this project in every spelling, those of
// profiles that are not selected among them.
type declaredNames map[string]bool

// has tells whether an item is of a declared name, and in a directory of one if it is in any.
func (d declaredNames) has(i Item) bool {
	switch {
	case i.Err != nil || i.Root != "" && !d.name(i.Root):
		return false
	case i.Root != "" && (i.Name == "" || i.Name == "default"): // counts as the directory's
		return true
	}
	return d.name(i.Name)
}

func (d declaredNames) name(name string) bool { return d[name] || d[strings.ToLower(name)] }

// orphanRule removes the sections of one file that are orphans; all that is in it if the
// directory's own name is declared no more.
func (d declaredNames) orphanRule(ours []Item, of Item) cut.Rule {
	if !d.name(of.Root) {
		return cut.Rule{Scope: cut.WholeDirectory}
	}
	rule := cut.Rule{Remove: make(map[string]bool), Declared: d, Scope: cut.OwnSections}
	for _, i := range ours {
		if i.Place == of.Place {
			rule.Remove[i.Name] = true
		}
	}
	return rule
}

func (m Machine) declaredNames() declaredNames {
	names := make(spelledNames)
	names.add(store.AWSUserDir)
	for _, p := range m.Graph.Providers() {
		names.add(p.Name)
	}
	for _, id := range m.Graph.Identities() {
		names.add(id.Name)
		if _, ok := m.older(id.Name); ok { // other releases of Atmos may see another provider
			if root, ok := m.Older.Root(id.Name); ok {
				names.add(root.Name)
			}
		}
	}
	for _, i := range m.Integrations {
		names.add(i.Name)
	}
	for _, l := range m.Graph.Roots() {
		names.add(l.Name)
	}
	for _, name := range m.Elsewhere {
		names.add(name)
	}
	return declaredNames(names.set())
}
