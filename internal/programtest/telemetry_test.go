//go:build linux

package programtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTelemetry: a run tells a configured endpoint its command and whether it
// failed, and nothing that was typed or found; without a configuration it tells nobody.
func TestTelemetry(t *testing.T) {
	bodies := make(chan map[string]any, 9)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var body map[string]any
		if err := json.Unmarshal(data, &body); err != nil {
			t.Errorf("%v: %s", err, data)
		}
		bodies <- body
	}))
	defer server.Close()
	dir := t.TempDir()
	binary := filepath.Join(dir, "credclean")
	if out, err := exec.Command("go", "build", "-o", binary, module).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	yaml := "auth: {providers: {aws-sso: {kind: aws/iam-identity-center}}, identities: {dev-admin: {kind: aws/permission-set, via: {provider: aws-sso}}}}\n"
	if err := os.WriteFile(filepath.Join(dir, "atmos.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	logout := func(env []string, args ...string) {
		cmd := exec.Command(binary, append([]string{"logout"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append([]string{"HOME=" + dir, "TMPDIR=" + dir, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus"}, env...)
		_ = cmd.Run() // the exit code is in the event
	}
	on := []string{"ATMOS_TELEMETRY_ENDPOINT=" + server.URL, "ATMOS_TELEMETRY_TOKEN=token"}

	for failed, args := range map[bool][]string{false: {"dev-admin"}, true: {"dev-admn"}} {
		logout(on, args...)
		select {
		case body := <-bodies:
			want := map[string]any{
				"api_key": "token",
				"batch": []any{map[string]any{
					"event": "command",
					"properties": map[string]any{
						"command": "logout", "error": failed,
						"$geoip_disable": true, "$ip": "0.0.0.0", "$process_person_profile": false,
					},
				}},
			}
			event, ok := body["batch"].([]any)[0].(map[string]any)
			if !ok {
				t.Fatalf("%v", body)
			}
			for _, random := range []string{"distinct_id", "timestamp"} {
				delete(event, random)
			}
			if diff := cmp.Diff(want, body); diff != "" {
				t.Errorf("failed %v (-want +got):\n%s", failed, diff)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("failed %v: no event", failed)
		}
	}
	for _, off := range [][]string{nil, append(on[:2:2], "DO_NOT_TRACK=1"), append(on[:2:2], "ATMOS_TELEMETRY_ENABLED=false"), on[:1], on[1:]} {
		logout(off, "dev-admin")
		select {
		case body := <-bodies:
			t.Errorf("%v: %v", off, body)
		default:
		}
	}
}
