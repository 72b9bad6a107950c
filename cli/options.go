package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/store/keyring"
)

// Global are the options that every command takes.
type Global struct {
	Dir          string // -C: as if started there
	Config       []string
	ConfigPath   []string
	Profiles     []string
	FetchImports bool
	LogsLevel    string
	LogsFile     string
	AuditLog     string
	Timeout      time.Duration
	NoColor      bool
}

func (g *Global) flags() []cli.Flag {
	g.Timeout = keyring.DefaultTimeout
	return []cli.Flag{
		&cli.StringFlag{Name: "chdir", Aliases: []string{"C"}, Destination: &g.Dir, Usage: "run as if started in `DIR` (ATMOS_CHDIR)"},
		values("config", (*repeated)(&g.Config), "read this `FILE` instead of looking for atmos.yaml; repeatable (ATMOS_CONFIG)"),
		values("config-path", (*repeated)(&g.ConfigPath), "read the atmos.yaml in `DIR` instead of looking for one; repeatable (ATMOS_CONFIG_PATH)"),
		values("profile", (*commas)(&g.Profiles), "use the configuration profiles `NAMES`, separated by commas (ATMOS_PROFILE)"),
		toggle(&g.FetchImports, "fetch imports from https URLs; without it nothing is fetched", "CREDCLEAN_FETCH_IMPORTS", "fetch-imports"),
		&cli.StringFlag{Name: "logs-level", Destination: &g.LogsLevel, Usage: "log at this `LEVEL` and above: Trace, Debug, Info, Warning, Error or Off (ATMOS_LOGS_LEVEL)"},
		&cli.StringFlag{Name: "logs-file", Destination: &g.LogsFile, Usage: "log to `FILE` instead of standard error (ATMOS_LOGS_FILE)"},
		&cli.StringFlag{Name: "audit-log", Destination: &g.AuditLog, EnvVars: []string{"CREDCLEAN_AUDIT_LOG"}, Usage: "append a line of JSON to `FILE` for every step"},
		pause("timeout", &g.Timeout, "how long a keyring may take to be listed, and for each entry: a `DURATION` such as 10s"),
		toggle(&g.NoColor, "no colour (NO_COLOR, ATMOS_NO_COLOR)", "", "no-color"),
	}
}

// LogoutOptions are those of the command logout.
type LogoutOptions struct {
	Identities    []string // as arguments and with --identity
	Providers     []string
	Tags          []string
	All           bool
	Expired       bool
	Orphans       bool
	AllProjects   bool
	KeepProvider  bool
	KeepLongLived bool
	Revoke        bool
	RevokeTimeout time.Duration
	DryRun        bool
	Yes           bool
	JSON          bool
	Quiet         bool
}

func (o *LogoutOptions) flags() []cli.Flag {
	o.RevokeTimeout = 5 * time.Second
	return []cli.Flag{
		values("identity", (*repeated)(&o.Identities), "log out of the identity `NAME`; the same as an argument", "i"),
		values("provider", (*repeated)(&o.Providers), "log out of the provider `NAME` and every identity that signs in through it; repeatable", "p"),
		values("tags", (*commas)(&o.Tags), "log out of the providers that have one of these `TAGS`, separated by commas"),
		toggle(&o.All, "log out of everything in this project", "", "all", "a"),
		toggle(&o.Expired, "remove only what has expired; alone, or of what is named", "", "expired"),
		toggle(&o.Orphans, "remove what is provably this project's but no longer in atmos.yaml", "", "orphans"),
		toggle(&o.AllProjects, "remove everything that Atmos keeps for you, in every project; needs no atmos.yaml", "", "all-projects"),
		toggle(&o.KeepProvider, "remove the identity, keep its provider and the rest of its chain", "", "keep-provider"),
		toggle(&o.KeepLongLived, "keep long-lived access keys: the keyring may have the only copy", "CREDCLEAN_KEEP_LONG_LIVED", "keep-long-lived"),
		toggle(&o.Revoke, "also end the sessions at the provider", "CREDCLEAN_REVOKE", "revoke"),
		pause("revoke-timeout", &o.RevokeTimeout, "how long that may take in all: a `DURATION` such as 10s"),
		toggle(&o.DryRun, "show what would be removed, remove nothing", "", "dry-run", "n"),
		toggle(&o.Yes, "ask nothing and remove all of it, long-lived access keys too", "", "yes", "y", "force"),
		toggle(&o.JSON, "print the report as one JSON document; never ask", "", "json"),
		toggle(&o.Quiet, "print only what failed or was kept", "", "quiet", "q"),
	}
}

// StatusOptions are those of the command status.
type StatusOptions struct {
	Identities  []string // all, if none is named
	Files       bool
	AllProjects bool
	Everywhere  bool
	JSON        bool
	ExitCode    bool
}

func (o *StatusOptions) flags() []cli.Flag {
	return []cli.Flag{
		toggle(&o.Files, "show a row for every keyring entry, section and file", "", "files"),
		toggle(&o.AllProjects, "show the whole machine, every project", "", "all-projects"),
		toggle(&o.Everywhere, "also show what aws, az and gcloud keep themselves", "", "everywhere"),
		toggle(&o.JSON, "print one JSON document", "", "json"),
		toggle(&o.ExitCode, "exit with 1 if anything shown is signed in or could not be looked at", "", "exit-code"),
	}
}

// DoctorOptions are those of the command doctor.
type DoctorOptions struct {
	Redact bool
	JSON   bool
}

func (o *DoctorOptions) flags() []cli.Flag {
	return []cli.Flag{
		toggle(&o.Redact, "replace names, realms, URLs and paths with placeholders", "", "redact"),
		toggle(&o.JSON, "print one JSON document", "", "json"),
	}
}

// toggle is a flag without a value. variable may be empty.
func toggle(to *bool, usage, variable, name string, aliases ...string) cli.Flag {
	f := &cli.BoolFlag{Name: name, Aliases: aliases, Destination: to, Usage: usage}
	if variable != "" {
		f.EnvVars = []string{variable}
	}
	return f
}

func values(name string, to cli.Generic, usage string, aliases ...string) cli.Flag {
	return &cli.GenericFlag{Name: name, Aliases: aliases, Value: to, Usage: usage}
}

func pause(name string, to *time.Duration, usage string) cli.Flag {
	return &cli.GenericFlag{Name: name, Value: (*positive)(to), Usage: usage}
}

// repeated is a flag that adds a value with each use.
type repeated []string

func (r *repeated) String() string { return "" } // it has no default

// Set adds a value.
func (r *repeated) Set(value string) error {
	*r = append(*r, value)
	return nil
}

// commas is a flag that adds values separated by commas with each use.
type commas []string

func (c *commas) String() string { return "" }

// Set adds the values; empty ones are left out.
func (c *commas) Set(value string) error {
	*c = append(*c, splitCommas(value)...)
	return nil
}

func splitCommas(text string) (all []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// positive is a duration of more than 0.
type positive time.Duration

func (p *positive) String() string { return time.Duration(*p).String() }

// Set reads a duration. The hint of the error is one that can be read.
func (p *positive) Set(value string) error {
	d, err := time.ParseDuration(value)
	switch {
	case err == nil && d > 0:
		*p = positive(d)
		return nil
	case err == nil:
		return hinted{errors.New("must be greater than 0"), "5s"}
	}
	if _, err := time.ParseDuration(value + "s"); err == nil {
		return hinted{fmt.Errorf("%q has no unit", value), value + "s"}
	}
	return hinted{fmt.Errorf("%q is not a duration", value), "5s"}
}
