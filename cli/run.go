// Package cli is the program but for its start: a command line in, an exit code out.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/internal/telemetry"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/status"
)

// The exit codes.
const (
	exitDone       = 0 // nothing of what was named is left, or it was kept as the user asked
	exitLeft       = 1 // something is left, or could not be checked
	exitUsage      = 2 // usage or configuration error; nothing was touched
	exitInterrupt  = 130
	exitTerminated = 143
)

// Run carries out a command line, without the name of the program, and returns the exit code.
func Run(args []string) int {
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
