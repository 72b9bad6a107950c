package show

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Columns is how many columns of a terminal a text takes.
func Columns(s string) int {
	n := 0
	for _, r := range s {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me): // drawn over the character before it
		case kind == width.EastAsianWide, kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// Pad adds spaces up to a column.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(columns-Columns(s), 0))
}
