package logout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// A Plan lists the removals for a target, in the order they run. It is computed once from an
// inventory: dry run, question, run, JSON and audit trail all read the same steps.
type Plan struct {
	Target   Target
	Names    []Member // the removal set
	Chains   []Chain  // of the identities that were named
	Steps    []Step
	Affected []Affected
	// Stays is what lies where something goes, or bears a name of the project, and is left there.
	Stays []Stay
	// Doubts are what may be left though no step failed: what an unread part of the
	// configuration may declare, what only newer releases know. With one the logout is not complete.
	Doubts []string
	// Held says which names another project holds.
	Held  []string
	Notes []string // what else the report should say, a sentence each
	// LeftAlone is what other programs keep and Atmos may have used.
	LeftAlone []elsewhere.Finding
	// Revoke says that sessions are ended at their providers, all within RevokeTimeout.
	Revoke        bool
	RevokeTimeout time.Duration
	// StartURLs are where browser sessions of the providers involved can be ended.
	StartURLs []string
}

// A Member is a name of the removal set.
type Member struct {
	Name     string
	Kind     string // empty if it is not declared
	Via      string // the provider that the user named and that led to this identity
	Provider bool
}

// A Stay is something that is left where it is, and why.
type Stay struct {
	Names []string
	Place
}

// A Place is where something stays, and why.
type Place struct {
	Location string // a path; empty if there are several
	Reason   string
}

// NewPlan chooses the traces that a target stands for and makes steps of them. The errors are
// about the target only: chain.ErrUnknown, chain.ErrAmbiguous, chain.ErrCycle, *RoleError, *TagError.
func NewPlan(inv *inventory.Inventory, t Target) (Plan, error) {
	s, err := choose(inv, t)
	if err != nil {
		return Plan{}, err
	}
	taken := s.take(inv.Time)
	b := builder{selection: s, at: make(map[string]int)}
	b.Plan = Plan{Target: s.Target, Chains: s.chains, Names: s.members()}
	for i, m := range b.Names {
		b.at[m.Name] = i
	}
	b.addEntries(taken)
	b.addCopies(taken)
	b.addFiles(taken)
	b.addUnsure(taken)
	b.addGaps()
	b.addLocks()
	b.addDirs()
	b.stays(taken)
	b.doubts(taken)
	b.Affected = b.affected()
	b.remarks()
	return b.Plan, nil
}

// A builder makes the steps of a plan.
type builder struct {
	Plan
	*selection
	at map[string]int // position of a name among the members
}

// members are the names of the selection, each once.
func (s *selection) members() []Member {
	var members []Member
	seen := make(map[string]bool, len(s.names))
	for _, n := range s.names {
		if seen[n.Name] {
			continue
		}
		seen[n.Name] = true
		m := Member{Name: n.Name, Provider: n.Provider, Via: s.via[n.Name]}
		if kinds := s.inv.Kinds(n); len(kinds) > 0 {
			m.Kind = kinds[0]
		}
		members = append(members, m)
	}
	return members
}

// namesOf are the members that a trace is taken from.
func (b *builder) namesOf(t *inventory.Trace) []string {
	var names []string
	for _, n := range t.Of {
		if _, member := b.at[n.Name]; member && !slices.Contains(names, n.Name) {
			names = append(names, n.Name)
		}
	}
	switch { // a section that goes with its directory
	case len(names) > 0:
	case t.Section && (t.Name == "" || inventory.IsDefault(t.Name)):
		return []string{t.Root}
	case t.Name != "":
		return []string{t.Name}
	}
	return names
}

// addEntries makes a step of each keyring entry, in the order of the names.
func (b *builder) addEntries(taken []*inventory.Trace) {
	for _, t := range taken {
		if t.Kind != store.KeyringEntry {
			continue
		}
		s := Step{Kind: t.Kind, Where: t.Where, Realm: t.Realm, Traces: []inventory.Trace{*t}, Names: b.namesOf(t), Err: t.Err}
		switch {
		case b.AllProjects:
		case t.PerhapsOf != "":
			s.Kept, s.KeptFor = KeptAmbiguous, t.PerhapsOf
		case t.AccessKey != inventory.NoAccessKey && b.foreignKey(t):
			s.Kept = KeptForeign
		}
		s.rank = b.order(&s)
		b.Steps = append(b.Steps, s)
	}
	slices.SortStableFunc(b.Steps, func(x, y Step) int { return x.rank - y.rank })
}

