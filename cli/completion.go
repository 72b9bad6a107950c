package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// The scripts only hand the command line to the program and offer its answer, so
// that commands, flags and names are known in one place.
//
//go:embed completion
var completionScripts embed.FS

// A shell is one that the program completes for.
type shell struct {
	name   string
	script string // below completion
	// asked reads the words before the cursor and the one at it, the last, from the
	// arguments that the script gives; write writes the answer for it.
	asked func(args []string) question
	write func(answer, question) string
}

// A question is the command line as far as it is typed.
type question struct {
	words   []string // before the one at the cursor, without the command itself
	current string   // the word at the cursor, without its quotes
	kept    string   // of bash: the part of current that is not replaced
	open    rune     // of bash: the quote that the cursor stands in
}

func shells() []shell {
	return []shell{
		{"bash", "credclean.bash", askedByBash, answer.forBash},
		{"zsh", "credclean.zsh", askedInWords, answer.forZsh},
		{"fish", "credclean.fish", askedInWords, answer.forFish},
		{"powershell", "credclean.ps1", askedByPowerShell, answer.forPowerShell},
	}
}

func (p *process) completionCommand(onUsageError cli.OnUsageErrorFunc) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a script that completes commands, flags and names in a shell",
		ArgsUsage: "SHELL",
		UsageText: `eval "$(credclean completion bash)"     in ~/.bashrc
source <(credclean completion zsh)     in ~/.zshrc, after compinit
credclean completion fish | source     in ~/.config/fish/config.fish
credclean completion powershell | Out-String | Invoke-Expression   in $PROFILE`,
		Description: `The shells are bash, zsh, fish and powershell. Names come from the
configuration that a logout in the same directory would read; no keyring is
asked for them.`,
		OnUsageError: onUsageError,
		Action: func(c *cli.Context) error {
			var names []string
			for _, sh := range shells() {
				names = append(names, sh.name)
			}
			known := strings.Join(names, ", ")
			i := slices.Index(names, c.Args().First())
			switch {
			case c.NArg() == 0:
				return usageError{errors.New("no shell is named"), "the shells are " + known}
			case c.NArg() > 1:
				return usageError{errors.New("more than one shell is named"), "credclean completion " + c.Args().First()}
			case i < 0:
				return usageError{fmt.Errorf("%q is not a shell that credclean completes in", c.Args().First()), "the shells are " + known}
			}
			script, err := completionScripts.ReadFile("completion/" + shells()[i].script)
			if err == nil {
				_, err = p.out.Write(script)
			}
			return err
		},
	}
}

// completeCommand is what the scripts call. Whatever is wrong, it has no more to
// offer: an error would stand in the middle of the line that the user types.
func (p *process) completeCommand() *cli.Command {
	return &cli.Command{
		Name:   "__complete",
		Hidden: true,
		Action: func(c *cli.Context) error {
			for _, sh := range shells() {
				if sh.name == c.Args().First() {
					q := sh.asked(c.Args().Tail())
					_, _ = io.WriteString(p.out, sh.write(complete(c.App, q), q))
				}
			}
			return nil
		},
	}
}

// askedInWords takes words from which the shell has removed the quotes.
func askedInWords(args []string) question {
	if len(args) == 0 {
		return question{}
	}
	return question{words: args[:len(args)-1], current: args[len(args)-1]}
}

func askedByPowerShell([]string) question {
	return askedInWords(strings.Split(os.Getenv("CREDCLEAN_COMPLETE"), "\n"))
}
