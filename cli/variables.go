package cli

import (
	"os"
)

// A variable is an environment variable that the program reads.
type variable struct{ name, about string }

// variables change what is read, where, and how it is shown. The credential variables of a shell are
// not among them: a logout only names those.
func variables() []variable {
	return []variable{
		{"ATMOS_AUTH_REALM", "the realm; wins over auth.realm in atmos.yaml"},
		{"ATMOS_BASE_PATH", "the directory that relative imports start from"},
		{"ATMOS_CHDIR", "same as --chdir"},
		{"ATMOS_CLI_CONFIG_PATH", "a directory with an atmos.yaml that is merged last"},
		{"ATMOS_CONFIG", "same as --config; several files are separated by commas"},
		{"ATMOS_CONFIG_PATH", "same as --config-path; several directories are separated by commas"},
		{"ATMOS_GIT_ROOT_BASEPATH", "false: do not look in the root of the git repository"},
		{"ATMOS_IDENTITY", "the line that is selected first in the list to choose from"},
		{"ATMOS_KEYRING_FILE_PATH", "where the file keyring is; the default place is also looked in"},
		{"ATMOS_KEYRING_PASSWORD", "the password of the file keyring; with it, keys can be told from sessions"},
		{"ATMOS_KEYRING_PASSWORD_ENV", "the name of the variable that holds that password"},
		{"ATMOS_LOGS_FILE", "same as --logs-file"},
		{"ATMOS_LOGS_LEVEL", "same as --logs-level"},
		{"ATMOS_VERBOSE", "true: log at the level Debug"},
		{"ATMOS_PROFILE", "same as --profile"},
		{"ATMOS_TELEMETRY_ENABLED", "false: send nothing, even if your own configuration names an endpoint"},
		{"ATMOS_TELEMETRY_ENDPOINT", "where a record of each run is sent; nothing is sent unless you set this, here or in your own configuration"},
		{"ATMOS_TELEMETRY_TOKEN", "the token for that endpoint"},
		{"ATMOS_XDG_CACHE_HOME", "wins over XDG_CACHE_HOME"},
		{"ATMOS_XDG_CONFIG_HOME", "wins over XDG_CONFIG_HOME"},
		{"ATMOS_XDG_DATA_HOME", "wins over XDG_DATA_HOME"},
		{"AWS_LOGIN_CACHE_DIRECTORY, AZURE_CONFIG_DIR, CLOUDSDK_CONFIG", "where aws, az and gcloud keep what status --everywhere shows"},
		{"CREDCLEAN_AUDIT_LOG", "same as --audit-log"},
		{"CREDCLEAN_FETCH_IMPORTS", "true: same as --fetch-imports"},
		{"CREDCLEAN_KEEP_LONG_LIVED", "true: same as --keep-long-lived"},
		{"CREDCLEAN_REVOKE", "true: same as --revoke"},
		{"DBUS_SESSION_BUS_ADDRESS", "the bus of the system keyring on Linux"},
		{"DOCKER_CONFIG", "the directory of Docker's config.json"},
		{"DO_NOT_TRACK", "anything but 0 and false: send nothing to any endpoint"},
		{"HOME", "your home directory"},
		{"HTTPS_PROXY, NO_PROXY", "the proxy for requests, and the hosts that need none"},
		{"LOCALAPPDATA", "where Atmos keeps its files on Windows"},
		{"NO_COLOR, ATMOS_NO_COLOR", "no colour; same as --no-color"},
		{"FORCE_COLOR, ATMOS_FORCE_COLOR, CLICOLOR_FORCE", "use colour even if standard output is not a terminal"},
		{"SHELL", "your shell; credclean unset uses it if it cannot tell which shell runs it"},
		{"SSL_CERT_FILE, AWS_CA_BUNDLE", "certificates to trust in addition to the system's"},
		{"SUDO_UID, SUDO_USER", "who called sudo: the home directory may then be another user's, and the audit trail records it"},
		{"TERM", "dumb: no colour, and a numbered list to choose from, which also suits screen readers"},
		{"TMPDIR", "where temporary files are"},
		{"XDG_CACHE_HOME", "used instead of ~/.cache"},
		{"XDG_CONFIG_HOME", "used instead of ~/.config"},
		{"XDG_DATA_HOME", "used instead of ~/.local/share"},
	}
}

// credentialVariables are those in which cloud tools and Atmos look for credentials, or for where
// credentials are.
func credentialVariables() []string {
	return []string{
		// https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
		"AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
		"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_BEARER_TOKEN_BEDROCK",
		// https://cloud.google.com/docs/authentication, https://registry.terraform.io/providers/hashicorp/google
		"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON",
		"GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
		"CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
		// https://learn.microsoft.com/azure/developer, https://registry.terraform.io/providers/hashicorp/azurerm
		"AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD",
		"AZURE_FEDERATED_TOKEN_FILE", "AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING",
		"AZURE_DEVOPS_EXT_PAT",
		"ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_CERTIFICATE_PASSWORD",
		"ARM_OIDC_TOKEN", "ARM_OIDC_TOKEN_FILE_PATH", "ARM_OIDC_REQUEST_TOKEN", "ARM_ACCESS_KEY", "ARM_SAS_TOKEN",
		// https://cli.github.com/manual/gh_help_environment
		"GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN",
		"ATMOS_PRO_GITHUB_TOKEN", "ATMOS_PRO_TOKEN", "ATMOS_GITHUB_TOKEN",
		"VAULT_TOKEN",
	}
}

// setVariables are the credential variables that are set in this shell.
func setVariables() (set []string) {
	for _, name := range credentialVariables() {
		if os.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	return set
}
