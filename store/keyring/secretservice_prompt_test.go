//go:build linux

package keyring_test

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// What a person does about a dialog.
type answer int

const (
	agree answer = iota
	dismiss
	leave
)

// A provider is a Secret Service with one collection, for what GNOME Keyring
// does not do: it shows nothing of a locked collection, as KWallet, and answers every
// removal with a prompt, as KeePassXC.
type provider struct {
	conn *dbus.Conn

	mu        sync.Mutex
	answer    answer
	locked    bool
	veiled    bool // whether a locked collection shows that there are items, but no attributes
	idle      bool // whether nothing is done although a dialog was agreed to
	vanishing bool // whether items vanish between a search and the next call
	items     map[dbus.ObjectPath]string
	asked     map[dbus.ObjectPath]int // prompts that were run
	gone      map[dbus.ObjectPath]int // prompts that were dismissed by the client
}

const (
	secrets    = dbus.ObjectPath("/org/freedesktop/secrets")
	vault      = secrets + "/collection/vault"
	promptPath = secrets + "/prompt"
)

// start puts a provider with an entry for each key on a bus.
func (p *provider) start(t *testing.T, keys ...string) {
	t.Helper()
	bus := keyringtest.NewEmpty(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
	conn, err := dbus.Connect(bus.Address)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	p.conn, p.items = conn, map[dbus.ObjectPath]string{}
	p.asked, p.gone = map[dbus.ObjectPath]int{}, map[dbus.ObjectPath]int{}
	for _, key := range keys {
		p.items[vault+"/"+dbus.ObjectPath(key)] = key
	}
	for iface, methods := range map[string]map[string]any{
		"org.freedesktop.DBus.Properties":   {"Get": p.get},
		"org.freedesktop.Secret.Service":    {"Unlock": p.unlock},
		"org.freedesktop.Secret.Collection": {"SearchItems": p.search},
		"org.freedesktop.Secret.Item":       {"Delete": p.remove},
		"org.freedesktop.Secret.Prompt":     {"Prompt": p.prompt, "Dismiss": p.dismiss},
	} {
		must(t, conn.ExportSubtreeMethodTable(methods, secrets, iface))
	}
	_, err = conn.RequestName("org.freedesktop.secrets", dbus.NameFlagDoNotQueue)
	must(t, err)
}

func pathOf(m dbus.Message) dbus.ObjectPath {
	path, _ := m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	return path
}

func (p *provider) visible() []dbus.ObjectPath {
	if p.locked && !p.veiled {
		return []dbus.ObjectPath{}
	}
	return slices.AppendSeq([]dbus.ObjectPath{}, maps.Keys(p.items))
}

func (p *provider) get(m dbus.Message, _, name string) (dbus.Variant, *dbus.Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch name {
	case "Collections":
		return dbus.MakeVariant([]dbus.ObjectPath{vault}), nil
	case "Locked":
		return dbus.MakeVariant(p.locked), nil
	case "Items":
		return dbus.MakeVariant(p.visible()), nil
	case "Label":
		return dbus.MakeVariant("Vault"), nil
	case "Attributes":
		if p.locked {
			return dbus.MakeVariant(map[string]string{"opaque": "yes"}), nil
		}
		if p.vanishing {
			return dbus.Variant{}, errNoObject()
		}
		return dbus.MakeVariant(map[string]string{"service": p.items[pathOf(m)], "username": "atmos-auth"}), nil
	}
	return dbus.Variant{}, dbus.MakeFailedError(errors.New("no such property"))
}

func (p *provider) search(attrs map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(p.visible(), func(item dbus.ObjectPath) bool {
		key, ok := attrs["service"]
		return ok && key != p.items[item]
	}), nil
}

func (p *provider) unlock([]dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	return []dbus.ObjectPath{}, promptPath + "/unlock", nil
}

// errNoObject is what GDBus answers for an object that is not there.
func errNoObject() *dbus.Error {
	return dbus.NewError("org.freedesktop.DBus.Error.UnknownMethod", []any{"Object does not exist"})
}

func (p *provider) remove(m dbus.Message) (dbus.ObjectPath, *dbus.Error) {
	if p.vanishing {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.items, pathOf(m))
		return "/", errNoObject()
	}
	return promptPath + "/remove/" + dbus.ObjectPath(strings.TrimPrefix(string(pathOf(m)), string(vault)+"/")), nil
}

// prompt completes before it returns, so that only a client that listens from
// the start hears of it.
func (p *provider) prompt(m dbus.Message, _ string) *dbus.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := pathOf(m)
	p.asked[path]++
	if p.answer == leave {
		return nil
	}
	if key, ok := strings.CutPrefix(string(path), string(promptPath)+"/remove/"); p.answer == agree {
		switch {
		case !ok:
			p.locked = p.idle
		case !p.idle:
			delete(p.items, vault+"/"+dbus.ObjectPath(key))
		}
	}
	if err := p.conn.Emit(path, "org.freedesktop.Secret.Prompt.Completed", p.answer == dismiss, dbus.MakeVariant("")); err != nil {
		return dbus.MakeFailedError(err)
	}
	return nil
}

func (p *provider) dismiss(m dbus.Message) *dbus.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone[pathOf(m)]++
	return nil
}

// left are the keys that still have an entry.
func (p *provider) left() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Values(p.items)), " ")
}

func (p *provider) count(m map[dbus.ObjectPath]int) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, times := range m {
		n += times
	}
	return n
}

func (p *provider) wantLeft(t *testing.T, want string) {
	t.Helper()
	if got := p.left(); got != want {
		t.Errorf("left: %q, want %q", got, want)
	}
}

