package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"golang.org/x/term"

	"github.com/credclean/credclean/logout"
)

// Progress is shown above this many steps.
const manySteps = 100

// A progress is a line on standard error that says how far a long removal has come. Nil
// shows nothing.
type progress struct {
	w           io.Writer
	done, total int
	shown       time.Time
}

// newProgress is nil unless a person watches a long removal on a terminal without log lines.
func (s *session) newProgress(ctx context.Context, plan logout.Plan) *progress {
	quiet := s.json || s.quiet || s.log.Enabled(ctx, slog.LevelInfo)
	if len(plan.Steps) <= manySteps || quiet || !term.IsTerminal(int(s.errOut.Fd())) || !takesColour(s.errOut) {
		return nil
	}
	return &progress{w: s.errOut, total: len(plan.Steps)}
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
