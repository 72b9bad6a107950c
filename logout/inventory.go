package logout

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// An Item is one thing that Atmos left on this machine, whoever's it is.
type Item struct {
	Kind  store.Kind
	Name  string // of the identity, provider or integration; empty if the place does not tell
	Root  string // of AWS sections and Google files: the name of their directory
	Realm string

	Keyring string     // of a KeyringEntry: its location
	Key     string     // of a KeyringEntry
	Place   disk.Place // of all others: the file, or the directory of a tree
	Tree    bool
	Kept    Reason // not to be removed, and why

	Expires     time.Time // zero if it is not known
	Refreshable bool
	// Err says why it cannot be told what is there.
	Err error
}

// Word is what a kind is called among people.
func Word(k store.Kind) string {
	switch k {
	case store.KeyringEntry:
		return "keyring entry"
	case CredentialsFile, store.CloudCredentials, store.TempFile:
		return "credentials"
	case ConfigFile, store.CloudConfig:
		return "config"
	case store.SessionToken:
		return "session token"
	case store.RefreshToken:
		return "refresh token"
	case store.BrowserState:
		return "browser state"
	case store.Provisioned:
		return "provisioned identities"
	case store.DockerLogin:
		return "Docker login"
	case store.KubeconfigEntry:
		return "kubeconfig entry"
	default:
		return "other file"
	}
}

// where is the location for people.
func (i Item) where(roots store.Roots) string {
	if i.Kind == store.KeyringEntry {
		return roots.Show(i.Keyring)
	}
	return roots.Show(i.Place.String())
}

// Inventory finds everything that Atmos keeps for this user, in every realm and
// keyring. It changes nothing, prompts for nothing, and reads secrets only where an expiry
// stands beside them. What could not be looked at is an Item with an Err.
func (m Machine) Inventory(ctx context.Context) []Item {
	var items []Item
	for _, k := range m.Keyrings {
		keys, err := k.List(ctx)
		for _, key := range keys {
			items = append(items, m.entryItem(k.Location(), key))
		}
		if err != nil {
			items = append(items, Item{Kind: store.KeyringEntry, Keyring: k.Location(), Err: err})
		}
	}
	found, err := store.FindAll(m.Files, m.Roots)
	if err != nil {
		items = append(items, Item{Kind: OtherFile, Place: disk.Place{Root: m.Roots[store.Config], Path: "."}, Err: err})
	}
	for _, f := range found {
		if f.Location.Kind == store.AWSFiles {
			items = append(items, m.sectionItems(f)...)
			continue
		}
		items = append(items, m.fileItem(f))
	}
	return items
}

// entryItem takes a key apart: one of our realms first, else what looks like one.
func (m Machine) entryItem(keyring, key string) Item {
	i := Item{Kind: store.KeyringEntry, Keyring: keyring, Key: key, Name: key}
	rest, ok := strings.CutPrefix(key, "atmos_")
	if !ok {
		return i
	}
	i.Name = rest
	realms := slices.Clone(m.Realms)
	slices.SortFunc(realms, func(a, b string) int { return len(b) - len(a) })
	for _, realm := range realms {
		if name, ours := strings.CutPrefix(rest, realm+"_"); ours && realm != "" {
			i.Name, i.Realm = name, realm
			return i
		}
	}
	if realm, name, ok := strings.Cut(rest, "_"); ok && realm != "" && (store.AutomaticRealm(realm) || m.hasRealmDir(realm)) {
		i.Name, i.Realm = name, realm
	}
	return i
}

// hasRealmDir tells whether Atmos keeps files for a realm.
func (m Machine) hasRealmDir(realm string) bool {
	info, err := m.Files.Look(disk.Place{Root: m.Roots[store.Config], Path: realm})
	return err == nil && info.IsDir() && !store.Reserved(realm)
}

// sectionItems has an item for each section of an AWS directory.
func (m Machine) sectionItems(f store.Find) []Item {
	var items []Item
	everything := cut.Rule{Scope: cut.WholeDirectory}
	for _, kind := range []store.Kind{CredentialsFile, ConfigFile} {
		i := Item{Kind: kind, Root: f.Words.Name, Realm: f.Words.Realm, Place: f.Place.Join(fileName(kind))}
		cut, err := m.Files.LookSections(i.Place, everything)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case unlessLink(err) != nil:
			i.Err = err
			items = append(items, i)
			continue
		}
		for _, name := range cut.Removed {
			s := i
			s.Name, s.Expires = name, cut.ValidUntil[name]
			items = append(items, s)
		}
		if len(cut.Removed) == 0 {
			items = append(items, i)
		}
	}
	return items
}

