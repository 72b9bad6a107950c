package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// own tells of every trace whose it is: first of those with a realm, because what is found
// under the automatic realms of this project tells which names it once had.
func (p *Project) own(traces []*Trace) {
	p.readKeys(traces)
	for _, t := range traces {
		if t.Realm != "" {
			p.ownWithRealm(t)
		}
	}
	had := p.had(traces)
	var hashes map[string]consoleOf
	for _, t := range traces {
		switch {
		case t.Realm != "" || t.Gap() || t.Kind == store.OtherFile:
		case t.Location != nil && t.Location.Console():
			if hashes == nil {
				hashes = p.consoles(had)
			}
			t.Name, t.Realm = hashes[t.Name].name, hashes[t.Name].realm
			t.Of, t.Ours = p.orFound(t.Name, p.named(t.Name, false), false), t.Name != ""
		default:
			p.ownWithoutRealm(t, had)
		}
	}
	for _, t := range traces {
		if t.Where.Key != "" {
			p.claimedKeyring(t)
		}
	}
	p.ownStrangers(traces)
}

// had are the names that were found under the automatic realms of this project.
func (p *Project) had(traces []*Trace) map[string]bool {
	had := make(map[string]bool)
	for _, t := range traces {
		if p.automatic[t.Realm] {
			had[t.Name], had[t.Root] = true, true
		}
	}
	return had
}

// ownWithRealm: the realm decides, and under ours a name counts whatever kind it is declared
// as now.
func (p *Project) ownWithRealm(t *Trace) {
	t.Ours = slices.Contains(p.Realms, t.Realm)
	t.Of = p.of(t, t.Ours)
}

// ownWithoutRealm: a declared name makes it ours, in the directory of a declared root if it
// lies in one. What bears a start URL is ours only if that is.
func (p *Project) ownWithoutRealm(t *Trace, had map[string]bool) {
	if t.Location != nil && t.Location.Joined {
		if p.split(t); t.Realm != "" {
			p.ownWithRealm(t)
			return
		}
	}
	t.Of = p.of(t, false)
	declared := slices.ContainsFunc(t.Of, func(n Name) bool { return p.knows(n, t.Location) })
	switch {
	case t.Location != nil && t.Location.ByStartURL:
		t.Ours = p.ourPortal(t) && (declared || had[t.Name])
	case t.Root != "":
		t.Ours = p.IsRoot(t.Root) && (declared || t.Name == "" || IsDefault(t.Name))
	default:
		t.Ours = declared
	}
}

// knows tells whether a name was typed by the user, or is declared as of a kind that keeps
// things at a location.
func (p *Project) knows(n Name, l *store.Location) bool {
	anyKind := l == nil || l.Of == store.OfRoot || l.Of == store.OfIntegration
	return p.asked[strings.ToLower(n.Name)] || anyKind && p.Declares(n) || !anyKind && slices.ContainsFunc(p.kinds[n], l.For)
}

// split takes the name in a path of aws-webflow apart: the longest realm of ours that it ends
// with, else what stands behind the last dash.
func (p *Project) split(t *Trace) {
	joined := t.Name
	if i := strings.LastIndexByte(joined, '-'); i >= 0 {
		t.Name, t.Realm = joined[:i], joined[i+1:]
	}
	for _, realm := range p.Realms {
		if name, ok := strings.CutSuffix(joined, "-"+realm); ok && len(realm) > len(t.Realm) {
			t.Name, t.Realm = name, realm
		}
	}
}

// of finds the names that a trace is of. Where the realm is not ours, the kind must be one
// that keeps things there.
func (p *Project) of(t *Trace, anyKind bool) []Name { //nolint:revive // what is known of the realm, not a mode
	l := t.Location
	switch {
	case t.Kind == store.KeyringEntry:
		return p.orFound(t.Name, p.declared[t.Name], false)
	case l == nil:
		return t.Of
	case l.Of == store.OfRoot:
		return p.ofSection(t)
	case l.Of == store.OfIntegration:
		return p.ofIntegration(t)
	case l.Common():
		return p.sharers(t)
	}
	provider := l.Of == store.OfProvider
	var names []Name
	for _, n := range p.onDisk(l, t.Name) {
		if n.Provider == provider && (anyKind || slices.ContainsFunc(p.kinds[n], l.For)) {
			names = append(names, n)
		}
	}
	return p.orFound(t.Name, names, provider)
}

// onDisk are the declared names that a location would write so.
func (p *Project) onDisk(l *store.Location, written string) []Name {
	if l.Escape == nil && !l.Stacked {
		return p.declared[written]
	}
	var names []Name
	for spelled, declared := range p.declared {
		if l.Writes(written, spelled) {
			names = append(names, declared...)
		}
	}
	return names
}

// orFound is a name as it was found if nobody declares it.
func (p *Project) orFound(found string, names []Name, provider bool) []Name {
	if len(names) == 0 && found != "" {
		return []Name{{found, provider}}
	}
	return names
}

// ofSection: a section is an identity's. One of no name is of all that share the directory.
func (p *Project) ofSection(t *Trace) []Name {
	if IsDefault(t.Name) {
		return p.named("default", false)
	}
	names := p.named(t.Name, false)
	if len(names) == 0 {
		names = p.named(t.Name, true)
	}
	return p.orFound(t.Name, names, false)
}

// MayHold tells whether an AWS file that could not be read may have a section of one of these names.
func (p *Project) MayHold(t *Trace, names []Name) bool {
	return t.Err != nil && t.Kind.AWSFile() && slices.ContainsFunc(names, func(n Name) bool {
		return !n.Provider && (t.Root == store.AWSUserDir && slices.Contains(p.kinds[n], "aws/user") || p.startsAt(n, t.Root))
	})
}

