package cut

import (
	"cmp"
	"slices"
)

// A span is a range of bytes of a file.
type span struct{ from, to int }

// An edit puts text in the place of a span.
type edit struct {
	span
	text string
}

// cutItems cuts items out of a list with commas between them: each with one
// comma and the white space between the two, and with the last one all that
// is between the brackets.
func cutItems(inner span, items []span, gone []bool) []edit {
	if !slices.Contains(gone, true) {
		return nil
	}
	first := slices.Index(gone, false) // the first that stays
	if first < 0 {
		return []edit{{span: inner}}
	}
	var edits []edit
	for i := range items {
		switch {
		case !gone[i]:
		case i < first:
			edits = append(edits, edit{span: span{items[i].from, items[i+1].from}})
		default:
			edits = append(edits, edit{span: span{items[i-1].to, items[i].to}})
		}
	}
	return edits
}

// rewrite applies edits that do not overlap.
func rewrite(text []byte, edits []edit) []byte {
	sorted := slices.SortedFunc(slices.Values(edits), func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	out := make([]byte, 0, len(text))
	at := 0
	for _, e := range sorted {
		out = append(append(out, text[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, text[at:]...)
}

func byteOrderMark() []byte { return []byte("\ufeff") }
