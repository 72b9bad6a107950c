//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"
)

// noPrompt is the path that stands for no prompt.
const noPrompt = dbus.ObjectPath("/")

// errDismissed: a dialog of the keyring was answered with no, or could not be shown.
var errDismissed = errors.New("the keyring's dialog was dismissed")

// unlock asks the person to unlock a collection, if that is wanted, and at most
// once for each collection. After a dialog that nobody answered no other is opened.
func (s *SecretService) unlock(ctx context.Context, c *client, col dbus.ObjectPath) error {
	if s.opts.UnlockWait <= 0 || s.refused[col] {
		return c.errLocked(ctx, col, "")
	}
	var unlocked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := c.call(ctx, request{servicePath, serviceInterface + ".Unlock", []any{[]dbus.ObjectPath{col}}}, &unlocked, &prompt)
	if err != nil {
		return err
	}
	if prompt != noPrompt {
		if s.opts.Announce != nil && !s.announced {
			s.announced = true
			s.opts.Announce()
		}
		err = c.prompt(ctx, prompt, s.opts.UnlockWait)
	}
	switch {
	case errors.Is(err, errDismissed):
		s.refused[col] = true
		return c.errLocked(ctx, col, " (the unlock dialog was dismissed)")
	case errors.Is(err, ErrTimeout):
		s.opts.UnlockWait = 0
		return c.errLocked(ctx, col, " (nobody answered the unlock dialog)")
	case err != nil:
		return err
	}
	switch locked, err := c.locked(ctx, col); {
	case err != nil:
		return err
	case locked:
		s.refused[col] = true
		return c.errLocked(ctx, col, "")
	}
	return nil
}

// delete removes an item. KeePassXC answers every removal with a prompt, even
// if it asks nobody.
func (s *SecretService) delete(ctx context.Context, c *client, item dbus.ObjectPath) error {
	var prompt dbus.ObjectPath
	err := c.call(ctx, request{item, itemInterface + ".Delete", nil}, &prompt)
	switch {
	case errors.Is(err, errGone):
		return nil
	case err != nil:
		return err
	case prompt == noPrompt:
		return nil
	}
	return c.prompt(ctx, prompt, max(c.timeout, s.opts.UnlockWait))
}

// prompt runs a prompt of the service and waits for its end, at most for wait.
func (c *client) prompt(ctx context.Context, path dbus.ObjectPath, wait time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	signals := make(chan *dbus.Signal, 1)
	c.conn.Signal(signals)
	defer c.conn.RemoveSignal(signals)
	// Before the prompt is run, for it may be completed at once.
	err := c.conn.AddMatchSignalContext(bounded, dbus.WithMatchObjectPath(path), dbus.WithMatchInterface(promptInterface))
	if err != nil {
		return c.explain(ctx, err)
	}
	if err := c.call(ctx, request{path, promptInterface + ".Prompt", []any{""}}); err != nil {
		return err
	}
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		select {
		case sig, ok := <-signals:
			if !ok {
				return fmt.Errorf("%w: the connection to the session bus was lost", ErrNoService)
			}
			if sig.Path != path || sig.Name != promptInterface+".Completed" {
				continue
			}
			var dismissed bool
			var result dbus.Variant
			if err := dbus.Store(sig.Body, &dismissed, &result); err != nil {
				return err
			}
			if dismissed {
				return errDismissed
			}
			return nil
		case <-timeout.C:
			c.dismiss(ctx, path)
			return fmt.Errorf("%w (%s)", ErrTimeout, wait)
		case <-ctx.Done():
			c.dismiss(ctx, path)
			return ctx.Err()
		}
	}
}

// dismiss takes a dialog away that nobody waits for any more.
func (c *client) dismiss(ctx context.Context, prompt dbus.ObjectPath) {
	// Whether it worked changes nothing: the outcome is that nobody answered.
	_ = c.call(context.WithoutCancel(ctx), request{path: prompt, method: promptInterface + ".Dismiss"})
}
