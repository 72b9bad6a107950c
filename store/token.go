package store

import (
	"crypto/sha1" //nolint:gosec // the name that Atmos gives a file, no protection
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// A Format says what stands in a file beside its secrets.
type Format int

// The formats.
const (
	Opaque  Format = iota // nothing is read
	AWS                   // sections with a comment above: see package cut
	JSON                  // times under well-known names: see [Format.Read]
	Webflow               // JSON in which expiresAt is the end of the refresh token itself
	MSAL                  // the cache of Microsoft's library
	Lines                 // a token, and its end in the second line
	YAML                  // auth._metadata of provisioned-identities.yaml
)

// A Token is what a file beside the secrets says about them.
type Token struct {
	StartURL    string
	Region      string
	Expires     time.Time // zero if it is not known
	Refreshable bool      // new credentials can be had when it has expired
}

// ErrNoToken does not quote what was read, because that is a secret.
var ErrNoToken = errors.New("not in the form of a token file")

// Read reads what a file of Atmos says beside its secrets.
//
//   - SSO and webflow: expiresAt, startUrl, region, refreshToken (pkg/auth/providers/aws/sso_cache.go since v1.197.0)
//   - Azure: expiration; MSAL: AccessToken.*.expires_on, RefreshToken
//   - Google: token_expiry; access_token has it in the second line
//   - github/sts: tokens[].expiresAt; mock: Expiration
//   - provisioned-identities.yaml: auth._metadata.extra.start_url and region
func (f Format) Read(data []byte) (Token, error) {
	switch f {
	case JSON, Webflow:
		t, err := readJSON(data)
		t.Refreshable = t.Refreshable && f == JSON
		return t, err
	case MSAL:
		return readMSAL(data)
	case Lines:
		_, second, _ := strings.Cut(string(data), "\n")
		expires, _ := time.Parse(time.RFC3339, strings.TrimSpace(second))
		return Token{Expires: expires}, nil
	case YAML:
		return readProvisioned(data)
	case Opaque, AWS:
	}
	return Token{}, nil
}

func readJSON(data []byte) (Token, error) {
	var f struct {
		StartURL     string `json:"startUrl"`
		Region       string `json:"region"`
		RefreshToken string `json:"refreshToken"`
		ADCRefresh   string `json:"refresh_token"`
		ExpiresAt    string `json:"expiresAt"`
		Expiration   string `json:"expiration"` // and Expiration: encoding/json ignores case
		TokenExpiry  string `json:"token_expiry"`
		Tokens       []struct {
			ExpiresAt string `json:"expiresAt"`
		} `json:"tokens"`
	}
	if json.Unmarshal(data, &f) != nil {
		return Token{}, ErrNoToken
	}
	t := Token{StartURL: f.StartURL, Region: f.Region, Refreshable: f.RefreshToken+f.ADCRefresh != ""}
	times := []string{f.ExpiresAt, f.Expiration, f.TokenExpiry}
	for _, one := range f.Tokens {
		times = append(times, one.ExpiresAt)
	}
	for _, s := range times {
		if expires, err := time.Parse(time.RFC3339, s); err == nil && expires.After(t.Expires) {
			t.Expires = expires
		}
	}
	return t, nil
}

// readMSAL ignores what only az uses.
func readMSAL(data []byte) (Token, error) {
	var f struct {
		AccessToken map[string]struct {
			ExpiresOn json.RawMessage `json:"expires_on"`
		}
		RefreshToken map[string]json.RawMessage
	}
	if json.Unmarshal(data, &f) != nil {
		return Token{}, ErrNoToken
	}
	t := Token{Refreshable: len(f.RefreshToken) > 0}
	for _, one := range f.AccessToken {
		seconds, err := strconv.ParseInt(strings.Trim(string(one.ExpiresOn), `"`), 10, 64)
		if expires := time.Unix(seconds, 0); err == nil && expires.After(t.Expires) {
			t.Expires = expires
		}
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
					Region   string `yaml:"region"`
				} `yaml:"extra"`
			} `yaml:"_metadata"`
		} `yaml:"auth"`
	}
	if yaml.Unmarshal(data, &f) != nil {
		return Token{}, ErrNoToken
	}
	extra := f.Auth.Metadata.Extra
	return Token{StartURL: extra.StartURL, Region: extra.Region}, nil
}

// Portal is the name of the file that v1.221.0 and later keep an SSO session
// in, without the extension: ssoCacheKey in pkg/auth/providers/aws/sso_cache.go.
func Portal(startURL, region string) string {
	sum := sha1.Sum([]byte(startURL + "|" + region)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// SamePortal tells whether two start URLs are those of one portal.
func SamePortal(a, b string) bool { return PortalOf(a) == PortalOf(b) && PortalOf(a) != "" }

// PortalOf is what all start URLs of a portal have in common: in lower case, without
// slashes at the end and what follows a #.
func PortalOf(startURL string) string {
	startURL, _, _ = strings.Cut(startURL, "#")
	return strings.ToLower(strings.TrimRight(startURL, "/"))
}
