package store

// NewSystemKeyring is the keyring of the operating system: the [Keychain].
func NewSystemKeyring(opts SystemOptions) Keyring { return NewKeychain(opts) }
