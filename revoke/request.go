package revoke

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

// logout is the request that ends a session. A token is in its header only, never in the URL.
func (s Session) logout(access string) *http.Request {
	if s.Host == gitHubAPI {
		// https://docs.github.com/en/rest/apps/installations: revoke an installation access token
		r := newRequest(http.MethodDelete, s.Host, "/installation/token", nil)
		r.Header.Set("Accept", "application/vnd.github+json")
		r.Header.Set("Authorization", "Bearer "+access)
		return r
	}
	// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_Logout.html
	r := newRequest(http.MethodPost, s.Host, "/logout", nil)
	r.Header.Set("x-amz-sso_bearer_token", access)
	return r
}

// renewal is the request for a new access token of AWS.
// https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
func (s Session) renewal() *http.Request {
	hidden := s.secret()
	body, _ := json.Marshal(map[string]string{
		"clientId":     hidden.clientID,
		"clientSecret": hidden.clientSecret,
		"grantType":    "refresh_token",
		"refreshToken": hidden.refresh,
	}) // strings always can be
	r := newRequest(http.MethodPost, s.oidc, "/token", body)
	r.Header.Set("Content-Type", "application/json")
	return r
}

func newRequest(method, host, path string, body []byte) *http.Request {
	r := &http.Request{
		Method: method,
		URL:    &url.URL{Scheme: "https", Host: host, Path: path},
		Header: http.Header{"User-Agent": {"credclean"}},
	}
	if body != nil {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return r
}

// judge tells what an answer to a logout means. A redirect is an answer like any other, since it is not followed.
func (s Session) judge(status int) Outcome {
	switch {
	case s.Host == gitHubAPI && status == http.StatusNoContent, s.Host != gitHubAPI && status == http.StatusOK:
		return Revoked
	case status == http.StatusUnauthorized, s.Host == gitHubAPI && status == http.StatusNotFound:
		return AlreadyInvalid
	}
	return Failed
}
