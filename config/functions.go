package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// evaluate evaluates a YAML function in src as Atmos does in atmos.yaml. What it
// does not evaluate is an unknown, of which whoever needs the value will warn.
func (l *loader) evaluate(src *source, at position, tag, arg string) (*value, error) {
	switch tag {
	case "!env":
		return l.evalEnv(at, arg), nil
	case "!include", "!include.raw":
		return l.include(src, at, tag, arg)
	case "!cwd":
		return textValue(at, abs(l.sys.WorkDir, arg)), nil
	case "!repo-root", "!git.root":
		if root := l.gitRoot; root != "" {
			return textValue(at, root), nil
		}
		if arg != "" {
			return textValue(at, arg), nil
		}
		return unknownValue(at, tag+": not in a git repository"), nil
	case "!exec":
		return unknownValue(at, "!exec is never run"), nil
	}
	return unknownValue(at, tag+" is not evaluated"), nil
}

// evalEnv evaluates !env NAME [default].
func (l *loader) evalEnv(at position, arg string) *value {
	words := splitWords(arg)
	if len(words) == 0 {
		return unknownValue(at, "!env without a name")
	}
	if s, ok := l.sys.LookupEnv(words[0]); ok {
		return textValue(at, strings.TrimSpace(s))
	}
	if len(words) > 1 {
		return textValue(at, strings.TrimSpace(strings.Join(words[1:], " ")))
	}
	v := unknownValue(at, fmt.Sprintf("!env %s: not set", printable(words[0])))
	v.empty = true
	return v
}

// include evaluates !include FILE [.path]. What it includes is data: functions
// in it are plain text.
func (l *loader) include(src *source, at position, tag, arg string) (*value, error) {
	words := splitWords(arg)
	unknown := func(why string) (*value, error) {
		return unknownValue(at, fmt.Sprintf("%s %s: %s", tag, printable(arg), why)), nil
	}
	switch {
	case len(words) == 0:
		return unknown("no file")
	case isRemote(words[0]):
		return unknown("remote, not fetched")
	case len(words) > 2 || len(words) == 2 && strings.ContainsAny(words[1], "|[]() "):
		return unknown("queries are not evaluated")
	}
	path := l.includePath(src.path, words[0])
	if path == "" {
		return unknown("not found")
	}
	data, file, err := l.read(path)
	if err != nil {
		return nil, err
	}
	src.included = append(src.included, file)
	v, err := l.data(at, path, tag, data)
	if err != nil || len(words) == 1 || v.kind == null {
		return v, err
	}
	keys := strings.FieldsFunc(strings.ToLower(words[1]), func(r rune) bool { return r == '.' })
	if v = v.get(keys...); v == nil {
		return &value{at: at, size: 1}, nil
	}
	return v, nil
}

// includePath is where name, included by the file at path, is found; or empty.
func (l *loader) includePath(path, name string) string {
	dir := filepath.Dir(path)
	dirs := []string{dir, l.sys.WorkDir}
	if slices.Contains([]string{"atmos.d", ".atmos.d"}, filepath.Base(dir)) {
		dirs = slices.Insert(dirs, 1, filepath.Dir(dir))
	}
	for _, dir := range dirs {
		if p := abs(dir, name); exists(p) {
			return p
		}
	}
	return ""
}

// data turns the bytes of an included file into a value, by its extension.
func (l *loader) data(at position, path, tag string, data []byte) (*value, error) {
	if tag == "!include.raw" {
		return textValue(at, string(data)), nil
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".yaml", ".yml", ".json":
		root, err := parseYAML(l.display(path), data)
		if err != nil {
			return nil, err
		}
		p := parser{file: l.display(path), eval: func(at position, _, arg string) (*value, error) {
			return textValue(at, arg), nil
		}}
		return p.value(root, nil)
	case ".env":
		return dotenv(l.display(path), string(data)), nil
	case ".toml", ".hcl", ".tf", ".tfvars":
		return unknownValue(at, fmt.Sprintf("%s %s: %s is not read", tag, l.display(path), ext)), nil
	}
	return textValue(at, string(data)), nil
}

// dotenv reads lines NAME=value; values may be quoted.
func dotenv(file, data string) *value {
	v := &value{kind: mapping, at: position{file, 1, 1}, size: 1}
	line := 0
	for s := range strings.Lines(data) {
		line++
		name, text, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(s), "export "), "=")
		if name = strings.TrimSpace(name); !ok || strings.HasPrefix(name, "#") {
			continue
		}
		text = strings.TrimSpace(text)
		if quote := strings.IndexAny(text, `"'`); quote == 0 {
			if end := strings.IndexByte(text[1:], text[0]); end >= 0 {
				text = text[1 : 1+end]
			}
		} else if i := strings.Index(text, " #"); i >= 0 {
			text = strings.TrimSpace(text[:i])
		}
		v.entries = append(v.entries, entry{name, strings.ToLower(name), textValue(position{file, line, 1}, text)})
		v.size++
	}
	v.entries = lastOf(v.entries, func(e entry) string { return e.name })
	return v
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
