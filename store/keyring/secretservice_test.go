//go:build linux

package keyring_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/keyring"
)

// onBus starts GNOME Keyring and returns it as this process finds it.
func onBus(tb testing.TB, opts keyring.Options) (*keyringtest.Bus, keyring.Keyring) {
	tb.Helper()
	b := keyringtest.New(tb)
	tb.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	return b, keyring.NewSystem(opts)
}

// wantSecrets looks into every item of every collection.
func wantSecrets(tb testing.TB, b *keyringtest.Bus, want ...string) {
	tb.Helper()
	items, err := b.Items()
	must(tb, err)
	var secrets []string
	for _, item := range items {
		secrets = append(secrets, item.Secret)
	}
	slices.Sort(secrets)
	if diff := cmp.Diff(want, secrets); diff != "" {
		tb.Errorf("secrets (-want +got):\n%s", diff)
	}
}

func TestSecretService(t *testing.T) {
	b, k := onBus(t, keyring.Options{})
	keys := []string{"atmos_dev", "dev", "ünï code/%", "gone", "", "\xff", "a\x00b"}
	wantFound(t, k, keys)
	must(t, b.SetAll(
		keyringtest.Entry{Key: "dev", Secret: "1"},
		keyringtest.Entry{Key: "atmos_dev", Secret: "2"},
		keyringtest.Entry{Key: "ünï code/%", Secret: "3"},
		keyringtest.Entry{Key: "prod", Secret: "neighbour"},
		keyringtest.Entry{Key: "dev", Account: "someone", Secret: "foreign"},
		keyringtest.Entry{Key: "atmos/stack/x", Account: "atmos-secrets", Secret: "stored"},
	))
	wantFound(t, k, keys, "atmos_dev", "dev", "ünï code/%")
	listed, err := k.List(t.Context())
	must(t, err)
	if diff := cmp.Diff([]string{"atmos_dev", "dev", "prod", "ünï code/%"}, listed); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}

	for _, key := range []string{"dev", "atmos_dev", "ünï code/%"} {
		must(t, k.Remove(t.Context(), key))
		wantError(t, k.Remove(t.Context(), key), fs.ErrNotExist, fmt.Sprintf("%q", key))
	}
	for _, key := range []string{"", "\xff", "a\x00b", "de", "dev*"} {
		wantError(t, k.Remove(t.Context(), key), fs.ErrNotExist)
	}
	wantFound(t, k, keys)
	wantSecrets(t, b, "foreign", "neighbour", "stored")
}

// What zalando/go-keyring wrote is read while the collection is unlocked, and no other account's.
func TestSecretServiceRead(t *testing.T) {
	b, k := onBus(t, keyring.Options{UnlockWait: time.Minute})
	must(t, b.CreateCollection("work"))
	must(t, b.SetAll(
		keyringtest.Entry{Key: "dev", Secret: "secret"},
		keyringtest.Entry{Key: "large", Secret: strings.Repeat("x", 64<<10+1)},
		keyringtest.Entry{Key: "prod", Account: "someone", Secret: "foreign"},
		keyringtest.Entry{Key: "atmos/x", Account: "atmos-secrets", Secret: "stored"},
		keyringtest.Entry{Key: "both", Secret: "one"},
	))
	read := func(key, want string, wantErr error) {
		t.Helper()
		got, err := k.Read(t.Context(), key)
		wantError(t, err, wantErr)
		if string(got) != want {
			t.Errorf("%s: read %q, want %q", key, got, want)
		}
	}
	read("dev", "secret", nil)
	read("prod", "", fs.ErrNotExist)
	read("gone", "", fs.ErrNotExist)
	read("ÿ", "", fs.ErrNotExist)
	for _, key := range []string{"large", "atmos/x"} {
		if got, err := k.Read(t.Context(), key); len(got) > 0 || err == nil {
			t.Errorf("%s: %d bytes, %v", key, len(got), err)
		}
	}
	// Of two that say the same it does not matter which is read.
	must(t, b.SetIn("work", "both", "one"))
	read("both", "one", nil)
	must(t, b.SetIn("work", "both", "other"))
	if got, err := k.Read(t.Context(), "both"); len(got) > 0 || err == nil {
		t.Errorf("several: %q, %v", got, err)
	}
	must(t, b.Lock("login"))
	read("dev", "", keyring.ErrLocked)
	read("gone", "", fs.ErrNotExist)
	must(t, b.Unlock("login"))
	wantSecrets(t, b, "foreign", "one", "one", "other", "secret", "stored", strings.Repeat("x", 64<<10+1))
}

// An entry of Atmos's secrets store stays, even if it bears our account.
func TestSecretServiceSecretsStore(t *testing.T) {
	b, k := onBus(t, keyring.Options{})
	must(t, b.Set("atmos/dev", "stored"))
	found, err := k.Find(t.Context(), []string{"atmos/dev"})
	if len(found) > 0 || err == nil {
		t.Errorf("found %q, %v", found, err)
	}
	if err := k.Remove(t.Context(), "atmos/dev"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Remove: %v", err)
	}
	if listed, err := k.List(t.Context()); len(listed) > 0 || err != nil {
		t.Errorf("listed %q, %v", listed, err)
	}
	wantSecrets(t, b, "stored")
}

// zalando/go-keyring sees one collection and removes one duplicate.
func TestSecretServiceCollectionsAndDuplicates(t *testing.T) {
	b, k := onBus(t, keyring.Options{})
	must(t, b.CreateCollection("work"))
	must(t, b.Set("dev", "1"))
	must(t, b.SetIn("login", "dev", "2"))
	must(t, b.SetIn("work", "dev", "3"))
	must(t, b.SetIn("work", "dev", "4"))
	must(t, b.SetIn("work", "prod", "neighbour"))
	wantFound(t, k, []string{"prod", "dev"}, "prod", "dev")
	must(t, k.Remove(t.Context(), "dev"))
	wantFound(t, k, []string{"prod", "dev"}, "prod")
	wantSecrets(t, b, "neighbour")
}

