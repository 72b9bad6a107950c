package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// How much the readings that are not selected may be together.
const (
	maxNames    = 300_000
	maxReadings = 1_000
)

// readings returns what now says, what base says with each profile instead, and what older
// releases make of now.
func (l *loader) readings(c *Config, base, now merged, selected []string) []Reading {
	first, old := l.reading("", now)
	l.claim(c, now.doc)
	used := l.provisioned
	defer func() { l.provisioned = used }()
	l.quiet = true
	readings, names := []Reading{first}, 0
	aside := func(name string, m merged) {
		reading, _ := l.reading(name, m)
		readings = append(readings, reading)
		names += len(reading.Auth.Identities) + len(reading.Auth.Providers) + len(reading.Auth.Integrations)
		l.claim(c, m.doc)
	}
	if len(selected) > 0 {
		aside("no profile", base)
	}
	for _, dir := range profiles(l.profileLocations(base, slices.Concat([]string{l.sys.WorkDir}, c.Dirs))) {
		if slices.Equal(selected, []string{dir}) {
			continue
		}
		if names > maxNames || len(readings) > maxReadings {
			l.missAny(file(l.display(dir)), "%v: more than %d names or %d profiles", errBound, maxNames, maxReadings)
			break
		}
		profile, errs := l.profile(dir)
		if l.ctx.Err() != nil {
			break
		}
		l.missErr(errs...)
		aside("profile "+filepath.Base(dir), mergeLayers(slices.Concat(base.layers, profile)))
	}
	if old != nil {
		readings = append(readings, Reading{Name: "Atmos before v1.216", Realms: first.Realms, Auth: *old})
	}
	return readings
}

// reading decodes what was merged, and what releases before v1.216.0 make of it where
// that is something else.
func (l *loader) reading(name string, m merged) (r Reading, old *Auth) {
	r = Reading{Name: name, Realms: l.realms(m.doc), Auth: l.auth(m.doc)}
	found := l.provisions(r.Auth.Providers)
	entries := l.mapping(m.doc.get("auth", "identities"), "auth", "identities")
	var before []Identity
	r.Auth.Identities, before = l.identities(entries, m.declared(), found)
	if before != nil {
		auth := r.Auth
		auth.Identities = before
		old = &auth
	}
	return r, old
}

// realms are the explicit ones. What may set one and is not known is a gap, unless the user
// says which it is.
func (d *decoder) realms(doc *value) []Text {
	var realms []Text
	if d.realm.raw != "" {
		realms = append(realms, d.realm)
	}
	for _, from := range []struct {
		setting string
		v       *value
	}{{"env", doc.get("env")}, {realmName, variables(doc)[realmName]}, {"auth.realm", doc.get("auth", "realm")}} {
		switch v := from.v; {
		case v == nil:
		case v.kind == unknown:
			if d.realm.raw == "" {
				d.miss(Gap{At: v.at.String(), What: from.setting + ": " + v.text, Realm: true})
			}
		case from.setting == "env" || v.isEmpty():
		case v.kind == text:
			realms = append(realms, textOf(v))
		default:
			d.warn("%s: %s: %s", v.at, from.setting, v.unfit(text))
		}
	}
	return realms
}

// profileNames are the profiles to select, later ones over earlier ones: the flag's, else
// those of ATMOS_PROFILE, of an env block (v1.222.0), or of profiles.default (v1.216.0). To
// viper, blanks separate the words of a variable, and a list is no default.
func (l *loader) profileNames(doc *value) []*value {
	l.mapping(doc.get("profiles"), "profiles")
	l.texts(doc.get("profiles", "base_path"), "profiles.base_path")
	typed := func(s string) *value { return textValue(position{origin: &origin{}}, s, "") }
	words := func(v *value) *value {
		if v.string() == "" { // or not known: whichever it is, every profile is a reading
			return nil
		}
		return textValue(v.at, strings.Join(strings.Fields(v.text), ","), v.computed)
	}
	standard := doc.get("profiles", "default")
	if standard != nil && standard.kind == list {
		standard = nil
	}
	for _, v := range []*value{
		typed(strings.Join(l.opt.Profiles, ",")),
		words(typed(l.getenv(profileName))),
		words(variables(doc)[profileName]),
		standard,
	} {
		if names := l.texts(v, "profile"); len(names) > 0 {
			return names
		}
	}
	return nil
}

// profileBase are the directories beside which a profile is selected: that of the
// last main file, or of each that a flag names.
func (l *loader) profileBase(c *Config) []string {
	switch {
	case c.Flagged != "":
		return c.Dirs
	case len(c.Dirs) > 0:
		return c.Dirs[len(c.Dirs)-1:]
	}
	return []string{l.sys.WorkDir}
}

// profileLocations are the directories that may hold profiles beside dirs; the first that
// has one of a name counts.
func (l *loader) profileLocations(base merged, dirs []string) []Text {
	var locations []Text
	add := func(dir Text) {
		if !slices.ContainsFunc(locations, func(t Text) bool { return t.raw == dir.raw }) {
			locations = append(locations, dir)
		}
	}
	named := func(doc *value, dir string) {
		if v := doc.get("profiles", "base_path"); v.string() != "" {
			add(noContent(v, abs(dir, v.text)))
		}
	}
	for _, dir := range dirs {
		named(base.doc, dir)
	}
	for _, l := range base.layers {
		named(l.doc, l.dir)
	}
	for _, dir := range dirs {
		add(Literal(filepath.Join(dir, ".atmos", "profiles")))
	}
	if l.sys.ConfigHome != "" {
		add(Literal(filepath.Join(l.sys.ConfigHome, "profiles")))
	}
	for _, dir := range dirs {
		add(Literal(filepath.Join(dir, "profiles")))
	}
	return locations
}

// findProfiles returns the directories of the profiles that are called so.
func findProfiles(names []*value, locations []Text) ([]string, error) {
	var dirs []string
	if len(names) > maxReadings {
		return nil, fmt.Errorf("more than %d profiles", maxReadings)
	}
	for _, name := range names {
		i := slices.IndexFunc(locations, func(t Text) bool { return isDir(filepath.Join(t.raw, name.text)) })
		if i < 0 {
			what := fmt.Sprintf("profile %q", name.text)
			if name.shown() == "" {
				what = "the profile that " + name.place() + " names"
			}
			var places []string
			for _, t := range locations {
				places = append(places, t.String())
			}
			return nil, fmt.Errorf("%s: %w in %s", what, ErrNoProfile, strings.Join(places, ", "))
		}
		dirs = append(dirs, filepath.Join(locations[i].raw, name.text))
	}
	return dirs, nil
}

// profiles returns the directories of all profiles.
func profiles(locations []Text) []string {
	var dirs []string
	for _, location := range locations {
		entries, _ := os.ReadDir(location.raw)
		for _, e := range entries {
			if dir := filepath.Join(location.raw, e.Name()); isDir(dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// profile reads every YAML file below dir, each over its own imports, and says which could
// not be read.
func (l *loader) profile(dir string) (layers []layer, errs []error) {
	found, errs := l.below(dir, way{own: true}) // if it is in a directory of the user's
	for _, src := range found {
		imported := l.imports(src, src.doc.get("import"), l.bases(filepath.Dir(src.path), src.doc))
		for _, src := range append(imported, src) {
			layers = append(layers, layer{source: src, dir: dir, imported: true})
		}
	}
	return layers, errs
}
