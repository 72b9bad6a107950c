package cli

import (
	"os"
)

// A variable is an environment variable that the program reads.
type variable struct{ name, about string }

// variables are those that change what is read, where, and how it is shown, but
// for the credential variables of a shell, which are only named after a logout.
func variables() []variable {
	return []variable{
		{"ATMOS_AUTH_REALM", "the realm, before auth.realm of atmos.yaml"},
		{"ATMOS_BASE_PATH", "what relative imports count from"},
		{"ATMOS_CHDIR", "as --chdir"},
		{"ATMOS_CLI_CONFIG_PATH", "a directory with an atmos.yaml that is merged last"},
		{"ATMOS_CONFIG", "as --config, with commas between files"},
		{"ATMOS_CONFIG_PATH", "as --config-path, with commas between directories"},
		{"ATMOS_GIT_ROOT_BASEPATH", "false: the root of the git repository is not looked in"},
		{"ATMOS_IDENTITY", "the line that is selected at first in the list to choose from"},
		{"ATMOS_KEYRING_FILE_PATH", "where the file keyring is, beside auth.keyring of atmos.yaml and the default place"},
		{"ATMOS_KEYRING_PASSWORD", "the password of the file keyring: with it, keys can be told from sessions"},
		{"ATMOS_KEYRING_PASSWORD_ENV", "the variable that holds that password instead"},
		{"ATMOS_LOGS_FILE", "as --logs-file"},
		{"ATMOS_LOGS_LEVEL", "as --logs-level"},
		{"ATMOS_VERBOSE", "true: the log level is Debug"},
		{"ATMOS_PROFILE", "as --profile"},
		{"ATMOS_TELEMETRY_ENABLED", "false: nothing is sent even if atmos.yaml names an endpoint"},
		{"ATMOS_TELEMETRY_ENDPOINT", "where a line about each run is sent; nowhere unless it is set here or in atmos.yaml"},
		{"ATMOS_TELEMETRY_TOKEN", "what that endpoint wants to know its users by"},
		{"ATMOS_XDG_CACHE_HOME", "before XDG_CACHE_HOME"},
		{"ATMOS_XDG_CONFIG_HOME", "before XDG_CONFIG_HOME"},
		{"ATMOS_XDG_DATA_HOME", "before XDG_DATA_HOME"},
		{"AWS_LOGIN_CACHE_DIRECTORY, AZURE_CONFIG_DIR, CLOUDSDK_CONFIG", "where aws, az and gcloud keep what status --everywhere shows"},
		{"CREDCLEAN_AUDIT_LOG", "as --audit-log"},
		{"CREDCLEAN_FETCH_IMPORTS", "true: as --fetch-imports"},
		{"CREDCLEAN_KEEP_LONG_LIVED", "true: as --keep-long-lived"},
		{"CREDCLEAN_REVOKE", "true: as --revoke"},
		{"DBUS_SESSION_BUS_ADDRESS", "the bus on which the system keyring of Linux answers"},
		{"DOCKER_CONFIG", "the directory of Docker's config.json"},
		{"DO_NOT_TRACK", "anything but 0 and false: nothing is sent to any endpoint"},
		{"HOME", "the home directory, below which credentials are looked for"},
		{"HTTPS_PROXY, NO_PROXY", "the proxy of what is sent or fetched, and for which hosts there is none"},
		{"LOCALAPPDATA", "on Windows, where Atmos keeps its files"},
		{"NO_COLOR, ATMOS_NO_COLOR", "no colour, as --no-color"},
		{"FORCE_COLOR, ATMOS_FORCE_COLOR, CLICOLOR_FORCE", "colour even where standard output is no terminal"},
		{"SHELL", "the shell that credclean unset writes for, if the program that started it is none"},
		{"SSL_CERT_FILE, AWS_CA_BUNDLE", "certificates that are trusted beside those of the system"},
		{"SUDO_UID, SUDO_USER", "that the home directory may be another user's, and the audit trail's record of whose"},
		{"TERM", "dumb: no colour, and numbered lines instead of a list that moves, also for screen readers"},
		{"TMPDIR", "where temporary files are looked for"},
		{"XDG_CACHE_HOME", "instead of ~/.cache"},
		{"XDG_CONFIG_HOME", "instead of ~/.config"},
		{"XDG_DATA_HOME", "instead of ~/.local/share"},
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
