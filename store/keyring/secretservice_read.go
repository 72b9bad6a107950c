//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// secret is the content of items, if it is the same of all. It asks nobody: KeePassXC calls an
// item locked that it would have to ask about.
func (c *client) secret(ctx context.Context, items []dbus.ObjectPath) ([]byte, error) {
	var output dbus.Variant
	var session dbus.ObjectPath
	open := request{servicePath, serviceInterface + ".OpenSession", []any{"plain", dbus.MakeVariant("")}}
	if err := c.call(ctx, open, &output, &session); err != nil {
		return nil, err
	}
	var content []byte
	for i, item := range items {
		var locked bool
		if err := c.property(ctx, item, itemInterface, "Locked", &locked); err != nil {
			return nil, err
		}
		if locked {
			return nil, fmt.Errorf("%w: it would have to ask", ErrLocked)
		}
		var secret struct {
			Session     dbus.ObjectPath
			Parameters  []byte
			Value       []byte
			ContentType string
		}
		if err := c.call(ctx, request{item, itemInterface + ".GetSecret", []any{session}}, &secret); err != nil {
			return nil, err
		}
		if i > 0 && !bytes.Equal(content, secret.Value) {
			return nil, errors.New("there are several under this key")
		}
		content = secret.Value
	}
	return bounded(content)
}
