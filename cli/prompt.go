package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/credclean/credclean/internal/show"
)

// errCancelled says that a question was left without an answer: by Ctrl-C, Ctrl-D, a signal,
// a terminal that is gone, or a failure of the prompt.
var errCancelled = errors.New("cancelled")

// errInterrupted says that a signal ended a look around.
var errInterrupted = errors.New("interrupted")

// A Choice is one line of the list to choose from.
type Choice struct {
	Label string
	Mark  string // what is left of a session; empty for what is not signed in
}

// confirm asks a question to which y and yes are yes, and everything else is no.
func (c console) confirm(ctx context.Context, question string) (bool, error) {
	fmt.Fprintf(c.errOut, "%s [y/N] ", show.Clean(question))
	answer, err := c.readLine(ctx)
	answer = strings.ToLower(strings.TrimSpace(answer))
	return err == nil && (answer == "y" || answer == "yes"), err
}

// choose lets a person choose one of choices, and returns its index. A line is selected at first.
func (c console) choose(ctx context.Context, question string, choices []Choice, selected int) (int, error) {
	if !takesColour(c.errOut) {
		return c.chooseByNumber(ctx, question, choices, selected)
	}
	return wait(ctx, c, newPicker(keys{c.in}, c.errOut, question, choices, selected).ask)
}

// chooseByNumber is for terminals on which nothing can be drawn, and for screen readers.
func (c console) chooseByNumber(ctx context.Context, question string, choices []Choice, selected int) (int, error) {
	fmt.Fprintln(c.errOut, question)
	for i, choice := range choices {
		fmt.Fprintf(c.errOut, "%4d  %s\n", i+1, choice.text())
	}
	for {
		fmt.Fprintf(c.errOut, "Number [%d]: ", selected+1)
		answer, err := c.readLine(ctx)
		if answer = strings.TrimSpace(answer); err != nil || answer == "" {
			return selected, err
		}
		if n, err := strconv.Atoi(answer); err == nil && 0 < n && n <= len(choices) {
			return n - 1, nil
		}
		fmt.Fprintf(c.errOut, "Type a number from 1 to %d, or Ctrl-C to cancel.\n", len(choices))
	}
}

// text is a choice on one line.
func (c Choice) text() string { return show.Clean(c.Label) + c.mark() }

// mark is the mark as it follows the label.
func (c Choice) mark() string {
	if c.Mark == "" {
		return ""
	}
	return "  (" + show.Clean(c.Mark) + ")"
}

// readLine reads what a person types up to Enter, and not a byte more: the next question is asked
// on the same terminal.
func (c console) readLine(ctx context.Context) (string, error) {
	return wait(ctx, c, func() (string, error) {
		var line []byte
		for b := make([]byte, 1); ; {
			n, err := c.in.Read(b)
			switch {
			case n == 0 && err != nil:
				return "", err
			case n == 0:
			case b[0] == '\n':
				return string(line), nil
			case len(line) < 1024: // nobody types so much
				line = append(line, b[0])
			}
		}
	})
}

// wait waits for an answer or the end of ctx. Whatever else happens to a question is a cancel.
func wait[T any](ctx context.Context, c console, ask func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	state, stateErr := term.GetState(int(c.in.Fd()))
	answered := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil { // a library's
				a.err = fmt.Errorf("the prompt failed: %v", p)
			}
			answered <- a
		}()
		a.value, a.err = ask()
	}()
	var a answer
	select {
	case a = <-answered:
	case <-ctx.Done(): // whoever reads goes on reading until the process ends
		a.err = ctx.Err()
	}
	if a.err == nil {
		return a.value, nil
	}
	if stateErr == nil {
		_ = term.Restore(int(c.in.Fd()), state) // it may be gone
	}
	if takesColour(c.errOut) {
		fmt.Fprint(c.errOut, showCursor)
	}
	fmt.Fprintln(c.errOut)
	var none T
	return none, fmt.Errorf("%w: %w", errCancelled, a.err)
}

// showCursor undoes what the list does to the cursor.
const showCursor = "\033[?25h"
