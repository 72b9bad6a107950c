package logout

import (
	"slices"

	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// addEntries makes a step of each keyring entry, in the order of the names.
func (b *builder) addEntries(taken []*inventory.Trace) {
	for _, t := range taken {
		if t.Kind != store.KeyringEntry {
			continue
		}
		s := &Step{Kind: t.Kind, Where: t.Where, Realm: t.Realm, Traces: []*inventory.Trace{t}, Names: b.namesOf(t), Err: t.Err}
		switch {
		case b.AllProjects:
		case t.PerhapsOf != "":
			s.Kept, s.KeptFor = KeptAmbiguous, t.PerhapsOf
		case t.AccessKey != inventory.NoAccessKey && b.foreignKey(t):
			s.Kept = KeptForeign
		}
		s.rank = b.order(s)
		b.Steps = append(b.Steps, s)
	}
	slices.SortStableFunc(b.Steps, func(x, y *Step) int { return x.rank - y.rank })
}

// foreignKey tells whether a long-lived key is not this project's: every reading declares its
// name as another kind, or its realm is the automatic one of another project, which an
// atmos.yaml may name.
func (b *builder) foreignKey(t *inventory.Trace) bool {
	if store.AutomaticRealm(t.Realm) && !b.inv.Automatic(t.Realm) {
		return true
	}
	declared := false
	for _, n := range t.Of {
		for _, kind := range b.inv.Kinds(n) {
			if kind == "aws/user" || !store.Knows(kind) {
				return false
			}
			declared = true
		}
	}
	return declared
}

// addGaps adds what could not be looked at and may be of a name: a step that will fail.
func (b *builder) addGaps() {
	for _, t := range b.inv.Traces {
		switch {
		case !t.Gap() || !t.Ours && !b.AllProjects && (!b.everything() || t.Kind != store.KeyringEntry):
		case t.Kind != store.KeyringEntry || !t.Ours || b.AllProjects || b.Orphans: // of names that nobody declares, too
			b.Steps = append(b.Steps, &Step{Kind: t.Kind, Where: t.Where, Realm: t.Realm, Err: t.Err})
		default:
			names := make([]string, len(b.Names))
			for i, m := range b.Names {
				names[i] = m.Name
			}
			unknown := b.inv.UnknownKeys(t, names)
			for _, name := range names {
				for _, key := range unknown[name] {
					where := inventory.Where{Keyring: t.Where.Keyring, Key: key}
					b.Steps = append(b.Steps, &Step{Kind: t.Kind, Where: where, Names: []string{name}, Err: t.Err})
				}
			}
		}
	}
}
