package revoke_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/revoke"
)

// What Atmos v1.221 writes after a login to https://acme.awsapps.com/start in us-east-1, and where.
const (
	sessionFile = "79bd718a482a3c0ed2e0def5930c30370ed00695.json"
	sessionData = `{
  "accessToken": "sso-access",
  "expiresAt": "2027-11-22T14:46:01.904321463Z",
  "region": "us-east-1",
  "startUrl": "https://acme.awsapps.com/start",
  "refreshToken": "sso-refresh",
  "clientId": "client-id",
  "clientSecret": "client-secret",
  "registrationExpiresAt": "2027-02-20T14:46:00Z"
}`
	stateData = `{"tokens":[{"host":"github.com","owner":"acme","token":"sts-one","expiresAt":"2027-11-23T07:24:50Z"}]}`
)

// said is what of a session may be seen.
type said struct {
	Host, StartURL, ValidUntil string
	Renewable                  bool
	Refused                    string
	NotSupported               bool
}

func say(s revoke.Session) said {
	o := said{Host: s.Host, StartURL: s.StartURL, Renewable: s.Renewable, NotSupported: errors.Is(s.Refused, revoke.ErrNotSupported)}
	if !s.ValidUntil.IsZero() {
		o.ValidUntil = s.ValidUntil.Format(time.RFC3339)
	}
	if s.Refused != nil {
		o.Refused = s.Refused.Error()
	}
	return o
}

func sayAll(sessions []revoke.Session) []said {
	var all []said
	for _, s := range sessions {
		all = append(all, say(s))
	}
	return all
}

// with changes what a token file says; a value that is empty leaves the field out.
func with(data string, changes ...string) string {
	var f map[string]any
	if err := json.Unmarshal([]byte(data), &f); err != nil {
		panic(err)
	}
	for i := 0; i < len(changes); i += 2 {
		if f[changes[i]] = changes[i+1]; changes[i+1] == "" {
			delete(f, changes[i])
		}
	}
	out, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	return string(out)
}

