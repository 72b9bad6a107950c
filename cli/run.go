// Command credclean logs out of cloud identities: it removes from this machine
// what Atmos left there for them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/credclean/credclean/buildinfo"
	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/telemetry"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/logs"
	"github.com/credclean/credclean/status"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// The exit codes.
const (
	exitDone       = 0 // nothing of what was named is left, or it was kept as the user asked
	exitLeft       = 1 // something is left, or could not be checked
	exitUsage      = 2 // usage or configuration error; nothing was touched
	exitInterrupt  = 130
	exitTerminated = 143
)

func main() { os.Exit(run(os.Args[1:])) }

// release is the version of the program. What go install has built knows that of
// its module; any other that is no release is dev.
func release() string {
	if buildinfo.Version != "" {
		return buildinfo.Version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

// run is the whole program but for the exit.
func run(args []string) int {
	p := &process{
		args: args, in: os.Stdin, out: os.Stdout, errOut: os.Stderr, json: wantsJSON(args),
		log: slog.New(slog.DiscardHandler), logFile: io.NopCloser(nil),
	}
	signal.Ignore(ignoredSignals()...) // what was begun goes on without a terminal or a reader
	app := p.app()
	p.document = newDocument(commandOf(app, args))
	line, err := arrange(app, args)
	if err == nil {
		err = app.RunContext(context.Background(), append([]string{app.Name}, line...))
	}
	if err != nil {
		p.complain(err)
	}
	code := p.exitCode(err)
	if p.json {
		p.writeDocument(err, code)
	}
	p.telemetry.Send(context.Background(), telemetry.Event{Command: p.command, Failed: code != exitDone}, p.log)
	if err := p.logFile.Close(); err != nil {
		fmt.Fprintf(p.errOut, "credclean: warning: log lines were lost: %s\n", logout.Clean(err.Error()))
	}
	return code
}

// wantsJSON tells whether a command line asks for JSON, even one that cannot be
// followed: its error is JSON too.
func wantsJSON(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.ContainsFunc(args, func(arg string) bool {
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		on, err := strconv.ParseBool(value)
		return (name == "-json" || name == "json" && arg[0] == '-') && (!hasValue || on || err != nil)
	})
}

// A process is what one run knows of the world around it.
type process struct {
	args        []string
	in          *os.File
	out, errOut *os.File
	caught      atomic.Int32 // the signal that ended the run, if any

	log       *slog.Logger
	logFile   io.Closer
	telemetry telemetry.Settings
	command   string // the path of the command, for telemetry

	json     bool
	document document // what --json prints, as far as it is known
}

// A document is the report of a command as JSON.
type document interface {
	End(errs []error, hint string, exitCode int)
	Write(w io.Writer) error
}

// newDocument is what --json prints if a command line cannot be followed.
func newDocument(cmd *cli.Command) document {
	if cmd != nil && cmd.Name == "status" {
		d := status.NewDocument(nil)
		return &d
	}
	d := logout.NewDocument(logout.Target{})
	return &d
}

// writeDocument prints the report as JSON, whatever became of the command.
func (p *process) writeDocument(err error, code int) {
	var errs []error
	if err != nil && !errors.Is(err, logout.ErrIncomplete) {
		errs = logout.Flatten(err)
	}
	p.document.End(errs, hint(err), code)
	_ = p.document.Write(p.out) // a closed pipe changes nothing of what was done
}

// catchSignals ends the context of a command with the first SIGINT or SIGTERM; the
// second one ends the process. Help and version need none of it.
func (p *process) catchSignals(c *cli.Context) error {
	ctx, cancel := context.WithCancel(c.Context)
	c.Context = ctx
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		first := <-signals
		p.caught.Store(int32(first.(syscall.Signal)))
		cancel()
		os.Exit(signalCode((<-signals).(syscall.Signal)))
	}()
	return nil
}

func signalCode(s syscall.Signal) int {
	if s == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupt
}

// exitCode turns how a run ended into the code that tells it.
func (p *process) exitCode(err error) int {
	if s := p.caught.Load(); s != 0 {
		return signalCode(syscall.Signal(s))
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errInterrupted):
		return exitInterrupt
	case errors.Is(err, logout.ErrIncomplete):
		return exitLeft
	}
	return exitUsage
}

// errInterrupted says that the user answered a question with Ctrl-C.
var errInterrupted = errors.New("interrupted")

// A usageError is a command line that cannot be followed, with what to type instead.
type usageError struct {
	error
	hint string
}

func (e usageError) Unwrap() error { return e.error }

// complain writes an error and a hint to standard error. What a report shows
// already is not said again.
func (p *process) complain(err error) {
	if !errors.Is(err, logout.ErrIncomplete) {
		for _, e := range logout.Flatten(err) {
			fmt.Fprintf(p.errOut, "credclean: error: %s\n", logout.Clean(e.Error()))
		}
	}
	if h := hint(err); h != "" {
		fmt.Fprintf(p.errOut, "credclean: hint: %s\n", logout.Clean(h))
	}
}

