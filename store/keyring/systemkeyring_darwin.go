package keyring

// NewSystem is the keyring of the operating system: the [Keychain].
func NewSystem(opts Options) Keyring { return NewKeychain(opts) }
