package config

import (
	"fmt"
	"regexp"
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
	rough bool // the place of an error need not be exact: others are told of first
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
// changed once parsed, so that aliases, files and readings can share it.
type value struct {
	kind     kind
	at       position
	text     string // of a text; of an unknown the reason
	written  string // of a text: before Atmos takes it for a number or a truth value
	computed string // the YAML function that gave it, as !env, or empty
	append   bool   // a list behind !append
	items    []*value
	entries  []entry
	size     int // of the values in it, aliases expanded
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
	return " " + printable(public(v.text))
}

// public is a path or URL without what may be a secret in it: a user name, a password, a query.
func public(path string) string {
	if !isRemote(path) {
		return path
	}
	path, _, _ = strings.Cut(path, "?")
	return regexp.MustCompile(`://[^/]*@`).ReplaceAllString(path, "://")
}

// isEmpty says whether v says nothing, whatever is wanted of it.
func (v *value) isEmpty() bool {
	return v == nil || v.kind == null || v.kind == unset || v.kind == list && len(v.items) == 0 || v.kind == text && v.text == ""
}

// unfit says why v is not what is wanted.
func (v *value) unfit(want kind) string {
	if v.kind == unknown {
		return v.text
	}
	return fmt.Sprintf("want %s, not %s", want, v.kind)
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

// merge lays values over each other as viper does, the last one on top: mappings are
// merged, all else is replaced, and a mapping survives an empty value.
func merge(layers ...*value) *value {
	var top *value
	var mappings []*value // below top, and top itself
	for _, v := range layers {
		switch {
		case v == nil || v.kind == null && top != nil && top.kind == mapping:
			continue
		case v.kind != mapping || top != nil && top.kind != mapping:
			v, mappings = v.over(top), nil
		}
		top, mappings = v, append(mappings, v)
	}
	if top == nil || top.kind != mapping || len(mappings) == 1 {
		return top
	}
	return mergeMappings(mappings)
}

// over is v with the items of what is below it, if it is a list behind !append.
func (v *value) over(below *value) *value {
	if v.kind != list || !v.append || below == nil || below.kind != list {
		return v
	}
	joined := *v
	joined.items = slices.Concat(below.items, v.items)
	return &joined
}

// mergeMappings takes time in proportion to the entries, however many mappings they are in.
func mergeMappings(mappings []*value) *value {
	merged := *mappings[len(mappings)-1]
	merged.entries = nil
	var values [][]*value // of each entry
	exact, folded := map[string]int{}, map[string]int{}
	for _, m := range mappings {
		own := m.names()
		for _, e := range m.entries {
			i, ok := exact[e.name]
			if !ok {
				// Two spellings in one file are two entries: what the file itself spells
				// that way is not what e means.
				i, ok = folded[e.fold]
				ok = ok && !own[merged.entries[i].name]
			}
			if !ok {
				i = len(values)
				merged.entries, values = append(merged.entries, e), append(values, nil)
				exact[e.name] = i
				if _, taken := folded[e.fold]; !taken {
					folded[e.fold] = i
				}
			}
			values[i] = append(values[i], e.value)
			merged.entries[i].computed = merged.entries[i].computed && e.computed
		}
	}
	for i := range values {
		merged.entries[i].value = merge(values[i]...)
	}
	return &merged
}

func (v *value) names() map[string]bool {
	names := make(map[string]bool, len(v.entries))
	for _, e := range v.entries {
		names[e.name] = true
	}
	return names
}
