package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const (
	maxDepth  = 500
	maxDots   = 10        // levels in one key
	maxValues = 5_000_000 // in one file, what aliases stand for counted each time
)

// An evalFunc evaluates the YAML function tag, as !env, with its argument.
type evalFunc func(at position, tag, arg string) *value

// parseFile returns of the first document in data what a logout needs: the
// rest is not looked into.
func parseFile(from *origin, data []byte, eval evalFunc) (*value, error) {
	root, err := parseYAML(from, data)
	if err != nil {
		return nil, err
	}
	p := parser{origin: from, eval: eval, used: projectKeys}
	if from.own {
		p.used = ownKeys
	}
	doc, err := p.parse(root, nil)
	if err != nil {
		return nil, err
	}
	switch doc.kind {
	case mapping:
		return doc, nil
	case null:
		return &value{kind: mapping, at: doc.at}, nil
	case text, list, unknown, unset:
	}
	return nil, fmt.Errorf("%s: want a mapping, not %s", doc.at, doc.kind)
}

// projectKeys says whether what stands at path counts in a project's file. What
// does not is not looked into: it cannot have an effect.
func projectKeys(path []string) bool {
	return slices.Contains([]string{"auth", "base_path", "env", "import", "profiles"}, path[0])
}

// ownKeys says the same of the user's own files.
func ownKeys(path []string) bool {
	return projectKeys(path) || path[0] == "logs" || path[0] == "settings" && (len(path) == 1 || path[1] == "telemetry")
}

// areNames says whether the keys of the mapping at path are names, in which a dot is a dot.
func areNames(path []string) bool {
	switch len(path) {
	case 0:
		return false
	case 1:
		return path[0] == "env"
	case 2:
		return path[0] == "auth" && slices.Contains([]string{"providers", "identities", "integrations"}, path[1])
	}
	return path[0] == "auth" && path[1] == "identities" // see decoder.identity
}

// parseYAML returns the root of the first document in data.
func parseYAML(from *origin, data []byte) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil { // yaml.v3 panics on some malformed input
			err = fmt.Errorf("%s:1:1: not YAML", from.file)
		}
	}()
	var doc yaml.Node
	if err = yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc); err != nil {
		if joined := joinSurrogates(data); joined != nil {
			err = yaml.NewDecoder(bytes.NewReader(joined)).Decode(&doc)
		}
	}
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: 1, Column: 1}, nil
	case err != nil:
		return nil, syntaxError(from, data, err)
	}
	return doc.Content[0], nil
}

// A parser turns YAML nodes of one file into values.
type parser struct {
	origin   *origin
	eval     evalFunc
	used     func(path []string) bool // nil for everything
	computed string                   // the YAML function that includes the file
	anchors  map[anchor]*value        // nil while its value is being read
	err      error                    // the first one; what is read after it does not count
}

// parse returns the value of a node and all that is below it.
func (p *parser) parse(n *yaml.Node, path []string) (*value, error) {
	v := p.value(n, path)
	return v, p.err
}

func (p *parser) fail(at position, format string, args ...any) *value {
	if p.err == nil {
		p.err = fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...))
	}
	return &value{at: at, size: 1}
}

// An anchor is read once for each place at which used and areNames may decide differently.
type anchor struct {
	node *yaml.Node
	path string
}

func anchorAt(n *yaml.Node, path []string) anchor {
	return anchor{n, fmt.Sprint(min(len(path), 3), path[:min(len(path), 2)])}
}

func (p *parser) at(n *yaml.Node) position { return position{p.origin, n.Line, n.Column} }

func (p *parser) value(n *yaml.Node, path []string) *value {
	switch {
	case p.err != nil:
		return &value{at: p.at(n)}
	case len(path) > maxDepth:
		return p.fail(p.at(n), "nested deeper than %d levels", maxDepth)
	case n.Kind == yaml.AliasNode:
		return p.alias(n, path)
	case n.Anchor == "":
		return p.plain(n, path)
	}
	key := anchorAt(n, path)
	if p.anchors == nil {
		p.anchors = map[anchor]*value{}
	}
	p.anchors[key] = nil
	p.anchors[key] = p.plain(n, path)
	return p.anchors[key]
}

func (p *parser) alias(n *yaml.Node, path []string) *value {
	v, ok := p.anchors[anchorAt(n.Alias, path)]
	switch {
	case !ok:
		return p.value(n.Alias, path)
	case v == nil:
		return p.fail(p.at(n), "an alias contains itself")
	}
	return v
}

func (p *parser) plain(n *yaml.Node, path []string) *value {
	v := &value{at: p.at(n), size: 1, computed: p.computed}
	switch {
	case n.Kind == yaml.MappingNode:
		v.kind = mapping
		p.mapping(v, n, path)
	case n.Kind == yaml.SequenceNode:
		v.kind, v.append = list, n.Tag == "!append"
		for _, c := range n.Content {
			item := p.value(c, append(path, "-"))
			v.items = append(v.items, item)
			p.grow(v, item)
		}
	case n.Tag == "!unset":
		v.kind = unset
	case strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!"):
		return p.eval(v.at, n.Tag, strings.TrimSpace(n.Value))
	case n.Tag != "!!null":
		v.kind, v.text, v.written = text, decoded(n), n.Value
	}
	return v.local()
}

