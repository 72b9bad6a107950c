package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/status"
	"github.com/credclean/credclean/store/keyring"
)

// errPresent says that --exit-code has something to tell.
var errPresent = fmt.Errorf("something is there: %w", logout.ErrIncomplete)

func (p *program) statusCommand() *command {
	o := &p.status
	return &command{
		name:     "status",
		argument: "[IDENTITY...]",
		usage:    "show who is signed in on this machine, and until when",
		examples: `credclean status                   this project
credclean status dev-admin         an identity and its chain
credclean status --all-projects    the whole machine`,
		about: `Changes nothing and asks nothing. A keyring entry is opened only to tell a
long-lived access key from a session, and only if its keyring needs no answer;
until when the entry is valid is not read.`,
		flags:    o.flags(),
		words:    &o.Identities,
		document: func() document { return newStatusDocument(nil) },
		run:      func(ctx context.Context, s *session) (document, error) { return s.status(ctx, *o) },
	}
}

func newStatusDocument(identities []string) document {
	doc := status.NewDocument(identities)
	return &doc
}

// status is the command: look, and draw.
func (s *session) status(ctx context.Context, o StatusOptions) (document, error) {
	if o.Everywhere && len(o.Identities) > 0 {
		return nil, usage("--everywhere cannot be combined with an identity", "credclean status --everywhere shows everything")
	}
	begun := newStatusDocument(o.Identities)
	w, outside, err := s.statusPlace(ctx, o)
	if err != nil {
		return begun, err
	}
	defer w.home.Close()
	inv := s.look(ctx, w, keyring.Options{Timeout: s.global.Timeout}, o.Identities, o.AllProjects || outside)
	if ctx.Err() != nil {
		return begun, errInterrupted
	}
	named, err := logout.NamesOf(inv, o.Identities)
	if err != nil {
		return begun, lookError(err)
	}
	found := status.New(inv, named, o.AllProjects || outside)
	found.Named = o.Identities
	if o.Everywhere {
		found.Everywhere = true
		found.Elsewhere = elsewhere.Look(ctx, w.others(), elsewhere.Places(), inv.Time)
	}
	view := s.view(w.Roots)
	doc := found.Document(view)
	if !s.json {
		view.Width, _ = size(s.out)
		found.Render(s.out, view, o.Files)
	}
	if o.ExitCode && found.Live() {
		return &doc, errPresent
	}
	return &doc, nil
}

// lookError gives an error about names what to type next, which removes nothing.
func lookError(err error) error {
	var role *logout.RoleError
	switch {
	case errors.As(err, &role):
		return hinted{err, "credclean status without a name shows providers, too"}
	case errors.Is(err, chain.ErrCycle):
		return hinted{err, "fix the via of one of them in atmos.yaml"}
	}
	return nameError(err)
}

// statusPlace needs no configuration to show the whole machine, which it does outside of a project, too.
func (s *session) statusPlace(ctx context.Context, o StatusOptions) (w workplace, outside bool, err error) {
	sys, err := surroundings()
	if err != nil {
		return w, false, err
	}
	cfg, err := s.global.load(ctx, sys)
	outside = errors.Is(err, config.ErrNotFound) && len(o.Identities) == 0
	switch {
	case err == nil || outside || ctx.Err() != nil:
	case o.AllProjects:
		s.warn(fmt.Sprintf("%v; the machine is shown without it", err))
	default:
		return w, false, configError(err)
	}
	if ctx.Err() != nil {
		return w, false, errInterrupted
	}
	w, err = s.workplaceOf("status", sys, cfg)
	return w, outside, err
}
