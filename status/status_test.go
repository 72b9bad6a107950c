//go:build !windows

package status_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/hometest"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/status"
)

const projectYAML = `auth:
  providers:
    corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start}
    az: {kind: azure/device-code}
  identities:
    bot: {kind: aws/user}
    Dev: {kind: aws/permission-set, via: {provider: corp}}
    prod-of-the-second-customer: {kind: aws/assume-role, via: {identity: Dev}}
    idle: {kind: aws/permission-set, via: {provider: corp}}
    sub: {kind: azure/subscription, via: {provider: az}}
`

const expired = "; atmos: expiration=2029-12-31T10:00:00Z\n[%s]\naws_access_key_id = A\naws_session_token = t\n"

// now is the time of all looks: sessions of hometest have 36 hours left.
var now = time.Date(2029, 12, 31, 12, 0, 0, 0, time.UTC)

// used is the home of somebody who uses most of the project, and of another one.
func used() map[string]string {
	return map[string]string{
		"project/atmos.yaml": projectYAML,
		".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev") +
			fmt.Sprintf(expired, "prod-of-the-second-customer"),
		".config/atmos/{R}/aws/corp/config":                                           "[profile dev]\nregion = r\n",
		".cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json": fmt.Sprintf(hometest.SSO, "https://corp.example/start"),
		".local/share/atmos/keyring/atmos_{R}_bot":                                    hometest.Entry,
		".local/share/atmos/keyring/atmos_{R}_gone":                                   hometest.Entry,
		".config/atmos/0123456789abcdef/aws/corp/credentials":                         fmt.Sprintf(hometest.Session, "dev"),
		".config/atmos/theirs/aws/corp/credentials":                                   fmt.Sprintf(hometest.Session, "a") + fmt.Sprintf(hometest.Session, "b"),
		".local/share/atmos/keyring/stranger":                                         hometest.Entry,
		".config/atmos/aws/theirs/credentials":                                        fmt.Sprintf(hometest.Session, "ours"),
		".config/atmos/{R}/aws/gone/credentials":                                      "[default]\n",
	}
}

