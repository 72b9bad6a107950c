package cut

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/credclean/credclean/config"
)

// DockerRegistry returns the key under auths of a Docker config.json that an
// integration writes. It is a bare host name, in no other spelling
// (pkg/auth/cloud/aws/ecr.go @v1.203.0, ecr_public.go @v1.221.0,
// pkg/auth/cloud/azure/acr.go @v1.226.0); the one of ECR ends in amazonaws.com
// in every partition. It is not ok if the integration is of another kind, or
// what the name is made of is not known.
func DockerRegistry(i config.Integration) (registry string, ok bool) {
	r := i.Registry
	switch {
	case i.Kind == "aws/ecr" && r.AccountID != "" && r.Region != "":
		return r.AccountID + ".dkr.ecr." + r.Region + ".amazonaws.com", true
	case i.Kind == "aws/ecr-public":
		return "public.ecr.aws", true
	case i.Kind == "azure/acr" && r.Name != "":
		return r.Name + ".azurecr.io", true
	}
	return "", false
}

// DockerLogins are the logins that go from a Docker config.json.
type DockerLogins struct {
	Registries map[string]bool // by the key under auths, see [DockerRegistry]
}

// Apply cuts the logins out of a Docker config.json, every spelling and
// repetition of a key, and leaves every other byte as it is. It is pure. An empty
// entry stays: it holds nothing, and marks a login that the docker command
// itself put into a credential store and will want to log out from. The error names
// what is not as it should be; then nothing is cut.
func (d DockerLogins) Apply(data []byte) (Cut, error) {
	text := bytes.TrimPrefix(data, byteOrderMark())
	if len(bytes.TrimSpace(text)) == 0 {
		return Cut{Data: data}, nil // docker takes an empty file for one without logins
	}
	before, err := d.read(text)
	if err != nil {
		return Cut{}, fmt.Errorf("docker config: %w", err)
	}
	if len(before.edits) == 0 {
		return Cut{Data: data}, nil
	}
	rest := rewrite(text, before.edits)
	after, err := d.read(rest)
	if err != nil || len(after.edits) > 0 || !slices.Equal(before.kept, after.kept) {
		return Cut{}, errors.New("docker config: the logins cannot be cut without touching something else")
	}
	head := data[:len(data)-len(text)]
	return Cut{Data: slices.Concat(head, rest), Removed: before.removed}, nil
}

// dockerConfig is a Docker config.json taken apart.
type dockerConfig struct {
	edits   []edit
	removed []string // the registries that go, each once
	kept    []string // every other member, by name and value, in the order of the file
}

func (d DockerLogins) read(text []byte) (dockerConfig, error) {
	if err := json.Unmarshal(text, new(json.RawMessage)); err != nil {
		return dockerConfig{}, err
	}
	top, ok := parseObject(text, 0)
	if !ok {
		return dockerConfig{}, errors.New("not an object")
	}
	var c dockerConfig
	for _, m := range top.members {
		if m.name != "auths" || string(m.value) == "null" {
			c.kept = append(c.kept, m.name, string(m.value))
			continue
		}
		auths, ok := parseObject(m.value, m.to-len(m.value))
		if !ok {
			return dockerConfig{}, errors.New("auths is not an object")
		}
		var items []span
		gone := make([]bool, len(auths.members))
		for i, login := range auths.members {
			items = append(items, login.span)
			gone[i] = d.Registries[login.name] && !isEmptyObject(login.value)
			switch {
			case !gone[i]:
				c.kept = append(c.kept, "auths", login.name, string(login.value))
			case !slices.Contains(c.removed, login.name):
				c.removed = append(c.removed, login.name)
			}
		}
		c.edits = append(c.edits, cutItems(auths.inner, items, gone)...)
	}
	return c, nil
}

func isEmptyObject(value []byte) bool {
	var v map[string]json.RawMessage
	return json.Unmarshal(value, &v) == nil && len(v) == 0
}

// An object is one of JSON and where it stands in a file.
type object struct {
	inner   span // between the braces
	members []member
}

// A member of an object spans the name and the value.
type member struct {
	span
	name  string
	value []byte
}

// parseObject takes valid JSON apart. It is not ok if that is not an object.
// The spans count from the start of the file, where text stands at offset.
func parseObject(text []byte, offset int) (o object, ok bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return object{}, false
	}
	at := int(d.InputOffset())
	o.inner = span{offset + at, offset + bytes.LastIndexByte(text, '}')}
	for d.More() {
		at += bytes.IndexByte(text[at:], '"')
		name, err := d.Token()
		var value json.RawMessage
		if err := errors.Join(err, d.Decode(&value)); err != nil {
			return object{}, false
		}
		end := int(d.InputOffset())
		o.members = append(o.members, member{span{offset + at, offset + end}, fmt.Sprint(name), value})
		at = end
	}
	_, err := d.Token()
	return o, err == nil || errors.Is(err, io.EOF)
}

// A span is a range of bytes of a file.
type span struct{ from, to int }

// An edit puts text in the place of a span.
type edit struct {
	span
	text string
}

// cutItems cuts items out of a list with commas between them: each with one
// comma and the white space between the two, and with the last one all that
// stands between the brackets.
func cutItems(inner span, items []span, gone []bool) []edit {
	if !slices.Contains(gone, true) {
		return nil
	}
	first := slices.Index(gone, false) // the first that stays
	if first < 0 {
		return []edit{{span: inner}}
	}
	var edits []edit
	for i := range items {
		switch {
		case !gone[i]:
		case i < first:
			edits = append(edits, edit{span: span{items[i].from, items[i+1].from}})
		default:
			edits = append(edits, edit{span: span{items[i-1].to, items[i].to}})
		}
	}
	return edits
}

// rewrite applies edits that do not overlap.
func rewrite(text []byte, edits []edit) []byte {
	sorted := slices.SortedFunc(slices.Values(edits), func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	at := 0
	for _, e := range sorted {
		out = append(append(out, text[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, text[at:]...)
}

func byteOrderMark() []byte { return []byte("\ufeff") }