// warn says what the user should know though the run goes on.
func (p *process) warn(c *cli.Context, format string, args ...any) {
	if c.Bool("quiet") {
		return
	}
	fmt.Fprintf(p.errOut, "credclean: warning: %s\n", logout.Clean(fmt.Sprintf(format, args...)))
}

// terminal tells whether a person can be asked: questions go to standard error.
func (p *process) terminal() bool {
	return !p.json && term.IsTerminal(int(p.in.Fd())) && term.IsTerminal(int(p.errOut.Fd()))
}

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
	case errors.Is(err, store.ErrLocked):
		return unlockHint(runtime.GOOS)
	case errors.Is(err, store.ErrTimeout):
		return "the keyring does not answer: restart it or log in again, then run the same command again; --timeout waits longer"
	case errors.Is(err, store.ErrNoService):
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

// app is the command line.
func (p *process) app() *cli.App {
	usage := func(_ *cli.Context, err error, _ bool) error {
		return usageError{err, "credclean --help lists the commands and flags"}
	}
	cli.VersionPrinter = func(c *cli.Context) { fmt.Fprint(c.App.Writer, buildinfo.Line(c.App.Version)) }
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
			&cli.DurationFlag{Name: "timeout", Value: store.DefaultTimeout, Usage: "how long each keyring may take for an answer, a `DURATION` as 10s"},
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

// A workplace is a machine without its keyrings, and what they are found by.
type workplace struct {
	logout.Machine
	config *config.Config
}

// workplace reads the configuration. It asks no keyring.
func (p *process) workplace(c *cli.Context) (workplace, error) {
	sys, err := surroundings()
	if err != nil {
		return workplace{}, err
	}
	cfg, err := config.Load(sys, configOptions(c.StringSlice))
	if err != nil && c.Bool("all-projects") {
		p.warn(c, "%v; everything is removed without it", err)
		cfg, err = config.Empty(os.LookupEnv), nil
	}
	if err != nil {
		return workplace{}, err
	}
	if err := p.openLog(c, cfg); err != nil {
		return workplace{}, err
	}
	p.command, p.telemetry = c.Command.Name, telemetry.Resolve(cfg.Telemetry, cfg.LookupEnv)
	w, warnings := newWorkplace(sys, cfg)
	for _, f := range cfg.Files {
		p.log.Debug("Configuration file read", "file", f.Path, "sha256", f.SHA256)
	}
	p.log.Debug("Realms of this project", "realms", w.Realms)
	for _, text := range append(warnings, cfg.Warnings...) {
		p.warn(c, "%s", text)
	}
	return w, nil
}

// surroundings are where the configuration is looked for.
func surroundings() (config.System, error) {
	home, err := homeDir()
	if err != nil {
		return config.System{}, err
	}
	workDir, err := os.Getwd()
	if err != nil {
		return config.System{}, usageError{fmt.Errorf("working directory: %w", err), "change to a directory that exists"}
	}
	roots := store.NewRoots(home, workDir, os.TempDir(), runtime.GOOS, os.LookupEnv)
	return config.System{
		Home: home, WorkDir: workDir, SystemDir: systemDir(),
		ConfigHome: roots[store.Config], CacheHome: roots[store.Cache], LookupEnv: os.LookupEnv,
	}, nil
}

// configOptions are the flags that choose the configuration; values are those given for one.
func configOptions(values func(flag string) []string) config.Options {
	return config.Options{Files: values("config"), Dirs: values("config-path"), Profiles: splitCommas(values("profile"))}
}

// newWorkplace is the workplace of a configuration that was read, with what is
// wrong with its realms. It prints nothing and creates nothing.
func newWorkplace(sys config.System, cfg *config.Config) (w workplace, warnings []string) {
	project, warnings := projectOf(cfg)
	// The configuration may set ATMOS_XDG_* itself.
	roots := store.NewRoots(sys.Home, sys.WorkDir, os.TempDir(), runtime.GOOS, cfg.LookupEnv)
	docker := filepath.Join(sys.Home, ".docker")
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		docker = roots.Expand(dir, sys.WorkDir)
	}
	return workplace{
		logout.Machine{
			Graph:        chain.New(cfg.Auth),
			Integrations: cfg.Auth.Integrations,
			Roots:        roots,
			WorkDir:      sys.WorkDir,
			Realms:       project.Realms(),
			Automatic:    project.Automatic(),
			Elsewhere:    cfg.Elsewhere,
			Files:        &disk.Files{},
			DockerConfig: filepath.Join(docker, "config.json"),
		},
		cfg,
	}, warnings
}

