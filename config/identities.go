package config

import "slices"

// A declaration is what one file says of identities.
type declaration struct {
	identities *value
	imported   bool // by an import or a profile, which v1.216.0 reads last
}

// A person is an identity before it is decoded.
type person struct {
	entry
	last     *value // its last declaration, if there is one
	imported bool
}

// People are found by their exact name, or else by the first that is so in lower case.
type people struct {
	all           []*person
	exact, folded map[string]*person
}

func (p *people) add(e entry) *person {
	one := &person{entry: e}
	p.all = append(p.all, one)
	p.exact[e.name] = one
	if p.folded[e.fold] == nil {
		p.folded[e.fold] = one
	}
	return one
}

func (p *people) find(e entry) *person {
	if one := p.exact[e.name]; one != nil {
		return one
	}
	return p.folded[e.fold]
}

// provide adds what was provisioned: under all declarations, and before imports.
func (p *people) provide(identities *value) {
	for _, e := range identities.entries {
		one := p.find(e)
		if one == nil {
			one = p.add(e)
		}
		one.value = merge(e.value, one.value)
		if !one.imported {
			one.last = e.value
		}
	}
}

// identities reads the merged identities and those that were provisioned, which
// have the lowest precedence. Before v1.216.0 that is all. Since then the last declaration
// of an identity replaces it as a whole, imports and .atmos.d after the main file, and
// one file's !unset takes nothing from another's declaration. before is nil if it is the same.
func (d *decoder) identities(merged []entry, declared []declaration, provisions []*value) (since, before []Identity) {
	p := people{exact: map[string]*person{}, folded: map[string]*person{}}
	for _, e := range merged {
		p.add(e)
	}
	for _, decl := range declared {
		for _, e := range decl.identities.entries {
			if one := p.find(e); one != nil && e.value.kind == mapping {
				one.last, one.imported = e.value, decl.imported
			}
		}
	}
	for _, identities := range provisions {
		p.provide(identities)
	}
	since = make([]Identity, 0, len(p.all))
	for _, one := range p.all {
		now, old := d.person(one)
		if before == nil && !sameIdentity(now, old) {
			before = append(make([]Identity, 0, len(p.all)), since...)
		}
		if now != nil {
			since = append(since, *now)
		}
		if old != nil && before != nil {
			before = append(before, *old)
		}
	}
	return since, before
}

// person decodes an identity as releases since v1.216.0 read it, and as those before; nil if
// it is unset there. The two are one if nothing can differ.
func (d *decoder) person(one *person) (now, old *Identity) {
	last := one.last
	if last == nil || last.get("kind") == nil {
		last = one.value // without a kind Atmos rejects it and can have left nothing
	}
	decode := func(o object) *Identity {
		if o.v.kind == unset {
			return nil
		}
		return o.identity(one.entry)
	}
	now = decode(object{d: d, v: last})
	if last == one.value && last.get("via.provider") == nil && last.get("via.identity") == nil {
		return now, now
	}
	return now, decode(object{d: d, v: one.value, dotted: true})
}

// sameIdentity says whether releases of Atmos agree on an identity; nil is one that they do not have.
func sameIdentity(a, b *Identity) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Kind == b.Kind && a.Via == b.Via && a.AccessKeyInFile == b.AccessKeyInFile && slices.Equal(a.Unresolved, b.Unresolved)
}
