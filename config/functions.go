package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// evaluate evaluates a YAML function in src as Atmos does in atmos.yaml. What it
// does not evaluate is an unknown, of which whoever needs the value will warn.
func (l *loader) evaluate(src *source, at position, tag, arg string) *value {
	switch tag {
	case "!env":
		return l.evalEnv(at, arg)
	case "!include", "!include.raw":
		return l.include(src, at, tag, arg)
	case "!cwd":
		return textValue(at, abs(l.sys.WorkDir, arg), tag)
	case "!repo-root", "!git.root":
		if root := l.gitRoot; root != "" {
			return textValue(at, root, tag)
		}
		if arg != "" {
			return textValue(at, arg, tag)
		}
		return unknownValue(at, tag+": not in a git repository")
	case "!exec":
		return unknownValue(at, "!exec is never run")
	}
	return unknownValue(at, tag+" is not evaluated")
}

// evalEnv evaluates !env NAME [default].
func (l *loader) evalEnv(at position, arg string) *value {
	words := splitWords(arg)
	if len(words) == 0 {
		return unknownValue(at, "!env without a name")
	}
	if s, ok := l.sys.LookupEnv(words[0]); ok {
		return textValue(at, strings.TrimSpace(s), "!env")
	}
	if len(words) > 1 {
		return textValue(at, strings.TrimSpace(strings.Join(words[1:], " ")), "!env")
	}
	return unknownValue(at, fmt.Sprintf("!env %s: not set", printable(words[0])))
}

// include evaluates !include FILE [.path]. What it includes is data: functions
// in it are plain text.
func (l *loader) include(src *source, at position, tag, arg string) *value {
	words := splitWords(arg)
	because := func(why error) *value {
		return unknownValue(at, fmt.Sprintf("%s %s: %v", tag, printable(public(arg)), why))
	}
	path, err := l.includePath(src, words, at.own)
	if err != nil {
		return because(err)
	}
	c, err := l.read(path)
	if err != nil {
		return because(err)
	}
	src.included = append(src.included, File{path, c.sha256})
	if tag == "!include.raw" {
		if c.text == "" {
			c.text = string(c.data)
		}
		return textValue(at, c.text, tag)
	}
	v, ok := l.includes[c.same]
	if !ok {
		v = l.data(at, path, c.data)
		l.includes[c.same] = v
	}
	if len(words) == 2 && v.kind == mapping {
		for key := range strings.FieldsFuncSeq(strings.ToLower(words[1]), func(r rune) bool { return r == '.' }) {
			if v == nil || v.kind == unknown {
				break
			}
			v = v.get(key)
		}
	}
	switch {
	case v == nil:
		return &value{at: at, size: 1}
	case v.kind == unknown:
		return because(errors.New(v.text))
	case v.kind == text:
		return textValue(at, v.text, tag)
	}
	return v
}

// includePath is where the file is that src includes, or why it is not read.
func (l *loader) includePath(src *source, words []string, own bool) (string, error) {
	switch {
	case len(words) == 0:
		return "", errors.New("no file")
	case isRemote(words[0]):
		return "", errors.New("remote, not fetched")
	case src.remote, isUNC(words[0]) && !own:
		return "", errors.New("is on another machine")
	case len(words) > 2 || len(words) == 2 && strings.ContainsAny(words[1], "|[]() "):
		return "", errors.New("queries are not evaluated")
	}
	dir := filepath.Dir(src.path)
	dirs := []string{l.sys.WorkDir, dir}
	if slices.Contains([]string{"atmos.d", ".atmos.d"}, filepath.Base(dir)) {
		dirs = append(dirs, filepath.Dir(dir))
	}
	for _, dir := range dirs {
		if p := abs(dir, words[0]); exists(p) {
			return p, nil
		}
	}
	return "", errors.New("not found")
}

