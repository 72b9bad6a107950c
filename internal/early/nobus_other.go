//go:build !linux

package nobus

// Restore does nothing: 99designs/keyring dials D-Bus on Linux only.
func Restore() {}