func TestRender(t *testing.T) {
	for _, tt := range []struct {
		what  string
		files map[string]string
		named []inventory.Name
		all   bool // other projects, too
		lines bool // of the files
		view  show.View
		want  string
	}{
		{what: "states, and who else is here", files: used(), want: `
corp (aws/iam-identity-center)   signed in, renews itself
  Dev                            signed in, 36 h left
  prod-of-the-second-customer    expired 2 h ago
bot (aws/user)                   long-lived access key

No longer in atmos.yaml
  gone                           signed in, expiry unknown

3 signed in, 1 expired, 1 long-lived key. 3 others are not signed in.
2 other projects have something here: credclean status --all-projects
2 names without a realm may be another project's: credclean status --all-projects
live: true
`},
		{what: "with the files", files: used(), lines: true, view: show.View{Width: 80}, want: `
corp (aws/iam-identity-center)   signed in, renews itself
      session token, signed in, 36 h left
        ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  Dev                            signed in, 36 h left
      config
        ~/.config/atmos/{R}/aws/corp/config: profile dev
      credentials, signed in, 36 h left
        ~/.config/atmos/{R}/aws/corp/credentials: dev
  prod-of-the-second-customer    expired 2 h ago
      credentials, expired 2 h ago
        ~/.config/atmos/{R}/aws/corp/credentials: prod-of-the-second-customer
bot (aws/user)                   long-lived access key
      keyring entry, long-lived access key
        ~/.local/share/atmos/keyring: atmos_{R}_bot

No longer in atmos.yaml
  gone                           signed in, expiry unknown
      credentials, signed in, expiry unknown
        ~/.config/atmos/{R}/aws/gone/credentials: default
      keyring entry, signed in, expiry unknown
        ~/.local/share/atmos/keyring: atmos_{R}_gone

3 signed in, 1 expired, 1 long-lived key. 3 others are not signed in.
2 other projects have something here: credclean status --all-projects
2 names without a realm may be another project's: credclean status --all-projects
live: true
`},
		{what: "in a terminal, names take what the states leave", files: map[string]string{
			"project/atmos.yaml":                     "auth: {providers: {corp: {kind: aws/saml}}, identities: {prod-of-the-second-customer-in-europe: {kind: aws/assume-role, via: {provider: corp}}}}",
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "prod-of-the-second-customer-in-europe"),
		}, view: show.View{Width: 40}, want: `
corp (aws/saml)
             not signed in
  prod-of-the-second-customer-in-europe
             signed in, 36 h left

1 signed in. 1 other is not signed in.
live: true
`},
		{what: "names of wide and of combining characters", files: map[string]string{
			"project/atmos.yaml":                     "auth: {providers: {corp: {kind: aws/saml}}, identities: {管理者: {kind: aws/assume-role, via: {provider: corp}}, e\u0301quipe: {kind: aws/assume-role, via: {provider: corp}}}}",
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "管理者") + fmt.Sprintf(hometest.Session, "e\u0301quipe"),
		}, want: `
corp (aws/saml)   not signed in
  管理者          signed in, 36 h left
  e` + "\u0301" + `quipe          signed in, 36 h left

2 signed in. 1 other is not signed in.
live: true
`},
		{what: "only other projects, a heading for each realm", files: map[string]string{
			"project/atmos.yaml":                        "",
			".config/atmos/theirs/aws/corp/credentials": fmt.Sprintf(hometest.Session, "a"),
			".cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json": fmt.Sprintf(hometest.SSO, "https://corp.example/start"),
			".local/share/atmos/keyring/atmos_theirs_b":                                   hometest.Entry,
			".local/share/atmos/keyring/stranger":                                         hometest.Entry,
		}, all: true, want: `
Realm theirs
  a                            signed in, 36 h left
  b                            signed in, expiry unknown

Without a realm
  https://corp.example/start   signed in, renews itself
  stranger                     signed in, expiry unknown

4 signed in.
live: true
`},
		{what: "every project", files: used(), all: true, want: `
corp (aws/iam-identity-center)   signed in, renews itself
  Dev                            signed in, 36 h left
  prod-of-the-second-customer    expired 2 h ago
bot (aws/user)                   long-lived access key

No longer in atmos.yaml
  gone                           signed in, expiry unknown

Realm 0123456789abcdef
  Dev                            signed in, 36 h left

Realm theirs
  a                              signed in, 36 h left
  b                              signed in, 36 h left

Without a realm
  ours                           signed in, 36 h left
  stranger                       signed in, expiry unknown

8 signed in, 1 expired, 1 long-lived key. 3 others are not signed in.
live: true
`},
		{what: "named, signed in or not", files: used(), named: []inventory.Name{{Name: "Dev"}, {Name: "corp", Provider: true}, {Name: "idle"}}, want: `
corp (aws/iam-identity-center)   signed in, renews itself
  Dev                            signed in, 36 h left
  idle                           not signed in

2 signed in. 1 other is not signed in.
live: true
`},
		{what: "variables of this shell", files: map[string]string{"project/atmos.yaml": projectYAML}, view: show.View{Variables: []string{"AWS_PROFILE", "AWS_REGION"}}, want: `
Nothing is signed in.
Still set in this shell: AWS_PROFILE, AWS_REGION
live: false
`},
		{what: "nothing that is declared", files: map[string]string{
			"project/atmos.yaml":                     "auth: {}",
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
		}, want: `
No longer in atmos.yaml
  dev   signed in, 36 h left

1 signed in.
live: true
`},
		{what: "what cannot be looked at", files: map[string]string{
			"project/atmos.yaml":                     projectYAML,
			".config/atmos/{R}/aws/corp/credentials": "what is this\n",
			".azure/atmos/{R}/az/credentials.json":   "{",
		}, want: `
corp (aws/iam-identity-center)   cannot tell: not an AWS credentials file: line 1: neither a comment, a section nor a key
az (azure/device-code)           signed in, expiry unknown

1 signed in, 1 could not be looked at. 5 others are not signed in.
live: true
`},
		{what: "a name that may be where nothing can be looked at", files: map[string]string{
			"project/atmos.yaml":         projectYAML,
			".local/share/atmos/keyring": "a file",
		}, named: []inventory.Name{{Name: "bot"}}, want: `
bot (aws/user)   not signed in

Could not be looked at
  ~/.local/share/atmos/keyring: keyring directory ~/.local/share/atmos/keyring: not a directory

1 could not be looked at. 1 other is not signed in.
live: true
`},
		{what: "only a config is left", files: map[string]string{
			"project/atmos.yaml":                   projectYAML,
			".config/atmos/{R}/aws/corp/config":    "[profile dev]\nregion = r\n",
			".config/atmos/{R}/aws/az/credentials": "# none\n",
		}, want: `
corp (aws/iam-identity-center)   not signed in
  Dev                            not signed in, files left
az (azure/device-code)           not signed in, files left

Nothing is signed in.
live: false
`},
		{what: "names that a terminal would obey", files: map[string]string{
			"project/atmos.yaml":                     projectYAML,
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "\x1b[2Jdev"),
		}, lines: true, want: `
corp (aws/iam-identity-center)   not signed in

No longer in atmos.yaml
  \u001b[2Jdev                   signed in, 36 h left
      credentials, signed in, 36 h left
        ~/.config/atmos/{R}/aws/corp/credentials: \u001b[2Jdev

1 signed in. 7 others are not signed in.
live: true
`},
	} {
		t.Run(tt.what, func(t *testing.T) {
			home, inv := hometest.World{Files: tt.files, All: tt.all}.Look(t)
			inv.Time = now
			tt.view.Roots, tt.view.Zone = inv.Roots, time.UTC
			s := status.New(inv, tt.named, tt.all)
			for _, n := range tt.named {
				s.Named = append(s.Named, n.Name)
			}
			var b strings.Builder
			s.Render(&b, tt.view, tt.lines)
			fmt.Fprintf(&b, "live: %t\n", s.Live())
			got := hometest.Short(home, b.String())
			if d := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			checkDocument(t, s, tt.view)
		})
	}
}

