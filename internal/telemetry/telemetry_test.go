package telemetry_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/telemetry"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func TestResolve(t *testing.T) {
	file := config.Telemetry{Endpoint: "https://file", Token: "file-token"}
	on := telemetry.Settings{Endpoint: "https://file", Token: "file-token"}
	off := telemetry.Settings{}
	for _, tt := range []struct {
		name string
		file config.Telemetry
		env  string // NAME=value, separated by spaces
		want telemetry.Settings
	}{
		{"nothing", config.Telemetry{}, "", off},
		{"endpoint alone", config.Telemetry{Endpoint: "https://file"}, "", off},
		{"token alone", config.Telemetry{Token: "file-token"}, "", off},
		{"endpoint and token", file, "", on},
		{"disabled", config.Telemetry{Off: true, Endpoint: "https://file", Token: "file-token"}, "", off},
		{"variables", config.Telemetry{}, "ATMOS_TELEMETRY_ENDPOINT=https://env ATMOS_TELEMETRY_TOKEN=t", telemetry.Settings{Endpoint: "https://env", Token: "t"}},
		{"variables over file", file, "ATMOS_TELEMETRY_ENDPOINT=https://env ATMOS_TELEMETRY_TOKEN=t", telemetry.Settings{Endpoint: "https://env", Token: "t"}},
		{"empty variables", file, "ATMOS_TELEMETRY_ENDPOINT= ATMOS_TELEMETRY_TOKEN= ATMOS_TELEMETRY_ENABLED=", on},
		{"variable disables", file, "ATMOS_TELEMETRY_ENABLED=false", off},
		{"variable does not enable what a file disables", config.Telemetry{Off: true, Endpoint: "https://file", Token: "file-token"}, "ATMOS_TELEMETRY_ENABLED=1", off},
		{"no boolean", file, "ATMOS_TELEMETRY_ENABLED=yes", off},
		{"do not track", file, "DO_NOT_TRACK=1", off},
		{"do not track, enabled", file, "DO_NOT_TRACK=true ATMOS_TELEMETRY_ENABLED=true", off},
		{"do not track anything", file, "DO_NOT_TRACK=please", off},
		{"track: empty", file, "DO_NOT_TRACK=", on},
		{"track: 0", file, "DO_NOT_TRACK=0", on},
		{"track: False", file, "DO_NOT_TRACK=False", on},
	} {
		vars := make(map[string]string)
		for v := range strings.FieldsSeq(tt.env) {
			name, value, _ := strings.Cut(v, "=")
			vars[name] = value
		}
		got := telemetry.Resolve(tt.file, func(name string) (string, bool) {
			v, ok := vars[name]
			return v, ok
		})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