// startsAt tells whether the chain of an identity starts at a root in any reading.
func (p *Project) startsAt(n Name, root string) bool {
	return slices.ContainsFunc(p.Readings, func(r Reading) bool {
		first, _ := r.Graph.Root(n.Name)
		return slices.Contains(store.Spellings(first.Name), root)
	})
}

// IsDefault tells whether a name is that of the section which programs use without a profile.
// It is the only one that is compared without case.
func IsDefault(name string) bool { return strings.EqualFold(name, "default") }

func (p *Project) ofIntegration(t *Trace) []Name {
	var names []Name
	t.Written = new(Written)
	for _, r := range p.Readings {
		for _, i := range r.Integrations {
			linked, ok := r.Linked(i)
			if ok && t.Location.For(i.Kind) && !slices.Contains(names, linked) &&
				slices.ContainsFunc(store.Spellings(i.Name), func(s string) bool { return t.Location.OnDisk(s) == t.Name }) {
				names = append(names, linked)
				t.Written.By, t.Written.Kind = append(t.Written.By, i.Name), i.Kind
			}
		}
	}
	if names == nil {
		t.Written.By = []string{t.Name}
	}
	return p.orFound(t.Name, names, false)
}

// Linked is what an integration is linked to, if that is declared.
func (r Reading) Linked(i config.Integration) (Name, bool) {
	if i.Via.Identity != "" {
		id, err := r.Graph.Identity(i.Via.Identity)
		return Name{Name: id.Name}, err == nil
	}
	pr, err := r.Graph.Provider(i.Via.Provider)
	return Name{pr.Name, true}, err == nil
}

// sharers are the providers of the kinds that share a place; with a start URL in it, those of
// this portal.
func (p *Project) sharers(t *Trace) []Name {
	var names []Name
	for pr := range p.providers() {
		n := Name{pr.Name, true}
		if t.Location.For(pr.Kind) && !slices.Contains(names, n) && (!t.Location.ByStartURL || samePortal(pr, t)) {
			names = append(names, n)
		}
	}
	return names
}

func (p *Project) ourPortal(t *Trace) bool {
	for pr := range p.providers() {
		if samePortal(pr, t) {
			return true
		}
	}
	return false
}

// PortalUnknown tells whether the start URL or the region of a provider could not be evaluated.
func PortalUnknown(pr config.Provider) bool {
	return slices.Contains(pr.Unresolved, "start_url") || slices.Contains(pr.Unresolved, "region")
}

// samePortal tells whether a file is of the provider's portal. One that cannot be read may be of any; of a
// lock only the hash in its name tells.
func samePortal(pr config.Provider, t *Trace) bool {
	region := pr.Region.Raw()
	if t.Rest && t.StartURL == "" { // half a file, which nobody reads any more: its path tells whose it was
		return t.Location.Shared != store.ByPortal || strings.Contains(path.Base(t.Where.Place.Path), store.Portal(pr.StartURL.Raw(), region))
	}
	switch {
	case t.Err != nil:
		return true
	case PortalUnknown(pr):
		return false
	case t.Kind == store.LockFile:
		return t.Name == store.Portal(pr.StartURL.Raw(), region)
	}
	return store.SamePortal(pr.StartURL.Raw(), t.StartURL) &&
		(region == "" || t.Region == "" || strings.EqualFold(region, t.Region))
}

// A consoleOf is the name and the realm that a directory of the console is called after.
type consoleOf struct{ name, realm string }

// consoles are those of every name that is declared or that this project once had.
func (p *Project) consoles(had map[string]bool) map[string]consoleOf {
	hashes := make(map[string]consoleOf)
	add := func(name string) {
		for _, realm := range p.Realms {
			hashes[store.Console(realm, name)] = consoleOf{name, realm}
		}
	}
	for name := range had {
		add(name)
	}
	for spelled := range p.declared {
		add(spelled)
	}
	return hashes
}

// ownStrangers tells of what the table does not know in whose directory it lies.
func (p *Project) ownStrangers(traces []*Trace) {
	dirs := make(map[disk.Place]*Trace)
	for _, t := range traces {
		if t.Location != nil && dirs[t.Where.Place.Dir()] == nil {
			dirs[t.Where.Place.Dir()] = t
		}
	}
	for _, t := range traces {
		if t.Kind != store.OtherFile {
			continue
		}
		if t.Err != nil {
			t.Ours = p.mayHold(t.Where.Place)
			continue
		}
		if in, place := nearest(dirs, t.Where.Place); in != nil {
			t.Root, t.Realm, t.Ours, t.Where.Place = in.Root, in.Realm, in.Ours, place
			continue
		}
		for _, part := range strings.Split(t.Where.Place.Path, "/") {
			if part != "" && slices.Contains(p.Realms, part) {
				t.Realm, t.Ours = part, true
			}
		}
	}
}

// nearest finds a trace in the directory that a place lies in, or in the next one above that has any, and
// what of that directory holds the place.
func nearest(dirs map[disk.Place]*Trace, p disk.Place) (in *Trace, place disk.Place) {
	for ; !p.IsRoot(); p = p.Dir() {
		if in = dirs[p.Dir()]; in != nil {
			return in, p
		}
	}
	return nil, p
}

// mayHold tells whether something of this project may lie in a directory that could not be
// looked into: not if a realm of others, or a name that nobody declares, stands in its path.
func (p *Project) mayHold(dir disk.Place) bool {
	for _, part := range strings.Split(dir.Path, "/") {
		switch {
		case part == "." || slices.Contains(p.Realms, part) || p.IsRoot(part):
			return true
		case store.AutomaticRealm(part):
			return false
		}
	}
	return !strings.Contains(dir.Path, "/")
}
