//go:build unix

package keyringtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// A Mode is how a [Fake] behaves.
type Mode string

// The modes, beside the empty one: a service that does as it is told.
const (
	Lies       Mode = "lies"       // says that it removed, and did nothing
	Hides      Mode = "hides"      // finds nothing by a search, but lists and removes
	Buries     Mode = "buries"     // a removed item is no longer found by a search, but still there
	Renames    Mode = "renames"    // a removed item is no longer found by a search, but there under another path
	Confuses   Mode = "confuses"   // a search finds the items of all keys and accounts
	FoldsCase  Mode = "folds-case" // a search does not mind letter case
	Fails      Mode = "fails"      // answers searches, listings and removals with an error
	Prompts    Mode = "prompts"    // answers each removal with a prompt, as KeePassXC
	PromptLies Mode = "prompt-lies"
	Picky      Mode = "picky"    // cannot search for all
	Vanishes   Mode = "vanishes" // items are gone when they are to be removed
)

// The states of the one collection of a [Fake].
const (
	Unlocked = iota
	Closed   // locked, and shows nothing, as KWallet
	Veiled   // locked, and shows that there are items, but no attributes
	Private  // unlocked, but a person would be asked about each item, as KeePassXC does
)

// What a person does about each prompt of a [Fake].
const (
	Agree    = iota
	Hesitate // and agree after a second
	Dismiss
	Leave // and the prompt stays for ever
)

// Habits are what is peculiar to a [Fake].
type Habits struct {
	Mode      Mode
	State     int
	Answer    int
	Delay     time.Duration // before each answer, one after the other
	DiesAfter int           // calls; 0 is never
	Called    func(n int)   // if not nil, is called with the number of each call before it is answered
	Removing  func()        // if not nil, is called before each removal
}

// A Fake is a Secret Service with one collection on a bus of its own, for what a real one
// does not do, or not every time.
type Fake struct {
	*Bus
	Habits

	mu        sync.Mutex
	conn      *dbus.Conn
	items     map[dbus.ObjectPath]*Item
	number    int
	hidden    map[dbus.ObjectPath]bool // from searches
	calls     int
	asked     int // prompts that were run
	withdrawn int // prompts that the client took away
}

const (
	fakeService = dbus.ObjectPath("/org/freedesktop/secrets")
	fakeVault   = fakeService + "/collection/vault"
	fakePrompt  = fakeService + "/prompt"
)

// StartFake starts a bus with such a service. Its home directory is home.
func StartFake(home string, habits Habits) (*Fake, error) {
	bus, err := StartEmpty(home)
	if err != nil {
		return nil, err
	}
	f := &Fake{Bus: bus, Habits: habits, items: make(map[dbus.ObjectPath]*Item), hidden: make(map[dbus.ObjectPath]bool)}
	if f.conn, err = dbus.Connect(bus.Address); err == nil {
		err = f.export()
	}
	if err != nil {
		bus.Close()
		return nil, fmt.Errorf("keyringtest: %w", err)
	}
	return f, nil
}

func (f *Fake) export() error {
	for iface, methods := range map[string]map[string]any{
		"org.freedesktop.DBus.Properties":   {"Get": f.get},
		"org.freedesktop.Secret.Service":    {"Unlock": f.unlock, "OpenSession": f.openSession},
		"org.freedesktop.Secret.Collection": {"SearchItems": f.search},
		"org.freedesktop.Secret.Item":       {"Delete": f.remove, "GetSecret": f.secret},
		"org.freedesktop.Secret.Prompt":     {"Prompt": f.prompt, "Dismiss": f.dismiss},
	} {
		if err := f.conn.ExportSubtreeMethodTable(methods, fakeService, iface); err != nil {
			return err
		}
	}
	_, err := f.conn.RequestName("org.freedesktop.secrets", dbus.NameFlagDoNotQueue)
	return err
}

// Put adds an item of an account. It has no other way in.
func (f *Fake) Put(account, key, secret string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(&Item{
		Collection: string(fakeVault), Label: key, Secret: secret,
		Attributes: map[string]string{"service": key, "username": account},
	})
}

func (f *Fake) put(item *Item) (path dbus.ObjectPath) {
	f.number++
	path = dbus.ObjectPath(fmt.Sprintf("%s/%d", fakeVault, f.number))
	f.items[path] = item
	return path
}

// Items are all items that are left.
func (f *Fake) Items() ([]Item, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var items []Item
	for _, path := range slices.Sorted(maps.Keys(f.items)) {
		items = append(items, *f.items[path])
	}
	return items, nil
}

// Prompted tells how many prompts were run, and how many of them were taken away by the client.
func (f *Fake) Prompted() (asked, withdrawn int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked, f.withdrawn
}

