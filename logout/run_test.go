//go:build !windows

package logout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/hometest"
	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/revoke"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// run logs out, and gives what the report says and what became of the files.
func run(t *testing.T, tt runCase) (report string, changes []string) {
	t.Helper()
	home, inv := hometest.World{Files: tt.files, All: tt.target.AllProjects}.Look(t)
	inv.Time = now
	before := hometest.Left(t, home)
	p, err := logout.NewPlan(inv, tt.target)
	if err != nil {
		t.Fatal(err)
	}
	if tt.keep != "" {
		p = p.KeepLongLived(tt.keep)
	}
	if tt.before != nil {
		tt.before(t, home)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if tt.stopped {
		cancel()
	}
	defer cancel()
	r := p.Run(ctx, logout.Machine{Home: disk.NewHome(home), Keyrings: inv.Keyrings}, logout.Observer{})
	r.Time = now
	checkDocument(t, r, inv)
	var b strings.Builder
	r.Render(&b, viewOf(inv))
	fmt.Fprintf(&b, "complete: %t\n", r.Complete())
	return strings.ReplaceAll(hometest.Short(home, b.String()), note, "{NOTE}\n"), changesOf(before, hometest.Left(t, home))
}

// note is {NOTE} in a report, and emptied {EMPTY} among the changes.
const (
	note = `⚠️  Note: This only removes local credentials. Your browser session
   may still be active. Visit your identity provider to end your
   browser session.
`
	emptied = "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n"
)

// changesOf are the files that are gone, and the new content of those that changed.
func changesOf(before, after map[string]string) []string {
	var changes []string
	for _, path := range slices.Sorted(maps.Keys(before)) {
		switch text, there := after[path]; {
		case !there:
			changes = append(changes, "gone "+path)
		case text != before[path]:
			changes = append(changes, "left "+path+": "+strings.Replace(text, emptied, "{EMPTY}", 1))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if _, there := before[path]; !there {
			changes = append(changes, "new "+path)
		}
	}
	return changes
}

// checkDocument checks that a report is the same as JSON: of every step one, and no list is null.
func checkDocument(t *testing.T, r logout.Report, inv *inventory.Inventory) {
	t.Helper()
	d := r.Document(viewOf(inv))
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("the document has a null: %s", b.String())
	}
	var read logout.Document
	dec := json.NewDecoder(&b)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&read); err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]int)
	for _, s := range read.Steps {
		counts[s.Outcome]++
	}
	c := read.Counts
	got := map[string]int{"removed": c.Removed, "absent": c.Absent, "kept": c.Kept, "failed": c.Failed}
	maps.DeleteFunc(got, func(_ string, n int) bool { return n == 0 })
	if d := cmp.Diff(got, counts); d != "" || len(read.Steps) != len(r.Results) || c.Identities != len(r.Names()) {
		t.Errorf("%d steps of %d, %d identities of %d (-counted +listed):\n%s", len(read.Steps), len(r.Results), c.Identities, len(r.Names()), d)
	}
}

