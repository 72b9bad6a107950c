package logs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/logs"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// env is an environment of these variables only.
func env(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

// open opens a log at level Trace whose lines are in the buffer.
func open(tb testing.TB) (*slog.Logger, *bytes.Buffer) {
	tb.Helper()
	var b bytes.Buffer
	log, _, err := logs.Open(logs.Options{Level: "Trace", LookupEnv: env(nil), Stderr: &b})
	must(tb, err)
	return log, &b
}

// handle logs a record of the time that the examples have.
func handle(log *slog.Logger, level slog.Level, msg string, args ...any) {
	r := slog.NewRecord(time.Date(2025, 10, 17, 12, 15, 30, 999, time.FixedZone("", 2*60*60)), level, msg, 0)
	r.Add(args...)
	_ = log.Handler().Handle(context.Background(), r)
}

func TestLines(t *testing.T) {
	const at = "2025-10-17T10:15:30Z "
	for _, tt := range []struct {
		level slog.Level
		msg   string
		args  []any
		want  string
	}{
		{slog.LevelDebug, "Starting logout", []any{"identity", "dev-admin"}, "DEBUG Starting logout identity=dev-admin"},
		{slog.LevelDebug, "Authentication chain built", []any{"chain", []string{"aws-sso", "dev-org-admin", "dev-admin"}}, "DEBUG Authentication chain built chain=[aws-sso dev-org-admin dev-admin]"},
		{slog.LevelInfo, "Logout completed", []any{"identity", "dev-admin", "removed", 3}, "INFO Logout completed identity=dev-admin removed=3"},
		{slog.LevelInfo, "Logout completed", []any{"all", true}, "INFO Logout completed all=true"},
		{logs.LevelTrace, "m", nil, "TRACE m"},
		{slog.LevelWarn, "m", nil, "WARN m"},
		{slog.LevelError, "m", []any{"error", errors.New("open /x: permission denied")}, `ERROR m error="open /x: permission denied"`},
		{slog.LevelInfo, "m", []any{"a", "", "b", `"x"`, "c", `C:\Users\me`}, `INFO m a="" b="\"x\"" c=C:\Users\me`},
		{slog.LevelInfo, "m", []any{"a", "x b=y", "c", "k=v"}, `INFO m a="x b=y" c="k=v"`},
		{slog.LevelInfo, "m", []any{"list", []string{"a b", "c]", "", "é"}, "fake", "[a]", "none", []string{}}, `INFO m list=["a b" "c]" "" é] fake="[a]" none=[]`},
		{slog.LevelInfo, "m", []any{"t", time.Date(2025, 1, 2, 3, 4, 5, 6, time.UTC), "d", 90 * time.Second, "n", nil}, "INFO m t=2025-01-02T03:04:05Z d=1m30s n=<nil>"},
		{slog.LevelInfo, "m", []any{slog.Group("g", "a", 1, slog.Group("h", "b", 2)), slog.Group("empty"), slog.Group("", "c", 3)}, "INFO m g.a=1 g.h.b=2 c=3"},
		{slog.LevelInfo, "m", []any{"a b", 1, "c\n", 2}, `INFO m "a b"=1 "c\n"=2`},
		{slog.LevelInfo, "m\nINFO forged", []any{"a", "x\n" + at + "INFO forged"}, `INFO m\nINFO forged a="x\n2025-10-17T10:15:30Z INFO forged"`},
		{slog.LevelInfo, "m", []any{"esc", "\x1b[2J", "csi", "\u009b2J", "raw", "\x9b", "bidi", "a\u202eb", "ls", "a\u2028b", "in", []string{"\r"}}, `INFO m esc="\x1b[2J" csi="\u009b2J" raw="\x9b" bidi="a\u202eb" ls="a\u2028b" in=["\r"]`},
	} {
		log, b := open(t)
		handle(log, tt.level, tt.msg, tt.args...)
		if diff := cmp.Diff(at+tt.want+"\n", b.String()); diff != "" {
			t.Errorf("%q %v (-want +got):\n%s", tt.msg, tt.args, diff)
		}
	}
}

// The handler keeps the rules that the standard library has for handlers.
func TestHandler(t *testing.T) {
	log, b := open(t)
	parse := func() (all []map[string]any) {
		for line := range strings.Lines(b.String()) {
			record := make(map[string]any)
			fields := strings.Fields(line)
			if _, err := time.Parse(time.RFC3339, fields[0]); err == nil {
				record[slog.TimeKey], fields = fields[0], fields[1:]
			}
			record[slog.LevelKey], record[slog.MessageKey] = fields[0], fields[1]
			for _, field := range fields[1:] {
				path, value, ok := strings.Cut(field, "=")
				if !ok {
					continue
				}
				in, keys := record, strings.Split(path, ".")
				for _, key := range keys[:len(keys)-1] {
					if in[key] == nil {
						in[key] = make(map[string]any)
					}
					in = in[key].(map[string]any)
				}
				in[keys[len(keys)-1]] = value
			}
			all = append(all, record)
		}
		return all
	}
	must(t, slogtest.TestHandler(log.Handler(), parse))
}

// A group without a name is none.
func TestNoGroup(t *testing.T) {
	log, b := open(t)
	handle(slog.New(log.Handler().WithGroup("")), slog.LevelInfo, "m", "a", 1)
	if want := "2025-10-17T10:15:30Z INFO m a=1\n"; b.String() != want {
		t.Errorf("got %q, want %q", b, want)
	}
}

func TestLevels(t *testing.T) {
	all := []slog.Level{logs.LevelTrace, slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}
	none := 0
	for _, tt := range []struct {
		name      string
		flag      string
		env       map[string]string
		file      string
		want      int // how many of all are logged
		wantError string
	}{
		{name: "default", want: 2},
		{name: "atmos.yaml", file: "Info", want: 3},
		{name: "variable over atmos.yaml", env: map[string]string{"ATMOS_LOGS_LEVEL": "DEBUG"}, file: "Error", want: 4},
		{name: "flag over variable", flag: "trace", env: map[string]string{"ATMOS_LOGS_LEVEL": "Off"}, file: "nonsense", want: 5},
		{name: "empty variable", env: map[string]string{"ATMOS_LOGS_LEVEL": ""}, file: "error", want: 1},
		{name: "verbose", env: map[string]string{"ATMOS_VERBOSE": "true"}, want: 4},
		{name: "verbose over atmos.yaml", env: map[string]string{"ATMOS_VERBOSE": "True"}, file: "Error", want: 4},
		{name: "variable over verbose", env: map[string]string{"ATMOS_VERBOSE": "true", "ATMOS_LOGS_LEVEL": "warn"}, want: 2},
		{name: "not verbose", env: map[string]string{"ATMOS_VERBOSE": "false"}, want: 2},
		{name: "off", flag: "oFF", want: none},
		{name: "unknown flag", flag: "loud", wantError: `--logs-level: "loud" is not a log level; the levels are Trace, Debug, Info, Warning, Error and Off`},
		{name: "unknown variable", env: map[string]string{"ATMOS_LOGS_LEVEL": "fatal\n"}, wantError: `ATMOS_LOGS_LEVEL: "fatal\n" is not a log level; the levels are Trace, Debug, Info, Warning, Error and Off`},
		{name: "unknown in atmos.yaml", file: "3", wantError: `logs.level of atmos.yaml: "3" is not a log level; the levels are Trace, Debug, Info, Warning, Error and Off`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			log, closer, err := logs.Open(logs.Options{Level: tt.flag, LookupEnv: env(tt.env), Config: config.Logs{Level: tt.file}, Stderr: &b})
			if got := fmt.Sprint(err); tt.wantError != "" && got != tt.wantError {
				t.Errorf("error %s, want %s", got, tt.wantError)
			}
			if tt.wantError == "" {
				must(t, err)
			}
			for _, level := range all {
				if enabled := log.Enabled(t.Context(), level); enabled != (level >= all[len(all)-1]-slog.Level(4*(tt.want-1))) {
					t.Errorf("level %s enabled: %v", level, enabled)
				}
				log.Log(t.Context(), level, "line")
			}
			if got := strings.Count(b.String(), "\n"); got != tt.want {
				t.Errorf("%d lines, want %d:\n%s", got, tt.want, &b)
			}
			must(t, closer.Close())
		})
	}
}

