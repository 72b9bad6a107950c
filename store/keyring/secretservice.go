//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"cmp"
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
// for entries of old may be elsewhere than where they are written today. Nothing that
// the service says of an item is relied on but the item's own attributes.
type SecretService struct {
	opts      Options
	dead      error                      // the first ErrTimeout or ErrNoService
	announced bool                       // whether opts.Announce was called
	refused   map[dbus.ObjectPath]bool   // collections whose unlock dialog was dismissed
	seen      map[dbus.ObjectPath]string // the keys of Atmos's items that were shown
}

// NewSecretService returns the Secret Service. It connects when it is first used.
func NewSecretService(opts Options) *SecretService {
	return &SecretService{opts: opts, refused: make(map[dbus.ObjectPath]bool), seen: make(map[dbus.ObjectPath]string)}
}

// Location implements [Keyring].
func (s *SecretService) Location() string { return System }

// List implements [Keyring]. The names of entries in a locked collection may be hidden.
func (s *SecretService) List(ctx context.Context) (keys []string, err error) {
	err = s.connected(ctx, func(c *client) error {
		present, err := c.eachCollection(func(col dbus.ObjectPath) ([]string, error) {
			in, err := s.contents(ctx, c, col)
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

// Find implements [Keyring]. A locked collection that hides what is in it is an
// ErrLocked with its name.
func (s *SecretService) Find(ctx context.Context, keys []string) (found []string, err error) {
	err = s.connected(ctx, func(c *client) error {
		present, err := c.eachCollection(func(col dbus.ObjectPath) ([]string, error) {
			in, err := s.contents(ctx, c, col)
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

// Read implements [Keyring]. Of several entries under one key, none is returned unless they are equal.
func (s *SecretService) Read(ctx context.Context, key string) (content []byte, err error) {
	err = s.entry(ctx, key, func(c *client) error {
		items, err := s.items(ctx, c, key, func(_ context.Context, c *client, col dbus.ObjectPath) error {
			return c.errLocked(ctx, col, "")
		})
		if err != nil || len(items) == 0 {
			return cmp.Or(err, fs.ErrNotExist)
		}
		content, err = c.secret(ctx, items)
		return err
	})
	return content, err
}

// Remove implements [Keyring]. It removes the duplicates in every collection;
// one that it cannot unlock is an ErrLocked with its name, after the others were emptied.
func (s *SecretService) Remove(ctx context.Context, key string) error {
	return s.entry(ctx, key, func(c *client) error {
		items, err := s.items(ctx, c, key, s.unlock)
		switch {
		case fatal(err):
			return err
		case len(items) == 0:
			return cmp.Or(err, fs.ErrNotExist)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		return errors.Join(err, s.removeItems(ctx, c, key, items))
	})
}

// entry does something with the entry under a key, if it may be one.
func (s *SecretService) entry(ctx context.Context, key string, use func(*client) error) error {
	switch {
	case inSecretsStore(key):
		return errSecretsStore(key)
	case !sendable(key):
		return fmt.Errorf("keyring entry %q: %w", key, fs.ErrNotExist)
	}
	if err := s.connected(ctx, use); err != nil {
		return fmt.Errorf("keyring entry %q: %w", key, err)
	}
	return nil
}

// items are those under a key, in all collections. A locked collection that has some, or may
// have, is opened with unlock. Unless err is fatal, the items of the others are complete.
func (s *SecretService) items(
	ctx context.Context, c *client, key string, unlock func(context.Context, *client, dbus.ObjectPath) error,
) (items []dbus.ObjectPath, err error) {
	var errs []error
	for _, col := range c.collections {
		found, err := s.search(ctx, c, col, key, unlock)
		if fatal(err) {
			return nil, err
		}
		items, errs = append(items, found...), append(errs, err)
	}
	for item, of := range s.seen {
		if of == key && !slices.Contains(items, item) { // the search hides it
			items = append(items, item)
		}
	}
	items, err = s.exact(ctx, c, key, items)
	return items, errors.Join(append(errs, err)...)
}

// search finds the items under a key in one collection, and unlocks it if need be.
func (s *SecretService) search(
	ctx context.Context, c *client, col dbus.ObjectPath, key string, unlock func(context.Context, *client, dbus.ObjectPath) error,
) ([]dbus.ObjectPath, error) {
	items, err := c.search(ctx, col, attributesOf(key))
	if err != nil {
		return nil, err
	}
	switch locked, err := c.locked(ctx, col); {
	case err != nil:
		return nil, err
	case !locked:
		return items, nil
	}
	if len(items) == 0 {
		if opaque, err := c.opaque(ctx, col); err != nil || !opaque {
			return nil, err
		}
	}
	if err := unlock(ctx, c, col); err != nil {
		return nil, err
	}
	return c.search(ctx, col, attributesOf(key))
}

// exact are those of items that bear exactly the attributes of Atmos's entry under key: a
// service may find others, too.
func (s *SecretService) exact(ctx context.Context, c *client, key string, items []dbus.ObjectPath) (exact []dbus.ObjectPath, err error) {
	err = c.attributes(ctx, items, func(item dbus.ObjectPath, attrs map[string]string) {
		if of, ours := atmosKey(attrs); ours && of == key {
			exact = append(exact, item)
		}
	})
	return exact, err
}

// removeItems removes the items under a key and looks again. Only a dialog ends with ctx.
func (s *SecretService) removeItems(ctx context.Context, c *client, key string, items []dbus.ObjectPath) error {
	before, err := c.listedAll(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, item := range items {
		err := s.delete(ctx, c, item)
		if errors.Is(err, ErrTimeout) || errors.Is(err, ErrNoService) {
			return err
		}
		errs = append(errs, err)
	}
	left, err := s.left(context.WithoutCancel(ctx), c, key, items, before)
	if err == nil && left {
		return cmp.Or(errors.Join(errs...), disk.ErrStillThere)
	}
	return err
}

// left tells whether items under a key are left that were removed: it searches, looks at the
// removed ones, and at those that were not listed before.
func (s *SecretService) left(ctx context.Context, c *client, key string, removed, before []dbus.ObjectPath) (bool, error) {
	items, err := c.listedAll(ctx)
	if err != nil {
		return false, err
	}
	items = union(without(items, before), removed)
	for _, col := range c.collections {
		found, err := c.search(ctx, col, attributesOf(key))
		if err != nil {
			return false, err
		}
		items = union(items, found)
	}
	exact, err := s.exact(ctx, c, key, items)
	return len(exact) > 0, err
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

// atmosKey is the key of an item with these attributes, if it is Atmos's and no lock hides that.
func atmosKey(attrs map[string]string) (key string, ours bool) {
	key, ours = attrs["service"]
	return key, ours && attrs["username"] == Account
}

// attributesOf are those of Atmos's entry under key.
func attributesOf(key string) map[string]string {
	return map[string]string{"service": key, "username": Account}
}

// sendable tells whether D-Bus can carry a key. Under another one nothing can be stored.
func sendable(key string) bool {
	return utf8.ValidString(key) && !strings.ContainsRune(key, 0)
}
