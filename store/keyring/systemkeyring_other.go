//go:build !(linux || freebsd || openbsd || netbsd || dragonfly || darwin || windows)

package keyring

import (
	"context"
	"fmt"
	"runtime"
)

// NewSystem is a keyring that has no service: Atmos knows none here either.
func NewSystem(Options) Keyring { return noKeyring{} }

type noKeyring struct{}

func (noKeyring) err() error { return fmt.Errorf("%w on %s", ErrNoService, runtime.GOOS) }

func (noKeyring) Location() string                                   { return System }
func (k noKeyring) List(context.Context) ([]string, error)           { return nil, k.err() }
func (k noKeyring) Find(context.Context, []string) ([]string, error) { return nil, k.err() }
func (k noKeyring) Read(context.Context, string) ([]byte, error)     { return nil, k.err() }
func (k noKeyring) Remove(context.Context, string) error             { return k.err() }
