package cli

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/internal/early"
	"github.com/credclean/credclean/store/keyring"
)

// release is the version of the program. What go install has built knows that of
// its module; any other that is no release is dev.
func release() string {
	if early.Version != "" {
		return early.Version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

// app is the command line.
func (p *process) app() *cli.App {
	usage := func(_ *cli.Context, err error, _ bool) error {
		return usageError{err, "credclean --help lists the commands and flags"}
	}
	cli.VersionPrinter = func(c *cli.Context) { fmt.Fprint(c.App.Writer, early.Line(c.App.Version)) }
	app := &cli.App{
		Name:                   "credclean",
		Usage:                  "log out of cloud identities: remove what Atmos left of them on this machine",
		UsageText:              "credclean logout dev-admin\ncredclean logout --provider aws-sso\ncredclean logout --all --dry-run",
		Description:            appDescription,
		Version:                release(),
		Compiled:               time.Unix(1, 0), // else urfave/cli looks at the program's file
		Before:                 p.catchSignals,
		HideHelpCommand:        true,
		UseShortOptionHandling: true,
		// A name or path may have a comma in it; --profile is split on its own.
		DisableSliceFlagSeparator: true,
		Writer:                    p.out,
		ErrWriter:                 p.errOut,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              usage,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "config", Usage: "read this `FILE` instead of looking for atmos.yaml; may be repeated (ATMOS_CONFIG)"},
			&cli.StringSliceFlag{Name: "config-path", Usage: "read atmos.yaml in this `DIR` instead of looking for it; may be repeated (ATMOS_CONFIG_PATH)"},
			&cli.StringSliceFlag{Name: "profile", Usage: "configuration profiles `NAMES`, with commas between them (ATMOS_PROFILE)"},
			&cli.StringFlag{Name: "logs-level", Usage: "log what is at least this `LEVEL`: Trace, Debug, Info, Warning, Error or Off (ATMOS_LOGS_LEVEL)"},
			&cli.StringFlag{Name: "logs-file", Usage: "log to this `FILE` instead of standard error (ATMOS_LOGS_FILE)"},
			&cli.StringFlag{Name: "audit-log", EnvVars: []string{"CREDCLEAN_AUDIT_LOG"}, Usage: "add a line of JSON to this `FILE` for every step"},
			&cli.DurationFlag{Name: "timeout", Value: keyring.DefaultTimeout, Usage: "how long each keyring may take for an answer, a `DURATION` as 10s"},
			&cli.BoolFlag{Name: "no-color", Usage: "no colour (NO_COLOR, ATMOS_NO_COLOR)"},
		},
		Action: func(c *cli.Context) error {
			return usageError{errors.New("no command is given"), "credclean logout IDENTITY logs out; credclean --help explains all commands"}
		},
		Commands: []*cli.Command{
			p.logoutCommand(usage),
			p.statusCommand(usage),
			p.doctorCommand(usage),
			p.completionCommand(usage),
			p.completeCommand(),
			p.manCommand(),
		},
	}
	withoutDefaults(app.Flags)
	for _, cmd := range app.Commands {
		withoutDefaults(cmd.Flags)
	}
	return app
}

// withoutDefaults keeps help from saying of every switch that it is off.
func withoutDefaults(flags []cli.Flag) {
	for _, f := range flags {
		if b, ok := f.(*cli.BoolFlag); ok {
			b.DisableDefaultText = true
		}
	}
}

const appDescription = `Atmos signs you in to clouds and leaves credentials behind: keyring entries,
credentials and config files, session tokens. credclean reads the same
atmos.yaml, works out what belongs to the identity you name, removes it,
looks again, and says what it did.

It removes what is on this machine only. Sessions in your browser and
variables in your shell live on.

Exit codes: 0 nothing of what was named is left, or it was kept as you asked;
1 something is left or could not be checked; 2 usage or configuration error,
nothing was touched; 130 or 143 interrupted.`
