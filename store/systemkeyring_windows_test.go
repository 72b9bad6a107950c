package store_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"github.com/danieljoos/wincred"
	"github.com/google/go-cmp/cmp"
	"github.com/zalando/go-keyring"

	"github.com/credclean/credclean/store"
)

// set writes an entry as Atmos does, with the library that it uses.
func set(t *testing.T, account string, keys ...string) {
	t.Helper()
	for _, key := range keys {
		must(t, keyring.Set(key, account, "secret of "+key))
		t.Cleanup(func() { _ = keyring.Delete(key, account) }) // it may be gone
	}
}

// setGeneric writes a credential as another program does.
func setGeneric(t *testing.T, target, user string) {
	t.Helper()
	c := wincred.NewGenericCredential(target)
	c.UserName = user
	c.CredentialBlob = []byte("secret")
	must(t, c.Write())
	t.Cleanup(func() { _ = c.Delete() })
}

// targets are the names of all credentials, sorted.
func targets(t *testing.T) []string {
	t.Helper()
	creds, err := wincred.List()
	must(t, err)
	var all []string
	for _, c := range creds {
		all = append(all, c.TargetName)
	}
	slices.Sort(all)
	return all
}

func TestCredentialManager(t *testing.T) {
	before := targets(t)
	k := store.NewSystemKeyring(store.SystemOptions{})
	keys := []string{"dev", "atmos_acme_dev", "atmos_dev", "a:b", "a/b", `a\b`, "ünï", "with space", "*", "100%"}
	wantFound(t, k, keys)
	set(t, store.Account, keys...)
	set(t, store.Account, "dev-admin", "atmos_acme_dev-admin", "de")
	wantFound(t, k, append([]string{"gone"}, keys...), keys...)
	listed, err := k.List(t.Context())
	must(t, err)
	want := append([]string{"dev-admin", "atmos_acme_dev-admin", "de"}, keys...)
	slices.Sort(want)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	for _, key := range keys {
		must(t, k.Remove(t.Context(), key))
		wantError(t, k.Remove(t.Context(), key), fs.ErrNotExist)
	}
	wantFound(t, k, keys)
	left := append([]string{"dev-admin:atmos-auth", "atmos_acme_dev-admin:atmos-auth", "de:atmos-auth"}, before...)
	slices.Sort(left)
	if diff := cmp.Diff(left, targets(t)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	for _, key := range []string{"dev-admin", "atmos_acme_dev-admin", "de"} {
		if secret, err := keyring.Get(key, store.Account); secret != "secret of "+key || err != nil {
			t.Errorf("%s: %q, %v", key, secret, err)
		}
	}
}

// Credentials of other accounts and programs are not seen and not removed.
func TestCredentialManagerNeighbours(t *testing.T) {
	set(t, "atmos-secrets", "dev", "atmos/prod/vpc/token")
	set(t, "someone", "dev")
	setGeneric(t, "dev", store.Account)
	setGeneric(t, "git:https://code.example", "ana")
	setGeneric(t, "prod:atmos-auth", "ana")
	setGeneric(t, "test:atmos-auth", "")
	before := targets(t)
	k := store.NewSystemKeyring(store.SystemOptions{})
	keys := []string{"dev", "prod", "test", "git"}
	wantFound(t, k, keys)
	for _, key := range keys {
		wantError(t, k.Remove(t.Context(), key), fs.ErrNotExist)
	}
	set(t, store.Account, "dev")
	wantFound(t, k, keys, "dev")
	must(t, k.Remove(t.Context(), "dev"))
	if diff := cmp.Diff(before, targets(t)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

// Two spellings of a name are one credential, and either way it is found by one of them.
func TestCredentialManagerLetterCase(t *testing.T) {
	set(t, store.Account, "Dev", "dev")
	k := store.NewSystemKeyring(store.SystemOptions{})
	found, err := k.Find(t.Context(), store.Spellings("Dev"))
	must(t, err)
	if len(found) == 0 {
		t.Error("not found")
	}
	for _, key := range found {
		must(t, k.Remove(t.Context(), key))
	}
	wantFound(t, k, store.Spellings("Dev"))
	if secret, err := keyring.Get("dev", store.Account); err == nil {
		t.Errorf("left: %q", secret)
	}
}

// The secrets store has another account; under ours its keys are refused.
func TestCredentialManagerSecretsStore(t *testing.T) {
	set(t, store.Account, "atmos/dev")
	k := store.NewSystemKeyring(store.SystemOptions{})
	if found, err := k.Find(t.Context(), []string{"atmos/dev"}); len(found) > 0 || err == nil {
		t.Errorf("found %q, %v", found, err)
	}
	if listed, err := k.List(t.Context()); len(listed) > 0 || err != nil {
		t.Errorf("listed %q, %v", listed, err)
	}
	if err := k.Remove(t.Context(), "atmos/dev"); err == nil {
		t.Error("removed")
	}
	if _, err := keyring.Get("atmos/dev", store.Account); err != nil {
		t.Error(err)
	}
}

func TestCredentialManagerCancelled(t *testing.T) {
	set(t, store.Account, "dev")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := store.NewSystemKeyring(store.SystemOptions{})
	wantError(t, k.Remove(ctx, "dev"), context.Canceled)
	wantFound(t, k, []string{"dev"}, "dev")
}

// One listing tells of any number of keys.
func TestCredentialManagerManyKeys(t *testing.T) {
	var keys []string
	for i := range 100 {
		keys = append(keys, fmt.Sprintf("identity-%d", i))
	}
	set(t, store.Account, keys...)
	k := store.NewSystemKeyring(store.SystemOptions{})
	wantFound(t, k, append(many(), keys...), keys...)
}
