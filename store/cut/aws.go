package cut

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// A Format is one of the two forms of an AWS file.
type Format int

// The formats. In a config file all sections but the default one read
// "profile <name>" (pkg/auth/cloud/aws/files.go since v1.194.0).
const (
	Credentials Format = iota
	Config
)

func (f Format) String() string {
	if f == Config {
		return "config"
	}
	return "credentials"
}

// A Section is a part of an AWS file that can go by itself.
type Section struct {
	// Header is what is between the brackets, byte for byte. It is empty for the
	// keys before the first section, which have no other.
	Header string
	// Name is whose the section is: an identity's or a profile's. It is empty if
	// Atmos writes no such section, as [sso-session x] or [services x].
	Name string
	Line int // the number of the line with the header, or with the first key

	Stamped  bool      // the comment of Atmos is directly above the header
	Expires  time.Time // as that comment says; zero if it says no time
	HasToken bool      // there is a session token
	HasKey   bool      // there is an access key and no session token: it is a long-lived one
}

// Session tells whether this is a session that ends by itself: a section with
// Atmos's stamp or with a session token.
func (s Section) Session() bool { return s.Stamped || s.HasToken }

// String names the section for people.
func (s Section) String() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Header != "":
		return "[" + s.Header + "]"
	}
	return "keys before the first section"
}

// ReadAWS returns the sections of an AWS file in their order, those of one name
// each for itself. It takes what gopkg.in/ini.v1 takes, with which Atmos writes
// these files. The error says why the content is no AWS file, and in which line.
func ReadAWS(data []byte, format Format) ([]Section, error) {
	parts, err := readAWS(data, format)
	sections := make([]Section, len(parts))
	for i, p := range parts {
		sections[i] = p.Section
	}
	return sections, err
}

// A part is a section and where it is: from the stamp, or else the header, to
// the last line.
type part struct {
	Section
	span
}

func readAWS(data []byte, format Format) ([]part, error) {
	pieces, err := scan(data)
	if err != nil {
		return nil, fmt.Errorf("not an AWS %s file: %w", format, err)
	}
	var parts []part
	for i, p := range pieces {
		switch p.kind {
		case headerPiece:
			parts = append(parts, begin(pieces, i, format))
		case keyPiece:
			if len(parts) == 0 {
				parts = append(parts, part{Section{Line: p.line}, p.span})
			}
			parts[len(parts)-1].add(p)
		case blankPiece, commentPiece:
		}
		if len(parts) > 0 {
			parts[len(parts)-1].to = p.to
		}
	}
	trimComments(parts, pieces)
	return parts, nil
}

// begin returns the section whose header is piece i.
func begin(pieces []piece, i int, format Format) part {
	p := pieces[i]
	s := part{Section{Header: p.text, Name: sectionName(p.text, format), Line: p.line}, p.span}
	if i == 0 || pieces[i-1].kind != commentPiece {
		return s
	}
	if s.Expires, s.Stamped = expiration(pieces[i-1].text); s.Stamped {
		s.from = pieces[i-1].from
	}
	return s
}

// add takes note of a key. AWS's own programs read the names of keys without
// regard to case, and the older name of the session token.
func (s *Section) add(p piece) {
	if p.empty {
		return
	}
	switch strings.ToLower(p.text) {
	case "aws_session_token", "aws_security_token":
		s.HasToken, s.HasKey = true, false
	case "aws_access_key_id", "aws_secret_access_key":
		s.HasKey = !s.HasToken
	}
}

// trimComments ends each section before the comments directly above the header
// of the next one: they are that one's.
func trimComments(parts []part, pieces []piece) {
	at := len(pieces)
	for i := len(parts) - 2; i >= 0; i-- {
		for pieces[at-1].from >= parts[i+1].from {
			at--
		}
		for pieces[at-1].kind == commentPiece {
			at--
		}
		parts[i].to = pieces[at].from
	}
}

// sectionName is whose a section with this header is. A comment behind the
// bracket is not part of it, although ini.v1 reads up to the last bracket.
func sectionName(title string, format Format) string {
	if name, rest, ok := strings.Cut(title, "]"); ok && isComment([]byte(rest)) {
		title = name
	}
	title = strings.TrimSpace(title)
	if format == Credentials || strings.EqualFold(title, "default") {
		return title
	}
	rest, ok := strings.CutPrefix(title, "profile")
	name := strings.TrimLeft(rest, " \t")
	if !ok || name == rest {
		return ""
	}
	return strings.Trim(name, `"'`)
}

// expiration reads a comment if it is the one of Atmos:
// "; atmos: expiration=<RFC 3339>" (pkg/auth/cloud/aws/files.go since v1.196.0).
func expiration(text string) (expires time.Time, ok bool) {
	words := strings.Fields(strings.TrimLeft(text, ";# \t"))
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

// AWSSections cuts sections out of an AWS file, each with the stamp of Atmos
// above it. Removed and Kept name the sections as [Section.String] does, each
// name once in either.
type AWSSections struct {
	Format Format
	// Headers are those of the sections that go, whatever is in them.
	Headers []string
	// Sessions are those of the sections that go if they are sessions (see
	// [Section.Session]): one that was replaced by a long-lived key stays.
	Sessions []string
}

// Apply implements [Cutter].
func (a AWSSections) Apply(data []byte) (Cut, error) {
	parts, err := readAWS(data, a.Format)
	if err != nil {
		return Cut{}, err
	}
	always, sessions := setOf(a.Headers), setOf(a.Sessions)
	var removed, kept names
	var edits []edit
	for _, s := range parts {
		if always[s.Header] || s.Session() && sessions[s.Header] {
			edits = append(edits, edit{span: s.span})
			removed.add(s.String())
		} else {
			kept.add(s.String())
		}
	}
	rest := rewrite(data, edits)
	nothing := len(bytes.TrimSpace(bytes.TrimPrefix(rest, byteOrderMark()))) == 0
	return Cut{Data: rest, Removed: removed.list, Kept: kept.list, Empty: nothing}, nil
}
