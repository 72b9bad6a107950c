//go:build !notelemetry

package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/telemetry"
)

// send sends an event, and returns what was logged.
func send(ctx context.Context, tb testing.TB, s telemetry.Settings, e telemetry.Event) string {
	tb.Helper()
	var b bytes.Buffer
	start := time.Now()
	s.Send(ctx, e, slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if took := time.Since(start); took > 3*time.Second { // one, and a busy machine
		tb.Errorf("sending took %v", took)
	}
	for line := range strings.Lines(b.String()) {
		if !strings.Contains(line, " level=DEBUG ") || strings.Contains(line, "token-1") || strings.Contains(line, "pass-1") {
			tb.Errorf("logged: %s", line)
		}
	}
	return b.String()
}

// A request as it was received, with what differs each time replaced.
type request struct {
	Method, Path, Query string
	Header              http.Header
	Body                map[string]any
}

func receive(tb testing.TB, handle func(request)) telemetry.Settings {
	tb.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got := request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header}
		data, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(data, &got.Body)
		}
		if err != nil {
			tb.Errorf("body %q: %v", data, err)
		}
		handle(got)
	}))
	tb.Cleanup(server.Close)
	return telemetry.Settings{Endpoint: server.URL, Token: "token-1"}
}

// The whole of what is told.
func TestSend(t *testing.T) {
	for _, failed := range []bool{false, true} {
		var requests []request
		s := receive(t, func(r request) { requests = append(requests, r) })
		s.Endpoint += "/"
		before := time.Now()
		if log := send(t.Context(), t, s, telemetry.Event{Command: "logout", Failed: failed}); log != "" {
			t.Errorf("logged: %s", log)
		}
		if len(requests) != 1 {
			t.Fatalf("%d requests, want 1", len(requests))
		}
		got := requests[0]
		got.Header.Del("Content-Length")
		event := got.Body["batch"].([]any)[0].(map[string]any)
		at, err := time.Parse(time.RFC3339, event["timestamp"].(string))
		if err != nil || at.Before(before.Truncate(time.Second)) || at.After(time.Now()) {
			t.Errorf("timestamp %v: %v", event["timestamp"], err)
		}
		if id := event["distinct_id"].(string); len(id) != 26 {
			t.Errorf("distinct id %q", id)
		}
		event["timestamp"], event["distinct_id"] = "now", "random"
		want := request{
			Method: "POST", Path: "/batch/",
			Header: http.Header{
				"Accept-Encoding": {"gzip"}, "Connection": {"close"},
				"Content-Type": {"application/json"}, "User-Agent": {"credclean"},
			},
			Body: map[string]any{
				"api_key": "token-1",
				"batch": []any{map[string]any{
					"timestamp": "now", "distinct_id": "random", "event": "command",
					"properties": map[string]any{
						"command": "logout", "error": failed,
						"$geoip_disable": true, "$ip": "0.0.0.0", "$process_person_profile": false,
					},
				}},
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
	}
}

// Two runs cannot be told to be of one user.
func TestDistinctID(t *testing.T) {
	ids := make(map[any]bool)
	s := receive(t, func(r request) {
		ids[r.Body["batch"].([]any)[0].(map[string]any)["distinct_id"]] = true
	})
	for range 3 {
		send(t.Context(), t, s, telemetry.Event{Command: "logout"})
	}
	if len(ids) != 3 {
		t.Errorf("%d ids, want 3", len(ids))
	}
}

func TestOff(t *testing.T) {
	s := receive(t, func(request) { t.Error("received an event") })
	for _, off := range []telemetry.Settings{{}, {Endpoint: s.Endpoint}, {Token: s.Token}} {
		if log := send(t.Context(), t, off, telemetry.Event{Command: "logout"}); log != "" {
			t.Errorf("logged: %s", log)
		}
	}
}

// Whatever the endpoint does, it is asked once, nothing is waited for long, and a
// line at Debug tells of it.
func TestFailures(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed a redirect") }))
	t.Cleanup(elsewhere.Close)
	for name, handle := range map[string]http.HandlerFunc{
		"never answers": func(_ http.ResponseWriter, r *http.Request) { wait(r) },
		"never ends": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte("\x1b[2J"))
			_ = http.NewResponseController(w).Flush()
			wait(r)
		},
		"refuses":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"overloaded": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		"repeats": func(w http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			conn, _, err := http.NewResponseController(w).Hijack()
			must(t, err)
			_, _ = conn.Write(append([]byte("HTTP/1.1 "), data...))
			_ = conn.Close()
		},
		"redirects a GET": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				handle(w, r)
			}))
			defer server.Close()
			log := send(t.Context(), t, telemetry.Settings{Endpoint: server.URL, Token: "token-1"}, telemetry.Event{Command: "logout"})
			if log == "" || strings.Contains(log, "x1b") {
				t.Errorf("logged: %q", log)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// wait waits until the client is gone.
func wait(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then the server notices
	<-r.Context().Done()
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	for _, endpoint := range []string{
		"http://127.0.0.1:1",
		"http://" + silent.Addr().String(),
		"https://" + silent.Addr().String(),
		"no URL", "http://[", "http://user:pass-1@127.0.0.1:1", "http://user:pass-1%@127.0.0.1", "file:///etc/passwd",
	} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			if log := send(t.Context(), t, telemetry.Settings{Endpoint: endpoint, Token: "token-1"}, telemetry.Event{Command: "logout"}); log == "" {
				t.Error("nothing was logged")
			}
		})
	}
}

// A run that was interrupted does not wait any more.
func TestInterrupted(t *testing.T) {
	s := receive(t, func(request) { t.Error("received an event") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if log := send(ctx, t, s, telemetry.Event{Command: "logout"}); log == "" {
		t.Error("nothing was logged")
	}
}
