package config

import (
	"fmt"
	"slices"
	"strings"
)

// An origin is a file that values come from.
type origin struct {
	file string
	own  bool // the user's own word: see [Own]
	// aside: the file was imported or included. It may be anything on this machine, so
	// that messages name places in it only.
	aside bool
}

// A position is a place in a file, as editors and compilers write it.
type position struct {
	*origin
	line, column int
}

func (p position) String() string {
	return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.column)
}

type kind int

const (
	null kind = iota
	text
	list
	mapping
	unknown // behind a YAML function that was not evaluated
	unset   // !unset: removes what files of lower precedence say
)

func (k kind) String() string {
	return [...]string{"nothing", "text", "a list", "a mapping", "a function", "nothing"}[k]
}

// A value is a YAML value that remembers where it was written. It is never
// changed once parsed, so that aliases and files can share it; but see own.
type value struct {
	kind     kind
	at       position
	text     string // of a text; of an unknown the reason
	written  string // of a text: before Atmos takes it for a number or a truth value
	computed string // the YAML function that gave it, as !env, or empty
	append   bool   // a list behind !append
	items    []*value
	entries  []entry
	size     int    // of the values in it, aliases expanded
	index    *index // of an owned mapping
}

// An index finds the entries of a mapping.
type index struct {
	exact map[string]int // by name
	fold  map[string]int // the first of each lower-case name
}

func (x *index) add(i int, e entry) {
	x.exact[e.name] = i
	if _, ok := x.fold[e.fold]; !ok {
		x.fold[e.fold] = i
	}
}

type entry struct {
	name     string // as written
	fold     string // in lower case, as viper reads every key
	value    *value
	computed bool // a YAML function gave the name
}

// place is where a value stands, for people.
func (v *value) place() string { return fmt.Sprintf("%s:%d", v.at.file, v.at.line) }

// shown is a text for a message: nothing if it is not known to be harmless.
func (v *value) shown() string {
	if v.computed != "" || v.at.aside {
		return ""
	}
	return " " + printable(v.text)
}

// string is the text of v, or empty.
func (v *value) string() string {
	if v == nil || v.kind != text {
		return ""
	}
	return v.text
}

// get follows keys of any letter case down from v. What is not there is nil.
func (v *value) get(keys ...string) *value {
	for _, key := range keys {
		if v == nil {
			return nil
		}
		i := slices.IndexFunc(v.entries, func(e entry) bool { return e.fold == key })
		if i < 0 {
			return nil
		}
		v = v.entries[i].value
	}
	return v
}

// own returns a copy of the mapping v that merge may change, or v if it is one.
func (v *value) own() *value {
	if v.index != nil {
		return v
	}
	c := *v
	c.entries = slices.Clone(v.entries)
	c.index = &index{make(map[string]int, len(v.entries)), make(map[string]int, len(v.entries))}
	for i, e := range c.entries {
		c.index.add(i, e)
	}
	return &c
}

// freeze makes merge leave v as it is from now on.
func (v *value) freeze() {
	if v == nil || v.index == nil {
		return
	}
	v.index = nil
	for _, e := range v.entries {
		e.value.freeze()
	}
}

func (v *value) add(e entry) {
	v.entries = append(v.entries, e)
	v.index.add(len(v.entries)-1, e)
}

// find returns the entry of the owned mapping v that is called name, or else
// the first one that is called so in lower case; -1 if there is none.
func (v *value) find(name string) int {
	if i, ok := v.index.exact[name]; ok {
		return i
	}
	if i, ok := v.index.fold[strings.ToLower(name)]; ok {
		return i
	}
	return -1
}

// merge lays over on top of under as viper does: mappings are merged, all else
// is replaced, and a mapping survives an empty value. An owned under is changed.
func merge(under, over *value) *value {
	switch {
	case over == nil:
		return under
	case under == nil:
		return over
	case under.kind == mapping && over.kind == null:
		return under
	case under.kind == list && over.kind == list && over.append:
		joined := *over
		joined.items = slices.Concat(under.items, over.items)
		return &joined
	case under.kind != mapping || over.kind != mapping:
		return over
	}
	m := under.own()
	var spelled map[string]bool
	for _, e := range over.entries {
		i := m.find(e.name)
		if i >= 0 && m.entries[i].name != e.name {
			// Two spellings in one file are two entries: what over itself
			// spells that way is not what e means.
			if spelled == nil {
				spelled = over.names()
			}
			if spelled[m.entries[i].name] {
				i = -1
			}
		}
		if i < 0 {
			m.add(e)
			continue
		}
		m.entries[i].value = merge(m.entries[i].value, e.value)
		m.entries[i].computed = m.entries[i].computed && e.computed
	}
	return m
}

func (v *value) names() map[string]bool {
	names := make(map[string]bool, len(v.entries))
	for _, e := range v.entries {
		names[e.name] = true
	}
	return names
}
