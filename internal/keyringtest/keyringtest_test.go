//go:build linux

package keyringtest_test

import (
	"bufio"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/internal/keyringtest"
)

// TestMain is also the main of the process that TestKilled kills.
func TestMain(m *testing.M) {
	keyringtest.Main()
	home := os.Getenv("KEYRINGTEST_HOME")
	if home == "" {
		m.Run()
		return
	}
	b, err := keyringtest.Start(home)
	if err == nil {
		err = b.Pause()
	}
	if err != nil {
		panic(err)
	}
	print(b.Address, "\n") // on stderr
	select {}
}

// Nothing runs on when a test is killed, not even a daemon that is stopped.
func TestKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "KEYRINGTEST_HOME="+t.TempDir())
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	socket := strings.TrimSpace(strings.TrimPrefix(strings.Split(address, ",")[0], "unix:path="))
	bus, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bus.Close() }()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it was not killed")
	}
	// The bus never ends a connection that does nothing as long as it runs.
	if err := bus.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := bus.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the bus still runs: %v", err)
	}
	if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its socket is left: %v", err)
	}
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
