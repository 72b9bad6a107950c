// Package early does what has to happen before other packages are set up.
//
// It keeps github.com/99designs/keyring from dialling D-Bus when that is imported: its
// init functions connect to the session bus (secretservice.go
// and kwallet.go of v1.2.2). With a bus that does not answer, no program that
// imports it ever reaches main, and without a bus each start leaves a process
// of dbus-launch behind. Whoever imports 99designs/keyring also imports this package, and
// calls [Restore] in its own init.
//
// And it lets a release tell its version before most other packages are set up, which
// takes longer than all the rest.
//
// Both work because this package imports only os: Go initialises packages in
// the order of their import paths as soon as all their imports are initialised,
// and 99designs/keyring has to wait for os/exec.
package early
