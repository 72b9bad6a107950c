// Package elsewhere looks at what aws, az and gcloud keep for the user: where it
// is, until when it is valid, and which command ends it. It changes nothing.
package elsewhere

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// The commands that end what lies at the places. NAME, KEY and PATH are filled in.
const (
	deleteAccessKey = "aws iam delete-access-key --profile NAME --access-key-id $(aws configure get aws_access_key_id --profile NAME)"
	removeSection   = "remove [NAME] from PATH"
	ssoLogout       = "aws sso logout"
	ssoLapsed       = "aws sso logout, and sign out at NAME" // it revokes a token only while that is valid
	loginLogout     = "aws logout --all"
	accountLogout   = "az logout --username NAME"
	accountClear    = "az account clear"
	gcloudRevoke    = "gcloud auth revoke NAME"
	gcloudRevokeAll = "gcloud auth revoke --all"
	gcloudRevokeKey = "gcloud auth revoke NAME; gcloud iam service-accounts keys delete KEY --iam-account NAME"
	adcRevoke       = "gcloud auth application-default revoke"
	deleteKey       = "gcloud iam service-accounts keys delete KEY --iam-account NAME"
	removeFile      = "remove PATH"
)

// A Place is a file or directory in which another program keeps credentials.
type Place struct {
	Program  string // aws, az or gcloud
	Base     string // below the home directory, slash-separated
	Variable string // the environment variable that moves Base; empty if none does
	File     string // below Base; * for any extension; empty if Base is the place itself
	What     string // as in Finding.What
	Opened   bool   // a file there is opened; otherwise its existence is enough
	// UsedBy are the kinds of providers and identities of Atmos that read or write it.
	UsedBy []string
	// Ends are the commands that end what may lie there. NAME is what Finding.Name says.
	Ends []string

	look func(context.Context, *visit)
}

// Places are all places that are known. Their sources are the command references
// of aws, az and gcloud and the code of aws-cli, azure-cli and the Google Cloud
// SDK; that of UsedBy is pkg/auth of Atmos: an aws/ambient identity takes the AWS
// SDK's default chain, gcp/adc and gcp/service-account the application default
// credentials, and the kinds of Azure share files with az.
func Places() []Place {
	ambient := []string{"ambient", "aws/ambient"}
	azure := []string{"ambient", "azure/cli", "azure/device-code", "azure/interactive", "azure/oidc", "azure/subscription"}
	const az, gcloud = ".azure", ".config/gcloud"
	return []Place{
		{Program: "aws", Base: ".aws/credentials", Variable: "AWS_SHARED_CREDENTIALS_FILE", What: "profile", Opened: true, UsedBy: ambient, Ends: []string{deleteAccessKey, removeSection}, look: visitProfiles},
		{Program: "aws", Base: ".aws/config", Variable: "AWS_CONFIG_FILE", What: "profile", Opened: true, UsedBy: ambient, Ends: []string{deleteAccessKey, removeSection}, look: visitProfiles},
		{Program: "aws", Base: ".aws/sso/cache", What: "sso_session", Opened: true, UsedBy: ambient, Ends: []string{ssoLogout, ssoLapsed}, look: visitSSO},
		{Program: "aws", Base: ".aws/cli/cache", What: "role_credentials", Opened: true, UsedBy: ambient, Ends: []string{ssoLogout}, look: visitCLI},
		{Program: "aws", Base: ".aws/login/cache", Variable: "AWS_LOGIN_CACHE_DIRECTORY", What: "console_login", Opened: true, UsedBy: ambient, Ends: []string{loginLogout}, look: visitLogin},
		{Program: "az", Base: az, Variable: "AZURE_CONFIG_DIR", File: "azureProfile.json", What: "account", Opened: true, UsedBy: azure, Ends: []string{accountLogout}, look: visitAccounts},
		{Program: "az", Base: az, Variable: "AZURE_CONFIG_DIR", File: "msal_token_cache.*", What: "token_cache", UsedBy: azure, Ends: []string{accountClear}, look: visitClosed},
		{Program: "az", Base: az, Variable: "AZURE_CONFIG_DIR", File: "service_principal_entries.*", What: "service_principals", UsedBy: azure, Ends: []string{accountClear}, look: visitClosed},
		{Program: "az", Base: az, Variable: "AZURE_CONFIG_DIR", File: "accessTokens.json", What: "token_cache", UsedBy: azure, Ends: []string{accountClear}, look: visitClosed},
		{Program: "gcloud", Base: gcloud, Variable: "CLOUDSDK_CONFIG", File: "legacy_credentials", What: "account", UsedBy: []string{"ambient"}, Ends: []string{gcloudRevoke, gcloudRevokeKey, gcloudRevokeAll}, look: visitGoogleAccounts},
		{Program: "gcloud", Base: gcloud, Variable: "CLOUDSDK_CONFIG", File: "application_default_credentials.json", What: "application_default_credentials", Opened: true, UsedBy: []string{"ambient", "gcp/adc", "gcp/service-account"}, Ends: []string{adcRevoke, deleteKey, removeFile}, look: visitADC},
	}
}

// UsedBy are the places that Atmos may have used for providers and identities of
// these kinds, so that a logout looks at no others.
func UsedBy(kinds []string) []Place {
	return slices.DeleteFunc(Places(), func(p Place) bool {
		return !slices.ContainsFunc(p.UsedBy, func(kind string) bool { return slices.Contains(kinds, kind) })
	})
}

// A Machine is what decides where the places are.
type Machine struct {
	Home      string // the home directory, absolute
	LookupEnv func(string) (string, bool)
	// Atmos are Atmos's own directories. A variable that leads into one of them, as in
	// a shell of Atmos, names what is Atmos's and no other program's.
	Atmos []string
}

// bases are where a place is: the default, and where its variable moves it.
func (m Machine) bases(p Place) (fixed, moved string) {
	fixed = filepath.Join(m.Home, filepath.FromSlash(p.Base))
	if dir := m.env("APPDATA"); p.Program == "gcloud" && runtime.GOOS == "windows" && dir != "" {
		fixed = filepath.Join(dir, "gcloud")
	}
	moved = m.env(p.Variable)
	if rest, ok := strings.CutPrefix(moved, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		moved = filepath.Join(m.Home, rest)
	}
	if moved != "" {
		if abs, err := filepath.Abs(moved); err == nil {
			moved = abs
		}
	}
	return fixed, moved
}

func (m Machine) env(name string) string {
	value, _ := m.LookupEnv(name)
	return value
}

// ours tells whether a path lies in one of Atmos's own directories.
func (m Machine) ours(path string) bool {
	return slices.ContainsFunc(m.Atmos, func(dir string) bool {
		return path == dir || strings.HasPrefix(path, strings.TrimRight(dir, `/\`)+string(filepath.Separator))
	})
}

// show writes a path with ~ for the home directory.
func (m Machine) show(path string) string {
	if rest, ok := strings.CutPrefix(path, m.Home); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		return "~" + rest
	}
	return path
}
