package cut_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store/cut"
)

func setOf(names ...string) map[string]bool {
	set := make(map[string]bool)
	for _, n := range names {
		set[n] = true
	}
	return set
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// As Atmos writes it: keys aligned, no empty line at the end.
const (
	deep = `; atmos: expiration=2027-11-22T14:45:20Z
[deep-role]
aws_access_key_id     = ASIAEXAMPLE1
aws_secret_access_key = secret-1
aws_session_token     = session-1

`
	prod = `; atmos: expiration=2027-11-22T14:45:40Z
[prod-admin]
aws_access_key_id     = ASIAEXAMPLE2
aws_secret_access_key = secret-2
aws_session_token     = session-2
`
	standard = "[default]\naws_access_key_id = ASIAEXAMPLE3\n\n"
)

// odd is a section that nobody would write, each line another way to go wrong.
const odd = "; this comment is the section's\n" +
	"# and so is this one\n" +
	"  [ odd one ]  ; [deep-role]\n" +
	"aws_access_key_id=ASIAEXAMPLE4   ; not aligned\n" +
	"\taws_secret_access_key   =   secret#4;5  \n" +
	"key = [deep-role]\n" +
	"s3 =\n" +
	"    addressing_style = path\n" +
	"novalue\n" +
	"empty =\n" +
	"\n" +
	"; in the middle\n" +
	"quoted = \"[deep-role]\"\t\n"

func TestApply(t *testing.T) {
	deepOnly := setOf("deep-role")
	for _, tt := range []struct {
		name string
		file string // empty for credentials
		rule cut.Rule
		data string
		want cut.Cut
	}{
		{
			name: "one of two, the first",
			rule: cut.Rule{Remove: deepOnly, Declared: setOf("prod-admin"), Scope: cut.ChainsFile},
			data: deep + prod,
			want: cut.Cut{
				Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "one of two, the last",
			rule: cut.Rule{Remove: setOf("prod-admin"), Declared: deepOnly, Scope: cut.ChainsFile},
			data: deep + prod,
			want: cut.Cut{
				Data: []byte(deep), Removed: []string{"prod-admin"}, Kept: []string{"deep-role"},
				ValidUntil: map[string]time.Time{"prod-admin": at("2027-11-22T14:45:40Z")},
			},
		},
		{
			name: "neither",
			rule: cut.Rule{Remove: setOf("dev"), Declared: setOf("prod-admin"), Scope: cut.ChainsFile},
			data: deep + prod,
			want: cut.Cut{Data: []byte(deep + prod), Kept: []string{"deep-role", "prod-admin"}},
		},
		{
			name: "both, so the file goes",
			rule: cut.Rule{Remove: setOf("prod-admin", "deep-role"), Scope: cut.ChainsFile},
			data: deep + prod,
			want: cut.Cut{
				Empty: true, Removed: []string{"deep-role", "prod-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z"), "prod-admin": at("2027-11-22T14:45:40Z")},
			},
		},
		{
			name: "the name of a section is taken as it is",
			rule: cut.Rule{Remove: setOf("Deep-Role", "deep", "role", "deep-role ", "eep-rol"), Scope: cut.OwnSections},
			data: deep,
			want: cut.Cut{Data: []byte(deep), Kept: []string{"deep-role"}},
		},

		// What goes beside the sections, from the narrowest scope to the widest.
		{
			name: "[default] is never Atmos's where it did not write",
			rule: cut.Rule{Remove: setOf("default", "Default", "deep-role"), Scope: cut.SectionsOnly},
			data: standard + "[Default]\nx = 1\n" + deep,
			want: cut.Cut{
				Data: []byte(standard + "[Default]\nx = 1\n"), Removed: []string{"deep-role"}, Kept: []string{"default", "Default"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "sections only: a file that had nothing else goes",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.SectionsOnly},
			data: deep + "\n \t\r\n",
			want: cut.Cut{
				Empty: true, Removed: []string{"deep-role"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "sections only: an empty file stays",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.SectionsOnly},
			data: "\n",
			want: cut.Cut{Data: []byte("\n")},
		},
		{
			name: "own sections: an identity called default",
			rule: cut.Rule{Remove: setOf("default"), Scope: cut.OwnSections},
			data: standard + prod,
			want: cut.Cut{Data: []byte(prod), Removed: []string{"default"}, Kept: []string{"prod-admin"}},
		},
		{
			name: "own sections: an undeclared [default] stays",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: standard + deep,
			want: cut.Cut{
				Data: []byte(standard), Removed: []string{"deep-role"}, Kept: []string{"default"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "own sections: what stands before the first section stays",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "; by hand\n\n" + deep,
			want: cut.Cut{
				Data: []byte("; by hand\n\n"), Removed: []string{"deep-role"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "own sections: an empty file stays",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			want: cut.Cut{},
		},
		{
			name: "a chain's file goes with what stands in no section and an undeclared [default]",
			rule: cut.Rule{Remove: deepOnly, Declared: setOf("prod-admin"), Scope: cut.ChainsFile},
			data: "aws_secret_access_key = secret-0\n" + standard + deep,
			want: cut.Cut{
				Empty: true, Removed: []string{"deep-role", "default"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "a chain's file with an undeclared [default] alone goes",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.ChainsFile},
			data: standard,
			want: cut.Cut{Empty: true, Removed: []string{"default"}},
		},
		{
			name: "a chain's file stays for a declared [default]",
			rule: cut.Rule{Remove: deepOnly, Declared: setOf("default"), Scope: cut.ChainsFile},
			data: standard + deep,
			want: cut.Cut{
				Data: []byte(standard), Removed: []string{"deep-role"}, Kept: []string{"default"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "a chain's file stays for a section that nobody declares, and so does its [default]",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.ChainsFile},
			data: "x = 1\n" + standard + deep + "[stack-admin]\nx = 2\n",
			want: cut.Cut{
				Data: []byte("x = 1\n" + standard + "[stack-admin]\nx = 2\n"), Removed: []string{"deep-role"}, Kept: []string{"default", "stack-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "a chain's empty file goes",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.ChainsFile},
			want: cut.Cut{Empty: true},
		},
		{
			name: "a whole directory: nobody's sections go, those of others stay",
			rule: cut.Rule{Remove: deepOnly, Declared: setOf("prod-admin"), Scope: cut.WholeDirectory},
			data: "x = 1\n" + standard + deep + "[stack-admin]\nx = 2\n\n" + prod,
			want: cut.Cut{
				Data: []byte("x = 1\n" + prod), Removed: []string{"default", "deep-role", "stack-admin"}, Kept: []string{"prod-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "a whole directory: the file goes",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.WholeDirectory},
			data: "x = 1\n" + prod,
			want: cut.Cut{
				Empty: true, Removed: []string{"prod-admin"},
				ValidUntil: map[string]time.Time{"prod-admin": at("2027-11-22T14:45:40Z")},
			},
		},

		// What a section is.
		{
			name: "a neighbour that nobody would write",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "top\n" + odd + deep + odd,
			want: cut.Cut{
				Data: []byte("top\n" + odd + odd), Removed: []string{"deep-role"}, Kept: []string{"odd one"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "a section that nobody would write",
			rule: cut.Rule{Remove: setOf("odd one"), Scope: cut.OwnSections},
			data: deep + odd + prod,
			want: cut.Cut{
				Data:    []byte(deep + "; this comment is the section's\n# and so is this one\n" + prod),
				Removed: []string{"odd one"}, Kept: []string{"deep-role", "prod-admin"},
			},
		},
		{
			name: "every section of the name",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: deep + prod + "[deep-role]\naws_secret_access_key = secret-old\n" + prod,
			want: cut.Cut{
				Data: []byte(prod + prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "carriage returns",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: strings.ReplaceAll("; top\n\n"+deep+prod, "\n", "\r\n"),
			want: cut.Cut{
				Data: []byte(strings.ReplaceAll("; top\n\n"+prod, "\n", "\r\n")), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "a byte order mark before the section",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "\ufeff[deep-role]\naws_secret_access_key = secret-1\n" + prod,
			want: cut.Cut{Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}},
		},
		{
			name: "a byte order mark before a neighbour",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "\ufeff[prod-admin]\nx = 1\n" + deep,
			want: cut.Cut{
				Data: []byte("\ufeff[prod-admin]\nx = 1\n"), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "no line end at the end, of what goes",
			rule: cut.Rule{Remove: setOf("prod-admin"), Scope: cut.OwnSections},
			data: deep + "[prod-admin]\nx = 1",
			want: cut.Cut{Data: []byte(deep), Removed: []string{"prod-admin"}, Kept: []string{"deep-role"}},
		},
		{
			name: "no line end at the end, of what stays",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: deep + "[prod-admin]\nx = 1",
			want: cut.Cut{
				Data: []byte("[prod-admin]\nx = 1"), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "a header and nothing else",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "[deep-role]",
			want: cut.Cut{Empty: true, Removed: []string{"deep-role"}},
		},
		{
			name: "indented, with spaces in the brackets and a comment behind",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "\t[ deep-role\t]\t# [prod-admin]\nx = 1\n" + prod,
			want: cut.Cut{Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}},
		},
		{
			name: "slashes, spaces and other letters in names",
			rule: cut.Rule{Remove: setOf("acme dev/administratoraccess", "zoë"), Scope: cut.OwnSections},
			data: "[acme dev/administratoraccess]\nx = 1\n[acme dev]\nx = 2\n[zoë]\nx = 3\n[zoe]\nx = 4\n",
			want: cut.Cut{
				Data:    []byte("[acme dev]\nx = 2\n[zoe]\nx = 4\n"),
				Removed: []string{"acme dev/administratoraccess", "zoë"}, Kept: []string{"acme dev", "zoe"},
			},
		},
		{
			name: "brackets in names",
			rule: cut.Rule{Remove: setOf("a[1]", "b]"), Scope: cut.OwnSections},
			data: "[a[1]]\nx = 1\n[a]\nx = 2\n[b]]\nx = 3\n",
			want: cut.Cut{Data: []byte("[a]\nx = 2\n"), Removed: []string{"a[1]", "b]"}, Kept: []string{"a"}},
		},
		{
			name: "a bracket that is not closed is no section",
			rule: cut.Rule{Remove: setOf("prod-admin", "nothing"), Scope: cut.OwnSections},
			data: "[deep-role]\n[prod-admin\nx = 1\n[nothing\n",
			want: cut.Cut{Data: []byte("[deep-role]\n[prod-admin\nx = 1\n[nothing\n"), Kept: []string{"deep-role"}},
		},

		// Comments above headers.
		{
			name: "a comment above the expiry stays, and one below it too",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "[a]\nx = 1\n; above\n" + deep + "# mine\n; below\n[prod-admin]\nx = 2\n",
			want: cut.Cut{
				Data: []byte("[a]\nx = 1\n; above\n# mine\n; below\n[prod-admin]\nx = 2\n"), Removed: []string{"deep-role"}, Kept: []string{"a", "prod-admin"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "comments in a section go with it",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "[deep-role]\n; rotated, was secret-0\nx = 1\n\n; secret-00\n\n" + prod,
			want: cut.Cut{Data: []byte(prod), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}},
		},
		{
			name: "the expiry as a release with another sign wrote it",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "#atmos:  region=x  expiration=2027-11-22T15:45:20+01:00 more\n[deep-role]\nx = 1\n",
			want: cut.Cut{
				Empty: true, Removed: []string{"deep-role"},
				ValidUntil: map[string]time.Time{"deep-role": at("2027-11-22T14:45:20Z")},
			},
		},
		{
			name: "an expiry that is none",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "; atmos: expiration=tomorrow\n[deep-role]\nx = 1\n",
			want: cut.Cut{Empty: true, Removed: []string{"deep-role"}},
		},
		{
			name: "an expiry that does not stand directly above is a comment",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "; atmos: expiration=2027-11-22T14:45:20Z\n\n[deep-role]\nx = 1\n",
			want: cut.Cut{Data: []byte("; atmos: expiration=2027-11-22T14:45:20Z\n\n"), Removed: []string{"deep-role"}},
		},
		{
			name: "a comment of somebody called atmosphere",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "; atmosphere: expiration=2027-11-22T14:45:20Z\n[deep-role]\nx = 1\n",
			want: cut.Cut{Data: []byte("; atmosphere: expiration=2027-11-22T14:45:20Z\n"), Removed: []string{"deep-role"}},
		},

		// The config file.
		{
			name: "profiles", file: cut.ConfigFile,
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "[profile deep-role]\nregion = us-east-1\n\n[profile\tprod-admin]\nregion = us-east-1\n",
			want: cut.Cut{Data: []byte("[profile\tprod-admin]\nregion = us-east-1\n"), Removed: []string{"deep-role"}, Kept: []string{"prod-admin"}},
		},
		{
			name: "profiles with many spaces, in quotes, with spaces and slashes", file: cut.ConfigFile,
			rule: cut.Rule{Remove: setOf("deep-role", "acme dev/admin"), Scope: cut.OwnSections},
			data: "  [ profile   deep-role ] ; x\nx = 1\n[profile \"acme dev/admin\"]\nx = 2\n[profile acme dev]\nx = 3\n",
			want: cut.Cut{Data: []byte("[profile acme dev]\nx = 3\n"), Removed: []string{"deep-role", "acme dev/admin"}, Kept: []string{"acme dev"}},
		},
		{
			name: "other sections are not profiles", file: cut.ConfigFile,
			rule: cut.Rule{Remove: setOf("corp", "deep-role"), Declared: setOf("prod"), Scope: cut.OwnSections},
			data: "[sso-session corp]\nx = 1\n[services deep-role]\nx = 2\n[profiledeep-role]\nx = 3\n",
			want: cut.Cut{
				Data: []byte("[sso-session corp]\nx = 1\n[services deep-role]\nx = 2\n[profiledeep-role]\nx = 3\n"),
				Kept: []string{"sso-session corp", "services deep-role", "profiledeep-role"},
			},
		},
		{
			name: "an identity called default has no word before it", file: cut.ConfigFile,
			rule: cut.Rule{Remove: setOf("default"), Scope: cut.OwnSections},
			data: "[default]\nregion = us-east-1\n[profile prod-admin]\nregion = us-east-1\n",
			want: cut.Cut{Data: []byte("[profile prod-admin]\nregion = us-east-1\n"), Removed: []string{"default"}, Kept: []string{"prod-admin"}},
		},
		{
			name: "an undeclared [default] goes with a chain's config", file: cut.ConfigFile,
			rule: cut.Rule{Remove: deepOnly, Declared: setOf("prod-admin"), Scope: cut.ChainsFile},
			data: "[default]\nregion = us-east-1\n[profile deep-role]\nregion = us-east-1\n",
			want: cut.Cut{Empty: true, Removed: []string{"deep-role", "default"}},
		},
		{
			name: "a profile in a credentials file is a name like any other",
			rule: cut.Rule{Remove: deepOnly, Scope: cut.OwnSections},
			data: "[profile deep-role]\nx = 1\n",
			want: cut.Cut{Data: []byte("[profile deep-role]\nx = 1\n"), Kept: []string{"profile deep-role"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := tt.file
			if file == "" {
				file = cut.CredentialsFile
			}
			if tt.want.ValidUntil == nil {
				tt.want.ValidUntil = map[string]time.Time{}
			}
			data := []byte(tt.data)
			got := tt.rule.Apply(file, data)
			got.Data, tt.want.Data = bytes.Clone(got.Data), bytes.Clone(tt.want.Data)
			if len(got.Data) == 0 {
				got.Data = nil
			}
			if diff := cmp.Diff(tt.want, got, cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if string(data) != tt.data {
				t.Errorf("the data that was passed has changed:\n%s", data)
			}
			if want := len(got.Removed) > 0 || got.Empty; got.Changes() != want {
				t.Errorf("changes: %v, want %v", got.Changes(), want)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	for _, tt := range []struct {
		cut  cut.Cut
		want bool
	}{
		{cut.Cut{}, false},
		{cut.Cut{Kept: []string{"a"}, Data: []byte("x")}, false},
		{cut.Cut{Removed: []string{"a"}}, true},
		{cut.Cut{Empty: true}, true},
		{cut.Cut{Leftover: true}, true},
	} {
		if got := tt.cut.Changes(); got != tt.want {
			t.Errorf("%+v: %v, want %v", tt.cut, got, tt.want)
		}
	}
}

// A labelled line knows whose it is: of a section by number, or of none.
type labelled struct {
	text    string
	section int // -1 for none
	comment bool
	stamp   bool
}

// label reads a file in another way than Apply does: line by line from the end,
// so that a header is met before the comments above it.
func label(file string, data []byte) (lines []labelled, titles []string) {
	texts := slices.Collect(strings.Lines(string(data)))
	for i := len(texts) - 1; i >= 0; i-- {
		lines = append(lines, labelled{text: texts[i], section: -1})
	}
	below := 0 // the lines from here on are not any section's yet, seen from the end
	for i := 0; i < len(lines); i++ {
		title, ok := title(file, lines[i].text)
		if !ok {
			continue
		}
		for j := below; j <= i; j++ {
			lines[j].section = len(titles)
		}
		first := i + 1
		for i+1 < len(lines) && isNote(lines[i+1].text) {
			i++
			lines[i].section, lines[i].comment = len(titles), true
			if words := strings.Fields(strings.TrimLeft(lines[i].text, " \t\r\n\v\f\u0085\u00a0;#")); i == first && len(words) > 1 && words[0] == "atmos:" {
				lines[i].stamp = slices.ContainsFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "expiration=") })
			}
		}
		titles = append(titles, title)
		below = i + 1
	}
	slices.Reverse(lines)
	return lines, titles
}

func isNote(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, ";") || strings.HasPrefix(line, "#")
}

// title is the name of a section, without the word profile in a config file.
func title(file, line string) (string, bool) {
	line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
	if !strings.HasPrefix(line, "[") || !strings.Contains(line, "]") {
		return "", false
	}
	name, rest, _ := strings.Cut(line[1:], "]")
	if !isNote(rest) {
		name = line[1:strings.LastIndex(line, "]")]
	}
	name = strings.TrimSpace(name)
	if file == cut.ConfigFile && (strings.HasPrefix(name, "profile ") || strings.HasPrefix(name, "profile\t")) {
		name = strings.Trim(strings.TrimLeft(name[len("profile"):], " \t"), `"'`)
	}
	return name, true
}

// Whatever a file holds and whatever the names are: a section that does not go
// survives byte for byte and in its place, nothing of one that goes is left but for
// comments of others above it, and a second time changes nothing.
func FuzzApply(f *testing.F) {
	for scope := range byte(4) {
		f.Add([]byte(deep+prod), "deep-role", "prod-admin", scope, false)
		f.Add([]byte(standard+odd+deep+odd), "odd one", "default", scope, false)
		f.Add([]byte("[profile deep-role]\nx = 1\n[default]\n[profile \"a b\"]\n"), "a b", "deep-role", scope, true)
	}
	f.Add([]byte("\ufeff; atmos: expiration=2027-11-22T14:45:20Z\r\n[a]\r\nx\r\n; b\r\n[b]"), "a", "b", byte(2), false)
	f.Add([]byte("[a]]\n[b[1]] # x]\n[c\n]\n[]\n[ ]\n"), "a]", "", byte(1), false)
	f.Add([]byte("; atmos: expiration=x\n; atmos: expiration=y\n[a]\n;\n#\n[b]\n"), "a", "c", byte(3), false)
	f.Add([]byte("[a]\n\x00[b]\n\x85[a]\v\n\xff[a]\n"), "a", "b", byte(2), false)
	f.Fuzz(func(t *testing.T, data []byte, gone, declared string, scope byte, config bool) {
		file := cut.CredentialsFile
		if config {
			file = cut.ConfigFile
		}
		rule := cut.Rule{Remove: setOf(gone), Declared: setOf(declared), Scope: cut.Scope(scope % 4)}
		if gone == declared {
			rule.Declared = nil
		}
		got := rule.Apply(file, data)
		lines, titles := label(file, data)

		goes := func(section int) bool {
			if section < 0 {
				return false
			}
			name := titles[section]
			switch rule.Scope {
			case cut.SectionsOnly:
				return name == gone && !strings.EqualFold(name, "default")
			case cut.WholeDirectory:
				return name == gone || !rule.Declared[name]
			case cut.OwnSections, cut.ChainsFile:
			}
			return name == gone
		}
		var rest strings.Builder
		others, removed := false, false
		for _, l := range lines {
			if !goes(l.section) || l.comment && !l.stamp {
				rest.WriteString(l.text)
			}
		}
		for i, name := range titles {
			removed = removed || goes(i)
			others = others || !goes(i) && (!strings.EqualFold(name, "default") || rule.Declared[name])
		}

		whole := !others
		if rule.Scope == cut.SectionsOnly || rule.Scope == cut.OwnSections {
			whole = removed && strings.TrimSpace(rest.String()) == ""
		}
		if got.Empty != whole {
			t.Fatalf("of\n%q\nthe file goes: %v, want %v", data, got.Empty, whole)
		}
		if got.Empty {
			if len(got.Data) > 0 || len(got.Kept) > 0 {
				t.Fatalf("the file goes, but %q stays with %v", got.Data, got.Kept)
			}
			return
		}
		if string(got.Data) != rest.String() {
			t.Fatalf("of\n%q\nthere is left\n%q\nwant\n%q", data, got.Data, rest.String())
		}
		if removed != (len(got.Removed) > 0) {
			t.Fatalf("removed %v of %v", got.Removed, titles)
		}
		if again := rule.Apply(file, got.Data); again.Empty || len(again.Removed) > 0 || !bytes.Equal(again.Data, got.Data) {
			t.Fatalf("a second time changes\n%q\ninto\n%q, %v removed", got.Data, again.Data, again.Removed)
		}
	})
}

func BenchmarkApply(b *testing.B) {
	data := []byte(strings.Repeat(deep+prod, 1000))
	rule := cut.Rule{Remove: setOf("deep-role"), Scope: cut.OwnSections}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if got := rule.Apply(cut.CredentialsFile, data); len(got.Removed) != 1 {
			b.Fatal(got.Removed)
		}
	}
}