// grow counts c into v. The count bounds what aliases may stand for.
func (p *parser) grow(v, c *value) {
	if v.size += c.size; v.size > maxValues {
		p.fail(v.at, "aliases stand for more than %d values", maxValues)
	}
}

// mapping reads the entries of v. In keys that are no names a dot leads one level down,
// as viper has it.
func (p *parser) mapping(v *value, n *yaml.Node, path []string) {
	v.entries = make([]entry, 0, len(n.Content)/2)
	b := builder{parser: p, value: v, names: p.computed != "" || areNames(path), lines: make(map[string]int, len(n.Content)/2)}
	var dotted, inherited []func() // what is put after the rest: more, and less, than that counts
	for i := 0; i+1 < len(n.Content) && p.err == nil; i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		fold := strings.ToLower(key.Value)
		keys := b.keys(fold)
		below := append(path, keys...)
		if keys == nil {
			below = append(path, fold)
		}
		switch {
		case key.Tag == "!!merge":
			from := p.value(n.Content[i+1], path)
			inherited = append(inherited, func() { b.inherit(from) })
			continue
		case p.used != nil && !p.used(below):
			continue
		case key.Kind != yaml.ScalarNode:
			p.fail(p.at(n.Content[i]), "want a name as key")
		case b.lines[key.Value] > 0:
			p.fail(p.at(n.Content[i]), "the same key is already in line %d", b.lines[key.Value])
		}
		b.lines[key.Value] = key.Line
		e := entry{key.Value, fold, p.value(n.Content[i+1], below), p.computed != ""}
		p.grow(v, e.value)
		if keys == nil {
			b.put(e)
		} else { // viper tries the longest key first
			dotted = append(dotted, func() { b.put(nested(e, keys)) })
		}
	}
	for _, put := range append(dotted, inherited...) {
		put()
	}
}

// nested is e as keys say it, the first one outside.
func nested(e entry, keys []string) entry {
	v := e.value
	for _, key := range slices.Backward(keys[1:]) {
		inner := entry{key, key, v, e.computed}
		v = &value{kind: mapping, at: v.at, computed: e.value.computed, size: v.size + 1, entries: []entry{inner}}
	}
	return entry{keys[0], keys[0], v, e.computed}
}

// A builder adds entries to a mapping.
type builder struct {
	*parser
	*value
	names bool
	lines map[string]int // of the keys that are set
	folds map[string]int // positions of keys that are no names
}

// keys are the levels that a key with dots stands for; nil if it is one.
func (b *builder) keys(key string) []string {
	if b.names || !strings.Contains(key, ".") {
		return nil
	}
	keys := strings.Split(key, ".")
	if len(keys) > maxDots || slices.Contains(keys, "") {
		return nil
	}
	return keys
}

// put adds an entry. Keys that are no names are one in any letter case.
func (b *builder) put(e entry) {
	if i, ok := b.folds[e.fold]; ok {
		b.entries[i].value = merge(b.entries[i].value, e.value)
		return
	}
	if !b.names {
		if b.folds == nil {
			b.folds = make(map[string]int, cap(b.entries))
		}
		b.folds[e.fold] = len(b.entries)
	}
	b.entries = append(b.entries, e)
}

// inherit adds the entries of a merge key that are not set.
func (b *builder) inherit(from *value) {
	switch from.kind {
	case list:
		for _, item := range from.items {
			if item.kind == list {
				b.fail(item.at, "want a mapping behind <<, not a list")
				return
			}
			b.inherit(item)
		}
	case mapping:
		for _, e := range from.entries {
			if _, set := b.folds[e.fold]; set || b.lines[e.name] > 0 {
				continue
			}
			b.lines[e.name] = e.value.at.line
			b.put(e)
			b.grow(b.value, e.value)
		}
	case text:
		b.fail(from.at, "want a mapping behind <<, not text")
	case null, unknown, unset:
	}
}

func textValue(at position, s, function string) *value {
	return (&value{kind: text, at: at, text: s, written: s, computed: function, size: 1}).local()
}

// local is the value, unless a project names a file on another machine with it. Windows would log in there
// as the user, only to look at the file.
func (v *value) local() *value {
	if v.kind == text && isUNC(v.text) && !v.at.own {
		return unknownValue(v.at, "is on another machine")
	}
	return v
}

// isUNC tells whether Windows takes a path for one of another machine, or of its namespace of devices.
func isUNC(path string) bool {
	path = strings.ReplaceAll(path, "/", `\`)
	return runtime.GOOS == "windows" && (strings.HasPrefix(path, `\\`) || strings.HasPrefix(path, `\??`))
}

// unknownValue is a value that is not known, and why. The reason quotes what the file
// says, which is not for everybody where the file was imported.
func unknownValue(at position, why string) *value {
	if at.aside {
		why = "a YAML function that is not evaluated"
	}
	return &value{kind: unknown, at: at, text: why, size: 1}
}
