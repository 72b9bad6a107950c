// Package keyring lists, finds, opens and removes Atmos's entries in the keyring of the
// operating system and in file keyrings. It does not know which keys Atmos gives them:
// those are in package store.
package keyring

import (
	"context"
	"errors"
)

// Account is the account name of every keyring entry that holds credentials of
// Atmos (pkg/auth/credentials/store.go: KeyringUser, v1.194.0 to v1.226.1).
const Account = "atmos-auth"

// What a keyring can answer beside yes and [io/fs.ErrNotExist].
var (
	// ErrLocked: the entry, or what may hold it, is behind a lock.
	ErrLocked = errors.New("keyring is locked")
	// ErrNoService: there is no keyring to ask.
	ErrNoService = errors.New("no keyring service")
	// ErrTimeout: the keyring did not answer in time. Whether a removal under
	// way was carried out is unknown.
	ErrTimeout = errors.New("no answer in time")
)

// A Keyring holds entries, each under a key and the account [Account].
//
// After the first ErrTimeout or ErrNoService every further call fails at once
// with the same error.
type Keyring interface {
	// Location says which keyring it is: "system keyring", or the directory of a file keyring.
	Location() string
	// List returns the keys of all entries that can be listed, sorted, without those of Atmos's
	// secrets store. With a non-nil error the list is incomplete.
	List(ctx context.Context) ([]string, error)
	// Find returns those of keys that have an entry, in the order of keys.
	// It reads no secret, creates nothing and never prompts. Entries behind a lock
	// that can be seen count as found. If err is not nil, the keys that are not
	// returned may have an entry all the same: errors.Is tells why it is not known.
	Find(ctx context.Context, keys []string) (found []string, err error)
	// Read returns the content of an entry, at most 64 KiB, for [ReadEnvelope]. It asks
	// nobody: what cannot be had without a question is an ErrLocked.
	Read(ctx context.Context, key string) ([]byte, error)
	// Remove removes every entry under key and looks again. An error that is fs.ErrNotExist means
	// there was none. Once it has begun to remove, it finishes although ctx ends.
	Remove(ctx context.Context, key string) error
}

// NotAsked is a keyring at a location that is not asked, for the reason err:
// whether anything is in it is not known.
func NotAsked(location string, err error) Keyring { return notAsked{location, err} }

type notAsked struct {
	location string
	err      error
}

func (k notAsked) Location() string { return k.location }

func (k notAsked) List(context.Context) ([]string, error) { return nil, k.err }

func (k notAsked) Find(context.Context, []string) ([]string, error) { return nil, k.err }

func (k notAsked) Read(context.Context, string) ([]byte, error) { return nil, k.err }

func (k notAsked) Remove(context.Context, string) error { return k.err }
