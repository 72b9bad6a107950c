//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/godbus/dbus/v5"

	"github.com/credclean/credclean/store/disk"
)

// A SecretService is the keyring behind the freedesktop.org Secret Service:
// GNOME Keyring, KWallet or KeePassXC, on the session bus that
// DBUS_SESSION_BUS_ADDRESS names. It starts no bus.
//
// Atmos writes its entries with zalando/go-keyring (v0.2.8, keyring_unix.go): the
// attribute service is the key, username is [Account]. All collections are searched,
// for entries of old may be elsewhere than where they are written today.
type SecretService struct {
	opts      Options
	dead      error                    // the first ErrTimeout or ErrNoService
	announced bool                     // whether opts.Announce was called
	refused   map[dbus.ObjectPath]bool // collections whose unlock dialog was dismissed
}

// NewSecretService returns the Secret Service. It connects when it is first used.
func NewSecretService(opts Options) *SecretService {
	return &SecretService{opts: opts, refused: make(map[dbus.ObjectPath]bool)}
}

// Location implements [Keyring].
func (s *SecretService) Location() string { return System }

// Find implements [Keyring]. A locked collection that hides what is in it is an
// ErrLocked with its name.
func (s *SecretService) Find(ctx context.Context, keys []string) (found []string, err error) {
	err = s.connected(ctx, func(c *client) error {
		present, err := c.eachCollection(func(col dbus.ObjectPath) ([]string, error) {
			in, err := c.contents(ctx, col)
			if err != nil {
				return nil, err
			}
			hidden, err := c.probe(ctx, col, in.candidates(keys))
			return append(in.keys, hidden...), err
		})
		ours, notOurs := among(keys, present)
		found = ours
		return errors.Join(err, notOurs)
	})
	return found, err
}

// List implements [Keyring]. The names of entries in a locked collection may be hidden.
func (s *SecretService) List(ctx context.Context) (keys []string, err error) {
	err = s.connected(ctx, func(c *client) error {
		present, err := c.eachCollection(func(col dbus.ObjectPath) ([]string, error) {
			in, err := c.contents(ctx, col)
			if err == nil && (in.unknown || len(in.hashes) > 0) {
				err = c.errLocked(ctx, col, "")
			}
			return in.keys, err
		})
		keys = slices.DeleteFunc(slices.Sorted(maps.Keys(present)), inSecretsStore)
		return err
	})
	return keys, err
}

// Remove implements [Keyring]. It removes the duplicates in every collection;
// one that it cannot unlock is an ErrLocked with its name, after the others were emptied.
func (s *SecretService) Remove(ctx context.Context, key string) error {
	if inSecretsStore(key) {
		return errSecretsStore(key)
	}
	if !sendable(key) {
		return fmt.Errorf("keyring entry %q: %w", key, fs.ErrNotExist)
	}
	err := s.connected(ctx, func(c *client) error {
		removed, err := c.eachCollection(func(col dbus.ObjectPath) ([]string, error) {
			return s.removeFrom(ctx, c, col, key)
		})
		if err != nil {
			return err
		}
		if len(removed) == 0 {
			return fs.ErrNotExist
		}
		_, err = c.eachCollection(func(col dbus.ObjectPath) ([]string, error) {
			left, err := c.search(ctx, col, entry(key))
			if len(left) > 0 {
				err = disk.ErrStillThere
			}
			return nil, err
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("keyring entry %q: %w", key, err)
	}
	return nil
}

// removeFrom removes the entries under key from one collection, and returns the key if there were any.
func (s *SecretService) removeFrom(ctx context.Context, c *client, col dbus.ObjectPath, key string) ([]string, error) {
	items, err := c.search(ctx, col, entry(key))
	if err != nil {
		return nil, err
	}
	locked, err := c.locked(ctx, col)
	if err != nil {
		return nil, err
	}
	if locked {
		if len(items) == 0 {
			if opaque, err := c.opaque(ctx, col); err != nil || !opaque {
				return nil, err
			}
		}
		if err := s.unlock(ctx, c, col); err != nil {
			return nil, err
		}
		if items, err = c.search(ctx, col, entry(key)); err != nil {
			return nil, err
		}
	}
	var removed []string
	var errs []error
	for _, item := range items {
		err := s.delete(ctx, c, item)
		if fatal(err) {
			return nil, err
		}
		errs = append(errs, err)
		removed = []string{key}
	}
	return removed, errors.Join(errs...)
}

// connected calls use with a connection of its own.
func (s *SecretService) connected(ctx context.Context, use func(*client) error) error {
	if s.dead != nil {
		return s.dead
	}
	c, err := connect(ctx, s.opts)
	if err == nil {
		defer c.close()
		err = use(c)
	}
	if errors.Is(err, ErrTimeout) || errors.Is(err, ErrNoService) {
		s.dead = err
	}
	return err
}

// eachCollection calls visit for every collection and collects the keys and
// the errors. It stops at the first error that all later calls would have too.
func (c *client) eachCollection(visit func(dbus.ObjectPath) ([]string, error)) (map[string]bool, error) {
	keys := make(map[string]bool)
	var errs []error
	for _, col := range c.collections {
		in, err := visit(col)
		for _, key := range in {
			keys[key] = true
		}
		if fatal(err) {
			return keys, err
		}
		errs = append(errs, err)
	}
	return keys, errors.Join(errs...)
}

// opaque tells whether a locked collection may hold entries that a search does
// not find. GNOME Keyring finds them by the hashes of their attributes; KWallet
// and KeePassXC show nothing at all.
func (c *client) opaque(ctx context.Context, col dbus.ObjectPath) (bool, error) {
	var items []dbus.ObjectPath
	err := c.property(ctx, col, collectionInterface, "Items", &items)
	if err != nil || len(items) > 0 {
		return false, err
	}
	gnome, err := c.isGNOME(ctx)
	return !gnome, err
}

// entry are the attributes of Atmos's entry under key.
func entry(key string) map[string]string {
	return map[string]string{"service": key, "username": Account}
}

// sendable tells whether D-Bus can carry a key. Under another one nothing can be stored.
func sendable(key string) bool {
	return utf8.ValidString(key) && !strings.ContainsRune(key, 0)
}
