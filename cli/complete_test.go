package cli

import (
	"slices"
	"testing"
	"time"

	"github.com/credclean/credclean/cli/shell"

	"github.com/urfave/cli/v2"

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

// TestPlaceholders: whoever writes another word for a value says how it is completed.
func TestPlaceholders(t *testing.T) {
	app := new(process).app()
	app.Setup()
	flags := app.Flags
	for _, cmd := range app.Commands {
		flags = append(flags, cmd.Flags...)
	}
	for _, f := range flags {
		placeholder, _ := usageOf(f)
		_, isBool := f.(*cli.BoolFlag)
		known := slices.Contains([]string{"FILE", "DIR", "LEVEL", "NAME", "NAMES", "DURATION"}, placeholder)
		if isBool != (placeholder == "") || !isBool && !known {
			t.Errorf("--%s: value %q", f.Names()[0], placeholder)
		}
	}
}

func TestLevels(t *testing.T) {
	app := new(process).app()
	app.Setup()
	for _, c := range complete(app, shell.Question{Words: []string{"--logs-level"}}).Candidates {
		if _, err := logs.ParseLevel(c.Text); err != nil {
			t.Error(err)
		}
	}
}
