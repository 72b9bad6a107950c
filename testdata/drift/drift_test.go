package main

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/internal/keyringtest"
)

// Started under one of these names, the test is an Atmos: the first writes what releases since v1.221
// do, the others something more.
var atmoses = map[string]func(h client){
	"atmos":          func(client) {},
	"atmos-new-file": func(h client) { h.write(".config/atmos/novel/token", h.credentials["SessionToken"]) },
	"atmos-encoded": func(h client) {
		h.write(".docker/config.json", base64.StdEncoding.EncodeToString([]byte("AWS:"+h.credentials["SessionToken"])))
	},
	"atmos-new-entry": func(h client) { h.keyring("atmos-novel-"+h.identity, h.credentials["SecretAccessKey"]) },
	"atmos-no-secret": func(h client) { h.write(".config/atmos/"+h.realm+"/aws/corp-sso/notes", "nothing secret") },
}

func TestMain(m *testing.M) {
	if more, ok := atmoses[filepath.Base(os.Args[0])]; ok {
		h := newClient()
		h.login()
		more(h)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestDrift: what Atmos is known to leave is found and removed, and whatever it leaves more is named.
func TestDrift(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	credclean, err := build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"atmos":           "",
		"atmos-new-file":  "a secret of deep-role is left in home/.config/atmos/novel/token",
		"atmos-encoded":   "a secret of deep-role is left in home/.docker/config.json",
		"atmos-new-entry": "a secret of deep-role is left in home/.local/share/atmos/keyring/atmos-novel-deep-role",
		"atmos-no-secret": "home/.config/atmos/REALM/aws/corp-sso/notes is not as it was before the login",
	} {
		t.Run(name, func(t *testing.T) {
			atmos := filepath.Join(t.TempDir(), name)
			if err := os.Symlink(self, atmos); err != nil {
				t.Fatal(err)
			}
			err := drift(atmos, credclean, t.TempDir(), io.Discard)
			if want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			message := regexp.MustCompile(`/[0-9a-f]{16}/`).ReplaceAllString(fmt.Sprint(err), "/REALM/")
			if !strings.Contains(message, want) {
				t.Errorf("%s\nwanted: %s", message, want)
			}
		})
	}
}

// TestFind: a mark is found wherever it lies and however it is written, and only there.
func TestFind(t *testing.T) {
	root := t.TempDir()
	m, other := mark{"ASIADRIFT0000007Z", "dev-admin"}, mark{"ASIADRIFT0000008Z", "prod-admin"}
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	files := map[string]string{
		"plain": "x" + m.text + "y", "one": encode("a" + m.text), "two": encode("ab" + m.text + "!"), "three": encode("abc" + m.text),
		"encoded": encode(m.text), "named-" + m.text: "", "below/there": m.text, "nothing": "ASIADRIFT000000Z", "opened": "closed",
	}
	for name, content := range files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("to-"+m.text, filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	found, err := find(root, []mark{m, other}, func(file string) (string, error) {
		if filepath.Base(file) == "opened" {
			return m.text, nil
		}
		return "", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"below/there", "encoded", "link", "named-" + m.text, "one", "opened", "plain", "three", "two"}
	if !slices.Equal(found[m], want) || found[other] != nil {
		t.Errorf("found %v\nwanted %v", found, want)
	}
}

// TestDifferences: what is new, gone or changed is named, but not what is allowed and what leads there.
func TestDifferences(t *testing.T) {
	before := picture{"home": "d", "home/old": "1", "home/same": "1", "home/gone": "1"}
	after := picture{"home": "d", "home/old": "2", "home/same": "1", "home/a": "d", "home/a/r": "d", "home/a/r/x": "1", "home/a/r/y": "1", "home/b": "1"}
	got := differences(before, after, []string{"home/a/*/x"})
	if want := []string{"home/a/r/y", "home/b", "home/gone", "home/old"}; !slices.Equal(got, want) {
		t.Errorf("got %v, wanted %v", got, want)
	}
}

// TestStandInRefuses: what was not handed out opens nothing, and what is not known is remembered.
func TestStandInRefuses(t *testing.T) {
	cloud := newStandIn()
	server := httptest.NewServer(cloud)
	defer server.Close()
	for request, want := range map[string]int{
		"POST /token {}":       http.StatusUnauthorized,
		"POST /token nonsense": http.StatusBadRequest,
		"GET /federation/credentials?role_name=DevAccess none": http.StatusUnauthorized,
		"POST / Action=AssumeRole":                             http.StatusForbidden,
		"POST /novel {}":                                       http.StatusNotFound,
	} {
		method, rest, _ := strings.Cut(request, " ")
		address, body, _ := strings.Cut(rest, " ")
		r, err := http.NewRequest(method, server.URL+address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %s", request, response.Status)
		}
	}
	if want := []string{"POST /novel "}; !slices.Equal(cloud.unknown, want) {
		t.Errorf("unknown: %q", cloud.unknown)
	}
}

// A client logs in as Atmos does, and writes what it writes.
type client struct {
	home, realm, address string
	identity             string
	credentials          map[string]string // of the identity
}

func newClient() client {
	project, err := os.Getwd()
	must(err)
	text, err := os.ReadFile("atmos.yaml")
	must(err)
	realm := sha256.Sum256([]byte(strings.ToLower(project)))
	return client{
		home: os.Getenv("HOME"), realm: fmt.Sprintf("%x", realm[:8]),
		address: regexp.MustCompile(`http://[0-9.:]+`).FindString(string(text)), credentials: map[string]string{},
		identity: os.Args[4], // auth login --identity NAME
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (h client) login() {
	directory := "corp-sso"
	switch h.identity {
	case "dev-admin":
		h.role("DevAccess")
	case "prod-admin":
		h.role("ProdAccess")
	case "deep-role":
		h.role("DevAccess")
		h.sts(url.Values{"Action": {"AssumeRole"}, "RoleArn": {"arn:aws:iam::111111111111:role/deep-role"}})
	case "ci-bot":
		directory = "aws-user"
		h.credentials["AccessKeyId"] = userKey
		h.sts(url.Values{"Action": {"GetSessionToken"}})
	}
	below := ".config/atmos/" + h.realm + "/aws/" + directory + "/"
	h.write(below+"credentials", fmt.Sprintf("; atmos: expiration=%s\n[%s]\naws_access_key_id     = %s\naws_secret_access_key = %s\naws_session_token     = %s\n\n",
		h.credentials["Expiration"], h.identity, h.credentials["AccessKeyId"], h.credentials["SecretAccessKey"], h.credentials["SessionToken"]))
	h.write(below+"config", "[profile "+h.identity+"]\nregion = us-east-1\n\n")
	h.write(below+"credentials.lock", "")
	h.write(below+"config.lock", "")
	h.write(".cache/atmos/cache.yaml", "installation_id: drift\n")
}

// write appends, so that sections of identities come together in one file.
func (h client) write(name, content string) {
	file := filepath.Join(h.home, name)
	must(os.MkdirAll(filepath.Dir(file), 0o700))
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	must(err)
	_, err = f.WriteString(content)
	must(err)
	must(f.Close())
}

func (h client) keyring(key, secret string) {
	must(keyringtest.SetFile(filepath.Join(h.home, ".local/share/atmos/keyring"), key, secret))
}

// session is the portal's access token: one that is kept, or that of a new device authorization.
func (h client) session() string {
	const start = "https://drift.invalid/start"
	name := fmt.Sprintf(".cache/atmos/aws-sso/sessions/%x.json", sha1.Sum([]byte(start+"|us-east-1")))
	var kept struct{ AccessToken string }
	if text, err := os.ReadFile(filepath.Join(h.home, name)); err == nil {
		must(json.Unmarshal(text, &kept))
		return kept.AccessToken
	}
	c := h.json("/client/register", map[string]any{"clientName": "atmos", "clientType": "public", "scopes": []string{"sso:account:access"}})
	in := map[string]any{"clientId": c["clientId"], "clientSecret": c["clientSecret"], "startUrl": start}
	in["deviceCode"] = h.json("/device_authorization", in)["deviceCode"]
	in["grantType"] = "urn:ietf:params:oauth:grant-type:device_code"
	if pending := h.json("/token", in); pending["error"] != "authorization_pending" {
		must(fmt.Errorf("not pending: %v", pending))
	}
	token := h.json("/token", in)
	file, err := json.Marshal(map[string]any{
		"accessToken": token["accessToken"], "refreshToken": token["refreshToken"], "clientId": c["clientId"], "clientSecret": c["clientSecret"],
		"startUrl": start, "region": "us-east-1", "expiresAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	})
	must(err)
	h.write(name, string(file))
	h.keyring("atmos_"+h.realm+"_corp-sso", fmt.Sprintf(`{"type":"aws","data":{"access_key_id":"%s","region":"us-east-1"}}`, token["accessToken"]))
	return token["accessToken"].(string)
}

func (h client) role(name string) {
	r, err := http.NewRequest(http.MethodGet, h.address+"/federation/credentials?account_id=111111111111&role_name="+name, nil)
	must(err)
	r.Header.Set("x-amz-sso_bearer_token", h.session())
	var out struct {
		RoleCredentials struct {
			AccessKeyID, SecretAccessKey, SessionToken string
			Expiration                                 int64
		}
	}
	must(json.Unmarshal(send(r), &out))
	c := out.RoleCredentials
	h.credentials["AccessKeyId"], h.credentials["SecretAccessKey"], h.credentials["SessionToken"] = c.AccessKeyID, c.SecretAccessKey, c.SessionToken
	h.credentials["Expiration"] = time.UnixMilli(c.Expiration).UTC().Format(time.RFC3339)
}

func (h client) sts(form url.Values) {
	form.Set("Version", "2011-06-15")
	r, err := http.NewRequest(http.MethodPost, h.address, strings.NewReader(form.Encode()))
	must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+h.credentials["AccessKeyId"]+"/20261126/us-east-1/sts/aws4_request")
	decoder := xml.NewDecoder(bytes.NewReader(send(r)))
	for name := ""; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		must(err)
		switch token := token.(type) {
		case xml.StartElement:
			name = token.Name.Local
		case xml.CharData:
			h.credentials[name] = string(token)
		}
	}
}

func (h client) json(path string, in map[string]any) (out map[string]any) {
	body, err := json.Marshal(in)
	must(err)
	r, err := http.NewRequest(http.MethodPost, h.address+path, bytes.NewReader(body))
	must(err)
	must(json.Unmarshal(send(r), &out))
	return out
}

func send(r *http.Request) []byte {
	response, err := http.DefaultClient.Do(r)
	must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(err)
	return body
}
