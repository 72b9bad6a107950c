package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxNotes is how many warnings, and how many gaps, are kept: the first ones tell enough.
const maxNotes = 100

// A decoder turns values into what Config says and notes what it finds on the way.
// Nothing that a value says is an error: Atmos is as lenient.
type decoder struct {
	warnings []string
	gaps     []Gap
	quiet    bool // what is decoded is not selected: nobody is warned of it
	realm    Text // ATMOS_AUTH_REALM of the process
}

func (d *decoder) warn(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if !d.quiet && len(d.warnings) < maxNotes && !slices.Contains(d.warnings, s) {
		d.warnings = append(d.warnings, s)
	}
}

// miss notes a gap, and warns of it.
func (d *decoder) miss(g Gap) {
	if len(d.gaps) < maxNotes && !slices.Contains(d.gaps, g) {
		d.gaps = append(d.gaps, g)
		d.warn("%s", g)
	}
}

// missAny notes a gap that may hold anything.
func (d *decoder) missAny(at fmt.Stringer, format string, args ...any) {
	d.miss(Gap{At: at.String(), What: fmt.Sprintf(format, args...), Names: true, Realm: true})
}

// missErr notes that files could not be read: an error begins with its place.
func (d *decoder) missErr(errs ...error) {
	for _, err := range errs {
		at, what, _ := strings.Cut(err.Error(), ": ")
		d.missAny(file(at), "%s", what)
	}
}

// A file is a place in a message.
type file string

func (f file) String() string { return string(f) }

// mapping returns the entries of v, which stands at path and may declare names or
// lead to more. What is no mapping is a gap, unless it is empty.
func (d *decoder) mapping(v *value, path ...string) []entry {
	if v.isEmpty() {
		return nil
	}
	if v.kind != mapping {
		d.miss(Gap{At: v.at.String(), What: strings.Join(path, ".") + ": " + v.unfit(mapping), Names: true, Realm: len(path) == 1})
	}
	return v.entries
}

// texts returns the texts of a list, or of a text that separates them by commas. What is
// neither is a gap.
func (d *decoder) texts(v *value, what string) (texts []*value) {
	switch {
	case v.isEmpty():
	case v.kind == list:
		for _, item := range v.items {
			if item.kind == text && item.text != "" {
				texts = append(texts, item)
			} else if !item.isEmpty() {
				d.missAny(item.at, "%s: %s", what, item.unfit(text))
			}
		}
	case v.kind == text:
		for _, part := range commaList(v.text) {
			texts = append(texts, textValue(v.at, part, v.computed))
		}
	default:
		d.missAny(v.at, "%s: %s", what, v.unfit(text))
	}
	return texts
}

// An object is a mapping with keys that are known beforehand.
type object struct {
	d          *decoder
	v          *value
	dotted     bool // a key of via may have a dot, as releases before v1.216.0 read identities
	unresolved []string
}

// value returns what stands under keys if it is text. What is not known, or is no text,
// is noted.
func (o *object) value(keys ...string) *value {
	v := o.v
	for i := 0; ; i++ {
		switch {
		case v.isEmpty():
			return nil
		case v.kind == mapping && i < len(keys):
			v = v.get(keys[i])
			continue
		case v.kind == text && i == len(keys):
			return v
		}
		want := text
		if i < len(keys) {
			want = mapping
		}
		why := v.unfit(want)
		if i > 0 {
			why = strings.Join(keys[:i], ".") + ": " + why
		}
		o.d.warn("%s: %s", v.at, why)
		o.unresolved = append(o.unresolved, strings.Join(keys, "."))
		return nil
	}
}

// text returns a text of which nothing is ever printed, or the empty text.
func (o *object) text(keys ...string) string { return o.value(keys...).string() }

// may returns a text that may come out of a YAML function.
func (o *object) may(keys ...string) Text { return textOf(o.value(keys...)) }

func textOf(v *value) Text {
	if v == nil {
		return Text{}
	}
	return Text{raw: v.text, place: v.place(), computed: v.computed != ""}
}

