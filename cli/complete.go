package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/cli/shell"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/config"
)

// completionLimit is how long the configuration may take, as on a network drive
// that hangs. What comes later is not offered.
const completionLimit = 500 * time.Millisecond

// typed is what the words before the cursor say.
type typed struct {
	command *cli.Command        // nil as long as none is named
	flag    cli.Flag            // the one whose value stands at the cursor
	values  map[string][]string // of flags, by their first name
	names   []string            // arguments, or what is no command
	literal bool                // after a --, no word is a flag
}

// complete finds what may stand at the cursor. It writes nothing, asks no
// keyring, and takes not much longer than [completionLimit].
func complete(app *cli.App, q shell.Question) shell.Answer {
	t := read(app, q.Words)
	name, _, valued := strings.Cut(q.Current, "=")
	switch dashed := strings.HasPrefix(q.Current, "-") && !t.literal; {
	case t.flag != nil:
		return t.valuesOf(t.flag)
	case dashed && valued:
		a := t.valuesOf(t.find(app, strings.TrimLeft(name, "-"), nil))
		for i := range a.Candidates {
			a.Candidates[i].Text = name + "=" + a.Candidates[i].Text
		}
		return a
	case dashed:
		return t.flags(app)
	case t.command == nil && len(t.names) > 0:
		return shell.Answer{} // there is no such command
	case t.command == nil:
		var cs []shell.Candidate
		for _, cmd := range app.VisibleCommands() {
			cs = append(cs, shell.Candidate{Text: cmd.Name, About: cmd.Usage})
		}
		return shell.Answer{What: "words", Candidates: cs}
	}
	return t.arguments()
}

// read follows the words as arrange does.
func read(app *cli.App, words []string) typed {
	t := typed{values: make(map[string][]string)}
	for i, word := range words {
		switch {
		case t.flag != nil:
			t.values[t.flag.Names()[0]] = append(t.values[t.flag.Names()[0]], word)
			t.flag = nil
		case t.literal:
			t.names = append(t.names, word)
		case word == "--":
			t.literal = true
		case !strings.HasPrefix(word, "-") || word == "-":
			if cmd := app.Command(word); cmd != nil && t.command == nil && len(t.names) == 0 {
				t.command = cmd
				continue
			}
			t.names = append(t.names, word)
		default:
			name, value, valued := strings.Cut(strings.TrimLeft(word, "-"), "=")
			f := t.find(app, name, words[i+1:])
			switch _, isBool := f.(*cli.BoolFlag); {
			case f == nil || isBool:
			case valued:
				t.values[f.Names()[0]] = append(t.values[f.Names()[0]], value)
			default:
				t.flag = f
			}
		}
	}
	return t
}

// find finds a flag by one of its names. One of a command may stand before the command.
func (t typed) find(app *cli.App, name string, following []string) cli.Flag {
	cmd := t.command
	if cmd == nil {
		cmd = commandOf(app, following)
	}
	flags := app.Flags
	if cmd != nil {
		flags = slices.Concat(flags, cmd.Flags)
	}
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// flags are all of them, global ones and those of the command; without aliases of many letters.
func (t typed) flags(app *cli.App) shell.Answer {
	flags := app.VisibleFlags()
	if t.command != nil {
		flags = slices.Concat(t.command.VisibleFlags(), flags)
	}
	a := shell.Answer{What: "words"}
	for _, f := range flags {
		_, about := usageOf(f)
		for i, name := range f.Names() {
			dashes := "--"
			if len(name) == 1 {
				dashes = "-"
			} else if i > 0 {
				continue
			}
			c := shell.Candidate{Text: dashes + name, About: about}
			if !slices.Contains(a.Candidates, c) {
				a.Candidates = append(a.Candidates, c)
			}
		}
	}
	return a
}

// usageOf is the usage text of a flag, and the word in it that stands for the value.
func usageOf(f cli.Flag) (placeholder, text string) {
	if doc, ok := f.(cli.DocGenerationFlag); ok {
		text = doc.GetUsage()
	}
	if parts := strings.SplitN(text, "`", 3); len(parts) == 3 {
		placeholder = parts[1]
	}
	return placeholder, strings.ReplaceAll(text, "`", "")
}

// valuesOf are the values that a flag takes, by the word for them in its usage; none
// of a nil flag.
func (t typed) valuesOf(f cli.Flag) shell.Answer {
	switch placeholder, _ := usageOf(f); placeholder {
	case "FILE":
		return shell.Answer{What: "files"}
	case "DIR":
		return shell.Answer{What: "dirs"}
	case "LEVEL":
		return shell.Words("Trace", "Debug", "Info", "Warning", "Error", "Off")
	case "NAME":
		if f.Names()[0] == "provider" {
			return t.providers()
		}
		return t.identities()
	}
	return shell.Answer{}
}

// arguments are what the command takes beside flags.
func (t typed) arguments() shell.Answer {
	switch usage := t.command.ArgsUsage; {
	case strings.Contains(usage, "IDENTITY"):
		a := t.identities()
		a.Candidates = slices.DeleteFunc(a.Candidates, func(c shell.Candidate) bool {
			return slices.Contains(t.names, c.Text) || strings.HasPrefix(c.Text, "-") && !t.literal
		})
		return a
	case strings.Contains(usage, "SHELL") && len(t.names) == 0:
		return shell.Words(shell.Names()...)
	}
	return shell.Answer{}
}

// identities are those that may be shown: what a YAML function gave may be anything.
func (t typed) identities() shell.Answer {
	a := shell.Answer{What: "words"}
	for _, id := range t.auth().Identities {
		if id.Name != "" && id.Place == "" {
			a.Candidates = append(a.Candidates, shell.Candidate{Text: id.Name, About: id.Kind})
		}
	}
	return a
}

func (t typed) providers() shell.Answer {
	a := shell.Answer{What: "words"}
	for _, pr := range t.auth().Providers {
		if pr.Name != "" && pr.Place == "" {
			a.Candidates = append(a.Candidates, shell.Candidate{Text: pr.Name, About: pr.Kind})
		}
	}
	return a
}

// auth is the auth block that the command on the line would read; empty if it cannot be read.
func (t typed) auth() config.Auth {
	return within(completionLimit, func() config.Auth {
		sys, err := surroundings()
		if err != nil {
			return config.Auth{}
		}
		cfg, err := config.Load(context.Background(), sys, configOptions(func(flag string) []string {
			var values []string
			for _, v := range splitCommas(t.values[flag]) {
				values = append(values, expand(v, sys.Home))
			}
			return values
		}))
		if err != nil {
			return config.Auth{}
		}
		return cfg.Readings[0].Auth
	})
}

// expand does with a word what the shell will do once the line is complete.
func expand(word, home string) string {
	if rest, ok := strings.CutPrefix(word, "~/"); ok {
		word = filepath.Join(home, rest)
	}
	return os.ExpandEnv(word)
}

// within is what f returns, or the zero value if it takes longer than limit.
func within[T any](limit time.Duration, f func() T) T {
	done := make(chan T, 1)
	go func() { done <- f() }()
	select {
	case v := <-done:
		return v
	case <-time.After(limit):
		var none T
		return none
	}
}
