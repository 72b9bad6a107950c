//go:build unix

package keyringtest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/credclean/credclean/keyringtest"
)

func TestMain(m *testing.M) {
	keyringtest.Main()
	m.Run()
}

// What one writes, the other reads, and nothing is in a person's own keyring.
func TestBus(t *testing.T) {
	home := t.TempDir()
	b, err := keyringtest.Start(home)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(b.Set("dev", "secret 1"))
	check(b.SetAll(keyringtest.Entry{Account: "atmos-secrets", Key: "atmos/dev", Secret: "secret 2"}))
	check(b.CreateCollection("work"))
	check(b.SetIn("work", "dev", "secret 3"))
	check(b.SetIn("work", "dev", "secret 4"))
	items, err := b.Items()
	check(err)
	var secrets []string
	for _, item := range items {
		secrets = append(secrets, item.Secret)
	}
	slices.Sort(secrets)
	if got := strings.Join(secrets, ", "); got != "secret 1, secret 2, secret 3, secret 4" {
		t.Errorf("items: %s", got)
	}
	if got, err := b.Get("dev"); got != "secret 1" || err != nil {
		t.Errorf("Get: %q, %v", got, err)
	}
	check(b.Delete("dev"))
	if _, err := b.Get("dev"); err == nil {
		t.Error("still there after Delete")
	}
	check(b.Lock("work"))
	if _, err := b.Items(); err == nil {
		t.Error("the secrets of a locked collection were read")
	}
	check(b.Unlock("work"))
	check(b.Pause())
	check(b.Resume())
	_, err = b.Items()
	check(err)
	check(b.Kill())
	if _, err := os.Stat(filepath.Join(home, ".local/share/keyrings/login.keyring")); err != nil {
		t.Error(err)
	}
}

// A second daemon finds what the first one wrote, but locked.
func TestFresh(t *testing.T) {
	home := t.TempDir()
	b, err := keyringtest.Start(home)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Set("dev", "secret"); err != nil {
		t.Error(err)
	}
	b.Close()
	if b, err = keyringtest.StartFresh(home); err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Items(); err == nil {
		t.Error("not locked")
	}
	if err := b.Unlock("login"); err != nil {
		t.Error(err)
	}
	if got, err := b.Get("dev"); got != "secret" || err != nil {
		t.Errorf("Get: %q, %v", got, err)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	if err := keyringtest.SetFile(dir, "a/b", "secret"); err != nil {
		t.Fatal(err)
	}
	if got, err := keyringtest.GetFile(dir, "a/b"); got != "secret" || err != nil {
		t.Errorf("GetFile: %q, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a%2Fb")); err != nil {
		t.Error(err)
	}
}
