package logout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// The kinds of steps that a plan has beside those of the layout.
const (
	CredentialsFile store.Kind = "credentials_file"
	ConfigFile      store.Kind = "config_file"
	OtherFile       store.Kind = "other_file" // something else in a provider's directory
	LockFiles       store.Kind = "lock_files"
	EmptyDir        store.Kind = "empty_dir"
)

// A Reason says why a step is kept.
type Reason string

// The reasons.
const (
	KeptByFlag    Reason = "--keep-long-lived"
	KeptByAnswer  Reason = "your answer"
	KeptNoConsent Reason = "not confirmed"
	KeptAmbiguous Reason = "ambiguous"
	KeptShared    Reason = "another program uses it too"
	KeptSibling   Reason = "others use it too"
	KeptUntilDone Reason = "until its identities are logged out"
)

// Settled tells whether nothing is left to do: the user asked for it, or it is
// not Atmos's alone. What is kept for the other reasons the exit code tells of.
func (r Reason) Settled() bool {
	switch r {
	case KeptByFlag, KeptByAnswer, KeptShared, KeptSibling:
		return true
	default:
		return false
	}
}

// A Step is one removal. It is plain data: a plan can be printed, compared and run.
type Step struct {
	Kind  store.Kind
	Name  string // of the removal set: whose it is
	Realm string // empty where releases without realms keep it

	Keyring string // of a KeyringEntry: its location
	Key     string // of a KeyringEntry

	Shared store.Sharing // who else uses what is there
	Tree   bool          // a whole directory goes
	Locks  []disk.Place  // of LockFiles: the files they belong to; with them, further lock files

	Place   disk.Place           // of everything but a KeyringEntry
	Rule    cut.Rule             // of AWS files
	Owners  []string             // of AWS files: the names of the removal set that lose something
	Keeps   []string             // of AWS files: the sections that stay
	Strange []string             // of Keeps: those that atmos.yaml does not declare
	Expiry  map[string]time.Time // until when what goes is valid, by name of the set

	Entry  string           // of a DockerLogin or KubeconfigEntry: the registry, or the context or cluster
	Docker cut.DockerLogins // of a DockerLogin
	Kube   cut.KubeEntries  // of a KubeconfigEntry

	Refreshable bool // new credentials can be had with it when it has expired

	LongLived bool   // perhaps the only copy of an access key
	Kept      Reason // not to be removed, and why
	KeptFor   string // of KeptAmbiguous: the realm it may belong to; of KeptSibling: who uses it
	// Err says why it is not known whether there is something.
	Err error
}

// bare tells whether the step is about what holds no credentials. Such steps have
// no line in a report.
func (s Step) bare() bool { return s.Kind == LockFiles || s.Kind == EmptyDir }

// awsFile tells whether the step edits an AWS file by its rule.
func (s Step) awsFile() bool { return s.Kind == CredentialsFile || s.Kind == ConfigFile }

// edits tells whether an AWS file loses sections and stays.
func (s Step) edits() bool { return s.awsFile() && len(s.Keeps) > 0 }

// shared tells whether the place does not tell projects apart: there is no realm in it.
func (s Step) shared() bool {
	switch s.Kind {
	case store.KeyringEntry, CredentialsFile, ConfigFile, OtherFile:
		return s.Realm == ""
	default:
		return false
	}
}

// A Plan lists the removals for a target, in the order they run. It holds
// what was found, and what could not be looked at.
type Plan struct {
	Target   Target
	Names    []Name        // the removal set
	Chains   []chain.Chain // of the identities that were named
	Steps    []Step
	Affected []Affected
	Notes    []string // what else the report should say, a sentence each
	// LeftAlone is what other programs keep and Atmos may have used, a sentence each.
	LeftAlone []string
	// LeftWritten is that of LeftAlone into which Atmos writes credentials.
	LeftWritten []string
	// StartURLs are where browser sessions of the providers involved can be ended.
	StartURLs []string
}

// Affected says who has to log in again though they were not named.
type Affected struct {
	By    string // of the removal set: what they share is this one's
	Names []string
	Why   string // as "provider aws-sso"
}