// foreignKey tells whether a long-lived key is not this project's: every reading declares its
// name as another kind, or its realm is the automatic one of another project, which an
// atmos.yaml may name.
func (b *builder) foreignKey(t *inventory.Trace) bool {
	if store.AutomaticRealm(t.Realm) && !b.inv.Automatic(t.Realm) {
		return true
	}
	declared := false
	for _, n := range t.Of {
		for _, kind := range b.inv.Kinds(n) {
			if kind == "aws/user" || !store.Knows(kind) {
				return false
			}
			declared = true
		}
	}
	return declared
}

// order is the position of a step among the names; of what bears none the last.
func (b *builder) order(s *Step) int {
	best := len(b.Names)
	for _, name := range s.Names {
		if i, ok := b.at[name]; ok {
			best = min(best, i)
		}
	}
	if len(s.Traces) > 0 {
		if i, ok := b.at[s.Traces[0].Root]; ok {
			best = min(best, i)
		}
	}
	return best
}

// addFiles makes a step of all traces of one file: of an AWS directory first config, then
// credentials, so that a run which is killed leaves the proof; what says which identities there
// are comes last.
func (b *builder) addFiles(taken []*inventory.Trace) {
	at := make(map[disk.Place]int)
	var steps []Step
	for _, t := range taken {
		if t.Kind == store.KeyringEntry {
			continue
		}
		sibling := b.sibling(t)
		i, known := at[t.Where.Place]
		if !known || sibling != "" {
			i = len(steps)
			s := Step{Kind: t.Kind, Where: inventory.Where{Place: t.Where.Place}, Realm: t.Realm, Tree: t.Tree(), Err: t.Err}
			if sibling != "" {
				s.Where, s.Kept, s.KeptFor = t.Where, KeptSibling, sibling
			} else {
				at[t.Where.Place] = i
			}
			steps = append(steps, s)
		}
		steps[i].Traces = append(steps[i].Traces, *t)
		steps[i].Names = append(steps[i].Names, b.namesOf(t)...)
	}
	for i := range steps {
		b.finish(&steps[i])
		steps[i].rank = b.order(&steps[i])
	}
	slices.SortStableFunc(steps, func(x, y Step) int {
		if n := x.rank - y.rank; n != 0 || x.Where.Place.Dir() != y.Where.Place.Dir() {
			return n
		}
		return strings.Compare(string(x.Kind), string(y.Kind)) // config before credentials
	})
	last := func(s Step) bool { return s.Kind == store.Provisioned }
	for _, s := range steps {
		if !last(s) {
			b.Steps = append(b.Steps, s)
		}
	}
	b.Steps = append(b.Steps, slices.DeleteFunc(steps, func(s Step) bool { return !last(s) })...)
}

// finish tells of a file what stays in it and how it is cut.
func (b *builder) finish(s *Step) {
	s.Names = unique(s.Names)
	t := &s.Traces[0]
	switch {
	case t.Location != nil && t.Location.Unless != "" && b.inv.Uses(t.Location.Unless):
		s.Kept = KeptShared
	case s.Kind.AWSFile() && !t.Rest:
		b.finishSections(s)
	case s.Kind == store.DockerLogin:
		logins := cut.DockerLogins{Registries: make(map[string]bool)}
		for i := range s.Traces {
			logins.Registries[s.Traces[i].Where.Entry] = true
		}
		s.Cutter = logins
	case s.Kind == store.KubeconfigEntry:
		s.Cutter = b.kubeCutter(s)
	}
}

// finishSections says which sections of an AWS file go: one that nobody declares only while it
// is a session.
func (b *builder) finishSections(s *Step) {
	cutter := cut.AWSSections{Format: cut.Credentials}
	if s.Kind == store.ConfigFile {
		cutter.Format = cut.Config
	}
	gone := make(map[part]bool)
	for i := range s.Traces {
		t := &s.Traces[i]
		gone[partOf(t)] = true
		if t.Session && !b.byName(t) {
			cutter.Sessions = append(cutter.Sessions, t.Where.Entry)
		} else {
			cutter.Headers = append(cutter.Headers, t.Where.Entry)
		}
	}
	for _, other := range b.inv.At(s.Where.Place) {
		if !gone[partOf(other)] {
			s.Keeps = append(s.Keeps, other.Label())
		}
	}
	s.Keeps = unique(s.Keeps)
	s.Cutter = cutter
}

