//go:build unix

package logs_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/credclean/credclean/internal/logs"
)

// A named pipe that nobody reads from is not waited for.
func TestPipeWithoutReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	must(t, syscall.Mkfifo(path, 0o600))
	_, _, err := logs.Open(logs.Options{File: path, LookupEnv: env(nil)})
	if err == nil || !strings.HasPrefix(err.Error(), "--logs-file: open "+path+": ") {
		t.Errorf("error %v", err)
	}
}

// A reader that stops reading costs one second, however much is logged, and is told of.
func TestPipeNotRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	must(t, syscall.Mkfifo(path, 0o600))
	reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	must(t, err)
	defer reader.Close()
	log, closer, err := logs.Open(logs.Options{File: path, LookupEnv: env(nil)})
	must(t, err)
	for range 200 {
		handle(log, slog.LevelWarn, strings.Repeat("x", 4096))
	}
	if err := closer.Close(); !errors.Is(err, os.ErrDeadlineExceeded) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}
