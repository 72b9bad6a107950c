package cut

import (
	"slices"
	"strings"
)

// A kubeLines is a kubeconfig as kubectl, the programs of the clouds and Atmos
// write it: in block style, with no value over several lines. A list of
// thousands of clusters is read in milliseconds; yaml.v3 takes twenty times as long.
type kubeLines struct {
	kubeFile
	text   string
	spans  [3][]span // of the items
	colons [3]int    // where the names of the lists end
	active span      // of the name of the current context
}

// readKubeLines reads such a file. It is not ok with anything that this reader
// does not know for sure, be it YAML or not: that is for [readKubeYAML].
func readKubeLines(text []byte) (f kubeLines, ok bool) {
	f.text = string(text)
	r := kubeReader{kubeLines: &f, list: -1, levels: []kubeLevel{{sequence: -1, shapes: kubeShapes}}}
	for r.at < len(text) {
		line := f.text[r.at:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		if !r.read(line) {
			return kubeLines{}, false
		}
		r.at += len(line)
	}
	return f, true
}

// cut takes away what goes. What is left must be all the rest.
func (f *kubeLines) cut(gone kubeGone) ([]byte, error) {
	var edits []edit
	for n, going := range gone.lists {
		for i, s := range f.spans[n] {
			if going[i] {
				edits = append(edits, edit{span: s})
			}
		}
		if len(going) > 0 && !slices.Contains(going, false) {
			edits = append(edits, edit{span{f.colons[n], f.colons[n]}, " []"})
		}
	}
	if gone.current {
		edits = append(edits, edit{f.active, `""`})
	}
	rest := rewrite([]byte(f.text), edits)
	if after, ok := readKubeLines(rest); !ok || !after.equal(gone.without(f.kubeFile)) {
		return nil, errNotAlone()
	}
	return rest, nil
}

// A kubeReader has read the lines before at.
type kubeReader struct {
	*kubeLines
	at     int
	levels []kubeLevel // the mappings that are open; the first is the file's
	opener int         // how many they were when a key without a value came last; else 0
	list   int         // the list whose last item is open, -1 for none
	tail   bool        // a comment that is indented belongs to that item
	dashed bool        // the line begins with a dash
}

// A kubeLevel is a mapping.
type kubeLevel struct {
	column   int
	shapes   map[string]kubeShape
	keys     []string  // the last one is open
	open     kubeShape // what belongs below that key
	sequence int       // the column of the dashes below it, -1 for none
}

// key is the one that is open, if there is one.
func (l kubeLevel) key() string {
	if len(l.keys) == 0 {
		return ""
	}
	return l.keys[len(l.keys)-1]
}

// read reads a line. It is not ok if there is any doubt about it.
func (r *kubeReader) read(line string) (ok bool) {
	column := indent(line)
	text := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(line[column:], "\n"), "\r"), " ")
	switch {
	case !isPrintable(text):
		return false
	case text == "":
		return true
	case text[0] == '#':
		r.comment(line, column)
		return true
	}
	var body string
	body, r.dashed = strings.CutPrefix(text, "- ")
	body = strings.TrimLeft(body, " ")
	inner := column + len(text) - len(body)
	if !r.enter(column) {
		return false
	}
	if r.dashed && len(r.levels) == 1 {
		r.begin()
	}
	if r.list >= 0 {
		r.extend(line)
	}
	key, value, isKey := cutYAMLKey(body)
	at := span{r.at + inner + len(body) - len(value), r.at + inner + len(body)}
	value, is, ok := yamlValue(value)
	switch {
	case !ok:
		return false
	case isKey:
		return r.add(key, inner) && r.set(value, is, at)
	}
	r.opener = 0
	return r.dashed && r.argument(value, is)
}

// isPrintable tells whether a text is of printable ASCII characters.
func isPrintable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// comment reads a comment. It belongs to the item that is open if it is indented.
func (r *kubeReader) comment(line string, column int) {
	r.tail = r.tail && r.list >= 0 && column > r.levels[0].sequence
	if r.tail {
		r.extend(line)
	}
}

// enter closes the mappings that end before a line, and tells whether the line
// can be where it is: at the column of a mapping or a sequence that is open, or
// deeper than a key that has no value yet.
func (r *kubeReader) enter(column int) bool {
	for len(r.levels) > 1 && r.top().column > column {
		r.levels = r.levels[:len(r.levels)-1]
	}
	top := r.top()
	fresh := r.opener == len(r.levels)
	switch {
	case r.dashed && fresh:
		top.sequence = column
		want := top.open.is
		return want == anyNode || want == scalarList || want == mappingList
	case r.dashed:
		return top.sequence == column
	case column == 0:
		r.list = -1
	}
	return column == top.column || fresh
}

