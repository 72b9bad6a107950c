package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store"
)

func TestReadToken(t *testing.T) {
	expires := time.Date(2027, 11, 22, 14, 46, 1, 0, time.UTC)
	for _, tt := range []struct {
		what   string
		format store.Format
		data   string
		want   store.Token
	}{
		{"SSO session", store.JSON, `{"accessToken": "a", "expiresAt": "2027-11-22T14:46:01Z", "refreshToken": "r", "startUrl": "https://acme.example/start"}`, store.Token{StartURL: "https://acme.example/start", Expires: expires, Refreshable: true}},
		{"SSO token of old", store.JSON, `{"accessToken": "a", "expiresAt": "2027-11-22T14:46:01Z"}`, store.Token{Expires: expires}},
		{"webflow, whose expiry is the refresh token's", store.Webflow, `{"refreshToken": "r", "expiresAt": "2027-11-22T14:46:01Z"}`, store.Token{Expires: expires}},
		{"Azure", store.JSON, `{"access_token": "a", "expiration": "2027-11-22T14:46:01Z"}`, store.Token{Expires: expires}},
		{"MSAL, the latest", store.MSAL, `{"AccessToken": {"x": {"expires_on": "1826894761"}, "y": {"expires_on": "1826891161"}}, "RefreshToken": {"z": {}}}`, store.Token{Expires: expires, Refreshable: true}},
		{"MSAL without a refresh token", store.MSAL, `{"AccessToken": {"x": {"expires_on": 1826894761}}, "RefreshToken": {}}`, store.Token{Expires: expires}},
		{"Google", store.JSON, `{"token_expiry": "2027-11-22T14:46:01Z", "refresh_token": "r"}`, store.Token{Expires: expires, Refreshable: true}},
		{"Google, in lines", store.Lines, "ya29\n2027-11-22T14:46:01Z\n", store.Token{Expires: expires}},
		{"github/sts, the latest", store.JSON, `{"tokens": [{"expiresAt": "2027-11-22T13:00:00Z"}, {"expiresAt": "2027-11-22T14:46:01Z"}]}`, store.Token{Expires: expires}},
		{"mock", store.JSON, `{"Expiration": "2027-11-22T14:46:01Z"}`, store.Token{Expires: expires}},
		{"provisioned identities", store.YAML, "auth: {_metadata: {extra: {start_url: https://acme.example/start}}}", store.Token{StartURL: "https://acme.example/start"}},
		{"no time", store.JSON, `{"expiresAt": "tomorrow"}`, store.Token{}},
		{"nothing", store.Lines, "", store.Token{}},
	} {
		got, err := tt.format.Read([]byte(tt.data))
		if err != nil {
			t.Errorf("%s: %v", tt.what, err)
		}
		got.Expires = got.Expires.UTC()
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.what, diff)
		}
	}
	for format, data := range map[store.Format]string{store.JSON: `{"accessToken": SECRET`, store.MSAL: `[SECRET`, store.YAML: "SECRET: ["} {
		if _, err := format.Read([]byte(data)); !errors.Is(err, store.ErrNoToken) {
			t.Errorf("%d: %v", format, err)
		}
	}
}
