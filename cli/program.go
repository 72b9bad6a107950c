package cli

import (
	"context"

	"github.com/urfave/cli/v2"
)

// A program is all that can be typed.
type program struct {
	global Global
	logout LogoutOptions
	status StatusOptions
	doctor DoctorOptions

	flags    []cli.Flag // of every command
	commands []*command
}

// A command is one of them. Nothing of it is carried out before its flags are set.
type command struct {
	name     string
	argument string // the placeholder of what it takes beside flags
	usage    string // in one line
	examples string // a line each: the command, three spaces, what it does
	about    string // paragraphs
	hidden   bool
	flags    []cli.Flag
	words    *[]string // where the arguments go; nil if it takes none
	// document is what --json prints if the command cannot begin; nil if it has no --json.
	document func() document
	// run carries it out. The document is what --json prints; nil is that of the beginning.
	run func(context.Context, *session) (document, error)
}

// help is what to type for a command's help.
func (c *command) help() string {
	return "credclean " + c.name + " --help lists its flags and arguments"
}

// newProgram is the program with all options at their defaults.
func newProgram() *program {
	p := &program{}
	p.flags = append(p.global.flags(),
		&cli.BoolFlag{Name: "help", Aliases: []string{"h"}, Usage: "show the help of the program or the command"},
		&cli.BoolFlag{Name: "version", Aliases: []string{"v"}, Usage: "show the version"},
	)
	p.commands = []*command{
		p.logoutCommand(), p.statusCommand(), unsetCommand(), p.doctorCommand(), completionCommand(),
		p.helpCommand(), versionCommand(), p.completeCommand(), p.manCommand(),
	}
	return p
}

// visible are the commands that help lists.
func (p *program) visible() (all []*command) {
	for _, c := range p.commands {
		if !c.hidden {
			all = append(all, c)
		}
	}
	return all
}

const (
	programName  = "credclean"
	programUsage = "log out of cloud identities that Atmos left credentials for"
	programURL   = "https://github.com/credclean/credclean"

	programExamples = `credclean logout dev-admin         an identity and its whole chain
credclean logout --all --dry-run   what a logout of everything would remove
credclean status                   who is signed in, and until when`

	programAbout = `Atmos signs you in to clouds and leaves credentials behind: keyring entries,
credentials and config files, session tokens. credclean reads the same
atmos.yaml, works out what belongs to the identity you name, removes it,
looks again, and says what it did.

It removes what is on this machine. Sessions in your browser and variables in
your shell live on: credclean unset clears the variables.`

	exitCodes = `0 nothing of what was named is left, or it was kept as you asked;
1 something is left, could not be checked, or a session could not be ended;
2 usage or configuration error, nothing was touched;
130, 131 or 143 interrupted`
)
