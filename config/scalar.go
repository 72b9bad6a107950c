package config

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"

	"gopkg.in/yaml.v3"
)

// decoded is the text that Atmos makes of a scalar: it is a number or a truth value
// first where YAML says so, and mapstructure makes text of that.
func decoded(n *yaml.Node) string {
	switch n.Tag {
	case "!!bool", "!!int", "!!float":
	default:
		return n.Value
	}
	var x any
	if n.Decode(&x) != nil {
		return n.Value
	}
	switch x := x.(type) {
	case bool:
		if x {
			return "1"
		}
		return "0"
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case int, int64, uint64:
		return fmt.Sprint(x)
	}
	return n.Value
}

// joinSurrogates replaces \ud83d\ude00, as JSON writes what is beyond 16 bits, by the
// escape that YAML has for it. It is nil if there is none.
func joinSurrogates(data []byte) []byte {
	const length = len(`\ud83d\ude00`)
	var joined []byte
	start := 0
	for i := 0; i+length <= len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		high, ok := unicodeEscape(data[i:])
		if !ok {
			i++ // what is escaped is no escape
			continue
		}
		low, _ := unicodeEscape(data[i+length/2:])
		if r := utf16.DecodeRune(high, low); r != '\uFFFD' {
			joined = fmt.Appendf(append(joined, data[start:i]...), `\U%08X`, r)
			start = i + length
			i = start - 1
		}
	}
	if start == 0 {
		return nil
	}
	return append(joined, data[start:]...)
}

// unicodeEscape reads \uXXXX at the beginning of data.
func unicodeEscape(data []byte) (rune, bool) {
	if !bytes.HasPrefix(data, []byte(`\u`)) || len(data) < 6 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(data[2:6]), 16, 16)
	return rune(n), err == nil
}
