package keyring_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"github.com/danieljoos/wincred"
	"github.com/google/go-cmp/cmp"
	zalando "github.com/zalando/go-keyring"

	"github.com/credclean/credclean/store/keyring"
)

// set writes an entry as Atmos does, with the library that it uses.
func set(t *testing.T, account string, keys ...string) {
	t.Helper()
	for _, key := range keys {
		must(t, zalando.Set(key, account, "secret of "+key))
		t.Cleanup(func() { _ = zalando.Delete(key, account) }) // it may be gone
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
	k := keyring.NewSystem(keyring.Options{})
	keys := []string{"dev", "atmos_acme_dev", "atmos_dev", "a:b", "a/b", `a\b`, "ünï", "with space", "*", "100%"}
	wantFound(t, k, keys)
	set(t, keyring.Account, keys...)
	set(t, keyring.Account, "dev-admin", "atmos_acme_dev-admin", "de")
	wantFound(t, k, append([]string{"gone"}, keys...), keys...)
	listed, err := k.List(t.Context())
	must(t, err)
	want := append([]string{"dev-admin", "atmos_acme_dev-admin", "de"}, keys...)
	slices.Sort(want)
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	for _, key := range keys {
		content, err := k.Read(t.Context(), key)
		if must(t, err); string(content) != "secret of "+key {
			t.Errorf("%s: read %q", key, content)
		}
		must(t, k.Remove(t.Context(), key))
		wantError(t, k.Remove(t.Context(), key), fs.ErrNotExist)
		wantError(t, second(k.Read(t.Context(), key)), fs.ErrNotExist)
	}
	wantFound(t, k, keys)
	left := append([]string{"dev-admin:atmos-auth", "atmos_acme_dev-admin:atmos-auth", "de:atmos-auth"}, before...)
	slices.Sort(left)
	if diff := cmp.Diff(left, targets(t)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	for _, key := range []string{"dev-admin", "atmos_acme_dev-admin", "de"} {
		if secret, err := zalando.Get(key, keyring.Account); secret != "secret of "+key || err != nil {
			t.Errorf("%s: %q, %v", key, secret, err)
		}
	}
}

// Credentials of other accounts and programs are not seen and not removed.
func TestCredentialManagerNeighbours(t *testing.T) {
	set(t, "atmos-secrets", "dev", "atmos/prod/vpc/token")
	set(t, "someone", "dev")
	setGeneric(t, "dev", keyring.Account)
	setGeneric(t, "git:https://code.example", "ana")
	setGeneric(t, "prod:atmos-auth", "ana")
	setGeneric(t, "test:atmos-auth", "")
	before := targets(t)
	k := keyring.NewSystem(keyring.Options{})
	keys := []string{"dev", "prod", "test", "git"}
	wantFound(t, k, keys)
	for _, key := range keys {
		wantError(t, k.Remove(t.Context(), key), fs.ErrNotExist)
	}
	set(t, keyring.Account, "dev")
	wantFound(t, k, keys, "dev")
	must(t, k.Remove(t.Context(), "dev"))
	if diff := cmp.Diff(before, targets(t)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

// Two spellings of a name are one credential, and either way it is found by one of them.
func TestCredentialManagerLetterCase(t *testing.T) {
	set(t, keyring.Account, "Dev", "dev")
	k := keyring.NewSystem(keyring.Options{})
	found, err := k.Find(t.Context(), []string{"Dev", "dev"})
	must(t, err)
	if len(found) == 0 {
		t.Error("not found")
	}
	for _, key := range found {
		must(t, k.Remove(t.Context(), key))
	}
	wantFound(t, k, []string{"Dev", "dev"})
	if secret, err := zalando.Get("dev", keyring.Account); err == nil {
		t.Errorf("left: %q", secret)
	}
}

// The secrets store has another account; under ours its keys are refused.
func TestCredentialManagerSecretsStore(t *testing.T) {
	set(t, keyring.Account, "atmos/dev")
	k := keyring.NewSystem(keyring.Options{})
	if found, err := k.Find(t.Context(), []string{"atmos/dev"}); len(found) > 0 || err == nil {
		t.Errorf("found %q, %v", found, err)
	}
	if listed, err := k.List(t.Context()); len(listed) > 0 || err != nil {
		t.Errorf("listed %q, %v", listed, err)
	}
	if err := k.Remove(t.Context(), "atmos/dev"); err == nil {
		t.Error("removed")
	}
	if _, err := zalando.Get("atmos/dev", keyring.Account); err != nil {
		t.Error(err)
	}
}

func TestCredentialManagerCancelled(t *testing.T) {
	set(t, keyring.Account, "dev")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := keyring.NewSystem(keyring.Options{})
	wantError(t, k.Remove(ctx, "dev"), context.Canceled)
	wantFound(t, k, []string{"dev"}, "dev")
}

// One listing tells of any number of keys.
func TestCredentialManagerManyKeys(t *testing.T) {
	var keys []string
	for i := range 100 {
		keys = append(keys, fmt.Sprintf("identity-%d", i))
	}
	set(t, keyring.Account, keys...)
	k := keyring.NewSystem(keyring.Options{})
	wantFound(t, k, append(many(), keys...), keys...)
}
