package cli

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/store"
)

// manCommand prints the manual page. It is made of what --help prints, and of
// what the program looks for, so that neither can be forgotten.
func (p *program) manCommand() *command {
	return &command{
		name:   "man",
		hidden: true,
		run: func(_ context.Context, s *session) (document, error) {
			s.write(p.manual())
			return nil, nil
		},
	}
}

// manDate is when what the page says last changed. It is no time of building: two builds of one
// commit have the same page.
const manDate = "2026-11-26"

// manual is the page in the macros of man(7).
func (p *program) manual() string {
	m := &page{}
	m.line(`.TH CREDCLEAN 1 "%s" "credclean %s" "User Commands"`, manDate, roff(release()))
	m.line(".ad l") // long paths would leave wide gaps
	m.line(".nh")
	m.section("NAME")
	m.text(programName + ` \- ` + roff(programUsage))
	m.section("SYNOPSIS")
	m.line(`.B %s`, programName)
	m.line(`[\fIglobal options\fR] \fIcommand\fR [\fIoptions\fR] [\fIargument\fR ...]`)
	m.section("DESCRIPTION")
	m.prose(programAbout)
	m.section("COMMANDS")
	for _, c := range p.visible() {
		m.command(c)
	}
	m.section("GLOBAL OPTIONS")
	m.fill("They work before and after the command and its arguments.")
	m.flags(p.flags)
	m.placeholders()
	m.section("EXIT STATUS")
	leadingCodes := regexp.MustCompile(`^[0-9]+(, [0-9]+)*( or [0-9]+)?`)
	for entry := range strings.SplitSeq(exitCodes, ";\n") {
		codes := leadingCodes.FindString(entry)
		m.entry(`\fB`+roff(codes)+`\fR`, strings.TrimPrefix(entry, codes))
	}
	m.section("ENVIRONMENT")
	for _, v := range variables() {
		m.entry(`\fB`+roff(v.name)+`\fR`, v.about)
	}
	m.section("FILES")
	m.fill("Where releases of Atmos keep what is removed, beside the keyrings, Docker's config.json and kubeconfig files. The directories are those that are used if no XDG variable is set.")
	for _, l := range store.Locations() {
		m.entry(`\fI`+breakable(roff(shownBase(l.Under)+"/"+l.Path))+`\fR`, locationAbout(l))
	}
	m.section("EXAMPLES")
	m.examples(programExamples)
	m.section("SEE ALSO")
	m.text(`\fBaws\fR(1), \fBaz\fR(1), \fBgcloud\fR(1), \fBsecret\-tool\fR(1)`)
	m.line(".PP")
	m.text(roff(programURL))
	return m.b.String()
}

func locationAbout(l store.Location) string {
	what := l.Kind.Word()
	if len(l.Kinds) > 0 {
		what += " of " + strings.Join(l.Kinds, ", ")
	}
	return what + "; " + l.Releases
}

// shownBase is where a base is if no variable says otherwise.
func shownBase(b store.Base) string {
	if b == store.Temp {
		return "$TMPDIR"
	}
	roots := store.NewRoots("/home", "/", "/tmp", "linux", func(string) (string, bool) { return "", false })
	return roots.Show(roots[b])
}

// A page is a manual page as far as it is written.
type page struct{ b strings.Builder }

// line writes a line of roff.
func (m *page) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

func (m *page) section(name string) { m.line(".SH %s", name) }

// text writes a line of roff that may begin with a dot, which would make it a request.
func (m *page) text(line string) {
	if strings.HasPrefix(line, ".") {
		line = `\&` + line
	}
	m.line("%s", line)
}

// prose writes paragraphs that have an empty line between them.
func (m *page) prose(text string) {
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			m.line(".PP")
		}
		m.fill(paragraph)
	}
}

// fill writes text in lines that are not too long for a source of roff.
func (m *page) fill(text string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		word = roff(word)
		if line != "" && len(line)+1+len(word) > 78 {
			m.text(line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	m.text(line)
}

// entry writes one of a list; tag is roff, text is not.
func (m *page) entry(tag, text string) {
	m.line(".TP")
	m.text(tag)
	m.fill(text)
}

func (m *page) command(c *command) {
	m.line(".SS %s", strings.TrimSpace(strings.Join([]string{programName, roff(c.name), roff(c.argument)}, " ")))
	m.text(roff(strings.ToUpper(c.usage[:1]) + c.usage[1:] + "."))
	if c.about != "" {
		m.line(".PP")
		m.prose(c.about)
	}
	m.examples(c.examples)
	m.flags(c.flags)
}

// examples writes the lines as they are, each with its comment below.
func (m *page) examples(text string) {
	if text == "" {
		return
	}
	for example := range strings.SplitSeq(text, "\n") {
		line, comment, _ := strings.Cut(example, "  ")
		m.entry(`\fB`+roff(line)+`\fR`, comment)
	}
}

func (m *page) flags(flags []cli.Flag) {
	for _, f := range flags {
		names, placeholder, about := describe(f)
		for i, name := range names {
			names[i] = `\fB` + roff(name) + `\fR`
		}
		tag := strings.Join(names, ", ")
		if placeholder != "" {
			tag += ` \fI` + roff(placeholder) + `\fR`
		}
		m.entry(tag, about)
	}
}

// placeholders explains the words in capitals.
func (m *page) placeholders() {
	m.section("VALUES")
	for _, v := range placeholders() {
		m.entry(`\fI`+roff(v.name)+`\fR`, v.about)
	}
}

// placeholders are the words for values in help texts, and what they stand for.
func placeholders() []variable {
	return []variable{
		{"IDENTITY", "the name of an identity in atmos.yaml, in whatever case"},
		{"NAME", "the name of an identity, or of a provider for --provider"},
		{"NAMES", "names of profiles with commas between them"},
		{"TAGS", "tags of providers with commas between them"},
		{"FILE", "the path of a file; a relative one counts from the working directory"},
		{"DIR", "the path of a directory"},
		{"LEVEL", "Trace, Debug, Info, Warning, Error or Off, in whatever case"},
		{"DURATION", "a number with a unit: 500ms, 5s, 1m30s"},
		{"SHELL", "bash, zsh, fish or powershell; for unset also sh, csh and tcsh"},
		{"COMMAND", "one of the commands above"},
	}
}

// roff writes text so that roff prints just that.
func roff(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r == '`':
			b.WriteString(`\(ga`)
		case r == '^':
			b.WriteString(`\(ha`)
		case r == '~':
			b.WriteString(`\(ti`)
		case r == '"':
			b.WriteString(`\(dq`)
		case r > '~':
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// breakable lets a line end behind each slash of a path.
func breakable(path string) string { return strings.ReplaceAll(path, "/", `/\:`) }
