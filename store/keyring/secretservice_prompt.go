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
		err = s.ask(ctx, c, prompt)
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

// delete removes an item, although ctx ends: that ends only the wait for a dialog. KeePassXC
// answers every removal with a prompt, even if it asks nobody.
func (s *SecretService) delete(ctx context.Context, c *client, item dbus.ObjectPath) error {
	var prompt dbus.ObjectPath
	err := c.call(context.WithoutCancel(ctx), request{item, itemInterface + ".Delete", nil}, &prompt)
	switch {
	case errors.Is(err, errGone):
		return nil
	case err != nil:
		return err
	case prompt == noPrompt:
		return nil
	}
	if s.opts.UnlockWait > 0 {
		return s.ask(ctx, c, prompt)
	}
	return c.prompt(ctx, prompt, time.Until(c.deadline))
}

// ask runs a prompt that a person answers, whose time is not the keyring's.
func (s *SecretService) ask(ctx context.Context, c *client, prompt dbus.ObjectPath) error {
	begin := time.Now()
	err := c.prompt(ctx, prompt, s.opts.UnlockWait)
	c.deadline = c.deadline.Add(time.Since(begin))
	return err
}

// prompt runs a prompt of the service and waits for its end, at most for wait.
func (c *client) prompt(ctx context.Context, path dbus.ObjectPath, wait time.Duration) error {
	bounded, cancel := context.WithDeadline(ctx, c.deadline)
	defer cancel()
	signals := make(chan *dbus.Signal, 1)
	c.conn.Signal(signals)
	defer c.conn.RemoveSignal(signals)
	// Before the prompt is run, for it may be completed at once.
	err := c.conn.AddMatchSignalContext(bounded, dbus.WithMatchObjectPath(path), dbus.WithMatchInterface(promptInterface))
	if err != nil {
		return c.explain(ctx, err)
	}
	call := c.conn.Object(secretsName, path).GoWithContext(ctx, promptInterface+".Prompt", 0, make(chan *dbus.Call, 1), "")
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		select {
		case sig, ok := <-signals:
			if !ok {
				return fmt.Errorf("%w: the connection to the session bus was lost", ErrNoService)
			}
			if done, err := completed(sig, path); done {
				return err
			}
		case call = <-call.Done: // most services answer before the person does
			if call.Err != nil {
				c.dismiss(path)
				return c.explain(ctx, call.Err)
			}
			call.Done = nil
		case <-timeout.C:
			c.dismiss(path)
			return fmt.Errorf("%w (%s)", ErrTimeout, wait.Round(time.Second/10))
		case <-ctx.Done():
			c.dismiss(path)
			return ctx.Err()
		}
	}
}

// completed tells whether a signal says that a prompt is done, and how it ended.
func completed(sig *dbus.Signal, prompt dbus.ObjectPath) (bool, error) {
	if sig.Path != prompt || sig.Name != promptInterface+".Completed" {
		return false, nil
	}
	var dismissed bool
	var result dbus.Variant
	err := dbus.Store(sig.Body, &dismissed, &result)
	if err == nil && dismissed {
		err = errDismissed
	}
	return true, err
}

// dismiss takes a dialog away that nobody waits for any more. Whether it worked changes
// nothing, so that no answer is waited for.
func (c *client) dismiss(prompt dbus.ObjectPath) {
	c.conn.Object(secretsName, prompt).Go(promptInterface+".Dismiss", dbus.FlagNoReplyExpected, nil)
}
