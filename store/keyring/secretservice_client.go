//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName         = "org.freedesktop.secrets"
	servicePath         = "/org/freedesktop/secrets"
	serviceInterface    = "org.freedesktop.Secret.Service"
	collectionInterface = "org.freedesktop.Secret.Collection"
	itemInterface       = "org.freedesktop.Secret.Item"
	promptInterface     = "org.freedesktop.Secret.Prompt"
)

// errGone: there is no such object, or not any more.
var errGone = errors.New("no such object in the keyring")

// inFlight bounds the calls that wait for an answer at the same time, so that
// what is sent always fits the buffer of the socket and never blocks.
const inFlight = 32

// A client is a connection to the Secret Service of which every wait is bounded.
type client struct {
	conn        *dbus.Conn
	close       func()
	timeout     time.Duration // of all calls together
	deadline    time.Time     // moved on by the time that a person was waited for
	collections []dbus.ObjectPath
}

// connect dials the session bus and asks the service for its collections. The time-out
// begins here, and holds for all that is done with the client.
func connect(ctx context.Context, opts Options) (*client, error) {
	c := &client{timeout: opts.timeout()}
	c.deadline = time.Now().Add(c.timeout)
	bounded, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	var err error
	if c.conn, c.close, err = dialWithin(bounded, opts.BusWait); err != nil {
		return nil, c.explain(ctx, err)
	}
	if err := c.property(ctx, servicePath, serviceInterface, "Collections", &c.collections); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// dialWithin is dial, but a bus that says nothing for so long counts as missing. Zero waits for ctx.
func dialWithin(ctx context.Context, wait time.Duration) (*dbus.Conn, func(), error) {
	if wait == 0 {
		return dial(ctx)
	}
	brief, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	conn, hangUp, err := dial(brief)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = fmt.Errorf("%w: the session bus does not answer", ErrNoService)
	}
	return conn, hangUp, err
}

// dial connects to the session bus. Neither the dialling nor the
// authentication of godbus can be bounded, so they are left alone when ctx ends.
func dial(ctx context.Context) (*dbus.Conn, func(), error) {
	life, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	var conn *dbus.Conn
	done := make(chan error, 1)
	go func() {
		var err error
		// The one without auto-start runs no dbus-launch.
		conn, err = dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(life))
		if err == nil {
			err = conn.Auth(nil)
		}
		if err == nil {
			err = conn.Hello()
		}
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			hangUp()
			// Not wrapped: a socket that is missing is fs.ErrNotExist.
			return nil, nil, fmt.Errorf("%w: %s", ErrNoService, err.Error())
		}
		return conn, hangUp, nil
	case <-ctx.Done():
		hangUp() // also what is yet to be dialled
		return nil, nil, ctx.Err()
	}
}

// A request is a method call on an object of the service.
type request struct {
	path   dbus.ObjectPath
	method string
	args   []any
}

// call calls one method and stores its results.
func (c *client) call(ctx context.Context, r request, results ...any) error {
	return c.callAll(ctx, []request{r}, func(_ int, call *dbus.Call) error { return call.Store(results...) })
}

// callAll calls many methods, several at a time, and handles their replies in
// order. It stops at the first error of handle.
func (c *client) callAll(ctx context.Context, requests []request, handle func(i int, call *dbus.Call) error) error {
	bounded, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	done := 0
	for chunk := range slices.Chunk(requests, inFlight) {
		calls := make([]*dbus.Call, len(chunk))
		for i, r := range chunk {
			calls[i] = c.conn.Object(secretsName, r.path).GoWithContext(bounded, r.method, 0, make(chan *dbus.Call, 1), r.args...)
		}
		for _, call := range calls {
			if err := handle(done, <-call.Done); err != nil {
				return c.explain(ctx, err)
			}
			done++
		}
	}
	return nil
}

// property reads a property of an object.
func (c *client) property(ctx context.Context, path dbus.ObjectPath, iface, name string, value any) error {
	return c.call(ctx, request{path, "org.freedesktop.DBus.Properties.Get", []any{iface, name}}, value)
}

// search finds the items of a collection that have the attributes. It asks the
// collection, for with some providers the search of the whole service waits for an
// unlock dialog (keepassxreboot/keepassxc issue 8571).
func (c *client) search(ctx context.Context, col dbus.ObjectPath, attrs map[string]string) (items []dbus.ObjectPath, err error) {
	err = c.call(ctx, request{col, collectionInterface + ".SearchItems", []any{attrs}}, &items)
	return items, err
}

