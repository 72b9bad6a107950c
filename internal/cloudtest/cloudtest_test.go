package cloudtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/cloudtest"
)

// ask sends a request through the stand-in and returns the status.
func ask(t *testing.T, c *cloudtest.Cloud, method, address, header, value, body string) int {
	t.Helper()
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	proxy, err := url.Parse(c.Env()["HTTPS_PROXY"])
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}}
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(header, value)
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// The stand-in knows which tokens can still be used.
func TestSessions(t *testing.T) {
	c, err := cloudtest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const (
		portal = "https://portal.sso.us-east-1.amazonaws.com/logout"
		oidc   = "https://oidc.us-east-1.amazonaws.com/token"
		github = "https://api.github.com/installation/token"
		bearer = "x-amz-sso_bearer_token"
		renew  = `{"clientId":"id","clientSecret":"secret","grantType":"refresh_token","refreshToken":"refresh-1"}`
	)
	for _, data := range []string{
		`{"accessToken":"access-1","expiresAt":"2020-01-01T00:00:00Z","refreshToken":"refresh-1","clientId":"id","clientSecret":"secret"}`,
		`{"accessToken":"access-2","expiresAt":"2099-01-01T00:00:00Z"}`,
		`{"accessToken":"access-2","expiresAt":"2099-01-01T00:00:00Z"}`,
		`{"tokens":[{"token":"sts-1","expiresAt":"2099-01-01T00:00:00Z"},{"token":"sts-2","expiresAt":"2099-01-01T00:00:00Z"}]}`,
	} {
		if err := c.Know([]byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	usable := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, c.Usable()); diff != "" {
			t.Errorf("usable (-want +got):\n%s", diff)
		}
	}
	expect := func(got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("status %d, want %d", got, want)
		}
	}
	usable("access-2", "refresh-1", "sts-1", "sts-2")
	expect(ask(t, c, "POST", portal, bearer, "access-1", ""), 401) // it has expired
	expect(ask(t, c, "POST", portal, bearer, "nobody's", ""), 401)
	expect(ask(t, c, "GET", portal, bearer, "access-2", ""), 404)
	expect(ask(t, c, "POST", oidc, "X", "", strings.Replace(renew, "refresh-1", "refresh-9", 1)), 400)
	expect(ask(t, c, "POST", oidc, "X", "", strings.Replace(renew, `"secret"`, `"wrong"`, 1)), 401)
	expect(ask(t, c, "DELETE", github, "Authorization", "sts-1", ""), 401)
	usable("access-2", "refresh-1", "sts-1", "sts-2")
	expect(ask(t, c, "POST", oidc, "X", "", renew), 200)
	usable("access-2", "fresh-0-refresh-1", "refresh-1", "sts-1", "sts-2")
	expect(ask(t, c, "POST", portal, bearer, "fresh-0-refresh-1", ""), 200)
	expect(ask(t, c, "POST", portal, bearer, "access-2", ""), 200)
	expect(ask(t, c, "POST", portal, bearer, "access-2", ""), 401)
	expect(ask(t, c, "POST", oidc, "X", "", renew), 400)
	expect(ask(t, c, "DELETE", github, "Authorization", "Bearer sts-1", ""), 204)
	usable("sts-2")
	if got := len(c.Requests()); got != 12 || len(c.Asked()) != 12 {
		t.Errorf("%d requests of %d connections", got, len(c.Asked()))
	}
}
