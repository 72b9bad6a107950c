package elsewhere_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/credclean/credclean/elsewhere"
)

var now = time.Date(2027, 11, 22, 14, 0, 0, 0, time.UTC)

// mark is in every secret that is planted.
const mark = "PLANTED"

// TestMain looks at a home directory instead, if it is told one, so that a test can watch the process.
func TestMain(m *testing.M) {
	home := os.Getenv("ELSEWHERE_TEST_HOME")
	if home == "" {
		m.Run()
		return
	}
	none := func(string) (string, bool) { return "", false }
	found := elsewhere.Look(context.Background(), elsewhere.Machine{Home: home, LookupEnv: none}, elsewhere.Places(), now)
	if err := os.WriteFile(os.Getenv("ELSEWHERE_TEST_OUTPUT"), []byte(render(found)), 0o600); err != nil {
		panic(err)
	}
}

// home writes files into a new home directory.
func home(t *testing.T, archives ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, archive := range archives {
		for _, f := range txtar.Parse([]byte(archive)).Files {
			write(t, filepath.Join(dir, filepath.FromSlash(f.Name)), bytes.TrimSuffix(f.Data, []byte("\n")))
		}
	}
	return dir
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func look(t *testing.T, home string, env map[string]string) []elsewhere.Finding {
	t.Helper()
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	m := elsewhere.Machine{Home: home, LookupEnv: lookup, Atmos: []string{filepath.Join(home, ".config", "atmos"), filepath.Join(home, ".aws", "atmos")}}
	found := elsewhere.Look(t.Context(), m, elsewhere.Places(), now)
	checkSecrets(t, found)
	for i := range found {
		found[i].Location, found[i].EndsWith = filepath.ToSlash(found[i].Location), filepath.ToSlash(found[i].EndsWith)
	}
	return found
}

// checkSecrets looks for planted secrets in everything that can be printed.
func checkSecrets(t *testing.T, found []elsewhere.Finding) {
	t.Helper()
	var out bytes.Buffer
	elsewhere.Render(&out, found, now)
	fmt.Fprintln(&out, elsewhere.LeftAlone(found))
	doc, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(doc)
	fmt.Fprintf(&out, "%+v", found)
	if bytes.Contains(out.Bytes(), []byte(mark)) {
		t.Errorf("a secret is printed:\n%s", &out)
	}
}

func render(found []elsewhere.Finding) string {
	var b strings.Builder
	elsewhere.Render(&b, found, now)
	return b.String()
}

// compare compares findings as their table shows them, and the errors by their texts.
func compare(t *testing.T, want, got []elsewhere.Finding) {
	t.Helper()
	texts := cmp.Transformer("text", func(err error) string { return fmt.Sprint(err) })
	if diff := cmp.Diff(want, got, texts, cmpopts.IgnoreUnexported(elsewhere.Finding{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// awsHome is what aws, saml2aws and aws login write.
const awsHome = `
-- .aws/credentials --
[default]
aws_access_key_id = AKIAPLANTED
aws_secret_access_key = PLANTED-default

[saml]
aws_access_key_id        = ASIAPLANTED
aws_secret_access_key    = PLANTED-saml
aws_session_token        = PLANTED-saml-session
aws_security_token       = PLANTED-saml-session
x_principal_arn          = arn:aws:sts::111122223333:assumed-role/Dev/ana
x_security_token_expires = 2027-11-22T15:42:00+01:00

[open ended]
aws_access_key_id = ASIAPLANTED
aws_secret_access_key = PLANTED-open
aws_session_token = PLANTED-open-session
-- .aws/config --
[default]
region = eu-west-1

[profile build bot]
aws_access_key_id = AKIAPLANTED
aws_secret_access_key = PLANTED-build
s3 =
  max_concurrent_requests = 20

[profile acme]
sso_session = acme
sso_account_id = 111122223333

[sso-session acme]
sso_start_url = https://acme.awsapps.com/start
sso_region = eu-west-1
-- .aws/sso/cache/d033e22ae348aeb5660fc2140aec35850c4da997.json --
{"startUrl": "https://acme.awsapps.com/start", "region": "eu-west-1", "accessToken": "PLANTED-access", "expiresAt": "2027-11-22T14:41:55Z", "clientId": "client", "clientSecret": "PLANTED-client", "registrationExpiresAt": "2028-02-01T00:00:00Z", "refreshToken": "PLANTED-refresh"}
-- .aws/sso/cache/lapsed.json --
{"startUrl": "https://lapsed.awsapps.com/start#/", "region": "eu-west-1", "accessToken": "PLANTED-access", "expiresAt": "2027-11-22T09:00:00Z", "clientId": "client", "clientSecret": "PLANTED-client", "registrationExpiresAt": "2028-02-01T00:00:00Z", "refreshToken": "PLANTED-refresh"}
-- .aws/sso/cache/legacy.json --
{"startUrl": "https://legacy.awsapps.com/start", "region": "us-east-1", "accessToken": "PLANTED-access", "expiresAt": "2027-11-22T12:00:00UTC"}
-- .aws/sso/cache/unregistered.json --
{"startUrl": "https://old.awsapps.com/start", "region": "us-east-1", "accessToken": "PLANTED-access", "expiresAt": "2027-08-01T12:00:00Z", "refreshToken": "PLANTED-refresh", "registrationExpiresAt": "2027-11-01T00:00:00Z"}
-- .aws/sso/cache/kiro-auth-token.json --
{"accessToken": "PLANTED-kiro", "refreshToken": "PLANTED-kiro", "expiresAt": "2027-11-22T14:30:00.123Z", "authMethod": "social"}
-- .aws/sso/cache/registration.json --
{"clientId": "client", "clientSecret": "PLANTED-client", "expiresAt": "2028-02-01T00:00:00Z"}
-- .aws/sso/cache/botocore-client-id-eu-west-1.json --
{"clientId": "client", "clientSecret": "PLANTED-client", "expiresAt": "2028-02-01T00:00:00Z"}
-- .aws/cli/cache/0001.json --
{"ProviderType": "sso", "Credentials": {"AccessKeyId": "ASIAPLANTED", "SecretAccessKey": "PLANTED", "SessionToken": "PLANTED", "Expiration": "2027-11-22T14:10:00Z", "AccountId": "111122223333"}}
-- .aws/cli/cache/0002.json --
{"Credentials": {"AccessKeyId": "ASIAPLANTED", "SecretAccessKey": "PLANTED", "SessionToken": "PLANTED", "Expiration": "2027-11-22T16:00:00+00:00"}, "AssumedRoleUser": {"AssumedRoleId": "AROAX:s", "Arn": "arn:aws:sts::111122223333:assumed-role/Admin/botocore-session-1"}, "ResponseMetadata": {"RequestId": "x"}}
-- .aws/cli/cache/0003.json --
{"Credentials": {"AccessKeyId": "ASIAPLANTED", "SecretAccessKey": "PLANTED", "SessionToken": "PLANTED", "Expiration": "2027-11-19T13:00:00Z"}}
-- .aws/login/cache/36db.json --
{"accessToken": {"accessKeyId": "ASIAPLANTED", "secretAccessKey": "PLANTED", "sessionToken": "PLANTED", "accountId": "444455556666", "expiresAt": "2027-11-22T13:50:00Z"}, "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "PLANTED-refresh", "idToken": "eyJ.PLANTED.x", "dpopKey": "-----BEGIN EC PRIVATE KEY-----\nPLANTED\n-----END EC PRIVATE KEY-----\n"}
-- .aws/login/cache/4711.json --
{"accessToken": {"accessKeyId": "ASIAPLANTED", "secretAccessKey": "PLANTED", "sessionToken": "PLANTED", "accountId": "777788889999", "expiresAt": "2027-11-20T13:50:00Z"}, "tokenType": "aws_sigv4", "refreshToken": "PLANTED-refresh", "dpopKey": "PLANTED"}
`

func TestAWS(t *testing.T) {
	dir := home(t, awsHome)
	key := func(name, profile, path string) elsewhere.Finding {
		return elsewhere.Finding{
			Program: "aws", What: "profile", Name: name, Location: path, State: elsewhere.LongLived,
			EndsWith: "aws iam delete-access-key --profile " + profile + " --access-key-id $(aws configure get aws_access_key_id --profile " + profile + ")",
		}
	}
	sso := func(name, file string, state elsewhere.State, until string, renewable bool, ends string) elsewhere.Finding {
		return elsewhere.Finding{
			Program: "aws", What: "sso_session", Name: name, Location: "~/.aws/sso/cache/" + file, State: state,
			ValidUntil: at(until), Renewable: renewable, EndsWith: ends,
		}
	}
	compare(t, []elsewhere.Finding{
		key("default", "default", "~/.aws/credentials"),
		{Program: "aws", What: "profile", Name: "saml", Location: "~/.aws/credentials", State: elsewhere.SignedIn, ValidUntil: at("2027-11-22T14:42:00Z"), EndsWith: "remove [saml] from ~/.aws/credentials"},
		{Program: "aws", What: "profile", Name: "open ended", Location: "~/.aws/credentials", State: elsewhere.ExpiryUnknown, EndsWith: "remove [open ended] from ~/.aws/credentials"},
		key("build bot", `"build bot"`, "~/.aws/config"),
		sso("https://acme.awsapps.com/start", "d033e22ae348aeb5660fc2140aec35850c4da997.json", elsewhere.SignedIn, "2027-11-22T14:41:55Z", true, "aws sso logout"),
		sso("kiro-auth-token", "kiro-auth-token.json", elsewhere.SignedIn, "2027-11-22T14:30:00Z", true, "aws sso logout"),
		sso("https://lapsed.awsapps.com/start#/", "lapsed.json", elsewhere.SignedIn, "2027-11-22T09:00:00Z", true, "aws sso logout, and sign out at https://lapsed.awsapps.com/start#/"),
		sso("https://legacy.awsapps.com/start", "legacy.json", elsewhere.Expired, "2027-11-22T12:00:00Z", false, ""),
		sso("https://old.awsapps.com/start", "unregistered.json", elsewhere.Expired, "2027-08-01T12:00:00Z", false, ""),
		{Program: "aws", What: "role_credentials", Name: "111122223333", Location: "~/.aws/cli/cache/0001.json", State: elsewhere.SignedIn, ValidUntil: at("2027-11-22T14:10:00Z"), EndsWith: "aws sso logout"},
		{Program: "aws", What: "role_credentials", Name: "arn:aws:sts::111122223333:assumed-role/Admin/botocore-session-1", Location: "~/.aws/cli/cache/0002.json", State: elsewhere.SignedIn, ValidUntil: at("2027-11-22T16:00:00Z")},
		{Program: "aws", What: "role_credentials", Name: "0003", Location: "~/.aws/cli/cache/0003.json", State: elsewhere.Expired, ValidUntil: at("2027-11-19T13:00:00Z")},
		{Program: "aws", What: "console_login", Name: "444455556666", Location: "~/.aws/login/cache/36db.json", State: elsewhere.SignedIn, ValidUntil: at("2027-11-22T13:50:00Z"), Renewable: true, EndsWith: "aws logout --all"},
		{Program: "aws", What: "console_login", Name: "777788889999", Location: "~/.aws/login/cache/4711.json", State: elsewhere.Expired, ValidUntil: at("2027-11-20T13:50:00Z")},
	}, look(t, dir, nil))
}

// cloudHome is what az and gcloud write, secrets and all.
const cloudHome = `
-- .azure/azureProfile.json --
` + "\ufeff" + `{"installationId": "0000", "subscriptions": [
 {"id": "s1", "name": "Dev", "state": "Enabled", "user": {"name": "ana@acme.example", "type": "user"}, "isDefault": true, "tenantId": "t1", "environmentName": "AzureCloud"},
 {"id": "s2", "name": "Prod", "state": "Enabled", "user": {"name": "Ana@acme.example", "type": "user"}, "isDefault": false, "tenantId": "t1", "environmentName": "AzureCloud"},
 {"id": "s3", "name": "CI", "state": "Enabled", "user": {"name": "5b2c1d00-0000-4000-8000-000000000000", "type": "servicePrincipal"}, "isDefault": false, "tenantId": "t1", "environmentName": "AzureCloud"}]}
-- .azure/msal_token_cache.json --
{"RefreshToken": {"x": {"secret": "PLANTED-refresh"}}}
-- .azure/service_principal_entries.json --
[{"client_id": "5b2c", "tenant": "t1", "client_secret": "PLANTED-sp"}]
-- .azure/accessTokens.json --
[]
-- .azure/msal_http_cache.bin --
PLANTED
-- .config/gcloud/credentials.db --
PLANTED
-- .config/gcloud/access_tokens.db --
PLANTED
-- .config/gcloud/legacy_credentials/ana@acme.example/adc.json --
{"client_secret": "PLANTED", "refresh_token": "PLANTED", "type": "authorized_user"}
-- .config/gcloud/legacy_credentials/ci@acme.iam.gserviceaccount.com/adc.json --
{"private_key": "PLANTED", "type": "service_account"}
-- .config/gcloud/legacy_credentials/principal/iam.googleapis.com/adc.json --
{"type": "external_account"}
-- .config/gcloud/application_default_credentials.json --
{"account": "", "client_id": "x.apps.googleusercontent.com", "client_secret": "PLANTED", "refresh_token": "PLANTED", "type": "authorized_user", "universe_domain": "googleapis.com"}
`

func TestAzAndGcloud(t *testing.T) {
	const profile, accounts = "~/.azure/azureProfile.json", "~/.config/gcloud/legacy_credentials/"
	compare(t, []elsewhere.Finding{
		{Program: "az", What: "account", Name: "ana@acme.example", Location: profile, State: elsewhere.ExpiryUnknown, Renewable: true, EndsWith: "az logout --username ana@acme.example"},
		{Program: "az", What: "account", Name: "5b2c1d00-0000-4000-8000-000000000000", Location: profile, State: elsewhere.ExpiryUnknown, EndsWith: "az logout --username 5b2c1d00-0000-4000-8000-000000000000"},
		{Program: "az", What: "token_cache", Location: "~/.azure/msal_token_cache.json", State: elsewhere.ExpiryUnknown, Renewable: true, EndsWith: "az account clear"},
		{Program: "az", What: "service_principals", Location: "~/.azure/service_principal_entries.json", State: elsewhere.ExpiryUnknown, EndsWith: "az account clear"},
		{Program: "gcloud", What: "account", Name: "ana@acme.example", Location: accounts + "ana@acme.example", State: elsewhere.ExpiryUnknown, Renewable: true, EndsWith: "gcloud auth revoke ana@acme.example"},
		{Program: "gcloud", What: "account", Name: "ci@acme.iam.gserviceaccount.com", Location: accounts + "ci@acme.iam.gserviceaccount.com", State: elsewhere.LongLived, EndsWith: "gcloud auth revoke ci@acme.iam.gserviceaccount.com; gcloud iam service-accounts keys delete KEY --iam-account ci@acme.iam.gserviceaccount.com"},
		{Program: "gcloud", What: "account", Name: "principal", Location: accounts + "principal", State: elsewhere.ExpiryUnknown, Renewable: true, EndsWith: "gcloud auth revoke --all"},
		{Program: "gcloud", What: "application_default_credentials", Name: "authorized_user", Location: "~/.config/gcloud/application_default_credentials.json", State: elsewhere.ExpiryUnknown, Renewable: true, EndsWith: "gcloud auth application-default revoke"},
	}, look(t, home(t, cloudHome), nil))
}

// Other application default credentials than those of a user are not revoked by gcloud.
func TestApplicationDefaultCredentials(t *testing.T) {
	const file = ".config/gcloud/application_default_credentials.json"
	for _, tt := range []struct{ doc, name, ends string }{
		{`{"type": "service_account", "private_key_id": "0a1b", "private_key": "PLANTED", "client_email": "ci@acme.iam.gserviceaccount.com"}`, "ci@acme.iam.gserviceaccount.com", "gcloud iam service-accounts keys delete 0a1b --iam-account ci@acme.iam.gserviceaccount.com"},
		{`{"type": "impersonated_service_account", "source_credentials": {"refresh_token": "PLANTED"}}`, "impersonated_service_account", "remove ~/" + file},
		{`{"type": "external_account", "credential_source": {"file": "/run/token"}}`, "external_account", "gcloud auth application-default revoke"},
		{`{"installed": {"client_secret": "PLANTED"}}`, "", ""},
		{`{"type": "authorized_user", "client_secret": PLANTED`, "", ""},
	} {
		found := look(t, home(t, "-- "+file+" --\n"+tt.doc), nil)
		if len(found) != 1 || found[0].Name != tt.name || found[0].EndsWith != tt.ends {
			t.Errorf("%s: %+v", tt.doc, found)
		}
	}
}

func TestNothing(t *testing.T) {
	for name, archive := range map[string]string{
		"an empty home":              "",
		"files where directories go": "-- .aws --\n-- .azure --\n-- .config/gcloud --\n",
		"settings only":              "-- .aws/config --\n[default]\nregion = x\n-- .aws/credentials --\n# none\n\n[default]\naws_access_key_id =\naws_secret_access_key =\n-- .azure/azureProfile.json --\n{\"subscriptions\": []}\n-- .azure/service_principal_entries.json --\n[]\n-- .config/gcloud/credentials.db --\nx\n",
	} {
		if found := look(t, home(t, archive), nil); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
