package logout

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// Why something stays.
const (
	notDeclared = "not declared in atmos.yaml"
	notOfAtmos  = "not of Atmos"
	ofOthers    = "belongs to another user"
	noSession   = "no session of Atmos"
	moved       = "atmos.yaml has another provider for it"
)

// stays names what is left: in the directories that something goes from, and of this project
// what nobody declares under a realm that another project may use, too.
func (b *builder) stays() {
	n := neighbours{builder: b, dirs: make(map[disk.Place]bool), cuts: make(map[disk.Place]bool)}
	for _, s := range b.Steps {
		n.cuts[s.Where.Place] = n.cuts[s.Where.Place] || s.Cutter != nil
		if len(s.Traces) > 0 && s.Traces[0].Location != nil && len(s.Keeps) == 0 {
			n.dirs[s.Where.Place.Dir()] = true
		}
	}
	at := make(map[Place]int)
	seen := make(map[Place]map[string]bool)
	for _, t := range b.inv.Traces {
		name, place, ok := n.stays(t)
		if !ok {
			continue
		}
		j, known := at[place]
		if !known {
			j, at[place], seen[place] = len(b.Stays), len(b.Stays), make(map[string]bool)
			b.Stays = append(b.Stays, Stay{Place: place})
		}
		if name != "" && !seen[place][name] {
			seen[place][name] = true
			b.Stays[j].Names = append(b.Stays[j].Names, name)
		}
	}
}

// neighbours tells of traces beside those that go why they stay.
type neighbours struct {
	*builder
	dirs map[disk.Place]bool // from which a file goes whole
	cuts map[disk.Place]bool // files that sections are cut out of
}

func (n neighbours) stays(t *inventory.Trace) (name string, p Place, ok bool) {
	dir := t.Where.Place.Dir()
	switch {
	case n.silent(t):
	case t.Foreign:
		return t.Label(), Place{t.Where.Place.String(), ofOthers}, n.AllProjects || n.byName(t)
	case t.Kind == store.OtherFile:
		return "", Place{t.Where.Place.String(), notOfAtmos}, n.dirs[dir] || n.ours(t) && n.inWhole(t)
	case n.Orphans:
		return n.besideOrphans(t)
	case n.AllProjects:
		return t.Label(), Place{dir.String(), noSession}, t.Kind.AWSFile()
	case n.beside(t) && n.declared(t):
		return t.Label(), Place{dir.String(), moved}, n.inWhole(t)
	case n.beside(t):
		return t.Label(), Place{dir.String(), notDeclared}, true
	case n.All && n.unproven(t):
		name = t.Of[0].Name
		if n.declared(t) { // then the root of its directory is not
			name = t.Root
		}
		return name, Place{"", undeclaredIn(t.Realm)}, true
	}
	return "", Place{}, false
}

func (n neighbours) besideOrphans(t *inventory.Trace) (name string, p Place, ok bool) {
	if t.Kind.AWSFile() && n.orphan(t) {
		return t.Label(), Place{t.Where.Place.Dir().String(), noSession}, true
	}
	return t.Label(), Place{"", perhapsOf(t.Realm)}, n.unproven(t)
}

// silent tells whether nothing is to be said of a trace: it goes, a step tells of it, or it was not meant.
func (n neighbours) silent(t *inventory.Trace) bool {
	return n.goes(t) || t.Kind.Bare() || t.Err != nil || n.Expired && !t.Over(n.inv.Time)
}

// inWhole tells whether a trace lies in a directory that goes whole: a provider's, or with everything one of the project.
func (n neighbours) inWhole(t *inventory.Trace) bool {
	return t.Root != "" && (n.whole[t.Root] || n.All && t.Ours || n.AllProjects)
}

// beside tells whether a section lies where something goes.
func (n neighbours) beside(t *inventory.Trace) bool {
	place, whole := t.Where.Place, n.inWhole(t)
	return t.Kind.AWSFile() && (whole || n.dirs[place.Dir()] || n.cuts[place]) && (t.Ours || t.Realm == "" && whole)
}

// unproven tells whether a trace with a name may be an orphan of this project, or something of another one.
func (n neighbours) unproven(t *inventory.Trace) bool {
	root := t.Root == "" || n.inv.IsRoot(t.Root)
	return len(t.Of) > 0 && (t.Ours || t.Realm == "") && !n.inv.Automatic(t.Realm) && (!root || !n.declared(t))
}

func perhapsOf(realm string) string {
	if realm == "" {
		return "without a realm it may be another project's"
	}
	return "another project may use the realm " + realm
}

func undeclaredIn(realm string) string {
	if realm == "" {
		return "without a realm; " + notDeclared
	}
	return "realm " + realm + "; " + notDeclared
}

// doubts tells what may be left though no step failed.
func (b *builder) doubts() {
	b.unknownKinds()
	if b.AllProjects {
		return
	}
	if gap, ok := b.gap(func(g config.Gap) bool { return g.Names }); ok {
		b.nameDoubts(gap)
	}
	for _, realm := range b.inv.Realms {
		if store.NoRealm(realm) {
			b.Doubts = append(b.Doubts, fmt.Sprintf("realm %s: the directory %s is the user's and not looked into", realm, b.inv.Roots.Show(filepath.Join(b.inv.Roots[store.Config], realm))))
		}
	}
	named := slices.ContainsFunc(b.inv.Readings, func(r inventory.Reading) bool { return len(r.Realms) > 0 })
	if gap, ok := b.gap(func(g config.Gap) bool { return g.Realm && (!named || !g.Names) }); ok {
		b.realmDoubts(gap)
	}
	if gap, ok := b.gap(func(g config.Gap) bool { return !g.Names && !g.Realm }); ok {
		b.Doubts = append(b.Doubts, fmt.Sprintf("%s: what lies there was not looked at", gap))
	}
}

