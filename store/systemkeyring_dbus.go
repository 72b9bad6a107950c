//go:build linux || freebsd || openbsd || netbsd || dragonfly

package store

// NewSystemKeyring is the keyring of the operating system: the [SecretService].
// It connects when it is first used.
func NewSystemKeyring(opts SystemOptions) Keyring { return NewSecretService(opts) }
