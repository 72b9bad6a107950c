//go:build !windows

package elsewhere_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/credclean/credclean/elsewhere"
)

// texts are the findings, a line each.
func texts(found []elsewhere.Finding) []string {
	var lines []string
	for _, f := range found {
		line := fmt.Sprintf("%s %s %s", f.Location, f.Name, f.State)
		if f.Err != nil {
			line += ": " + f.Err.Error()
		}
		lines = append(lines, line)
	}
	return lines
}

func wantTexts(t *testing.T, found []elsewhere.Finding, want ...string) {
	t.Helper()
	if got := texts(found); !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A variable adds a place to the default one, and the commands act on the place that is meant.
func TestVariables(t *testing.T) {
	dir := home(t, cloudHome, "-- .aws/credentials --\n[a]\naws_access_key_id = x\n-- moved/credentials --\n[b]\naws_access_key_id = x\n"+
		"-- moved/login/1.json --\n{\"accessToken\": {\"accountId\": \"1\"}}\n-- moved/az/azureProfile.json --\n{\"subscriptions\": [{\"user\": {\"name\": \"bo\", \"type\": \"user\"}}]}\n"+
		"-- moved/gcloud/legacy_credentials/bo@acme.example/adc.json --\n{}")
	moved := filepath.Join(dir, "moved")
	found := look(t, dir, map[string]string{
		"AWS_SHARED_CREDENTIALS_FILE": "~/moved/credentials", "AWS_LOGIN_CACHE_DIRECTORY": moved + "/login",
		"AZURE_CONFIG_DIR": moved + "/az/", "CLOUDSDK_CONFIG": moved + "/gcloud",
	})
	var got []string
	for _, f := range found {
		got = append(got, f.Location+" "+f.EndsWith)
	}
	for _, want := range []string{
		"~/.aws/credentials env -u AWS_SHARED_CREDENTIALS_FILE aws iam delete-access-key --profile a --access-key-id $(env -u AWS_SHARED_CREDENTIALS_FILE aws configure get aws_access_key_id --profile a)",
		"~/moved/credentials aws iam delete-access-key --profile b --access-key-id $(aws configure get aws_access_key_id --profile b)",
		"~/moved/login/1.json aws logout --all",
		"~/.azure/azureProfile.json env -u AZURE_CONFIG_DIR az logout --username ana@acme.example",
		"~/.azure/msal_token_cache.json env -u AZURE_CONFIG_DIR az account clear",
		"~/moved/az/azureProfile.json az logout --username bo",
		"~/.config/gcloud/legacy_credentials/ana@acme.example env -u CLOUDSDK_CONFIG gcloud auth revoke ana@acme.example",
		"~/moved/gcloud/legacy_credentials/bo@acme.example gcloud auth revoke bo@acme.example",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing: %s\nin:\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// A variable that names the default place is no second one, and one that a shell of Atmos sets leads to Atmos's.
func TestVariablesThatAddNothing(t *testing.T) {
	dir := home(t, "-- .aws/credentials --\n[a]\naws_access_key_id = x\n-- .config/atmos/r/aws/sso/credentials --\n[b]\naws_access_key_id = x\n")
	wantTexts(t, look(t, dir, map[string]string{"AWS_SHARED_CREDENTIALS_FILE": dir + "/.aws/../.aws/credentials"}), "~/.aws/credentials a long_lived")
	found := look(t, dir, map[string]string{"AWS_SHARED_CREDENTIALS_FILE": dir + "/.config/atmos/r/aws/sso/credentials"})
	wantTexts(t, found, "~/.aws/credentials a long_lived")
	if !strings.HasPrefix(found[0].EndsWith, "env -u AWS_SHARED_CREDENTIALS_FILE ") {
		t.Errorf("the command would act on Atmos's file: %s", found[0].EndsWith)
	}
	write(t, filepath.Join(dir, ".config", "atmosphere"), []byte("[c]\naws_access_key_id = x"))
	wantTexts(t, look(t, dir, map[string]string{"AWS_SHARED_CREDENTIALS_FILE": dir + "/.config/atmosphere"}), "~/.aws/credentials a long_lived", "~/.config/atmosphere c long_lived")
}

func TestManyFiles(t *testing.T) {
	dir := home(t)
	for i := range 1005 {
		write(t, filepath.Join(dir, ".aws/sso/cache", fmt.Sprintf("%04d.txt", i)), nil)
	}
	wantTexts(t, look(t, dir, nil), "~/.aws/sso/cache  cannot_tell: more than 1000 files; the rest was not looked at")
}

// What does not read as a file of profiles is told, and never quoted.
func TestOddProfiles(t *testing.T) {
	const long = "[a]\naws_access_key_id = PLANTED\naws_secret_access_key = PLANTED\n"
	for name, tt := range map[string]struct{ data, want string }{
		"UTF-16":               {"\xff\xfe[\x00a\x00]\x00", "~/.aws/credentials  cannot_tell: not a text file"},
		"encrypted":            {"$ANSIBLE_VAULT;1.1;AES256\nPLANTED\n" + long, "~/.aws/credentials  cannot_tell: not a file of sections"},
		"CR":                   {strings.ReplaceAll(long, "\n", "\r"), "~/.aws/credentials a long_lived"},
		"CR LF and a BOM":      {"\ufeff" + strings.ReplaceAll(long, "\n", "\r\n"), "~/.aws/credentials a long_lived"},
		"indented":             {"  [a]\n  aws_access_key_id = PLANTED\n", "~/.aws/credentials a long_lived"},
		"upper case, a colon":  {"[a]\nAWS_Access_Key_Id: PLANTED\n", "~/.aws/credentials a long_lived"},
		"a value on its own":   {"[a]\naws_secret_access_key =\n  PLANTED\n", "~/.aws/credentials a long_lived"},
		"a header in a value":  {long + "note = x\n  [b]\naws_session_token = PLANTED\n", "~/.aws/credentials a expiry_unknown"},
		"a key in a value":     {long + "aws_session_token = PLANTED\nnote =\n  expiration = 2027-11-22 13:00:00\n", "~/.aws/credentials a expiry_unknown"},
		"a section twice":      {long + "[b]\nregion = x\n[a]\naws_session_token = PLANTED\n", "~/.aws/credentials a expiry_unknown"},
		"a comment for a key":  {"[a]\n# aws_access_key_id = PLANTED\n;aws_secret_access_key = PLANTED\n", ""},
		"an empty placeholder": {"[a]\naws_access_key_id =\naws_secret_access_key =\nregion = x\n", ""},
		"an expired session":   {long + "aws_session_token = PLANTED\nexpiration = 2027-11-22 13:00:00\n", "~/.aws/credentials a expired"},
		"no sections":          {"# nothing\n", ""},
	} {
		var want []string
		if tt.want != "" {
			want = []string{tt.want}
		}
		dir := home(t)
		write(t, filepath.Join(dir, ".aws", "credentials"), []byte(tt.data))
		t.Run(name, func(t *testing.T) { wantTexts(t, look(t, dir, nil), want...) })
	}
}

// A name is written into a command only if no shell takes it for anything else.
func TestNamesInCommands(t *testing.T) {
	for name, want := range map[string]string{
		"ana@acme.example": "az logout --username ana@acme.example", "Ana Lima": `az logout --username "Ana Lima"`, "josé": "az logout --username josé",
		"$(id)": "az logout --username NAME", "a;id": "az logout --username NAME", "a'b": "az logout --username NAME", `a\"b`: "az logout --username NAME",
		"-x": "az logout --username NAME", "~root": "az logout --username NAME", "a\\nb": "az logout --username NAME", "%PATH%": "az logout --username NAME", "a`id`": "az logout --username NAME",
	} {
		found := look(t, home(t, "-- .azure/azureProfile.json --\n{\"subscriptions\": [{\"user\": {\"name\": \""+name+"\"}}]}"), nil)
		if len(found) != 1 || found[0].EndsWith != want {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// When the context ends, the places that were not looked at are told.
func TestCancelled(t *testing.T) {
	dir := home(t, awsHome, cloudHome)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := elsewhere.Machine{Home: dir, LookupEnv: func(string) (string, bool) { return "", false }}
	found := elsewhere.Look(ctx, m, elsewhere.Places(), now)
	if len(found) != len(elsewhere.Places()) {
		t.Errorf("%d findings", len(found))
	}
	for _, f := range found {
		if f.State != elsewhere.CannotTell || f.Err.Error() != "interrupted" {
			t.Errorf("%+v", f)
		}
	}
}