func TestDestinations(t *testing.T) {
	for _, tt := range []struct {
		name           string
		flag, env, cfg string
		stdout, stderr string
	}{
		{name: "default", stderr: "line"},
		{name: "stderr", flag: "/dev/stderr", env: "/dev/stdout", stderr: "line"},
		{name: "stdout", env: "/dev/stdout", cfg: "/dev/null", stdout: "line"},
		{name: "null", cfg: "/dev/null"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			log, closer, err := logs.Open(logs.Options{
				File: tt.flag, LookupEnv: env(map[string]string{"ATMOS_LOGS_FILE": tt.env}), Config: config.Logs{File: tt.cfg},
				Stdout: &stdout, Stderr: &stderr,
			})
			must(t, err)
			handle(log, slog.LevelWarn, "line")
			must(t, closer.Close())
			if strings.Contains(stdout.String(), "line") != (tt.stdout != "") || strings.Contains(stderr.String(), "line") != (tt.stderr != "") {
				t.Errorf("stdout %q, stderr %q", &stdout, &stderr)
			}
		})
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for range 2 {
		log, closer, err := logs.Open(logs.Options{File: path, LookupEnv: env(nil)})
		must(t, err)
		handle(log, slog.LevelWarn, "line")
		must(t, closer.Close())
	}
	data, err := os.ReadFile(path)
	must(t, err)
	const line = "2025-10-17T10:15:30Z WARN line\n"
	if string(data) != line+line {
		t.Errorf("the file holds %q", data)
	}
	info, err := os.Stat(path)
	must(t, err)
	if perm := info.Mode().Perm(); filepath.Separator == '/' && perm != 0o600 {
		t.Errorf("mode %v", perm)
	}
}

