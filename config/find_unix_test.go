//go:build unix

package config_test

import (
	"errors"
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
