package inventory

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// An Inventory is everything that was found at a time.
type Inventory struct {
	*Project
	Traces []*Trace
	Time   time.Time

	reader reader
	places map[disk.Place][]*Trace
}

// Take looks at the machine once. asked are names that the user typed: keyrings that do not
// list their entries are asked for them. everything says that what other projects keep is
// looked at as closely as what is this project's. It changes nothing, prompts for nothing,
// and opens a keyring entry only to tell a long-lived access key from a session.
func Take(ctx context.Context, p *Project, home *disk.Home, asked []string, everything bool) *Inventory {
	inv := &Inventory{Project: p, Time: time.Now(), places: make(map[disk.Place][]*Trace)}
	p.asked = make(map[string]bool)
	for _, name := range asked {
		p.asked[strings.ToLower(name)] = true
	}
	r := reader{ctx: ctx, project: p, home: home, everything: everything}
	inv.reader = r
	for _, base := range store.Bases() {
		inv.Traces = append(inv.Traces, r.walkAll(base)...)
	}
	inv.Traces = append(inv.Traces, r.claimed()...)
	inv.Traces = append(inv.Traces, p.entries(ctx, asked)...)
	p.own(inv.Traces)
	inv.Traces = append(inv.Traces, r.shared()...)
	r.details(inv.Traces)
	r.openEntries(inv.Traces)
	for _, t := range inv.Traces {
		if t.Where.Keyring == "" {
			inv.places[t.Where.Place] = append(inv.places[t.Where.Place], t)
		}
	}
	return inv
}

// At are the traces at a place.
func (inv *Inventory) At(p disk.Place) []*Trace { return inv.places[p] }

// Shown is a name as it may be printed: of one that a YAML function gave, and that nothing on
// this machine bears, where it stands.
func (inv *Inventory) Shown(name string) string {
	place := inv.computed[name]
	if place == "" {
		return name
	}
	for _, t := range inv.Traces {
		if slices.ContainsFunc(store.Spellings(name), func(s string) bool { return s == t.Name || s == t.Root }) {
			return name
		}
	}
	return place
}

// Elsewhere are the realms of other projects that hold a name. without tells whether something of
// that name, and perhaps of another project, has no realm.
func (inv *Inventory) Elsewhere(name string) (realms []string, without bool) {
	spelled := store.Spellings(name)
	for _, t := range inv.Traces {
		named := slices.Contains(spelled, t.Name)
		switch {
		case t.Ours || !t.OfAtmos():
		case t.Realm == "":
			without = without || named
		case (named || slices.Contains(spelled, t.Root)) && !slices.Contains(realms, t.Realm):
			realms = append(realms, t.Realm)
		}
	}
	return realms, without
}

// Uses tells whether something exists below the home directory.
func (p *Project) Uses(below string) bool {
	_, err := os.Lstat(disk.Place{Root: p.Roots[store.Home], Path: below}.String())
	return err == nil
}
