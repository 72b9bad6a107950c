// Package status tells what Atmos left on this machine, where, and until when it
// is valid. It changes nothing.
package status

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// A State tells whether something can still be used.
type State string

// The states.
const (
	Valid       State = "valid"
	Refreshable State = "valid (refreshable)" // expired, but new credentials can be had with it
	Expired     State = "expired"
	Unknown     State = "expires unknown"
	LongLived   State = "long-lived"  // perhaps the only copy of an access key
	CannotTell  State = "cannot tell" // whether it is there: see Row.Err
)

// A Row is one thing that is on this machine, or may be.
type Row struct {
	Name     string
	Declared bool // in atmos.yaml
	Kind     store.Kind
	Realm    string
	State    State
	Expires  time.Time // zero if it is not known
	// Location is a path, or which keyring it is; Entry is what in it is meant: the key, or
	// the entry of another program's file.
	Location, Entry string
	Err             error // set if and only if State is CannotTell
}

// A Group are the rows of one chain's root and of all that authenticates through it.
type Group struct {
	Root chain.Link // a provider, or a standalone identity
	Rows []Row
}

// Others is what one realm of other projects has on this machine.
type Others struct {
	Realm          string // empty for all that has none
	Entries, Files int
	Locations      []string // sorted
}

// A Status is what was found at a time. Undeclared, Others and Gaps are empty if
// identities were named.
type Status struct {
	Identities []string // that were named, as declared
	Time       time.Time
	Groups     []Group
	Undeclared []Row // of this project, but of no name of atmos.yaml
	Others     []Others
	Gaps       []Row // what else could not be looked at; they bear no name
}

// New looks for what a logout of identities, or of everything declared, would remove,
// and without any named for everything else of Atmos. The errors are those of [logout.NewPlan].
func New(ctx context.Context, m logout.Machine, identities []string, now time.Time) (Status, error) {
	plan, err := logout.NewPlan(ctx, m, logout.Target{Identities: identities, All: len(identities) == 0})
	if err != nil {
		return Status{}, err
	}
	s := Status{Identities: plan.Target.Identities, Time: now, Groups: groups(m.Graph, plan, now)}
	if len(identities) == 0 {
		s.addRest(m, plan, plan.Unclaimed(m.Inventory(ctx)))
	}
	return s, nil
}

// groups puts the rows of a plan into the order of its names, by root.
func groups(g *chain.Graph, p logout.Plan, now time.Time) []Group {
	rows := planRows(p, now)
	var groups []Group
	for _, n := range p.Names {
		root := chain.Link{Name: n.Name, Kind: n.Kind, Provider: n.Provider, Declared: n.Declared}
		if first, ok := g.Root(n.Name); ok && !n.Provider {
			root = first
		}
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Root == root })
		if i < 0 {
			i = len(groups)
			groups = append(groups, Group{Root: root})
		}
		groups[i].Rows = append(groups[i].Rows, rows[n.Name]...)
	}
	return slices.DeleteFunc(groups, func(g Group) bool { return len(g.Rows) == 0 })
}

// planRows are the rows of a plan by name.
func planRows(p logout.Plan, now time.Time) map[string][]Row {
	declared := make(map[string]bool, len(p.Names)) // of the names of the plan
	for _, n := range p.Names {
		declared[n.Name] = n.Declared
	}
	rows := make(map[string][]Row)
	add := func(r Row) {
		same := func(other Row) bool { // many keys of one keyring that cannot be asked
			return r.Err != nil && other.Err != nil && r.Location == other.Location && logout.Brief(r.Err) == logout.Brief(other.Err)
		}
		if !slices.ContainsFunc(rows[r.Name], same) {
			rows[r.Name] = append(rows[r.Name], r)
		}
	}
	beside := make(expiries)
	for _, s := range p.Steps {
		r := Row{Name: s.Name, Declared: declared[s.Name], Kind: s.Kind, Realm: s.Realm, Location: s.Place.String(), Entry: s.Entry, Err: s.Err}
		switch s.Kind {
		case logout.LockFiles, logout.EmptyDir: // hold no credentials
			continue
		case store.KeyringEntry:
			r.Location, r.Entry = s.Keyring, s.Key
			if r.Err != nil {
				r.Realm, r.Entry = "", ""
			}
		default:
		}
		if len(s.Owners) == 0 {
			r.Expires = s.Expiry[s.Name]
			r.State = state(r, s.Refreshable, now)
			if r.State == Unknown && s.LongLived && r.Declared {
				r.State = LongLived
			}
			add(r)
			continue
		}
		for _, owner := range s.Owners {
			switch is, known := declared[owner]; {
			case known:
				r.Name, r.Declared = owner, is
			case owner == "default": // counts as the directory's
				r.Name, r.Declared = s.Name, declared[s.Name]
			default: // stands in the inventory
				continue
			}
			r.Expires = beside.of(s.Place, owner, s.Expiry[owner])
			r.State = state(r, s.Refreshable, now)
			add(r)
		}
	}
	return rows
}

