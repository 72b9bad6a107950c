// Package status tells who is signed in on this machine, and until when. It changes nothing.
package status

import (
	"cmp"
	"slices"
	"time"

	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// A State tells whether a name is signed in, or whether a thing can still be used.
type State string

// The states.
const (
	SignedIn      State = "signed_in"
	LongLived     State = "long_lived" // a long-lived access key
	ExpiryUnknown State = "expiry_unknown"
	CannotTell    State = "cannot_tell" // it could not be looked at
	Expired       State = "expired"
	NotSignedIn   State = "not_signed_in"
)

// rank orders the states of several things of one name: the first that applies is the name's.
func rank(s State) int {
	return slices.Index([]State{SignedIn, LongLived, ExpiryUnknown, CannotTell, Expired, NotSignedIn}, s)
}

// A Row is a name: a provider, or an identity that authenticates through it.
type Row struct {
	inventory.Name
	Root     inventory.Name // of its chain: a provider or a standalone identity
	Kind     string
	Realm    string // of another project
	Declared bool
	State    State
	Expires  time.Time // zero if it is not known
	Renews   bool      // new credentials can be had with what is there
	Places   []Place
}

// A Place is one thing of a name on this machine.
type Place struct {
	Kind     store.Kind
	Realm    string
	Location string // a path, or which keyring it is
	Entry    string // what in it is meant: a key, a section, an entry of another program's file
	State    State
	Expires  time.Time
	Err      error
}

// A Status is what was found.
type Status struct {
	Named []string // identities that were asked for, as declared
	Time  time.Time
	Rows  []Row // by chain root; those of another project behind those of this one
	// Others is how many names each realm of another project has, by realm; empty if Rows has them.
	Others     []Others
	Gaps       []Place // what could not be looked at and bears no name
	Everywhere bool    // what other programs keep was asked for
	// Elsewhere is what other programs keep, if it was asked for.
	Elsewhere []elsewhere.Finding
}

// Others are the names that are found under one realm of another project.
type Others struct {
	Realm string // empty for what has none
	Names int
}

// New sorts an inventory by name. named are the names to show; nil shows all.
func New(inv *inventory.Inventory, named []inventory.Name, allProjects bool) Status {
	s := Status{Time: inv.Time}
	b := builder{Status: &s, inv: inv, at: make(map[key]int)}
	b.declared(named)
	others := make(map[string]map[string]bool)
	for _, t := range inv.Traces {
		switch {
		case t.Gap() && (named == nil || t.Ours):
			s.Gaps = append(s.Gaps, b.place(t))
		case !t.OfAtmos():
		case t.Ours || allProjects:
			b.add(t, named)
		case named == nil:
			if others[t.Realm] == nil {
				others[t.Realm] = make(map[string]bool)
			}
			others[t.Realm][cmp.Or(t.Name, t.Root, t.Where.Place.String())] = true
		}
	}
	for realm, names := range others {
		s.Others = append(s.Others, Others{realm, len(names)})
	}
	slices.SortFunc(s.Others, func(a, b Others) int { return cmp.Compare(a.Realm, b.Realm) })
	return s
}

// A key is what rows are told apart by.
type key struct {
	inventory.Name
	realm string // of another project
}

type builder struct {
	*Status
	inv *inventory.Inventory
	at  map[key]int // positions of rows
}

// declared adds a row for each declared name, providers before what authenticates through them.
func (b *builder) declared(named []inventory.Name) {
	for _, r := range b.inv.Readings {
		for _, l := range r.Graph.All() {
			n := inventory.Name{Name: l.Name, Provider: l.Provider}
			if !l.Declared || named != nil && !slices.Contains(named, n) {
				continue
			}
			root := n
			if first, ok := r.Graph.Root(l.Name); ok && !l.Provider {
				root = inventory.Name{Name: b.inv.Shown(first.Name), Provider: first.Provider}
			}
			root.Name = b.inv.Shown(root.Name)
			shown := inventory.Name{Name: b.inv.Shown(n.Name), Provider: n.Provider}
			b.row(key{n, ""}, Row{Name: shown, Root: root, Kind: l.Kind, Declared: true})
		}
	}
}

func (b *builder) row(k key, r Row) *Row {
	i, known := b.at[k]
	if !known {
		i, b.at[k] = len(b.Rows), len(b.Rows)
		r.State = NotSignedIn
		b.Rows = append(b.Rows, r)
	}
	return &b.Rows[i]
}

// add adds a trace to the rows of its names. What bears none counts for its directory.
func (b *builder) add(t *inventory.Trace, named []inventory.Name) {
	names := t.Of
	if len(names) == 0 {
		name := cmp.Or(t.Root, t.Name, t.Where.Key)
		if t.Location != nil && t.Location.Shared == store.ByPortal { // whose own name is a hash
			name = cmp.Or(t.StartURL, name)
		}
		names = []inventory.Name{{Name: name, Provider: true}}
	}
	for _, n := range names {
		if named != nil && !slices.Contains(named, n) && !b.inv.MayHold(t, named) {
			continue
		}
		k := key{Name: n}
		if !b.inv.Declares(n) && !b.inv.Declares(inventory.Name{Name: n.Name, Provider: !n.Provider}) {
			k.Provider = false // a keyring entry does not tell, and is not another one's
		}
		if !t.Ours {
			k.realm = cmp.Or(t.Realm, "-")
		}
		r := b.row(k, Row{Name: n, Root: inventory.Name{Name: t.Root, Provider: true}, Realm: k.realm, Declared: b.inv.Declares(n) && t.Ours})
		r.add(b.place(t), t.Refreshable)
	}
}

func (r *Row) add(p Place, renews bool) {
	r.Places = append(r.Places, p)
	r.Renews = r.Renews || renews
	switch a, b := rank(p.State), rank(r.State); {
	case a < b:
		r.State, r.Expires = p.State, p.Expires
	case a == b && p.Expires.After(r.Expires):
		r.Expires = p.Expires
	}
}

func (b *builder) place(t *inventory.Trace) Place {
	p := Place{Kind: t.Kind, Realm: t.Realm, Location: cmp.Or(t.Where.Keyring, t.Where.Place.String()), Expires: t.Expires, Err: t.Err}
	p.Entry = cmp.Or(t.Where.Key, t.Where.Entry)
	switch {
	case t.Err != nil:
		p.State = CannotTell
	case t.Kind == store.ConfigFile, t.Kind == store.KubeconfigEntry, t.Kind == store.Provisioned, // no credentials
		t.Kind == store.CredentialsFile && !t.Section && !t.Rest: // nothing in it
		p.State = NotSignedIn
	case t.AccessKey == inventory.LongLived:
		p.State = LongLived
	case t.Expires.IsZero() && !t.Refreshable:
		p.State = ExpiryUnknown
	case t.Over(b.Time):
		p.State = Expired
	default:
		p.State = SignedIn
	}
	return p
}

// Counts are how many names are in each state.
func (s Status) Counts() map[State]int {
	counts := make(map[State]int)
	for _, r := range s.Rows {
		counts[r.State]++
	}
	return counts
}

// Live tells whether anything that is shown is signed in, or could not be looked at.
func (s Status) Live() bool {
	live := func(state State) bool { return state != NotSignedIn && state != Expired }
	return len(s.Gaps) > 0 ||
		slices.ContainsFunc(s.Rows, func(r Row) bool {
			return live(r.State) || slices.ContainsFunc(r.Places, func(p Place) bool { return p.Err != nil })
		}) ||
		slices.ContainsFunc(s.Elsewhere, func(f elsewhere.Finding) bool { return live(State(f.State)) })
}
