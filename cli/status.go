package cli

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/status"
	"github.com/credclean/credclean/store/keyring"
)

// errPresent says that --exit-code has something to tell.
var errPresent = fmt.Errorf("something is there: %w", logout.ErrIncomplete)

func (p *process) statusCommand(onUsageError cli.OnUsageErrorFunc) *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "show what is on this machine, where, and until when it is valid",
		ArgsUsage: "[IDENTITY...]",
		UsageText: `credclean status                what Atmos left, of this project and of others
credclean status dev-admin      of this identity and its chain only`,
		Description: `Changes nothing, asks nothing, and opens no keyring entry. The expiry of a
keyring entry is in the entry itself, so that it is not known.`,
		UseShortOptionHandling: true,
		OnUsageError:           onUsageError,
		Action:                 p.status,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print one JSON document"},
			&cli.BoolFlag{Name: "exit-code", Usage: "exit with 1 if anything is listed or could not be looked at"},
		},
	}
}

// status is the command: look, and draw.
func (p *process) status(c *cli.Context) error {
	identities := c.Args().Slice()
	doc := status.NewDocument(identities)
	p.document = &doc
	if err := checkTimeout(c); err != nil {
		return err
	}
	w, err := p.workplace(c)
	if err != nil {
		return err
	}
	m := w.Machine
	defer func() { _ = m.Files.Close() }()
	keyrings, warnings := p.keyrings(c, w, keyring.Options{Timeout: c.Duration("timeout")})
	m.Keyrings = keyrings
	s, err := status.New(c.Context, m, identities, time.Now())
	if err != nil {
		return err
	}
	for _, text := range warnings {
		p.warn(c, "%s", text)
	}
	view := p.view(c, m.Roots)
	doc = s.Document(view)
	if !p.json {
		s.Render(p.out, view, p.width())
	}
	if c.Bool("exit-code") && !s.Clear() {
		return errPresent
	}
	return nil
}

// width is that of the terminal on standard output; 0 without one.
func (p *process) width() int {
	if width, _, err := term.GetSize(int(p.out.Fd())); err == nil {
		return width
	}
	return 0
}
