package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store/keyring"
)

// A usageError is a command line that cannot be followed, with what to type instead.
type usageError struct {
	error
	hint string
}

func (e usageError) Unwrap() error { return e.error }

// hint is what to type next.
func hint(err error) string {
	var usage usageError
	var unknown *chain.UnknownError
	switch {
	case errors.As(err, &usage):
		return usage.hint
	case errors.Is(err, errPresent):
		return ""
	case errors.As(err, &unknown):
		return unknownHint(unknown)
	case errors.Is(err, errConsent):
		return "a long-lived access key has no other copy: add --yes to remove it, or --keep-long-lived to keep it"
	case errors.Is(err, errAmbiguousKey):
		return "run credclean logout in the project of that realm first; if the entry is still there, it is yours to remove with your keyring's own program"
	case errors.Is(err, context.Canceled):
		return "run the same command again to finish"
	case errors.Is(err, keyring.ErrLocked):
		return unlockHint(runtime.GOOS)
	case errors.Is(err, keyring.ErrTimeout):
		return "the keyring does not answer: restart it or log in again, then run the same command again; --timeout waits longer"
	case errors.Is(err, keyring.ErrNoService):
		return "a keyring is stored on this machine, but nothing opens it: run the same command again in your desktop session"
	case errors.Is(err, logout.ErrIncomplete):
		return "mend what the report names, then run the same command again"
	case errors.Is(err, config.ErrNotFound):
		return "run credclean in the directory of your project, or name the file with --config"
	case errors.Is(err, chain.ErrCycle):
		return "mend the via of one of them in atmos.yaml, or remove everything with --all"
	case errors.Is(err, chain.ErrAmbiguous):
		return "write the name in exactly the case of one of them"
	}
	return ""
}

func unlockHint(goos string) string {
	if goos == "darwin" {
		return "unlock the keychain with security unlock-keychain, then run the same command again"
	}
	return "unlock the keyring, then run the same command again"
}

func unknownHint(e *chain.UnknownError) string {
	const most = 30
	if len(e.Known) == 0 {
		return "atmos.yaml declares none"
	}
	names := strings.Join(e.Known, ", ")
	if len(e.Known) > most {
		names = fmt.Sprintf("%s and %d more", strings.Join(e.Known[:most], ", "), len(e.Known)-most)
	}
	if near := e.Nearest(); near != "" {
		return fmt.Sprintf("did you mean %s? atmos.yaml declares %s", near, names)
	}
	return "atmos.yaml declares " + names
}

func unknownCommand(app *cli.App, name string) error {
	var names []string
	for _, c := range app.VisibleCommands() {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return usageError{
		fmt.Errorf("%q is not a command", name),
		fmt.Sprintf("the commands are %s; did you mean credclean logout %s?", strings.Join(names, ", "), name),
	}
}

func unknownFlag(cmd *cli.Command, arg string) error {
	help := "credclean --help"
	if cmd != nil {
		help = "credclean " + cmd.Name + " --help"
	}
	return usageError{fmt.Errorf("there is no flag %s", arg), help + " lists the flags"}
}
