//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"context"

	"github.com/godbus/dbus/v5"
)

// Locked is nil unless a collection is locked that holds entries of Atmos, or may: then it is
// an ErrLocked with the name of each. It prompts for nothing.
func (s *SecretService) Locked(ctx context.Context) error {
	return s.connected(ctx, func(c *client) error {
		_, err := c.eachCollection(func(col dbus.ObjectPath) ([]string, error) {
			locked, err := c.locked(ctx, col)
			if err != nil || !locked {
				return nil, err
			}
			items, err := c.search(ctx, col, map[string]string{"username": Account})
			if err != nil {
				return nil, err
			}
			if len(items) == 0 {
				if opaque, err := c.opaque(ctx, col); err != nil || !opaque {
					return nil, err
				}
			}
			return nil, c.errLocked(ctx, col, "")
		})
		return err
	})
}
