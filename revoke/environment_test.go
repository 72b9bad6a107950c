package revoke_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/revoke"
)

// Without any time nothing is sent, and the reason is the time.
func TestNoTime(t *testing.T) {
	t.Parallel()
	c := start(t, live, state)
	const none = "no answer in 0 s"
	want := []ended{{"aws-sso", revoke.Failed, 0, false, none}, {"org/sts", revoke.Failed, 0, false, none}}
	if diff := cmp.Diff(want, end(t, c, "0s", "", live, state)); diff != "" || c.Asked() != nil {
		t.Errorf("asked for %q (-want +got):\n%s", c.Asked(), diff)
	}
}

// The proxy and the certificates that the environment names.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	gone := start(t)
	gone.Close()
	const unknown = "tls: failed to verify certificate: x509: certificate signed by unknown authority"
	for name, tt := range map[string]struct {
		env     string
		aws, gh string // reasons
	}{
		"stand-in":              {"", "", ""},
		"no such proxy":         {"HTTPS_PROXY=" + gone.Env()["HTTPS_PROXY"], "the proxy cannot be reached: *", "the proxy cannot be reached: *"},
		"no DNS":                {"HTTPS_PROXY=http://proxy.invalid:3128", "the proxy cannot be reached: proxy.invalid: *", "the proxy cannot be reached: proxy.invalid: *"},
		"no URL":                {"HTTPS_PROXY=http://user:p%ss@127.0.0.1:1", "HTTPS_PROXY is not the URL of a proxy", "HTTPS_PROXY is not the URL of a proxy"},
		"no host":               {"HTTPS_PROXY=http://", "HTTPS_PROXY is not the URL of a proxy", "HTTPS_PROXY is not the URL of a proxy"},
		"no port":               {"HTTPS_PROXY=127.0.0.1:http:", "HTTPS_PROXY is not the URL of a proxy", "HTTPS_PROXY is not the URL of a proxy"},
		"another scheme":        {"HTTPS_PROXY=ftp://127.0.0.1:1", "HTTPS_PROXY is not the URL of a proxy", "HTTPS_PROXY is not the URL of a proxy"},
		"in lower case":         {"HTTPS_PROXY= https_proxy=::", "* is not the URL of a proxy", "* is not the URL of a proxy"},
		"bundle of AWS":         {"SSL_CERT_FILE= AWS_CA_BUNDLE={ca}", "", unknown},
		"another bundle of AWS": {"AWS_CA_BUNDLE={other}", unknown, ""},
		"bundle that is empty":  {"AWS_CA_BUNDLE=" + empty, "AWS_CA_BUNDLE: no certificate in " + empty, ""},
		"no bundle":             {"AWS_CA_BUNDLE=" + empty + ".not", "AWS_CA_BUNDLE: *", ""},
		"no file":               {"SSL_CERT_FILE=" + empty + ".not", "SSL_CERT_FILE: *", "SSL_CERT_FILE: *"},
		"a directory":           {"SSL_CERT_FILE=" + filepath.Dir(empty), "SSL_CERT_FILE: *", "SSL_CERT_FILE: *"},
		"endpoint of AWS":       {"AWS_ENDPOINT_URL=https://evil.example AWS_ENDPOINT_URL_SSO=https://evil.example AWS_ENDPOINT_URL_SSO_OIDC=https://evil.example", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, live, state)
			env := strings.NewReplacer("{ca}", c.CAFile, "{other}", gone.CAFile).Replace(tt.env)
			for i, r := range end(t, c, "20s", env, live, state) {
				want := []string{tt.aws, tt.gh}[i]
				begin, end, any := strings.Cut(want, "*")
				if r.Reason != want && (!any || !strings.HasPrefix(r.Reason, begin) || !strings.HasSuffix(r.Reason, end)) || (r.Outcome == revoke.Revoked) != (want == "") {
					t.Errorf("%s: %s %q, want %q", r.Name, r.Outcome, r.Reason, want)
				}
			}
			for _, host := range c.Asked() {
				if host != portal && host != github {
					t.Errorf("%s was asked", host)
				}
			}
		})
	}
}