// openLog opens the log. A wrong flag is an error; settings that are wrong
// elsewhere must not keep anybody from logging out.
func (p *process) openLog(c *cli.Context, cfg *config.Config) error {
	var stdout io.Writer = p.out
	if p.json {
		stdout = p.errOut
	}
	log, file, err := logs.Open(logs.Options{
		Level: c.String("logs-level"), File: c.String("logs-file"), LookupEnv: cfg.LookupEnv, Config: cfg.Logs,
		Stdout: stdout, Stderr: p.errOut,
	})
	p.log, p.logFile = log, file
	if err != nil && (c.IsSet("logs-level") || c.IsSet("logs-file")) {
		return usageError{err, "leave --logs-level and --logs-file out, or mend them"}
	}
	if err != nil {
		p.warn(c, "nothing is logged: %v", err)
	}
	return nil
}

// projectOf is the project that the configuration belongs to. The warnings name
// realms that cannot be.
func projectOf(cfg *config.Config) (project store.Project, warnings []string) {
	project = store.Project{Dirs: cfg.Dirs, Flagged: cfg.Flagged}
	env, _ := cfg.LookupEnv("ATMOS_AUTH_REALM")
	for _, realm := range []string{env, cfg.Auth.Realm} {
		switch {
		case realm == "" || slices.Contains(project.Explicit, realm):
		case !store.ValidRealm(realm):
			warnings = append(warnings, fmt.Sprintf("Atmos takes no realm like %q: nothing can be stored under it", realm))
		default:
			project.Explicit = append(project.Explicit, realm)
		}
	}
	return project, warnings
}

// keyrings are all that may hold an entry: releases up to v1.220 ignored
// auth.keyring, so the default places are always among them. The warnings are what
// the user should know of them.
func (p *process) keyrings(c *cli.Context, w workplace, opts store.SystemOptions) (keyrings []store.Keyring, warnings []string) {
	system, warning := p.systemKeyring(c, w, opts)
	if system != nil {
		keyrings = append(keyrings, system)
	}
	if warning != "" {
		warnings = append(warnings, warning)
	}
	standard := store.DefaultKeyringDir(w.Roots)
	keyrings = append(keyrings, store.FileKeyring{Dir: standard, Default: true})
	env, _ := w.config.LookupEnv("ATMOS_KEYRING_FILE_PATH")
	dirs := []string{standard}
	for _, path := range []string{env, w.config.Auth.Keyring.Path} {
		if path == "" {
			continue
		}
		if dir := store.KeyringDir(w.Roots, path, w.WorkDir); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
			keyrings = append(keyrings, store.FileKeyring{Dir: dir})
		}
	}
	return keyrings, warnings
}

// busWait is how long a session bus may take to say anything where no keyring is
// on disk. One that lives answers within a millisecond.
const busWait = 50 * time.Millisecond

// systemKeyring is the keyring of the operating system, or nil if there is
// none and nothing can have been stored in one.
func (p *process) systemKeyring(c *cli.Context, w workplace, opts store.SystemOptions) (k store.Keyring, warning string) {
	home := w.Roots[store.Home]
	if owner := otherOwner(home); owner != "" {
		return store.NotAsked(store.SystemKeyring, fmt.Errorf("the system keyring of %s was not asked", owner)),
			fmt.Sprintf("the home directory %s belongs to %s; that user's system keyring cannot be asked from here", home, owner)
	}
	onDisk, diskErr := store.KeyringOnDisk(home, w.config.LookupEnv)
	if !onDisk && diskErr == nil {
		opts.BusWait = busWait
	}
	k = store.NewSystemKeyring(opts)
	switch _, err := k.Find(c.Context, nil); {
	case onDisk || !errors.Is(err, store.ErrNoService):
		return k, ""
	case diskErr != nil:
		return k, fmt.Sprintf("no keyring service here, and whether a keyring is on disk cannot be told: %v", diskErr)
	}
	return nil, "no keyring service here, and no keyring on disk: nothing can have been stored in one"
}

func splitCommas(values []string) []string {
	var all []string
	for _, v := range values {
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				all = append(all, s)
			}
		}
	}
	return all
}

// view is how reports are drawn here.
func (p *process) view(c *cli.Context, roots store.Roots) logout.View {
	set, unset := leftVariables()
	return logout.View{
		Roots: roots, Quiet: c.Bool("quiet"), Color: p.colour(c), Zone: time.Local,
		Variables: set, Unset: unset,
	}
}

// colour tells whether standard output takes colour.
func (p *process) colour(c *cli.Context) bool {
	set := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return os.Getenv(name) != "" })
	}
	switch {
	case c.Bool("no-color"), set("NO_COLOR", "ATMOS_NO_COLOR"):
		return false
	case set("FORCE_COLOR", "ATMOS_FORCE_COLOR", "CLICOLOR_FORCE"):
		return true
	}
	return term.IsTerminal(int(p.out.Fd())) && takesColour(p.out)
}
