package early

import "os"

const variable = "DBUS_SESSION_BUS_ADDRESS"

// What the environment said when the program started.
var address, present = os.LookupEnv(variable) //nolint:gochecknoglobals // it has to outlive init

//nolint:gochecknoinits // it has to run before the init functions of 99designs/keyring
func init() {
	// An address of an unknown transport fails at once, without a look elsewhere.
	_ = os.Setenv(variable, "disabled:")
}

// Restore gives the environment back the address of the session bus that the
// program was started with.
func Restore() {
	if present {
		_ = os.Setenv(variable, address)
		return
	}
	_ = os.Unsetenv(variable)
}
