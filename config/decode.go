package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A decoder reads values into Config and notes what it finds on the way.
type decoder struct {
	warnings   []string
	incomplete []string
	errs       []error
	noted      map[string]bool
}

// note says whether s is news.
func (d *decoder) note(s string) bool {
	if d.noted[s] {
		return false
	}
	if d.noted == nil {
		d.noted = map[string]bool{}
	}
	d.noted[s] = true
	return true
}

func (d *decoder) warn(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); d.note(s) {
		d.warnings = append(d.warnings, s)
	}
}

// miss warns of something that may have declared more.
func (d *decoder) miss(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); d.note(s) {
		d.warnings = append(d.warnings, s)
		d.incomplete = append(d.incomplete, s)
	}
}

// wrong notes an error: v, which stands at path, is not what it should be. The
// first few are enough.
func (d *decoder) wrong(v *value, path []string, want, got string) {
	if s := fmt.Sprintf("%s: %s: want %s, not %s", v.at, dotted(path), want, got); len(d.errs) < 10 && d.note(s) {
		d.errs = append(d.errs, errors.New(s))
	}
}

// finish hands the notes to c and returns the errors, or nil.
func (d *decoder) finish(c *Config) error {
	c.Warnings = d.warnings
	c.Incomplete = d.incomplete
	return errors.Join(d.errs...)
}

// mapping returns the entries of v, which stands at path.
func (d *decoder) mapping(v *value, path ...string) []entry {
	switch {
	case v == nil:
	case v.kind == mapping:
		return v.entries
	case v.kind == unknown && holdsNames(path):
		d.miss("%s: %s: %s", v.at, dotted(path), v.text)
	case v.kind == unknown:
		d.warn("%s: %s: %s", v.at, dotted(path), v.text)
	case v.kind == text || v.kind == list:
		d.wrong(v, path, mapping.String(), v.kind.String())
	}
	return nil
}

// holdsNames says whether the mapping at path may declare names, or lead to more.
func holdsNames(path []string) bool {
	return path[0] == "env" || path[0] == "profiles" || path[0] == "auth" && len(path) <= 2
}

// scalar returns the text of v, which stands at path, and whether it is known.
func (d *decoder) scalar(v *value, path ...string) (s string, known bool) {
	switch {
	case v == nil:
	case v.kind == text:
		return v.text, true
	case v.kind == unknown && v.empty && path[0] != "auth":
	case v.kind == unknown:
		d.warn("%s: %s: %s", v.at, dotted(path), v.text)
		return "", false
	case v.kind == mapping || v.kind == list:
		d.wrong(v, path, text.String(), v.kind.String())
	}
	return "", true
}

// texts returns the texts of a list, or of a text that separates them by commas.
func (d *decoder) texts(v *value, path ...string) []*value {
	var texts []*value
	switch {
	case v == nil:
	case v.kind == list:
		for _, item := range v.items {
			if item.kind == unknown {
				d.miss("%s: %s: %s", item.at, dotted(path), item.text)
			} else if s, _ := d.scalar(item, path...); s != "" {
				texts = append(texts, item)
			}
		}
	case v.kind == unknown:
		d.miss("%s: %s: %s", v.at, dotted(path), v.text)
	default:
		s, _ := d.scalar(v, path...)
		for part := range strings.SplitSeq(s, ",") {
			if part = strings.TrimSpace(part); part != "" {
				texts = append(texts, textValue(v.at, part))
			}
		}
	}
	return texts
}

// An object is a mapping with keys that are known beforehand.
type object struct {
	d          *decoder
	v          *value
	path       []string
	unresolved []string
}

func (d *decoder) object(v *value, path ...string) *object {
	d.mapping(v, path...)
	return &object{d: d, v: v, path: path}
}

// text returns the text under keys, or the empty text.
func (o *object) text(keys ...string) string {
	v := o.v
	for i, key := range keys {
		if v == nil || v.kind != mapping {
			if v != nil && v.kind != null {
				o.d.mapping(v, slices.Concat(o.path, keys[:i])...)
				if v.kind == unknown {
					o.unresolved = append(o.unresolved, strings.Join(keys, "."))
				}
			}
			return ""
		}
		v = v.get(key)
	}
	if v != nil && v.kind == text {
		return v.text
	}
	s, known := o.d.scalar(v, slices.Concat(o.path, keys)...)
	if !known {
		o.unresolved = append(o.unresolved, strings.Join(keys, "."))
	}
	return s
}

