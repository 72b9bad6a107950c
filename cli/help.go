package cli

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

// helpWidth is how many columns help takes at most.
const helpWidth = 80

func (p *program) helpCommand() *command {
	var words []string
	return &command{
		name:     "help",
		argument: "[COMMAND]",
		usage:    "show the help of the program or of a command",
		words:    &words,
		run: func(_ context.Context, s *session) (document, error) {
			if len(words) == 0 {
				s.write(p.help(nil))
				return nil, nil
			}
			c := p.command(words[0])
			if c == nil {
				return nil, p.unknownCommand(words)
			}
			s.write(p.help(c))
			return nil, nil
		},
	}
}

// help is the help of a command, or of the program if it is nil.
func (p *program) help(c *command) string {
	var h helpText
	if c == nil {
		h.paragraph(programName + ": " + programUsage)
		h.list("Examples", columns(programExamples))
		h.list("Usage", [][2]string{{programName + " COMMAND [ARGUMENT...] [FLAG...]", ""}})
		h.verbatim(programAbout)
		h.list("Commands", p.commandRows())
		h.list("Flags of all commands, before or after them", flagRows(p.flags))
		h.verbatim("Exit codes:\n  " + strings.ReplaceAll(exitCodes, "\n", "\n  "))
	} else {
		h.paragraph(strings.TrimSpace(fmt.Sprintf("%s %s %s", programName, c.name, c.argument)) + ": " + c.usage)
		h.list("Examples", columns(c.examples))
		h.verbatim(c.about)
		h.list("Flags", flagRows(c.flags))
		h.list("Flags of all commands", flagRows(p.flags))
	}
	h.paragraph(programURL)
	return strings.TrimSuffix(h.b.String(), "\n")
}

// shortHelp is what a command line that asks for nothing gets.
func (p *program) shortHelp() string {
	var h helpText
	h.paragraph(programName + ": " + programUsage)
	h.list("Examples", columns(programExamples))
	h.list("Commands", p.commandRows())
	h.paragraph("credclean --help explains more; credclean help COMMAND explains a command.")
	h.paragraph(programURL)
	return strings.TrimSuffix(h.b.String(), "\n")
}

func (p *program) commandRows() (rows [][2]string) {
	for _, c := range p.visible() {
		rows = append(rows, [2]string{strings.TrimSpace(c.name + " " + c.argument), c.usage})
	}
	return rows
}

// columns takes lines of two columns apart, which have two spaces or more between them.
func columns(text string) (rows [][2]string) {
	for line := range strings.Lines(text) {
		left, right, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		rows = append(rows, [2]string{left, strings.TrimSpace(right)})
	}
	return rows
}

func flagRows(flags []cli.Flag) (rows [][2]string) {
	for _, f := range flags {
		names, placeholder, about := describe(f)
		tag := strings.Join(names, ", ")
		if len(f.Names()) == 1 {
			tag = "    " + tag // below the long names of those that have a short one
		}
		rows = append(rows, [2]string{strings.TrimRight(tag+" "+placeholder, " "), about})
	}
	return rows
}

// describe takes a flag apart: its names as they are typed, short ones first; the word for its
// value; and what it does, with its variable and its default.
func describe(f cli.Flag) (names []string, placeholder, about string) {
	for _, short := range []bool{true, false} {
		for _, name := range f.Names() {
			if (len(name) == 1) == short {
				names = append(names, dashed(name))
			}
		}
	}
	placeholder, about = usageOf(f)
	if doc, ok := f.(cli.DocGenerationFlag); ok {
		if len(doc.GetEnvVars()) > 0 {
			about += " (" + strings.Join(doc.GetEnvVars(), ", ") + ")"
		}
		if takesValue(f) && doc.GetDefaultText() != "" {
			about += " (default: " + doc.GetDefaultText() + ")"
		}
	}
	return names, placeholder, about
}

// A helpText is a help as far as it is written. An empty line ends each part.
type helpText struct{ b strings.Builder }

func (h *helpText) paragraph(text string) {
	h.wrap(text, "")
	h.b.WriteString("\n")
}

// verbatim writes lines that are short enough.
func (h *helpText) verbatim(text string) {
	if text != "" {
		h.b.WriteString(text + "\n\n")
	}
}

// list writes rows of two columns. What is long on the left has a line of its own.
func (h *helpText) list(title string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	width := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r[0]); n <= 40 {
			width = max(width, n)
		}
	}
	h.b.WriteString(title + ":\n")
	for _, r := range rows {
		left := fmt.Sprintf("  %-*s  ", width, r[0])
		if utf8.RuneCountInString(r[0]) > width {
			h.b.WriteString("  " + r[0] + "\n")
			left = strings.Repeat(" ", width+4)
		}
		if r[1] != "" {
			h.wrap(r[1], left)
		} else if utf8.RuneCountInString(r[0]) <= width {
			h.b.WriteString(strings.TrimRight(left, " ") + "\n")
		}
	}
	h.b.WriteString("\n")
}

// wrap writes text in lines of at most helpWidth columns, the first one behind left.
func (h *helpText) wrap(text, left string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(left))
	line := left
	begun := false
	for word := range strings.FieldsSeq(text) {
		if begun && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > helpWidth {
			h.b.WriteString(line + "\n")
			line, begun = indent, false
		}
		if begun {
			line += " "
		}
		line += word
		begun = true
	}
	h.b.WriteString(line + "\n")
}
