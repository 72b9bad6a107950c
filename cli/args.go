package cli

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

// A line is a command line, read once. Flags mean the same on both sides of the command and
// of its arguments: "logout dev-admin --dry-run" is a dry run.
type line struct {
	command *command // nil if none is named
	words   []string // arguments; without a command, a word that is none
	flags   []given
	literal bool     // a -- came: from there on every word is an argument
	missing cli.Flag // the last flag, if its value does not follow
	err     error    // the first mistake
}

// A given is a flag on a command line.
type given struct {
	flag     cli.Flag
	word     string // as it was typed
	value    string
	hasValue bool
}

// read reads a command line. It goes on after a mistake, so that what else the line
// asks for is known: its error may be wanted as JSON.
func (p *program) read(args []string) line {
	var l line
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch {
		case l.literal:
			l.words = append(l.words, word)
		case word == "--":
			l.literal = true
		case strings.HasPrefix(word, "-") && word != "-":
			args = l.readFlag(p, word, args)
		case l.command == nil && len(l.words) == 0 && p.command(word) != nil:
			l.command = p.command(word)
		default:
			l.words = append(l.words, word)
		}
	}
	return l
}

// readFlag reads a word that begins with a dash, and returns the arguments that are left.
func (l *line) readFlag(p *program, word string, rest []string) []string {
	typed, value, hasValue := strings.Cut(word, "=")
	if f := p.flag(l.command, strings.TrimPrefix(typed[1:], "-")); f != nil {
		return l.add(given{f, typed, value, hasValue}, rest)
	}
	if strings.HasPrefix(word, "--") {
		return l.fail(p.unknownFlag(l.command, word), rest)
	}
	// Single letters can be joined; one that takes a value is the last.
	for i, letter := range word[1:] {
		f := p.flag(l.command, string(letter))
		if f == nil {
			return l.fail(p.unknownFlag(l.command, word), rest)
		}
		after := word[1+i+len(string(letter)):]
		if takesValue(f) {
			return l.add(given{f, "-" + string(letter), strings.TrimPrefix(after, "="), after != ""}, rest)
		}
		l.add(given{flag: f, word: "-" + string(letter)}, nil)
	}
	return rest
}

// add adds a flag. If it has no value yet, the next argument is it, or it is a switch.
func (l *line) add(g given, rest []string) []string {
	switch {
	case g.hasValue:
	case !takesValue(g.flag):
		g.value = "true"
	case len(rest) == 0 || rest[0] == "-h" || rest[0] == "--help":
		if len(rest) == 0 {
			l.missing = g.flag
		}
		return l.fail(usage(g.word+" needs a value", "give it one, as in "+g.word+"=VALUE"), rest)
	default:
		g.value, rest = rest[0], rest[1:]
	}
	l.flags = append(l.flags, g)
	return rest
}

func (l *line) fail(err error, rest []string) []string {
	if l.err == nil {
		l.err = err
	}
	return rest
}

// asks tells whether the line has a switch, one with a value that is none of a switch too.
func (l line) asks(name string) bool {
	return slices.ContainsFunc(l.flags, func(g given) bool {
		on, err := strconv.ParseBool(g.value)
		return slices.Contains(g.flag.Names(), name) && (on || err != nil)
	})
}

// values are those that a flag was given.
func (l line) values(name string) (all []string) {
	for _, g := range l.flags {
		if g.flag.Names()[0] == name {
			all = append(all, g.value)
		}
	}
	return all
}

// apply sets the options of the command. The error is one of usage.
func (l line) apply(p *program) error {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, f := range slices.Concat(p.flags, l.command.flags) {
		if f.Apply(flags) != nil { // only the variable of a switch can have a value that does not fit
			name := f.(cli.DocGenerationFlag).GetEnvVars()[0]
			return usage(fmt.Sprintf("%s: %q is neither true nor false", name, os.Getenv(name)), "set it to true or false, or unset it")
		}
	}
	for _, g := range l.flags {
		name := g.flag.Names()[0]
		if p.flag(l.command, name) == nil { // it stood before the command, and is another one's
			return p.unknownFlag(l.command, g.word)
		}
		err := flags.Set(name, g.value)
		switch {
		case err == nil:
		case takesValue(g.flag):
			return hinted{fmt.Errorf("%s: %w", g.word, err), "for example " + g.word + " " + hintOf(err)}
		default:
			return usage(fmt.Sprintf("%s is a switch: %q is neither true nor false", g.word, g.value), "leave the value out, as in "+g.word)
		}
	}
	switch {
	case l.command.words != nil:
		*l.command.words = append(*l.command.words, l.words...)
	case len(l.words) > 0:
		return hinted{fmt.Errorf("%s takes no argument: %q", l.command.name, l.words[0]), l.command.help()}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	_, isBool := f.(*cli.BoolFlag)
	return !isBool
}

// flag finds a global flag or one of the command by any of its names. A flag can come before
// its command: until a command is named, the flags of all commands are known.
func (p *program) flag(c *command, name string) cli.Flag {
	flags := p.flags
	for _, each := range p.commands {
		if c == nil || c == each {
			flags = slices.Concat(flags, each.flags)
		}
	}
	i := slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) })
	if i < 0 {
		return nil
	}
	return flags[i]
}

func (p *program) command(name string) *command {
	i := slices.IndexFunc(p.commands, func(c *command) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return p.commands[i]
}

// bare tells whether a line names no command and asks for nothing that needs one.
func (p *program) bare(l line) bool {
	return l.command == nil && len(l.words) == 0 && l.err == nil && !slices.ContainsFunc(l.flags, func(g given) bool {
		return !slices.Contains(p.flags, g.flag)
	})
}
