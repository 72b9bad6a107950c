//go:build unix

package config_test

import (
	"syscall"
	"testing"

	"github.com/credclean/credclean/config"
)

// Opening a named pipe would wait for a writer forever.
func TestNamedPipe(t *testing.T) {
	m := newMachine(t, files{"work/atmos.yaml": "import: fifo.yaml\n"})
	if err := syscall.Mkfifo(m.path("work/fifo.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := m.load(config.Options{})
	if want := "fifo.yaml: want a regular file, not a named pipe"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = m.load(config.Options{Files: []string{"/dev/null"}})
	if want := "/dev/null: want a regular file, not a device"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
