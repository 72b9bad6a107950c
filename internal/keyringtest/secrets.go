//go:build unix

package keyringtest

import (
	"maps"

	"github.com/godbus/dbus/v5"
)

// password unlocks every collection.
const password = "only for tests"

const (
	service = "org.freedesktop.Secret.Service"
	guilty  = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
)

// An Item is one item of a keyring with its secret.
type Item struct {
	Collection string // path of the D-Bus object
	Label      string
	Attributes map[string]string
	Secret     string
}

// secret is the Secret structure of the Secret Service.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

func (b *Bus) plain(value string) secret {
	return secret{b.session, []byte{}, []byte(value), "text/plain"}
}

func collection(name string) dbus.ObjectPath {
	return dbus.ObjectPath("/org/freedesktop/secrets/collection/" + name)
}

func (b *Bus) hasService() (has bool) {
	err := b.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&has)
	return err == nil && has
}

func (b *Bus) call(path dbus.ObjectPath, method string, args ...any) *dbus.Call {
	return b.conn.Object("org.freedesktop.secrets", path).Call(method, 0, args...)
}

func (b *Bus) property(path dbus.ObjectPath, iface, name string, value any) error {
	return b.call(path, "org.freedesktop.DBus.Properties.Get", iface, name).Store(value)
}

func (b *Bus) openSession() error {
	var output dbus.Variant
	return b.call("/org/freedesktop/secrets", service+".OpenSession", "plain", dbus.MakeVariant("")).Store(&output, &b.session)
}

// CreateCollection makes a collection, unlocked. No dialog opens.
func (b *Bus) CreateCollection(name string) error {
	properties := map[string]dbus.Variant{"org.freedesktop.Secret.Collection.Label": dbus.MakeVariant(name)}
	return b.call("/org/freedesktop/secrets", guilty+".CreateWithMasterPassword", properties, b.plain(password)).Err
}

// Lock locks a collection, as login.
func (b *Bus) Lock(name string) error {
	return b.call("/org/freedesktop/secrets", service+".Lock", []dbus.ObjectPath{collection(name)}).Err
}

// Unlock unlocks a collection. No dialog opens.
func (b *Bus) Unlock(name string) error {
	return b.call("/org/freedesktop/secrets", guilty+".UnlockWithMasterPassword", collection(name), b.plain(password)).Err
}

// SetIn adds an entry to a collection, beside those it has already under the
// same key; zalando/go-keyring writes to login only, and replaces.
func (b *Bus) SetIn(name, key, value string) error {
	return b.Add(name, map[string]string{"service": key, "username": Account}, value)
}

// Add adds an item with any attributes to a collection.
func (b *Bus) Add(name string, attributes map[string]string, value string) error {
	properties := map[string]dbus.Variant{
		"org.freedesktop.Secret.Item.Label":      dbus.MakeVariant("Password for '" + attributes["username"] + "' on '" + attributes["service"] + "'"),
		"org.freedesktop.Secret.Item.Attributes": dbus.MakeVariant(maps.Clone(attributes)),
	}
	return b.call(collection(name), "org.freedesktop.Secret.Collection.CreateItem", properties, b.plain(value), false).Err
}

// Items are all items of all collections, with their secrets. It fails if one is locked.
func (b *Bus) Items() ([]Item, error) {
	var collections []dbus.ObjectPath
	if err := b.property("/org/freedesktop/secrets", service, "Collections", &collections); err != nil {
		return nil, err
	}
	var items []Item
	for _, col := range collections {
		var paths []dbus.ObjectPath
		if err := b.property(col, "org.freedesktop.Secret.Collection", "Items", &paths); err != nil {
			return nil, err
		}
		for _, path := range paths {
			item := Item{Collection: string(col)}
			if err := b.property(path, "org.freedesktop.Secret.Item", "Label", &item.Label); err != nil {
				return nil, err
			}
			if err := b.property(path, "org.freedesktop.Secret.Item", "Attributes", &item.Attributes); err != nil {
				return nil, err
			}
			var s secret
			if err := b.call(path, "org.freedesktop.Secret.Item.GetSecret", b.session).Store(&s); err != nil {
				return nil, err
			}
			item.Secret = string(s.Value)
			items = append(items, item)
		}
	}
	return items, nil
}
