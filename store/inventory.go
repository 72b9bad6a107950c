package store

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"

	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// A Find is something at one of the locations, whoever's it is.
type Find struct {
	Location Location
	Place    disk.Place // of AWSFiles: the directory
	// Words are what the path was filled with, as far as it tells.
	Words Words
	Dir   bool
}

// FindAll finds everything that lies at any of the locations, for any name
// and realm. The error tells what could not be looked at.
func FindAll(f *disk.Files, roots Roots) ([]Find, error) {
	var found []Find
	var errs []error
	for _, l := range Locations() {
		pattern := l.pattern()
		start := disk.Place{Root: roots[l.Under], Path: l.Fixed()}
		if start.Path == "" {
			start.Path = "."
		}
		seen := make(map[disk.Place]bool)
		err := f.Walk(start, func(p disk.Place, info fs.FileInfo) bool {
			if l.Under == Config && (p.Path == "profiles" || p.Path == "kube") {
				return false
			}
			if m := pattern.FindStringSubmatch(p.Path); m != nil {
				hit := Find{Location: l, Place: p, Words: l.words(pattern, m), Dir: info.IsDir()}
				if l.Kind == AWSFiles {
					hit.Place, hit.Dir = p.Dir(), true
				}
				if !seen[hit.Place] {
					seen[hit.Place] = true
					found = append(found, hit)
				}
				return false
			}
			return l.Under != Temp
		})
		errs = append(errs, disk.IgnoreAbsent(err))
	}
	return found, errors.Join(errs...)
}

// pattern matches the paths that Fill makes.
func (l Location) pattern() *regexp.Regexp {
	text := regexp.QuoteMeta(l.Path)
	// The realm may be missing, and with it the slash or nothing but itself.
	text = strings.NewReplacer(
		`\{realm\}/`, `(?:(?P<realm>[a-z0-9_-]+)/)?`, `-\{realm\}`, `-(?P<realm>[a-z0-9_]*)`,
		`\{name\}`, `(?P<name>.+?)`, `\{root\}`, `(?P<root>.+?)`,
		`\{flat\}`, `(?P<name>[^/]+?)`, `\{safe\}`, `(?P<name>[^/]+)`, `\{plain\}`, `(?P<name>[^/]+)`,
		`\{portal\}`, `[0-9a-f]{40}`, `\{console\}`, `[0-9a-f]{16}`,
	).Replace(text)
	if l.Kind == AWSFiles {
		text += "/(?:" + cut.CredentialsFile + "|" + cut.ConfigFile + ")"
	}
	return regexp.MustCompile("^" + text + "$")
}

func (l Location) words(pattern *regexp.Regexp, match []string) Words {
	word := func(name string) string {
		if i := pattern.SubexpIndex(name); i >= 0 {
			return match[i]
		}
		return ""
	}
	return Words{Name: word("name"), Root: word("root"), Realm: word("realm")}
}
