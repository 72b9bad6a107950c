//go:build linux || freebsd || openbsd || netbsd || dragonfly

package keyring

// NewSystem is the keyring of the operating system: the [SecretService].
// It connects when it is first used.
func NewSystem(opts Options) Keyring { return NewSecretService(opts) }
