package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/danieljoos/wincred"
	"github.com/zalando/go-keyring"

	"github.com/credclean/credclean/store/disk"
)

// NewSystem is the keyring of the operating system: the Windows
// Credential Manager, which asks nobody and does not lock.
func NewSystem(Options) Keyring { return credentialManager{} }

// A credentialManager removes with the library that Atmos writes with. Its
// target names are the key, a colon and the account (zalando/go-keyring v0.2.8,
// keyring_windows.go).
type credentialManager struct{}

func (credentialManager) Location() string { return System }

// Find implements [Keyring].
func (m credentialManager) Find(ctx context.Context, keys []string) ([]string, error) {
	all, err := m.keys(ctx)
	if err != nil {
		return nil, err
	}
	present := make(map[string]bool, len(all))
	for _, key := range all {
		present[key] = true
	}
	return among(keys, present)
}

// Remove implements [Keyring].
func (m credentialManager) Remove(ctx context.Context, key string) error {
	found, err := m.Find(ctx, []string{key})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("keyring entry %q: %w", key, fs.ErrNotExist)
	}
	if err := keyring.Delete(key, Account); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("keyring entry %q: %w", key, err)
	}
	found, err = m.Find(ctx, []string{key})
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("keyring entry %q: %w", key, disk.ErrStillThere)
	}
	return err
}

// Read implements [Keyring].
func (m credentialManager) Read(ctx context.Context, key string) ([]byte, error) {
	found, err := m.Find(ctx, []string{key})
	if err == nil && len(found) == 0 {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("keyring entry %q: %w", key, err)
	}
	content, err := keyring.Get(key, Account)
	if err != nil {
		return nil, fmt.Errorf("keyring entry %q: %w", key, err)
	}
	return bounded([]byte(content))
}

// List implements [Keyring].
func (m credentialManager) List(ctx context.Context) ([]string, error) {
	keys, err := m.keys(ctx)
	keys = slices.DeleteFunc(keys, inSecretsStore)
	slices.Sort(keys)
	return keys, err
}

// keys are the keys of all entries.
func (credentialManager) keys(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	creds, err := wincred.List()
	if err != nil {
		return nil, fmt.Errorf("credential manager: %w", err)
	}
	var keys []string
	for _, c := range creds {
		if key, ok := strings.CutSuffix(c.TargetName, ":"+Account); ok && c.UserName == Account {
			keys = append(keys, key)
		}
	}
	return keys, nil
}
