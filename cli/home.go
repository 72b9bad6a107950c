package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// homeDir is the home directory that is cleaned.
func homeDir() (string, error) {
	home, err := os.UserHomeDir()
	if err == nil && !filepath.IsAbs(home) {
		err = fmt.Errorf("%q is not an absolute path", home)
	}
	if err == nil {
		var info os.FileInfo
		if info, err = os.Stat(home); err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is not a directory", home)
		}
	}
	if err != nil {
		return "", usageError{fmt.Errorf("no usable home directory: %w", err), "set HOME to your home directory"}
	}
	return home, nil
}

// systemDir is where Atmos looks for the configuration of the whole machine.
func systemDir() string {
	if runtime.GOOS == "windows" {
		return os.Getenv("LOCALAPPDATA")
	}
	return "/usr/local/etc/atmos"
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
