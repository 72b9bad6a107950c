package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	zalando "github.com/zalando/go-keyring"

	"github.com/credclean/credclean/store/keyring"
)

// programVariable makes the test binary the program itself.
const programVariable = "CREDCLEAN_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		main()
	}
	m.Run()
}

const projectOfAna = `auth:
  realm: acme
  providers:
    aws-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: https://mycompany.awsapps.com/start
  identities:
    dev-admin:
      kind: aws/permission-set
      via: {provider: aws-sso}
    prod-admin:
      kind: aws/permission-set
      via: {provider: aws-sso}
`

// A windowsHome is what a login left for one user.
type windowsHome struct {
	*testing.T
	dir, local string
}

func (h windowsHome) plant(path, text string) {
	h.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		h.Fatal(err)
	}
}

// remember writes an entry as Atmos does.
func (h windowsHome) remember(keys ...string) {
	h.Helper()
	for _, key := range keys {
		if err := zalando.Set(key, keyring.Account, "SECRET-"+key); err != nil {
			h.Fatal(err)
		}
		h.Cleanup(func() { _ = zalando.Delete(key, keyring.Account) }) // it may be gone
	}
}

// run runs the program in the project, and fails unless it ends with the exit code.
func (h windowsHome) run(exit int, args ...string) (stdout, stderr string) {
	h.Helper()
	self, err := os.Executable()
	if err != nil {
		h.Fatal(err)
	}
	cmd := exec.CommandContext(h.Context(), self, args...)
	cmd.Dir = filepath.Join(h.dir, "project")
	cmd.Env = append(os.Environ(), programVariable+"=1", "USERPROFILE="+h.dir, "LOCALAPPDATA="+h.local, "SHELL=")
	var out, errOut strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != exit {
		h.Fatalf("%v, want exit code %d; it wrote %s%s", err, exit, out.String(), errOut.String())
	}
	if strings.Contains(out.String()+errOut.String(), "SECRET-") {
		h.Error("a secret was printed")
	}
	return out.String(), errOut.String()
}

// wantKeys fails unless exactly these of the keys are in the Credential Manager.
func (h windowsHome) wantKeys(all []string, want ...string) {
	h.Helper()
	var got []string
	for _, key := range all {
		if _, err := zalando.Get(key, keyring.Account); err == nil {
			got = append(got, key)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.Errorf("keys (-want +got):\n%s", diff)
	}
}

func (h windowsHome) wantText(path, want string) {
	h.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		h.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		h.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// The whole program: files below %LOCALAPPDATA% and entries in the Credential
// Manager go, the neighbour's stay, and the report says so.
func TestLogoutOnWindows(t *testing.T) {
	dir := t.TempDir()
	h := windowsHome{t, dir, filepath.Join(dir, "AppData", "Local")}
	aws := filepath.Join(h.local, "atmos", "acme", "aws", "aws-sso")
	const prod = "[prod-admin]\naws_secret_access_key = SECRET-prod\n"
	h.plant(filepath.Join(dir, "project", "atmos.yaml"), projectOfAna)
	h.plant(filepath.Join(aws, "credentials"), "[dev-admin]\naws_secret_access_key = SECRET-dev\n"+prod)
	h.plant(filepath.Join(aws, "credentials.lock"), "")
	h.plant(filepath.Join(aws, "config"), "[profile dev-admin]\nregion = us-east-1\n")
	h.plant(filepath.Join(aws, "config.lock"), "")
	keys := []string{"atmos_acme_dev-admin", "dev-admin", "atmos_acme_prod-admin", "atmos_other_dev-admin"}
	h.remember(keys...)

	out, _ := h.run(0, "logout", "dev-admin", "--dry-run")
	if !strings.Contains(out, "\n  • Keyring: dev-admin\n") || !strings.Contains(out, `Files: ~\AppData\Local\atmos\acme\aws\aws-sso\credentials (removes dev-admin, keeps prod-admin)`) {
		t.Errorf("the dry run wrote %s", out)
	}
	h.wantKeys(keys, keys...)

	out, _ = h.run(0, "logout", "dev-admin")
	for _, line := range []string{
		"Logging out from identity: dev-admin\n",
		"  ✓ Chain: aws-sso → dev-admin\n",
		"  ✓ Keyring: dev-admin\n",
		`  ✓ Files: ~\AppData\Local\atmos\acme\aws\aws-sso\ (kept: prod-admin)` + "\n",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("no line %q in %s", line, out)
		}
	}
	h.wantKeys(keys, "atmos_acme_prod-admin", "atmos_other_dev-admin")
	h.wantText(filepath.Join(aws, "credentials"), prod)
	if _, err := os.Stat(filepath.Join(aws, "config")); err == nil {
		t.Error("the config file is still there")
	}

	out, _ = h.run(0, "logout", "dev-admin")
	if !strings.HasPrefix(out, "Identity 'dev-admin' is already logged out.\n") {
		t.Errorf("the second time it wrote %s", out)
	}

	h.run(0, "logout", "--provider", "aws-sso")
	h.wantKeys(keys, "atmos_other_dev-admin")
	if left, err := os.ReadDir(filepath.Join(h.local, "atmos")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, stderr := h.run(2, "logout"); !strings.Contains(stderr, "credclean: error: ") {
		t.Errorf("without a terminal it wrote %s", stderr)
	}
}
