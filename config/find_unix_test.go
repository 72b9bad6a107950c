//go:build unix

package config_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
)

// A file that cannot be looked at is named: it is not as if there were none.
func TestNotLookedAt(t *testing.T) {
	m := newMachine(t, files{"work/README": ""})
	if err := os.Symlink("atmos.yaml", m.path("work/atmos.yaml")); err != nil {
		t.Fatal(err)
	}
	_, err := m.load(config.Options{})
	if !errors.Is(err, config.ErrNotFound) || !strings.Contains(err.Error(), "atmos.yaml: too many levels of symbolic links") {
		t.Errorf("got %v", err)
	}
}

// What is no file is not read.
func TestSocket(t *testing.T) {
	m := newMachine(t, files{"work/README": ""})
	t.Chdir(m.path("work")) // the path of a socket must be short
	l, err := net.Listen("unix", "atmos.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if _, err := m.load(config.Options{}); err == nil || err.Error() != "atmos.yaml: a socket, not a regular file" {
		t.Errorf("got %v", err)
	}
}
