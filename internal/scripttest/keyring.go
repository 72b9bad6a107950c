//go:build linux

package scripttest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/credclean/credclean/internal/keyringtest"
)

// A systemKeyring is a script's own GNOME Keyring, and what search has to undo to look into it, or a fake.
type systemKeyring struct {
	*keyringtest.Bus
	fake   *keyringtest.Fake
	home   string
	locked []string // collections
	paused bool
}

// accountOf is the account that Atmos writes a key under: its secrets store,
// which is no cache of credentials, has one of its own.
func accountOf(key string) string {
	if strings.HasPrefix(key, "atmos/") {
		return "atmos-secrets"
	}
	return keyringtest.Account
}

func (k *systemKeyring) set(ts *testscript.TestScript, account, key, secret string) {
	if k.fake != nil {
		k.fake.Put(account, key, secret)
		return
	}
	ts.Check(k.SetAll(keyringtest.Entry{Account: account, Key: key, Secret: secret}))
}

// items are those of all collections. A locked or paused keyring is as before afterwards.
func (k *systemKeyring) items(ts *testscript.TestScript) []keyringtest.Item {
	if k.fake != nil {
		items, err := k.fake.Items()
		ts.Check(err)
		return items
	}
	if k.paused {
		ts.Check(k.Resume())
		defer func() { ts.Check(k.Pause()) }()
	}
	for _, name := range k.locked {
		ts.Check(k.Unlock(name))
		defer func() { ts.Check(k.Lock(name)) }()
	}
	items, err := k.Items()
	ts.Check(err)
	return items
}

// cmdKeyring gives the script a system keyring of its own and changes it:
//
//	keyring start                      GNOME Keyring, with login unlocked; a new one each time
//	keyring fresh                      the same one after another login: never unlocked
//	keyring empty                      a bus without a keyring
//	keyring hung                       a bus that accepts everybody and never answers
//	keyring none                       no bus, as in the beginning
//	keyring set KEY SECRET [TYPE]      an entry of Atmos in login; its type is as that of filekeyring
//	keyring add COLLECTION KEY SECRET [TYPE]
//	                                   another one, beside those under the same key
//	keyring account NAME KEY SECRET    an entry of another account
//	keyring collection NAME            a second collection
//	keyring lock COLLECTION
//	keyring unlock COLLECTION
//	keyring pause                      the daemon does not answer any more
//	keyring resume
func cmdKeyring(ts *testscript.TestScript, args []string) {
	w := worldOf(ts)
	arg := func(i int) string {
		if i >= len(args) {
			ts.Fatalf("keyring %s: an argument is missing", args[0])
		}
		return args[i]
	}
	// The daemon has a home directory of its own, but its keyrings are on disk where the program looks.
	disk := filepath.Join(w.work, "home/.local/share/keyrings")
	if info, err := os.Lstat(disk); err == nil && info.Mode()&os.ModeSymlink != 0 && slices.Contains([]string{"start", "empty", "hung", "none"}, args[0]) {
		ts.Check(os.Remove(disk))
	}
	switch args[0] {
	case "start":
		home, err := os.MkdirTemp(w.work, "keyring")
		ts.Check(err)
		b, err := keyringtest.Start(home)
		ts.Check(err)
		ts.Defer(b.Close)
		w.keyring = &systemKeyring{Bus: b, home: home}
		ts.Check(os.MkdirAll(filepath.Dir(disk), 0o700))
		ts.Check(os.Symlink(filepath.Join(home, ".local/share/keyrings"), disk))
		ts.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
		return
	case "empty":
		b, err := keyringtest.StartEmpty(filepath.Join(w.work, "tmp"))
		ts.Check(err)
		ts.Defer(b.Close)
		w.keyring = nil
		ts.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
		return
	case "hung":
		h, err := keyringtest.StartHung()
		ts.Check(err)
		ts.Defer(h.Close)
		w.keyring = nil
		ts.Setenv("DBUS_SESSION_BUS_ADDRESS", h.Address)
		return
	case "none":
		w.keyring = nil
		ts.Setenv("DBUS_SESSION_BUS_ADDRESS", NoBus)
		return
	}
	k := w.keyring
	if k == nil {
		ts.Fatalf("no keyring was started")
	}
	secret := ""
	switch args[0] {
	case "set":
		secret = arg(2)
		k.set(ts, keyringtest.Account, arg(1), envelope(ts, secret, args[3:]))
	case "add":
		secret = arg(3)
		ts.Check(k.SetIn(arg(1), arg(2), envelope(ts, secret, args[4:])))
	case "account":
		secret = arg(3)
		k.set(ts, arg(1), arg(2), envelope(ts, secret, nil))
	case "collection":
		ts.Check(k.CreateCollection(arg(1)))
	case "lock":
		ts.Check(k.Lock(arg(1)))
		k.locked = append(k.locked, arg(1))
	case "unlock":
		ts.Check(k.Unlock(arg(1)))
		k.locked = slices.DeleteFunc(k.locked, func(name string) bool { return name == arg(1) })
	case "fresh":
		k.Close()
		b, err := keyringtest.StartFresh(k.home)
		ts.Check(err)
		ts.Defer(b.Close)
		k.Bus, k.locked = b, []string{"login"}
		ts.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	case "pause":
		ts.Check(k.Pause())
		k.paused = true
	case "resume":
		ts.Check(k.Resume())
		k.paused = false
	default:
		ts.Fatalf("keyring: no verb %s", args[0])
	}
	if secret != "" {
		w.planted[secret] = secret
		cmdStill(ts, []string{secret})
	}
}
