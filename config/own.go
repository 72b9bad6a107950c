package config

import (
	"slices"
	"strconv"
	"strings"
)

// word reads what the user's own files say; doc holds nothing else. Only what stands
// there itself counts: a YAML function may bring in what somebody else wrote.
func word(doc *value, lookupEnv func(string) (string, bool)) Own {
	literal := func(keys ...string) string {
		if v := doc.get(keys...); v != nil && v.computed == "" {
			return v.string()
		}
		return ""
	}
	own := Own{
		Telemetry: Telemetry{Endpoint: literal("settings", "telemetry", "endpoint"), Token: literal("settings", "telemetry", "token")},
		Logs:      Logs{Level: literal("logs", "level"), File: literal("logs", "file")},
		env:       map[string]string{},
	}
	for name, v := range variables(doc) {
		if v.kind == text && v.computed == "" {
			own.env[name] = v.text
		}
	}
	path, ok := lookupEnv(keyringPath)
	if !ok {
		path = own.env[keyringPath]
	}
	for _, path := range []string{path, literal("auth", "keyring", "spec", "path")} {
		if path != "" && !slices.Contains(own.KeyringPaths, path) {
			own.KeyringPaths = append(own.KeyringPaths, path)
		}
	}
	return own
}

// optsOut says whether a file switches telemetry off, in whatever words.
func optsOut(doc *value) bool {
	v := doc.get("settings", "telemetry")
	if v != nil && v.kind == mapping {
		v = v.get("enabled")
	}
	return v != nil && v.kind != null && (v.kind != text || !truth(v.text))
}

func truth(s string) bool {
	on, err := strconv.ParseBool(s)
	return on && err == nil || strings.EqualFold(s, "on") || strings.EqualFold(s, "yes")
}

const (
	keyringPath = "ATMOS_KEYRING_FILE_PATH"
	realmName   = "ATMOS_AUTH_REALM"
	profileName = "ATMOS_PROFILE"
	basePath    = "ATMOS_BASE_PATH"
)

// variables returns the ATMOS_* in the env block of doc that are texts, or not known. Atmos
// takes an env block that is no mapping for an empty one.
func variables(doc *value) map[string]*value {
	env := map[string]*value{}
	if block := doc.get("env"); block != nil {
		for _, e := range block.entries {
			if strings.HasPrefix(e.name, "ATMOS_") && (e.value.kind == text || e.value.kind == unknown) {
				env[e.name] = e.value
			}
		}
	}
	return env
}

// claim notes what a project says of where things are. What the user's own files say is
// no claim. A place that is not known is a gap.
func (d *decoder) claim(c *Config, doc *value) {
	add := func(claims *[]Claim, setting string, v *value) {
		if v != nil && v.kind == unknown && !d.quiet { // other profiles may be for other machines
			d.miss(Gap{At: v.at.String(), What: setting + ": " + v.text})
		}
		if v == nil || v.kind != text || v.text == "" || v.at.own && v.computed == "" {
			return
		}
		same := func(c Claim) bool { return c.Setting == setting && c.Path.raw == v.text }
		if !slices.ContainsFunc(*claims, same) {
			*claims = append(*claims, Claim{setting, textOf(v)})
		}
	}
	env := variables(doc)
	for _, name := range []string{"ATMOS_XDG_CONFIG_HOME", "ATMOS_XDG_DATA_HOME", "ATMOS_XDG_CACHE_HOME"} {
		add(&c.Claims.XDG, name, env[name])
	}
	add(&c.Claims.Keyrings, keyringPath, env[keyringPath])
	add(&c.Claims.Keyrings, "auth.keyring.spec.path", doc.get("auth", "keyring", "spec", "path"))
}
