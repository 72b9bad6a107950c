package cli

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
		name, value, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		found, to := lookup(app.Flags, name), &globals
		if found == nil || found[0] == cli.HelpFlag && cmd != nil {
			// A flag of the command may stand before it.
			owner := cmd
			if owner == nil {
				owner = commandOf(app, args[i+1:])
			}
			if owner != nil {
				found, to = lookup(owner.Flags, name), &flags
			}
		}
		switch {
		case found == nil:
			return nil, unknownFlag(cmd, arg)
		case hasValue:
			*to = append(*to, long(found[0])+"="+value)
		case !takesValue(found[0]):
			for _, f := range found {
				*to = append(*to, long(f))
			}
		case i+1 == len(args):
			return nil, usageError{fmt.Errorf("%s needs a value", arg), "give it one, as in " + arg + "=VALUE"}
		default:
			i++
			*to = append(*to, long(found[0])+"="+args[i])
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

// lookup finds a flag by one of its names, or the flags behind single letters
// that stand together, as in -ny; of those none takes a value.
func lookup(flags []cli.Flag, name string) []cli.Flag {
	for _, f := range append(slices.Clone(flags), cli.VersionFlag, cli.HelpFlag) {
		if slices.Contains(f.Names(), name) {
			return []cli.Flag{f}
		}
	}
	var together []cli.Flag
	for _, letter := range name {
		one := lookup1(flags, string(letter))
		if one == nil || takesValue(one) {
			return nil
		}
		together = append(together, one)
	}
	return together
}

func lookup1(flags []cli.Flag, letter string) cli.Flag {
	i := slices.IndexFunc(flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), letter) })
	if i < 0 {
		return nil
	}
	return flags[i]
}

func takesValue(f cli.Flag) bool {
	_, isBool := f.(*cli.BoolFlag)
	return !isBool
}

// long writes a flag by its first name: urfave/cli refuses two names of one flag in a line.
func long(f cli.Flag) string { return "--" + f.Names()[0] }

// commandOf finds the command among arguments that follow.
func commandOf(app *cli.App, args []string) *cli.Command {
	for _, arg := range args {
		if cmd := app.Command(arg); cmd != nil {
			return cmd
		}
	}
	return nil
}
