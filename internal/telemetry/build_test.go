//go:build unix

package telemetry_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Built with the tag notelemetry, nothing here can send. It asks go, which there is
// none of under wine.
func TestNoTelemetry(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "notelemetry", ".").Output()
	must(t, err)
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "github.com/credclean/credclean/internal/telemetry") {
		t.Errorf("the packages are %s", deps)
	}
	for _, dep := range deps {
		if dep == "net/http" || strings.Contains(dep, "posthog") {
			t.Errorf("%s is built in", dep)
		}
	}
}
