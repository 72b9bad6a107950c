// Package fetch gets imports of a configuration from https URLs, within bounds that
// a hostile configuration or server cannot stretch.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	maxSize    = 1 << 20
	maxFetches = 20
	maxTime    = 10 * time.Second
)

var errTime = fmt.Errorf("no answer in the %v that all imports may take", maxTime)

// Imports are what one run fetches. Its methods are not for several goroutines at once.
type Imports struct {
	client  http.Client
	fetched int
	end     time.Time // of all fetching; it begins with the first
}

// New returns an Imports that has fetched nothing. It sends nothing but GET requests for
// what it is told, without cookies, through the proxy that HTTPS_PROXY names.
func New() *Imports {
	return &Imports{client: http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			switch {
			case r.URL.Scheme != "https":
				return errors.New("it leads to a URL that is not https")
			case len(via) > 5:
				return errors.New("it leads from one URL to the next")
			}
			return nil
		},
	}}
}

// Get returns what an https URL holds: at most 1 MiB, 20 URLs, and 10 s in all. The
// errors do not repeat the URL.
func (f *Imports) Get(ctx context.Context, from string) ([]byte, error) {
	if f.fetched++; f.fetched > maxFetches {
		return nil, fmt.Errorf("not fetched: more than %d imports", maxFetches)
	}
	if f.end.IsZero() {
		f.end = time.Now().Add(maxTime)
	}
	ctx, cancel := context.WithDeadlineCause(ctx, f.end, errTime)
	defer cancel()
	data, err := f.get(ctx, from)
	if e := (*url.Error)(nil); errors.As(err, &e) {
		err = e.Err
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("not fetched: %w", err)
	}
	return data, nil
}

func (f *Imports) get(ctx context.Context, from string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	if r.URL.Scheme != "https" {
		return nil, errors.New("not an https URL")
	}
	r.Header.Set("User-Agent", "credclean")
	answer, err := f.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %d", answer.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxSize+1))
	if err == nil && len(data) > maxSize {
		err = fmt.Errorf("larger than %d MiB", maxSize>>20)
	}
	return data, err
}
