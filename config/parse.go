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
	maxValues = 5_000_000 // more than 8 MiB can hold without aliases
)

// Parse reads one file that is called name. It is pure: it follows no import
// and evaluates no YAML function.
func Parse(name string, data []byte) (*Config, error) {
	doc, err := parseFile(name, data, func(at position, tag, _ string) (*value, error) {
		return unknownValue(at, tag+" is not evaluated"), nil
	})
	if err != nil {
		return nil, err
	}
	var d decoder
	c := &Config{env: d.envBlock(doc)}
	d.config(c, doc)
	c.Auth.Identities = d.identities(doc.get("auth", "identities"), nil, nil)
	return c, d.finish(c)
}

// An evalFunc evaluates the YAML function tag, as !env, with its argument.
type evalFunc func(at position, tag, arg string) (*value, error)

// parseFile returns of the first document in data what a logout needs: the
// rest is not looked into.
func parseFile(name string, data []byte, eval evalFunc) (*value, error) {
	root, err := parseYAML(name, data)
	if err != nil {
		return nil, err
	}
	p := parser{file: name, eval: eval, used: used}
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

// used says whether a logout needs what stands at path.
func used(path []string) bool {
	switch len(path) {
	case 1:
		return slices.Contains([]string{"auth", "base_path", "env", "import", "logs", "profiles", "settings"}, path[0])
	case 2:
		return path[0] != "settings" || path[1] == "telemetry"
	}
	return true
}

// parseYAML returns the root of the first document in data.
func parseYAML(name string, data []byte) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil { // yaml.v3 panics on some malformed input
			err = fmt.Errorf("%s:1:1: not YAML", name)
		}
	}()
	var doc yaml.Node
	err = yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: 1, Column: 1}, nil
	case err != nil:
		return nil, syntaxError(name, data, err)
	}
	return doc.Content[0], nil
}

// A parser turns YAML nodes of one file into values.
type parser struct {
	file    string
	eval    evalFunc
	used    func(path []string) bool // nil for everything
	anchors map[anchor]*value        // nil while its value is being read
}

// An anchor is read once for each depth at which used may decide differently.
type anchor struct {
	node *yaml.Node
	path string
}

func (p *parser) at(n *yaml.Node) position {
	return position{p.file, n.Line, n.Column}
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
	key := anchor{n, strings.Join(path[:min(len(path), 2)], ".")}
	if p.anchors == nil {
		p.anchors = map[anchor]*value{}
	}
	p.anchors[key] = nil
	v, err := p.plain(n, path)
	p.anchors[key] = v
	return v, err
}

func (p *parser) alias(n *yaml.Node, path []string) (*value, error) {
	v, ok := p.anchors[anchor{n.Alias, strings.Join(path[:min(len(path), 2)], ".")}]
	switch {
	case !ok:
		return p.value(n.Alias, path)
	case v == nil:
		return nil, fmt.Errorf("%s: *%s contains itself", p.at(n), n.Value)
	}
	return v, nil
}

func (p *parser) plain(n *yaml.Node, path []string) (*value, error) {
	v := &value{at: p.at(n), size: 1}
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
		return p.eval(v.at, n.Tag, strings.TrimSpace(n.Value))
	case n.Tag != "!!null":
		v.kind = text
		v.text = n.Value
	}
	return v, nil
}

func (p *parser) mapping(v *value, n *yaml.Node, path []string) error {
	v.entries = make([]entry, 0, len(n.Content)/2)
	lines := make(map[string]int, len(n.Content)/2)
	folded := map[string]string{} // of the levels whose keys are no names
	var inherited []*value
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		fold := strings.ToLower(key.Value)
		below := append(path, fold)
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
		case lines[key.Value] > 0:
			return fmt.Errorf("%s: %s is already set in line %d", p.at(n.Content[i]), printable(key.Value), lines[key.Value])
		case len(below) <= 2 && below[0] != "env" && folded[fold] != "":
			return fmt.Errorf("%s: %s is already set in line %d, as %s", p.at(n.Content[i]), printable(key.Value), lines[folded[fold]], printable(folded[fold]))
		}
		if len(below) <= 2 {
			folded[fold] = key.Value
		}
		lines[key.Value] = key.Line
		c, err := p.value(n.Content[i+1], below)
		if err != nil {
			return err
		}
		v.entries = append(v.entries, entry{key.Value, fold, c})
		if err := v.grow(c); err != nil {
			return err
		}
	}
	for _, from := range inherited {
		if err := v.inherit(from, lines); err != nil {
			return err
		}
	}
	return nil
}

// inherit adds the entries of a merge key that v does not set itself.
func (v *value) inherit(from *value, set map[string]int) error {
	switch from.kind {
	case list:
		for _, item := range from.items {
			if item.kind == list {
				return fmt.Errorf("%s: want a mapping behind <<, not a list", item.at)
			}
			if err := v.inherit(item, set); err != nil {
				return err
			}
		}
	case mapping:
		for _, e := range from.entries {
			if set[e.name] > 0 {
				continue
			}
			set[e.name] = e.value.at.line
			v.entries = append(v.entries, e)
			if err := v.grow(e.value); err != nil {
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

func textValue(at position, s string) *value {
	return &value{kind: text, at: at, text: s, size: 1}
}

func unknownValue(at position, why string) *value {
	return &value{kind: unknown, at: at, text: why, size: 1}
}
