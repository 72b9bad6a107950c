package cut

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// A piece is what an INI file is made of: a line, or several if a value goes on.
type piece struct {
	span
	line  int // the number of the first one
	kind  pieceKind
	text  string // of a header what is between the brackets, of a key its name, of a comment all of it
	empty bool   // of a key: it has no value
}

type pieceKind int

const (
	blankPiece pieceKind = iota
	commentPiece
	headerPiece
	keyPiece
)

// scan takes an INI file apart as gopkg.in/ini.v1, with which Atmos reads and
// writes it, does with its default options. What that package refuses is
// refused here. There is one difference: a carriage return alone ends a line,
// as it does for the AWS command line. An error gives the line, never its text.
func scan(data []byte) ([]piece, error) {
	if err := unreadable(data); err != nil {
		return nil, err
	}
	s := scanner{data: data, at: len(data) - len(bytes.TrimPrefix(data, byteOrderMark()))}
	pieces := make([]piece, 0, bytes.Count(data, []byte("\n"))+1)
	for s.at < len(data) {
		p := piece{span: span{from: s.at}, line: s.line + 1}
		if err := s.read(&p); err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
		p.to = s.at
		pieces = append(pieces, p)
	}
	return pieces, nil
}

// unreadable tells why a file cannot be read by lines at all.
func unreadable(data []byte) error {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return errors.New("in UTF-16")
	case bytes.IndexByte(data, 0) >= 0:
		return errors.New("not a text file, or in UTF-16")
	case bytes.HasPrefix(bytes.TrimLeftFunc(data, unicode.IsSpace), []byte("$ANSIBLE_VAULT")):
		return errors.New("encrypted with ansible-vault")
	}
	return nil
}

// A scanner has read the lines before at.
type scanner struct {
	data []byte
	at   int
	line int // how many lines that are
}

// next reads a line with its end; nothing at the end of the file.
func (s *scanner) next() []byte {
	rest := s.data[s.at:]
	end := bytes.IndexAny(rest, "\r\n") + 1
	switch {
	case end == 0:
		end = len(rest)
	case rest[end-1] == '\r' && end < len(rest) && rest[end] == '\n':
		end++
	}
	s.at += end
	s.line++
	return rest[:end]
}

// read reads the next piece.
func (s *scanner) read(p *piece) error {
	line := bytes.TrimLeftFunc(s.next(), unicode.IsSpace)
	switch {
	case len(line) == 0:
		return nil
	case isComment(line):
		p.kind, p.text = commentPiece, string(line)
		return nil
	case line[0] == '[':
		end := bytes.LastIndexByte(line, ']')
		if end < 2 {
			return errors.New("a section without a name or a closing bracket")
		}
		p.kind, p.text = headerPiece, string(line[1:end])
		return nil
	}
	name, value, err := cutKey(string(line))
	if err != nil {
		return err
	}
	p.kind, p.text = keyPiece, name
	p.empty, err = s.value(value)
	return err
}

// cutKey divides a line after the delimiter of the key, which may be quoted.
func cutKey(line string) (name, value string, err error) {
	quote := ""
	switch {
	case line[0] == '`':
		quote = "`"
	case strings.HasPrefix(line, `"""`) && len(line) > 6:
		quote = `"""`
	case line[0] == '"':
		quote = `"`
	}
	start := len(quote)
	name = line[start:]
	if quote != "" {
		end := strings.Index(name, quote)
		if end < 0 {
			return "", "", errors.New("the quotes of a key are not closed")
		}
		name = name[:end]
		start += end + len(quote)
	}
	delimiter := strings.IndexAny(line[start:], "=:")
	if delimiter < 0 {
		return "", "", errors.New("neither a comment, a section nor a key")
	}
	if quote == "" {
		name = line[:delimiter]
	}
	if name = strings.TrimSpace(name); name == "" {
		return "", "", errors.New("a key without a name")
	}
	return name, line[start+delimiter+1:], nil
}

// value reads the rest of a value, which may go on in the following lines, and
// tells whether it is empty. text begins behind the delimiter.
func (s *scanner) value(text string) (empty bool, err error) {
	text = strings.TrimLeftFunc(text, unicode.IsSpace)
	switch {
	case text == "":
		return true, nil
	case strings.HasPrefix(text, `"""`) && len(text) > 3:
		return s.quoted(text[3:], `"""`)
	case text[0] == '`':
		return s.quoted(text[1:], "`")
	}
	text = strings.TrimSpace(text)
	if strings.HasSuffix(text, `\`) {
		return s.continued(text) == "", nil
	}
	if i := strings.IndexAny(text, "#;"); i >= 0 {
		text = strings.TrimSpace(text[:i])
	}
	return text == "" || text == `""` || text == "''", nil
}

// quoted reads up to the quotes that close a value: the last ones of the first
// line that has any.
func (s *scanner) quoted(text, quotes string) (empty bool, err error) {
	if end := strings.LastIndex(text, quotes); end >= 0 {
		return end == 0, nil
	}
	for s.at < len(s.data) {
		line := string(s.next())
		switch {
		case !strings.Contains(line, quotes):
		case strings.HasSuffix(strings.TrimSpace(line), `\`):
			// The value ends here for ini.v1 v1.67.0, and goes on for v1.67.1.
			return false, errors.New("a backslash behind the quotes that close a value")
		default:
			return false, nil
		}
	}
	return false, errors.New("the quotes of a value are not closed")
}

// continued reads the lines that a backslash at the end of each goes on in.
func (s *scanner) continued(text string) string {
	var value strings.Builder
	for {
		before, more := strings.CutSuffix(text, `\`)
		value.WriteString(before)
		if !more || s.at == len(s.data) {
			return value.String()
		}
		text = strings.TrimSpace(string(s.next()))
	}
}

func isComment(line []byte) bool {
	text := bytes.TrimSpace(line)
	return len(text) > 0 && (text[0] == ';' || text[0] == '#')
}
