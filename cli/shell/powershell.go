package shell

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/credclean/credclean/internal/show"
)

// forPowerShell has a line for each candidate, with tabs between: the word in
// quotes, how it is shown, and what it means, which must not be empty.
func (a Answer) forPowerShell(q Question) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.What)
	for _, c := range a.Candidates {
		if !strings.HasPrefix(strings.ToLower(c.Text), strings.ToLower(q.Current)) {
			continue
		}
		shown, about := show.Clean(c.Text), show.Clean(c.About)
		if about == "" {
			about = shown
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", quotePowerShell(c.Text), shown, about)
	}
	return b.String()
}

// quotePowerShell writes a word for PowerShell, which takes curly quotes for straight ones.
func quotePowerShell(text string) string {
	bare := text != "" && text[0] != '-' || strings.HasPrefix(text, "--")
	switch quoted := func(r rune) bool { return !harmless(r) || strings.ContainsRune("‘’‚‛“”„", r) }; {
	case bare && !strings.ContainsFunc(text, quoted):
		return text
	case !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "'" + before(text, "'‘’‚‛", func(r rune) string { return string(r) }) + "'"
	}
	var b strings.Builder
	for _, r := range before(text, "\"$`“”„", func(rune) string { return "`" }) {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, "$([char]%d)", r)
		default:
			fmt.Fprintf(&b, "$([char]::ConvertFromUtf32(%d))", r)
		}
	}
	return `"` + b.String() + `"`
}

// before is text with something before each of the special characters.
func before(text, special string, what func(rune) string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(special, r) {
			b.WriteString(what(r))
		}
		b.WriteRune(r)
	}
	return b.String()
}
