package revoke_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/revoke"
	"github.com/credclean/credclean/store"
)

// named is a session as it is read, under a name.
func named(t *testing.T, name, data, file string) revoke.Session {
	t.Helper()
	read := revoke.ReadSSO
	if file == "state.json" {
		read = func(data []byte, _ string) []revoke.Session { return revoke.ReadGitHub(data) }
	}
	s := read([]byte(data), file)
	if len(s) != 1 {
		t.Fatalf("%d sessions in %s", len(s), data)
	}
	s[0].Name = name
	return s[0]
}

// The texts of a report and of a dry run.
func TestLines(t *testing.T) {
	t.Parallel()
	sso := named(t, "aws-sso", live.Data, live.File)
	partner := named(t, "partner-sso", with(live.Data, "startUrl", "https://partner.example/start"), "token.json")
	blank := named(t, "blank-sso", with(live.Data, "startUrl", "http://partner.example/start"), "token.json")
	moved := named(t, "moved-sso", live.Data, "backup.json")
	nowhere := named(t, "nowhere-sso", with(live.Data, "startUrl", "", "region", "x"), "token.json")
	sts := named(t, "org/sts", state.Data, state.File)
	ghes := named(t, "ghes", strings.ReplaceAll(state.Data, "github.com", "github.acme.example"), state.File)
	gone := named(t, "gone", strings.ReplaceAll(state.Data, `"expiresAt":"`, `"expiresAt":"2020-01-01T00:00:00Z","was":"`), state.File)
	damaged := named(t, "damaged", "{", "state.json")
	results := []revoke.Result{
		{Session: sso, Outcome: revoke.Revoked},
		{Session: partner, Outcome: revoke.AlreadyInvalid},
		{Session: sts, Outcome: revoke.Revoked},
		{Session: sso, Outcome: revoke.Failed, Reason: errors.New("no answer in 5 s")},
		{Session: partner, Outcome: revoke.NotSupported, Reason: errors.New("x")},
		{Session: blank, Outcome: revoke.NotSupported, Reason: errors.New("x")},
		{Session: moved, Outcome: revoke.Failed, Reason: moved.Refused},
		{Session: sts, Outcome: revoke.Failed, Reason: errors.New("api.github.com answered 500")},
		{Session: ghes, Outcome: revoke.NotSupported, Reason: ghes.Refused},
		{Session: gone, Outcome: revoke.Failed, Reason: errors.New("x")},
		{Session: nowhere, Outcome: revoke.Failed, Reason: nowhere.Refused},
		{Session: damaged, Outcome: revoke.Failed, Reason: damaged.Refused},
	}
	text := func(l revoke.Line) string { return fmt.Sprintf("%s: %s (%s)", l.What, l.Of, l.Remark) }
	var lines, dry []string
	for _, r := range results {
		dry = append(dry, text(r.Session.Line()))
		if l, ok := r.Line(); ok {
			lines = append(lines, text(l))
		}
	}
	if diff := cmp.Diff([]string{
		"Session ended: aws-sso (portal.sso.us-east-1.amazonaws.com)",
		"Session ended: partner-sso (it was over already)",
		"Session ended: org/sts (api.github.com)",
		"Session not ended: aws-sso (no answer in 5 s)",
		"Session not ended: moved-sso (the name of the token file does not match its content)",
		"Session not ended: org/sts (api.github.com answered 500)",
		"Session not ended: gone (x)",
		"Session not ended: nowhere-sso (the region in the token file is not one of AWS)",
		"Session not ended: damaged (not a token file of Atmos)",
	}, lines); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	const ended = "Session: aws-sso (would be ended at portal.sso.us-east-1.amazonaws.com)"
	if dry[0] != ended || dry[6] != "Session: moved-sso (would not be ended: the name of the token file does not match its content)" ||
		dry[8] != "Session: ghes (would not be ended: cannot be ended from here: not a token of github.com)" {
		t.Errorf("dry run: %q", dry)
	}
	clock := func(at time.Time) string { return at.Sub(time.Now().Add(-time.Minute)).Truncate(time.Hour).String() }
	if diff := cmp.Diff([]string{
		"Not ended: aws-sso; it ends by itself, or sign out at https://acme.awsapps.com/start",
		"Not ended: blank-sso; it ends by itself",
		"Not ended: damaged; it ends by itself",
		"Not ended: moved-sso; it ends by itself, or sign out at https://acme.awsapps.com/start",
		"Not ended: nowhere-sso; it ends by itself",
		"Not ended: partner-sso; it ends by itself, or sign out at https://partner.example/start",
		"Still valid until 1h0m0s: ghes",
		"Still valid until 1h0m0s: org/sts",
	}, revoke.After(results, clock)); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
	const affected = "every tool and browser signed in at "
	for want, some := range map[string][]revoke.Result{
		affected + "https://acme.awsapps.com/start, https://partner.example/start": {{Session: sso}, {Session: partner}, {Session: sso}, {Session: sts}},
		affected + "https://partner.example/start":                                 append(results[1:3:3], results[3]),
		"": {{Session: moved}, results[3], results[4], results[2]},
	} {
		if got := strings.Join(revoke.Affected(some), "|"); got != want {
			t.Errorf("affected: %q, want %q", got, want)
		}
	}
}

