package cli

import (
	"os"
	"slices"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
)

// terminal tells whether a person can be asked: questions go to standard error.
func (p *process) terminal() bool {
	return !p.json && term.IsTerminal(int(p.in.Fd())) && term.IsTerminal(int(p.errOut.Fd()))
}

// view is how reports are drawn here.
func (p *process) view(c *cli.Context, roots store.Roots) logout.View {
	set, unset := leftVariables()
	return logout.View{
		Roots: roots, Quiet: c.Bool("quiet"), Color: p.colour(c), Zone: time.Local,
		Variables: set, Unset: unset,
	}
}

// colour tells whether standard output takes colour.
func (p *process) colour(c *cli.Context) bool {
	set := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return os.Getenv(name) != "" })
	}
	switch {
	case c.Bool("no-color"), set("NO_COLOR", "ATMOS_NO_COLOR"):
		return false
	case set("FORCE_COLOR", "ATMOS_FORCE_COLOR", "CLICOLOR_FORCE"):
		return true
	}
	return term.IsTerminal(int(p.out.Fd())) && takesColour(p.out)
}
