package inventory

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/keyring"
)

// entries lists every keyring. Where one does not list its entries, it is asked for the names
// that are declared, and for those that the user asked for.
func (p *Project) entries(ctx context.Context, asked []string) []*Trace {
	var found []*Trace
	for _, k := range p.Keyrings {
		keys, err := k.List(ctx)
		for _, key := range keys {
			found = append(found, &Trace{Kind: store.KeyringEntry, Where: Where{Keyring: k.Location(), Key: key}})
		}
		if err != nil {
			found = append(found, p.unlisted(ctx, k, err, keys, asked)...)
		}
	}
	return found
}

// unlisted are the entries of a keyring that could not be listed whole, for a reason. One that
// may be there, but cannot be told, has an Err.
func (p *Project) unlisted(ctx context.Context, k keyring.Keyring, reason error, listed, asked []string) []*Trace {
	gap := &Trace{Kind: store.KeyringEntry, Where: Where{Keyring: k.Location()}, Err: reason}
	seen := make(map[string]bool, len(listed))
	for _, key := range listed {
		seen[key] = true
	}
	var keys []string
	for _, name := range append(p.spellings(), asked...) {
		for _, key := range store.Keys(name, p.Realms) {
			if !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
	}
	there, err := k.Find(ctx, keys)
	var found []*Trace
	for _, key := range there {
		found = append(found, &Trace{Kind: store.KeyringEntry, Where: Where{Keyring: k.Location(), Key: key}})
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return append(found, gap) // of this project nothing is missed
	}
	gap.Ours = true
	return append(found, gap)
}

// readKeys takes the keys of entries apart. Of all that a key may mean, the longest realm of
// ours counts, then a declared name without a realm, then a realm that is known by another
// trace or has the form of an automatic one.
func (p *Project) readKeys(traces []*Trace) {
	known := make(map[string]bool)
	for _, t := range traces {
		known[t.Realm] = t.Realm != ""
	}
	for _, t := range traces {
		if t.Where.Key != "" {
			p.readKey(t, known)
		}
	}
}

func (p *Project) readKey(t *Trace, known map[string]bool) {
	readings := store.ReadKey(t.Where.Key)
	best := readings[0]
	for _, r := range readings[1:] {
		ours := slices.Contains(p.Realms, r.Realm)
		switch {
		case ours && (best.Realm == "" || p.declared[r.Name] != nil || p.declared[best.Name] == nil):
			best = r
		case best.Realm == "" && p.declared[best.Name] == nil && (known[r.Realm] || store.AutomaticRealm(r.Realm)):
			best = r
		case best.Realm == "" && known[r.Realm]:
			t.PerhapsOf = r.Realm
		}
	}
	t.Name, t.Realm = best.Name, best.Realm
	if slices.Contains(p.Realms, t.Realm) && t.Realm != "" {
		t.PerhapsOf = ""
	}
}

// UnknownKeys are the keys of names of which it is not known whether a keyring that could not
// be looked into holds them, by name.
func (inv *Inventory) UnknownKeys(gap *Trace, names []string) map[string][]string {
	seen := make(map[string]bool)
	for _, t := range inv.Traces {
		if t.Where.Keyring == gap.Where.Keyring {
			seen[t.Where.Key] = true
		}
	}
	unknown := make(map[string][]string, len(names))
	for _, name := range names {
		for _, key := range store.Keys(name, inv.Realms) {
			if !seen[key] {
				seen[key] = true
				unknown[name] = append(unknown[name], key)
			}
		}
	}
	return unknown
}
