package config

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
// one file's !unset takes nothing from another's declaration.
func (d *decoder) identities(merged []entry, declared []declaration, provisions []provision) (since, before []Identity) {
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
	for i, e := range all.entries {
		if e.value.kind != unset {
			o := object{d: d, v: e.value, dotted: true}
			id := o.identity(e)
			id.Provisioned = provisioned[i]
			before = append(before, id)
		}
		if last[i] == nil || last[i].get("kind") == nil {
			last[i] = e.value // without a kind Atmos rejects it and can have left nothing
		}
		if last[i].kind != unset {
			o := object{d: d, v: last[i]}
			id := o.identity(e)
			id.Provisioned = provisioned[i]
			since = append(since, id)
		}
	}
	return since, before
}