// KeePassXC removes nothing until the prompt that it answers with is run.
func TestRemovalPrompt(t *testing.T) {
	t.Run("agreed", func(t *testing.T) {
		p := &provider{}
		p.start(t, "dev", "prod")
		k := keyring.NewSystem(keyring.Options{})
		must(t, k.Remove(t.Context(), "dev"))
		p.wantLeft(t, "prod")
		wantError(t, k.Remove(t.Context(), "dev"), fs.ErrNotExist)
	})
	t.Run("agreed but not done", func(t *testing.T) {
		p := &provider{idle: true}
		p.start(t, "dev", "prod")
		k := keyring.NewSystem(keyring.Options{})
		wantError(t, k.Remove(t.Context(), "dev"), disk.ErrStillThere)
		p.wantLeft(t, "dev prod")
	})
	t.Run("dismissed", func(t *testing.T) {
		p := &provider{answer: dismiss}
		p.start(t, "dev", "prod")
		k := keyring.NewSystem(keyring.Options{})
		err := k.Remove(t.Context(), "dev")
		if err == nil || !strings.Contains(err.Error(), "dismissed") {
			t.Errorf("Remove: %v", err)
		}
		p.wantLeft(t, "dev prod")
		wantFound(t, k, []string{"dev"}, "dev")
	})
	t.Run("left open", func(t *testing.T) {
		p := &provider{answer: leave}
		p.start(t, "dev", "prod")
		k := keyring.NewSystem(keyring.Options{Timeout: short})
		begin := time.Now()
		wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrTimeout)
		wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrTimeout)
		if took := time.Since(begin); took < short || took > 3*short {
			t.Errorf("took %s", took)
		}
		if p.count(p.asked) != 1 || p.count(p.gone) != 1 {
			t.Errorf("%d dialogs, %d of them taken away", p.count(p.asked), p.count(p.gone))
		}
		p.wantLeft(t, "dev prod")
	})
}

// A locked collection that shows nothing may hold anything.
func TestOpaque(t *testing.T) {
	p := &provider{locked: true}
	p.start(t, "dev")
	k := keyring.NewSystem(keyring.Options{})
	found, err := k.Find(t.Context(), []string{"dev", "gone"})
	wantError(t, err, keyring.ErrLocked, "Vault")
	if len(found) > 0 {
		t.Errorf("found %q", found)
	}
	_, err = k.List(t.Context())
	wantError(t, err, keyring.ErrLocked, "Vault")
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "Vault")
	if p.count(p.asked) != 0 {
		t.Error("a dialog was opened")
	}
	p.wantLeft(t, "dev")
}

// A locked collection that can be searched is searched for every key.
func TestVeiled(t *testing.T) {
	p := &provider{locked: true, veiled: true}
	p.start(t, "dev", "prod")
	k := keyring.NewSystem(keyring.Options{})
	wantFound(t, k, []string{"dev", "gone", "\xff"}, "dev")
	_, err := k.List(t.Context())
	wantError(t, err, keyring.ErrLocked, "Vault")
	wantError(t, k.Remove(t.Context(), "gone"), fs.ErrNotExist)
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "Vault")
}

// An item that somebody else removed in the meantime is gone, which is all that is wanted.
func TestGoneMeanwhile(t *testing.T) {
	p := &provider{vanishing: true}
	p.start(t, "dev", "prod")
	k := keyring.NewSystem(keyring.Options{})
	wantFound(t, k, []string{"dev"})
	must(t, k.Remove(t.Context(), "dev"))
	p.wantLeft(t, "prod")
}

func TestUnlockDialog(t *testing.T) {
	start := func(t *testing.T, p *provider, wait time.Duration) (k keyring.Keyring, announced *int) {
		t.Helper()
		p.start(t, "dev", "prod")
		announced = new(int)
		return keyring.NewSystem(keyring.Options{UnlockWait: wait, Announce: func() { *announced++ }}), announced
	}
	t.Run("agreed", func(t *testing.T) {
		p := &provider{locked: true}
		k, announced := start(t, p, 20*time.Second)
		must(t, k.Remove(t.Context(), "dev"))
		wantError(t, k.Remove(t.Context(), "gone"), fs.ErrNotExist)
		p.wantLeft(t, "prod")
		if *announced != 1 {
			t.Errorf("announced %d times", *announced)
		}
	})
	t.Run("agreed but not unlocked", func(t *testing.T) {
		p := &provider{locked: true, idle: true}
		k, _ := start(t, p, 20*time.Second)
		wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "Vault")
		p.wantLeft(t, "dev prod")
	})
	t.Run("dismissed", func(t *testing.T) {
		p := &provider{locked: true, answer: dismiss}
		k, announced := start(t, p, 20*time.Second)
		wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "dismissed")
		wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrLocked)
		if *announced != 1 || p.count(p.asked) != 1 {
			t.Errorf("announced %d times, %d dialogs", *announced, p.count(p.asked))
		}
		p.wantLeft(t, "dev prod")
	})
	t.Run("left open", func(t *testing.T) {
		p := &provider{locked: true, answer: leave}
		k, _ := start(t, p, short)
		begin := time.Now()
		wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrLocked, "nobody answered")
		wantError(t, k.Remove(t.Context(), "prod"), keyring.ErrLocked)
		if took := time.Since(begin); took < short || took > 3*short {
			t.Errorf("took %s", took)
		}
		if p.count(p.asked) != 1 || p.count(p.gone) != 1 {
			t.Errorf("%d dialogs, %d of them taken away", p.count(p.asked), p.count(p.gone))
		}
		p.wantLeft(t, "dev prod")
	})
}
