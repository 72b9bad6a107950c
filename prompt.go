package main

import (
	"errors"
	"fmt"

	"github.com/AlecAivazis/survey/v2"
	"github.com/AlecAivazis/survey/v2/terminal"
)

// selectOne lets a person choose a line. Ctrl-C is errInterrupted.
func (p *process) selectOne(question string, lines []string, selected int) (int, error) {
	var i int
	err := survey.AskOne(
		&survey.Select{Message: question, Options: lines, Default: selected, PageSize: 12},
		&i, survey.WithStdio(p.in, p.errOut, p.errOut),
	)
	switch {
	case errors.Is(err, terminal.InterruptErr):
		return 0, errInterrupted
	case err != nil:
		return 0, fmt.Errorf("the terminal gave no answer, so nothing was removed: %w", err)
	}
	return i, nil
}

// confirm asks for one of two answers. The first, which keeps things, is chosen by Enter alone.
func (p *process) confirm(question, keep, remove string) (bool, error) {
	i, err := p.selectOne(question, []string{keep, remove}, 0)
	return i == 1, err
}
