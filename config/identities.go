package config

import "slices"

// A declaration is what one file says of identities.
type declaration struct {
	identities *value
	imported   bool // by an import or a profile, which v1.216.0 reads last
}

// A provision is what a provisioned-identities.yaml says of identities.
type provision struct {
	provider   string
	identities *value
}

// identities reads the merged identities and those that were provisioned, which
// have the lowest precedence. Before v1.216.0 that is all. Since then the last declaration
// of an identity replaces it as a whole, imports and .atmos.d after the main file, and
// one file's !unset takes nothing from another's declaration. before is nil if it is the same.
func (d *decoder) identities(merged []entry, declared []declaration, provisions []provision) (since, before []Identity) {
	before = []Identity{}
	all := (&value{kind: mapping, entries: merged}).own()
	last := make([]*value, len(merged))
	imported := make([]bool, len(merged))
	for _, decl := range declared {
		for _, e := range decl.identities.entries {
			if i := all.find(e.name); i >= 0 && e.value.kind == mapping {
				last[i], imported[i] = e.value, decl.imported
			}
		}
	}
	provisioned := map[int]string{}
	for _, p := range provisions {
		for _, e := range p.identities.entries {
			i := all.find(e.name)
			if i < 0 {
				all.add(e)
				last, imported = append(last, nil), append(imported, true)
				i = len(last) - 1
			} else {
				all.entries[i].value = merge(e.value, all.entries[i].value)
			}
			if !imported[i] {
				last[i] = e.value
			}
			provisioned[i] = p.provider
		}
	}
	differ := false
	for i, e := range all.entries {
		if last[i] == nil || last[i].get("kind") == nil {
			last[i] = e.value // without a kind Atmos rejects it and can have left nothing
		}
		now := object{d: d, v: last[i]}
		id := now.identity(e)
		id.Provisioned = provisioned[i]
		if last[i].kind != unset {
			since = append(since, id)
		}
		if e.value != last[i] || hasDots(e.value) {
			old := object{d: d, v: e.value, dotted: true}
			other := old.identity(e)
			other.Provisioned = id.Provisioned
			differ = differ || e.value.kind == unset || !sameIdentity(id, other)
			id = other
		}
		if e.value.kind != unset {
			before = append(before, id)
		}
	}
	if !differ {
		return since, nil
	}
	return since, before
}

// hasDots says whether an identity says via in one word, as via.provider.
func hasDots(v *value) bool { return v.get("via.provider") != nil || v.get("via.identity") != nil }

// sameIdentity says whether releases of Atmos agree on an identity.
func sameIdentity(a, b Identity) bool {
	return a.Kind == b.Kind && a.Via == b.Via && a.AccessKeyInFile == b.AccessKeyInFile && slices.Equal(a.Unresolved, b.Unresolved)
}
