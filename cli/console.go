package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/term"

	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
)

// A console is where a run reads and writes. Questions go to standard error.
type console struct {
	in, out, errOut *os.File
	json, quiet     bool
}

// write writes to standard output. A reader that goes away changes nothing of what is done.
func (c console) write(text string) { _, _ = io.WriteString(c.out, text) }

// say writes a line to standard error.
func (c console) say(what, text string) {
	fmt.Fprintf(c.errOut, "credclean: %s: %s\n", what, show.Clean(text))
}

// warn says what the user should know though the run goes on.
func (c console) warn(text string) {
	if !c.quiet {
		c.say("warning", text)
	}
}

// complain writes an error and its hint. What a report shows already is not said again.
func (c console) complain(err error) {
	switch {
	case errors.Is(err, errCancelled):
		fmt.Fprintln(c.errOut, "Nothing was removed")
	case errors.Is(err, logout.ErrIncomplete):
	default:
		for _, e := range flatten(err) {
			c.say("error", e.Error())
		}
	}
	if h := hintOf(err); h != "" {
		c.say("hint", h)
	}
}

// flatten takes joined errors apart, also those that have a hint in common.
func flatten(err error) []error {
	if h, ok := err.(hinted); ok { //nolint:errorlint // the outermost is meant
		err = h.error
	}
	return show.Flatten(err)
}

// writeDocument prints the report as JSON, whatever became of the command.
func (c console) writeDocument(doc document, err error, code int) {
	var errs []error
	if !errors.Is(err, logout.ErrIncomplete) {
		errs = flatten(err)
	}
	doc.End(errs, hintOf(err), code)
	_ = doc.Write(c.out) // a closed pipe changes nothing of what was done
}

// interactive tells whether a person can be asked.
func (c console) interactive() bool {
	return !c.json && term.IsTerminal(int(c.in.Fd())) && term.IsTerminal(int(c.errOut.Fd()))
}

// size is that of the terminal that a file is; 0 if it is none.
func size(f *os.File) (width, height int) {
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, 0
	}
	return width, height
}

// colour tells whether standard output takes colour.
func (c console) colour(g *Global) bool {
	set := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return os.Getenv(name) != "" })
	}
	switch {
	case g.NoColor, set("NO_COLOR", "ATMOS_NO_COLOR"):
		return false
	case set("FORCE_COLOR", "ATMOS_FORCE_COLOR", "CLICOLOR_FORCE"):
		return true
	}
	return term.IsTerminal(int(c.out.Fd())) && takesColour(c.out)
}

// view is how reports are drawn here.
func (s *session) view(roots store.Roots) show.View {
	return show.View{
		Roots: roots, Quiet: s.quiet, Color: s.colour(s.global), Zone: time.Local,
		Variables: setVariables(), Unset: clearing(),
	}
}
