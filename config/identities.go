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
// have the lowest precedence. Since v1.216.0 the last declaration of an identity
// replaces it as a whole, imports and .atmos.d after the main file: what differs
// by that becomes Other.
func (d *decoder) identities(merged *value, declared []declaration, provisions []provision) []Identity {
	entries := d.mapping(merged, "auth", "identities")
	all := (&value{kind: mapping, entries: entries}).own()
	last := make([]*value, len(entries))
	imported := make([]bool, len(entries))
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
	ids := make([]Identity, 0, len(all.entries))
	for i, e := range all.entries {
		if e.value.kind == unset {
			continue
		}
		id := d.identity(e)
		id.Provisioned = provisioned[i]
		if last[i] != nil && last[i] != e.value {
			other := d.identity(entry{name: e.name, value: last[i]})
			other.Provisioned = id.Provisioned
			// Without a kind Atmos rejects the configuration and can have left nothing.
			if other.Kind != "" && (other.Kind != id.Kind || other.Via != id.Via || other.AccessKeyInFile != id.AccessKeyInFile) {
				id.Other = &other
			}
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	return ids
}
