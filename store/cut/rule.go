package cut

import (
	"bytes"
	"strings"
	"time"
)

// The two files of an AWS directory.
const (
	CredentialsFile = "credentials"
	ConfigFile      = "config"
)

// A Scope says what of an AWS file may go beside the sections of a removal set.
type Scope int

// The scopes, from the narrowest.
const (
	// SectionsOnly: the sections, never [default]. For places that Atmos itself never wrote to.
	SectionsOnly Scope = iota
	// OwnSections: the sections; the file goes when it has no content any more.
	OwnSections
	// ChainsFile: the sections; the file goes when no named section remains.
	// What stands in no section, and an undeclared [default], are the provider's.
	ChainsFile
	// WholeDirectory: everything but the sections of declared names outside the set.
	WholeDirectory
)

// A Rule says which sections of an AWS file go.
type Rule struct {
	Remove   map[string]bool // names whose sections go, in every spelling
	Declared map[string]bool // declared names outside the set, in every spelling
	Scope    Scope
}

// Apply cuts the sections that the rule names out of an AWS file, by line, each
// with the comment that Atmos puts directly above it. It is pure. name is
// [CredentialsFile] or [ConfigFile]. Comments directly above the header of
// another section are that section's.
func (r Rule) Apply(name string, data []byte) Cut {
	c := Cut{ValidUntil: make(map[string]time.Time)}
	preamble, sections := split(name, data)
	c.Data = append(c.Data, preamble...)
	others := false // a section that keeps the file
	listed := make(map[string]bool, len(sections))
	for _, s := range sections {
		first := !listed[s.name]
		listed[s.name] = true
		if r.takes(s.name) {
			c.Data = append(c.Data, s.above...)
			if first {
				c.Removed = append(c.Removed, s.name)
			}
			if !s.expires.IsZero() {
				c.ValidUntil[s.name] = s.expires
			}
			continue
		}
		c.Data = append(append(append(c.Data, s.above...), s.stamp...), s.body...)
		if first {
			c.Kept = append(c.Kept, s.name)
		}
		others = others || !isDefault(s.name) || r.Declared[s.name]
	}
	switch r.Scope {
	case SectionsOnly, OwnSections:
		c.Empty = len(c.Removed) > 0 && len(c.Kept) == 0 && len(bytes.TrimSpace(c.Data)) == 0
	case ChainsFile, WholeDirectory:
		c.Empty = !others
	}
	if c.Empty {
		c.Removed = append(c.Removed, c.Kept...) // an undeclared [default] goes with the file
		c.Data, c.Kept = nil, nil
	}
	return c
}

func (r Rule) takes(name string) bool {
	switch r.Scope {
	case SectionsOnly:
		return r.Remove[name] && !isDefault(name)
	case WholeDirectory:
		return r.Remove[name] || !r.Declared[name]
	default:
		return r.Remove[name]
	}
}

func isDefault(name string) bool { return strings.EqualFold(name, "default") }

// A section is a part of an INI file. The parts of a file put together again
// are the file.
type section struct {
	name    string
	above   []byte // comments directly above the header that are not Atmos's
	stamp   []byte // the comment with the expiry that Atmos puts directly above the header
	body    []byte // the header and what follows, up to the next section
	expires time.Time
}

// split takes an AWS credentials or config file apart, as gopkg.in/ini.v1, with
// which Atmos writes it, would read it.
func split(name string, data []byte) (preamble []byte, sections []section) {
	var lines [][]byte
	for line := range bytes.Lines(data) {
		lines = append(lines, line)
	}
	start := 0 // of the part that is being collected
	flush := func(end int) {
		part := bytes.Join(lines[start:end], nil)
		if len(sections) == 0 {
			preamble = part
		} else {
			sections[len(sections)-1].body = part
		}
		start = end
	}
	for i, line := range lines {
		title, ok := oldHeader(line)
		if !ok {
			continue
		}
		if name == ConfigFile {
			title = profile(title)
		}
		stamp := i
		expires, ok := oldExpiration(lines, i-1)
		if ok {
			stamp = i - 1
		}
		above := stamp
		for above > start && isComment(lines[above-1]) {
			above--
		}
		flush(above)
		sections = append(sections, section{
			name:    title,
			above:   bytes.Join(lines[above:stamp], nil),
			stamp:   bytes.Join(lines[stamp:i], nil),
			expires: expires,
		})
		start = i
	}
	flush(len(lines))
	return preamble, sections
}

// oldHeader reads the title in a section header. As in ini.v1 it goes up to the
// last bracket, but a comment behind it is not part of it.
func oldHeader(line []byte) (title string, ok bool) {
	text := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	if len(text) == 0 || text[0] != '[' {
		return "", false
	}
	end := bytes.LastIndexByte(text, ']')
	if first := bytes.IndexByte(text, ']'); first >= 0 {
		if isComment(text[first+1:]) {
			end = first
		}
	}
	if end < 0 {
		return "", false
	}
	return strings.TrimSpace(string(text[1:end])), true
}

// profile is the name in the title of a section of a config file, where all
// but the default one read "profile <name>".
func profile(title string) string {
	rest, ok := strings.CutPrefix(title, "profile")
	if name := strings.TrimLeft(rest, " \t"); ok && name != rest {
		return strings.Trim(name, `"'`)
	}
	return title
}

// oldExpiration reads the comment of line i if it is the one of Atmos:
// "; atmos: expiration=<RFC 3339>" (pkg/auth/cloud/aws/files.go since v1.196.0).
func oldExpiration(lines [][]byte, i int) (expires time.Time, ok bool) {
	if i < 0 || !isComment(lines[i]) {
		return time.Time{}, false
	}
	words := strings.Fields(strings.TrimLeft(string(bytes.TrimSpace(lines[i])), ";# \t"))
	if len(words) == 0 || words[0] != "atmos:" {
		return time.Time{}, false
	}
	for _, word := range words[1:] {
		if value, found := strings.CutPrefix(word, "expiration="); found {
			expires, _ = time.Parse(time.RFC3339, value)
			return expires, true
		}
	}
	return time.Time{}, false
}
