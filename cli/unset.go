package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

func unsetCommand() *command {
	var words []string
	return &command{
		name:     "unset",
		argument: "[SHELL]",
		usage:    "print the commands that clear this shell's credential variables",
		examples: `eval "$(credclean unset)"                 bash, zsh and sh
credclean unset fish | source             fish
credclean unset powershell | Invoke-Expression   PowerShell`,
		about: `Prints nothing if no such variable is set, and never a value. The shell is
the one that runs credclean, if none is named.`,
		words: &words,
		run: func(_ context.Context, s *session) (document, error) {
			if len(words) > 1 {
				return nil, usage("unset takes one shell", "credclean unset "+words[0])
			}
			name := strings.Join(words, "")
			if name == "" {
				name = thisShell()
			}
			write, ok := unsetting(name)
			if !ok {
				return nil, usage(fmt.Sprintf("unsupported shell: %q", name), "the shells are "+strings.Join(unsetShells(), ", "))
			}
			if set := setVariables(); len(set) > 0 {
				s.write(write(set) + "\n")
			}
			return nil, nil
		},
	}
}

// unsetShells are the shells in which variables can be cleared.
func unsetShells() []string {
	return []string{"bash", "zsh", "sh", "fish", "powershell", "csh", "tcsh"}
}

// unsetting writes the command that clears variables in a shell. ok tells whether the shell is known.
func unsetting(shell string) (write func(names []string) string, ok bool) {
	switch shell {
	case "bash", "zsh", "sh", "dash", "ash", "ksh", "mksh", "busybox":
		return func(names []string) string { return "unset " + strings.Join(names, " ") }, true
	case "fish":
		return func(names []string) string { return "set -e " + strings.Join(names, " ") }, true
	case "csh", "tcsh":
		return func(names []string) string { return "unsetenv " + strings.Join(names, "; unsetenv ") }, true
	case "powershell", "pwsh":
		return func(names []string) string { return "Remove-Item Env:" + strings.Join(names, ", Env:") }, true
	}
	return nil, false
}

// thisShell is the shell that runs the program: its parent, or else the user's own, or else the system's.
func thisShell() string {
	for _, program := range []string{parentName(), os.Getenv("SHELL")} {
		name := strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(filepath.Base(program)), ".exe"), "-")
		if _, ok := unsetting(name); ok {
			return name
		}
	}
	if runtime.GOOS == "windows" {
		return "powershell"
	}
	return "sh"
}

// clearing is what to type in this shell to clear its credential variables.
func clearing() string {
	switch thisShell() {
	case "fish":
		return "credclean unset | source"
	case "powershell", "pwsh":
		return "credclean unset | Invoke-Expression"
	case "csh", "tcsh":
		return "eval `credclean unset`"
	}
	return `eval "$(credclean unset)"`
}
