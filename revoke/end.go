package revoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// An Outcome is how ending a session ended.
type Outcome string

// The outcomes. Only Failed is an error of the run.
const (
	Revoked        Outcome = "revoked"
	AlreadyInvalid Outcome = "already_invalid" // it was over before
	NotSupported   Outcome = "not_supported"   // the session may live on, and nothing here can end it
	Failed         Outcome = "failed"
	WouldRevoke    Outcome = "would_revoke" // of a dry run
)

// A Result is what became of one session.
type Result struct {
	Session
	Outcome    Outcome
	HTTPStatus int           // of the last answer; 0 if there was none
	Renewed    bool          // a new access token was had for it
	Duration   time.Duration // from the first request to the end of the last
	Reason     error         // why it is NotSupported or Failed; otherwise nil. It holds no token
}

// End ends sessions, all side by side, and returns after timeout at the latest, or soon after ctx is done. There is
// one request for each token, and a second only after a renewal. The results are those of [Join], in its order.
//
// Proxy and certificates are what the process environment says: HTTPS_PROXY and NO_PROXY, SSL_CERT_FILE, and
// AWS_CA_BUNDLE instead of it for hosts of AWS.
func End(ctx context.Context, sessions []Session, timeout time.Duration) []Result {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var results []Result
	for _, s := range Join(sessions) {
		results = append(results, Result{Session: s})
	}
	e := ender{
		aws:    sync.OnceValues(func() (*http.Transport, error) { return newTransport(limited, awsBundle, certFile) }),
		github: sync.OnceValues(func() (*http.Transport, error) { return newTransport(limited, certFile) }),
		caused: func(err error) error { return cause(ctx, limited, timeout, err) },
	}
	var all sync.WaitGroup
	for i := range results {
		r := &results[i]
		switch {
		case errors.Is(r.Refused, ErrNotSupported):
			r.Outcome, r.Reason = NotSupported, r.Refused
		case r.Refused != nil:
			r.Outcome, r.Reason = Failed, r.Refused
		default:
			all.Go(func() {
				start := time.Now()
				e.end(limited, r)
				r.Duration = time.Since(start)
			})
		}
	}
	all.Wait()
	return results
}

// An ender sends requests.
type ender struct {
	aws, github func() (*http.Transport, error)
	caused      func(error) error // what to say of an error of a request
}

var errNoRefresh = errors.New("the access token is no longer valid, and it cannot be renewed")

// end ends one session. An access token that has lapsed by our clock is renewed first: the provider would
// refuse it, and the session would live on. One that is refused although it is valid by our clock is renewed once.
func (e ender) end(ctx context.Context, r *Result) {
	access := r.secret().access
	lapsed := access == "" || !r.ValidUntil.IsZero() && !time.Now().Before(r.ValidUntil)
	for {
		if lapsed && r.Renewable {
			if access = e.renew(ctx, r); access == "" {
				return
			}
		}
		answer, err := e.send(ctx, r, r.logout(access))
		if err != nil {
			r.Outcome, r.Reason = Failed, err
			return
		}
		_ = answer.Body.Close() // the status is enough
		r.Outcome = r.judge(answer.StatusCode)
		switch {
		case r.Outcome == Failed:
			r.Reason = answered(answer)
			return
		case r.Outcome == Revoked, r.Host == gitHubAPI, r.Renewed:
			return
		case !r.Renewable:
			r.Outcome, r.Reason = NotSupported, errNoRefresh
			return
		}
		lapsed = true
	}
}

// renew gets a new access token. If there is none, it is empty and the result is complete.
func (e ender) renew(ctx context.Context, r *Result) (access string) {
	access, err := e.token(ctx, r)
	switch {
	case errors.Is(err, errOver):
		r.Outcome = AlreadyInvalid
	case err != nil:
		r.Outcome, r.Reason = Failed, err
	default:
		r.Renewed = true
	}
	return access
}

// errOver says that the session of a refresh token is over.
var errOver = errors.New("the session is over")

// token asks for a new access token.
func (e ender) token(ctx context.Context, r *Result) (string, error) {
	answer, err := e.send(ctx, r, r.renewal())
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	var body struct {
		AccessToken string `json:"accessToken"`
		Error       string `json:"error"`
	}
	// The end of the body is not waited for.
	unread := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&body)
	kind, _, _ := strings.Cut(answer.Header.Get("x-amzn-ErrorType"), ":")
	switch {
	case answer.StatusCode == http.StatusBadRequest && (body.Error == "invalid_grant" || kind == "InvalidGrantException"):
		return "", errOver
	case answer.StatusCode != http.StatusOK:
		return "", answered(answer)
	case unread != nil:
		return "", e.caused(errNotUnderstood)
	case body.AccessToken == "":
		return "", errNotUnderstood
	case !fitsHeader(body.AccessToken):
		return "", errNoHeader
	}
	return body.AccessToken, nil
}

// send sends one request and follows no redirect: RoundTrip does not, and it is what adds no URL to an error.
func (e ender) send(ctx context.Context, r *Result, request *http.Request) (*http.Response, error) {
	transport := e.aws
	if request.URL.Host == gitHubAPI {
		transport = e.github
	}
	t, err := transport()
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, e.caused(err)
	case err != nil:
		return nil, err
	}
	answer, err := t.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, e.caused(err)
	}
	r.HTTPStatus = answer.StatusCode
	return answer, nil
}

func answered(answer *http.Response) error {
	return fmt.Errorf("%s answered %d", answer.Request.URL.Host, answer.StatusCode)
}
