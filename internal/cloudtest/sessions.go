package cloudtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A session is what a provider knows of a sign-in.
type session struct {
	access                          []string // the tokens that are accepted
	refresh, clientID, clientSecret string
	over                            bool
}

// Know makes the providers know the sessions of a token file of Atmos, as if they had given them out: that of
// AWS IAM Identity Center, or the state.json of github/sts. An access token that has expired is refused.
func (c *Cloud) Know(data []byte) error {
	type token struct {
		AccessToken  string    `json:"accessToken"`
		Token        string    `json:"token"`
		ExpiresAt    time.Time `json:"expiresAt"`
		RefreshToken string    `json:"refreshToken"`
		ClientID     string    `json:"clientId"`
		ClientSecret string    `json:"clientSecret"`
	}
	var file struct {
		token
		Tokens []token `json:"tokens"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range append(file.Tokens, file.token) {
		s := &session{refresh: t.RefreshToken, clientID: t.ClientID, clientSecret: t.ClientSecret}
		if access := t.AccessToken + t.Token; access != "" && time.Now().Before(t.ExpiresAt) {
			s.access = []string{access}
		}
		if (s.access != nil || s.refresh != "") && !slices.ContainsFunc(c.sessions, s.same) {
			c.sessions = append(c.sessions, s)
		}
	}
	return nil
}

// same tells whether a session is known already, from a copy of its file.
func (s *session) same(other *session) bool {
	return s.refresh == other.refresh && slices.Equal(s.access, other.access)
}

// Lapse makes the providers refuse an access token, whatever its file says. Its session lives on.
func (c *Cloud) Lapse(access string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sessions {
		s.access = slices.DeleteFunc(s.access, func(a string) bool { return a == access })
	}
}

// Usable are the known tokens that whoever has a copy can still use, sorted.
func (c *Cloud) Usable() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var tokens []string
	for _, s := range c.sessions {
		if s.over {
			continue
		}
		tokens = append(tokens, s.access...)
		if s.refresh != "" {
			tokens = append(tokens, s.refresh)
		}
	}
	slices.Sort(tokens)
	return slices.Compact(tokens)
}

// provide is what the providers do.
func (c *Cloud) provide(host string, r *http.Request, body []byte) (status int, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case strings.HasPrefix(host, "portal.sso.") && r.Method == http.MethodPost && r.URL.Path == "/logout":
		if c.end(r.Header.Get("x-amz-sso_bearer_token")) {
			return http.StatusOK, ""
		}
		return http.StatusUnauthorized, `{"message":"Session token not found or invalid"}`
	case strings.HasPrefix(host, "oidc.") && r.Method == http.MethodPost && r.URL.Path == "/token":
		return c.renew(body)
	case host == "api.github.com" && r.Method == http.MethodDelete && r.URL.Path == "/installation/token":
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && c.end(token) {
			return http.StatusNoContent, ""
		}
		return http.StatusUnauthorized, `{"message":"Bad credentials"}`
	}
	return http.StatusNotFound, `{"message":"Not Found"}`
}

// end ends the session of an access token, unless it is over or the token is not accepted.
func (c *Cloud) end(access string) bool {
	for _, s := range c.sessions {
		if !s.over && slices.Contains(s.access, access) {
			s.over = true
			return true
		}
	}
	return false
}

// renew gives out another access token.
func (c *Cloud) renew(body []byte) (status int, text string) {
	var ask struct{ ClientID, ClientSecret, GrantType, RefreshToken string }
	if json.Unmarshal(body, &ask) != nil || ask.GrantType != "refresh_token" {
		return http.StatusBadRequest, `{"error":"invalid_request"}`
	}
	for _, s := range c.sessions {
		switch {
		case s.refresh == "" || s.refresh != ask.RefreshToken || s.over:
		case s.clientID != ask.ClientID || s.clientSecret != ask.ClientSecret:
			return http.StatusUnauthorized, `{"error":"invalid_client"}`
		default:
			access := fmt.Sprintf("fresh-%d-%s", len(s.access), s.refresh)
			s.access = append(s.access, access)
			return http.StatusOK, fmt.Sprintf(`{"accessToken":%q,"tokenType":"Bearer","expiresIn":3600}`, access)
		}
	}
	return http.StatusBadRequest, `{"error":"invalid_grant"}`
}
