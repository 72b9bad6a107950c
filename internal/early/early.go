// Package nobus keeps github.com/99designs/keyring from dialling D-Bus when it
// is imported. Its init functions connect to the session bus (secretservice.go
// and kwallet.go of v1.2.2): with a bus that does not answer no program that
// imports it ever reaches main, and without a bus each start leaves a process
// of dbus-launch behind.
//
// It works because this package imports only os: Go initialises packages in
// the order of their import paths as soon as all their imports are initialised,
// and 99designs/keyring has to wait for os/exec. Whoever imports
// 99designs/keyring also imports this package, and calls Restore in its own init.
package nobus