// A part is what one trace stands for. Several sections of a file may have the same header.
type part struct {
	inventory.Where
	session bool
}

func partOf(t *inventory.Trace) part { return part{t.Where, t.Session} }

// kubeCutter cuts the entries of a step out of a kubeconfig, but not what others of the file use.
func (b *builder) kubeCutter(s *Step) cut.Cutter {
	var entries cut.KubeEntries
	gone := make(map[string]bool)
	for i := range s.Traces {
		entries.Remove = append(entries.Remove, s.Traces[i].Written.Kube)
		gone[s.Traces[i].Where.Entry] = true
	}
	for _, other := range b.inv.At(s.Where.Place) {
		if !gone[other.Where.Entry] {
			entries.Keep = append(entries.Keep, other.Written.Kube)
		}
	}
	return entries
}

// addCopies adds what Atmos has copied into files of az, before the files by which it is proven.
func (b *builder) addCopies(taken []*inventory.Trace) {
	for _, t := range b.inv.Copies(taken) {
		b.Steps = append(b.Steps, Step{
			Kind: t.Kind, Where: t.Where, Traces: []inventory.Trace{t}, Names: b.namesOf(&t), Cutter: t.Written.Cutter, Err: t.Err,
		})
	}
}

// sibling is an integration of a name that stays and uses an entry of a shared file, too.
func (b *builder) sibling(t *inventory.Trace) string {
	for i, n := range t.Of {
		if len(t.Written.By) > i && !b.in[n] && !b.AllProjects {
			return t.Written.By[i]
		}
	}
	return ""
}

// addGaps adds what could not be looked at and may be of a name: a step that will fail.
func (b *builder) addGaps() {
	for i := range b.inv.Traces {
		t := &b.inv.Traces[i]
		switch {
		case !t.Gap() || !t.Ours && !(b.everything() && t.Kind == store.KeyringEntry) && !b.AllProjects:
		case t.Kind != store.KeyringEntry || !t.Ours || b.AllProjects || b.Orphans: // of names that nobody declares, too
			b.Steps = append(b.Steps, Step{Kind: t.Kind, Where: t.Where, Realm: t.Realm, Err: t.Err})
		default:
			names := make([]string, len(b.Names))
			for i, m := range b.Names {
				names[i] = m.Name
			}
			unknown := b.inv.UnknownKeys(t, names)
			for _, name := range names {
				for _, key := range unknown[name] {
					where := inventory.Where{Keyring: t.Where.Keyring, Key: key}
					b.Steps = append(b.Steps, Step{Kind: t.Kind, Where: where, Names: []string{name}, Err: t.Err})
				}
			}
		}
	}
}

// addUnsure adds the sessions that may be those of a provider whose portal is not known, or of one
// that nobody declares: it cannot be told.
func (b *builder) addUnsure(taken []*inventory.Trace) {
	provider, ok := b.unsure()
	if !ok || b.AllProjects {
		return
	}
	unknown := "start URL"
	if provider.Kind != "" && !slices.Contains(provider.Unresolved, "start_url") {
		unknown = "region"
	}
	gone := make(map[inventory.Where]bool, len(taken))
	for _, t := range taken {
		gone[t.Where] = true
	}
	for i := range b.inv.Traces {
		t := &b.inv.Traces[i]
		if l := t.Location; l == nil || !l.ByStartURL || l.Last || gone[t.Where] || t.Kind.Bare() || t.Err != nil || !mayBeOf(t, provider) {
			continue
		}
		b.Steps = append(b.Steps, Step{
			Kind: t.Kind, Where: t.Where, Traces: []inventory.Trace{*t}, Names: []string{provider.Name},
			Err: fmt.Errorf("cannot tell whose it is: the %s of %q is not known", unknown, b.inv.Shown(provider.Name)),
		})
	}
}

// mayBeOf tells whether a session may be that of a provider whose portal is not known as a whole.
func mayBeOf(t *inventory.Trace, p config.Provider) bool {
	switch {
	case t.Location.Shared != store.ByPortal:
		return slices.Contains(t.Of, inventory.Name{Name: p.Name, Provider: true})
	case p.Kind == "":
		return !t.Ours
	}
	return slices.Contains(p.Unresolved, "start_url") || store.SamePortal(p.StartURL.Raw(), t.StartURL)
}