// kind returns the kind. One that a YAML function gave counts only if it has the form of one.
func (o *object) kind() string {
	v := o.value("kind")
	if v == nil || v.computed == "" || isKind(v.text) {
		return v.string()
	}
	o.d.warn("%s: kind: not one that is known", v.at)
	o.unresolved = append(o.unresolved, "kind")
	return ""
}

func isKind(s string) bool {
	cloud, name, _ := strings.Cut(s, "/")
	return slices.Contains([]string{"aws", "azure", "gcp", "github", "atmos", "mock", "ambient", "kubernetes"}, cloud) &&
		len(name) <= 32 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") == ""
}

func (o *object) via() Via {
	var via Via
	via.Provider = o.link(&via, "provider")
	via.Identity = o.link(&via, "identity")
	return via
}

func (o *object) link(via *Via, key string) string {
	v := o.value("via", key)
	if d := o.v.get("via." + key); o.dotted && d != nil && d.kind == text {
		v = d
	}
	if v == nil {
		return ""
	}
	if v.computed != "" {
		via.Place = v.place()
	}
	return v.written // as names are
}

// namePlace is where a name stands that a YAML function gave.
func (e entry) namePlace() string {
	if !e.computed {
		return ""
	}
	return e.value.place()
}

// auth reads the auth block of doc but for the identities.
func (d *decoder) auth(doc *value) Auth {
	var auth Auth
	d.mapping(doc.get("auth"), "auth")
	keyring := object{d: d, v: doc.get("auth", "keyring")}
	auth.Keyring = Keyring{Type: keyring.text("type"), PasswordEnv: keyring.text("spec", "password_env")}
	for _, e := range d.mapping(doc.get("auth", "providers"), "auth", "providers") {
		if e.value.kind != unset {
			auth.Providers = append(auth.Providers, d.provider(e))
		}
	}
	for _, e := range d.mapping(doc.get("auth", "integrations"), "auth", "integrations") {
		if e.value.kind != unset {
			auth.Integrations = append(auth.Integrations, d.integration(e))
		}
	}
	return auth
}

func (d *decoder) provider(e entry) Provider {
	o := object{d: d, v: e.value}
	p := Provider{
		Name:     e.name,
		Place:    e.namePlace(),
		Kind:     o.kind(),
		StartURL: o.may("start_url"),
		Region:   o.may("region"),
	}
	var tags decoder // what is no tag is no gap
	for _, tag := range tags.texts(e.value.get("tags"), "tags") {
		p.Tags = append(p.Tags, textOf(tag))
	}
	if len(tags.gaps) > 0 {
		o.unresolved = append(o.unresolved, "tags")
	}
	p.Unresolved = o.unresolved
	return p
}

func (o *object) identity(e entry) *Identity {
	id := &Identity{
		Name:            e.name,
		Place:           e.namePlace(),
		Kind:            o.kind(),
		Via:             o.via(),
		AccessKeyInFile: o.text("credentials", "access_key_id") != "",
	}
	id.Default, _ = strconv.ParseBool(o.v.get("default").string())
	id.Unresolved = o.unresolved
	return id
}

func (d *decoder) integration(e entry) Integration {
	o := object{d: d, v: e.value}
	registry := func(key string) string { return o.text("spec", "registry", key) }
	cluster := func(key string) string { return o.text("spec", "cluster", key) }
	in := Integration{
		Name:  e.name,
		Place: e.namePlace(),
		Kind:  o.kind(),
		Via:   o.via(),
		Registry: Registry{
			AccountID: registry("account_id"),
			Region:    registry("region"),
			Name:      registry("name"),
			TenantID:  registry("tenant_id"),
		},
		Cluster: Cluster{
			Name:           cluster("name"),
			Region:         cluster("region"),
			ResourceGroup:  cluster("resource_group"),
			SubscriptionID: cluster("subscription_id"),
			ProjectID:      cluster("project_id"),
			Location:       cluster("location"),
			Alias:          cluster("alias"),
			KubeconfigPath: o.may("spec", "cluster", "kubeconfig", "path"),
		},
	}
	in.Unresolved = o.unresolved
	return in
}

// printable is s, quoted if it could play tricks on a terminal.
func printable(s string) string {
	if q := strconv.Quote(s); strings.ContainsRune(q, '\\') || s == "" {
		return q
	}
	return s
}
