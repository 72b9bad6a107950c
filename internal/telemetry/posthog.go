//go:build !notelemetry

package telemetry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/posthog/posthog-go"
)

// patience is how long all of sending may take.
const patience = time.Second

// Send sends an event and returns after a second at the latest. A failure is
// worth no more than a line at level Debug.
//
// Event and properties have the names that Atmos uses. The sender is another one in
// each run, gets no profile, and its address is neither kept nor looked up:
// https://posthog.com/docs/cdp/geoip-enrichment takes $ip before the address of the client.
func (s Settings) Send(ctx context.Context, e Event, log *slog.Logger) {
	if s == (Settings{}) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client, err := posthog.NewWithConfig(s.Token, posthog.Config{
		Endpoint:   strings.TrimRight(s.Endpoint, "/"),
		Transport:  transport{ctx},
		Logger:     logger{log},
		RetryAfter: func(int) time.Duration { return math.MaxInt64 },
	})
	if err == nil {
		err = client.Enqueue(posthog.Capture{
			DistinctId: rand.Text(),
			Event:      "command",
			Properties: posthog.Properties{
				"command":                 e.Command,
				"error":                   e.Failed,
				"$process_person_profile": false,
				"$geoip_disable":          true,
				"$ip":                     "0.0.0.0",
			},
		})
		err = errors.Join(err, client.Close()) // which sends what is queued
	}
	if err != nil {
		logger{log}.Errorf("%v", err)
	}
}

// A transport sends requests until its context is done: the library takes none,
// and would wait ten seconds. It reads no answer, for only the status matters.
type transport struct{ ctx context.Context }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Response != nil {
		return nil, errors.New("the endpoint redirects elsewhere")
	}
	once := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	resp, err := once.RoundTrip(r.WithContext(t.ctx))
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	resp.Body = http.NoBody
	return resp, nil
}

// A logger takes what the library has to say.
type logger struct{ log *slog.Logger }

func (l logger) Logf(format string, args ...any) {
	l.log.Debug("Telemetry: " + fmt.Sprintf(format, args...))
}

func (l logger) Errorf(format string, args ...any) { l.Logf(format, args...) }