// probe tells which of keys have an entry in a collection, by a search for each.
func (c *client) probe(ctx context.Context, col dbus.ObjectPath, keys []string) (present []string, err error) {
	keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !sendable(key) })
	requests := make([]request, len(keys))
	for i, key := range keys {
		requests[i] = request{col, collectionInterface + ".SearchItems", []any{attributesOf(key)}}
	}
	err = c.callAll(ctx, requests, func(i int, call *dbus.Call) error {
		var items []dbus.ObjectPath
		err := call.Store(&items)
		if len(items) > 0 {
			present = append(present, keys[i])
		}
		return err
	})
	return present, err
}

// listed are all items of a collection, as far as a lock shows them.
func (c *client) listed(ctx context.Context, col dbus.ObjectPath) (items []dbus.ObjectPath, err error) {
	err = c.property(ctx, col, collectionInterface, "Items", &items)
	return items, err
}

// listedAll are the items of all collections.
func (c *client) listedAll(ctx context.Context) (items []dbus.ObjectPath, err error) {
	for _, col := range c.collections {
		in, err := c.listed(ctx, col)
		if err != nil {
			return nil, err
		}
		items = append(items, in...)
	}
	return items, nil
}

// attributes reads the attributes of items. One that is gone by now is left out.
func (c *client) attributes(ctx context.Context, items []dbus.ObjectPath, visit func(dbus.ObjectPath, map[string]string)) error {
	requests := make([]request, len(items))
	for i, item := range items {
		requests[i] = request{item, "org.freedesktop.DBus.Properties.Get", []any{itemInterface, "Attributes"}}
	}
	return c.callAll(ctx, requests, func(i int, call *dbus.Call) error {
		var attrs map[string]string
		if err := call.Store(&attrs); err != nil {
			if errors.Is(c.explain(ctx, err), errGone) {
				return nil
			}
			return err
		}
		visit(items[i], attrs)
		return nil
	})
}

func (c *client) locked(ctx context.Context, col dbus.ObjectPath) (locked bool, err error) {
	err = c.property(ctx, col, collectionInterface, "Locked", &locked)
	return locked, err
}

// errLocked is an ErrLocked with the name that people know a collection by.
func (c *client) errLocked(ctx context.Context, col dbus.ObjectPath, why string) error {
	var label string
	if err := c.property(ctx, col, collectionInterface, "Label", &label); err != nil || label == "" {
		label = string(col)
	}
	return fmt.Errorf("%w: %s%s", ErrLocked, label, why)
}

// isGNOME tells whether GNOME Keyring is the provider.
func (c *client) isGNOME(ctx context.Context) (bool, error) {
	owners := make(map[string]bool)
	bounded, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	for _, name := range []string{secretsName, "org.gnome.keyring"} {
		var owner string
		err := c.conn.BusObject().CallWithContext(bounded, "org.freedesktop.DBus.GetNameOwner", 0, name).Store(&owner)
		if isNamed(err, "org.freedesktop.DBus.Error.NameHasNoOwner") {
			return false, nil
		}
		if err != nil {
			return false, c.explain(ctx, err)
		}
		owners[owner] = true
	}
	return len(owners) == 1, nil
}

// explain turns what godbus and D-Bus say into the errors of this package.
func (c *client) explain(ctx context.Context, err error) error {
	switch {
	case err == nil || fatal(err) && !errors.Is(err, context.DeadlineExceeded):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w (%s)", ErrTimeout, c.timeout)
	case errors.Is(err, dbus.ErrClosed), errors.Is(err, io.EOF), errors.As(err, new(net.Error)):
		return fmt.Errorf("%w: the connection to the session bus was lost", ErrNoService)
	}
	reply, ok := errors.AsType[dbus.Error](err)
	if !ok {
		return err
	}
	switch name := strings.TrimPrefix(reply.Name, "org.freedesktop."); {
	case slices.Contains([]string{"Secret.Error.NoSuchObject", "DBus.Error.UnknownObject", "DBus.Error.UnknownMethod"}, name):
		return fmt.Errorf("%w: %w", errGone, reply) // GDBus knows no method of an object that is not there
	case name == "Secret.Error.IsLocked":
		return ErrLocked
	case strings.HasPrefix(name, "DBus.Error.Spawn."), slices.Contains([]string{
		"DBus.Error.ServiceUnknown", "DBus.Error.NameHasNoOwner", "DBus.Error.NoReply",
		"DBus.Error.TimedOut", "DBus.Error.Timeout", "DBus.Error.Disconnected", "DBus.Error.NoServer",
	}, name):
		return fmt.Errorf("%w: %w", ErrNoService, reply)
	}
	return fmt.Errorf("%s: %w", reply.Name, reply)
}

func isNamed(err error, name string) bool {
	reply, ok := errors.AsType[dbus.Error](err)
	return ok && reply.Name == name
}

// fatal tells whether every further call would fail in the same way.
func fatal(err error) bool {
	return errors.Is(err, ErrTimeout) || errors.Is(err, ErrNoService) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
