package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/AlecAivazis/survey/v2"
	"github.com/AlecAivazis/survey/v2/terminal"
	"golang.org/x/term"
)

// selectOne lets a person choose a line. Ctrl-C, and a signal that ends ctx, is errInterrupted.
func (p *process) selectOne(ctx context.Context, question string, lines []string, selected int) (int, error) {
	type answer struct {
		i   int
		err error
	}
	state, stateErr := term.GetState(int(p.in.Fd()))
	answers := make(chan answer, 1)
	go func() {
		var a answer
		a.err = survey.AskOne(
			&survey.Select{Message: question, Options: lines, Default: selected, PageSize: 12},
			&a.i, survey.WithStdio(p.in, p.errOut, p.errOut),
		)
		answers <- a
	}()
	select {
	case a := <-answers:
		switch {
		case errors.Is(a.err, terminal.InterruptErr):
			return 0, errInterrupted
		case a.err != nil:
			return 0, fmt.Errorf("the terminal gave no answer, so nothing was removed: %w", a.err)
		}
		return a.i, nil
	case <-ctx.Done():
		// survey knows no context: it goes on reading until the process ends.
		if stateErr == nil {
			stateErr = term.Restore(int(p.in.Fd()), state)
		}
		fmt.Fprintln(p.errOut, "\033[?25h") // and it has hidden the cursor
		return 0, errors.Join(errInterrupted, stateErr)
	}
}

// confirm asks for one of two answers. The first, which keeps things, is chosen by Enter alone.
func (p *process) confirm(ctx context.Context, question, keep, remove string) (bool, error) {
	i, err := p.selectOne(ctx, question, []string{keep, remove}, 0)
	return i == 1, err
}