// A locked collection is named; the others are emptied all the same.
func TestSecretServiceLocked(t *testing.T) {
	b, k := onBus(t, keyring.Options{})
	must(t, b.CreateCollection("work"))
	must(t, b.Set("dev", "1"))
	must(t, b.SetIn("work", "dev", "2"))
	must(t, b.SetIn("work", "prod", "neighbour"))
	must(t, b.Lock("work"))
	wantFound(t, k, []string{"dev", "prod", "gone"}, "dev", "prod")
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "keyring is locked: work")
	wantError(t, k.Remove(t.Context(), "gone"), fs.ErrNotExist)
	must(t, b.Unlock("work"))
	wantSecrets(t, b, "2", "neighbour")
	must(t, k.Remove(t.Context(), "dev"))
	wantSecrets(t, b, "neighbour")
}

// A locked collection of GNOME Keyring in which nothing is hides nothing.
func TestSecretServiceLockedEmpty(t *testing.T) {
	b, k := onBus(t, keyring.Options{})
	must(t, b.Set("dev", "1"))
	must(t, b.CreateCollection("work"))
	must(t, b.Lock("work"))
	wantFound(t, k, []string{"dev", "gone"}, "dev")
	must(t, k.Remove(t.Context(), "dev"))
	wantError(t, k.Remove(t.Context(), "dev"), fs.ErrNotExist)
	listed, err := k.List(t.Context())
	must(t, err)
	if len(listed) > 0 {
		t.Errorf("listed %q", listed)
	}
	must(t, b.Unlock("work"))
	wantSecrets(t, b)
}

// fresh is a daemon that was never unlocked, over a keyring in which dev and
// prod are.
func fresh(t *testing.T, opts keyring.Options) (*keyringtest.Bus, keyring.Keyring) {
	t.Helper()
	home := t.TempDir()
	b, err := keyringtest.Start(home)
	must(t, err)
	err = errors.Join(b.Set("dev", "1"), b.Set("prod", "neighbour"), b.SetAll(keyringtest.Entry{Key: "api", Account: "someone", Secret: "foreign"}))
	b.Close()
	must(t, err)
	b, err = keyringtest.StartFresh(home)
	must(t, err)
	t.Cleanup(b.Close)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	return b, keyring.NewSystem(opts)
}

// Nobody has unlocked it since the login: the attributes are hashed, and yet
// what is there is told from what is not.
func TestSecretServiceNeverUnlocked(t *testing.T) {
	b, k := fresh(t, keyring.Options{})
	wantFound(t, k, append(many(), "gone", "prod", "dev", "api", "\xff"), "prod", "dev")
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "Login")
	wantError(t, k.Remove(t.Context(), "gone"), fs.ErrNotExist)
	wantError(t, k.Remove(t.Context(), "api"), fs.ErrNotExist)
	_, err := k.List(t.Context())
	wantError(t, err, keyring.ErrLocked)
	must(t, b.Unlock("login"))
	must(t, k.Remove(t.Context(), "dev"))
	wantFound(t, k, []string{"gone", "prod", "dev"}, "prod")
	wantSecrets(t, b, "foreign", "neighbour")
}

// Without a display the unlock dialog of GNOME Keyring dismisses itself.
func TestSecretServiceUnlockDismissed(t *testing.T) {
	announced := 0
	b, k := fresh(t, keyring.Options{UnlockWait: 20 * time.Second, Announce: func() { announced++ }})
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "dismissed")
	wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrLocked, "Login")
	wantError(t, k.Remove(t.Context(), "gone"), fs.ErrNotExist)
	if announced != 1 {
		t.Errorf("announced %d times", announced)
	}
	must(t, b.Unlock("login"))
	must(t, k.Remove(t.Context(), "dev"))
	wantSecrets(t, b, "foreign", "neighbour")
}

// A fresh account has no collection, so that nothing can be in it.
func TestSecretServiceNoCollection(t *testing.T) {
	b, err := keyringtest.StartFresh(t.TempDir())
	must(t, err)
	t.Cleanup(b.Close)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	k := keyring.NewSystem(keyring.Options{})
	wantFound(t, k, []string{"dev"})
	wantError(t, k.Remove(t.Context(), "dev"), fs.ErrNotExist)
}

// The calls grow with the entries that there are, not with the keys there might be.
func TestSecretServiceManyKeys(t *testing.T) {
	b, k := onBus(t, keyring.Options{})
	keys := many()
	want := setEvery(t, b, keys, 100)
	begin := time.Now()
	wantFound(t, k, keys, want...)
	if took := time.Since(begin); took > 300*time.Millisecond {
		t.Errorf("took %s", took)
	}
	must(t, b.Lock("login"))
	wantFound(t, k, keys, want...)
}

// setEvery writes an entry for every nth key.
func setEvery(tb testing.TB, b *keyringtest.Bus, keys []string, n int) (set []string) {
	tb.Helper()
	for i := 0; i < len(keys); i += n {
		must(tb, b.SetIn("login", keys[i], "secret"))
		set = append(set, keys[i])
	}
	return set
}

func BenchmarkSecretServiceFind(b *testing.B) {
	bus, k := onBus(b, keyring.Options{})
	keys := many()
	setEvery(b, bus, keys, 100)
	for b.Loop() {
		if found, err := k.Find(b.Context(), keys); len(found) != 100 || err != nil {
			b.Fatal(len(found), err)
		}
	}
}