func TestReadSSO(t *testing.T) {
	const start = "https://acme.awsapps.com/start"
	const until = "2027-11-22T14:46:01Z"
	whole := said{Host: "portal.sso.us-east-1.amazonaws.com", StartURL: start, ValidUntil: until, Renewable: true}
	plain := whole
	plain.Renewable = false
	refused := func(why string) []said {
		return []said{{StartURL: start, ValidUntil: until, Renewable: true, Refused: why}}
	}
	const mismatch = "the name of the token file does not match its content"
	for name, tt := range map[string]struct {
		data, file string
		want       []said
	}{
		"v1.221":                     {sessionData, sessionFile, []said{whole}},
		"a path":                     {sessionData, "/home/ana/.cache/atmos/aws-sso/sessions/" + sessionFile, []said{whole}},
		"v1.197":                     {with(sessionData, "refreshToken", "", "clientId", "", "clientSecret", ""), "token.json", []said{plain}},
		"no client":                  {with(sessionData, "clientSecret", ""), sessionFile, []said{plain}},
		"refresh token only":         {with(sessionData, "accessToken", ""), sessionFile, []said{whole}},
		"no expiry":                  {with(sessionData, "expiresAt", "soon"), sessionFile, []said{{Host: whole.Host, StartURL: start, Renewable: true}}},
		"start URL that is none":     {with(sessionData, "startUrl", "javascript:alert(1)"), "token.json", []said{{Host: whole.Host, ValidUntil: until, Renewable: true}}},
		"start URL with a query":     {with(sessionData, "startUrl", start+"?key=secret"), "token.json", []said{{Host: whole.Host, ValidUntil: until, Renewable: true}}},
		"start URL with a password":  {with(sessionData, "startUrl", "https://ana:secret@acme.awsapps.com/start"), "token.json", []said{{Host: whole.Host, ValidUntil: until, Renewable: true}}},
		"start URL of another file":  {with(sessionData, "startUrl", "https://evil.example/start"), sessionFile, []said{{StartURL: "https://evil.example/start", ValidUntil: until, Renewable: true, Refused: mismatch}}},
		"region of another file":     {with(sessionData, "region", "eu-west-1"), sessionFile, refused(mismatch)},
		"name in upper case":         {sessionData, strings.ToUpper(sessionFile[:40]) + ".json", refused(mismatch)},
		"another name":               {sessionData, "backup.json", refused(mismatch)},
		"no region":                  {with(sessionData, "region", ""), "token.json", refused("the region in the token file is not one of AWS")},
		"no access token, no client": {with(sessionData, "accessToken", "", "clientId", ""), sessionFile, []said{{StartURL: start, ValidUntil: until, Refused: "cannot be ended from here: there is no access token", NotSupported: true}}},
		"no token":                   {with(sessionData, "accessToken", "", "refreshToken", ""), sessionFile, nil},
		"empty":                      {"", sessionFile, nil},
		"white space":                {" \n", sessionFile, nil},
		"cut off":                    {sessionData[:100], sessionFile, []said{{Refused: "not a token file of Atmos"}}},
		"other types":                {`{"accessToken":["sso-access"]}`, sessionFile, []said{{Refused: "not a token file of Atmos"}}},
		"too large":                  {sessionData + strings.Repeat(" ", revoke.MaxFile), sessionFile, []said{{Refused: "the token file is too large"}}},
		"nothing, too large":         {strings.Repeat(" ", revoke.MaxFile+1), sessionFile, []said{{Refused: "the token file is too large"}}},
	} {
		if diff := cmp.Diff(tt.want, sayAll(revoke.ReadSSO([]byte(tt.data), tt.file))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// No token that a header cannot hold as it is gets as far as a request.
func TestHeaderSafe(t *testing.T) {
	for _, token := range []string{"a\nb", "a\r\nX-Evil: b", "a b", " a", "a\t", "a\x00", "ä", "\x7f"} {
		for _, sessions := range [][]revoke.Session{
			revoke.ReadSSO([]byte(with(sessionData, "accessToken", token)), sessionFile),
			revoke.ReadGitHub([]byte(strings.ReplaceAll(stateData, `"sts-one"`, string(must(json.Marshal(token)))))),
		} {
			if len(sessions) != 1 || sessions[0].Host != "" || sessions[0].Refused == nil || errors.Is(sessions[0].Refused, revoke.ErrNotSupported) {
				t.Errorf("token %q: %+v", token, sayAll(sessions))
			}
		}
	}
	if s := revoke.ReadSSO([]byte(with(sessionData, "accessToken", "!~")), sessionFile); s[0].Refused != nil {
		t.Errorf("a token that a header can hold: %v", s[0].Refused)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestReadGitHub(t *testing.T) {
	const until = "2027-11-23T07:24:50Z"
	one := said{Host: "api.github.com", ValidUntil: until}
	other := said{ValidUntil: until, Refused: "cannot be ended from here: not a token of github.com", NotSupported: true}
	token := func(host, token string) string {
		return fmt.Sprintf(`{"host":%q,"owner":"acme","token":%q,"expiresAt":"2027-11-23T07:24:50Z"}`, host, token)
	}
	for name, tt := range map[string]struct {
		data string
		want []said
	}{
		"v1.221":         {stateData, []said{one}},
		"two owners":     {`{"tokens":[` + token("github.com", "a") + "," + token("github.com", "b") + "]}", []said{one, one}},
		"another host":   {`{"tokens":[` + token("github.acme.example", "a") + "," + token("github.com", "b") + "]}", []said{other, one}},
		"like GitHub":    {`{"tokens":[` + token("github.com.evil.example", "a") + "]}", []said{other}},
		"a part of it":   {`{"tokens":[` + token("api.github.com", "a") + "]}", []said{other}},
		"no host":        {`{"tokens":[` + token("", "a") + "]}", []said{other}},
		"no token":       {`{"tokens":[` + token("github.com", "") + "]}", nil},
		"none":           {`{"tokens":[]}`, nil},
		"empty":          {"", nil},
		"not that shape": {`{"tokens":{"host":"github.com"}}`, []said{{Refused: "not a token file of Atmos"}}},
	} {
		if diff := cmp.Diff(tt.want, sayAll(revoke.ReadGitHub([]byte(tt.data)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The regions of partitions.json in the SDKs of AWS, and what is none.
func TestRegions(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1":                            "us-east-1.amazonaws.com",
		"ap-southeast-5":                       "ap-southeast-5.amazonaws.com",
		"il-central-1":                         "il-central-1.amazonaws.com",
		"mx-central-1":                         "mx-central-1.amazonaws.com",
		"us-gov-west-1":                        "us-gov-west-1.amazonaws.com",
		"cn-north-1":                           "cn-north-1.amazonaws.com.cn",
		"cn-northwest-1":                       "cn-northwest-1.amazonaws.com.cn",
		"eusc-de-east-1":                       "eusc-de-east-1.amazonaws.eu",
		"us-iso-east-1":                        "us-iso-east-1.c2s.ic.gov",
		"us-isob-east-1":                       "us-isob-east-1.sc2s.sgov.gov",
		"eu-isoe-west-1":                       "eu-isoe-west-1.cloud.adc-e.uk",
		"us-isof-south-1":                      "us-isof-south-1.csp.hci.ic.gov",
		"":                                     "",
		"us-east-" + strings.Repeat("1", 24):   "us-east-" + strings.Repeat("1", 24) + ".amazonaws.com",
		"us-east-" + strings.Repeat("1", 25):   "",
		"us-east":                              "",
		"-1":                                   "",
		"us--1":                                "",
		"us-east-1 ":                           "",
		"us-east-1\n":                          "",
		"us-east-1.":                           "",
		"US-EAST-1":                            "",
		"us-east-1.evil.example":               "",
		"evil.example/us-east-1":               "",
		"evil.example/x?":                      "",
		"evil.example#-east-1":                 "",
		"us-east-1@evil.example":               "",
		"user:pw@us-east-1":                    "",
		"us-east-1:443":                        "",
		"us-east-1%2eevil":                     "",
		"xx-east-1":                            "",
		"us-gov-gov-west-1":                    "",
		"cn-gov-west-1":                        "",
		"us-eäst-1":                            "",
		"us-east-١":                            "",
		"us-" + strings.Repeat("a", 60) + "-1": "",
	} {
		s := revoke.ReadSSO([]byte(with(sessionData, "region", region)), "token.json")[0]
		if want != "" {
			want = "portal.sso." + want
		}
		if s.Host != want || (want == "") != (s.Refused != nil) {
			t.Errorf("region %q: host %q, refused %v", region, s.Host, s.Refused)
		}
	}
}

// One token is one session, whoever uses it and in however many files it lies.
func TestJoin(t *testing.T) {
	read := func(name, data, file string) revoke.Session {
		s := revoke.ReadSSO([]byte(data), file)[0]
		s.Name = name
		return s
	}
	old := with(sessionData, "refreshToken", "", "clientId", "", "clientSecret", "")
	sessions := []revoke.Session{
		read("aws-sso", old, "token.json"),
		read("partner-sso", sessionData, sessionFile),
		read("aws-sso", sessionData, sessionFile),
		read("old-sso", with(sessionData, "accessToken", "another"), "token.json"), // another login at the same portal
		read("bad", sessionData, "backup.json"),
		read("far-sso", with(sessionData, "region", "eu-west-1"), "token.json"), // another portal
		read("bad", sessionData, "backup.json"),
		read("one", with(sessionData, "accessToken", ""), sessionFile),
		read("two", with(sessionData, "accessToken", "", "refreshToken", "another"), sessionFile),
		read("three", with(sessionData, "accessToken", ""), sessionFile),
	}
	var got []string
	for _, s := range revoke.Join(sessions) {
		got = append(got, fmt.Sprint(s.Name, " ", s.Renewable))
	}
	want := []string{"aws-sso, partner-sso true", "old-sso true", "bad true", "far-sso true", "bad true", "one, three true", "two true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again := revoke.Join(revoke.Join(sessions)); len(again) != len(want) || again[0].Name != want[0][:20] {
		t.Errorf("joined twice: %d", len(again))
	}
}

// However a session is printed, and wherever it is a part, no token shows.
func TestNoSecret(t *testing.T) {
	sessions := append(revoke.ReadSSO([]byte(sessionData), sessionFile), revoke.ReadGitHub([]byte(stateData))...)
	type inside struct{ s revoke.Session }
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "session", sessions[0], "result", revoke.Result{Session: sessions[1]})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "session", sessions[0], "result", revoke.Result{Session: sessions[1]})
	printed := log.String()
	for _, v := range []any{sessions, sessions[0], &sessions[0], inside{sessions[0]}, &inside{sessions[0]}, revoke.Result{Session: sessions[1]}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			printed += fmt.Sprintf(verb, v)
		}
		printed += string(must(json.Marshal(v)))
	}
	for _, token := range []string{"sso-access", "sso-refresh", "client-secret", "sts-one"} {
		if strings.Contains(printed, token) || strings.Contains(printed, fmt.Sprintf("%x", token)) {
			t.Errorf("%s was printed", token)
		}
	}
}
