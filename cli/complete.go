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

// complete finds what fits at the cursor. It writes nothing, asks no
// keyring, and takes not much longer than [completionLimit].
func (p *program) complete(ctx context.Context, q shell.Question) shell.Answer {
	l := p.read(q.Words)
	name, _, valued := strings.Cut(q.Current, "=")
	switch dashed := strings.HasPrefix(q.Current, "-") && !l.literal; {
	case l.missing != nil:
		return p.valuesOf(ctx, l, l.missing)
	case dashed && valued:
		a := p.valuesOf(ctx, l, p.flag(l.command, strings.TrimLeft(name, "-")))
		for i := range a.Candidates {
			a.Candidates[i].Text = name + "=" + a.Candidates[i].Text
		}
		return a
	case dashed:
		return p.flagNames(l.command)
	case l.command == nil && len(l.words) > 0:
		return shell.Answer{} // there is no such command
	case l.command == nil:
		a := shell.Answer{What: "words"}
		for _, c := range p.visible() {
			a.Candidates = append(a.Candidates, shell.Candidate{Text: c.name, About: c.usage})
		}
		return a
	}
	return p.arguments(ctx, l)
}

// flagNames are those of all flags, global ones and those of the command; without long aliases.
func (p *program) flagNames(c *command) shell.Answer {
	flags := p.flags
	if c != nil {
		flags = slices.Concat(c.flags, flags)
	}
	a := shell.Answer{What: "words"}
	for _, f := range flags {
		_, about := usageOf(f)
		for i, name := range f.Names() {
			if i == 0 || len(name) == 1 {
				a.Candidates = append(a.Candidates, shell.Candidate{Text: dashed(name), About: about})
			}
		}
	}
	return a
}

// dashed is the name of a flag as it is typed.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
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
func (p *program) valuesOf(ctx context.Context, l line, f cli.Flag) shell.Answer {
	if f == nil {
		return shell.Answer{}
	}
	switch placeholder, _ := usageOf(f); placeholder {
	case "FILE":
		return shell.Answer{What: "files"}
	case "DIR":
		return shell.Answer{What: "dirs"}
	case "LEVEL":
		return shell.Words("Trace", "Debug", "Info", "Warning", "Error", "Off")
	case "NAME":
		if f.Names()[0] == "provider" {
			return providers(l.auth(ctx))
		}
		return identities(l.auth(ctx))
	}
	return shell.Answer{}
}

// arguments are what the command takes beside flags.
func (p *program) arguments(ctx context.Context, l line) shell.Answer {
	switch {
	case strings.Contains(l.command.argument, "IDENTITY"):
		a := identities(l.auth(ctx))
		a.Candidates = slices.DeleteFunc(a.Candidates, func(c shell.Candidate) bool {
			return slices.Contains(l.words, c.Text) || strings.HasPrefix(c.Text, "-") && !l.literal
		})
		return a
	case len(l.words) > 0:
	case l.command.name == "unset":
		return shell.Words(unsetShells()...)
	case l.command.name == "completion":
		return shell.Words(shell.Names()...)
	case l.command.name == "help":
		var names []string
		for _, c := range p.visible() {
			names = append(names, c.name)
		}
		return shell.Words(names...)
	}
	return shell.Answer{}
}

// identities are those that may be shown: what a YAML function gave may be anything.
func identities(auth config.Auth) shell.Answer {
	a := shell.Answer{What: "words"}
	for _, id := range auth.Identities {
		if id.Name != "" && id.Place == "" {
			a.Candidates = append(a.Candidates, shell.Candidate{Text: id.Name, About: id.Kind})
		}
	}
	return a
}

func providers(auth config.Auth) shell.Answer {
	a := shell.Answer{What: "words"}
	for _, pr := range auth.Providers {
		if pr.Name != "" && pr.Place == "" {
			a.Candidates = append(a.Candidates, shell.Candidate{Text: pr.Name, About: pr.Kind})
		}
	}
	return a
}

// auth is the auth block that the command on the line would read; empty if it cannot be read.
func (l line) auth(ctx context.Context) config.Auth {
	return within(completionLimit, func() config.Auth {
		home, err := homeDir()
		if err != nil {
			return config.Auth{}
		}
		expanded := func(flag string) (all []string) {
			for _, v := range l.values(flag) {
				for _, v := range splitCommas(v) {
					all = append(all, expand(v, home))
				}
			}
			return all
		}
		g := Global{Config: expanded("config"), ConfigPath: expanded("config-path"), Profiles: expanded("profile")}
		if dirs := expanded("chdir"); len(dirs) > 0 {
			g.Dir = dirs[len(dirs)-1]
		}
		if g.chdir() != nil {
			return config.Auth{}
		}
		sys, err := surroundings()
		if err != nil {
			return config.Auth{}
		}
		cfg, err := g.load(ctx, sys)
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
