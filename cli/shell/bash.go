package shell

import (
	"fmt"
	"strconv"
	"strings"
)

// askedByBash takes the characters that cut words for bash's line editor, and the
// line up to the cursor. Bash replaces what follows the open quote,
// or else what follows the last such character that is not quoted.
func askedByBash(args []string, _ string) Question {
	if len(args) != 2 {
		return Question{}
	}
	l := bashLine{breaks: args[0]}
	for rest := []rune(args[1]); len(rest) > 0; {
		rest = rest[l.read(rest):]
	}
	l.q.Current = l.word.String()
	if l.q.open != 0 {
		l.cut = l.opened
	}
	l.q.kept = l.q.Current[:l.cut]
	if len(l.q.Words) > 0 {
		l.q.Words = l.q.Words[1:]
	}
	return l.q
}

// A bashLine is a command line as far as it was read.
type bashLine struct {
	q      Question
	breaks string
	word   strings.Builder
	begun  bool // the word, though it may be empty
	cut    int  // where in the word bash would cut it
	opened int  // where in the word the open quote is
}

// read reads what comes next, and returns how many characters that is.
func (l *bashLine) read(line []rune) int {
	switch l.q.open {
	case 0:
		return l.bare(line)
	case '$':
		return l.inANSI(line)
	default:
		return l.inQuotes(line)
	}
}

func (l *bashLine) bare(line []rune) int {
	r := line[0]
	if strings.ContainsRune(" \t\n", r) {
		if l.begun {
			l.q.Words = append(l.q.Words, l.word.String())
		}
		l.word.Reset()
		l.begun, l.cut = false, 0
		return 1
	}
	l.begun = true
	switch {
	case r == '$' && len(line) > 1 && line[1] == '\'':
		l.q.open, l.opened = '$', l.word.Len()
		return 2
	case r == '"' || r == '\'':
		l.q.open, l.opened = r, l.word.Len()
	case r == '\\' && len(line) > 1:
		l.word.WriteRune(line[1])
		return 2
	default:
		l.word.WriteRune(r)
		if strings.ContainsRune(l.breaks, r) {
			l.cut = l.word.Len()
		}
	}
	return 1
}

func (l *bashLine) inQuotes(line []rune) int {
	switch r := line[0]; {
	case r == l.q.open:
		l.q.open = 0
	case r == '\\' && l.q.open == '"' && len(line) > 1 && strings.ContainsRune("$`\"\\", line[1]):
		l.word.WriteRune(line[1])
		return 2
	default:
		l.word.WriteRune(r)
	}
	return 1
}

// inANSI is between the quotes of $'...'.
func (l *bashLine) inANSI(line []rune) int {
	switch line[0] {
	case '\'':
		l.q.open = 0
	case '\\':
		text, n := escape(line)
		l.word.WriteString(text)
		return n
	default:
		l.word.WriteRune(line[0])
	}
	return 1
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
		// Bash closes the quote, except after what looks like the end of one.
		if q.open != 0 && strings.HasSuffix(text, string(q.open)) {
			text += string(q.open)
		}
		fmt.Fprintln(&b, text)
	}
	return b.String()
}