func TestRun(t *testing.T) {
	for _, tt := range runs() {
		t.Run(tt.what, func(t *testing.T) {
			report, changes := run(t, tt)
			got := strings.Join(append([]string{report}, changes...), "\n")
			if d := cmp.Diff(strings.TrimSpace(tt.want), strings.TrimSpace(got)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// What was logged out of completely is not there when one looks again.
func TestTwice(t *testing.T) {
	for _, target := range []logout.Target{
		{Identities: []string{"dev"}}, {Identities: []string{"prod", "sub"}}, {Providers: []string{"corp"}}, {All: true}, {AllProjects: true},
	} {
		home, inv := hometest.World{Files: signedIn(), All: true}.Look(t)
		for round := range 2 {
			p, err := logout.NewPlan(inv, target)
			if err != nil {
				t.Fatal(err)
			}
			r := p.Run(t.Context(), logout.Machine{Home: disk.NewHome(home), Keyrings: inv.Keyrings}, logout.Observer{})
			if names := r.Names(); !r.Complete() || (len(names) > 0) != (round == 0) {
				t.Errorf("%+v, round %d: complete is %t, removed from %q", target, round, r.Complete(), names)
			}
			inv = inventory.Take(t.Context(), inv.Project, disk.NewHome(home), nil, true)
		}
	}
}

// replace makes a directory, with a file in it, of a file.
func replace(below string) func(t *testing.T, home string) {
	return func(t *testing.T, home string) {
		t.Helper()
		path := filepath.Join(home, strings.ReplaceAll(below, "{R}", hometest.Realm(home)))
		for _, err := range []error{os.Remove(path), os.Mkdir(path, 0o700), os.WriteFile(filepath.Join(path, "x"), nil, 0o600)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

type runCase struct {
	what    string
	files   map[string]string
	target  logout.Target
	keep    logout.Reason                   // of long-lived keys
	before  func(t *testing.T, home string) // what happens between the look and the run
	stopped bool                            // ctx is done
	want    string
}

func runs() []runCase {
	return []runCase{
		{what: "an identity", files: signedIn(), target: logout.Target{Identities: []string{"dev"}}, want: `
Logging out from identity: dev

Building authentication chain...
  ✓ Chain: corp → Org → dev

Removing credentials...
  ✓ Keyring: corp
  ✓ Keyring: dev
  ✓ Files: ~/.config/atmos/{R}/aws/corp/ (kept: prod)
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  ✓ Kubeconfig: blue

Successfully logged out from 3 identities

Also affected: prod must log in again (provider corp); other must log in again (portal https://corp.example/start)
Kept: Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com (the integration prod-ecr uses it too)
Still valid until 2030-01-02 00:00: corp, Org, dev

{NOTE}
   https://corp.example/start
complete: true

gone .cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
left .config/atmos/kube/config: {EMPTY}
left .config/atmos/{R}/aws/corp/config: [profile prod]
region = r

left .config/atmos/{R}/aws/corp/credentials: ; atmos: expiration=2030-01-02T00:00:00Z
[prod]
aws_access_key_id = A
aws_session_token = t

gone .local/share/atmos/keyring/atmos_{R}_corp
gone .local/share/atmos/keyring/atmos_{R}_dev
new .config/atmos/{R}/aws/corp/config.lock
`},
		{what: "an identity alone", files: signedIn(), target: logout.Target{Identities: []string{"dev"}, KeepProvider: true}, want: `
Logging out from identity: dev

Building authentication chain...
  ✓ Chain: corp → Org → dev

Removing credentials...
  ✓ Keyring: dev
  ✓ Files: ~/.config/atmos/{R}/aws/corp/ (kept: org, prod)
  ✓ Kubeconfig: blue

Successfully logged out from 1 identity

Kept: Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com (the integration prod-ecr uses it too)
Still valid until 2030-01-02 00:00: dev
complete: true

left .config/atmos/kube/config: {EMPTY}
left .config/atmos/{R}/aws/corp/config: [profile org]
region = r
[profile prod]
region = r

left .config/atmos/{R}/aws/corp/credentials: ; atmos: expiration=2030-01-02T00:00:00Z
[org]
aws_access_key_id = A
aws_session_token = t
; atmos: expiration=2030-01-02T00:00:00Z
[prod]
aws_access_key_id = A
aws_session_token = t

gone .local/share/atmos/keyring/atmos_{R}_dev
new .config/atmos/{R}/aws/corp/config.lock
`},
		{what: "a provider: a session of nobody goes, a key stays with its config", files: with(signedIn(), map[string]string{
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "gone") + fmt.Sprintf(hometest.Key, "mine"),
			".config/atmos/{R}/aws/corp/config":      "[profile gone]\nregion = r\n[profile mine]\nregion = r\n",
		}), target: logout.Target{Providers: []string{"corp"}}, want: `
Logging out from provider: corp

Removing all credentials for provider...
  ✓ Keyring: corp
  ✓ Keyring: dev (via corp)
  ✓ Files: ~/.config/atmos/{R}/aws/corp/ (kept: mine)
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  ✓ Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com
  ✓ Kubeconfig: blue

Successfully logged out from 4 identities

Also affected: gone must log in again (provider corp); other must log in again (portal https://corp.example/start)
Kept: mine in ~/.config/atmos/{R}/aws/corp/ (not declared in atmos.yaml)
Still valid until 2030-01-02 00:00: corp

{NOTE}
   https://corp.example/start
complete: true

gone .cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
left .config/atmos/kube/config: {EMPTY}
left .config/atmos/{R}/aws/corp/config: [profile mine]
region = r

left .config/atmos/{R}/aws/corp/credentials: [mine]
aws_access_key_id = A
aws_secret_access_key = s

left .docker/config.json: {"auths":{"docker.io":{"auth":"bWU6bWluZQ=="}}}
gone .local/share/atmos/keyring/atmos_{R}_corp
gone .local/share/atmos/keyring/atmos_{R}_dev
new .config/atmos/{R}/aws/corp/config.lock
`},
		{what: "all", files: signedIn(), target: logout.Target{All: true}, want: `
Logging out from all identities

Removing all credentials...
  ✓ Keyring: corp
  ✓ Keyring: dev
  ✓ Keyring: bot (long-lived access key)
  ✓ Files: ~/.config/atmos/{R}/aws/corp/
  ✓ Files: ~/.config/atmos/{R}/aws/twin/
  ✓ Files: ~/.azure/atmos/{R}/az/
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  ✓ Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com
  ✓ Kubeconfig: blue

Successfully logged out from 8 identities

Kept: other_dev (without a realm; not declared in atmos.yaml)
Still valid until 2030-01-02 00:00: corp, Org, dev, prod, twin, other, az
A removed access key stays valid in AWS: aws iam delete-access-key ends it

{NOTE}
   https://corp.example/start
complete: true

gone .azure/atmos/{R}/az/credentials.json
gone .cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
left .config/atmos/kube/config: {EMPTY}
gone .config/atmos/{R}/aws/corp/config
gone .config/atmos/{R}/aws/corp/credentials
gone .config/atmos/{R}/aws/corp/credentials.lock
gone .config/atmos/{R}/aws/twin/credentials
left .docker/config.json: {"auths":{"docker.io":{"auth":"bWU6bWluZQ=="}}}
gone .local/share/atmos/keyring/atmos_{R}_bot
gone .local/share/atmos/keyring/atmos_{R}_corp
gone .local/share/atmos/keyring/atmos_{R}_dev
`},
		{what: "a long-lived key that is kept by the flag", files: signedIn(), target: logout.Target{Identities: []string{"bot"}}, keep: logout.KeptByFlag, want: `
Nothing was removed

Kept: bot (long-lived access key, --keep-long-lived)
complete: true
`},
		{what: "a long-lived key that is kept by the answer", files: signedIn(), target: logout.Target{Identities: []string{"bot"}}, keep: logout.KeptByAnswer, want: `
Nothing was removed

Kept: bot (long-lived access key, your answer)
complete: true
`},
		{what: "a long-lived key without consent", files: signedIn(), target: logout.Target{Identities: []string{"bot", "sub"}}, keep: logout.KeptNoConsent, want: `
Logging out from identities: bot, sub

Building authentication chain...
  ✓ Chain: bot
  ✓ Chain: az → sub

Removing credentials...
  ✓ Files: ~/.azure/atmos/{R}/az/

Successfully logged out from 1 identity

Kept: bot (long-lived access key, not confirmed)
Still valid until 2030-01-02 00:00: az

{NOTE}
complete: false

gone .azure/atmos/{R}/az/credentials.json
`},
		{what: "an entry that may be a key", files: map[string]string{
			"project/atmos.yaml":                       projectYAML,
			".local/share/atmos/keyring/bot":           hometest.Entry,
			".local/share/atmos/keyring/atmos_{R}_bot": hometest.Entry,
		}, target: logout.Target{Identities: []string{"bot"}}, keep: logout.KeptByFlag, want: `
Nothing was removed

Kept: bot (long-lived access key, --keep-long-lived)
Kept: bot (may be a session: set ATMOS_KEYRING_PASSWORD to tell)
complete: true
`},
		{what: "a key of another project, under the raw name of a permission set", files: map[string]string{
			"project/atmos.yaml":                                      projectYAML,
			".local/share/atmos/keyring/prod":                         hometest.Entry,
			".config/atmos/0000000000000000/aws/aws-user/credentials": fmt.Sprintf(hometest.Key, "prod"),
		}, target: logout.Target{Identities: []string{"prod"}}, want: `
Logging out from identity: prod

Building authentication chain...
  ✓ Chain: corp → prod

Removing credentials...
Nothing was removed

Kept: prod (may be a session: set ATMOS_KEYRING_PASSWORD to tell)
complete: false
`},
		{what: "the same with --all-projects", files: map[string]string{
			"project/atmos.yaml":                                      projectYAML,
			".local/share/atmos/keyring/prod":                         hometest.Entry,
			".config/atmos/0000000000000000/aws/aws-user/credentials": fmt.Sprintf(hometest.Key, "prod"),
		}, target: logout.Target{AllProjects: true}, want: `
Logging out from all projects

Removing all credentials...
  ✓ Keyring: prod (perhaps a long-lived access key)
  ✓ Files: ~/.config/atmos/0000000000000000/aws/aws-user/

Successfully logged out from 1 identity

Not looked for: keyring directories, Docker logins and kubeconfig entries that only another project's atmos.yaml names

{NOTE}
complete: true

gone .config/atmos/0000000000000000/aws/aws-user/credentials
gone .local/share/atmos/keyring/prod
`},
		{what: "a session of whatever portal", files: map[string]string{
			"project/atmos.yaml":                   projectYAML,
			ssoFile:                                "{",
			".cache/atmos/aws-sso/corp/token.json": `{"accessToken":"a"}`,
		}, target: logout.Target{AllProjects: true}, want: `
Logging out from all projects

Removing all credentials...
  ✓ Session: ~/.cache/atmos/aws-sso/corp/token.json
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json

Successfully logged out from 2 identities

Not looked for: keyring directories, Docker logins and kubeconfig entries that only another project's atmos.yaml names

{NOTE}
   https://corp.example/start
complete: true

gone .cache/atmos/aws-sso/corp/token.json
gone .cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
`},
		{what: "a key that may be another project's", files: map[string]string{
			"project/atmos.yaml":                        "auth: {identities: {team_dev: {kind: aws/user}}}",
			".local/share/atmos/keyring/atmos_team_dev": hometest.Entry,
			".config/atmos/team/aws/x/credentials":      fmt.Sprintf(hometest.Session, "x"),
		}, target: logout.Target{All: true}, want: `
Logging out from all identities

Removing all credentials...
Nothing was removed

Kept: team_dev (keyring entry atmos_team_dev may belong to the realm team)
complete: false
`},
		{
			what: "a file that became a directory: the others go", files: signedIn(), target: logout.Target{Identities: []string{"dev"}},
			before: replace(".config/atmos/{R}/aws/corp/credentials"), want: `
Logging out from identity: dev

Building authentication chain...
  ✓ Chain: corp → Org → dev

Removing credentials...
  ✓ Keyring: corp
  ✓ Keyring: dev
  ✗ Files: ~/.config/atmos/{R}/aws/corp/credentials (not a regular file)
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  ✓ Kubeconfig: blue

Logged out with warnings (4/5 successful)

Errors encountered:
  • ~/.config/atmos/{R}/aws/corp/credentials: not a regular file

Also affected: prod must log in again (provider corp); other must log in again (portal https://corp.example/start)
Kept: Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com (the integration prod-ecr uses it too)
Still valid until 2030-01-02 00:00: corp

{NOTE}
   https://corp.example/start
complete: false

gone .cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
left .config/atmos/kube/config: {EMPTY}
left .config/atmos/{R}/aws/corp/config: [profile prod]
region = r

gone .config/atmos/{R}/aws/corp/credentials
gone .local/share/atmos/keyring/atmos_{R}_corp
gone .local/share/atmos/keyring/atmos_{R}_dev
new .config/atmos/{R}/aws/corp/config.lock
new .config/atmos/{R}/aws/corp/credentials/x
`,
		},
		{
			what: "a token that became a directory", files: signedIn(), target: logout.Target{Identities: []string{"other"}},
			before: replace(ssoFile), want: `
Logging out from identity: other

Building authentication chain...
  ✓ Chain: twin → other

Removing credentials...
  ✓ Files: ~/.config/atmos/{R}/aws/twin/
  ✗ Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json (not a regular file)

Logged out with warnings (1/2 successful)

Errors encountered:
  • ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json: not a regular file

Still valid until 2030-01-02 00:00: other

{NOTE}
   https://corp.example/start
complete: false

gone .cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
gone .config/atmos/{R}/aws/twin/credentials
new .cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json/x
`,
		},
		{what: "stopped before the first step", files: signedIn(), target: logout.Target{Identities: []string{"dev"}}, stopped: true, want: `
Logging out from identity: dev

Building authentication chain...
  ✓ Chain: corp → Org → dev

Removing credentials...
  ✗ Keyring: corp (interrupted)
  ✗ Keyring: dev (interrupted)
  ✗ Files: ~/.config/atmos/{R}/aws/corp/config (interrupted)
  ✗ Files: ~/.config/atmos/{R}/aws/corp/credentials (interrupted)
  ✗ Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json (interrupted)
  ✗ Kubeconfig: blue (interrupted)

Logout failed (0/6 successful)

Errors encountered:
  • corp: interrupted
  • dev: interrupted
  • ~/.config/atmos/{R}/aws/corp/config: interrupted
  • ~/.config/atmos/{R}/aws/corp/credentials: interrupted
  • ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json: interrupted
  • blue: interrupted

Kept: Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com (the integration prod-ecr uses it too)

{NOTE}
   https://corp.example/start
complete: false
`},
		{what: "a chain that leads nowhere", files: with(signedIn(), map[string]string{
			".local/share/atmos/keyring/nobody": hometest.Entry,
		}), target: logout.Target{Identities: []string{"lost"}}, want: `
Logging out from identity: lost

Building authentication chain...
  ✗ Chain: nobody (not declared) → lost

Removing credentials...
  ✓ Keyring: nobody (perhaps a long-lived access key)
  ✗ Keyring: lost (not found - already logged out)

Logged out with warnings (1/2 successful)

Errors encountered:
  • lost: credential not found in keyring

{NOTE}
complete: true

gone .local/share/atmos/keyring/nobody
`},
		{what: "lock files and leftovers go with what they belong to", files: map[string]string{
			"project/atmos.yaml":                               projectYAML,
			".config/atmos/{R}/aws/corp/credentials":           fmt.Sprintf(hometest.Session, "dev"),
			".config/atmos/{R}/aws/corp/credentials.lock":      "",
			".config/atmos/{R}/aws/corp/.credentials123456789": fmt.Sprintf(hometest.Session, "dev"),
			".config/atmos/{R}/aws/corp/credentials.credclean": fmt.Sprintf(hometest.Session, "dev"),
			".config/atmos/{R}/aws/twin/config.lock":           "",
			".azure/atmos/{R}/az/credentials.json.lock":        "",
		}, target: logout.Target{All: true}, want: `
Logging out from all identities

Removing all credentials...
  ✓ Files: ~/.config/atmos/{R}/aws/corp/

Successfully logged out from 1 identity

Still valid until 2030-01-02 00:00: dev

{NOTE}
   https://corp.example/start
complete: true

gone .azure/atmos/{R}/az/credentials.json.lock
gone .config/atmos/{R}/aws/corp/.credentials123456789
gone .config/atmos/{R}/aws/corp/credentials
gone .config/atmos/{R}/aws/corp/credentials.credclean
gone .config/atmos/{R}/aws/corp/credentials.lock
gone .config/atmos/{R}/aws/twin/config.lock
`},
		{what: "what lies beside stays, and is named", files: map[string]string{
			"project/atmos.yaml":                     projectYAML,
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
			".config/atmos/{R}/aws/corp/README":      "mine",
		}, target: logout.Target{Providers: []string{"corp"}}, want: `
Logging out from provider: corp

Removing all credentials for provider...
  ✓ Files: ~/.config/atmos/{R}/aws/corp/

Successfully logged out from 1 identity

Kept: ~/.config/atmos/{R}/aws/corp/README (not of Atmos)
Still valid until 2030-01-02 00:00: dev

{NOTE}
   https://corp.example/start
complete: true

gone .config/atmos/{R}/aws/corp/credentials
`},
		{what: "places that only the project names", files: map[string]string{
			"project/atmos.yaml":                             "env: {ATMOS_XDG_CONFIG_HOME: claimed}\n" + projectYAML,
			"project/claimed/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
		}, target: logout.Target{Identities: []string{"dev"}}, want: `
Logging out from identity: dev

Building authentication chain...
  ✓ Chain: corp → Org → dev

Removing credentials...
  ✗ Files: ~/project/claimed/atmos/{R}/aws/corp/credentials (only atmos.yaml names this place)

Logout failed (0/1 successful)

Errors encountered:
  • ~/project/claimed/atmos/{R}/aws/corp/credentials: only atmos.yaml names this place (ATMOS_XDG_CONFIG_HOME: claimed); set ATMOS_XDG_CONFIG_HOME yourself to log out there

{NOTE}
   https://corp.example/start
complete: false
`},
		{what: "a part of the configuration that was not read", files: map[string]string{
			"project/atmos.yaml":                     "import: [https://config.example/auth.yaml]\n" + projectYAML,
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
			".local/share/atmos/keyring/stranger":    hometest.Entry,
			ssoFile:                                  ssoOf("https://far.example/start"),
		}, target: logout.Target{All: true}, want: `
Logging out from all identities

Removing all credentials...
  ✓ Files: ~/.config/atmos/{R}/aws/corp/

Logged out with warnings (1/1 successful)

Errors encountered:
  • ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json, stranger: may belong to what was not read: atmos.yaml:1:10: import https://config.example/auth.yaml: remote, not fetched

Kept: stranger (without a realm; not declared in atmos.yaml)
Still valid until 2030-01-02 00:00: dev

{NOTE}
   https://corp.example/start
complete: false

gone .config/atmos/{R}/aws/corp/credentials
`},
		{what: "orphans", files: map[string]string{
			"project/atmos.yaml":                        projectYAML,
			".config/atmos/{R}/aws/corp/credentials":    fmt.Sprintf(hometest.Session, "dev") + fmt.Sprintf(hometest.Session, "gone"),
			".local/share/atmos/keyring/atmos_{R}_gone": hometest.Entry,
		}, target: logout.Target{Orphans: true}, want: `
Removing orphans

Removing orphaned credentials...
  ✓ Keyring: gone (perhaps a long-lived access key)
  ✓ Files: ~/.config/atmos/{R}/aws/corp/ (kept: dev)

Successfully logged out from 1 identity

Still valid until 2030-01-02 00:00: gone

{NOTE}
   https://corp.example/start
complete: true

left .config/atmos/{R}/aws/corp/credentials: ; atmos: expiration=2030-01-02T00:00:00Z
[dev]
aws_access_key_id = A
aws_session_token = t

gone .local/share/atmos/keyring/atmos_{R}_gone
new .config/atmos/{R}/aws/corp/credentials.lock
`},
		{what: "only what has expired", files: map[string]string{
			"project/atmos.yaml":                     projectYAML,
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(expired, "dev") + fmt.Sprintf(hometest.Session, "prod"),
			".config/atmos/{R}/aws/corp/config":      "[profile dev]\nregion = r\n[profile prod]\nregion = r\n",
		}, target: logout.Target{Expired: true}, want: `
Logging out from all identities (expired only)

Removing expired credentials...
  ✓ Files: ~/.config/atmos/{R}/aws/corp/ (kept: prod)

Successfully logged out from 1 identity

{NOTE}
   https://corp.example/start
complete: true

left .config/atmos/{R}/aws/corp/config: [profile prod]
region = r

left .config/atmos/{R}/aws/corp/credentials: ; atmos: expiration=2030-01-02T00:00:00Z
[prod]
aws_access_key_id = A
aws_session_token = t

new .config/atmos/{R}/aws/corp/config.lock
new .config/atmos/{R}/aws/corp/credentials.lock
`},
		{what: "a missing entry, where the first releases kept files", files: map[string]string{
			"project/atmos.yaml":              projectYAML,
			".aws/atmos/corp/credentials":     fmt.Sprintf(hometest.Session, "dev"),
			".local/share/atmos/keyring/corp": hometest.Entry,
		}, target: logout.Target{Identities: []string{"dev"}}, want: `
Logging out from identity: dev

Building authentication chain...
  ✓ Chain: corp → Org → dev

Removing credentials...
  ✓ Keyring: corp
  ✗ Keyring: dev (not found - already logged out)
  ✓ Files: ~/.aws/atmos/corp/

Logged out with warnings (2/3 successful)

Errors encountered:
  • dev: credential not found in keyring

Also affected: prod must log in again (provider corp)
Still valid until 2030-01-02 00:00: dev

{NOTE}
   https://corp.example/start
complete: true

gone .aws/atmos/corp/credentials
gone .local/share/atmos/keyring/corp
`},
		{what: "nothing is there, but in another project", files: map[string]string{
			"project/atmos.yaml": projectYAML,
			".config/atmos/0123456789abcdef/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
			".config/atmos/aws/old/credentials":                   fmt.Sprintf(hometest.Session, "dev"),
		}, target: logout.Target{Identities: []string{"dev"}}, want: `
Identity 'dev' is already logged out.
No credentials found in keyring or file storage.

Another project still holds dev (realm 0123456789abcdef)
Another project may hold dev without a realm
complete: true
`},
		{what: "a provider that only another project has", files: map[string]string{
			"project/atmos.yaml": projectYAML,
			".config/atmos/0123456789abcdef/aws/corp/credentials": fmt.Sprintf(hometest.Session, "web"),
		}, target: logout.Target{Providers: []string{"corp"}}, want: `
Provider 'corp' is already logged out.
No credentials found in keyring or file storage.

Another project still holds corp (realm 0123456789abcdef)
complete: true
`},
		{what: "a session that goes with the directory of a provider", files: map[string]string{
			"project/atmos.yaml":                     projectYAML,
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "gone"),
		}, target: logout.Target{Providers: []string{"corp"}}, want: `
Logging out from provider: corp

Removing all credentials for provider...
  ✓ Files: ~/.config/atmos/{R}/aws/corp/

Successfully logged out from 1 identity

Also affected: gone must log in again (provider corp)

{NOTE}
   https://corp.example/start
complete: true

gone .config/atmos/{R}/aws/corp/credentials
`},
	}
}

// An entry that can be opened is what it says: a key is kept, a session goes.
func TestOpened(t *testing.T) {
	home, p := hometest.World{Files: map[string]string{"project/atmos.yaml": projectYAML}, Env: map[string]string{"ATMOS_KEYRING_PASSWORD": keyringtest.FilePassword}}.Open(t)
	for key, text := range map[string]string{
		"bot":           `{"type":"aws","data":{"access_key_id":"A","session_token":"t","expiration":"2030-01-02T00:00:00Z"}}`,
		"prod":          `{"type":"aws","data":{"access_key_id":"A","secret_access_key":"s"}}`,
		"atmos_{R}_bot": `{"type":"aws","data":{"access_key_id":"A","secret_access_key":"s"}}`,
	} {
		key = strings.ReplaceAll(key, "{R}", hometest.Realm(home))
		if err := keyringtest.SetFile(filepath.Join(home, ".local/share/atmos/keyring"), key, text); err != nil {
			t.Fatal(err)
		}
	}
	inv := inventory.Take(t.Context(), p, disk.NewHome(home), nil, false)
	inv.Time = now
	plan, err := logout.NewPlan(inv, logout.Target{All: true})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"bot"}, plan.LongLived()); d != "" {
		t.Errorf("keys (-want +got):\n%s", d)
	}
	before := hometest.Left(t, home)
	r := plan.KeepLongLived(logout.KeptByFlag).Run(t.Context(), logout.Machine{Home: disk.NewHome(home), Keyrings: inv.Keyrings}, logout.Observer{})
	if !r.Complete() || !r.LeftFor(logout.KeptByFlag) || r.LeftFor(logout.KeptForeign) {
		t.Errorf("complete is %t: %v", r.Complete(), r.Err())
	}
	if d := cmp.Diff([]string{"gone .local/share/atmos/keyring/bot"}, changesOf(before, hometest.Left(t, home))); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

// What was ended is told although another logout had removed all files by then.
func TestOnlySessions(t *testing.T) {
	session := revoke.ReadSSO([]byte(`{"accessToken": "a", "region": "us-east-1", "startUrl": "https://acme.awsapps.com/start"}`), "token.json")[0]
	session.Name = "aws-sso"
	steps := []*logout.Step{{Kind: store.ProviderSession, Session: &session}, {Kind: store.SessionToken, Traces: []*inventory.Trace{{}}}}
	r := logout.Report{
		Plan: logout.Plan{Target: logout.Target{All: true}, Revoke: true, Steps: steps},
		Results: []logout.Result{
			{Step: steps[0], Outcome: "revoked", Ended: &revoke.Result{Session: session, Outcome: revoke.Revoked}},
			{Step: steps[1], Outcome: logout.Absent},
		},
	}
	var b strings.Builder
	r.Render(&b, show.View{})
	const want = `Ending sessions...
  ✓ Session ended: aws-sso (portal.sso.us-east-1.amazonaws.com)

All identities are already logged out.
No credentials found in keyring or file storage.
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