// checkDocument checks that the status is the same as JSON, and that no list is null.
func checkDocument(t *testing.T, s status.Status, v show.View) {
	t.Helper()
	d := s.Document(v)
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("the document has a null: %s", b.String())
	}
	var read status.Document
	dec := json.NewDecoder(&b)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&read); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s.Counts(), read.Counts); d != "" {
		t.Errorf("counts (-want +got):\n%s", d)
	}
	states := make(map[status.State]int)
	for _, r := range read.Identities {
		states[r.State]++
	}
	for state, n := range s.Counts() {
		if state != status.NotSignedIn && states[state] != n {
			t.Errorf("%d rows are %s, counted %d", states[state], state, n)
		}
	}
}

func TestMarks(t *testing.T) {
	_, inv := hometest.World{Files: used()}.Look(t)
	inv.Time = now
	if d := cmp.Diff(map[string]string{
		"corp": "signed in, renews itself", "Dev": "signed in, 36 h left", "bot": "long-lived access key",
	}, status.Marks(inv)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestLeft(t *testing.T) {
	got := map[time.Duration]string{}
	want := map[time.Duration]string{
		-time.Hour: "under a minute", 59 * time.Second: "under a minute", time.Minute: "1 min", 59*time.Minute + 59*time.Second: "59 min",
		time.Hour: "1 h", 7*time.Hour + 32*time.Minute: "7 h 32 min", 24*time.Hour + time.Minute: "24 h", 47*time.Hour + 59*time.Minute: "47 h", 48 * time.Hour: "2 days",
	}
	for d := range want {
		got[d] = status.Left(d)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
