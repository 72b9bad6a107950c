//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"context"
	"crypto/md5" //nolint:gosec // GNOME Keyring's choice, and nothing is secret here
	"encoding/hex"
	"slices"

	"github.com/godbus/dbus/v5"
)

// contents are Atmos's entries in a collection, as far as a lock shows them.
type contents struct {
	keys    []string
	hashes  map[string]bool // of keys that are shown as a hash only
	unknown bool            // whether there are entries that are shown in no known way
}

// What a GNOME Keyring that was never unlocked shows of an attribute: the MD5
// sum in hexadecimal digits (gnome-keyring 42, pkcs11/secret-store/gkm-secret-fields.c).
const hashed = "gkr:compat:hashed:"

func hashOf(attribute string) string {
	sum := md5.Sum([]byte(attribute)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// contents looks into a collection, by searching and by listing: a service may hide an item
// from its search.
func (s *SecretService) contents(ctx context.Context, c *client, col dbus.ObjectPath) (contents, error) {
	in := contents{hashes: make(map[string]bool)}
	items, err := c.search(ctx, col, map[string]string{"username": Account})
	if err != nil {
		return in, err
	}
	locked, err := c.locked(ctx, col)
	if err != nil {
		return in, err
	}
	switch {
	case !locked:
		hidden, err := c.hidden(ctx, col)
		if err != nil {
			return in, err
		}
		items = union(items, hidden)
	case len(items) == 0:
		opaque, err := c.opaque(ctx, col)
		if err == nil && opaque {
			err = c.errLocked(ctx, col, "")
		}
		return in, err
	}
	err = c.attributes(ctx, items, func(item dbus.ObjectPath, attrs map[string]string) {
		if key, ours := atmosKey(attrs); ours {
			s.seen[item] = key
		}
		in.add(attrs, locked)
	})
	return in, err
}

// add adds an item.
func (in *contents) add(attrs map[string]string, locked bool) {
	_, plain := attrs["service"]
	switch key, ours := atmosKey(attrs); {
	case ours:
		in.keys = append(in.keys, key)
	case plain || !locked: // somebody else's
	case attrs[hashed+"username"] == hashOf(Account) && attrs[hashed+"service"] != "":
		in.hashes[attrs[hashed+"service"]] = true
	default:
		in.unknown = true
	}
}

// hidden are the items of an unlocked collection that it lists, but does not find when all are
// searched for. A service that cannot search for all hides everything.
func (c *client) hidden(ctx context.Context, col dbus.ObjectPath) ([]dbus.ObjectPath, error) {
	all, err := c.search(ctx, col, map[string]string{})
	if fatal(err) {
		return nil, err
	}
	listed, err := c.listed(ctx, col)
	return without(listed, all), err
}

// union are the items of both lists, each once.
func union(a, b []dbus.ObjectPath) []dbus.ObjectPath { return append(without(a, b), b...) }

// without are the items of a that are not in b.
func without(a, b []dbus.ObjectPath) []dbus.ObjectPath {
	in := make(map[dbus.ObjectPath]bool, len(b))
	for _, item := range b {
		in[item] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(item dbus.ObjectPath) bool { return in[item] })
}

// opaque tells whether a locked collection may hold entries that a search does
// not find. GNOME Keyring finds them by the hashes of their attributes; KWallet
// and KeePassXC show nothing at all.
func (c *client) opaque(ctx context.Context, col dbus.ObjectPath) (bool, error) {
	items, err := c.listed(ctx, col)
	if err != nil || len(items) > 0 {
		return false, err
	}
	gnome, err := c.isGNOME(ctx)
	return !gnome, err
}

// candidates are those of keys that may have an entry that is not shown plainly.
func (in contents) candidates(keys []string) []string {
	if in.unknown {
		return keys
	}
	if len(in.hashes) == 0 {
		return nil
	}
	var may []string
	for _, key := range keys {
		if in.hashes[hashOf(key)] {
			may = append(may, key)
		}
	}
	return may
}
