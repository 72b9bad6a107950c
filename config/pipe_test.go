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
	equal(t, m.see(t, config.Options{}).Gaps, []string{"fifo.yaml: a named pipe, not a regular file"})
	_, err := m.load(config.Options{Files: []string{"/dev/null"}})
	if want := "/dev/null: a device, not a regular file"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