// What cannot be ended is named with its end.
func TestEndings(t *testing.T) {
	t.Parallel()
	const start = "https://acme.awsapps.com/start"
	for _, tt := range []struct {
		what              store.Kind
		kind, until, want string
	}{
		{store.CredentialsFile, "aws/assume-role", "17:42", "Still valid until 17:42: NAME (AWS cannot end role sessions)"},
		{store.CredentialsFile, "github/oidc", "17:42", "Still valid until 17:42: NAME (AWS cannot end role sessions)"},
		{store.CredentialsFile, "aws/user", "", "Not ended: NAME; it ends by itself (AWS cannot end role sessions)"},
		{store.KeyringEntry, "aws/permission-set", "17:42", "Still valid until 17:42: NAME (AWS cannot end role sessions)"},
		{store.KeyringEntry, "aws/iam-identity-center", "17:42", "Not ended: NAME; it ends by itself, or sign out at " + start},
		{store.RefreshToken, "aws/user", "21:00", "Still valid until 21:00: NAME (cannot be ended from here)"},
		{store.RefreshToken, "azure/device-code", "", "Cannot be ended from here: NAME (az rest --method post --url https://graph.microsoft.com/v1.0/me/revokeSignInSessions ends all your Microsoft sessions)"},
		{store.CloudCredentials, "azure/oidc", "18:00", "Still valid until 18:00: NAME (Microsoft cannot end access tokens)"},
		{store.CloudCredentials, "gcp/service-account", "18:00", "Still valid until 18:00: NAME (Google cannot end service account tokens)"},
		{store.KeyringEntry, "atmos/pro", "18:00", "Still valid until 18:00: NAME (Atmos Pro cannot end tokens)"},
		{store.KeyringEntry, "github/oidc", "18:00", "Still valid until 18:00: NAME (GitHub cannot end OIDC tokens)"},
		{store.DockerLogin, "aws/ecr", "", "Still valid for at most 12 hours: NAME (AWS cannot end registry logins)"},
		{store.DockerLogin, "aws/ecr-public", "", "Still valid for at most 12 hours: NAME (AWS cannot end registry logins)"},
		{store.DockerLogin, "azure/acr", "", "Still valid for at most 3 hours: NAME (Azure cannot end registry logins)"},
		{store.BrowserState, "aws/saml", "", "Not ended: NAME; it ends by itself, or sign out at " + start},
	} {
		e, ok := revoke.EndingOf(tt.what, tt.kind)
		if got := e.Line("NAME", tt.until, start); !ok || got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.what, tt.kind, got, tt.want)
		}
	}
	for _, none := range [][2]string{{string(store.KubeconfigEntry), "aws/eks"}, {string(store.SessionToken), "aws/iam-identity-center"}, {string(store.SessionToken), "github/sts"}, {string(store.KeyringEntry), "mock"}} {
		if e, ok := revoke.EndingOf(store.Kind(none[0]), none[1]); ok {
			t.Errorf("%v: %+v", none, e)
		}
	}
}

// Of every place that holds credentials it is known how they end: by a request, or with an entry of the table.
func TestEveryPlaceEnds(t *testing.T) {
	t.Parallel()
	requests := map[string]bool{"aws/iam-identity-center": true, "github/sts": true}
	for _, l := range store.Locations() {
		for _, k := range store.KnownKinds() {
			_, ok := revoke.EndingOf(l.Kind, k.Kind)
			switch {
			case !l.For(k.Kind) || len(l.Kinds) > 0 && k.Of != l.Of:
			case l.Kind == store.CloudConfig, l.Kind == store.ConfigFile, l.Kind == store.Provisioned, l.Kind.Bare(): // no credentials
			case strings.HasSuffix(k.Kind, "/emulator"), strings.HasPrefix(k.Kind, "mock"): // no provider
			case ok == (l.Kind == store.SessionToken && requests[k.Kind]):
				t.Errorf("%s of %s: an entry in the table: %v", l.Path, k.Kind, ok)
			}
		}
	}
}

func TestGcloud(t *testing.T) {
	t.Parallel()
	for _, tt := range [][3]string{
		{"/home/ana/x", "ana@acme.example", "CLOUDSDK_CONFIG=/home/ana/x gcloud auth revoke ana@acme.example ends it"},
		{"/home/ana b/x", "a$(id)'", `CLOUDSDK_CONFIG='/home/ana b/x' gcloud auth revoke 'a$(id)'\''' ends it`},
		{"/azAZ09@%+=:,._-", "`az{[", "CLOUDSDK_CONFIG=/azAZ09@%+=:,._- gcloud auth revoke '`az{[' ends it"},
		{"", "-a;b", `CLOUDSDK_CONFIG='' gcloud auth revoke '-a;b' ends it`},
	} {
		if got := revoke.Gcloud(tt[0], tt[1]); got != "Cannot be ended from here: "+tt[1]+" of gcloud ("+tt[2]+")" {
			t.Error(got)
		}
	}
	if got := revoke.GcloudNotEnded("ana@acme.example"); got != "Not ended: ana@acme.example of gcloud; end it at https://myaccount.google.com/connections" {
		t.Error(got)
	}
}