// boolean returns the truth value under key, or nil where it is not set.
func (o *object) boolean(key string) *bool {
	s := o.text(key)
	if s == "" {
		return nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		o.d.wrong(o.v.get(key), append(slices.Clone(o.path), key), "true or false", strconv.Quote(s))
		return nil
	}
	return &b
}

// config reads doc into c, but for the identities.
func (d *decoder) config(c *Config, doc *value) {
	auth := d.object(doc.get("auth"), "auth")
	c.Auth.Realm = auth.text("realm")
	if slices.Contains(auth.unresolved, "realm") {
		d.incomplete = append(d.incomplete, "auth.realm")
	}
	c.Auth.Keyring = Keyring{
		Type:        auth.text("keyring", "type"),
		Path:        auth.text("keyring", "spec", "path"),
		PasswordEnv: auth.text("keyring", "spec", "password_env"),
	}
	for _, e := range d.mapping(doc.get("auth", "providers"), "auth", "providers") {
		if e.value.kind != unset {
			c.Auth.Providers = append(c.Auth.Providers, d.provider(e))
		}
	}
	for _, e := range d.mapping(doc.get("auth", "integrations"), "auth", "integrations") {
		if e.value.kind != unset {
			c.Auth.Integrations = append(c.Auth.Integrations, d.integration(e))
		}
	}
	logs := d.object(doc.get("logs"), "logs")
	c.Logs = Logs{Level: logs.text("level"), File: logs.text("file")}
	d.mapping(doc.get("settings"), "settings")
	telemetry := d.object(doc.get("settings", "telemetry"), "settings", "telemetry")
	c.Telemetry = Telemetry{
		Enabled:  telemetry.boolean("enabled"),
		Endpoint: telemetry.text("endpoint"),
		Token:    telemetry.text("token"),
	}
}

func (d *decoder) provider(e entry) Provider {
	o := d.object(e.value, "auth", "providers", e.name)
	p := Provider{
		Name:     e.name,
		Kind:     o.text("kind"),
		StartURL: o.text("start_url"),
		Region:   o.text("region"),
		BasePath: o.text("spec", "files", "base_path"),
		Driver:   o.text("driver"),
	}
	p.Unresolved = o.unresolved
	return p
}

func (d *decoder) identity(e entry) Identity {
	o := d.object(e.value, "auth", "identities", e.name)
	id := Identity{
		Name:            e.name,
		Kind:            o.text("kind"),
		Via:             o.via(),
		AccessKeyInFile: o.text("credentials", "access_key_id") != "",
	}
	if b := o.boolean("default"); b != nil {
		id.Default = *b
	}
	return id
}

func (o *object) via() Via {
	return Via{Provider: o.text("via", "provider"), Identity: o.text("via", "identity")}
}

func (d *decoder) integration(e entry) Integration {
	o := d.object(e.value, "auth", "integrations", e.name)
	registry := func(key string) string { return o.text("spec", "registry", key) }
	cluster := func(key string) string { return o.text("spec", "cluster", key) }
	in := Integration{
		Name: e.name,
		Kind: o.text("kind"),
		Via:  o.via(),
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
			KubeconfigPath: o.text("spec", "cluster", "kubeconfig", "path"),
		},
	}
	in.Unresolved = o.unresolved
	return in
}

// envBlock returns the ATMOS_* of the env block of doc.
func (d *decoder) envBlock(doc *value) map[string]string {
	env := map[string]string{}
	for _, e := range d.mapping(doc.get("env"), "env") {
		if !strings.HasPrefix(e.name, "ATMOS_") || e.value.kind == unset {
			continue
		}
		if s, known := d.scalar(e.value, "env", e.name); known {
			env[e.name] = s
		}
	}
	return env
}

func dotted(path []string) string {
	names := make([]string, len(path))
	for i, s := range path {
		names[i] = printable(s)
	}
	return strings.Join(names, ".")
}

// printable is s, quoted if it could play tricks on a terminal.
func printable(s string) string {
	if q := strconv.Quote(s); strings.ContainsRune(q, '\\') || s == "" {
		return q
	}
	return s
}
