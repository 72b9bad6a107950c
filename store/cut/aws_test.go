package cut_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/credclean/credclean/store/cut"
)

func TestReadAWS(t *testing.T) {
	session := func(s cut.Section) cut.Section {
		s.Stamped, s.HasToken = true, true
		return s
	}
	first := at("2027-11-22T14:45:20Z")
	for _, tt := range []struct {
		name   string
		format cut.Format
		data   string
		want   []cut.Section
	}{
		{
			name: "as Atmos writes it", data: deep + prod,
			want: []cut.Section{
				session(cut.Section{Header: "deep-role", Name: "deep-role", Line: 2, Expires: first}),
				session(cut.Section{Header: "prod-admin", Name: "prod-admin", Line: 8, Expires: at("2027-11-22T14:45:40Z")}),
			},
		},
		{
			name: "a byte order mark before the first stamp", data: "\ufeff" + deep,
			want: []cut.Section{session(cut.Section{Header: "deep-role", Name: "deep-role", Line: 2, Expires: first})},
		},
		{name: "nothing", data: "\ufeff\n; alone\n"},
		{
			name: "keys before the first section, and in none",
			data: "; by hand\nAWS_ACCESS_KEY_ID = AKIA\n\n; above\n[x]\n",
			want: []cut.Section{{Line: 2, HasKey: true}, {Header: "x", Name: "x", Line: 5}},
		},
		{
			name: "what makes a session",
			data: "[token]\naws_access_key_id=A\naws_session_token=T\n[old]\naws_security_token=T\naws_secret_access_key=S\n" +
				"[empty]\naws_access_key_id=A\naws_session_token=\n[comment]\naws_secret_access_key=S\naws_session_token = ; none\n" +
				"[quotes]\naws_session_token=\"\"\n[lines]\naws_session_token=\"\"\"\nT\"\"\"\n[ticks]\naws_session_token=``\n[other]\naws_session_token_x=T\nregion=x\n",
			want: []cut.Section{
				{Header: "token", Name: "token", Line: 1, HasToken: true},
				{Header: "old", Name: "old", Line: 4, HasToken: true},
				{Header: "empty", Name: "empty", Line: 7, HasKey: true},
				{Header: "comment", Name: "comment", Line: 10, HasKey: true},
				{Header: "quotes", Name: "quotes", Line: 13},
				{Header: "lines", Name: "lines", Line: 15, HasToken: true},
				{Header: "ticks", Name: "ticks", Line: 18},
				{Header: "other", Name: "other", Line: 20},
			},
		},
		{
			name: "two of one name are two",
			data: "; atmos: expiration=never\n[default]\n[default]\naws_access_key_id=AKIA\n",
			want: []cut.Section{
				{Header: "default", Name: "default", Line: 2, Stamped: true},
				{Header: "default", Name: "default", Line: 3, HasKey: true},
			},
		},
		{
			name: "stamps that are none",
			data: "; atmos: expiration=2027-11-22T14:45:20Z\n\n[a]\n; atmosphere: expiration=2027-11-22T14:45:20Z\n[b]\n" +
				"; atmos: expires=2027-11-22T14:45:20Z\n[c]\n; atmos: expiration=2027-11-22T14:45:20Z\n; mine\n[d]\nx = ; atmos: expiration=2027-11-22T14:45:20Z\n[e]\n",
			want: []cut.Section{
				{Header: "a", Name: "a", Line: 3},
				{Header: "b", Name: "b", Line: 5},
				{Header: "c", Name: "c", Line: 7},
				{Header: "d", Name: "d", Line: 10},
				{Header: "e", Name: "e", Line: 12},
			},
		},
		{
			name: "a stamp in another way of writing",
			data: "#atmos:  region=x  expiration=2027-11-22T15:45:20+01:00 more\n[a]\n",
			want: []cut.Section{{Header: "a", Name: "a", Line: 2, Stamped: true, Expires: first}},
		},
		{
			name: "headers inside of values",
			data: "[prod-admin]\naws_session_token = \"\"\"\n[dev-admin]\n\"\"\"\nx = `\n[dev-admin]`\ny = \\\n[dev-admin]\nz = 1 \\\n; atmos: expiration=x\n[dev-admin]\n",
			want: []cut.Section{
				{Header: "prod-admin", Name: "prod-admin", Line: 1, HasToken: true},
				{Header: "dev-admin", Name: "dev-admin", Line: 11},
			},
		},
		{
			name: "names in credentials",
			data: "[ deep-role\t] # [prod-admin]\n[acme dev/administratoraccess]\n[a[1]]\n[profile x]\n[Default] ; x\n",
			want: []cut.Section{
				{Header: " deep-role\t] # [prod-admin", Name: "deep-role", Line: 1},
				{Header: "acme dev/administratoraccess", Name: "acme dev/administratoraccess", Line: 2},
				{Header: "a[1]", Name: "a[1]", Line: 3},
				{Header: "profile x", Name: "profile x", Line: 4},
				{Header: "Default", Name: "Default", Line: 5},
			},
		},
		{
			name: "names in config", format: cut.Config,
			data: "[profile deep-role]\n[ profile\t \"acme dev/admin\" ] ; x\n[default]\n[sso-session deep-role]\n[services deep-role]\n[deep-role]\n[profiledeep-role]\n[profile]\n[Profile x]\n",
			want: []cut.Section{
				{Header: "profile deep-role", Name: "deep-role", Line: 1},
				{Header: " profile\t \"acme dev/admin\" ", Name: "acme dev/admin", Line: 2},
				{Header: "default", Name: "default", Line: 3},
				{Header: "sso-session deep-role", Line: 4},
				{Header: "services deep-role", Line: 5},
				{Header: "deep-role", Line: 6},
				{Header: "profiledeep-role", Line: 7},
				{Header: "profile", Line: 8},
				{Header: "Profile x", Line: 9},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cut.ReadAWS([]byte(tt.data), tt.format)
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// What is no AWS file is refused with the reason, and never quoted.
func TestReadAWSRefuses(t *testing.T) {
	for _, tt := range []struct{ name, data, want string }{
		{"UTF-16", "\xff\xfe[\x00S\x00E\x00C\x00R\x00E\x00T\x00]\x00", "in UTF-16"},
		{"UTF-16, the other way round", "\xfe\xff\x00[\x00a\x00]", "in UTF-16"},
		{"UTF-16 without a byte of zero", "\xff\xfeSECRET", "in UTF-16"},
		{"UTF-16 without a mark", "[\x00a\x00]\x00\n\x00", "in UTF-16"},
		{"ansible-vault", "$ANSIBLE_VAULT;1.1;AES256\n6233SECRET\n", "encrypted with ansible-vault"},
		{"age", "age-encryption.org/v1\n-> X25519 SECRET\n", "line 1: neither a comment"},
		{"PGP", "-----BEGIN PGP MESSAGE-----\n\nSECRET=\n", "line 1: neither a comment"},
		{"a word", "[a]\nk = 1\n\nSECRET\n", "line 4: neither a comment"},
		{"after carriage returns", "[a]\rk = 1\r\rSECRET\r", "line 4: neither a comment"},
		{"not closed", "[a]\nk = \"\"\"x\n\n[SECRET\n", "line 2: the quotes of a value"},
		{"quotes that not all releases read alike", "[a]\nk = \"\"\"x\ny\"\"\" \\\n[SECRET]\n\"\"\"\n", "line 2: a backslash behind"},
		{"a bracket that is not closed", "[a]\n[SECRET\n", "line 2: a section without"},
		{"no name", "[a]\n[]\nSECRET = 1\n", "line 2: a section without"},
		{"no key", "= SECRET\n", "line 1: a key without"},
		{"JSON over lines", "{\n\"SECRET\": 1\n}", "line 1: neither"},
		{"a quoted key without a name", "\"\" = SECRET\n", "line 1: a key without"},
		{"a quoted key", "\"SECRET = 1\n", "line 1: the quotes of a key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for format, form := range map[cut.Format]string{cut.Credentials: "credentials", cut.Config: "config"} {
				c, err := cut.AWSSections{Format: format, Headers: []string{"a", ""}}.Apply([]byte(tt.data))
				if err == nil || !strings.HasPrefix(err.Error(), "not an AWS "+form+" file: ") || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("error %v, want %q", err, tt.want)
				}
				if strings.Contains(err.Error(), "SECRET") || c.Data != nil || c.Changes() {
					t.Errorf("error %q, cut %+v", err, c)
				}
			}
		})
	}
}

func TestAWSSections(t *testing.T) {
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	cr := func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }
	const long = "[default]\naws_access_key_id = AKIA\n"
	for _, tt := range []struct {
		name          string
		cutter        cut.AWSSections
		data, rest    string
		removed, kept []string
	}{
		{"the first", cut.AWSSections{Headers: []string{"deep-role"}}, deep + prod, prod, []string{"deep-role"}, []string{"prod-admin"}},
		{"the last", cut.AWSSections{Headers: []string{"prod-admin"}}, deep + prod, deep, []string{"prod-admin"}, []string{"deep-role"}},
		{"all", cut.AWSSections{Headers: []string{"deep-role", "prod-admin"}}, deep + prod, "", []string{"deep-role", "prod-admin"}, nil},
		{"none", cut.AWSSections{Headers: []string{"Deep-Role", "deep", "deep-role "}}, deep + prod, deep + prod, nil, []string{"deep-role", "prod-admin"}},
		{"after a byte order mark", cut.AWSSections{Headers: []string{"deep-role"}}, "\ufeff" + deep + prod, "\ufeff" + prod, []string{"deep-role"}, []string{"prod-admin"}},
		{"CR LF", cut.AWSSections{Headers: []string{"deep-role"}}, crlf(deep + prod), crlf(prod), []string{"deep-role"}, []string{"prod-admin"}},
		{"CR", cut.AWSSections{Headers: []string{"deep-role"}}, cr(deep + prod), cr(prod), []string{"deep-role"}, []string{"prod-admin"}},
		{"an odd neighbour on either side", cut.AWSSections{Headers: []string{"deep-role"}}, "top=1\n" + neighbour + deep + neighbour, "top=1\n" + neighbour + neighbour, []string{"deep-role"}, []string{"keys before the first section", "odd one"}},
		{
			"every one of the name",
			cut.AWSSections{Headers: []string{"deep-role"}},
			deep + prod + "[deep-role]\nx = 1\n" + prod, prod + prod,
			[]string{"deep-role"},
			[]string{"prod-admin"},
		},
		{
			"comments beside it",
			cut.AWSSections{Headers: []string{"deep-role"}},
			"[a]\nx = 1\n; above\n" + deep + "# mine\n; below\n[b]\nx = 2\n",
			"[a]\nx = 1\n; above\n# mine\n; below\n[b]\nx = 2\n",
			[]string{"deep-role"},
			[]string{"a", "b"},
		},
		{"a comment above it that is not Atmos's", cut.AWSSections{Headers: []string{"b"}}, "[a]\nx = 1\n; mine\n[b]\ny = 2\n", "[a]\nx = 1\n; mine\n", []string{"b"}, []string{"a"}},
		{"comments inside", cut.AWSSections{Headers: []string{"a"}}, "[a]\n; was S0\nx = 1\n\n; was S1\n\n[b]\n", "[b]\n", []string{"a"}, []string{"b"}},
		{"no line end", cut.AWSSections{Headers: []string{"b"}}, "[a]\n[b]\nx = 1", "[a]\n", []string{"b"}, []string{"a"}},
		{"values over several lines", cut.AWSSections{Headers: []string{"a"}}, "[a]\nk = \"\"\"\n[b]\"\"\"\nl = \\\n[b]\n[b]\nm = `\n[a]\n`\n", "[b]\nm = `\n[a]\n`\n", []string{"a"}, []string{"b"}},
		{"a header inside of a value stays", cut.AWSSections{Headers: []string{"b"}}, "[a]\nk = \"\"\"\n[b]\"\"\"\n", "[a]\nk = \"\"\"\n[b]\"\"\"\n", nil, []string{"a"}},
		{"the keys before the first section", cut.AWSSections{Headers: []string{""}}, "; top\nx = 1\n; in\ny = 2\n\n; above\n[a]\n", "; top\n; above\n[a]\n", []string{"keys before the first section"}, []string{"a"}},
		{
			"sessions, and a long-lived key of the same name",
			cut.AWSSections{Sessions: []string{"default", "a"}},
			"[default]\naws_session_token = T\n" + long + "[a]\nregion = x\n", long + "[a]\nregion = x\n",
			[]string{"default"},
			[]string{"default", "a"},
		},
		{"a stamp is enough for a session", cut.AWSSections{Sessions: []string{"default"}}, "; atmos: expiration=x\n" + long + "[a]\n", "[a]\n", []string{"default"}, []string{"a"}},
		{
			"other sections of a config file",
			cut.AWSSections{Format: cut.Config, Headers: []string{"profile a"}},
			"[profile a]\n[sso-session a]\n[services a]\n[a]\n[profile b]\n",
			"[sso-session a]\n[services a]\n[a]\n[profile b]\n",
			[]string{"a"},
			[]string{"[sso-session a]", "[services a]", "[a]", "b"},
		},
		{"nothing but space is left", cut.AWSSections{Headers: []string{"a"}}, "\ufeff\n[a]\nx = 1\n", "\ufeff\n", []string{"a"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := tt.cutter.Apply([]byte(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			empty := strings.Trim(tt.rest, "\ufeff\n") == ""
			want := cut.Cut{Data: []byte(tt.rest), Removed: tt.removed, Kept: tt.kept, Empty: empty}
			if diff := cmp.Diff(want, c, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q is left (-want +got):\n%s", c.Data, diff)
			}
		})
	}
}

// neighbour is a section that nobody would write, each line another way to go wrong.
const neighbour = "  [ odd one ]  ; [deep-role]\n" +
	"aws_access_key_id=ASIAEXAMPLE4   ; not aligned\n" +
	"\taws_secret_access_key   =   secret#4;5  \n" +
	"key = [deep-role]\n" +
	"s3 =\n" +
	"    addressing_style = path\n" +
	"empty =\n" +
	"\n" +
	"; in the middle\n" +
	"long = \"\"\"\n; atmos: expiration=2027-11-22T14:45:20Z\n[deep-role]\n\"\"\"\n" +
	"more = \\\n[deep-role]\n" +
	"quoted = \"[deep-role]\"\t\n"

// Whatever a file holds: what is cut is gone, and every other section has the
// same facts and the same bytes.
func FuzzAWSSections(f *testing.F) {
	f.Add([]byte(deep+prod), "deep-role", false, false)
	f.Add([]byte("\ufeff; x\nk = 1\n"+neighbour+deep), " odd one ", true, false)
	f.Add([]byte("[default]\naws_session_token=T\n[default]\naws_access_key_id=A\n; atmos: expiration=x\n[default]\n"), "default", true, false)
	f.Add([]byte("[profile a]\r; c\r[sso-session a]\r[profile a]\r"), "profile a", false, true)
	f.Add([]byte("x = \\\n\n[a]\ny = `\n[a]`\n"), "", false, true)
	f.Fuzz(func(t *testing.T, data []byte, title string, sessions, config bool) {
		cutter := cut.AWSSections{Headers: []string{title}}
		if sessions {
			cutter = cut.AWSSections{Sessions: []string{title}}
		}
		if config {
			cutter.Format = cut.Config
		}
		before, err := cut.ReadAWS(data, cutter.Format)
		c, applyErr := cutter.Apply(data)
		if (err != nil) != (applyErr != nil) || err != nil {
			return
		}
		stay := slices.DeleteFunc(before, func(s cut.Section) bool { return s.Header == title && (!sessions || s.Session()) })
		after, err := cut.ReadAWS(c.Data, cutter.Format)
		if err != nil {
			t.Fatalf("%q became %q: %v", data, c.Data, err)
		}
		ignore := []cmp.Option{cmpopts.IgnoreFields(cut.Section{}, "Line"), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(stay, after, ignore...); diff != "" {
			t.Fatalf("%q became %q (-want +got):\n%s", data, c.Data, diff)
		}
		if !inOrder(c.Data, data) {
			t.Fatalf("%q became %q", data, c.Data)
		}
		if again, err := cutter.Apply(c.Data); err != nil || string(again.Data) != string(c.Data) || len(again.Removed) > 0 {
			t.Fatalf("a second time: %q, %v", again.Data, err)
		}
	})
}

// 10,000 sections are read and cut in the time of 1,000 and ten times that.
func BenchmarkAWSSections(b *testing.B) {
	data := []byte(strings.Repeat(deep+prod, 5000))
	cutter := cut.AWSSections{Headers: []string{"deep-role"}}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if c, err := cutter.Apply(data); err != nil || len(c.Removed) != 1 {
			b.Fatal(c.Removed, err)
		}
	}
}

var _ = []cut.Cutter{cut.AWSSections{}, cut.DockerLogins{}, cut.KubeEntries{}}

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
)
