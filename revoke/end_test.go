package revoke_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/cloudtest"
	"github.com/credclean/credclean/revoke"
)

// A file is a token file that sessions are read from.
type file struct{ Name, File, Data string }

// ended is what became of a session.
type ended struct {
	Name    string
	Outcome revoke.Outcome
	Status  int
	Renewed bool
	Reason  string
}

// The environment of a process counts, and net/http looks at it once; so each case is a process of its own.
const childTimeout, childDir = "REVOKE_TEST_TIMEOUT", "REVOKE_TEST_DIR"

func TestMain(m *testing.M) {
	timeout, child := os.LookupEnv(childTimeout)
	if !child {
		m.Run()
		return
	}
	dir := os.Getenv(childDir)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var files []file
	if err := json.Unmarshal(must(os.ReadFile(filepath.Join(dir, "files"))), &files); err != nil {
		panic(err)
	}
	var sessions []revoke.Session
	for _, f := range files {
		read := revoke.ReadGitHub([]byte(f.Data))
		if f.File != "state.json" {
			read = revoke.ReadSSO([]byte(f.Data), f.File)
		}
		for _, s := range read {
			s.Name = f.Name
			sessions = append(sessions, s)
		}
	}
	var results []ended
	for _, r := range revoke.End(ctx, sessions, must(time.ParseDuration(timeout))) {
		e := ended{Name: r.Name, Outcome: r.Outcome, Status: r.HTTPStatus, Renewed: r.Renewed}
		if r.Reason != nil {
			e.Reason = r.Reason.Error()
		}
		if r.HTTPStatus != 0 && r.Duration <= 0 {
			panic("an answer in no time")
		}
		results = append(results, e)
	}
	if err := os.WriteFile(filepath.Join(dir, "results"), must(json.Marshal(results)), 0o600); err != nil {
		panic(err)
	}
}

// start starts the stand-in, which knows the sessions of the files.
func start(t *testing.T, files ...file) *cloudtest.Cloud {
	t.Helper()
	c, err := cloudtest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for _, f := range files {
		if err := c.Know([]byte(f.Data)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func set(t *testing.T, c *cloudtest.Cloud, modes ...string) {
	t.Helper()
	for i := 0; i < len(modes); i += 2 {
		if err := c.Set(modes[i], modes[i+1]); err != nil {
			t.Fatal(err)
		}
	}
}

// child is a process that ends the sessions of the files.
func child(t *testing.T, c *cloudtest.Cloud, timeout, env string, files []file) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "files"), must(json.Marshal(files)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), childTimeout+"="+timeout, childDir+"="+dir, "GORACE=atexit_sleep_ms=0")
	for name, value := range c.Env() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, strings.Fields(env)...)
	return cmd
}

// end lets a process end the sessions of the files, and returns what became of them. It says no secret.
func end(t *testing.T, c *cloudtest.Cloud, timeout, env string, files ...file) []ended {
	t.Helper()
	return finish(t, child(t, c, timeout, env, files), func() error { return nil })
}

