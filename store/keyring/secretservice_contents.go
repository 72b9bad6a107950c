//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"context"
	"crypto/md5" //nolint:gosec // GNOME Keyring's choice, and nothing is secret here
	"encoding/hex"

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

// contents looks into a collection.
func (c *client) contents(ctx context.Context, col dbus.ObjectPath) (contents, error) {
	in := contents{hashes: make(map[string]bool)}
	items, err := c.search(ctx, col, map[string]string{"username": Account})
	if err != nil {
		return in, err
	}
	locked, err := c.locked(ctx, col)
	if err != nil {
		return in, err
	}
	if locked && len(items) == 0 {
		opaque, err := c.opaque(ctx, col)
		if err == nil && opaque {
			err = c.errLocked(ctx, col, "")
		}
		return in, err
	}
	err = c.attributes(ctx, items, func(attrs map[string]string) {
		key, plain := attrs["service"]
		switch {
		case plain:
			in.keys = append(in.keys, key)
		case !locked: // somebody else's without a service
		case attrs[hashed+"username"] == hashOf(Account) && attrs[hashed+"service"] != "":
			in.hashes[attrs[hashed+"service"]] = true
		default:
			in.unknown = true
		}
	})
	return in, err
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