// state is that of something whose expiry stands beside it, if at all.
func state(r Row, refreshable bool, now time.Time) State {
	switch {
	case r.Err != nil:
		return CannotTell
	case r.Expires.IsZero():
		return Unknown
	case r.Expires.After(now):
		return Valid
	case refreshable:
		return Refreshable
	}
	return Expired
}

// expiries are those of the sections of credentials files. A config file, which
// tells none, follows the credentials file beside it.
type expiries map[string]time.Time

func (e expiries) of(file disk.Place, section string, known time.Time) time.Time {
	key := file.Dir().String() + "\x00" + section
	if known.IsZero() {
		return e[key]
	}
	e[key] = known
	return known
}

// addRest sorts what the plan does not name: what is this project's but not
// declared, what is others', and what could not be looked at.
func (s *Status) addRest(m logout.Machine, p logout.Plan, items []logout.Item) {
	others := make(map[string]*tally)
	beside := make(expiries)
	for _, i := range items {
		switch {
		case i.Err != nil:
			s.addGap(i)
		case i.Realm != "" && slices.Contains(m.Realms, i.Realm), takes(p, i):
			s.Undeclared = append(s.Undeclared, itemRow(i, beside, s.Time))
		default:
			t := others[i.Realm]
			if t == nil {
				t = &tally{files: make(map[string]bool), locations: make(map[string]bool)}
				others[i.Realm] = t
			}
			t.add(i)
		}
	}
	realms := slices.Sorted(maps.Keys(others))
	if others[""] != nil { // what has no realm comes last
		realms = append(realms[1:], "")
	}
	for _, realm := range realms {
		t := others[realm]
		s.Others = append(s.Others, Others{realm, t.entries, len(t.files), slices.Sorted(maps.Keys(t.locations))})
	}
}

// takes tells whether the plan would remove a section though it is of no declared name.
func takes(p logout.Plan, i logout.Item) bool {
	return slices.ContainsFunc(p.Steps, func(s logout.Step) bool { return s.Place == i.Place && slices.Contains(s.Owners, i.Name) })
}

func itemRow(i logout.Item, beside expiries, now time.Time) Row {
	r := Row{Name: i.Name, Kind: i.Kind, Realm: i.Realm, Location: i.Place.String(), Expires: i.Expires}
	switch i.Kind {
	case store.KeyringEntry:
		r.Location, r.Entry = i.Keyring, i.Key
	case logout.CredentialsFile, logout.ConfigFile:
		r.Expires = beside.of(i.Place, i.Name, i.Expires)
	default:
	}
	if r.Name == "" {
		r.Name = i.Root
	}
	r.State = state(r, i.Refreshable, now)
	return r
}

// addGap adds what could not be looked at, unless a row tells of it already.
func (s *Status) addGap(i logout.Item) {
	gap := Row{Kind: i.Kind, Realm: i.Realm, State: CannotTell, Location: i.Place.String(), Err: i.Err}
	if i.Kind == store.KeyringEntry {
		gap.Location = i.Keyring
	}
	if !slices.ContainsFunc(s.rows(), func(r Row) bool { return r.Err != nil && r.Location == gap.Location }) {
		s.Gaps = append(s.Gaps, gap)
	}
}

// A tally counts what one realm has.
type tally struct {
	entries          int
	files, locations map[string]bool
}

func (t *tally) add(i logout.Item) {
	if i.Kind == store.KeyringEntry {
		t.entries++
		t.locations[i.Keyring] = true
		return
	}
	t.files[i.Place.String()] = true
	location := i.Place.Dir().String()
	if first, _, _ := strings.Cut(i.Place.Path, "/"); first == i.Realm { // a directory of the realm's own
		location = filepath.Join(i.Place.Root, i.Realm)
	}
	t.locations[location] = true
}

// Counts are of rows, by state, and of what is others'.
type Counts struct {
	States     map[State]int
	Found      int // rows but for those of which it cannot be told
	Undeclared int // of Found
	Others     int
	Gaps       int // what could not be looked at
}

// Counts counts everything.
func (s Status) Counts() Counts {
	c := Counts{States: make(map[State]int), Undeclared: len(s.Undeclared)}
	for _, r := range s.rows() {
		c.States[r.State]++
		if r.Err == nil {
			c.Found++
		}
	}
	for _, o := range s.Others {
		c.Others += o.Entries + o.Files
	}
	c.Gaps = c.States[CannotTell]
	return c
}

// rows are all of them, in the order in which they are shown.
func (s Status) rows() []Row {
	var all []Row
	for _, g := range s.Groups {
		all = append(all, g.Rows...)
	}
	return append(append(all, s.Undeclared...), s.Gaps...)
}

// Clear tells whether nothing was found, and everything could be looked at.
func (s Status) Clear() bool {
	c := s.Counts()
	return c.Found+c.Others+c.Gaps == 0
}
