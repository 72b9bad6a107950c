package shell

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/credclean/credclean/internal/show"
)

// askedByBash takes the characters that cut words for bash's line editor, and the
// line up to the cursor. Bash replaces what stands behind the quote that is open,
// or else behind the last such character that is not quoted.
func askedByBash(args []string, _ string) Question {
	if len(args) != 2 {
		return Question{}
	}
	breaks, line := args[0], []rune(args[1])
	var q Question
	var word strings.Builder
	begun, cut, opened := false, 0, 0 // where the word is cut, and where its open quote is
	end := func() {
		if begun {
			q.Words = append(q.Words, word.String())
		}
		word.Reset()
		begun, cut = false, 0
	}
	for i := 0; i < len(line); i++ {
		r := line[i]
		switch {
		case q.open == 0 && (r == ' ' || r == '\t' || r == '\n'):
			end()
			continue
		case q.open == 0 && r == '$' && i+1 < len(line) && line[i+1] == '\'':
			i++
			q.open, opened = '$', word.Len()
		case q.open == 0 && (r == '"' || r == '\''):
			q.open, opened = r, word.Len()
		case r == q.open || q.open == '$' && r == '\'':
			q.open = 0
		case q.open == '$' && r == '\\':
			text, n := escape(line[i:])
			word.WriteString(text)
			i += n - 1
		case r == '\\' && i+1 < len(line) && (q.open == 0 || q.open == '"' && strings.ContainsRune("$`\"\\", line[i+1])):
			i++
			word.WriteRune(line[i])
		default:
			word.WriteRune(r)
			if q.open == 0 && strings.ContainsRune(breaks, r) {
				cut = word.Len()
			}
		}
		begun = true
	}
	q.Current = word.String()
	if q.open != 0 {
		cut = opened
	}
	q.kept = q.Current[:cut]
	if len(q.Words) > 0 {
		q.Words = q.Words[1:]
	}
	return q
}

// escape reads what begins with a backslash in $'...': the text, and of how many characters it is written.
func escape(line []rune) (text string, n int) {
	if len(line) < 2 {
		return "", 1
	}
	if line[1] == 'x' && len(line) >= 4 {
		if b, err := strconv.ParseUint(string(line[2:4]), 16, 8); err == nil {
			return string([]byte{byte(b)}), 4
		}
	}
	if i := strings.IndexRune("nrtabefv", line[1]); i >= 0 {
		return "\n\r\t\a\b\x1b\f\v"[i : i+1], 2
	}
	return string(line[1]), 2
}

// forBash has a line for each candidate, quoted as the cursor stands.
func (a Answer) forBash(q Question) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.What)
	for _, c := range a.Candidates {
		// Nothing can be added to an open $'...' that bash would understand.
		if !strings.HasPrefix(c.Text, q.Current) || q.open == '$' {
			continue
		}
		text := quote(strings.TrimPrefix(c.Text, q.kept), q.open)
		// Bash closes the quote but behind what looks like the end of one.
		if q.open != 0 && strings.HasSuffix(text, string(q.open)) {
			text += string(q.open)
		}
		fmt.Fprintln(&b, text)
	}
	return b.String()
}

// forZsh has a line for each candidate: the word in quotes, a tab, and how it is
// shown. Zsh itself picks those that fit and quotes them.
func (a Answer) forZsh(Question) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.What)
	width := 0
	for _, c := range a.Candidates {
		width = max(width, utf8.RuneCountInString(show.Clean(c.Text)))
	}
	for _, c := range a.Candidates {
		shown := show.Clean(c.Text)
		if c.About != "" {
			shown = fmt.Sprintf("%-*s  -- %s", width, shown, show.Clean(c.About))
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

// quotePowerShell writes a word for PowerShell, which takes curly quotes for straight ones.
func quotePowerShell(text string) string {
	bare, control := text != "" && text[0] != '-' || strings.HasPrefix(text, "--"), false
	for _, r := range text {
		bare = bare && harmless(r) && !strings.ContainsRune("‘’‚‛“”„", r)
		control = control || !unicode.IsPrint(r)
	}
	var b strings.Builder
	switch {
	case bare:
		return text
	case !control:
		for _, r := range text {
			if strings.ContainsRune("'‘’‚‛", r) {
				b.WriteRune(r)
			}
			b.WriteRune(r)
		}
		return "'" + b.String() + "'"
	}
	for _, r := range text {
		switch {
		case !unicode.IsPrint(r) && r <= 0xffff:
			fmt.Fprintf(&b, "$([char]%d)", r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, "$([char]::ConvertFromUtf32(%d))", r)
		case strings.ContainsRune("\"$`“”„", r):
			b.WriteRune('`')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
