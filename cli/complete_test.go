package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/logs"
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
	for _, c := range complete(app, question{words: []string{"--logs-level"}}).candidates {
		if _, err := logs.ParseLevel(c.text); err != nil {
			t.Error(err)
		}
	}
}

func TestAskedByBash(t *testing.T) {
	const breaks = " \t\n\"'@><=;|&(:"
	type asked = struct {
		Words         []string
		Current, Kept string
		Open          string
	}
	for line, want := range map[string]asked{
		"":                         {},
		"credclean":                {Current: "credclean"},
		"credclean ":               {},
		"credclean log":            {Current: "log"},
		"credclean  logout\t\ta b": {Words: []string{"logout", "a"}, Current: "b"},
		`c logout a\ b`:            {Words: []string{"logout"}, Current: "a b"},
		`c aws:prod:x`:             {Current: "aws:prod:x", Kept: "aws:prod:"},
		`c aws\:prod`:              {Current: "aws:prod"},
		`c "aws:prod`:              {Current: "aws:prod", Open: `"`},
		`c aws:"prod x`:            {Current: "aws:prod x", Kept: "aws:", Open: `"`},
		`c aws:"prod x"y`:          {Current: "aws:prod xy", Kept: "aws:"},
		`c --identity=d`:           {Current: "--identity=d", Kept: "--identity="},
		`c 'it'\''s' x`:            {Words: []string{"it's"}, Current: "x"},
		`c "\$a\b\"" $'\x41\'\n`:   {Words: []string{`$a\b"`}, Current: "A'\n", Open: "$"},
		`c '' ""`:                  {Words: []string{""}},
		`c a\`:                     {Current: `a\`},
		`c $'\x`:                   {Current: "x", Open: "$"},
		`c $'\`:                    {Open: "$"},
		"c Ümläut:Ü":               {Current: "Ümläut:Ü", Kept: "Ümläut:"},
	} {
		q := askedByBash([]string{breaks, line})
		got := asked{q.words, q.current, q.kept, strings.Trim(string(q.open), "\x00")}
		if len(got.Words) == 0 {
			got.Words = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", line, diff)
		}
	}
}
