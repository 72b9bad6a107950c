// Package logs writes what a run does as lines of text, where and as detailed as
// the settings of Atmos say: logs.level and logs.file of atmos.yaml, their
// variables and flags.
package logs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/credclean/credclean/config"
)

// The levels that slog has no name for.
const (
	LevelTrace = slog.LevelDebug - 4
	LevelOff   = slog.Level(math.MaxInt) // nothing is logged
)

// patience is how long a pipe or terminal may take for a line.
const patience = time.Second

// Options say where level and destination come from.
type Options struct {
	Level, File string // of --logs-level and --logs-file; empty if they are not given
	LookupEnv   func(string) (string, bool)
	Config      config.Logs

	// Stdout and Stderr are where /dev/stdout and /dev/stderr lead. While standard
	// output carries a JSON document, Stdout has to be standard error, too.
	Stdout, Stderr io.Writer
}

// Open opens the log. Flags come before ATMOS_LOGS_LEVEL and ATMOS_LOGS_FILE, and
// these before atmos.yaml; without any, warnings go to standard error. As in
// Atmos, ATMOS_VERBOSE=true stands for Debug where no other variable or flag gives a level.
//
// A file is created for its owner alone, and appended to; a relative path is not followed
// through a symbolic link. A pipe or terminal that
// takes no more lines is given up after a second. Close closes the file, and its
// error tells that lines were lost.
//
// The error names the setting, and the levels or the file. With an error, too, the
// logger and the closer can be used; what is logged is lost.
func Open(o Options) (*slog.Logger, io.Closer, error) {
	nowhere, nothing := slog.New(slog.DiscardHandler), &output{}
	level, err := o.level()
	if err != nil {
		return nowhere, nothing, err
	}
	file := o.choose("logs-file", o.File, "ATMOS_LOGS_FILE", "logs.file", o.Config.File)
	if level == LevelOff || file.value == "/dev/null" {
		return nowhere, nothing, nil
	}
	out := &output{}
	switch file.value {
	case "", "/dev/stderr":
		out.w = o.Stderr
	case "/dev/stdout":
		out.w = o.Stdout
	default:
		// A link in the working directory may be somebody else's.
		if info, err := os.Lstat(file.value); err == nil && info.Mode()&fs.ModeSymlink != 0 && !filepath.IsAbs(file.value) {
			return nowhere, nothing, fmt.Errorf("%s: %s: a symbolic link; name it with its whole path", file.from, file.value)
		}
		// A named pipe without a reader is an error: opening it does not wait for one.
		out.file, err = os.OpenFile(file.value, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o600)
		if err != nil {
			return nowhere, nothing, fmt.Errorf("%s: %w", file.from, err)
		}
		out.w = out.file
	}
	return slog.New(&handler{level: level, out: out}), out, nil
}

// A setting is a value and what set it.
type setting struct{ value, from string }

func (o Options) choose(flag, flagValue, variable, key, fileValue string) setting {
	if flagValue != "" {
		return setting{flagValue, "--" + flag}
	}
	if v, _ := o.LookupEnv(variable); v != "" {
		return setting{v, variable}
	}
	return setting{fileValue, key + " of atmos.yaml"}
}

func (o Options) level() (slog.Level, error) {
	verbose, _ := o.LookupEnv("ATMOS_VERBOSE")
	if strings.EqualFold(verbose, "true") {
		o.Config.Level = "Debug"
	}
	s := o.choose("logs-level", o.Level, "ATMOS_LOGS_LEVEL", "logs.level", o.Config.Level)
	if s.value == "" {
		return slog.LevelWarn, nil
	}
	level, err := ParseLevel(s.value)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.from, err)
	}
	return level, nil
}

// ParseLevel reads a level of Atmos, in upper or lower case. The error lists the levels.
func ParseLevel(s string) (slog.Level, error) {
	switch strings.ToLower(s) {
	case "trace":
		return LevelTrace, nil
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warning", "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	case "off":
		return LevelOff, nil
	}
	return 0, fmt.Errorf("%q is not a log level; the levels are Trace, Debug, Info, Warning, Error and Off", s)
}

// An output takes whole lines.
type output struct {
	mu   sync.Mutex
	w    io.Writer
	file *os.File // what w is, if it is ours to close
	err  error    // the first one
}

func (o *output) write(line []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if errors.Is(o.err, os.ErrDeadlineExceeded) {
		return o.err // who did not read is not waited for again
	}
	if o.file != nil {
		_ = o.file.SetWriteDeadline(time.Now().Add(patience)) // a regular file has none, and needs none
	}
	_, err := o.w.Write(line)
	if o.err == nil {
		o.err = err
	}
	return err
}

// Close closes the file, if there is one. The error is the first one of the file.
func (o *output) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return nil
	}
	if err := o.file.Close(); o.err == nil {
		o.err = err
	}
	return o.err
}
