//go:build linux

package early_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/internal/keyringtest"
	_ "github.com/credclean/credclean/store/keyring" // imports 99designs/keyring
)

const variable = "DBUS_SESSION_BUS_ADDRESS"

// TestMain is also the main of the program that the tests start: it prints the
// address that it finds.
func TestMain(m *testing.M) {
	if os.Getenv("NOBUS_PROGRAM") == "" {
		m.Run()
		return
	}
	if address, ok := os.LookupEnv(variable); ok {
		print(address)
	} else {
		print("unset")
	}
}

// start starts a program that imports 99designs/keyring.
func start(t *testing.T, env ...string) (address string, took time.Duration) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append([]string{"NOBUS_PROGRAM=1", "GORACE=atexit_sleep_ms=0", "GOCOVERDIR=" + t.TempDir()}, env...)
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out), time.Since(begin)
}

// With a bus that never answers, 99designs/keyring alone would never return from init.
func TestHungBus(t *testing.T) {
	hung := keyringtest.NewHung(t)
	fastest := time.Hour
	for range 5 {
		address, took := start(t, variable+"="+hung.Address)
		if address != hung.Address {
			t.Errorf("main finds the address %q", address)
		}
		fastest = min(fastest, took)
	}
	if fastest > 100*time.Millisecond {
		t.Errorf("a start takes %s", fastest)
	}
	if n := hung.Dialled(); n > 0 {
		t.Errorf("dialled %d times", n)
	}
}

// Without a bus, 99designs/keyring alone would run dbus-launch, whose daemon stays.
func TestNoBus(t *testing.T) {
	dir := t.TempDir()
	trace := filepath.Join(dir, "launched")
	script := "#!/bin/sh\n: >'" + trace + "'\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	address, _ := start(t, "PATH="+strings.Join([]string{dir, os.Getenv("PATH")}, string(os.PathListSeparator)))
	if address != "unset" {
		t.Errorf("main finds the address %q", address)
	}
	if _, err := os.Stat(trace); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("dbus-launch was run: %v", err)
	}
}
