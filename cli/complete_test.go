package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/cli/shell"

	"github.com/credclean/credclean/internal/logs"
)

// TestCompletionIsBounded: a configuration that hangs costs no more than the limit.
func TestCompletionIsBounded(t *testing.T) {
	hangs := make(chan string)
	start := time.Now()
	if got := within(10*time.Millisecond, func() string { return <-hangs }); got != "" {
		t.Errorf("got %q", got)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	hangs <- "too late" // nobody is stuck
	if got := within(time.Minute, func() string { return "in time" }); got != "in time" {
		t.Errorf("got %q", got)
	}
}

// TestPlaceholders: whoever writes another word for a value says how it is completed, and what it stands for.
func TestPlaceholders(t *testing.T) {
	p := newProgram()
	var known []string
	for _, v := range placeholders() {
		known = append(known, v.name)
	}
	flags := p.flags
	for _, c := range p.commands {
		flags = slices.Concat(flags, c.flags)
		if word := strings.Trim(c.argument, "[]."); word != "" && !slices.Contains(known, word) {
			t.Errorf("%s: argument %q", c.name, c.argument)
		}
	}
	for _, f := range flags {
		placeholder, _ := usageOf(f)
		if takesValue(f) != (placeholder != "") || placeholder != "" && !slices.Contains(known, placeholder) {
			t.Errorf("--%s: value %q", f.Names()[0], placeholder)
		}
	}
}

func TestLevels(t *testing.T) {
	levels := newProgram().complete(t.Context(), shell.Question{Words: []string{"--logs-level"}}).Candidates
	if len(levels) != 6 {
		t.Errorf("%v", levels)
	}
	for _, c := range levels {
		if _, err := logs.ParseLevel(c.Text); err != nil {
			t.Error(err)
		}
	}
}
