package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arrange puts a command line into the order that urfave/cli understands, which
// stops looking for flags at the first argument that is none: global flags, the
// command, its flags, a --, the arguments. Without it "logout dev-admin
// --dry-run" would be a logout.
func arrange(app *cli.App, args []string) ([]string, error) {
	var globals, flags, positional []string
	var cmd *cli.Command
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			positional = append(positional, args[i+1:]...)
			i = len(args)
			continue
		case !strings.HasPrefix(arg, "-") || arg == "-":
			if cmd == nil {
				if cmd = app.Command(arg); cmd == nil {
					return nil, unknownCommand(app, arg)
				}
				continue
			}
			positional = append(positional, arg)
			continue
		}
		name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		takesValue, known := lookup(app.Flags, name)
		to := &globals
		if !known {
			// A flag of the command may stand before it.
			owner := cmd
			if owner == nil {
				owner = commandOf(app, args[i+1:])
			}
			if owner != nil {
				takesValue, known = lookup(owner.Flags, name)
			}
			to = &flags
		}
		if !known {
			return nil, unknownFlag(cmd, arg)
		}
		*to = append(*to, arg)
		if takesValue && !hasValue {
			i++
			if i == len(args) {
				return nil, usageError{fmt.Errorf("%s needs a value", arg), "give it one, as in " + arg + "=VALUE"}
			}
			*to = append(*to, args[i])
		}
	}
	line := globals
	if cmd != nil {
		line = append(append(line, cmd.Name), flags...)
	}
	if len(positional) > 0 {
		line = append(append(line, "--"), positional...)
	}
	return line, nil
}

// lookup finds a flag by one of its names. A single letter may stand together
// with others, as in -ny; then none of them takes a value.
func lookup(flags []cli.Flag, name string) (takesValue, known bool) {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			_, isBool := f.(*cli.BoolFlag)
			return !isBool, true
		}
	}
	switch name {
	case "help", "h", "version", "v":
		return false, true
	}
	return false, len(name) > 1 && !strings.ContainsFunc(name, func(letter rune) bool {
		return !slices.ContainsFunc(flags, func(f cli.Flag) bool {
			_, isBool := f.(*cli.BoolFlag)
			return isBool && slices.Contains(f.Names(), string(letter))
		})
	})
}

// commandOf finds the command among arguments that follow.
func commandOf(app *cli.App, args []string) *cli.Command {
	for _, arg := range args {
		if cmd := app.Command(arg); cmd != nil {
			return cmd
		}
	}
	return nil
}
