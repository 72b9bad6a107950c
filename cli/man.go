package cli

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
)

// manCommand prints the manual page. It is made of what --help prints, and of
// what the program looks for, so that neither can be forgotten.
func (p *process) manCommand() *cli.Command {
	return &cli.Command{
		Name:   "man",
		Hidden: true,
		Action: func(c *cli.Context) error {
			_, err := io.WriteString(p.out, manual(c.App))
			return err
		},
	}
}

// exitCodes begins the paragraph of the description that becomes a section of its own.
const exitCodes = "Exit codes: "

// manual is the page in the macros of man(7). It bears no date: two builds of one
// commit have the same page.
func manual(app *cli.App) string {
	description, exits, _ := strings.Cut(app.Description, exitCodes)
	m := &page{}
	m.line(`.TH CREDCLEAN 1 "" "credclean %s" "User Commands"`, roff(app.Version))
	m.line(".ad l") // words as long as some here are neither stretched nor cut
	m.line(".nh")
	m.section("NAME")
	m.text(app.Name + ` \- ` + roff(app.Usage))
	m.section("SYNOPSIS")
	m.line(`.B %s`, app.Name)
	m.line(`[\fIglobal options\fR] \fIcommand\fR [\fIoptions\fR] [\fIargument\fR ...]`)
	m.section("DESCRIPTION")
	m.prose(description)
	m.section("COMMANDS")
	for _, cmd := range app.VisibleCommands() {
		m.command(app, cmd)
	}
	m.section("GLOBAL OPTIONS")
	m.text(roff("They may stand before and after the command and its arguments."))
	m.flags(app.VisibleFlags())
	m.section("EXIT STATUS")
	leadingCodes := regexp.MustCompile(`^[0-9]+( or [0-9]+)*`)
	for entry := range strings.SplitSeq(strings.TrimSuffix(oneLine(exits), "."), "; ") {
		codes := leadingCodes.FindString(entry)
		m.entry(`\fB`+roff(codes)+`\fR`, strings.TrimPrefix(entry, codes))
	}
	m.section("ENVIRONMENT")
	for _, v := range variables() {
		m.entry(`\fB`+roff(v.name)+`\fR`, v.about)
	}
	m.section("FILES")
	m.text(roff("Where releases of Atmos keep what is removed, beside the keyrings, Docker's config.json and kubeconfig files. The directories are those that the XDG variables give if they are not set."))
	for _, l := range store.Locations() {
		m.entry(`\fI`+breakable(roff(shownBase(l.Under)+"/"+l.Path))+`\fR`, locationAbout(l))
	}
	return m.b.String()
}

func locationAbout(l store.Location) string {
	what := logout.Word(l.Kind)
	if l.Kind == store.AWSFiles {
		what = "credentials and config"
	}
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
		m.text(roff(oneLine(paragraph)))
	}
}

// entry writes one of a list; tag is roff, text is not.
func (m *page) entry(tag, text string) {
	m.line(".TP")
	m.text(tag)
	m.text(roff(oneLine(text)))
}

func (m *page) command(app *cli.App, cmd *cli.Command) {
	m.line(".SS %s %s %s", app.Name, roff(cmd.Name), roff(cmd.ArgsUsage))
	m.text(roff(strings.ToUpper(cmd.Usage[:1]) + cmd.Usage[1:] + "."))
	if cmd.Description != "" {
		m.line(".PP")
		m.prose(cmd.Description)
	}
	if cmd.UsageText != "" {
		m.line(".PP")
		m.line(".nf")
		for line := range strings.SplitSeq(cmd.UsageText, "\n") {
			m.text(roff(line))
		}
		m.line(".fi")
	}
	m.flags(cmd.VisibleFlags())
}

func (m *page) flags(flags []cli.Flag) {
	for _, f := range flags {
		var names []string
		for _, name := range f.Names() {
			dashes := "--"
			if len(name) == 1 {
				dashes = "-"
			}
			names = append(names, `\fB`+roff(dashes+name)+`\fR`)
		}
		placeholder, about := usageOf(f)
		tag := strings.Join(names, ", ")
		if placeholder != "" {
			tag += ` \fI` + roff(placeholder) + `\fR`
		}
		if doc, ok := f.(cli.DocGenerationFlag); ok {
			if len(doc.GetEnvVars()) > 0 {
				about += " (" + strings.Join(doc.GetEnvVars(), ", ") + ")"
			}
			if doc.TakesValue() && doc.GetDefaultText() != "" {
				about += " (default: " + doc.GetDefaultText() + ")"
			}
		}
		m.entry(tag, about)
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

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
