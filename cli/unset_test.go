package cli

import (
	"regexp"
	"runtime"
	"slices"
	"testing"
)

// Every shell that is offered can be written for, and so can those that are told from a process.
func TestUnsetting(t *testing.T) {
	for shell, want := range map[string]string{
		"bash": "unset A B", "zsh": "unset A B", "sh": "unset A B", "dash": "unset A B", "ksh": "unset A B",
		"fish": "set -e A B", "csh": "unsetenv A; unsetenv B", "tcsh": "unsetenv A; unsetenv B",
		"powershell": "Remove-Item Env:A, Env:B", "pwsh": "Remove-Item Env:A, Env:B",
	} {
		if write, ok := unsetting(shell); !ok || write([]string{"A", "B"}) != want {
			t.Errorf("%s", shell)
		}
	}
	for _, shell := range unsetShells() {
		if _, ok := unsetting(shell); !ok {
			t.Errorf("%s is offered", shell)
		}
	}
	for _, other := range []string{"", "nu", "elvish", "cmd", "go", "bash-static", "Bash"} {
		if _, ok := unsetting(other); ok {
			t.Errorf("%q is taken for a shell", other)
		}
	}
}

// The test binary is started by no shell: the user's own counts.
func TestThisShell(t *testing.T) {
	other := "sh"
	if runtime.GOOS == "windows" {
		other = "powershell"
	}
	for from, want := range map[string]string{
		"/bin/zsh": "zsh", "/usr/bin/fish": "fish", "-bash": "bash", `pwsh.exe`: "pwsh", "/usr/bin/nu": other, "": other,
	} {
		t.Setenv("SHELL", from)
		if got := thisShell(); got != want {
			t.Errorf("%q: %s, want %s", from, got, want)
		}
	}
}

// The names are ones that no shell reads as anything else, none twice, and those of the issue are there.
func TestCredentialVariables(t *testing.T) {
	all := credentialVariables()
	for i, name := range all {
		if !regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`).MatchString(name) || slices.Contains(all[:i], name) {
			t.Errorf("%q", name)
		}
	}
	for _, name := range []string{
		"AWS_SECRET_ACCESS_KEY", "AWS_SECURITY_TOKEN", "GH_TOKEN", "ATMOS_PRO_GITHUB_TOKEN", "AZURE_FEDERATED_TOKEN_FILE",
		"GOOGLE_CREDENTIALS", "VAULT_TOKEN", "ARM_ACCESS_KEY", "AZURE_PASSWORD",
	} {
		if !slices.Contains(all, name) {
			t.Errorf("%s is missing", name)
		}
	}
}
