//go:build !windows && !darwin

// Go trusts SSL_CERT_FILE on neither of the two.

package fetch_test

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/fetch"
)

// portal is a server whose certificate only SSL_CERT_FILE vouches for, as in a company.
var portal *httptest.Server

// asked are the paths that were asked for, with what a request must not have.
var asked = make(chan string, 1000)

func TestMain(m *testing.M) {
	portal = httptest.NewTLSServer(http.HandlerFunc(serve))
	dir, err := os.MkdirTemp("", "fetch")
	if err != nil {
		panic(err)
	}
	file := filepath.Join(dir, "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: portal.Certificate().Raw})
	if err := errors.Join(os.WriteFile(file, ca, 0o600), os.Setenv("SSL_CERT_FILE", file)); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code) //nolint:forbidigo // TestMain is where a test ends
}

func serve(w http.ResponseWriter, r *http.Request) {
	asked <- r.Method + " " + r.URL.Path + r.Header.Get("Cookie") + r.Header.Get("Authorization")
	switch path := r.URL.Path; path {
	case "/good.yaml":
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		fmt.Fprint(w, "auth: {realm: fetched, identities: {remote: {kind: aws/user}}}\n")
	case "/moved.yaml":
		http.Redirect(w, r, "/good.yaml", http.StatusFound)
	case "/plain.yaml":
		http.Redirect(w, r, strings.Replace(portal.URL, "https", "http", 1)+"/good.yaml", http.StatusFound)
	case "/round.yaml":
		http.Redirect(w, r, "/round.yaml", http.StatusFound)
	case "/slow.yaml":
		select {
		case <-r.Context().Done():
		case <-time.After(time.Minute):
		}
	case "/large.yaml":
		fmt.Fprint(w, strings.Repeat("#", 2<<20))
	case "/full.yaml":
		fmt.Fprint(w, strings.Repeat("#", 1<<20))
	case "/chain.yaml":
		fmt.Fprintf(w, "import: [%s/good.yaml]\nauth: {keyring: {type: chain}}\n", portal.URL)
	case "/self.yaml":
		fmt.Fprintf(w, "import: [%s/self.yaml]\n", portal.URL)
	case "/local.yaml":
		fmt.Fprint(w, "import: [/etc/hostname, x.yaml]\nauth: {realm: !include.raw x.yaml}\n")
	case "/word.yaml":
		fmt.Fprint(w, "settings: {telemetry: {endpoint: e, token: t}}\nlogs: {file: /evil}\nenv: {ATMOS_XDG_DATA_HOME: /evil}\n")
	default:
		if strings.HasPrefix(path, "/n") {
			return // empty
		}
		http.NotFound(w, r)
	}
}

