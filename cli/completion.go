package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/credclean/credclean/cli/shell"

	"github.com/urfave/cli/v2"
)

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
			known := strings.Join(shell.Names(), ", ")
			sh, ok := shell.Named(c.Args().First())
			switch {
			case c.NArg() == 0:
				return usageError{errors.New("no shell is named"), "the shells are " + known}
			case c.NArg() > 1:
				return usageError{errors.New("more than one shell is named"), "credclean completion " + c.Args().First()}
			case !ok:
				return usageError{fmt.Errorf("%q is not a shell that credclean completes in", c.Args().First()), "the shells are " + known}
			}
			script, err := sh.Script()
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
			if sh, ok := shell.Named(c.Args().First()); ok {
				q := sh.Ask(c.Args().Tail(), os.Getenv(shell.PowerShellLine))
				_, _ = io.WriteString(p.out, sh.Write(complete(c.App, q), q))
			}
			return nil
		},
	}
}
