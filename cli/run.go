// Package cli is the whole program: a command line in, an exit code out.
package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"

	"github.com/credclean/credclean/internal/telemetry"
	"github.com/credclean/credclean/logout"
)

// The exit codes. A signal that ends a run adds its number to exitSignal.
const (
	exitDone      = 0 // nothing of what was named is left, or it was kept as the user asked
	exitLeft      = 1 // something is left, or could not be checked
	exitUsage     = 2 // usage or configuration error; nothing was touched
	exitSignal    = 128
	exitInterrupt = exitSignal + 2 // also: a question was cancelled
)

// Run carries out a command line, without the name of the program, and returns the exit code.
func Run(args []string) int {
	signals := catchSignals(context.Background())
	p := newProgram()
	l := p.read(args)
	s := &session{
		console: console{in: os.Stdin, out: os.Stdout, errOut: os.Stderr, json: l.asks("json"), quiet: l.asks("quiet")},
		global:  &p.global, args: args, signals: signals,
		log: slog.New(slog.DiscardHandler), logFile: io.NopCloser(nil),
	}
	doc, err := p.start(signals.ctx, s, l)
	s.complain(err)
	code := s.exitCode(err)
	if s.json {
		s.writeDocument(l.document(doc), err, code)
	}
	s.close(code)
	return code
}

// start carries out what was read. The document is nil if the command could not begin.
func (p *program) start(ctx context.Context, s *session, l line) (document, error) {
	switch c := l.command; {
	case c == nil && len(l.words) > 0:
		return nil, p.unknownCommand(l.words)
	case l.asks("help"):
		s.show(p.help(c))
		return nil, nil
	case l.asks("version"):
		s.show(version())
		return nil, nil
	case p.bare(l):
		s.show(p.shortHelp())
		return nil, nil
	case l.err != nil:
		return nil, l.err
	case c == nil:
		return nil, usage("no command is given", "credclean logout logs out; credclean --help lists all commands")
	}
	if err := l.apply(p); err != nil {
		return nil, err
	}
	if l.command.document != nil { // it reads what is here
		if err := p.global.chdir(); err != nil {
			return nil, err
		}
	}
	return l.command.run(ctx, s)
}

// show writes a text that --json does not change.
func (s *session) show(text string) {
	s.json = false
	s.write(text)
}

// A document is the report of a command as JSON.
type document interface {
	End(errs []error, hint string, exitCode int)
	Write(w io.Writer) error
}

// document is what --json prints: that of the command, or else one that says only how it ended.
func (l line) document(doc document) document {
	switch {
	case doc != nil:
		return doc
	case l.command != nil && l.command.document != nil:
		return l.command.document()
	}
	empty := logout.NewDocument(logout.Target{})
	return &empty
}

// exitCode turns how a run ended into the code that tells it.
func (s *session) exitCode(err error) int {
	if code := s.signals.exitCode(); code != 0 {
		return code
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errCancelled):
		return exitInterrupt
	case errors.Is(err, logout.ErrIncomplete):
		return exitLeft
	}
	return exitUsage
}

// A session is one run of a command, and what it knows of the world around it.
type session struct {
	console
	args    []string
	global  *Global
	signals *signals

	log       *slog.Logger
	logFile   io.Closer
	telemetry telemetry.Settings
	command   string // for telemetry; empty until the configuration was read
}

// close sends and writes what comes last.
func (s *session) close(code int) {
	s.telemetry.Send(context.Background(), telemetry.Event{Command: s.command, Failed: code != exitDone}, s.log)
	if err := s.logFile.Close(); err != nil {
		s.say("warning", "log lines were lost: "+err.Error())
	}
}