func finish(t *testing.T, cmd *exec.Cmd, meanwhile func() error) []ended {
	t.Helper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	begin := time.Now()
	err := cmd.Start()
	if err == nil {
		err = meanwhile()
	}
	if wait := cmd.Wait(); err == nil {
		err = wait
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	if took := time.Since(begin); took > 25*time.Second { // the longest budget that is used up is five, and the machine is busy
		t.Errorf("took %v", took)
	}
	out := must(os.ReadFile(filepath.Join(cmd.Dir, "results")))
	for _, secret := range []string{"sso-access", "sso-refresh", "client-secret", "sts-", "fresh-"} {
		if strings.Contains(string(out)+log.String(), secret) {
			t.Errorf("%s was printed:\n%s%s", secret, out, &log)
		}
	}
	var results []ended
	if err := json.Unmarshal(out, &results); err != nil {
		t.Fatal(err)
	}
	return results
}

var (
	live   = file{"aws-sso", sessionFile, with(sessionData, "expiresAt", at(time.Hour))}
	lapsed = file{"aws-sso", sessionFile, with(sessionData, "expiresAt", at(-time.Hour))}
	old    = file{"old-sso", "token.json", `{"accessToken": "sso-access-old", "expiresAt": "` + at(time.Hour) + `", "region": "us-east-1", "startUrl": "https://acme.awsapps.com/start"}`}
	state  = file{"org/sts", "state.json", `{"tokens":[{"host":"github.com","owner":"acme","token":"sts-one","expiresAt":"` + at(time.Hour) + `"}]}`}
)

func at(from time.Duration) string { return time.Now().Add(from).UTC().Format(time.RFC3339Nano) }

const (
	portal = "portal.sso.us-east-1.amazonaws.com"
	oidc   = "oidc.us-east-1.amazonaws.com"
	github = "api.github.com"
)

// Each case is one token file, what the provider does, and what comes of it.
func TestEnd(t *testing.T) {
	t.Parallel()
	logout, renewal, deletion := "POST "+portal+"/logout", "POST "+oidc+"/token", "DELETE "+github+"/installation/token"
	with401 := func(reason string) ended { return ended{"", revoke.NotSupported, 401, false, reason} }
	const noRefresh = "the access token is no longer valid, and it cannot be renewed"
	for name, tt := range map[string]struct {
		file     file
		modes    []string // mode, hosts, …
		want     ended    // but for the name
		requests []string
	}{
		"live":                       {live, nil, ended{"", revoke.Revoked, 200, false, ""}, []string{logout}},
		"old format":                 {old, nil, ended{"", revoke.Revoked, 200, false, ""}, []string{logout}},
		"lapsed":                     {lapsed, nil, ended{"", revoke.Revoked, 200, true, ""}, []string{renewal, logout}},
		"GitHub":                     {state, nil, ended{"", revoke.Revoked, 204, false, ""}, []string{deletion}},
		"GitHub, 404":                {state, []string{"404", github}, ended{"", revoke.AlreadyInvalid, 404, false, ""}, []string{deletion}},
		"GitHub, 403":                {state, []string{"403", github}, ended{"", revoke.Failed, 403, false, github + " answered 403"}, []string{deletion}},
		"400":                        {live, []string{"400", portal}, ended{"", revoke.Failed, 400, false, portal + " answered 400"}, []string{logout}},
		"404":                        {live, []string{"404", portal}, ended{"", revoke.Failed, 404, false, portal + " answered 404"}, []string{logout}},
		"429":                        {live, []string{"429", portal}, ended{"", revoke.Failed, 429, false, portal + " answered 429"}, []string{logout}},
		"500":                        {live, []string{"500", portal}, ended{"", revoke.Failed, 500, false, portal + " answered 500"}, []string{logout}},
		"401, then 401":              {live, []string{"401", portal}, ended{"", revoke.AlreadyInvalid, 401, true, ""}, []string{logout, renewal, logout}},
		"401, cannot be renewed":     {old, []string{"401", portal}, with401(noRefresh), []string{logout}},
		"401, lapsed registration":   {live, []string{"401", "*"}, ended{"", revoke.Failed, 401, false, oidc + " answered 401"}, []string{logout, renewal}},
		"lapsed, 400 at renewal":     {lapsed, []string{"400", oidc}, ended{"", revoke.Failed, 400, false, oidc + " answered 400"}, []string{renewal}},
		"lapsed, 500 at renewal":     {lapsed, []string{"500", oidc}, ended{"", revoke.Failed, 500, false, oidc + " answered 500"}, []string{renewal}},
		"lapsed, 500 after renewal":  {lapsed, []string{"500", portal}, ended{"", revoke.Failed, 500, true, portal + " answered 500"}, []string{renewal, logout}},
		"lapsed, 401 after renewal":  {lapsed, []string{"401", portal}, ended{"", revoke.AlreadyInvalid, 401, true, ""}, []string{renewal, logout}},
		"renewal without a token":    {lapsed, []string{"200", oidc}, ended{"", revoke.Failed, 200, false, "the answer was not understood"}, []string{renewal}},
		"renewal with an odd token":  {lapsed, []string{"odd-token", oidc}, ended{"", revoke.Failed, 200, false, "the token holds characters that cannot be sent"}, []string{renewal}},
		"renewal that floods":        {lapsed, []string{"flood", oidc}, ended{"", revoke.Failed, 200, false, "the answer was not understood"}, []string{renewal}},
		"renewal that redirects":     {lapsed, []string{"redirect", oidc}, ended{"", revoke.Failed, 307, false, oidc + " answered 307"}, []string{renewal}},
		"redirects":                  {live, []string{"redirect", portal}, ended{"", revoke.Failed, 307, false, portal + " answered 307"}, []string{logout}},
		"GitHub redirects":           {state, []string{"redirect", github}, ended{"", revoke.Failed, 307, false, github + " answered 307"}, []string{deletion}},
		"drips":                      {live, []string{"drip", portal}, ended{"", revoke.Revoked, 200, false, ""}, []string{logout}},
		"body that never comes":      {live, []string{"hang-body", portal}, ended{"", revoke.Revoked, 200, false, ""}, []string{logout}},
		"floods":                     {live, []string{"flood", portal}, ended{"", revoke.Revoked, 200, false, ""}, []string{logout}},
		"header that floods":         {live, []string{"header", portal}, ended{"", revoke.Failed, 0, false, "the answer was not understood"}, []string{logout}},
		"repeats the token":          {live, []string{"echo", portal}, ended{"", revoke.Failed, 0, false, "the answer was not understood"}, []string{logout}},
		"GitHub repeats the token":   {state, []string{"echo", github}, ended{"", revoke.Failed, 0, false, "the answer was not understood"}, []string{deletion}},
		"renewal repeats the tokens": {lapsed, []string{"echo", oidc}, ended{"", revoke.Failed, 0, false, "the answer was not understood"}, []string{renewal}},
		"the proxy refuses":          {live, []string{"refuse", portal}, ended{"", revoke.Failed, 0, false, "the proxy answered 403"}, nil},
		"the proxy refuses GitHub":   {state, []string{"refuse", "*"}, ended{"", revoke.Failed, 0, false, "the proxy answered 403"}, nil},
		"a certificate of nobody":    {live, []string{"wrong-ca", portal}, ended{"", revoke.Failed, 0, false, "tls: failed to verify certificate: x509: certificate signed by unknown authority"}, nil},
		"TLS 1.1":                    {live, []string{"old-tls", portal}, ended{"", revoke.Failed, 0, false, "tls: protocol version not supported"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, tt.file)
			set(t, c, tt.modes...)
			before := c.Usable()
			got := end(t, c, "20s", "", tt.file)
			tt.want.Name = tt.file.Name
			if diff := cmp.Diff([]ended{tt.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.requests, c.Requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if after := c.Usable(); tt.modes == nil && (len(before) == 0 || len(after) > 0) {
				t.Errorf("before %q, after %q could still be used", before, after)
			}
			for _, host := range c.Asked() {
				if host != portal && host != oidc && host != github {
					t.Errorf("%s was asked", host)
				}
			}
		})
	}
}

// A session that is over at the provider was over already, however that shows.
func TestOver(t *testing.T) {
	t.Parallel()
	for _, f := range []file{live, lapsed, state} {
		c := start(t, f)
		first, second := end(t, c, "20s", "", f), end(t, c, "20s", "", f)
		if first[0].Outcome != revoke.Revoked || second[0].Outcome != revoke.AlreadyInvalid || second[0].Reason != "" || second[0].Renewed {
			t.Errorf("first %+v, second %+v", first, second)
		}
	}
}

// A token that is valid by our clock and not by the provider's is renewed once.
func TestClock(t *testing.T) {
	t.Parallel()
	c := start(t, live)
	c.Lapse("sso-access")
	want := []ended{{"aws-sso", revoke.Revoked, 200, true, ""}}
	if diff := cmp.Diff(want, end(t, c, "20s", "", live)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if usable := c.Usable(); usable != nil {
		t.Errorf("%q could still be used", usable)
	}
}

// What must not be sent is not, and nobody is asked for.
func TestNothingSent(t *testing.T) {
	t.Parallel()
	other := strings.ReplaceAll(state.Data, "github.com", "github.acme.example")
	for _, tt := range []struct {
		file file
		want revoke.Outcome
	}{
		{file{"a", "token.json", with(live.Data, "region", "evil.example/x?")}, revoke.Failed},
		{file{"a", "token.json", with(live.Data, "region", "us-east-1.evil.example")}, revoke.Failed},
		{file{"a", "token.json", with(live.Data, "accessToken", "a\nHost: evil.example")}, revoke.Failed},
		{file{"a", sessionFile, with(live.Data, "region", "eu-west-1")}, revoke.Failed},
		{file{"a", sessionFile, with(live.Data, "startUrl", "https://evil.example/start")}, revoke.Failed},
		{file{"a", sessionFile, live.Data + strings.Repeat(" ", 100<<20>>4)}, revoke.Failed},
		{file{"a", "state.json", other}, revoke.NotSupported},
	} {
		c := start(t)
		got := end(t, c, "20s", "", tt.file)
		if len(got) != 1 || got[0].Outcome != tt.want || got[0].Reason == "" || c.Asked() != nil {
			t.Errorf("%.80s: %+v; asked for %q", tt.file.Data, got, c.Asked())
		}
	}
}

// All requests run side by side within one budget, and one that hangs delays no other. Each hanging portal
// is one of ten: nobody answers at the proxy, in TLS, to the request, or to the end of a renewal.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	modes := []struct {
		mode, at string
		data     string
		want     ended
		requests int
	}{
		{"hang-proxy", "portal", live.Data, ended{"", revoke.Failed, 0, false, "no answer in 5 s"}, 0},
		{"hang-tls", "portal", live.Data, ended{"", revoke.Failed, 0, false, "no answer in 5 s"}, 0},
		{"hang-answer", "portal", live.Data, ended{"", revoke.Failed, 0, false, "no answer in 5 s"}, 1},
		{"hang-answer", "oidc", lapsed.Data, ended{"", revoke.Failed, 0, false, "no answer in 5 s"}, 1},
		{"drip", "oidc", lapsed.Data, ended{"", revoke.Failed, 200, false, "no answer in 5 s"}, 1},
		{"ok", "portal", live.Data, ended{"", revoke.Revoked, 200, false, ""}, 1},
	}
	var files []file
	var want []ended
	requests := make(map[string]int) // of a region
	for i := range 60 {
		m, region := modes[i%len(modes)], fmt.Sprintf("us-east-%d", i+2)
		m.want.Name = region
		files = append(files, file{region, "token.json", with(m.data, "region", region, "accessToken", "sso-access-"+region, "refreshToken", "sso-refresh-"+region)})
		want, requests[region] = append(want, m.want), m.requests
	}
	c := start(t, append(files, state)...)
	for i, f := range files {
		m := modes[i%len(modes)]
		set(t, c, m.mode, m.at+".*"+f.Name+".*")
	}
	got := end(t, c, "5s", "", append(files, state)...)
	if diff := cmp.Diff(append(want, ended{state.Name, revoke.Revoked, 204, false, ""}), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, r := range c.Requests() {
		for region := range requests {
			if strings.Contains(r, "."+region+".") {
				requests[region]--
			}
		}
	}
	for region, missing := range requests {
		if missing != 0 {
			t.Errorf("%s: %d requests are missing", region, missing)
		}
	}
}

// Several files with one token are one request; another login at the same portal is another.
func TestOneRequestPerToken(t *testing.T) {
	t.Parallel()
	second, third := live, state
	second.Name, third.Name = "partner-sso", "other/sts"
	c := start(t, live, old, state)
	want := []ended{
		{"aws-sso, partner-sso", revoke.Revoked, 200, false, ""},
		{"old-sso", revoke.Revoked, 200, false, ""},
		{"org/sts, other/sts", revoke.Revoked, 204, false, ""},
	}
	if diff := cmp.Diff(want, end(t, c, "20s", "", live, second, live, old, state, third)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if requests := c.Requests(); len(requests) != 3 {
		t.Errorf("requests: %q", requests)
	}
}