func (r *kubeReader) top() *kubeLevel { return &r.levels[len(r.levels)-1] }

// begin begins an item if the line is one of a list.
func (r *kubeReader) begin() {
	r.list = listIndex(r.top().key())
	if r.list >= 0 {
		r.lists[r.list] = append(r.lists[r.list], kubeItem{})
		r.spans[r.list] = append(r.spans[r.list], span{from: r.at})
	}
}

// extend says that a line is of the item that is open.
func (r *kubeReader) extend(line string) {
	spans := r.spans[r.list]
	spans[len(spans)-1].to = r.at + len(line)
	r.tail = true
}

// add takes note of a key, in a mapping that may begin with it. It is not ok if
// the mapping has that key already, or is where something else belongs.
func (r *kubeReader) add(key string, column int) (ok bool) {
	if r.dashed || column > r.top().column {
		want := r.top().open
		if want.is != anyNode && (want.is != mappingNode || r.dashed) && (want.is != mappingList || !r.dashed) {
			return false
		}
		r.levels = append(r.levels, kubeLevel{column: column, shapes: want.keys, keys: r.room()})
	}
	top := r.top()
	if slices.Contains(top.keys, key) {
		return false
	}
	top.keys = append(top.keys, key)
	top.open = top.shapes[key]
	top.sequence = -1
	return true
}

// room is for the keys of a mapping: where those were of the last one that was as deep.
func (r *kubeReader) room() []string {
	if n := len(r.levels); n < cap(r.levels) {
		return r.levels[:n+1][n].keys[:0]
	}
	return nil
}

// set takes note of the value of the key that is open, which is at a span of
// the text. It is not ok if something else belongs there.
func (r *kubeReader) set(value string, is kubeNode, at span) (ok bool) {
	r.opener = 0
	if at.from == at.to {
		r.opener = len(r.levels)
	}
	if len(r.levels) == 1 {
		key := r.top().key()
		if n := listIndex(key); n >= 0 {
			r.colons[n] = at.from
		}
		if key == "current-context" {
			r.current, r.active = value, at
		}
	}
	want := r.top().open
	if r.list >= 0 && want.is == scalarNode {
		want.set(r.item(), value)
	}
	return want.is == anyNode || is == anyNode || want.is == is || want.is == mappingList && is == scalarList
}

// argument takes note of a value in a sequence. It is not ok if something else
// belongs there.
func (r *kubeReader) argument(value string, is kubeNode) (ok bool) {
	want := r.top().open
	if want.is == scalarList {
		want.set(r.item(), value)
	}
	return want.is == anyNode || want.is == scalarList && is == scalarNode
}

// item is the one that is open.
func (r *kubeReader) item() *kubeItem { return &r.lists[r.list][len(r.lists[r.list])-1] }

func listIndex(key string) int {
	names := kubeLists()
	return slices.Index(names[:], key)
}

// cutYAMLKey divides a line behind its key, if it has one that needs no quotes.
func cutYAMLKey(text string) (key, value string, ok bool) {
	const longest = 100
	end := strings.IndexByte(text[:min(len(text), longest+1)], ':')
	if end <= 0 || end+1 < len(text) && text[end+1] != ' ' {
		return "", text, false
	}
	for i := range end {
		if c := text[i]; c != '-' && c != '_' && c != '.' && c != '/' && (c < '0' || c > '9') && (c|' ' < 'a' || c|' ' > 'z') {
			return "", text, false
		}
	}
	return text[:end], strings.TrimLeft(text[end+1:], " "), true
}

// yamlValue reads a value on one line as yaml.v3 decodes it into a text, and
// tells what it is; nothing and null can be anything. It is not ok if it would
// have to be read with more of YAML.
func yamlValue(value string) (text string, is kubeNode, ok bool) {
	switch value {
	case "", "~", "null", "Null", "NULL":
		return "", anyNode, true
	case "{}":
		return "", mappingNode, true
	case "[]":
		return "", scalarList, true
	}
	switch first := value[:1]; {
	case first == `"` || first == "'":
		inner := strings.TrimSuffix(value[1:], first)
		return inner, scalarNode, len(inner) == len(value)-2 && !strings.ContainsAny(inner, first+`\`)
	case strings.Contains("-?:", first):
		ok = len(value) > 1 && value[1] != ' '
	default:
		ok = !strings.Contains(",[]{}#&*!|>%@`", first)
	}
	return value, scalarNode, ok && !strings.Contains(value, ": ") && !strings.Contains(value, " #") && !strings.HasSuffix(value, ":")
}
