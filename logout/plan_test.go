//go:build !windows

package logout_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/hometest"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
)

const projectYAML = `auth:
  providers:
    corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start, tags: [work]}
    twin: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start/}
    az: {kind: azure/device-code}
  identities:
    Org: {kind: aws/permission-set, via: {provider: corp}}
    dev: {kind: aws/assume-role, via: {identity: Org}}
    prod: {kind: aws/permission-set, via: {provider: corp}}
    other: {kind: aws/permission-set, via: {provider: twin}}
    sub: {kind: azure/subscription, via: {provider: az}}
    bot: {kind: aws/user}
    lost: {kind: aws/assume-role, via: {identity: nobody}}
  integrations:
    dev-ecr: {kind: aws/ecr, via: {identity: dev}, spec: {registry: {account_id: "111111111111", region: us-east-1}}}
    prod-ecr: {kind: aws/ecr, via: {identity: prod}, spec: {registry: {account_id: "111111111111", region: us-east-1}}}
    eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: blue, region: us-east-1, alias: blue}}}
`

const (
	ssoFile    = ".cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json"
	expired    = "; atmos: expiration=2020-01-02T00:00:00Z\n[%s]\naws_access_key_id = A\naws_session_token = t\n"
	dockerFile = `{"auths":{"111111111111.dkr.ecr.us-east-1.amazonaws.com":{"auth":"QVdTOnNlY3JldA=="},"docker.io":{"auth":"bWU6bWluZQ=="}}}` // AWS:secret, me:mine
)

// kubeFile is what Atmos writes of the cluster blue.
const kubeFile = `apiVersion: v1
kind: Config
clusters:
- name: arn:aws:eks:us-east-1:111111111111:cluster/blue
  cluster: {server: https://x.example}
contexts:
- name: blue
  context: {cluster: "arn:aws:eks:us-east-1:111111111111:cluster/blue", user: atmos-eks-blue-us-east-1}
users:
- name: atmos-eks-blue-us-east-1
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: atmos, args: [aws, eks, token]}
`

// signedIn is the home of somebody who uses everything of the project, and of another one.
func signedIn() map[string]string {
	return map[string]string{
		"project/atmos.yaml":                                  projectYAML,
		".config/atmos/{R}/aws/corp/credentials":              fmt.Sprintf(hometest.Session, "org") + fmt.Sprintf(hometest.Session, "dev") + fmt.Sprintf(hometest.Session, "prod"),
		".config/atmos/{R}/aws/corp/config":                   "[profile org]\nregion = r\n[profile dev]\nregion = r\n[profile prod]\nregion = r\n",
		".config/atmos/{R}/aws/corp/credentials.lock":         "",
		".config/atmos/{R}/aws/twin/credentials":              fmt.Sprintf(hometest.Session, "other"),
		".config/atmos/0123456789abcdef/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
		".local/share/atmos/keyring/atmos_{R}_corp":           hometest.Entry,
		".local/share/atmos/keyring/atmos_{R}_dev":            hometest.Entry,
		".local/share/atmos/keyring/atmos_{R}_bot":            hometest.Entry,
		".local/share/atmos/keyring/atmos_other_dev":          hometest.Entry,
		ssoFile:                                ssoOf("https://corp.example/start"),
		".azure/atmos/{R}/az/credentials.json": `{"expiration":"2030-01-02T00:00:00Z"}`,
		".docker/config.json":                  dockerFile,
		".config/atmos/kube/config":            kubeFile,
	}
}

func ssoOf(url string) string { return fmt.Sprintf(hometest.SSO, url) }

// with is a home that has other files beside those of another one, or instead of them.
func with(files, more map[string]string) map[string]string {
	for path, text := range more {
		files[path] = text
	}
	return files
}

// now is the time of all looks.
var now = time.Date(2029, 12, 31, 12, 0, 0, 0, time.UTC)

func viewOf(inv *inventory.Inventory) show.View {
	return show.View{Roots: inv.Roots, Zone: time.UTC}
}

// preview is what a dry run says, or the error of the target.
func preview(t *testing.T, w hometest.World, target logout.Target) string {
	t.Helper()
	home, inv := w.Look(t)
	inv.Time = now
	p, err := logout.NewPlan(inv, target)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	p.Preview(&b, viewOf(inv))
	return hometest.Short(home, b.String())
}

