package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/AlecAivazis/survey/v2/terminal"

	"github.com/credclean/credclean/internal/show"
)

// A picker is a list to choose from that fits the terminal, of whatever height that is while it is
// shown. What is typed narrows it down.
type picker struct {
	in       terminal.FileReader
	out      *os.File // the terminal
	drawn    string   // what is shown now
	question string
	choices  []Choice
	typed    []rune
	matching []int // in choices
	selected int   // in matching
}

func newPicker(in terminal.FileReader, out *os.File, question string, choices []Choice, selected int) *picker {
	p := &picker{in: in, out: out, question: question, choices: choices}
	p.match()
	p.selected = selected
	return p
}

// ask shows the list until a line is chosen, and leaves a line with the answer in its place. It
// returns the index; the error is terminal.InterruptErr for Ctrl-C and Ctrl-D.
func (p *picker) ask() (int, error) {
	reader := terminal.NewRuneReader(terminal.Stdio{In: p.in, Out: p.out, Err: p.out})
	if err := reader.SetTermMode(); err != nil {
		return 0, err
	}
	defer func() { _ = reader.RestoreTermMode() }()
	if err := p.cursor().Hide(); err != nil {
		return 0, err
	}
	defer func() { _ = p.cursor().Show() }()
	for {
		width, height := size(p.out)
		if err := p.replace(p.draw(width, height)); err != nil {
			return 0, err
		}
		key, _, err := reader.ReadRune()
		switch {
		case err != nil:
			return 0, err
		case key == terminal.KeyInterrupt || key == terminal.KeyEndTransmission:
			_ = p.replace(fit(p.question, width))
			return 0, terminal.InterruptErr
		case key == terminal.KeyEnter || key == '\n':
			if len(p.matching) > 0 {
				chosen := p.matching[p.selected]
				return chosen, p.replace(fit(p.question+" "+show.Clean(p.choices[chosen].Label), width) + "\n")
			}
		default:
			p.press(key)
		}
	}
}

func (p *picker) cursor() *terminal.Cursor { return &terminal.Cursor{In: p.in, Out: p.out} }

// replace shows a text in place of the one before, which a terminal that has become narrower
// since has wrapped.
func (p *picker) replace(text string) error {
	width, _ := size(p.out)
	rows := 0
	for line := range strings.Lines(p.drawn) {
		rows++
		if width > 0 {
			rows += max(show.Columns(strings.TrimSuffix(line, "\n"))-1, 0) / width
		}
	}
	cursor := p.cursor()
	err := errors.Join(cursor.HorizontalAbsolute(0), terminal.EraseLine(p.out, terminal.ERASE_LINE_ALL))
	for range rows {
		err = errors.Join(err, cursor.PreviousLine(1), terminal.EraseLine(p.out, terminal.ERASE_LINE_ALL))
	}
	if err != nil {
		return err
	}
	p.drawn = text
	_, err = fmt.Fprint(terminal.NewAnsiStdout(p.out), text)
	return err
}

// press moves through the list, or changes what is typed.
func (p *picker) press(key rune) {
	last := len(p.matching) - 1
	switch key {
	case terminal.KeyArrowUp:
		p.selected--
		if p.selected < 0 {
			p.selected = max(last, 0)
		}
	case terminal.KeyArrowDown:
		p.selected++
		if p.selected > last {
			p.selected = 0
		}
	case terminal.SpecialKeyHome:
		p.selected = 0
	case terminal.SpecialKeyEnd, ctrl('E'):
		p.selected = max(last, 0)
	case terminal.KeyBackspace, terminal.KeyDelete:
		p.narrow(p.typed[:max(len(p.typed)-1, 0)])
	case terminal.KeyDeleteWord:
		text := strings.TrimRight(string(p.typed), " ")
		p.narrow([]rune(text[:strings.LastIndexByte(text, ' ')+1]))
	case ctrl('U'), terminal.KeyEscape, terminal.KeyDeleteLine:
		p.narrow(nil)
	default:
		if unicode.IsPrint(key) {
			p.narrow(append(p.typed, key))
		}
	}
}

func ctrl(letter rune) rune { return letter - '@' }

// narrow sets what is typed. The selected line stays selected as long as it is there.
func (p *picker) narrow(typed []rune) {
	choice := -1
	if len(p.matching) > 0 {
		choice = p.matching[p.selected]
	}
	p.typed = typed
	p.match()
	p.selected = max(slices.Index(p.matching, choice), 0)
}

// match finds the choices that have every typed word in them, in whatever case.
func (p *picker) match() {
	p.matching = nil
	words := strings.Fields(strings.ToLower(string(p.typed)))
	for i, c := range p.choices {
		label := strings.ToLower(c.text())
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(label, w) }) {
			p.matching = append(p.matching, i)
		}
	}
}

// draw is the list for a terminal of that size; 0 is one that does not tell. The cursor ends on
// a line of its own.
func (p *picker) draw(width, height int) string {
	if height == 0 {
		height = 24
	}
	page := max(height-3, 1)
	first := max(min(p.selected-page/2, len(p.matching)-page), 0)
	lines := []string{p.question + " " + string(p.typed), p.status(page)}
	for i, line := range lines {
		lines[i] = fit(line, width)
	}
	for i, choice := range p.matching[first:min(first+page, len(p.matching))] {
		pointer := "  "
		if first+i == p.selected {
			pointer = "> "
		}
		lines = append(lines, p.choices[choice].fitted(pointer, width))
	}
	return strings.Join(lines, "\n") + "\n"
}

// fitted is a choice on a line of a terminal. Where there is no room, the label is cut before the mark is,
// down to three fifths of the line, but never the pointer.
func (c Choice) fitted(pointer string, width int) string {
	label := fit(pointer+show.Clean(c.Label), max(width-show.Columns(c.mark()), 3*width/5, min(width, show.Columns(pointer)+2)))
	return fit(label+c.mark(), width)
}

// status says how many lines match, or what can be done.
func (p *picker) status(page int) string {
	switch n := len(p.matching); {
	case len(p.typed) == 0 && n <= page:
		return "  Type to filter, Enter to choose"
	case len(p.typed) == 0:
		return fmt.Sprintf("  %d lines: type to filter, End: All", n)
	case n == 0:
		return "  Nothing matches. Ctrl-U shows all"
	default:
		return fmt.Sprintf("  %d of %d match. Ctrl-U shows all", n, len(p.choices))
	}
}

// fit cuts a line so that it takes less than the width of a terminal; 0 is one that does not tell.
func fit(line string, width int) string {
	kept, taken := 0, 0 // bytes before the ellipsis, and columns
	for i, r := range line {
		n := show.Columns(string(r))
		if taken+n >= width && width > 0 {
			return line[:kept] + "…"
		}
		if taken += n; taken < width-1 {
			kept = i + utf8.RuneLen(r)
		}
	}
	return line
}

// keys are those of a terminal. Some terminals have codes for Home and End that survey does not know.
type keys struct{ *os.File }

func (k keys) Read(b []byte) (int, error) {
	n, err := k.File.Read(b)
	known := strings.NewReplacer("\x1b[1~", "\x1b[H", "\x1b[7~", "\x1b[H", "\x1b[4~", "\x1b[F", "\x1b[8~", "\x1b[F")
	return copy(b, known.Replace(string(b[:n]))), err
}
