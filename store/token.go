package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// A Token is what a file beside the secrets says about them.
type Token struct {
	StartURL    string
	Expires     time.Time // zero if it is not known
	Refreshable bool      // new credentials can be had when it has expired
}

// webflowFile is where a webflow keeps its refresh token. The expiry in it is that of the refresh
// token itself, since there is no access token (pkg/auth/identities/aws/webflow.go since v1.215.0).
const webflowFile = "refresh.json"

// ErrNoToken does not quote what was read, for that is a secret.
var ErrNoToken = errors.New("it has not the form of a token file")

// ReadToken reads what any of Atmos's token and credentials files says beside
// its secrets. name is the file's.
//
//   - SSO and webflow: expiresAt, startUrl, refreshToken (pkg/auth/providers/aws/sso_cache.go since v1.197.0)
//   - Azure: expiration; MSAL: AccessToken.*.expires_on, RefreshToken
//   - Google: token_expiry; access_token has it in the second line
//   - github/sts: tokens[].expiresAt; mock: Expiration
//   - provisioned-identities.yaml: auth._metadata.extra.start_url
func ReadToken(name string, data []byte) (Token, error) {
	switch {
	case strings.HasSuffix(name, ".yaml"):
		return readProvisioned(data)
	case !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")):
		return readLines(data)
	}
	var f struct {
		StartURL     string `json:"startUrl"`
		RefreshToken string `json:"refreshToken"`
		Refresh      string `json:"refresh_token"`
		ExpiresAt    string `json:"expiresAt"`
		Expiration   string `json:"expiration"` // and Expiration: encoding/json ignores case
		TokenExpiry  string `json:"token_expiry"`
		Tokens       []struct {
			ExpiresAt string `json:"expiresAt"`
		} `json:"tokens"`
		AccessToken  json.RawMessage `json:"AccessToken"` // of MSAL an object, of the others a string
		RefreshCache json.RawMessage `json:"RefreshToken"`
	}
	if json.Unmarshal(data, &f) != nil {
		return Token{}, ErrNoToken
	}
	t := Token{StartURL: f.StartURL}
	times := []string{f.ExpiresAt, f.Expiration, f.TokenExpiry}
	for _, one := range f.Tokens {
		times = append(times, one.ExpiresAt)
	}
	for _, s := range times {
		if expires, err := time.Parse(time.RFC3339, s); err == nil && expires.After(t.Expires) {
			t.Expires = expires
		}
	}
	t.Refreshable = f.RefreshToken+f.Refresh != "" && name != webflowFile
	t.readMSAL(f.AccessToken, f.RefreshCache)
	return t, nil
}

// readMSAL reads the two objects of a cache of Microsoft's library; in other
// files they are strings, or not there.
func (t *Token) readMSAL(access, refresh json.RawMessage) {
	var tokens map[string]struct {
		ExpiresOn json.RawMessage `json:"expires_on"`
	}
	if json.Unmarshal(access, &tokens) == nil {
		for _, one := range tokens {
			seconds, err := strconv.ParseInt(strings.Trim(string(one.ExpiresOn), `"`), 10, 64)
			if expires := time.Unix(seconds, 0); err == nil && expires.After(t.Expires) {
				t.Expires = expires
			}
		}
	}
	var cached map[string]json.RawMessage
	if json.Unmarshal(refresh, &cached) == nil && len(cached) > 0 {
		t.Refreshable = true
	}
}

func readLines(data []byte) (Token, error) {
	var t Token
	if lines := strings.Split(string(data), "\n"); len(lines) > 1 {
		t.Expires, _ = time.Parse(time.RFC3339, strings.TrimSpace(lines[1]))
	}
	return t, nil
}

func readProvisioned(data []byte) (t Token, err error) {
	// yaml.v3 v3.0.1 panics at a mapping with a merge key and a mapping as a key.
	defer func() {
		if recover() != nil {
			t, err = Token{}, ErrNoToken
		}
	}()
	var f struct {
		Auth struct {
			Metadata struct {
				Extra struct {
					StartURL string `yaml:"start_url"`
				} `yaml:"extra"`
			} `yaml:"_metadata"`
		} `yaml:"auth"`
	}
	if yaml.Unmarshal(data, &f) != nil {
		return Token{}, ErrNoToken
	}
	return Token{StartURL: f.Auth.Metadata.Extra.StartURL}, nil
}
