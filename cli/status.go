package cli

import (
	"context"
	"fmt"
	"time"

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
		about: `Changes nothing, asks nothing, and opens no keyring entry. The expiry of a
keyring entry is in the entry itself, so it is not known.`,
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
	if o.Files || o.AllProjects || o.Everywhere {
		return nil, usage("--files, --all-projects and --everywhere do nothing yet", "leave them out")
	}
	begun := newStatusDocument(o.Identities)
	w, err := s.workplace(ctx, "status")
	if err != nil {
		return begun, err
	}
	defer func() { _ = w.Files.Close() }()
	keyrings, warnings := w.keyrings(ctx, keyring.Options{Timeout: s.global.Timeout})
	w.Keyrings = keyrings
	found, err := status.New(ctx, w.Machine, o.Identities, time.Now())
	if err != nil {
		return begun, nameError(err)
	}
	for _, text := range warnings {
		s.warn(text)
	}
	view := s.view(w.Roots)
	doc := found.Document(view)
	if !s.json {
		width, _ := size(s.out)
		found.Render(s.out, view, width)
	}
	if o.ExitCode && !found.Clear() {
		return &doc, errPresent
	}
	return &doc, nil
}
