//go:build linux

package keyring_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/keyring"
)

// A stopped daemon costs one Timeout, not one for every key.
func TestSecretServiceStopped(t *testing.T) {
	b, k := onBus(t, keyring.Options{Timeout: short})
	must(t, b.Set("dev", "1"))
	wantFound(t, k, []string{"dev"}, "dev")
	must(t, b.Pause())
	begin := time.Now()
	first := k.Remove(t.Context(), "dev")
	wantError(t, first, keyring.ErrTimeout)
	if took := time.Since(begin); took < short || took > 3*short {
		t.Errorf("took %s", took)
	}
	begin = time.Now()
	_, again := k.Find(t.Context(), []string{"dev"})
	if !errors.Is(again, keyring.ErrTimeout) || first.Error() != `keyring entry "dev": `+again.Error() {
		t.Errorf("then %v, first %v", again, first)
	}
	if took := time.Since(begin); took > short/10 {
		t.Errorf("the second call took %s", took)
	}
	must(t, b.Resume())
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrTimeout)
	wantSecrets(t, b, "1")
}

func TestSecretServiceCancelled(t *testing.T) {
	b, k := onBus(t, keyring.Options{})
	must(t, b.Set("dev", "1"))
	must(t, b.Pause())
	ctx, cancel := context.WithTimeout(t.Context(), short)
	defer cancel()
	wantError(t, k.Remove(ctx, "dev"), context.DeadlineExceeded)
	must(t, b.Resume())
	must(t, k.Remove(t.Context(), "dev"))
	wantSecrets(t, b)
}

func TestSecretServiceKilled(t *testing.T) {
	b, k := onBus(t, keyring.Options{Timeout: 2 * time.Second})
	must(t, b.Set("dev", "1"))
	wantFound(t, k, []string{"dev"}, "dev")
	must(t, b.Pause())
	removed := make(chan error)
	go func() { removed <- k.Remove(t.Context(), "dev") }()
	must(t, b.Kill())
	wantError(t, <-removed, keyring.ErrNoService)
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrNoService)
}

func TestSecretServiceNone(t *testing.T) {
	empty := keyringtest.NewEmpty(t)
	gone := keyringtest.NewEmpty(t)
	gone.Close()
	for name, address := range map[string]string{
		"no provider": empty.Address,
		"no bus":      gone.Address,
		"no socket":   "unix:path=" + filepath.Join(t.TempDir(), "bus"),
		"nonsense":    "nonsense",
		"disabled":    "disabled:",
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
			k := keyring.NewSystem(keyring.Options{})
			_, err := k.Find(t.Context(), []string{"dev"})
			wantError(t, err, keyring.ErrNoService)
			wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrNoService)
			_, err = k.List(t.Context())
			wantError(t, err, keyring.ErrNoService)
		})
	}
}

// No bus is started, which dbus-launch would leave behind.
func TestSecretServiceNoLaunch(t *testing.T) {
	trace := fakeLaunch(t)
	unsetenv(t, "DBUS_SESSION_BUS_ADDRESS")
	k := keyring.NewSystem(keyring.Options{})
	_, err := k.Find(t.Context(), []string{"no such entry"})
	if _, noBus := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); noBus != nil {
		wantError(t, err, keyring.ErrNoService)
	}
	if _, err := os.Stat(trace); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("dbus-launch was run: %v", err)
	}
}

// fakeLaunch puts a dbus-launch before all others that leaves a file behind.
func fakeLaunch(t *testing.T) (trace string) {
	t.Helper()
	dir := t.TempDir()
	trace = filepath.Join(dir, "launched")
	must(t, os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte("#!/bin/sh\n: >'"+trace+"'\nexit 1\n"), 0o700)) //nolint:gosec // a program
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return trace
}

func unsetenv(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // restores it in the end
	must(t, os.Unsetenv(name))
}

func TestSecretServiceHungBus(t *testing.T) {
	hung := keyringtest.NewHung(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", hung.Address)
	k := keyring.NewSystem(keyring.Options{Timeout: short})
	begin := time.Now()
	for range 10 {
		_, err := k.Find(t.Context(), []string{"dev"})
		wantError(t, err, keyring.ErrTimeout)
	}
	if took := time.Since(begin); took < short || took > 3*short {
		t.Errorf("took %s", took)
	}
	if hung.Dialled() != 1 {
		t.Errorf("dialled %d times", hung.Dialled())
	}
}
