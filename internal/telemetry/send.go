//go:build !notelemetry

package telemetry

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// patience is how long all of sending may take.
const patience = time.Second

// Send sends an event and returns after a second at the latest. A failure is
// worth no more than a line at level Debug.
func (s Settings) Send(ctx context.Context, e Event, log *slog.Logger) {
	if s.Endpoint == "" || s.Token == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.send(ctx, e); err != nil {
		log.Debug("Telemetry: " + strings.ReplaceAll(err.Error(), s.Token, "(token)"))
	}
}

// send makes one request of https://posthog.com/docs/api/capture, and reads no more of the answer than the status.
func (s Settings) send(ctx context.Context, e Event) error {
	body, err := json.Marshal(s.batch(e, time.Now()))
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(s.Endpoint, "/")+"/batch/", bytes.NewReader(body))
	if err != nil {
		return errors.New("the endpoint is not a URL") // the error would quote it, with the password that may be in it
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "credclean")
	client := http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(r)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		return failed.Err // without the URL
	}
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the endpoint answered %d", answer.StatusCode)
	}
	return nil
}

// batch is what is sent. Event and properties have the names that Atmos uses. The sender is another one in
// each run, gets no profile, and its address is neither kept nor looked up:
// https://posthog.com/docs/cdp/geoip-enrichment takes $ip before the address of the client.
func (s Settings) batch(e Event, now time.Time) any {
	return map[string]any{
		"api_key": s.Token,
		"batch": []any{map[string]any{
			"event":       "command",
			"distinct_id": rand.Text(),
			"timestamp":   now.UTC().Format(time.RFC3339),
			"properties": map[string]any{
				"command":                 e.Command,
				"error":                   e.Failed,
				"$process_person_profile": false,
				"$geoip_disable":          true,
				"$ip":                     "0.0.0.0",
			},
		}},
	}
}
