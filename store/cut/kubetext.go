package cut

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// blockItem is the lines of an item of a list in block style: from the dash to
// the last line that is indented deeper than it.
func (f *kubeYAML) blockItem(list, item *yaml.Node) (s span, ok bool) {
	column := list.Column - 1
	first := item.Line - 1
	for ; first >= list.Line-1; first-- {
		line := f.line(first)
		rest, dash := strings.CutPrefix(line[indent(line):], "-")
		if ok = dash && indent(line) == column && strings.Trim(rest[:min(1, len(rest))], " \t\r\n") == ""; ok {
			break
		}
	}
	last := first
	for i := first + 1; i < len(f.lines); i++ {
		line := f.line(i)
		if strings.TrimSpace(line) == "" {
			continue
		}
		if indent(line) <= column {
			break
		}
		last = i
	}
	return span{f.lineStart(first), f.lineStart(last + 1)}, ok
}

// flowItems are the items of a list in flow style, which opens at offset, and
// what stands between the brackets. There are none with comments between the items.
func (f *kubeYAML) flowItems(offset int) (inner span, items []span) {
	if !bytes.HasPrefix(f.text[offset:], []byte("[")) {
		return span{}, nil
	}
	item, depth := span{from: -1}, 0
	for i := offset + 1; i < len(f.text); {
		is, next := flowToken(f.text, i)
		switch {
		case is == ' ':
		case depth == 0 && is == '#':
			return span{}, nil
		case depth == 0 && (is == ',' || is == ']'):
			if item.from >= 0 {
				items = append(items, item)
			}
			if is == ']' {
				return span{offset + 1, i}, items
			}
			item.from = -1
		default:
			if item.from < 0 {
				item.from = i
			}
			item.to = next
			depth += nesting(is)
		}
		i = next
	}
	return span{}, nil
}

// flowToken tells what is at i in flow style, and where the next thing begins: a space, a comment (#),
// a text in quotes, a character with a meaning, or another one (a).
func flowToken(text []byte, i int) (is byte, next int) {
	c := text[i]
	first := strings.IndexByte(" \t\r\n[{,:", text[i-1]) >= 0 // of a word
	switch {
	case strings.IndexByte(" \t\r\n", c) >= 0:
		return ' ', i + 1
	case first && c == '#':
		return c, i + max(bytes.IndexByte(text[i:], '\n'), 0) + 1
	case first && (c == '"' || c == '\''):
		return c, quotedEnd(text, i)
	case strings.IndexByte("[]{},", c) >= 0:
		return c, i + 1
	}
	return 'a', i + 1
}

// nesting is how much deeper a character leads.
func nesting(c byte) int {
	switch c {
	case '[', '{':
		return 1
	case ']', '}':
		return -1
	}
	return 0
}

// scalarEnd is where a scalar on one line ends. It is not ok if it is written in another way.
func (f *kubeYAML) scalarEnd(n *yaml.Node) (end int, ok bool) {
	from := f.offset(n)
	switch {
	case from >= len(f.text):
		return 0, false
	case f.text[from] == '"' || f.text[from] == '\'':
		end = quotedEnd(f.text, from)
		return end, !bytes.ContainsAny(f.text[from:end], "\r\n")
	default:
		return from + len(n.Value), bytes.HasPrefix(f.text[from:], []byte(n.Value))
	}
}

// quotedEnd is where the text ends that is quoted from i on.
func quotedEnd(text []byte, i int) int {
	quote := text[i]
	for i++; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return len(text)
}

// lineStarts is where the lines begin as yaml.v3 counts them.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, r := range string(text) {
		switch r {
		case '\r':
			if !bytes.HasPrefix(text[i+1:], []byte("\n")) {
				starts = append(starts, i+1)
			}
		case '\n':
			starts = append(starts, i+1)
		case '\u0085', '\u2028', '\u2029':
			starts = append(starts, i+utf8.RuneLen(r))
		}
	}
	return starts
}

func (f *kubeYAML) lineStart(i int) int {
	if i < 0 || i >= len(f.lines) {
		return len(f.text)
	}
	return f.lines[i]
}

func (f *kubeYAML) line(i int) string {
	return string(f.text[f.lineStart(i):f.lineStart(i+1)])
}

// offset is where a node begins. Columns count characters.
func (f *kubeYAML) offset(n *yaml.Node) int {
	at := f.lineStart(n.Line - 1)
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(f.text[at:])
		at += size
	}
	return at
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
