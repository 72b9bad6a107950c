package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/credclean/credclean/cli/shell"
)

func completionCommand() *command {
	var words []string
	return &command{
		name:     "completion",
		argument: "SHELL",
		usage:    "print a script that completes commands, flags and names in a shell",
		examples: `eval "$(credclean completion bash)"       in ~/.bashrc
source <(credclean completion zsh)        in ~/.zshrc, after compinit
credclean completion fish | source        in ~/.config/fish/config.fish
credclean completion powershell | Out-String | Invoke-Expression   in $PROFILE`,
		about: `The shells are bash, zsh, fish and powershell. Names come from the
configuration that a logout in the same directory would read; no keyring is
asked for them.`,
		words: &words,
		run: func(_ context.Context, s *session) (document, error) {
			known := "the shells are " + strings.Join(shell.Names(), ", ")
			switch len(words) {
			case 0:
				return nil, usage("completion needs the name of a shell", known)
			case 1:
			default:
				return nil, usage("completion takes one shell", "credclean completion "+words[0])
			}
			sh, ok := shell.Named(words[0])
			if !ok {
				return nil, usage(fmt.Sprintf("unsupported shell: %q", words[0]), known)
			}
			script, err := sh.Script()
			s.write(string(script))
			return nil, err
		},
	}
}

// completeCommand is what the scripts call. It never fails: an error would appear
// in the middle of the line that the user types.
func (p *program) completeCommand() *command {
	var words []string
	return &command{
		name:   "__complete",
		hidden: true,
		words:  &words,
		run: func(ctx context.Context, s *session) (document, error) {
			if len(words) == 0 {
				return nil, nil
			}
			if sh, ok := shell.Named(words[0]); ok {
				q := sh.Ask(words[1:], os.Getenv(shell.PowerShellLine))
				s.write(sh.Write(newProgram().complete(ctx, q), q))
			}
			return nil, nil
		},
	}
}
