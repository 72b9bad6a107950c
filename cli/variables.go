package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// A variable is an environment variable that the program reads.
type variable struct{ name, about string }

// variables are those that change what is read, where, and how it is shown, but
// for the credential variables of a shell, which are only named after a logout.
func variables() []variable {
	return []variable{
		{"ATMOS_AUTH_REALM", "the realm, before auth.realm of atmos.yaml"},
		{"ATMOS_BASE_PATH", "what relative imports count from"},
		{"ATMOS_CHDIR", "the directory to change to before anything else"},
		{"ATMOS_CLI_CONFIG_PATH", "a directory with an atmos.yaml that is merged last"},
		{"ATMOS_CONFIG", "as --config, with commas between files"},
		{"ATMOS_CONFIG_PATH", "as --config-path, with commas between directories"},
		{"ATMOS_GIT_ROOT_BASEPATH", "false: the root of the git repository is not looked in"},
		{"ATMOS_IDENTITY", "the line that is selected at first in the list to choose from"},
		{"ATMOS_KEYRING_FILE_PATH", "where the file keyring is, beside auth.keyring of atmos.yaml and the default place"},
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
		{"CREDCLEAN_AUDIT_LOG", "as --audit-log"},
		{"CREDCLEAN_KEEP_LONG_LIVED", "true: as --keep-long-lived"},
		{"DBUS_SESSION_BUS_ADDRESS", "the bus on which the system keyring of Linux answers"},
		{"DOCKER_CONFIG", "the directory of Docker's config.json"},
		{"DO_NOT_TRACK", "anything but 0 and false: nothing is sent to any endpoint"},
		{"HOME", "the home directory, below which credentials are looked for"},
		{"LOCALAPPDATA", "on Windows, where Atmos keeps its files"},
		{"NO_COLOR, ATMOS_NO_COLOR", "no colour, as --no-color"},
		{"FORCE_COLOR, ATMOS_FORCE_COLOR, CLICOLOR_FORCE", "colour even where standard output is no terminal"},
		{"SHELL", "the shell whose command is named that unsets credential variables"},
		{"SUDO_UID, SUDO_USER", "that the home directory may be another user's, and the audit trail's record of whose"},
		{"TERM", "dumb: no colour"},
		{"TMPDIR", "where temporary files are looked for"},
		{"XDG_CACHE_HOME", "instead of ~/.cache"},
		{"XDG_CONFIG_HOME", "instead of ~/.config"},
		{"XDG_DATA_HOME", "instead of ~/.local/share"},
	}
}

// leftVariables are the names of the credential variables that are set, and the
// command that unsets them in the user's shell.
func leftVariables() (set []string, unset string) {
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
		"AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN",
		"AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_SECRET", "ARM_OIDC_TOKEN", "GITHUB_TOKEN",
	} {
		if os.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	switch shell := strings.TrimSuffix(filepath.Base(os.Getenv("SHELL")), ".exe"); {
	case shell == "fish":
		unset = "set -e " + strings.Join(set, " ")
	case shell == "csh" || shell == "tcsh":
		unset = "unsetenv " + strings.Join(set, "; unsetenv ")
	case shell == "pwsh" || os.Getenv("SHELL") == "" && runtime.GOOS == "windows":
		unset = "Remove-Item Env:" + strings.Join(set, ", Env:")
	default:
		unset = "unset " + strings.Join(set, " ")
	}
	return set, unset
}