// What nothing is written to is not created either.
func TestFileOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	_, _, err := logs.Open(logs.Options{Level: "Off", File: path, LookupEnv: env(nil)})
	must(t, err)
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v", path, err)
	}
}

func TestFileError(t *testing.T) {
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing", "log")} {
		log, closer, err := logs.Open(logs.Options{LookupEnv: env(nil), Config: config.Logs{File: path}})
		if err == nil || !strings.HasPrefix(err.Error(), "logs.file of atmos.yaml: open "+path+": ") {
			t.Errorf("error %v", err)
		}
		log.Error("lost")
		must(t, closer.Close())
	}
}

// Loggers that share a destination write whole lines.
func TestTogether(t *testing.T) {
	pr, pw := io.Pipe()
	log, _, err := logs.Open(logs.Options{LookupEnv: env(nil), Stderr: pw})
	must(t, err)
	const loggers, lines = 8, 50
	var wg sync.WaitGroup
	for i := range loggers {
		log := log.With("logger", i).WithGroup("g")
		wg.Go(func() {
			for range lines {
				handle(log, slog.LevelWarn, "line", "x", strings.Repeat("x", 100))
			}
		})
	}
	go func() {
		wg.Wait()
		_ = pw.Close()
	}()
	data, err := io.ReadAll(pr)
	must(t, err)
	got := make(map[string]int)
	for line := range strings.Lines(string(data)) {
		got[line]++
	}
	want := make(map[string]int)
	for i := range loggers {
		want[fmt.Sprintf("2025-10-17T10:15:30Z WARN line logger=%d g.x=%s\n", i, strings.Repeat("x", 100))] = lines
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