// enter begins every answer: one after the other, each after the delay.
func (f *Fake) enter() (leave func()) {
	f.mu.Lock()
	time.Sleep(f.Delay)
	f.calls++
	if f.Called != nil {
		f.Called(f.calls)
	}
	if f.DiesAfter > 0 && f.calls > f.DiesAfter {
		_ = f.conn.Close()
	}
	return f.mu.Unlock
}

func (f *Fake) failed() *dbus.Error {
	if f.Mode == Fails {
		return dbus.MakeFailedError(errors.New("the vault is out of order"))
	}
	return nil
}

func pathOf(m dbus.Message) dbus.ObjectPath {
	path, _ := m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath)
	return path
}

// noObject is what GDBus answers for an object that is not there.
func noObject() *dbus.Error {
	return dbus.NewError("org.freedesktop.DBus.Error.UnknownMethod", []any{"Object does not exist"})
}

func (f *Fake) visible() []dbus.ObjectPath {
	if f.State == Closed {
		return []dbus.ObjectPath{}
	}
	return slices.AppendSeq([]dbus.ObjectPath{}, maps.Keys(f.items))
}

func (f *Fake) get(m dbus.Message, _, name string) (dbus.Variant, *dbus.Error) {
	defer f.enter()()
	item := f.items[pathOf(m)]
	switch name {
	case "Collections":
		return dbus.MakeVariant([]dbus.ObjectPath{fakeVault}), nil
	case "Locked":
		return dbus.MakeVariant(f.State == Closed || f.State == Veiled || item != nil && f.State == Private), nil
	case "Items":
		return dbus.MakeVariant(f.visible()), f.failed()
	case "Label":
		return dbus.MakeVariant("Vault"), nil
	}
	switch {
	case f.State == Veiled:
		return dbus.MakeVariant(map[string]string{"opaque": "yes"}), nil
	case item == nil:
		return dbus.Variant{}, noObject()
	}
	return dbus.MakeVariant(item.Attributes), nil
}

func (f *Fake) search(attrs map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	defer f.enter()()
	if f.Mode == Picky && len(attrs) == 0 {
		return nil, dbus.MakeFailedError(errors.New("no attributes"))
	}
	return slices.DeleteFunc(f.visible(), func(path dbus.ObjectPath) bool {
		if f.Mode == Hides || f.hidden[path] {
			return true
		}
		for name, want := range attrs {
			have := f.items[path].Attributes[name]
			same := have == want || f.Mode == Confuses || f.Mode == FoldsCase && strings.EqualFold(have, want)
			if !same {
				return true
			}
		}
		return false
	}), f.failed()
}

func (f *Fake) unlock([]dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	defer f.enter()()
	return []dbus.ObjectPath{}, fakePrompt + "/unlock", nil
}

func (f *Fake) openSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	defer f.enter()()
	return dbus.MakeVariant(""), fakeService + "/session", nil
}

func (f *Fake) secret(m dbus.Message, session dbus.ObjectPath) (secret, *dbus.Error) {
	defer f.enter()()
	item := f.items[pathOf(m)]
	if item == nil {
		return secret{}, noObject()
	}
	return secret{session, []byte{}, []byte(item.Secret), "text/plain"}, nil
}

func (f *Fake) remove(m dbus.Message) (dbus.ObjectPath, *dbus.Error) {
	defer f.enter()()
	path := pathOf(m)
	if f.items[path] == nil {
		return "/", noObject()
	}
	if f.Removing != nil {
		f.Removing()
	}
	switch f.Mode {
	case Prompts, PromptLies:
		return fakePrompt + "/remove/" + dbus.ObjectPath(strings.TrimPrefix(string(path), string(fakeVault)+"/")), nil
	case Vanishes:
		delete(f.items, path)
		return "/", noObject()
	case Renames:
		f.hidden[f.put(f.items[path])] = true
		delete(f.items, path)
	case Buries:
		f.hidden[path] = true
	case Lies, Fails:
	default:
		delete(f.items, path)
	}
	return "/", f.failed()
}

// prompt completes before it returns, so that only a client that listens from
// the start hears of it.
func (f *Fake) prompt(m dbus.Message, _ string) *dbus.Error {
	defer f.enter()()
	path := pathOf(m)
	f.asked++
	switch f.Answer {
	case Leave:
		return nil
	case Hesitate:
		time.Sleep(time.Second)
	}
	if item, remove := strings.CutPrefix(string(path), string(fakePrompt)+"/remove/"); f.Answer != Dismiss && f.Mode != PromptLies {
		if remove {
			delete(f.items, fakeVault+"/"+dbus.ObjectPath(item))
		} else {
			f.State = Unlocked
		}
	}
	if err := f.conn.Emit(path, "org.freedesktop.Secret.Prompt.Completed", f.Answer == Dismiss, dbus.MakeVariant("")); err != nil {
		return dbus.MakeFailedError(err)
	}
	return nil
}

func (f *Fake) dismiss() *dbus.Error {
	defer f.enter()()
	f.withdrawn++
	return nil
}