func (m Machine) fileItem(f store.Find) Item {
	i := Item{Kind: f.Location.Kind, Name: f.Words.Name, Root: f.Words.Root, Realm: f.Words.Realm, Place: f.Place, Tree: f.Dir}
	for _, realm := range m.Realms { // the path of a webflow is {name}-{realm}, and a realm may have a dash
		name, ours := strings.CutSuffix(i.Name+"-"+i.Realm, "-"+realm)
		if ours && len(realm) > len(i.Realm) && i.Kind == store.RefreshToken {
			i.Name, i.Realm = name, realm
		}
	}
	if f.Location.Unless != "" && m.uses(f.Location.Unless) {
		i.Kept = KeptShared
	}
	if token, err := m.readToken(f.Place); err == nil { // else its expiry is not known
		i.Expires, i.Refreshable = token.Expires, token.Refreshable
	}
	return i
}

// Unclaimed are the items that a plan does not name. Of an AWS file it names the sections
// of its removal set, and what bears no name; other sections may go with them all the same.
func (p Plan) Unclaimed(items []Item) []Item {
	type entry struct{ keyring, key string }
	entries, places := make(map[entry]bool), make(map[disk.Place]bool)
	sections := make(map[disk.Place]spelledNames)
	for _, s := range p.Steps {
		places[s.Place] = true
		entries[entry{s.Keyring, s.Key}] = true
		if s.awsFile() {
			sections[s.Place] = make(spelledNames)
			for _, name := range append(p.inSet(add(make(map[string]bool), s.Owners)), "", "default") {
				sections[s.Place].add(name)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(items), func(i Item) bool {
		if i.Kind == store.KeyringEntry {
			return entries[entry{i.Keyring, i.Key}]
		}
		_, named := sections[i.Place][i.Name]
		return places[i.Place] && (sections[i.Place] == nil || named)
	})
}

// Everything makes a plan of an inventory: whatever Atmos keeps for this user, in
// every realm, and what the integrations of this project have written.
func (m Machine) Everything(ctx context.Context, items []Item) Plan {
	p := Plan{Target: Target{AllProjects: true}, Notes: []string{
		"Not looked for: keyring directories, base paths, Docker logins and kubeconfig entries that only another project's atmos.yaml names",
	}}
	seen := make(map[disk.Place]bool)
	for _, i := range items {
		s := i.step()
		p.addName(s.Name)
		if s.Kind != store.KeyringEntry && seen[i.Place] {
			continue
		}
		seen[i.Place] = true
		if s.awsFile() {
			s.Rule = cut.Rule{Scope: cut.WholeDirectory}
			s.Owners, s.Expiry = sectionsOf(items, i.Place)
		}
		p.Steps = append(p.Steps, s)
	}
	if r, err := m.expand(ctx, &Target{All: true}); err == nil {
		m.planIntegrations(&p, r)
	}
	for _, s := range p.Steps {
		p.addName(s.Name)
	}
	m.planAllLocks(&p)
	m.planDirs(&p)
	return p
}

// step is the removal of an item.
func (i Item) step() Step {
	s := Step{
		Kind: i.Kind, Name: cmpString(cmpString(i.Name, i.Root), i.Keyring), Realm: i.Realm, Keyring: i.Keyring, Key: i.Key,
		Place: i.Place, Tree: i.Tree, Refreshable: i.Refreshable, Kept: i.Kept, Err: i.Err,
	}
	s.LongLived = i.Kind == store.KeyringEntry && i.Err == nil // its kind is not known
	if !i.Expires.IsZero() {
		s.Expiry = map[string]time.Time{s.Name: i.Expires}
	}
	return s
}

// addName adds a name to those of the report, once.
func (p *Plan) addName(name string) {
	if name != "" && !slices.ContainsFunc(p.Names, func(n Name) bool { return n.Name == name }) {
		p.Names = append(p.Names, Name{Name: name, Declared: true})
	}
}

// sectionsOf are the names of the sections of a file, and their expiries.
func sectionsOf(items []Item, p disk.Place) (names []string, expiry map[string]time.Time) {
	expiry = make(map[string]time.Time)
	for _, i := range items {
		if i.Place != p || i.Name == "" {
			continue
		}
		names = append(names, i.Name)
		if !i.Expires.IsZero() {
			expiry[i.Name] = i.Expires
		}
	}
	return names, expiry
}

// planAllLocks adds the lock files beside everything that goes.
func (m Machine) planAllLocks(p *Plan) {
	dirs := make(map[disk.Place]bool)
	for _, s := range p.Steps {
		switch {
		case s.awsFile() && !dirs[s.Place.Dir()]:
			dirs[s.Place.Dir()] = true
			p.Steps = append(p.Steps, awsLocks(s.Name, s.Realm, s.Place.Dir()))
		case s.Kind != store.KeyringEntry && !s.awsFile() && !s.Tree:
			p.Steps = append(p.Steps, Step{Kind: LockFiles, Name: s.Name, Realm: s.Realm, Place: s.Place, Locks: []disk.Place{s.Place}})
		}
	}
}