// gap is the first part of the configuration that was not read and may say something.
func (b *builder) gap(says func(config.Gap) bool) (config.Gap, bool) {
	if i := slices.IndexFunc(b.inv.Config.Gaps, says); i >= 0 {
		return b.inv.Config.Gaps[i], true
	}
	return config.Gap{}, false
}

// nameDoubts tells what a part of the configuration that was not read may declare.
func (b *builder) nameDoubts(gap config.Gap) {
	if len(b.Identities) > 0 {
		b.chainDoubts(gap)
		return
	}
	var names []string
	for _, t := range b.inv.Traces {
		if (t.Ours || t.Realm == "") && !b.goes(t) && b.inQuestion(t) && !b.declared(t) {
			names = append(names, b.ownerOf(t))
		}
	}
	if names = unique(names); len(names) > 0 {
		b.Doubts = append(b.Doubts, fmt.Sprintf("%s: may belong to what was not read: %s", show.Names(names), gap))
	}
}

// realmDoubts tells what lies under realms with a name, one of which may be the project's: a part of
// the configuration that was not read may say so.
func (b *builder) realmDoubts(gap config.Gap) {
	names := make(map[string][]string)
	for _, t := range b.inv.Traces {
		if !t.Ours && t.Realm != "" && !store.AutomaticRealm(t.Realm) && b.inQuestion(t) && b.concerns(t) {
			names[t.Realm] = append(names[t.Realm], b.ownerOf(t))
		}
	}
	for _, realm := range slices.Sorted(maps.Keys(names)) {
		b.Doubts = append(b.Doubts, fmt.Sprintf("%s: the realm %s may be this project's; set ATMOS_AUTH_REALM to tell (%s)", show.Names(unique(names[realm])), realm, gap))
	}
}

// inQuestion tells whether a trace is of a kind and age that the target is about.
func (b *builder) inQuestion(t *inventory.Trace) bool {
	return t.OfAtmos() && (!b.Expired || t.Over(b.inv.Time))
}

// concerns tells whether a trace would go, or be named, if its realm were this project's.
func (b *builder) concerns(t *inventory.Trace) bool {
	if len(b.Identities) == 0 {
		return b.nameless() || b.byName(t) || !b.declared(t)
	}
	return slices.ContainsFunc(t.Of, func(n inventory.Name) bool { return !n.Provider && slices.Contains(b.Identities, n.Name) })
}

// ownerOf is a name that a trace is of, or where what bears none lies, as the session of a portal.
func (b *builder) ownerOf(t *inventory.Trace) string {
	if len(t.Of) > 0 {
		return t.Of[0].Name
	}
	return b.inv.Roots.Show(t.Where.Place.String())
}

// chainDoubts tells of each chain which link a part of the configuration that was not read may declare.
func (b *builder) chainDoubts(gap config.Gap) {
	for _, c := range b.chains {
		for _, l := range c.Links {
			if !l.Declared || errors.Is(c.Err, chain.ErrDangling) {
				b.Doubts = append(b.Doubts, fmt.Sprintf("%s: may belong to what was not read: %s", b.inv.Shown(l.Name), gap))
				break
			}
		}
	}
}

// unknownKinds notes the members whose kind this release does not know. If something that the
// table does not know either lies under this project's realms, it may be theirs.
func (b *builder) unknownKinds() {
	unknown := false
	for _, m := range b.Names {
		if m.Kind != "" && !store.Knows(m.Kind) {
			unknown = true
			b.Notes = append(b.Notes, fmt.Sprintf("Not known: the kind %s of %s; what only newer releases keep for it may remain", m.Kind, m.Name))
		}
	}
	if !unknown {
		return
	}
	for _, t := range b.inv.Traces {
		if t.Kind == store.OtherFile && t.Ours && t.Realm != "" && t.Err == nil {
			b.Doubts = append(b.Doubts, fmt.Sprintf("%s: it may be of a kind that is not known", b.ownerOf(t)))
		}
	}
}

// remarks adds what else the report says.
func (b *builder) remarks() {
	lost, seen := b.providersLosing(), make(map[string]bool)
	for _, r := range b.inv.Readings {
		for _, p := range r.Graph.Providers() {
			if url := p.StartURL.String(); url != "" && lost[p.Name] && !seen[store.PortalOf(url)] {
				seen[store.PortalOf(url)] = true
				b.StartURLs = append(b.StartURLs, url)
			}
		}
	}
	if b.AllProjects {
		b.Notes = append(b.Notes, "Not looked for: keyring directories, Docker logins and kubeconfig entries that only another project's atmos.yaml names")
	}
	for _, name := range slices.Concat(b.Identities, b.Providers) {
		realms, without := b.inv.Elsewhere(name)
		if len(realms) > 0 {
			b.Held = append(b.Held, fmt.Sprintf("Another project still holds %s (realm %s)", name, show.Names(realms)))
		}
		if without {
			b.Held = append(b.Held, fmt.Sprintf("Another project may hold %s without a realm", name))
		}
	}
}

// providersLosing are the providers of which something, or in whose directories something, was there.
func (b *builder) providersLosing() map[string]bool {
	lost := make(map[string]bool)
	for _, s := range b.Steps {
		for _, t := range s.Traces {
			for _, n := range t.Of {
				lost[n.Name] = lost[n.Name] || n.Provider
			}
			for _, n := range b.inv.RootNames(t.Root) {
				lost[n.Name] = true
			}
		}
	}
	return lost
}
