package keyring_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	zalando "github.com/zalando/go-keyring"

	"github.com/credclean/credclean/store/keyring"
)

// security runs the real program.
func security(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("/usr/bin/security", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("security %s: %v: %s", args[0], err, out)
	}
	return string(out)
}

// keychains are the paths in a list that security prints: one in quotes on each line.
func keychains(list string) []string {
	var paths []string
	for line := range strings.Lines(list) {
		paths = append(paths, strings.Trim(strings.TrimSpace(line), `"`))
	}
	return paths
}

// throwAway makes a keychain the default and the first of the search list, until the test ends.
func throwAway(t *testing.T) (path string) {
	t.Helper()
	if os.Getenv("CI") == "" {
		t.Skip("this test changes the default keychain for a moment: it runs if CI is set")
	}
	path = filepath.Join(t.TempDir(), "credclean.keychain-db")
	before := keychains(security(t, "list-keychains", "-d", "user"))
	defaults := keychains(security(t, "default-keychain", "-d", "user"))
	security(t, "create-keychain", "-p", "password", path)
	t.Cleanup(func() {
		security(t, append([]string{"default-keychain", "-d", "user", "-s"}, defaults...)...)
		security(t, append([]string{"list-keychains", "-d", "user", "-s"}, before...)...)
		security(t, "delete-keychain", path)
	})
	security(t, "unlock-keychain", "-p", "password", path)
	security(t, append([]string{"list-keychains", "-d", "user", "-s", path}, before...)...)
	security(t, "default-keychain", "-d", "user", "-s", path)
	return path
}

// The real thing: Atmos's library writes, the keychain removes, the library looks again.
func TestRealKeychain(t *testing.T) {
	path := throwAway(t)
	k := keyring.NewSystem(keyring.Options{})
	keys := []string{"dev", "atmos_acme_dev", "a/b", "ünï", "with space"}
	wantFound(t, k, keys)
	for _, key := range append([]string{"dev-admin"}, keys...) {
		must(t, zalando.Set(key, keyring.Account, "secret of "+key))
	}
	must(t, zalando.Set("dev", "atmos-secrets", "another secret"))
	wantFound(t, k, append([]string{"gone"}, keys...), keys...)
	listed, err := k.List(t.Context())
	must(t, err)
	if len(listed) != len(keys)+1 {
		t.Errorf("listed %q", listed)
	}
	for _, key := range keys {
		must(t, k.Remove(t.Context(), key))
		wantError(t, k.Remove(t.Context(), key), fs.ErrNotExist)
		if _, err := zalando.Get(key, keyring.Account); err == nil {
			t.Errorf("%q is still there", key)
		}
	}
	wantFound(t, k, keys)
	for account, key := range map[string]string{keyring.Account: "dev-admin", "atmos-secrets": "dev"} {
		if _, err := zalando.Get(key, account); err != nil {
			t.Errorf("%s of %s: %v", key, account, err)
		}
	}
	listed, err = k.List(t.Context())
	must(t, err)
	if diff := cmp.Diff([]string{"dev-admin"}, listed); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}

	// A locked one never looks empty.
	security(t, "lock-keychain", path)
	if found, err := k.Find(t.Context(), []string{"dev-admin"}); len(found) == 0 && err == nil {
		t.Error("nothing is found in a locked keychain, and no error says so")
	}
	security(t, "unlock-keychain", "-p", "password", path)
}
