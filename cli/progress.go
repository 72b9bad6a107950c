package cli

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/credclean/credclean/logout"
)

// manySteps is how many a removal has at most of which nobody wants to see how far it has come.
const manySteps = 100

// A progress is a line on standard error that says how far a long removal has come. Nil
// shows nothing.
type progress struct {
	w           io.Writer
	done, total int
	shown       time.Time
}

// newProgress is nil unless a person watches a long removal, and no log goes by.
func (p *process) newProgress(c *cli.Context, plan logout.Plan) *progress {
	quiet := p.json || c.Bool("quiet") || p.log.Enabled(c.Context, slog.LevelInfo)
	if len(plan.Steps) <= manySteps || quiet || !term.IsTerminal(int(p.errOut.Fd())) || !takesColour(p.errOut) {
		return nil
	}
	return &progress{w: p.errOut, total: len(plan.Steps)}
}

// step counts one more. The cursor stays at the beginning of the line, for whatever else is said there.
func (g *progress) step() {
	if g == nil {
		return
	}
	g.done++
	if now := time.Now(); now.Sub(g.shown) >= 100*time.Millisecond {
		fmt.Fprintf(g.w, "\033[KRemoving credentials... %d of %d\r", g.done, g.total)
		g.shown = now
	}
}

// end takes the line away.
func (g *progress) end() {
	if g != nil {
		fmt.Fprint(g.w, "\033[K")
	}
}
