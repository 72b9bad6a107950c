// Package telemetry tells a PostHog project that the user chose which command
// ran and whether it failed, and nothing else. It is off unless it was configured.
// The build tag notelemetry leaves all sending out of the program.
package telemetry

import (
	"strconv"
	"strings"

	"github.com/credclean/credclean/config"
)

// Settings say where events go. The zero value sends nothing.
type Settings struct {
	Endpoint string // the URL of a PostHog server
	Token    string // of the project there
}

// An Event is all that is told of a run.
type Event struct {
	Command string // its path, as "logout"; nothing that the user typed
	Failed  bool
}

// Resolve reads settings.telemetry of the user's own files and the variables ATMOS_TELEMETRY_ENABLED,
// ATMOS_TELEMETRY_ENDPOINT and ATMOS_TELEMETRY_TOKEN, which come first, except that either
// switches telemetry off. Unlike Atmos it
// knows no endpoint and no token of its own: without both, Settings are the zero value.
// So they are if telemetry is disabled, if what enables it is not a boolean, and if
// DO_NOT_TRACK is anything but empty, 0 or false.
func Resolve(t config.Telemetry, lookupEnv func(string) (string, bool)) Settings {
	env := func(name, otherwise string) string {
		if v, _ := lookupEnv(name); v != "" {
			return v
		}
		return otherwise
	}
	switch strings.ToLower(env("DO_NOT_TRACK", "")) {
	case "", "0", "false":
	default:
		return Settings{}
	}
	enabled := !t.Off
	if v := env("ATMOS_TELEMETRY_ENABLED", ""); v != "" {
		on, _ := strconv.ParseBool(v)
		enabled = enabled && on
	}
	s := Settings{
		Endpoint: env("ATMOS_TELEMETRY_ENDPOINT", t.Endpoint),
		Token:    env("ATMOS_TELEMETRY_TOKEN", t.Token),
	}
	if !enabled || s.Endpoint == "" || s.Token == "" {
		return Settings{}
	}
	return s
}
