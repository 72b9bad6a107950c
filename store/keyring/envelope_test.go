package keyring_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store/keyring"
)

// The forms are those that releases of Atmos write for each type of credentials.
func TestReadEnvelope(t *testing.T) {
	end := time.Date(2027, 11, 22, 14, 41, 0, 0, time.UTC)
	jwt := func(claims string) string {
		return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
	}
	for name, tt := range map[string]struct {
		content string
		want    keyring.Envelope
	}{
		"session of AWS": {
			`{"type":"aws","data":{"access_key_id":"ASIA1","secret_access_key":"s","session_token":"t","region":"eu-west-1","expiration":"2027-11-22T14:41:00Z"}}`,
			keyring.Envelope{Expires: end},
		},
		"token of SSO": {
			`{"type":"aws","data":{"access_key_id":"the bearer token","region":"us-east-1","expiration":"2027-11-22T14:41:00Z"}}`,
			keyring.Envelope{Expires: end},
		},
		"access key": {
			`{"type":"aws","data":{"access_key_id":"AKIA1","secret_access_key":"s","region":"us-east-1","mfa_arn":"arn:aws:iam::1:mfa/ana","session_duration":"12h"}}`,
			keyring.Envelope{LongLived: true},
		},
		"access key with empty fields": {
			`{"type":"aws","data":{"access_key_id":"AKIA1","secret_access_key":"s","session_token":"","expiration":""}}`,
			keyring.Envelope{LongLived: true},
		},
		"session without an end": {`{"type":"aws","data":{"access_key_id":"ASIA1","session_token":"t"}}`, keyring.Envelope{}},
		"session with an odd end": {
			`{"type":"aws","data":{"access_key_id":"ASIA1","expiration":"tomorrow"}}`, keyring.Envelope{},
		},
		"OIDC": {
			`{"type":"oidc","data":{"token":"` + jwt(`{"sub":"repo","exp":1826980860}`) + `","provider":"github","audience":"sts.amazonaws.com"}}`,
			keyring.Envelope{Expires: time.Unix(1826980860, 0).UTC()},
		},
		"OIDC, no JWT":      {`{"type":"oidc","data":{"token":"opaque","provider":"github"}}`, keyring.Envelope{}},
		"OIDC, odd end":     {`{"type":"oidc","data":{"token":"` + jwt(`{"exp":1e300}`) + `"}}`, keyring.Envelope{}},
		"OIDC, end as text": {`{"type":"oidc","data":{"token":"` + jwt(`{"exp":"1826980860"}`) + `"}}`, keyring.Envelope{}},
		"Google": {
			`{"type":"gcp","data":{"access_token":"ya29.x","token_expiry":"2027-11-22T14:41:00Z","project_id":"p","scopes":["a"]}}`,
			keyring.Envelope{Expires: end},
		},
		"Atmos Pro": {
			`{"type":"atmos-pro","data":{"token":"` + jwt(`{"exp":1826980860.5}`) + `","base_url":"https://atmos-pro.com","workspace_id":"w","provider":"pro"}}`,
			keyring.Envelope{Expires: time.Unix(1826980860, 0).UTC()},
		},
		"mock": {
			`{"type":"mock","data":{"AccessKeyID":"MOCK","SecretAccessKey":"s","SessionToken":"t","Region":"us-east-1","Expiration":"2027-11-22T14:41:00Z"}}`,
			keyring.Envelope{Expires: end},
		},
		"mock without an end":  {`{"type":"mock","data":{"AccessKeyID":"MOCK"}}`, keyring.Envelope{}},
		"a type of the future": {`{"type":"azure","data":{"something":1}}`, keyring.Envelope{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := keyring.ReadEnvelope([]byte(tt.content))
			must(t, err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is no envelope is an error that quotes nothing of it.
func TestReadEnvelopeOther(t *testing.T) {
	for _, content := range []string{
		"", "SECRET", "{}", `"SECRET"`, `{"type":"aws"}`, `{"type":"","data":{}}`, `{"type":"aws","data":"SECRET"}`, `{"type":"aws","data":null}`,
		`{"type":"aws","data":{"session_token":{"SECRET":1}}}`, `{"type":"aws","data":{"expiration":1826980860}}`, `[]`,
		fmt.Sprintf(`{"type":"aws","data":{"access_key_id":%q}}`, "SECRET"+strings.Repeat("x", 64<<10)),
	} {
		got, err := keyring.ReadEnvelope([]byte(content))
		if err == nil || got != (keyring.Envelope{}) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%.40q: %v, %v", content, got, err)
		}
	}
}