// NewPlan looks for everything that a target stands for. It changes nothing and
// asks nothing. The errors are about the target only: chain.ErrUnknown,
// chain.ErrAmbiguous, chain.ErrCycle. What cannot be looked at becomes a step with an Err.
func NewPlan(ctx context.Context, m Machine, t Target) (Plan, error) {
	t.Identities, t.Providers = slices.Clone(t.Identities), slices.Clone(t.Providers)
	r, err := m.expand(ctx, &t)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Target: t, Names: r.distinct(), Chains: r.chains, Notes: r.notes}
	known := make(map[string]bool)
	for _, n := range p.Names {
		if _, asked := known[n.Kind]; !asked {
			known[n.Kind] = n.Kind == "" || store.Knows(n.Kind)
		}
		if !known[n.Kind] {
			p.Notes = append(p.Notes, fmt.Sprintf("Not known: the kind %s of %s; what only newer releases keep for it may remain", n.Kind, n.Name))
		}
	}
	m.planKeyrings(ctx, &p, r)
	m.planAWS(&p, r)
	m.planFiles(&p, r)
	m.planIntegrations(&p, r)
	p.provisionedLast()
	m.planDirs(&p)
	p.LeftAlone = m.leftAlone(r, store.Foreigners())
	p.LeftWritten = m.leftAlone(r, slices.DeleteFunc(store.Foreigners(), func(f store.Foreign) bool { return !f.Written }))
	p.Affected = m.affected(p, r)
	for _, n := range r.names {
		if url := m.provider(n).StartURL.String(); n.Provider && url != "" && !slices.Contains(p.StartURLs, url) {
			p.StartURLs = append(p.StartURLs, url)
		}
	}
	return p, nil
}

// provisionedLast moves the files that say which identities there are to the
// end, for they are needed until nothing of these is left.
func (p *Plan) provisionedLast() {
	var last []Step
	p.Steps = slices.DeleteFunc(p.Steps, func(s Step) bool {
		if s.Kind == store.Provisioned {
			last = append(last, s)
		}
		return s.Kind == store.Provisioned
	})
	p.Steps = append(p.Steps, last...)
}

// planKeyrings looks for every name under every key in every keyring.
func (m Machine) planKeyrings(ctx context.Context, p *Plan, r removal) {
	entries := m.entries(r)
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.key.Key
	}
	type found struct {
		entry
		keyring string
		err     error
	}
	var all []found
	for _, k := range m.Keyrings {
		there, unknown := look(ctx, k, keys)
		all = slices.Grow(all, len(there))
		for _, e := range entries {
			if there[e.key.Key] || unknown[e.key.Key] != nil {
				all = append(all, found{e, k.Location(), unknown[e.key.Key]})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.name - b.name })
	p.Steps = slices.Grow(p.Steps, len(all))
	for _, f := range all {
		p.Steps = append(p.Steps, Step{
			Kind: store.KeyringEntry, Name: r.names[f.name].Name, Realm: f.key.Realm, Key: f.key.Key, LongLived: f.longLived,
			Kept: f.kept, KeptFor: f.keptFor, Keyring: f.keyring, Err: f.err,
		})
	}
}

// look asks a keyring for keys: which have an entry, and of which it is not
// known. It asks for all at once; only if something is wrong it asks one by one.
func look(ctx context.Context, k keyring.Keyring, keys []string) (there map[string]bool, unknown map[string]error) {
	there, unknown = make(map[string]bool), make(map[string]error)
	found, err := k.Find(ctx, keys)
	for _, key := range found {
		there[key] = true
	}
	if err == nil {
		return there, unknown
	}
	all := errors.Is(err, keyring.ErrLocked) || errors.Is(err, keyring.ErrTimeout) || errors.Is(err, keyring.ErrNoService)
	for _, key := range keys {
		if there[key] {
			continue
		}
		if all {
			unknown[key] = err
			continue
		}
		switch found, err := k.Find(ctx, []string{key}); {
		case len(found) > 0:
			there[key] = true
		case err != nil:
			unknown[key] = err
		}
	}
	return there, unknown
}

// An entry is one that a keyring may have.
type entry struct {
	key       store.Key
	name      int // position of its name in the removal set
	longLived bool
	kept      Reason
	keptFor   string
}

// entries are those that may be there for the removal set.
func (m Machine) entries(r removal) []entry {
	foreign := make(map[string]bool) // realms of other projects that were looked for
	exists := func(realm string) bool {
		if _, known := foreign[realm]; !known {
			info, err := m.Files.Look(disk.Place{Root: m.Roots[store.Config], Path: realm})
			foreign[realm] = err == nil && info.IsDir() && !store.Reserved(realm)
		}
		return foreign[realm]
	}
	kept := m.keysToKeep(r)
	most := len(r.names) * len(store.Keys("", m.Realms))
	entries, taken := make([]entry, 0, most), make(map[string]int, most)
	for i, n := range r.names {
		longLived := n.longLived(m)
		for _, k := range store.Keys(n.Name, m.Realms) {
			if i, is := taken[k.Key]; is {
				entries[i].longLived = entries[i].longLived || longLived // a provider of the same name came first
				continue
			}
			if kept[k.Key] {
				continue
			}
			taken[k.Key] = len(entries)
			e := entry{key: k, name: i, longLived: longLived}
			if realm, ambiguous := k.ForeignRealm(m.Realms, exists); ambiguous {
				e.kept, e.keptFor = KeptAmbiguous, realm
			}
			entries = append(entries, e)
		}
	}
	return entries
}

