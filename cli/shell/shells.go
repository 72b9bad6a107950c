package shell

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/credclean/credclean/internal/show"
)

// forZsh has a line for each candidate: the word in quotes, a tab, and how it is
// shown. Zsh itself picks those that fit and quotes them.
func (a Answer) forZsh(Question) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.What)
	width := 0
	for _, c := range a.Candidates {
		width = max(width, show.Columns(show.Clean(c.Text)))
	}
	for _, c := range a.Candidates {
		shown := show.Clean(c.Text)
		if c.About != "" {
			shown = show.Pad(shown, width) + "  -- " + show.Clean(c.About)
		}
		fmt.Fprintf(&b, "%s\t%s\n", quote(c.Text, 0), shown)
	}
	return b.String()
}

// forFish ends each candidate with NUL, as fish takes everything else for a part
// of it but a tab, which begins what is shown. A name with a tab cannot be offered.
func (a Answer) forFish(Question) string {
	var b strings.Builder
	b.WriteString(a.What + "\x00")
	for _, c := range a.Candidates {
		if !strings.ContainsAny(c.Text, "\t\x00") {
			fmt.Fprintf(&b, "%s\t%s\x00", c.Text, show.Clean(c.About))
		}
	}
	return b.String()
}

// harmless tells whether a character means itself in every shell, outside quotes too.
func harmless(r rune) bool {
	switch {
	case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return true
	case r < utf8.RuneSelf:
		return strings.ContainsRune("_-./:=+", r)
	}
	return unicode.IsPrint(r)
}

// Quote writes text as a word that can be typed.
func Quote(text string) string { return quote(text, 0) }

// quote writes text for bash and zsh. It begins and ends in the quote that is
// open; 0 is none. Control characters are written in digits.
func quote(text string, open rune) string {
	special := func(r rune) bool { return !harmless(r) }
	around := ""
	switch open {
	case '\'':
		special, around = func(r rune) bool { return r == '\'' }, "'"
	case '"':
		special, around = func(r rune) bool { return strings.ContainsRune("\"$`\\!", r) }, `"`
	}
	var b strings.Builder
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError || !unicode.IsPrint(r):
			fmt.Fprintf(&b, "%s$'", around)
			for _, c := range []byte(text[i : i+size]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
			fmt.Fprintf(&b, "'%s", around)
		case special(r):
			fmt.Fprintf(&b, `%s\%c%s`, around, r, around)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
