package config

import (
	"path/filepath"
	"slices"
	"strings"
)

// provisions reads what Atmos wrote into provisioned-identities.yaml of each
// provider (v1.200.0), if it stems from the provider's present start URL.
func (l *loader) provisions(providers []Provider) []provision {
	var found []provision
	if l.sys.CacheHome == "" {
		return nil
	}
	for _, p := range providers {
		dir := strings.NewReplacer("/", "_", `\`, "_").Replace(p.Name)
		for _, dir := range slices.Compact([]string{strings.ToLower(dir), dir}) {
			path := filepath.Join(l.sys.CacheHome, "auth", dir, "provisioned-identities.yaml")
			if dir == "." || dir == ".." || !exists(path) {
				continue
			}
			if ids := l.provisioned(p, path); ids != nil {
				found = append(found, provision{p.Name, ids})
				break
			}
		}
	}
	return found
}

// provisioned returns the identities in the file at path, or nil with a warning.
func (l *loader) provisioned(p Provider, path string) *value {
	src, err := l.source(path)
	if err != nil {
		l.miss("%v", err)
		return nil
	}
	v := src.doc.get("auth", "_metadata", "extra", "start_url")
	from, _ := l.scalar(v, "auth", "_metadata", "extra", "start_url")
	if from != "" && strings.TrimRight(from, "/#") != strings.TrimRight(p.StartURL, "/#") {
		l.warn("%s: provider %s: identities of another start URL, %s", v.at, printable(p.Name), printable(from))
		return nil
	}
	ids := src.doc.get("auth", "identities")
	if ids == nil || ids.kind != mapping {
		return nil
	}
	l.files = slices.Insert(l.files, 0, src.file)
	return ids
}
