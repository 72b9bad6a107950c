//go:build !windows

package elsewhere_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/elsewhere"
)

// oddHome is what other homes have not.
const oddHome = `
-- .azure/azureProfile.json --
{"subscriptions": [{"user": {"name": "a\u001b[31mb\u2028c\u2029d\u202ee", "type": "user"}}]}
-- .azure/accessTokens.json --
[{"accessToken": "PLANTED"}]
-- .azure/msal_token_cache.sig --
-- .config/gcloud/application_default_credentials.json --
{"type": "service_account", "private_key_id": "0a1b", "private_key": "PLANTED", "client_email": "ci@acme.iam.gserviceaccount.com"}
-- .aws/credentials --
PLANTED
`

const table = `Kept by other programs, each with what ends it:

aws: profiles (~/.aws/credentials)
  default                           long-lived access key
    aws iam delete-access-key --profile default --access-key-id $(aws configure get aws_access_key_id --profile default)
  saml                              signed in, 42 min left
    remove [saml] from ~/.aws/credentials
  open ended                        no expiry known
    remove [open ended] from ~/.aws/credentials

aws: profiles (~/.aws/config)
  build bot                         long-lived access key
    aws iam delete-access-key --profile "build bot" --access-key-id $(aws configure get aws_access_key_id --profile "build bot")

aws: IAM Identity Center sessions (~/.aws/sso/cache)
  https://acme.awsapps.com/start    signed in, 41 min left, renews itself
  kiro-auth-token                   signed in, 30 min left, renews itself
    aws sso logout
  https://lapsed.awsapps.com/start#/
                                    signed in, renews itself
    aws sso logout, and sign out at https://lapsed.awsapps.com/start#/
  https://legacy.awsapps.com/start  expired 2 h ago
  https://old.awsapps.com/start     expired 113 days ago

aws: credentials of roles (~/.aws/cli/cache)
  111122223333                      signed in, 10 min left
    aws sso logout
  arn:aws:sts::111122223333:assumed-role/Admin/botocore-session-1
                                    signed in, 2 h left
  0003                              expired 3 days ago

aws: logins with aws login (~/.aws/login/cache)
  444455556666                      signed in, renews itself (up to 12 h)
    aws logout --all
  777788889999                      expired 2 days ago

az: accounts (~/.azure/azureProfile.json)
  ana@acme.example                  no expiry known
    az logout --username ana@acme.example
  5b2c1d00-0000-4000-8000-000000000000
                                    no expiry known
    az logout --username 5b2c1d00-0000-4000-8000-000000000000

az: token cache (~/.azure/msal_token_cache.json)
  tokens                            no expiry known
    az account clear

az: service principals (~/.azure/service_principal_entries.json)
  secrets of service principals     no expiry known
    az account clear

gcloud: accounts (~/.config/gcloud/legacy_credentials)
  ana@acme.example                  no expiry known
    gcloud auth revoke ana@acme.example
  ci@acme.iam.gserviceaccount.com   long-lived key
    gcloud auth revoke ci@acme.iam.gserviceaccount.com; gcloud iam service-accounts keys delete KEY --iam-account ci@acme.iam.gserviceaccount.com
  principal                         no expiry known
    gcloud auth revoke --all

gcloud: application default credentials
  (~/.config/gcloud/application_default_credentials.json)
  authorized_user                   no expiry known
    gcloud auth application-default revoke
`

const oddTable = `Kept by other programs, each with what ends it:

aws: profiles (~/.aws/credentials)
  a profile                         cannot tell: not a file of sections

az: accounts (~/.azure/azureProfile.json)
  a\u001b[31mb\u2028c\u2029d\u202ee
                                    no expiry known
    az logout --username NAME

az: token cache (~/.azure/msal_token_cache.sig)
  tokens                            no expiry known
    az account clear

az: token cache (~/.azure/accessTokens.json)
  tokens                            no expiry known
    az account clear

gcloud: application default credentials
  (~/.config/gcloud/application_default_credentials.json)
  ci@acme.iam.gserviceaccount.com   long-lived key
    gcloud iam service-accounts keys delete 0a1b --iam-account ci@acme.iam.gserviceaccount.com
`

func TestRender(t *testing.T) {
	golden(t, render(look(t, home(t, awsHome, cloudHome), nil)), table)
	golden(t, render(look(t, home(t, oddHome), nil)), oddTable)
	golden(t, render(nil), "aws, az and gcloud keep nothing here.\n")
}

