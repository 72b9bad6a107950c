//go:build linux

package keyring_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// Whatever a service says of itself, what is said of an entry is true, and the neighbours stay:
// another key, another account, another letter case, and Atmos's secrets store.
func TestSecretServiceDishonest(t *testing.T) {
	for mode, want := range map[keyringtest.Mode]error{
		"":                     nil,
		keyringtest.Lies:       disk.ErrStillThere,
		keyringtest.Hides:      nil,
		keyringtest.Buries:     disk.ErrStillThere,
		keyringtest.Renames:    disk.ErrStillThere,
		keyringtest.Confuses:   nil,
		keyringtest.FoldsCase:  nil,
		keyringtest.Prompts:    nil,
		keyringtest.PromptLies: disk.ErrStillThere,
		keyringtest.Vanishes:   nil,
		keyringtest.Picky:      nil,
	} {
		for _, listFirst := range []bool{true, false} {
			if mode == keyringtest.Hides && !listFirst {
				continue // nobody knows of the entry then
			}
			t.Run(fmt.Sprintf("%s, listed %t", mode, listFirst), func(t *testing.T) {
				f := fake(t, keyringtest.Habits{Mode: mode}, "dev", "DEV", "prod")
				f.Put("someone", "dev", "secret of dev of someone")
				f.Put("atmos-secrets", "atmos/dev", "secret of stored")
				k := keyring.NewSystem(keyring.Options{})
				if listFirst {
					listed, err := k.List(t.Context())
					must(t, err)
					if diff := cmp.Diff([]string{"DEV", "dev", "prod"}, listed); diff != "" {
						t.Errorf("listed (-want +got):\n%s", diff)
					}
				}
				content, err := k.Read(t.Context(), "dev")
				if string(content) != "secret of dev" || err != nil {
					t.Errorf("read %q, %v", content, err)
				}
				wantError(t, k.Remove(t.Context(), "gone"), fs.ErrNotExist)
				if err := k.Remove(t.Context(), "dev"); !errors.Is(err, want) {
					t.Errorf("Remove: %v, want %v", err, want)
				}
				left := []string{"DEV", "dev", "dev of someone", "prod", "stored"}
				if want == nil {
					left = slices.Delete(left, 1, 2)
				}
				wantLeft(t, f, left...)
			})
		}
	}
}

// A service that answers everything with an error loses nothing, and is not said to be empty.
func TestSecretServiceFails(t *testing.T) {
	f := fake(t, keyringtest.Habits{Mode: keyringtest.Fails}, "dev")
	k := keyring.NewSystem(keyring.Options{})
	_, listErr := k.List(t.Context())
	_, findErr := k.Find(t.Context(), []string{"dev"})
	_, readErr := k.Read(t.Context(), "dev")
	for _, err := range []error{listErr, findErr, readErr, k.Remove(t.Context(), "dev")} {
		wantError(t, err, err, "the vault is out of order")
	}
	wantLeft(t, f, "dev")
}

// A listing has one time-out however many calls it takes, and so has each entry; after the first
// time-out the rest fails at once.
func TestSecretServiceSlow(t *testing.T) {
	for what, do := range map[string]func(context.Context, keyring.Keyring) error{
		"list":   func(ctx context.Context, k keyring.Keyring) error { return second(k.List(ctx)) },
		"find":   func(ctx context.Context, k keyring.Keyring) error { return second(k.Find(ctx, []string{"dev"})) },
		"remove": func(ctx context.Context, k keyring.Keyring) error { return k.Remove(ctx, "dev") },
	} {
		t.Run(what, func(t *testing.T) {
			fake(t, keyringtest.Habits{Delay: short * 2 / 3}, "dev", "prod")
			k := keyring.NewSystem(keyring.Options{Timeout: short})
			within(t, 2, func() {
				wantError(t, do(t.Context(), k), keyring.ErrTimeout)
				wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrTimeout)
			})
		})
	}
	t.Run("many in time, each on its own", func(t *testing.T) {
		keys := []string{"a", "b", "c", "d", "e", "f"}
		f := fake(t, keyringtest.Habits{Delay: 15 * time.Millisecond}, keys...)
		k := keyring.NewSystem(keyring.Options{Timeout: 2 * short})
		begin := time.Now()
		for _, key := range keys {
			must(t, k.Remove(t.Context(), key))
		}
		if took := time.Since(begin); took < 2*short {
			t.Fatalf("took %s, which one time-out would do for", took)
		}
		wantLeft(t, f)
	})
}

// A removal under way is finished although the run is interrupted, and told as it ended.
func TestSecretServiceInterrupted(t *testing.T) {
	for calls, want := range map[int]error{
		1: context.Canceled, // while it is still looked for
		4: context.Canceled, // while its attributes are read
		6: nil,              // while it is removed
		7: nil,              // after the removal, while it looks again
	} {
		t.Run(fmt.Sprint(calls), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			f := fake(t, keyringtest.Habits{Called: func(n int) {
				if n == calls {
					cancel()
					time.Sleep(50 * time.Millisecond)
				}
			}}, "dev", "prod")
			err := keyring.NewSystem(keyring.Options{}).Remove(ctx, "dev")
			if want != nil {
				wantError(t, err, want)
				wantLeft(t, f, "dev", "prod")
				return
			}
			must(t, err)
			wantLeft(t, f, "prod")
		})
	}
}

// A service that dies is none, from then on, and what it took along is not said to be gone.
func TestSecretServiceDies(t *testing.T) {
	for n := range 8 {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			f := fake(t, keyringtest.Habits{DiesAfter: n + 1}, "dev", "prod")
			k := keyring.NewSystem(keyring.Options{Timeout: 5 * time.Second})
			err := k.Remove(t.Context(), "dev")
			if err == nil {
				wantLeft(t, f, "prod")
				return
			}
			wantError(t, err, keyring.ErrNoService)
			wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrNoService)
		})
	}
}

// Ten thousand items, most of them other programs', are listed in time.
func TestSecretServiceTenThousand(t *testing.T) {
	f := fake(t, keyringtest.Habits{})
	var want []string
	for i := range 10_000 {
		key := fmt.Sprintf("item-%05d", i)
		if i%100 == 0 {
			f.Put(keyring.Account, key, key)
			want = append(want, key)
		} else {
			f.Put("someone", key, key)
		}
	}
	k := keyring.NewSystem(keyring.Options{Timeout: 20 * time.Second})
	listed, err := k.List(t.Context())
	must(t, err)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	must(t, k.Remove(t.Context(), want[0]))
	if items, _ := f.Items(); len(items) != 9_999 {
		t.Errorf("%d items are left", len(items))
	}
}

// What would have to be asked for is not opened.
func TestSecretServiceReadAsks(t *testing.T) {
	f := fake(t, keyringtest.Habits{State: keyringtest.Private}, "dev")
	k := keyring.NewSystem(keyring.Options{UnlockWait: time.Minute})
	// The collection is open, as KeePassXC's is.
	content, err := k.Read(t.Context(), "dev")
	wantError(t, err, keyring.ErrLocked)
	if len(content) > 0 {
		t.Errorf("read %q", content)
	}
	wantPrompts(t, f, 0, 0)
}
