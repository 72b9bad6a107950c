package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// provisions reads what Atmos wrote into provisioned-identities.yaml of each
// provider (v1.200.0), if it stems from the provider's present start URL.
func (l *loader) provisions(providers []Provider) []*value {
	var found []*value
	if l.sys.CacheHome == "" {
		return nil
	}
	l.provisioned = nil
	if l.provisionedDirs == nil { // looked at once, however many readings and providers there are
		l.provisionedDirs = map[string]bool{}
		entries, _ := os.ReadDir(filepath.Join(l.sys.CacheHome, "auth"))
		for _, e := range entries {
			l.provisionedDirs[e.Name()] = true
		}
	}
	for _, p := range providers {
		dir := strings.NewReplacer("/", "_", `\`, "_").Replace(p.Name)
		for _, dir := range slices.Compact([]string{strings.ToLower(dir), dir}) {
			path := filepath.Join(l.sys.CacheHome, "auth", dir, "provisioned-identities.yaml")
			if !l.provisionedDirs[dir] || !exists(path) {
				continue
			}
			if ids := l.identitiesOf(p, path); ids != nil {
				found = append(found, ids)
				break
			}
		}
	}
	return found
}

// identitiesOf returns the identities in the file at path, or nil with a warning.
func (l *loader) identitiesOf(p Provider, path string) *value {
	src, err := l.source(path, way{})
	if err != nil {
		at, what, _ := strings.Cut(err.Error(), ": ")
		l.miss(Gap{At: at, What: what, Names: true})
		return nil
	}
	from := src.doc.get("auth", "_metadata", "extra", "start_url")
	portal := func(url string) string { return strings.TrimRight(url, "/#") }
	if s := from.string(); s != "" && p.StartURL.raw != "" && portal(s) != portal(p.StartURL.raw) {
		l.warn("%s: identities of another start URL than the provider's", from.at)
		return nil
	}
	ids := src.doc.get("auth", "identities")
	if ids == nil || ids.kind != mapping {
		return nil
	}
	l.provisioned = append(l.provisioned, src.file)
	return ids
}
