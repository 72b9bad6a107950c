package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const (
	maxDepth  = 500
	maxValues = 5_000_000 // in one file, what aliases stand for counted each time
)

// Parse reads one file that is called name, as a project's. It is pure: it follows no
// import and evaluates no YAML function.
func Parse(name string, data []byte) (*Config, error) {
	doc, err := parseFile(&origin{file: name}, data, func(at position, tag, _ string) *value {
		return unknownValue(at, tag+" is not evaluated")
	})
	if err != nil {
		return nil, err
	}
	var d decoder
	c := Empty(nil)
	now := layers{doc: doc}
	c.Readings[0], _ = d.reading("", &now, nil)
	d.claim(c, &now)
	c.Warnings, c.Gaps = d.warnings, d.gaps
	return c, nil
}

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
	doc, err := p.value(root, nil)
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
}

// An anchor is read once for each place at which used and areNames may decide differently.
type anchor struct {
	node *yaml.Node
	path string
}

func anchorAt(n *yaml.Node, path []string) anchor {
	return anchor{n, fmt.Sprint(min(len(path), 3), path[:min(len(path), 2)])}
}

func (p *parser) at(n *yaml.Node) position {
	return position{p.origin, n.Line, n.Column}
}

func (p *parser) value(n *yaml.Node, path []string) (*value, error) {
	if len(path) > maxDepth {
		return nil, fmt.Errorf("%s: nested deeper than %d levels", p.at(n), maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		return p.alias(n, path)
	}
	if n.Anchor == "" {
		return p.plain(n, path)
	}
	key := anchorAt(n, path)
	if p.anchors == nil {
		p.anchors = map[anchor]*value{}
	}
	p.anchors[key] = nil
	v, err := p.plain(n, path)
	p.anchors[key] = v
	return v, err
}

func (p *parser) alias(n *yaml.Node, path []string) (*value, error) {
	v, ok := p.anchors[anchorAt(n.Alias, path)]
	switch {
	case !ok:
		return p.value(n.Alias, path)
	case v == nil:
		return nil, fmt.Errorf("%s: an alias contains itself", p.at(n))
	}
	return v, nil
}

func (p *parser) plain(n *yaml.Node, path []string) (*value, error) {
	v := &value{at: p.at(n), size: 1, computed: p.computed}
	switch n.Kind {
	case yaml.MappingNode:
		v.kind = mapping
		return v, p.mapping(v, n, path)
	case yaml.SequenceNode:
		v.kind = list
		v.append = n.Tag == "!append"
		for _, c := range n.Content {
			item, err := p.value(c, append(path, "-"))
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, item)
			if err := v.grow(item); err != nil {
				return nil, err
			}
		}
		return v, nil
	case yaml.ScalarNode, yaml.AliasNode, yaml.DocumentNode:
	}
	switch {
	case n.Tag == "!unset":
		v.kind = unset
	case len(n.Tag) > 1 && n.Tag[0] == '!' && n.Tag[1] != '!':
		return p.eval(v.at, n.Tag, strings.TrimSpace(n.Value)), nil
	case n.Tag != "!!null":
		v.kind, v.text, v.written = text, decoded(n), n.Value
	}
	return v, nil
}

// mapping reads the entries of v. In keys that are no names a dot leads one level down,
// as viper has it.
func (p *parser) mapping(v *value, n *yaml.Node, path []string) error {
	v.entries = make([]entry, 0, len(n.Content)/2)
	b := builder{value: v, names: p.computed != "" || areNames(path), lines: make(map[string]int, len(n.Content)/2), folds: map[string]int{}}
	var inherited []*value
	var dotted []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		fold := strings.ToLower(key.Value)
		keys := []string{fold}
		if !b.names && !slices.Contains(strings.Split(fold, "."), "") {
			keys = strings.Split(fold, ".")
		}
		below := slices.Concat(path, keys)
		switch {
		case key.Tag == "!!merge":
			from, err := p.value(n.Content[i+1], path)
			if err != nil {
				return err
			}
			inherited = append(inherited, from)
			continue
		case p.used != nil && !p.used(below):
			continue
		case key.Kind != yaml.ScalarNode:
			return fmt.Errorf("%s: want a name as key", p.at(n.Content[i]))
		case b.lines[key.Value] > 0:
			return fmt.Errorf("%s: the same key stands in line %d already", p.at(n.Content[i]), b.lines[key.Value])
		}
		b.lines[key.Value] = key.Line
		c, err := p.value(n.Content[i+1], below)
		if err != nil {
			return err
		}
		e := entry{key.Value, fold, c, p.computed != ""}
		if len(keys) > 1 {
			dotted = append(dotted, nested(e, keys))
		} else {
			b.put(e)
		}
		if err := v.grow(c); err != nil {
			return err
		}
	}
	for _, e := range dotted { // viper tries the longest key first
		b.put(e)
	}
	for _, from := range inherited {
		if err := b.inherit(from); err != nil {
			return err
		}
	}
	return nil
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
	*value
	names bool
	lines map[string]int // of the keys that are set
	folds map[string]int // positions of keys that are no names
}

// put adds an entry. Keys that are no names are one in any letter case.
func (b *builder) put(e entry) {
	i, ok := b.folds[e.fold]
	switch {
	case b.names:
	case ok:
		merged := merge(b.entries[i].value, e.value)
		merged.freeze()
		b.entries[i].value = merged
		return
	default:
		b.folds[e.fold] = len(b.entries)
	}
	b.entries = append(b.entries, e)
}

// inherit adds the entries of a merge key that are not set.
func (b *builder) inherit(from *value) error {
	switch from.kind {
	case list:
		for _, item := range from.items {
			if item.kind == list {
				return fmt.Errorf("%s: want a mapping behind <<, not a list", item.at)
			}
			if err := b.inherit(item); err != nil {
				return err
			}
		}
	case mapping:
		for _, e := range from.entries {
			if b.lines[e.name] > 0 {
				continue
			}
			b.lines[e.name] = e.value.at.line
			if _, set := b.folds[e.fold]; !set {
				b.put(e)
			}
			if err := b.grow(e.value); err != nil {
				return err
			}
		}
	case text:
		return fmt.Errorf("%s: want a mapping behind <<, not text", from.at)
	case null, unknown, unset:
	}
	return nil
}

// grow counts c in. The count bounds what aliases may stand for.
func (v *value) grow(c *value) error {
	v.size += c.size
	if v.size > maxValues {
		return fmt.Errorf("%s: aliases stand for more than %d values", v.at, maxValues)
	}
	return nil
}

func textValue(at position, s, function string) *value {
	return &value{kind: text, at: at, text: s, written: s, computed: function, size: 1}
}

// unknownValue is a value that is not known, and why. The reason quotes what the file
// says, which is not for everybody where the file was imported.
func unknownValue(at position, why string) *value {
	if at.aside {
		why = "a YAML function that is not evaluated"
	}
	return &value{kind: unknown, at: at, text: why, size: 1}
}