// data turns the bytes of an included file into a value, by its extension. That of an
// unknown is a reason that quotes nothing.
func (l *loader) data(at position, path string, data []byte) *value {
	const tag = "!include"
	from := &origin{file: l.display(path), aside: true}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".yaml", ".yml", ".json":
		root, err := parseYAML(from, data)
		if err != nil {
			return &value{kind: unknown, at: at, text: err.Error(), size: 1}
		}
		p := parser{origin: from, computed: tag, eval: func(at position, _, arg string) *value { return textValue(at, arg, tag) }}
		v, err := p.parse(root, []string{"-", "-", "-"}) // not the root of a configuration
		if err != nil {
			return &value{kind: unknown, at: at, text: err.Error(), size: 1}
		}
		return v
	case ".env":
		return assignments(from, string(data))
	case ".tfvars", ".hcl":
		return flatHCL(from, string(data))
	case ".toml", ".tf":
		return &value{kind: unknown, at: at, text: ext + " is not read", size: 1}
	}
	return textValue(at, string(data), tag)
}

// assignments reads lines name = value; values may be quoted.
func assignments(from *origin, data string) *value {
	v := &value{kind: mapping, at: position{from, 1, 1}, computed: "!include", size: 1}
	line := 0
	for s := range strings.Lines(data) {
		line++
		name, right, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(s), "export "), "=")
		if name = strings.TrimSpace(name); ok && !strings.HasPrefix(name, "#") {
			v.assign(name, textValue(position{from, line, 1}, unquote(strings.TrimSpace(right)), v.computed))
		}
	}
	v.entries = lastOf(v.entries, func(e entry) string { return e.name })
	return v
}

// assign adds an entry that an include gave.
func (v *value) assign(name string, to *value) {
	v.entries = append(v.entries, entry{name, strings.ToLower(name), to, true})
	v.size++
}

// flatHCL reads lines name = value where the value is a string without templates and escapes,
// or a whole number. What else stands there is not known; a file with blocks, comments in the
// middle or texts of several lines is not read at all.
func flatHCL(from *origin, data string) *value {
	v := &value{kind: mapping, at: position{from, 1, 1}, computed: "!include", size: 1}
	notRead := func(at position) *value {
		return &value{kind: unknown, at: at, text: "what stands there is not read", size: 1}
	}
	quoted, comment := regexp.MustCompile(`"(\\.|[^"\\])*"`), regexp.MustCompile(`(#|//).*`)
	attribute := regexp.MustCompile(`^([\pL_][\pL\pN_-]*)\s*=\s*(.*)$`)
	plain := regexp.MustCompile(`^("([^"\\$%]|[$%][^"\\{])*"|0|[1-9][0-9]{0,17})\s*((#|//).*)?$`)
	line, depth := 0, 0
	for s := range strings.Lines(data) {
		line++
		s = strings.TrimSpace(s)
		code := strings.TrimSpace(comment.ReplaceAllString(quoted.ReplaceAllString(s, ""), ""))
		if strings.Contains(code, "/*") || strings.Contains(code, "<<") || strings.Contains(code, `"`) {
			return notRead(v.at)
		}
		inside := depth > 0
		for _, r := range code {
			switch r {
			case '(', '[', '{':
				depth++
			case ')', ']', '}':
				depth--
			}
		}
		if inside || code == "" {
			continue
		}
		at := position{from, line, 1}
		switch m := attribute.FindStringSubmatch(s); {
		case m == nil:
			return notRead(v.at)
		case plain.MatchString(m[2]):
			v.assign(m[1], textValue(at, unquote(m[2]), v.computed))
		default:
			v.assign(m[1], notRead(at))
		}
	}
	return v
}

// unquote takes quotes or a comment off a value.
func unquote(s string) string {
	if quote := strings.IndexAny(s, `"'`); quote == 0 {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : 1+end]
		}
	}
	if i := strings.Index(s, " #"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	return s
}

// splitWords splits s at blanks outside quotes.
func splitWords(s string) []string {
	var words []string
	for {
		s = strings.TrimSpace(s)
		if s == "" {
			return words
		}
		if s[0] == '"' || s[0] == '\'' {
			if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
				words = append(words, s[1:1+end])
				s = s[end+2:]
				continue
			}
		}
		word, rest, _ := strings.Cut(s, " ")
		words = append(words, word)
		s = rest
	}
}
