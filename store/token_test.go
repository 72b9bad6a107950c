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
		what, name, data string
		want             store.Token
	}{
		{"SSO session", "0123.json", `{"accessToken": "a", "expiresAt": "2027-11-22T14:46:01Z", "refreshToken": "r", "startUrl": "https://acme.example/start"}`, store.Token{StartURL: "https://acme.example/start", Expires: expires, Refreshable: true}},
		{"SSO token of old", "token.json", `{"accessToken": "a", "expiresAt": "2027-11-22T14:46:01Z"}`, store.Token{Expires: expires}},
		{"webflow, whose expiry is the refresh token's", "refresh.json", `{"refreshToken": "r", "expiresAt": "2027-11-22T14:46:01Z"}`, store.Token{Expires: expires}},
		{"Azure", "credentials.json", `{"access_token": "a", "expiration": "2027-11-22T14:46:01Z"}`, store.Token{Expires: expires}},
		{"MSAL, the latest", "msal_token_cache.json", `{"AccessToken": {"x": {"expires_on": "1826894761"}, "y": {"expires_on": "1826891161"}}, "RefreshToken": {"z": {}}}`, store.Token{Expires: expires, Refreshable: true}},
		{"MSAL without a refresh token", "msal_token_cache.json", `{"AccessToken": {"x": {"expires_on": 1826894761}}, "RefreshToken": {}}`, store.Token{Expires: expires}},
		{"Google", "application_default_credentials.json", `{"token_expiry": "2027-11-22T14:46:01Z", "refresh_token": "r"}`, store.Token{Expires: expires, Refreshable: true}},
		{"Google, in lines", "access_token", "ya29\n2027-11-22T14:46:01Z\n", store.Token{Expires: expires}},
		{"github/sts, the latest", "state.json", `{"tokens": [{"expiresAt": "2027-11-22T13:00:00Z"}, {"expiresAt": "2027-11-22T14:46:01Z"}]}`, store.Token{Expires: expires}},
		{"mock", "atmos-mock-dev.json", `{"Expiration": "2027-11-22T14:46:01Z"}`, store.Token{Expires: expires}},
		{"provisioned identities", "provisioned-identities.yaml", "auth: {_metadata: {extra: {start_url: https://acme.example/start}}}", store.Token{StartURL: "https://acme.example/start"}},
		{"no time", "token.json", `{"expiresAt": "tomorrow"}`, store.Token{}},
		{"nothing", "access_token", "", store.Token{}},
	} {
		got, err := store.ReadToken(tt.name, []byte(tt.data))
		if err != nil {
			t.Errorf("%s: %v", tt.what, err)
		}
		got.Expires = got.Expires.UTC()
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.what, diff)
		}
	}
	for name, data := range map[string]string{"token.json": `{"accessToken": SECRET`, "p.yaml": "SECRET: ["} {
		if _, err := store.ReadToken(name, []byte(data)); !errors.Is(err, store.ErrNoToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
