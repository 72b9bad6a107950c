package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// profileNames are the profiles to select, later ones over earlier ones: the
// flag's, else those of ATMOS_PROFILE, else profiles.default (v1.216.0).
func (l *loader) profileNames(c *Config, opt Options, doc *value) []string {
	l.mapping(doc.get("profiles"), "profiles")
	for _, s := range []func() string{
		func() string { return strings.Join(opt.Profiles, ",") },
		func() string { s, _ := c.LookupEnv("ATMOS_PROFILE"); return s },
		func() string { s, _ := l.scalar(doc.get("profiles", "default"), "profiles", "default"); return s },
	} {
		if names := commaList(s()); len(names) > 0 {
			return names
		}
	}
	return nil
}

// profileLocations are the directories that hold profiles; the first that has a
// profile counts. dirs are those of the main files.
func (l *loader) profileLocations(doc *value, dirs []string) []string {
	dir := l.sys.WorkDir
	if len(dirs) > 0 {
		dir = dirs[len(dirs)-1]
	}
	locations := []string{filepath.Join(dir, ".atmos", "profiles")}
	if l.sys.ConfigHome != "" {
		locations = append(locations, filepath.Join(l.sys.ConfigHome, "profiles"))
	}
	locations = append(locations, filepath.Join(dir, "profiles"))
	if s, _ := l.scalar(doc.get("profiles", "base_path"), "profiles", "base_path"); s != "" {
		locations = slices.Insert(locations, 0, abs(dir, s))
	}
	return locations
}

// allProfileLocations are those of every main file: each may be used without the others.
func (l *loader) allProfileLocations(doc *value, dirs []string) []string {
	locations := l.profileLocations(doc, nil)
	for _, dir := range dirs {
		locations = append(locations, l.profileLocations(doc, []string{dir})...)
	}
	return lastOf(locations, func(dir string) string { return dir })
}

// selectProfiles returns the directories of the profiles called names.
func selectProfiles(names, locations []string) ([]string, error) {
	var dirs []string
	for _, name := range names {
		i := slices.IndexFunc(locations, func(dir string) bool { return isDir(filepath.Join(dir, name)) })
		if i < 0 {
			return nil, fmt.Errorf("profile %q: not found in %s", name, strings.Join(locations, ", "))
		}
		dirs = append(dirs, filepath.Join(locations[i], name))
	}
	return dirs, nil
}

// profile merges every YAML file below dir over doc, each over its own imports.
func (l *loader) profile(doc *value, dir string) (*value, error) {
	paths, err := yamlBelow(dir)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		src, err := l.source(path)
		if err != nil {
			return nil, err
		}
		bases := l.bases(filepath.Dir(path), src.doc.get("base_path"))
		imported, err := l.imports(path, src.doc.get("import"), bases)
		if err != nil {
			return nil, err
		}
		for _, src := range append(imported, src) {
			l.declare(src, true)
			doc = l.lay(doc, src)
		}
	}
	return doc, nil
}

// elsewhere returns the names that profiles declare which are not selected. One
// that cannot be read makes the configuration incomplete and is no error.
func (l *loader) elsewhere(locations, selected []string) []string {
	var names []string
	for _, location := range locations {
		profiles, _ := os.ReadDir(location)
		for _, p := range profiles {
			dir := filepath.Join(location, p.Name())
			if !isDir(dir) || slices.Contains(selected, dir) {
				continue
			}
			aside := &loader{sys: l.sys, gitRoot: l.gitRoot, sources: l.sources}
			doc, err := aside.profile(nil, dir)
			if err != nil {
				l.incomplete = append(l.incomplete, fmt.Sprintf("profile %q: %v", p.Name(), err))
				continue
			}
			for _, section := range []string{"providers", "identities", "integrations"} {
				for _, e := range aside.mapping(doc.get("auth", section), "auth", section) {
					names = append(names, e.name)
				}
			}
			for _, err := range aside.errs {
				l.incomplete = append(l.incomplete, fmt.Sprintf("profile %q: %v", p.Name(), err))
			}
			l.incomplete = append(l.incomplete, aside.incomplete...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
