package cut

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/ini.v1"
)

// asLibrary reads a file with the package that Atmos uses: what is in which
// section.
func asLibrary(data []byte) (map[string]map[string]string, error) {
	f, err := ini.Load(data)
	if err != nil {
		return nil, err
	}
	all := make(map[string]map[string]string)
	for _, s := range f.Sections() {
		all[s.Name()] = s.KeysHash()
	}
	return all, nil
}

// asOurs reads a file as this package does, in the library's terms: a value is
// only known to be there or not.
func asOurs(data []byte) (map[string]map[string]bool, error) {
	pieces, err := scan(data)
	if err != nil {
		return nil, err
	}
	name := ini.DefaultSection
	all := map[string]map[string]bool{name: {}}
	count := make(map[string]int)
	for _, p := range pieces {
		switch p.kind {
		case headerPiece:
			name = p.text
			count[name] = 0
			if all[name] == nil {
				all[name] = make(map[string]bool)
			}
		case keyPiece:
			if p.text == "-" {
				count[name]++
				p.text = fmt.Sprint("#", count[name])
			}
			all[name][p.text] = !p.empty
		case blankPiece, commentPiece:
		}
	}
	return all, nil
}

// differs tells whether a file is one of which we know better than the library.
func differs(data []byte) bool {
	lone := strings.ReplaceAll(string(data), "\r\n", "")
	return strings.Contains(lone, "\r") || unreadable(data) != nil
}

// FuzzINI: the library and we see the same sections and keys, and refuse the
// same files. A section that is cut is gone for the library, and every other
// has its keys and values.
func FuzzINI(f *testing.F) {
	for _, s := range []string{
		"; atmos: expiration=2027-11-22T14:45:20Z\n[deep-role]\naws_access_key_id     = ASIA1\n\n[prod-admin]\nx = 2\n",
		"[a]\nk = \"\"\"one\n[b]\ntwo\"\"\" ; c\n[b]\nk = `x\n[a]\n`y\n",
		"[a]\nk = one \\\n[b]\n[c]\nk = \\\n\n[d]\nk = \\",
		"k = 1\n[a]\nk: \"\" ; x\nl = ''\nm = # n\n\"q=\" = 1\n`r:` : 2\n\"\"\"s\"\"\" = 3\n- = 4\n- = 5\n",
		"\ufeff; atmos: expiration=x\r\n[a]\r\nk = \"\"\"\"\r\n",
		"[a] ; [b]\n[ c ]\n[]]\n[DEFAULT]\nk=\n[a]\nk = v # \"\"\"\n",
		"[a", "[]", "k", "= v", "\"\" = v", "\"k = v", "k = \"\"\"v", "k = `", "k = \"\"\"", "\"\"\"\"\"\"=", "\u00a0[a]\u0085\v\nk\f=\u00a0\n",
	} {
		f.Add([]byte(s), "a")
	}
	f.Fuzz(func(t *testing.T, data []byte, gone string) {
		if differs(data) {
			_, _ = ReadAWS(data, Credentials)
			return
		}
		want, wantErr := asLibrary(data)
		got, err := asOurs(data)
		if err != nil && strings.Contains(err.Error(), "backslash behind") {
			return // the library's releases differ
		}
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("of %q: %v; the library: %v", data, err, wantErr)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(filled(want), got); diff != "" {
			t.Fatalf("of %q (-library +ours):\n%s", data, diff)
		}
		if gone == ini.DefaultSection || gone == "" {
			return // the library does not tell the two apart
		}
		c, err := AWSSections{Headers: []string{gone}}.Apply(data)
		if err != nil {
			t.Fatal(err)
		}
		after, err := asLibrary(c.Data)
		delete(want, gone)
		if diff := cmp.Diff(want, after); diff != "" || err != nil {
			t.Fatalf("%q became %q, %v:\n%s", data, c.Data, err, diff)
		}
	})
}

func filled(all map[string]map[string]string) map[string]map[string]bool {
	known := make(map[string]map[string]bool)
	for section, keys := range all {
		known[section] = make(map[string]bool)
		for name, value := range keys {
			known[section][name] = value != ""
		}
	}
	return known
}

// A carriage return alone ends a line, in the same file with others, too.
func TestCarriageReturns(t *testing.T) {
	const text = "; top\n; atmos: expiration=x\n[a]\nk = \"\"\"one\n[b]\n\"\"\"\n[b]\nl = 2 \\\n3\n"
	for _, end := range []string{"\r", "\r\n"} {
		want, err := asOurs([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		data := []byte(strings.ReplaceAll(text, "\n", end))
		for _, data := range [][]byte{data, append(data, text...), append([]byte(text), data...)} {
			got, err := asOurs(data)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("of %q: %v\n%s", data, err, diff)
			}
		}
		c, err := AWSSections{Headers: []string{"a"}}.Apply(data)
		if rest := strings.ReplaceAll("; top\n[b]\nl = 2 \\\n3\n", "\n", end); string(c.Data) != rest || err != nil {
			t.Errorf("%q is left, %v; want %q", c.Data, err, rest)
		}
	}
}

// The pieces of a file put together again are the file.
func FuzzPieces(f *testing.F) {
	f.Add([]byte("\ufeff; c\r[a]\r\rk = \"\"\"x\ny\"\"\"\r\nz = \\\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		pieces, err := scan(data)
		if err != nil {
			return
		}
		at := len(data) - len(bytes.TrimPrefix(data, byteOrderMark()))
		for _, p := range pieces {
			if p.from != at || p.to <= p.from {
				t.Fatalf("of %q: %+v begins at %d", data, p, at)
			}
			at = p.to
		}
		if at != len(data) {
			t.Fatalf("of %q: ends at %d", data, at)
		}
		parts, err := readAWS(data, Credentials)
		if err != nil {
			t.Fatal(err)
		}
		at = 0
		for _, s := range parts {
			if s.from < at || s.to <= s.from || s.to > len(data) {
				t.Fatalf("of %q: %+v after %d", data, s, at)
			}
			at = s.to
		}
	})
}
