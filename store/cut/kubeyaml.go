package cut

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A kubeYAML is a kubeconfig of any form, read by yaml.v3.
type kubeYAML struct {
	kubeFile
	text    []byte
	lines   []int         // where each begins
	root    *yaml.Node    // nil if the file is empty
	keys    [3]*yaml.Node // of the lists; nil if there is none
	values  [3]*yaml.Node
	current *yaml.Node // nil if there is none
}

func readKubeYAML(text []byte) (f kubeYAML, err error) {
	defer func() {
		if recover() != nil { // yaml.v3 panics on some malformed input
			err = errors.New("not YAML")
		}
	}()
	f = kubeYAML{text: text, lines: lineStarts(text)}
	if !utf8.Valid(text) {
		return f, errors.New("not in UTF-8")
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return f, nil
	case err != nil:
		return f, err
	}
	if !isEmptyRest(d) {
		return f, errors.New("more than one document")
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return f, nil
	}
	f.root = doc.Content[0]
	if f.root.Kind != yaml.MappingNode {
		return f, errors.New("not a mapping")
	}
	if key := oddKey(f.root); key != nil {
		return f, fmt.Errorf("line %d: a key that is not a text", key.Line)
	}
	return f, f.readTop()
}

// isEmptyRest tells whether there is nothing behind the first document but
// the lines that begin others.
func isEmptyRest(d *yaml.Decoder) bool {
	for {
		var more yaml.Node
		if err := d.Decode(&more); err != nil {
			return errors.Is(err, io.EOF)
		}
		if len(more.Content) > 0 && (more.Content[0].Tag != "!!null" || more.Content[0].Value != "") {
			return false
		}
	}
}

// oddKey finds a key that JSON could not have. Some of them make yaml.v3 panic.
func oddKey(n *yaml.Node) *yaml.Node {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && child.Kind != yaml.ScalarNode {
			return child
		}
		if key := oddKey(child); key != nil {
			return key
		}
	}
	return nil
}

// readTop reads the keys at the top.
func (f *kubeYAML) readTop() error {
	seen := make(map[string]bool)
	for i := 0; i < len(f.root.Content); i += 2 {
		key, value := f.root.Content[i], f.root.Content[i+1]
		if seen[key.Value] || key.Tag == "!!merge" {
			return fmt.Errorf("line %d: a key that is there twice or merges", key.Line)
		}
		seen[key.Value] = true
		if value.Tag == "!!null" {
			continue
		}
		if key.Value == "current-context" {
			if value.Kind != yaml.ScalarNode {
				return errors.New("current-context is not a name")
			}
			f.current, f.kubeFile.current = value, value.Value
		}
		n := listIndex(key.Value)
		if n < 0 {
			continue
		}
		if value.Kind != yaml.SequenceNode {
			return fmt.Errorf("%s is not a list", key.Value)
		}
		f.keys[n], f.values[n] = key, value
		for i, node := range value.Content {
			var item kubeItem
			if node.Decode(&item) != nil { // its text may quote a secret
				return fmt.Errorf("%s: entry %d cannot be read", key.Value, i+1)
			}
			f.lists[n] = append(f.lists[n], item)
		}
	}
	return nil
}

// cut takes away what goes. What is left must mean the same as before without it.
func (f *kubeYAML) cut(gone kubeGone) ([]byte, error) {
	edits, err := f.edits(gone)
	if err != nil {
		return nil, err
	}
	rest := rewrite(f.text, edits)
	f.prune(gone)
	after, err := readKubeYAML(rest)
	if err != nil || !sameYAML(f.root, after.root, make(map[*yaml.Node]*yaml.Node)) {
		return nil, errNotAlone()
	}
	return rest, nil
}

func errNotAlone() error {
	return errors.New("the entries cannot be cut without touching something else")
}

// prune removes from the tree what goes.
func (f *kubeYAML) prune(gone kubeGone) {
	for n, list := range f.values {
		if list == nil {
			continue
		}
		i := -1
		list.Content = slices.DeleteFunc(list.Content, func(*yaml.Node) bool { i++; return gone.lists[n][i] })
	}
	if f.current != nil && gone.current {
		f.current.Value, f.current.Tag = "", "!!str"
	}
}

// sameYAML tells whether two trees mean the same. The aliases must lead to the
// same place: pairs are the nodes of both that were found to correspond.
func sameYAML(a, b *yaml.Node, pairs map[*yaml.Node]*yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	pairs[a] = b
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind == yaml.AliasNode {
		return pairs[a.Alias] == b.Alias
	}
	for i := range a.Content {
		if !sameYAML(a.Content[i], b.Content[i], pairs) {
			return false
		}
	}
	return true
}

// edits are the changes to the text that take away what goes.
func (f *kubeYAML) edits(gone kubeGone) ([]edit, error) {
	var edits []edit
	for n, going := range gone.lists {
		cuts, ok := f.cutList(n, going)
		if !ok {
			return nil, fmt.Errorf("%s is written in a way that cannot be edited", kubeLists()[n])
		}
		edits = append(edits, cuts...)
	}
	if f.current != nil && gone.current {
		end, ok := f.scalarEnd(f.current)
		if !ok {
			return nil, errors.New("current-context is written in a way that cannot be edited")
		}
		edits = append(edits, edit{span{f.offset(f.current), end}, `""`})
	}
	return edits, nil
}

func (f *kubeYAML) cutList(n int, going []bool) (edits []edit, ok bool) {
	list := f.values[n]
	switch {
	case !slices.Contains(going, true):
		return nil, true
	case list.Style&yaml.FlowStyle != 0:
		inner, items := f.flowItems(f.offset(list))
		if len(items) != len(going) {
			return nil, false
		}
		return cutItems(inner, items, going), true
	}
	for i, item := range list.Content {
		if !going[i] {
			continue
		}
		s, ok := f.blockItem(list, item)
		if !ok {
			return nil, false
		}
		edits = append(edits, edit{span: s})
	}
	if !slices.Contains(going, false) {
		end, ok := f.scalarEnd(f.keys[n])
		colon := end + bytes.IndexByte(f.text[end:], ':') + 1
		if !ok || len(bytes.TrimSpace(f.text[end:colon])) != 1 {
			return nil, false
		}
		edits = append(edits, edit{span{colon, colon}, " []"})
	}
	return edits, true
}
