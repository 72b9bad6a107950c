package logout

import (
	"fmt"
	"slices"
	"strings"

	"github.com/credclean/credclean/store"
)

// Orphans makes a plan of what is provably this project's but bears a name that is
// not declared any more: only automatic realms prove the project. What cannot
// be proven stands in the plan's Unproven.
func (m Machine) Orphans(items []Item) Plan {
	p := Plan{Target: Target{Orphans: true}}
	declared := m.declaredNames()
	var ours []Item
	var unproven []string
	for _, i := range items {
		switch {
		case i.Err != nil:
			ours = append(ours, i) // cannot be looked at: a step that fails
		case i.Name == "" || declared[i.Name] || declared[strings.ToLower(i.Name)]:
		case i.Realm != "" && slices.Contains(m.Automatic, i.Realm):
			ours = append(ours, i)
		case i.Realm == "":
			unproven = append(unproven, fmt.Sprintf("Not proven: %s in %s (no realm: it may be another project's)", i.Name, i.where(m.Roots)))
		case slices.Contains(m.Realms, i.Realm):
			unproven = append(unproven, fmt.Sprintf("Not proven: %s in %s (another project may use the realm %s)", i.Name, i.where(m.Roots), i.Realm))
		}
	}
	p.Notes = unique(unproven)
	seen := make(map[store.Place]bool)
	for _, i := range ours {
		p.addName(cmpString(i.Name, i.Keyring))
		if i.Kind != store.KeyringEntry && seen[i.Place] {
			continue
		}
		seen[i.Place] = true
		s := i.step()
		if s.awsFile() && i.Err == nil {
			s.Rule = m.orphanRule(ours, i, declared)
			cut, err := m.Files.LookSections(s.Place, s.Rule)
			s.Keeps, s.Err = cut.Kept, err
			s.Owners, s.Expiry = sectionsOf(ours, i.Place)
		}
		p.Steps = append(p.Steps, s)
	}
	m.planAllLocks(&p)
	m.planDirs(&p)
	return p
}

// orphanRule removes the sections of one file that are orphans. If the
// directory's own name is declared no more, what stands in no section goes too.
func (m Machine) orphanRule(ours []Item, of Item, declared map[string]bool) store.Rule {
	rule := store.Rule{Remove: make(map[string]bool), Declared: declared, Scope: store.OwnSections}
	for _, i := range ours {
		if i.Place == of.Place {
			rule.Remove[i.Name] = true
		}
	}
	if !declared[of.Root] && of.Root != store.AWSUserDir {
		rule.Scope = store.ChainsFile
	}
	return rule
}

// declaredNames are all names of this project in every spelling, those of
// profiles that are not selected among them.
func (m Machine) declaredNames() map[string]bool {
	names := make(spelledNames)
	for _, p := range m.Graph.Providers() {
		names.add(p.Name)
	}
	for _, id := range m.Graph.Identities() {
		names.add(id.Name)
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
	return names.set()
}