// unsure is a member whose portal is not known, with its kind if it is declared.
func (b *builder) unsure() (p config.Provider, ok bool) {
	for _, m := range b.Names {
		if !m.Provider {
			continue
		}
		if m.Kind == "" && len(b.Identities) > 0 {
			return config.Provider{Name: m.Name}, true
		}
		for _, r := range b.inv.Readings {
			p, err := r.Graph.Provider(m.Name)
			if err == nil && p.Kind == "aws/iam-identity-center" && inventory.PortalUnknown(p) {
				return p, true
			}
		}
	}
	return p, false
}

// addLocks adds the lock files of what goes whole, and those that were left without their
// file. To edit an AWS file is to make its lock file.
func (b *builder) addLocks() {
	goes := make(map[disk.Place]bool)
	var dirs []disk.Place
	for i := range b.Steps {
		s := &b.Steps[i]
		if s.Where.Keyring != "" || len(s.Keeps) > 0 || s.Err != nil || s.Kept != "" {
			continue
		}
		goes[s.Where.Place] = true
		if dir := s.Where.Place.Dir(); s.Kind.AWSFile() && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	for i := range b.inv.Traces {
		t := &b.inv.Traces[i]
		if t.Kind != store.LockFile {
			continue
		}
		file := t.Where.Place
		file.Path = strings.TrimSuffix(file.Path, disk.LockSuffix)
		gone := goes[file] || len(b.inv.At(file)) == 0 && (t.Ours || b.AllProjects) && b.locksGo(t)
		switch dir := file.Dir(); {
		case !gone || slices.Contains(dirs, dir):
		case t.Location.Kind.AWSFile():
			dirs = append(dirs, dir)
		default:
			b.Steps = append(b.Steps, Step{Kind: store.LockFile, Where: inventory.Where{Place: t.Where.Place}, Realm: t.Realm, Locks: []disk.Place{file}})
		}
	}
	for _, dir := range dirs {
		locks := []disk.Place{dir.Join("credentials"), dir.Join("config")}
		b.Steps = append(b.Steps, Step{Kind: store.LockFile, Where: inventory.Where{Place: dir.Join("credentials" + disk.LockSuffix)}, Locks: locks})
	}
}

// locksGo tells whether a lock file is one of the selection.
func (b *builder) locksGo(t *inventory.Trace) bool {
	root := b.in[inventory.Name{Name: t.Root, Provider: true}] || b.in[inventory.Name{Name: t.Root}]
	return b.everything() || b.byName(t) || t.Name == "" && root || b.whole[t.Root] && b.inv.Automatic(t.Realm)
}

// addDirs adds the directories that may become empty, children first.
func (b *builder) addDirs() {
	var places []disk.Place
	for i := range b.Steps {
		if s := &b.Steps[i]; s.Kind != store.KeyringEntry && s.Where.Place.Root != "" {
			places = append(places, s.Where.Place)
		}
	}
	for _, dir := range disk.Parents(places) {
		b.Steps = append(b.Steps, Step{Kind: store.EmptyDir, Where: inventory.Where{Place: dir}})
	}
}

// Kinds are those of the providers and identities of the removal set.
func (p Plan) Kinds() []string {
	var kinds []string
	for _, m := range p.Names {
		if m.Kind != "" {
			kinds = append(kinds, m.Kind)
		}
	}
	return unique(kinds)
}

// Found tells whether the plan holds anything to remove, to keep, or that could not be looked at.
func (p Plan) Found() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return !s.Kind.Bare() })
}

// LongLived are the names whose keyring entry is, or counts as, a long-lived access key.
func (p Plan) LongLived() []string {
	var names []string
	for i := range p.Steps {
		if s := &p.Steps[i]; s.accessKey() != inventory.NoAccessKey && s.Err == nil && s.Kept == "" {
			names = append(names, s.name())
		}
	}
	return unique(names)
}

// KeepLongLived is the plan without the removal of long-lived access keys. By the flag, those
// of other projects are kept at the user's own wish, too.
func (p Plan) KeepLongLived(why Reason) Plan {
	p.Steps = slices.Clone(p.Steps)
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.accessKey() != inventory.NoAccessKey && (s.Kept == "" || s.Kept == KeptForeign && why == KeptByFlag) {
			s.Kept = why
		}
	}
	return p
}

// validAt tells of each name until when what goes is valid.
func validAt(steps []Step, now time.Time) map[string]time.Time {
	latest := make(map[string]time.Time)
	for i := range steps {
		for name, t := range steps[i].expiry() {
			if t.After(now) && t.After(latest[name]) {
				latest[name] = t
			}
		}
	}
	return latest
}