func golden(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A line is wider than 80 columns only where a name, a place or a command is.
func TestWidth(t *testing.T) {
	for line := range strings.Lines(render(look(t, home(t, awsHome, cloudHome, oddHome), nil))) {
		command := strings.HasPrefix(line, "    ") && strings.TrimLeft(line, " ")[0] != ' '
		if len([]rune(line)) > 81 && !command {
			t.Errorf("%d columns: %s", len([]rune(line))-1, line)
		}
	}
}

func leftAlone(t *testing.T, home string, kinds ...string) string {
	t.Helper()
	m := elsewhere.Machine{Home: home, LookupEnv: func(string) (string, bool) { return "", false }}
	found := elsewhere.Look(t.Context(), m, elsewhere.UsedBy(kinds), now)
	checkSecrets(t, found)
	return strings.Join(elsewhere.LeftAlone(found), "\n")
}

// A logout names what is there, can still be used and may have been used by what is logged out, and what really ends it.
func TestLeftAlone(t *testing.T) {
	dir := home(t, awsHome, cloudHome, "-- .aws/credentials --\n[a]\naws_access_key_id = PLANTED\n[b]\naws_access_key_id = PLANTED\n")
	const adc = "Left alone: authorized_user in ~/.config/gcloud/application_default_credentials.json (of gcloud; to end it: gcloud auth application-default revoke)"
	const azure = "Left alone: ana@acme.example, 5b2c1d00-0000-4000-8000-000000000000 in ~/.azure/azureProfile.json (of az; to end it: az logout --username NAME)\n" +
		"Left alone: ~/.azure/msal_token_cache.json (of az; to end it: az account clear)\n" +
		"Left alone: ~/.azure/service_principal_entries.json (of az; to end it: az account clear)"
	const aws = "Left alone: a, b in ~/.aws/credentials (of aws; to end it: aws iam delete-access-key --profile NAME --access-key-id $(aws configure get aws_access_key_id --profile NAME))\n" +
		`Left alone: build bot in ~/.aws/config (of aws; to end it: aws iam delete-access-key --profile "build bot" --access-key-id $(aws configure get aws_access_key_id --profile "build bot"))` + "\n" +
		"Left alone: https://acme.awsapps.com/start, kiro-auth-token in ~/.aws/sso/cache (of aws; to end it: aws sso logout)\n" +
		"Left alone: https://lapsed.awsapps.com/start#/ in ~/.aws/sso/cache (of aws; to end it: aws sso logout, and sign out at https://lapsed.awsapps.com/start#/)\n" +
		"Left alone: 111122223333 in ~/.aws/cli/cache (of aws; to end it: aws sso logout)\n" +
		"Left alone: arn:aws:sts::111122223333:assumed-role/Admin/botocore-session-1 in ~/.aws/cli/cache (of aws; ends by itself)\n" +
		"Left alone: 444455556666 in ~/.aws/login/cache (of aws; to end it: aws logout --all)"
	golden(t, leftAlone(t, dir, "aws/ambient"), aws)
	golden(t, leftAlone(t, dir, "azure/cli", "azure/subscription"), azure)
	golden(t, leftAlone(t, dir, "gcp/adc"), adc)
	golden(t, leftAlone(t, dir, "gcp/service-account", "azure/oidc"), azure+"\n"+adc)
	golden(t, leftAlone(t, dir, "aws/iam-identity-center", "aws/permission-set", "aws/user", "aws/saml", "azure/emulator",
		"gcp/workload-identity-federation", "gcp/project", "github/oidc", "mock", "unknown"), "")
	golden(t, leftAlone(t, home(t), "aws/ambient", "azure/cli", "gcp/adc", "ambient"), "")
}

func TestLeftAloneOfOddHomes(t *testing.T) {
	golden(t, leftAlone(t, home(t, oddHome), "aws/ambient", "azure/cli"),
		"Left alone: ~/.aws/credentials (of aws; cannot tell what is there: not a file of sections)\n"+
			`Left alone: a\u001b[31mb\u2028c\u2029d\u202ee in ~/.azure/azureProfile.json (of az; to end it: az logout --username NAME)`+"\n"+
			"Left alone: ~/.azure/msal_token_cache.sig (of az; to end it: az account clear)\n"+
			"Left alone: ~/.azure/accessTokens.json (of az; to end it: az account clear)")
	var many strings.Builder
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		many.WriteString("[" + name + "]\naws_session_token = PLANTED\n")
	}
	golden(t, leftAlone(t, home(t, "-- .aws/credentials --\n"+many.String()), "aws/ambient"),
		"Left alone: a, b, c, d, e and 2 others in ~/.aws/credentials (of aws; to end it: remove [NAME] from ~/.aws/credentials)")
}

func TestJSON(t *testing.T) {
	found := look(t, home(t, awsHome, oddHome), nil)
	for what, want := range map[string]string{
		"profile":       `{"program":"aws","what":"profile","name":"","location":"~/.aws/credentials","state":"cannot_tell","renewable":false,"error":"not a file of sections"}`,
		"sso_session":   `{"program":"aws","what":"sso_session","name":"https://acme.awsapps.com/start","location":"~/.aws/sso/cache/d033e22ae348aeb5660fc2140aec35850c4da997.json","state":"signed_in","valid_until":"2027-11-22T14:41:55Z","renewable":true,"ends_with":"aws sso logout"}`,
		"token_cache":   `{"program":"az","what":"token_cache","name":"","location":"~/.azure/msal_token_cache.sig","state":"expiry_unknown","renewable":true,"ends_with":"az account clear"}`,
		"console_login": `{"program":"aws","what":"console_login","name":"444455556666","location":"~/.aws/login/cache/36db.json","state":"signed_in","valid_until":"2027-11-22T13:50:00Z","renewable":true,"ends_with":"aws logout --all"}`,
	} {
		i := slices.IndexFunc(found, func(f elsewhere.Finding) bool { return f.What == what })
		got, err := json.Marshal(found[i])
		if err != nil {
			t.Fatal(err)
		}
		golden(t, string(got), want)
	}
}

// Every command is one that the place lists, so that the page that is held against the list tells all of them.
func TestEndsAreListed(t *testing.T) {
	for _, f := range look(t, home(t, awsHome, cloudHome, oddHome), nil) {
		listed := f.EndsWith == ""
		for _, p := range elsewhere.Places() {
			for _, ends := range p.Ends {
				before, _, _ := strings.Cut(strings.NewReplacer("KEY", "NAME", "PATH", "NAME").Replace(ends), "NAME")
				listed = listed || p.What == f.What && strings.HasPrefix(f.EndsWith, before)
			}
		}
		if !listed {
			t.Errorf("%s: %q is not listed", f.What, f.EndsWith)
		}
	}
}
