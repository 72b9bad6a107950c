package config

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// syntaxError says where in data the parser stopped. yaml.v3 knows at best the
// line, and for some errors only the line where the block around it begins.
func syntaxError(from *origin, data []byte, err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if _, scanErr := fmt.Sscanf(msg, "line %d:", &line); scanErr == nil {
		_, msg, _ = strings.Cut(msg, ": ")
	}
	at := lineStart(data, line)
	switch {
	case strings.HasPrefix(msg, "did not find expected key"), strings.HasPrefix(msg, "did not find expected '-'"):
		if !from.rough {
			at = firstBadLine(data, line+1)
		}
	case strings.HasPrefix(msg, "did not find expected ',' or"),
		strings.HasPrefix(msg, "did not find expected node content"),
		strings.HasPrefix(msg, "did not find expected <document start>"):
		at = lineStart(data, line+1) // yaml.v3 counts these from 0
	case strings.HasPrefix(msg, "unknown anchor '"):
		anchor, _, _ := strings.Cut(strings.TrimPrefix(msg, "unknown anchor '"), "'")
		at = max(bytes.Index(data, []byte("*"+anchor)), 0)
		msg = "unknown anchor" // the file may be a link to what is no configuration: it is not quoted
	case strings.HasPrefix(msg, "control characters"):
		at = max(bytes.IndexFunc(data, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }), 0)
	}
	before := data[:at]
	pos := position{from, 1 + bytes.Count(before, []byte("\n")), at - bytes.LastIndexByte(before, '\n')}
	if from.aside {
		msg = "not YAML"
	}
	return fmt.Errorf("%s: %s", pos, msg)
}

// lineStart is the offset of the first character in a line that is not blank.
func lineStart(data []byte, line int) int {
	at := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	for at < len(data) && (data[at] == ' ' || data[at] == '\t') {
		at++
	}
	return at
}

// firstBadLine is where the first line begins that cannot follow the lines
// above it. It is not looked for in large files.
func firstBadLine(data []byte, fallback int) int {
	const large = 64 << 10
	if len(data) > large {
		return lineStart(data, fallback)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	n := sort.Search(len(lines), func(n int) bool {
		var doc yaml.Node
		err := yaml.Unmarshal(bytes.Join(lines[:n+1], nil), &doc)
		return err != nil && strings.Contains(err.Error(), "did not find expected") && !strings.Contains(err.Error(), "' or '")
	})
	return lineStart(data, n+1)
}
