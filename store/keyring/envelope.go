package keyring

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// maxContent bounds what is read of one entry, in bytes. Real ones have a few thousand.
const maxContent = 64 << 10

// errEnvelope does not quote what was read, for that is a secret.
var errEnvelope = errors.New("not in the form of an entry of Atmos")

// An Envelope is what the content of an entry says beside its secrets.
type Envelope struct {
	// LongLived: it is a long-lived access key, of which the keyring has the only copy.
	LongLived bool
	// Expires is when a session ends; zero if it is not known.
	Expires time.Time
}

// ReadEnvelope reads what the content of an entry says beside its secrets, none of which is in
// the result or the error. Long-lived is type aws without a session token and without an
// expiration; everything else is a session. Its end is the field expiration (aws; Expiration
// of a mock), token_expiry (gcp), or the claim exp of the token (oidc, atmos-pro). Source:
// pkg/auth/credentials/store.go: credentialEnvelope, pkg/auth/types, v1.194.0 to v1.226.1.
func ReadEnvelope(content []byte) (Envelope, error) {
	var e struct {
		Type string
		Data *struct {
			SessionToken string `json:"session_token"`
			Expiration   string
			TokenExpiry  string `json:"token_expiry"`
			Token        string
		}
	}
	if len(content) > maxContent || json.Unmarshal(content, &e) != nil || e.Type == "" || e.Data == nil {
		return Envelope{}, errEnvelope
	}
	for _, field := range []string{e.Data.Expiration, e.Data.TokenExpiry} {
		if expires, err := time.Parse(time.RFC3339, field); err == nil {
			return Envelope{Expires: expires}, nil
		}
	}
	if e.Type == "aws" {
		return Envelope{LongLived: e.Data.SessionToken == "" && e.Data.Expiration == ""}, nil
	}
	return Envelope{Expires: expiryOfJWT(e.Data.Token)}, nil
}

// expiryOfJWT is the claim exp of a JSON Web Token (RFC 7519), which needs no key to be read.
func expiryOfJWT(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	claims, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var c struct{ Exp float64 }
	if err != nil || json.Unmarshal(claims, &c) != nil || c.Exp < 1 || c.Exp > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(c.Exp), 0).UTC()
}

// bounded is the content of an entry, unless it is too large to be one of Atmos's.
func bounded(content []byte) ([]byte, error) {
	if len(content) > maxContent {
		return nil, fmt.Errorf("%w: it holds more than %d bytes", errEnvelope, maxContent)
	}
	return content, nil
}
