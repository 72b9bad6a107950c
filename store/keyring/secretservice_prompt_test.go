//go:build linux

package keyring_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/keyring"
)

// fake starts a Secret Service with an entry for each key, as this process finds it.
func fake(t *testing.T, habits keyringtest.Habits, keys ...string) *keyringtest.Fake {
	t.Helper()
	f, err := keyringtest.StartFake(t.TempDir(), habits)
	must(t, err)
	t.Cleanup(f.Close)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", f.Address)
	for _, key := range keys {
		f.Put(keyring.Account, key, "secret of "+key)
	}
	return f
}

// wantLeft looks at which secrets the service still has.
func wantLeft(t *testing.T, f *keyringtest.Fake, keys ...string) {
	t.Helper()
	items, err := f.Items()
	must(t, err)
	var left []string
	for _, item := range items {
		left = append(left, strings.TrimPrefix(item.Secret, "secret of "))
	}
	slices.Sort(left)
	if !slices.Equal(left, keys) {
		t.Errorf("left: %q, want %q", left, keys)
	}
}

// wantPrompts waits until the service has heard of as many prompts.
func wantPrompts(t *testing.T, f *keyringtest.Fake, asked, withdrawn int) {
	t.Helper()
	var a, w int
	for range 100 {
		if a, w = f.Prompted(); a == asked && w == withdrawn {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d prompts, %d of them taken away, want %d and %d", a, w, asked, withdrawn)
}

// KeePassXC removes nothing until the prompt that it answers with is run.
func TestRemovalPrompt(t *testing.T) {
	t.Run("agreed", func(t *testing.T) {
		f := fake(t, keyringtest.Habits{Mode: keyringtest.Prompts}, "dev", "prod")
		k := keyring.NewSystem(keyring.Options{})
		must(t, k.Remove(t.Context(), "dev"))
		wantLeft(t, f, "prod")
		wantError(t, k.Remove(t.Context(), "dev"), fs.ErrNotExist)
	})
	t.Run("dismissed", func(t *testing.T) {
		f := fake(t, keyringtest.Habits{Mode: keyringtest.Prompts, Answer: keyringtest.Dismiss}, "dev", "prod")
		k := keyring.NewSystem(keyring.Options{})
		err := k.Remove(t.Context(), "dev")
		if err == nil || !strings.Contains(err.Error(), "dismissed") {
			t.Errorf("Remove: %v", err)
		}
		wantLeft(t, f, "dev", "prod")
		wantFound(t, k, []string{"dev"}, "dev")
	})
	t.Run("left open", func(t *testing.T) {
		f := fake(t, keyringtest.Habits{Mode: keyringtest.Prompts, Answer: keyringtest.Leave}, "dev", "prod")
		k := keyring.NewSystem(keyring.Options{Timeout: short})
		within(t, 3, func() {
			wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrTimeout)
			wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrTimeout)
		})
		wantPrompts(t, f, 1, 1)
		wantLeft(t, f, "dev", "prod")
	})
	// An interrupt ends the wait for the dialog, and what was not removed is not said to be.
	t.Run("interrupted", func(t *testing.T) {
		f := fake(t, keyringtest.Habits{Mode: keyringtest.Prompts, Answer: keyringtest.Leave}, "dev", "prod")
		ctx, cancel := context.WithTimeout(t.Context(), short)
		defer cancel()
		k := keyring.NewSystem(keyring.Options{UnlockWait: time.Minute})
		wantError(t, k.Remove(ctx, "dev"), context.DeadlineExceeded)
		wantPrompts(t, f, 1, 1)
		wantLeft(t, f, "dev", "prod")
	})
}

// A locked collection that shows nothing may hold anything.
func TestOpaque(t *testing.T) {
	f := fake(t, keyringtest.Habits{State: keyringtest.Closed}, "dev")
	k := keyring.NewSystem(keyring.Options{})
	found, err := k.Find(t.Context(), []string{"dev", "gone"})
	wantError(t, err, keyring.ErrLocked, "Vault")
	if len(found) > 0 {
		t.Errorf("found %q", found)
	}
	_, err = k.List(t.Context())
	wantError(t, err, keyring.ErrLocked, "Vault")
	_, err = k.Read(t.Context(), "dev")
	wantError(t, err, keyring.ErrLocked, "Vault")
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "Vault")
	wantPrompts(t, f, 0, 0)
	wantLeft(t, f, "dev")
}

// A locked collection that can be searched is searched for every key.
func TestVeiled(t *testing.T) {
	fake(t, keyringtest.Habits{State: keyringtest.Veiled}, "dev", "prod")
	k := keyring.NewSystem(keyring.Options{})
	wantFound(t, k, []string{"dev", "gone", "\xff"}, "dev")
	_, err := k.List(t.Context())
	wantError(t, err, keyring.ErrLocked, "Vault")
	wantError(t, k.Remove(t.Context(), "gone"), fs.ErrNotExist)
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "Vault")
}

func TestUnlockDialog(t *testing.T) {
	start := func(t *testing.T, mode keyringtest.Mode, answer int, wait time.Duration) (f *keyringtest.Fake, k keyring.Keyring, announced *int) {
		t.Helper()
		f = fake(t, keyringtest.Habits{Mode: mode, State: keyringtest.Closed, Answer: answer}, "dev", "prod")
		announced = new(int)
		return f, keyring.NewSystem(keyring.Options{Timeout: 3 * short, UnlockWait: wait, Announce: func() { *announced++ }}), announced
	}
	t.Run("agreed", func(t *testing.T) {
		f, k, announced := start(t, "", keyringtest.Agree, 20*time.Second)
		must(t, k.Remove(t.Context(), "dev"))
		wantError(t, k.Remove(t.Context(), "gone"), fs.ErrNotExist)
		wantLeft(t, f, "prod")
		if *announced != 1 {
			t.Errorf("announced %d times", *announced)
		}
	})
	// Thinking about it is not part of the time-out.
	t.Run("agreed after a while", func(t *testing.T) {
		f, k, _ := start(t, "", keyringtest.Hesitate, 20*time.Second)
		must(t, k.Remove(t.Context(), "dev"))
		wantLeft(t, f, "prod")
	})
	t.Run("agreed but not unlocked", func(t *testing.T) {
		f, k, _ := start(t, keyringtest.PromptLies, keyringtest.Agree, 20*time.Second)
		wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "Vault")
		wantLeft(t, f, "dev", "prod")
	})
	t.Run("dismissed", func(t *testing.T) {
		f, k, announced := start(t, "", keyringtest.Dismiss, 20*time.Second)
		wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "dismissed")
		wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrLocked)
		if *announced != 1 {
			t.Errorf("announced %d times", *announced)
		}
		wantPrompts(t, f, 1, 0)
		wantLeft(t, f, "dev", "prod")
	})
	t.Run("left open", func(t *testing.T) {
		f, k, _ := start(t, "", keyringtest.Leave, short)
		within(t, 3, func() {
			wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "nobody answered")
			wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrLocked)
		})
		wantPrompts(t, f, 1, 1)
		wantLeft(t, f, "dev", "prod")
	})
}
