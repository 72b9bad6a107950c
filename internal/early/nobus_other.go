//go:build !linux

package early

// Restore does nothing: 99designs/keyring dials D-Bus on Linux only.
func Restore() {}