func TestPreview(t *testing.T) {
	for _, tt := range previews() {
		t.Run(tt.what, func(t *testing.T) {
			got := preview(t, hometest.World{Files: tt.files, All: tt.target.AllProjects}, tt.target)
			if d := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// A run that is killed leaves the proof: of a directory, config goes before credentials.
func TestOrder(t *testing.T) {
	for _, target := range []logout.Target{{Providers: []string{"corp"}}, {All: true}, {AllProjects: true}, {Expired: true}} {
		_, inv := hometest.World{Files: with(signedIn(), map[string]string{
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(expired, "gone") + fmt.Sprintf(expired, "prod"),
			".config/atmos/{R}/aws/corp/config":      "[profile gone]\nregion = r\n",
		}), All: true}.Look(t)
		inv.Time = now
		p, err := logout.NewPlan(inv, target)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []store.Kind
		for _, s := range p.Steps {
			if s.Kind.AWSFile() && strings.HasSuffix(s.Where.Place.Dir().Path, hometest.Realm(inv.Roots[store.Home])+"/aws/corp") {
				kinds = append(kinds, s.Kind)
			}
		}
		if d := cmp.Diff([]store.Kind{store.ConfigFile, store.CredentialsFile}, kinds); d != "" {
			t.Errorf("%+v (-want +got):\n%s", target, d)
		}
	}
}

type previewCase struct {
	what   string
	files  map[string]string
	target logout.Target
	want   string
}

func previews() []previewCase {
	return []previewCase{
		{what: "an identity goes with its chain, and with what is shared by others", files: signedIn(), target: logout.Target{Identities: []string{"dev"}}, want: `
Would remove from identity: dev
  • Keyring: corp
  • Keyring: dev
  • Files: ~/.config/atmos/{R}/aws/corp/credentials (removes org, dev, keeps prod)
  • Files: ~/.config/atmos/{R}/aws/corp/config (removes org, dev, keeps prod)
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  • Kubeconfig: blue

3 identities would be logged out

Also affected: prod must log in again (provider corp); other must log in again (portal https://corp.example/start)
Kept: Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com (the integration prod-ecr uses it too)
`},
		{what: "all of the project, and nothing of another one", files: signedIn(), target: logout.Target{All: true}, want: `
Would remove from all identities
  • Keyring: corp
  • Keyring: dev
  • Keyring: bot (long-lived access key)
  • Files: ~/.config/atmos/{R}/aws/corp/credentials
  • Files: ~/.config/atmos/{R}/aws/corp/config
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  • Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com
  • Kubeconfig: blue
  • Files: ~/.config/atmos/{R}/aws/twin/credentials
  • Files: ~/.azure/atmos/{R}/az/credentials.json

8 identities would be logged out

Kept: other_dev (without a realm; not declared in atmos.yaml)
`},
		{what: "all, where others may use the same realm", files: map[string]string{
			"project/atmos.yaml":                           strings.Replace(projectYAML, "auth:", "auth:\n  realm: acme", 1),
			".config/atmos/acme/aws/corp/credentials":      fmt.Sprintf(hometest.Session, "dev") + fmt.Sprintf(hometest.Session, "web"),
			".local/share/atmos/keyring/atmos_acme_theirs": hometest.Entry,
			".local/share/atmos/keyring/stranger":          hometest.Entry,
			".config/atmos/aws/old/credentials":            fmt.Sprintf(hometest.Session, "dev"),
		}, target: logout.Target{All: true}, want: `
Would remove from all identities
  • Files: ~/.config/atmos/acme/aws/corp/credentials (removes dev, keeps web)

1 identity would be logged out

Kept: web in ~/.config/atmos/acme/aws/corp/ (not declared in atmos.yaml)
Kept: old, stranger (without a realm; not declared in atmos.yaml)
Kept: theirs (realm acme; not declared in atmos.yaml)
`},
		{what: "orphans: names and directories that nobody declares, under the project's own realm", files: with(signedIn(), map[string]string{
			".config/atmos/{R}/aws/corp/credentials":    fmt.Sprintf(hometest.Session, "dev") + fmt.Sprintf(hometest.Session, "gone"),
			".config/atmos/{R}/aws/old/credentials":     fmt.Sprintf(hometest.Session, "dev") + fmt.Sprintf(hometest.Key, "mine"),
			".local/share/atmos/keyring/atmos_{R}_gone": hometest.Entry,
			".local/share/atmos/keyring/stranger":       hometest.Entry,
		}), target: logout.Target{Orphans: true}, want: `
Would remove orphans
  • Keyring: gone (perhaps a long-lived access key)
  • Files: ~/.config/atmos/{R}/aws/corp/credentials (removes gone, keeps dev)
  • Files: ~/.config/atmos/{R}/aws/old/credentials (removes dev, keeps mine)

2 identities would be logged out

Kept: mine in ~/.config/atmos/{R}/aws/old/ (no session of Atmos)
Kept: other_dev, stranger (without a realm it may be another project's)
`},
		{what: "only what has expired", files: with(signedIn(), map[string]string{
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(expired, "dev") + fmt.Sprintf(hometest.Session, "prod"),
			ssoFile:                                  strings.Replace(strings.Replace(ssoOf("https://corp.example/start"), "2030", "2020", 1), `,"refreshToken":"r"`, "", 1),
		}), target: logout.Target{Expired: true}, want: `
Would remove from all identities (expired only)
  • Files: ~/.config/atmos/{R}/aws/corp/credentials (removes dev, keeps prod)
  • Files: ~/.config/atmos/{R}/aws/corp/config (removes dev, keeps org, prod)
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json

3 identities would be logged out
`},
		{what: "an identity, only if it has expired", files: signedIn(), target: logout.Target{Identities: []string{"prod"}, Expired: true}, want: `
Would remove from identity: prod (expired only)

0 identities would be logged out
`},
		{what: "every project", files: signedIn(), target: logout.Target{AllProjects: true}, want: `
Would remove from all projects

No realm
  • Keyring: other_dev (perhaps a long-lived access key)
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  • Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com
  • Kubeconfig: blue

Realm 0123456789abcdef
  • Files: ~/.config/atmos/0123456789abcdef/aws/corp/credentials

Realm {R}
  • Keyring: corp
  • Keyring: dev
  • Keyring: bot (long-lived access key)
  • Files: ~/.config/atmos/{R}/aws/corp/credentials
  • Files: ~/.config/atmos/{R}/aws/corp/config
  • Files: ~/.config/atmos/{R}/aws/twin/credentials
  • Files: ~/.azure/atmos/{R}/az/credentials.json

9 identities would be logged out

Not looked for: keyring directories, Docker logins and kubeconfig entries that only another project's atmos.yaml names
`},
		{what: "providers by tag", files: signedIn(), target: logout.Target{Tags: []string{"work"}}, want: `
Would remove from provider: corp
  • Keyring: corp
  • Keyring: dev (via corp)
  • Files: ~/.config/atmos/{R}/aws/corp/credentials
  • Files: ~/.config/atmos/{R}/aws/corp/config
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  • Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com
  • Kubeconfig: blue

4 identities would be logged out

Also affected: other must log in again (portal https://corp.example/start)
`},
		{what: "a tag that no provider has", files: signedIn(), target: logout.Target{Tags: []string{"Work"}}, want: `
error: tag "Work": no provider has it
`},
		{what: "a provider's name where an identity belongs", files: signedIn(), target: logout.Target{Identities: []string{"Corp"}}, want: `
error: corp is a provider
`},
		{what: "an identity's name where a provider belongs", files: signedIn(), target: logout.Target{Providers: []string{"dev"}}, want: `
error: dev is an identity
`},
		{what: "a name that nothing bears", files: signedIn(), target: logout.Target{Identities: []string{"nowhere"}}, want: `
error: identity "nowhere": not declared in atmos.yaml
`},
		{what: "a name that only the machine knows", files: with(signedIn(), map[string]string{
			".local/share/atmos/keyring/atmos_{R}_Gone": hometest.Entry,
		}), target: logout.Target{Identities: []string{"gone"}}, want: `
Would remove from identity: Gone
  • Keyring: Gone (perhaps a long-lived access key)

1 identity would be logged out
`},
		{what: "a provider that only the machine knows", files: map[string]string{
			"project/atmos.yaml":                        projectYAML,
			".config/atmos/{R}/aws/gone/credentials":    fmt.Sprintf(hometest.Session, "web"),
			".local/share/atmos/keyring/atmos_{R}_gone": hometest.Entry,
		}, target: logout.Target{Providers: []string{"Gone"}}, want: `
Would remove from provider: gone
  • Keyring: gone (perhaps a long-lived access key)
  • Files: ~/.config/atmos/{R}/aws/gone/credentials

2 identities would be logged out

Also affected: web must log in again (provider gone)
`},
		{what: "default is the same in any case", files: map[string]string{
			"project/atmos.yaml":                     projectYAML,
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "Default"),
			".config/atmos/{R}/aws/corp/config":      "[default]\nregion = r\n",
		}, target: logout.Target{Providers: []string{"corp"}}, want: `
Would remove from provider: corp
  • Files: ~/.config/atmos/{R}/aws/corp/credentials
  • Files: ~/.config/atmos/{R}/aws/corp/config

1 identity would be logged out
`},
		{what: "a realm with the name of one of Atmos's directories", files: map[string]string{
			"project/atmos.yaml":                     strings.Replace(projectYAML, "auth:", "auth:\n  realm: aws", 1),
			".config/atmos/aws/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
			".config/atmos/aws/corp/credentials":     fmt.Sprintf(hometest.Session, "prod"),
			".azure/atmos/aws/msal_token_cache.json": "{}",
		}, target: logout.Target{Identities: []string{"dev", "sub"}}, want: `
Would remove from identities: dev, sub
  • Files: ~/.config/atmos/aws/aws/corp/credentials
  • Session: ~/.azure/atmos/aws/msal_token_cache.json

2 identities would be logged out
`},
		{what: "the one realm that is not looked into", files: map[string]string{
			"project/atmos.yaml":                          strings.Replace(projectYAML, "auth:", "auth:\n  realm: profiles", 1),
			".config/atmos/profiles/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
		}, target: logout.Target{Identities: []string{"dev"}}, want: `
Would remove from identity: dev

0 identities would be logged out

Not certain: realm profiles: the directory ~/.config/atmos/profiles is the user's and not looked into
`},
		{what: "a chain that leads nowhere", files: with(signedIn(), map[string]string{
			".local/share/atmos/keyring/nobody": hometest.Entry,
		}), target: logout.Target{Identities: []string{"lost"}}, want: `
Would remove from identity: lost
  ✗ Chain: nobody (not declared) → lost
  • Keyring: nobody (perhaps a long-lived access key)

1 identity would be logged out
`},
		{what: "a chain that has no end", files: map[string]string{
			"project/atmos.yaml": "auth: {identities: {a: {kind: aws/assume-role, via: {identity: b}}, b: {kind: aws/assume-role, via: {identity: a}}}}",
		}, target: logout.Target{Identities: []string{"a"}}, want: `
error: identity "a": cycle: a → b → a
`},
		{what: "a profile's chain, where something lies under its provider", files: with(signedIn(), map[string]string{
			"project/profiles/ci/auth.yaml":            "auth:\n  providers: {ci-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://ci.example/start}}\n  identities: {prod: {kind: aws/permission-set, via: {provider: ci-sso}}, deploy: {kind: aws/assume-role, via: {identity: prod}}}\n",
			".local/share/atmos/keyring/ci-sso":        hometest.Entry,
			"project/profiles/night/auth.yaml":         "auth:\n  providers: {night-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://night.example/start}}\n  identities: {prod: {kind: aws/permission-set, via: {provider: night-sso}}}\n",
			".config/atmos/{R}/aws/ci-sso/credentials": fmt.Sprintf(hometest.Session, "prod"),
		}), target: logout.Target{Identities: []string{"prod"}}, want: `
Would remove from identity: prod
  ✓ Chain (profile ci): ci-sso → prod
  • Keyring: corp
  • Keyring: ci-sso
  • Files: ~/.config/atmos/{R}/aws/corp/credentials (removes prod, keeps org, dev)
  • Files: ~/.config/atmos/{R}/aws/corp/config (removes prod, keeps org, dev)
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  • Files: ~/.config/atmos/{R}/aws/ci-sso/credentials

3 identities would be logged out

Also affected: Org, dev must log in again (provider corp); deploy must log in again (provider ci-sso); other must log in again (portal https://corp.example/start)
Kept: Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com (the integration dev-ecr uses it too)
`},
		{what: "an identity that was logged in through another provider", files: with(signedIn(), map[string]string{
			".config/atmos/{R}/aws/old/credentials": fmt.Sprintf(hometest.Session, "prod"),
		}), target: logout.Target{Identities: []string{"prod"}}, want: `
Would remove from identity: prod
  • Keyring: corp
  • Files: ~/.config/atmos/{R}/aws/corp/credentials (removes prod, keeps org, dev)
  • Files: ~/.config/atmos/{R}/aws/corp/config (removes prod, keeps org, dev)
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  • Files: ~/.config/atmos/{R}/aws/old/credentials

2 identities would be logged out

Also affected: Org, dev must log in again (provider corp); other must log in again (portal https://corp.example/start)
Kept: Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com (the integration dev-ecr uses it too)
`},
		{what: "the directory of a provider that an identity has left", files: with(signedIn(), map[string]string{
			".config/atmos/{R}/aws/twin/credentials": fmt.Sprintf(hometest.Session, "prod"),
		}), target: logout.Target{Providers: []string{"twin"}}, want: `
Would remove from provider: twin
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json

1 identity would be logged out

Also affected: Org, dev, prod must log in again (portal https://corp.example/start)
Kept: prod in ~/.config/atmos/{R}/aws/twin/ (atmos.yaml has another provider for it)
`},
		{what: "a portal that is not known", files: map[string]string{
			"project/atmos.yaml": "auth:\n  providers: {corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: !env UNSET_URL}}\n  identities: {dev: {kind: aws/permission-set, via: {provider: corp}}}\n",
			ssoFile:              ssoOf("https://corp.example/start"),
		}, target: logout.Target{Providers: []string{"corp"}}, want: `
Would remove from provider: corp
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json (cannot tell: the start URL of "corp" is not known)

0 identities would be logged out
`},
		{what: "files that do not read as what they should be", files: with(signedIn(), map[string]string{
			".config/atmos/{R}/aws/corp/credentials": "what is this\n",
			".docker/config.json":                    "nonsense",
			ssoFile:                                  "{",
			".cache/atmos/aws-sso/corp/token.json":   `{"accessToken":"a"}`,
		}), target: logout.Target{Identities: []string{"dev"}}, want: `
Would remove from identity: dev
  • Keyring: corp
  • Keyring: dev
  • Files: ~/.config/atmos/{R}/aws/corp/credentials (cannot tell: not an AWS credentials file: line 1: neither a comment, a section nor a key)
  • Files: ~/.config/atmos/{R}/aws/corp/config (removes org, dev, keeps prod)
  • Session: ~/.cache/atmos/aws-sso/corp/token.json (cannot tell: names no start URL)
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json (cannot tell: not in the form of a token file)
  • Kubeconfig: blue

3 identities would be logged out

Also affected: prod must log in again (provider corp)
Kept: Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com (the integration prod-ecr uses it too)
`},
		{what: "what lies beside", files: with(signedIn(), map[string]string{
			".config/atmos/{R}/aws/corp/README":        "mine",
			".config/atmos/{R}/aws/corp/.config123456": "",
			".config/atmos/{R}/newcloud/x/token":       "t",
		}), target: logout.Target{Providers: []string{"corp"}}, want: `
Would remove from provider: corp
  • Keyring: corp
  • Keyring: dev (via corp)
  • Files: ~/.config/atmos/{R}/aws/corp/.config123456
  • Files: ~/.config/atmos/{R}/aws/corp/credentials
  • Files: ~/.config/atmos/{R}/aws/corp/config
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  • Docker: 111111111111.dkr.ecr.us-east-1.amazonaws.com
  • Kubeconfig: blue

4 identities would be logged out

Also affected: other must log in again (portal https://corp.example/start)
Kept: ~/.config/atmos/{R}/aws/corp/README (not of Atmos)
`},
		{what: "a kind that is not known", files: map[string]string{
			"project/atmos.yaml":                     "auth: {providers: {new: {kind: moon/base}}, identities: {dev: {kind: moon/walk, via: {provider: new}}}}",
			".config/atmos/{R}/moon/new/token":       "t",
			".config/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "x"),
		}, target: logout.Target{Identities: []string{"dev"}}, want: `
Would remove from identity: dev

0 identities would be logged out

Not certain: ~/.config/atmos/{R}/moon: it may be of a kind that is not known
Not known: the kind moon/base of new; what only newer releases keep for it may remain
Not known: the kind moon/walk of dev; what only newer releases keep for it may remain
`},
		{what: "nothing is there", files: map[string]string{"project/atmos.yaml": projectYAML}, target: logout.Target{All: true}, want: `
Would remove from all identities

0 identities would be logged out
`},
	}
}