// keysToKeep are the keys of the rest of the chain under KeepProvider: a
// provider and an identity of one name share their entries.
func (m Machine) keysToKeep(r removal) map[string]bool {
	kept := make(map[string]bool)
	for _, l := range r.outside {
		if r.listed[role{l.Name, l.Provider}] {
			continue
		}
		for _, k := range store.Keys(l.Name, m.Realms) {
			kept[k.Key] = true
		}
	}
	return kept
}

// planDirs adds the directories that may have become empty, children first.
func (m Machine) planDirs(p *Plan) {
	var places []disk.Place
	for i := range p.Steps {
		s := &p.Steps[i]
		switch {
		case s.Kind == LockFiles:
			places = append(places, s.Locks...)
		case s.Kind != store.KeyringEntry:
			places = append(places, s.Place)
		}
	}
	for _, dir := range disk.Parents(places) {
		if info, err := m.Files.Look(dir); err == nil && info.IsDir() {
			p.Steps = append(p.Steps, Step{Kind: EmptyDir, Place: dir})
		}
	}
}

// affected finds who shares what goes: the declared identities outside the set
// whose chains start at the same root or at a provider of the same portal, and the
// undeclared ones that have a section in a directory that goes whole.
func (m Machine) affected(p Plan, r removal) []Affected {
	shares := make(map[string]Affected) // by the root of a chain
	var roots []string                  // in order
	share := func(root, by, why string) {
		if _, have := shares[root]; !have {
			shares[root] = Affected{By: by, Why: why}
			roots = append(roots, root)
		}
	}
	kind := make(map[string]string)
	for _, n := range r.names {
		kind[n.Name] = "identity "
		if n.Provider {
			kind[n.Name] = "provider "
		}
	}
	lose := func(root string, names ...string) {
		a := shares[root]
		a.Names = append(a.Names, names...)
		shares[root] = a
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Err != nil || s.Kept != "" {
			continue
		}
		switch {
		case s.Kind == store.KeyringEntry, s.Kind == store.CloudCredentials, s.Kind == store.SessionToken,
			s.Kind == store.RefreshToken, s.Shared != store.Alone:
			share(s.Name, s.Name, kind[s.Name]+s.Name)
			for _, other := range m.sharers(*s) {
				share(other.Name, s.Name, s.sharing(m.provider(Name{Name: s.Name})))
			}
		case s.Rule.Scope == cut.WholeDirectory:
			for _, name := range s.Owners {
				if r.spelling[name] == "" && name != "default" {
					share(s.Name, s.Name, kind[s.Name]+s.Name)
					lose(s.Name, name)
				}
			}
		}
	}
	for _, id := range m.Graph.Identities() {
		root, _ := m.Graph.Root(id.Name)
		if _, is := shares[root.Name]; is && r.spelling[strings.ToLower(id.Name)] == "" {
			lose(root.Name, id.Name)
		}
	}
	var all []Affected
	for _, root := range roots {
		if a := shares[root]; len(a.Names) > 0 {
			a.Names = unique(a.Names)
			all = append(all, a)
		}
	}
	return all
}

// NamesOnly tells whether something goes that bears a name of the set but no
// project's realm, so that it may have been left by another project.
func (p Plan) NamesOnly() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.shared() && s.Err == nil && s.Kept == "" })
}

// Found tells whether the plan holds anything to remove, to keep, or that could not be looked at.
func (p Plan) Found() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return !s.bare() })
}

// LongLived are the names whose keyring entry may be the only copy of an access key.
func (p Plan) LongLived() []string {
	var names []string
	for _, s := range p.Steps {
		if s.LongLived && s.Err == nil && s.Kept == "" {
			names = append(names, s.Name)
		}
	}
	return unique(names)
}

// KeepLongLived is the plan without the removal of what may be the only copy of an access key.
func (p Plan) KeepLongLived(why Reason) Plan {
	p.Steps = slices.Clone(p.Steps)
	for i, s := range p.Steps {
		if s.LongLived && s.Kept == "" {
			p.Steps[i].Kept = why
		}
	}
	return p
}
