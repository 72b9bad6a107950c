package cut

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// A jsonCut is what goes from a JSON file and what stays.
type jsonCut struct {
	edits   []edit
	removed []string
	kept    []string // every value that stays, each behind its name
}

// cutJSON cuts out of a JSON file what choose says. What stays must be the same
// values afterwards, or nothing is cut. form names the file in errors.
func cutJSON(form string, data []byte, choose func(jsonValue) (jsonCut, error)) (Cut, error) {
	text := bytes.TrimPrefix(data, byteOrderMark())
	if len(bytes.TrimSpace(text)) == 0 {
		return Cut{Data: data}, nil // as good as no file
	}
	read := func(text []byte) (jsonCut, error) {
		if err := json.Unmarshal(text, new(json.RawMessage)); err != nil { // which quotes what it stands at
			return jsonCut{}, notJSON(err)
		}
		return choose(jsonValue{text, 0})
	}
	before, err := read(text)
	if err != nil {
		return Cut{}, fmt.Errorf("%s: %w", form, err)
	}
	if len(before.edits) == 0 {
		return Cut{Data: data}, nil
	}
	rest := rewrite(text, before.edits)
	after, err := read(rest)
	if err != nil || len(after.edits) > 0 || !slices.Equal(before.kept, after.kept) {
		return Cut{}, fmt.Errorf("%s: what is Atmos's cannot be cut without touching something else", form)
	}
	head := data[:len(data)-len(text)]
	return Cut{Data: slices.Concat(head, rest), Removed: before.removed}, nil
}

func notJSON(err error) error {
	if e := (*json.SyntaxError)(nil); errors.As(err, &e) {
		return fmt.Errorf("not JSON at byte %d", e.Offset)
	}
	return errors.New("not JSON")
}

// cutFrom cuts out of a list what goes says, by the name that it gives. label
// is the name of the list.
func (c *jsonCut) cutFrom(l jsonList, label string, goes func(jsonItem) (name string, ok bool)) {
	spans := make([]span, len(l.items))
	gone := make([]bool, len(l.items))
	for i, it := range l.items {
		spans[i] = it.span
		var name string
		if name, gone[i] = goes(it); gone[i] {
			c.removed = append(c.removed, name)
		} else {
			c.keep(label, it)
		}
	}
	c.edits = append(c.edits, cutItems(l.inner, spans, gone)...)
}

// keep notes an item that stays.
func (c *jsonCut) keep(label string, it jsonItem) {
	c.kept = append(c.kept, label, it.name, string(it.text))
}

// A jsonValue knows where it is in its file.
type jsonValue struct {
	text   []byte
	offset int
}

// A jsonList is an object or an array.
type jsonList struct {
	inner span // between the brackets
	items []jsonItem
}

// A jsonItem is a value in a list. In an object it has a name, and its span begins there.
type jsonItem struct {
	span
	jsonValue
	name string
}

// list takes an object or an array apart: which of them, opening tells. It is
// not ok if the value is another.
func (v jsonValue) list(opening json.Delim) (l jsonList, ok bool) {
	d := json.NewDecoder(bytes.NewReader(v.text))
	if t, err := d.Token(); err != nil || t != opening {
		return jsonList{}, false
	}
	at := int(d.InputOffset())
	l.inner.from = v.offset + at
	for d.More() {
		var it jsonItem
		at += skip(v.text[at:])
		it.from = v.offset + at
		if opening == '{' {
			name, err := d.Token()
			if err != nil {
				return jsonList{}, false
			}
			it.name, _ = name.(string)
		}
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return jsonList{}, false
		}
		at = int(d.InputOffset())
		it.to = v.offset + at
		it.jsonValue = jsonValue{raw, it.to - len(raw)}
		l.items = append(l.items, it)
	}
	if _, err := d.Token(); err != nil {
		return jsonList{}, false
	}
	l.inner.to = v.offset + int(d.InputOffset()) - 1
	return l, true
}

// skip is how much of the text comes before the next item of a list.
func skip(text []byte) int {
	return len(text) - len(bytes.TrimLeft(text, " \t\r\n,"))
}

// fields are the values of an object by their exact names. Encoding/json would
// also take other spellings of a name for a field of a struct.
func (v jsonValue) fields() jsonFields {
	var f jsonFields
	if json.Unmarshal(v.text, &f) != nil {
		return nil
	}
	return f
}

type jsonFields map[string]json.RawMessage

// text is the value of a field, empty if it is no text.
func (f jsonFields) text(name string) string {
	var text string
	if json.Unmarshal(f[name], &text) != nil {
		return ""
	}
	return text
}