func TestGet(t *testing.T) {
	for _, tt := range []struct{ path, want, err string }{
		{path: "/good.yaml", want: "auth: "},
		{path: "/moved.yaml", want: "auth: "},
		{path: "/full.yaml", want: "#"},
		{path: "/plain.yaml", err: "not fetched: it leads to a URL that is not https"},
		{path: "/round.yaml", err: "not fetched: it leads from one URL to the next"},
		{path: "/large.yaml", err: "not fetched: larger than 1 MiB"},
		{path: "/gone.yaml", err: "not fetched: the server answered 404"},
	} {
		t.Run(tt.path, func(t *testing.T) {
			data, err := fetch.New().Get(t.Context(), portal.URL+tt.path)
			if (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err || !strings.HasPrefix(string(data), tt.want) {
				t.Errorf("got %.20q, %v, want %q, %s", data, err, tt.want, tt.err)
			}
		})
	}
	for _, url := range []string{"http://127.0.0.1/", "file:///etc/passwd", "https://", ":"} {
		if _, err := fetch.New().Get(t.Context(), url); err == nil {
			t.Errorf("%s is fetched", url)
		}
	}
}

// A certificate for another host is refused.
func TestStranger(t *testing.T) {
	if _, err := fetch.New().Get(t.Context(), strings.Replace(portal.URL, "127.0.0.1", "localhost", 1)+"/good.yaml"); err == nil {
		t.Error("no error")
	}
}

// All that is fetched takes no more than the time for all; and the first Ctrl-C ends it.
func TestTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := fetch.New().Get(ctx, portal.URL+"/slow.yaml"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	f := fetch.New()
	start := time.Now()
	for range 2 {
		if _, err := f.Get(t.Context(), portal.URL+"/slow.yaml"); err == nil || !strings.Contains(err.Error(), "no answer in the 10s") {
			t.Errorf("got %v", err)
		}
	}
	if took := time.Since(start); took < 9*time.Second || took > 15*time.Second {
		t.Errorf("took %v", took)
	}
}

// load loads a configuration that imports a URL.
func load(t *testing.T, imports string, fetches bool) *config.Config { //nolint:revive // with the flag or without
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"atmos.yaml": "import: [" + imports + "]\n", "x.yaml": "auth: {realm: local}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sys := config.System{WorkDir: dir, LookupEnv: func(name string) (string, bool) {
		if name != "URL" {
			return "", false
		}
		return portal.URL + "/good.yaml", true
	}}
	opt := config.Options{}
	if fetches {
		opt.Fetch = fetch.New().Get
	}
	for len(asked) > 0 {
		<-asked
	}
	c, err := config.Load(t.Context(), sys, opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestImports(t *testing.T) {
	at := func(path string) string { return portal.URL + path }
	var many []string
	for i := range 21 {
		many = append(many, at(fmt.Sprintf("/n%d.yaml", i)))
	}
	for _, tt := range []struct {
		name, imports string
		fetches       bool
		realm         string
		asked         int
		gaps          []string
	}{
		{"good", at("/good.yaml"), true, "fetched", 1, nil},
		{"without the flag", at("/good.yaml"), false, "", 0, []string{"atmos.yaml:1:10: import " + at("/good.yaml") + ": remote, not fetched"}},
		{"a chain", at("/chain.yaml"), true, "fetched", 2, nil},
		{"twice", at("/good.yaml") + "," + at("/good.yaml"), true, "fetched", 1, nil},
		{"itself", at("/self.yaml"), true, "", 1, nil},
		{"http", "http://127.0.0.1:1/x.yaml", true, "", 0, []string{"atmos.yaml:1:10: import http://127.0.0.1:1/x.yaml: remote, not fetched"}},
		{"go-getter", "github.com/acme/conf//x.yaml", true, "", 0, []string{"atmos.yaml:1:10: import github.com/acme/conf//x.yaml: remote, not fetched"}},
		{"from a YAML function", "!env URL", true, "", 0, []string{"atmos.yaml:1:10: import: remote, not fetched"}},
		{"404", at("/gone.yaml"), true, "", 1, []string{"atmos.yaml:1:10: import " + at("/gone.yaml") + ": not fetched: the server answered 404"}},
		{"local paths mean another machine", at("/local.yaml"), true, "", 1, []string{
			at("/local.yaml") + ":1:10: import: is on another machine",
			at("/local.yaml") + ":1:25: import: is on another machine",
			at("/local.yaml") + ":2:15: auth.realm: a YAML function that is not evaluated",
		}},
		{"21 of them", strings.Join(many, ","), true, "", 20, []string{fmt.Sprintf("atmos.yaml:1:%d: import ", 10+len(strings.Join(many[:20], ","))+1) + many[20] + ": not fetched: more than 20 imports"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := load(t, tt.imports, tt.fetches)
			var gaps []string
			for _, g := range c.Gaps {
				gaps = append(gaps, g.String())
			}
			realm := ""
			for _, r := range c.Readings[0].Realms {
				realm = r.Raw()
			}
			if diff := cmp.Diff([]any{tt.realm, tt.asked, tt.gaps}, []any{realm, len(asked), gaps}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for len(asked) > 0 {
				if request := <-asked; !strings.HasPrefix(request, "GET /") || !strings.HasSuffix(request, ".yaml") {
					t.Errorf("the request was %q", request)
				}
			}
		})
	}
}

// A password in a URL is for its server: nothing shows it.
func TestPassword(t *testing.T) {
	c := load(t, `"`+strings.Replace(portal.URL, "://", "://user:SECRET@", 1)+`/good.yaml?token=SECRET"`, true)
	if shown := fmt.Sprint(c.Files, c.Gaps, c.Warnings); strings.Contains(shown, "SECRET") || len(c.Files) != 2 {
		t.Errorf("got %s", shown)
	}
}

// What is fetched is a project's word.
func TestFetchedWord(t *testing.T) {
	c := load(t, portal.URL+"/word.yaml", true)
	if c.Own.Telemetry != (config.Telemetry{}) || c.Own.Logs != (config.Logs{}) || len(c.Claims.XDG) != 1 {
		t.Errorf("got %+v, %v", c.Own, c.Claims)
	}
}
