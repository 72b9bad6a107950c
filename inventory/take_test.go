//go:build !windows

package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/hometest"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// lines describe the traces of the world, sorted: where, whose, of whom, and what is known.
func lines(t *testing.T, w hometest.World) []string {
	t.Helper()
	home, inv := w.Look(t)
	var lines []string
	for _, t := range inv.Traces {
		lines = append(lines, hometest.Short(home, line(t)))
	}
	slices.Sort(lines)
	return lines
}

func line(t *inventory.Trace) string {
	where := t.Where.Place.String()
	if t.Where.Keyring != "" {
		where = "keyring " + t.Where.Key
	}
	whose := "others'"
	if t.Ours {
		whose = "ours"
	}
	text := fmt.Sprintf("%s: %s, %s", where, t.Kind, whose)
	var by string
	if t.Written != nil {
		by = strings.Join(t.Written.By, "+")
	}
	for _, part := range []struct {
		name, value string
	}{{"entry", t.Where.Entry}, {"root", t.Root}, {"realm", t.Realm}, {"perhaps of", t.PerhapsOf}, {"by", by}} {
		if part.value != "" {
			text += ", " + part.name + " " + part.value
		}
	}
	for _, n := range t.Of {
		role := "identity"
		if n.Provider {
			role = "provider"
		}
		text += ", of " + role + " " + n.Name
	}
	if t.Session {
		text += ", session"
	}
	if t.Rest {
		text += ", rest"
	}
	if t.Foreign {
		text += ", foreign"
	}
	text += map[inventory.AccessKey]string{inventory.LongLived: ", long-lived", inventory.PerhapsSession: ", perhaps a session"}[t.AccessKey]
	if !t.Expires.IsZero() {
		text += ", until " + t.Expires.UTC().Format("2006-01-02")
	}
	if t.Refreshable {
		text += ", renews"
	}
	if t.Err != nil {
		text += ", ERROR"
	}
	return text
}

const projectYAML = `auth:
  providers:
    corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start/}
    twin: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://CORP.example/start}
    far: {kind: aws/iam-identity-center, region: eu-west-1, start_url: https://corp.example/start}
    okta: {kind: aws/saml}
    az: {kind: azure/device-code}
    azcli: {kind: azure/cli}
    gadc: {kind: gcp/adc}
    pro: {kind: atmos/pro}
    strange: {kind: newcloud/sso}
    noregion: {kind: aws/iam-identity-center, start_url: https://noregion.example/start}
    dim: {kind: aws/iam-identity-center, region: !exec x, start_url: https://dim.example/start}
  identities:
    Dev: {kind: aws/permission-set, via: {provider: corp}}
    user: {kind: aws/user}
    filed: {kind: aws/user, credentials: {access_key_id: AKIA, secret_access_key: s}}
    sub: {kind: azure/subscription, via: {provider: az}}
    sa: {kind: gcp/service-account, via: {provider: gadc}}
    pid: {kind: atmos/pro, via: {provider: pro}}
    lost: {kind: aws/assume-role, via: {provider: gone}}
    team/fake: {kind: mock, via: {provider: corp}}
    default: {kind: aws/permission-set, via: {provider: corp}}
    kube: {kind: kubernetes/emulator}
    odd: {via: {provider: strange}}
  integrations:
    org/sts: {kind: github/sts, via: {identity: pid}}
    "org:sts": {kind: github/sts, via: {identity: pid}}
    org\sts: {kind: aws/ecr, via: {identity: Dev}}
    org_sts: {kind: github/sts, via: {identity: nobody}}
    both: {kind: github/sts, via: {provider: pro}}
`

// farPortal is what Atmos calls the files of the portal of far (pkg/auth/providers/aws/sso_cache.go since v1.221.0).
var farPortal = store.Portal("https://corp.example/start", "eu-west-1")

func TestTake(t *testing.T) {
	for _, tt := range []struct {
		what  string
		world hometest.World
		want  []string
	}{
		{
			what: "AWS files: ours by realm, without a realm by a declared name in the directory of a declared root",
			world: hometest.World{Files: map[string]string{
				".config/atmos/{R}/aws/corp/credentials":              fmt.Sprintf(hometest.Session, "dev") + fmt.Sprintf(hometest.Key, "mine"),
				".config/atmos/{R}/aws/old/credentials":               fmt.Sprintf(hometest.Session, "Dev"),
				".config/atmos/{R}/aws/corp/config":                   "[profile dev]\nregion = r\n[sso-session x]\n",
				".config/atmos/aws/corp/credentials":                  fmt.Sprintf(hometest.Session, "dev") + fmt.Sprintf(hometest.Session, "web") + fmt.Sprintf(hometest.Session, "okta"),
				".config/atmos/aws/okta/credentials":                  "key outside of a section\n[\x00",
				".config/atmos/aws/old/credentials":                   fmt.Sprintf(hometest.Session, "dev"),
				".config/atmos/aws/gone/credentials":                  fmt.Sprintf(hometest.Session, "lost"),
				".config/atmos/0123456789abcdef/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
				".config/atmos/aws/aws-user/credentials":              fmt.Sprintf(hometest.Key, "user"),
				".aws/atmos/corp/credentials":                         fmt.Sprintf(hometest.Session, "DEFAULT"),
				".aws/atmos/corp/config":                              "",
			}},
			want: []string{
				"~/.aws/atmos/corp/config: config_file, ours, root corp",
				"~/.aws/atmos/corp/credentials: credentials_file, ours, entry DEFAULT, root corp, of identity default, session, until 2030-01-02",
				"~/.config/atmos/0123456789abcdef/aws/corp/credentials: credentials_file, others', entry dev, root corp, realm 0123456789abcdef, of identity Dev, session, until 2030-01-02",
				"~/.config/atmos/aws/aws-user/credentials: credentials_file, ours, entry user, root aws-user, of identity user",
				"~/.config/atmos/aws/corp/credentials: credentials_file, others', entry web, root corp, of identity web, session, until 2030-01-02",
				"~/.config/atmos/aws/corp/credentials: credentials_file, ours, entry dev, root corp, of identity Dev, session, until 2030-01-02",
				"~/.config/atmos/aws/corp/credentials: credentials_file, ours, entry okta, root corp, of provider okta, session, until 2030-01-02",
				"~/.config/atmos/aws/gone/credentials: credentials_file, ours, entry lost, root gone, of identity lost, session, until 2030-01-02",
				"~/.config/atmos/aws/okta/credentials: credentials_file, ours, root okta, ERROR",
				"~/.config/atmos/aws/old/credentials: credentials_file, others', entry dev, root old, of identity Dev, session, until 2030-01-02",
				"~/.config/atmos/{R}/aws/corp/config: config_file, ours, entry profile dev, root corp, realm {R}, of identity Dev",
				"~/.config/atmos/{R}/aws/corp/config: config_file, ours, entry sso-session x, root corp, realm {R}",
				"~/.config/atmos/{R}/aws/corp/credentials: credentials_file, ours, entry dev, root corp, realm {R}, of identity Dev, session, until 2030-01-02",
				"~/.config/atmos/{R}/aws/corp/credentials: credentials_file, ours, entry mine, root corp, realm {R}, of identity mine",
				"~/.config/atmos/{R}/aws/old/credentials: credentials_file, ours, entry Dev, root old, realm {R}, of identity Dev, session, until 2030-01-02",
			},
		},
		{
			what: "a name that the user typed is ours in the directory of a declared root, and in no other",
			world: hometest.World{Asked: []string{"Web"}, Files: map[string]string{
				".config/atmos/aws/corp/credentials": fmt.Sprintf(hometest.Session, "web"),
				".config/atmos/aws/else/credentials": fmt.Sprintf(hometest.Session, "web"),
			}},
			want: []string{
				"~/.config/atmos/aws/corp/credentials: credentials_file, ours, entry web, root corp, of identity web, session, until 2030-01-02",
				"~/.config/atmos/aws/else/credentials: credentials_file, others', entry web, root else, of identity web, session, until 2030-01-02",
			},
		},
		{
			what: "tokens of a portal are found by what is in them",
			world: hometest.World{Files: map[string]string{
				".cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json": fmt.Sprintf(hometest.SSO, "HTTPS://corp.example/start#/"),
				".cache/atmos/aws-sso/sessions/89bd718a482a3c0ed2e0def5930c30370ed00695.json": fmt.Sprintf(hometest.SSO, "https://other.example/start"),
				".cache/atmos/aws-sso/sessions/99bd718a482a3c0ed2e0def5930c30370ed00695.json": "{",
				".cache/atmos/aws-sso/corp/token.json":                                        fmt.Sprintf(hometest.SSO, "https://corp.example/start"),
				".cache/atmos/aws-sso/corp/token.json.tmp":                                    "",
				".cache/atmos/aws-sso/sessions/a9bd718a482a3c0ed2e0def5930c30370ed00695.json": fmt.Sprintf(hometest.SSO, "https://noregion.example/start"),
				".cache/atmos/aws-sso/sessions/b9bd718a482a3c0ed2e0def5930c30370ed00695.json": fmt.Sprintf(hometest.SSO, "https://dim.example/start"),
				".cache/atmos/aws-sso/sessions/c9bd718a482a3c0ed2e0def5930c30370ed00695.json": `{"startUrl":"https://corp.example/start"}`,
				".cache/atmos/aws-sso/sessions/" + farPortal + ".json.lock":                   "",
				".cache/atmos/aws-sso/sessions/" + farPortal + ".json.tmp":                    "",
				".cache/atmos/aws-sso/twin/token.json":                                        fmt.Sprintf(hometest.SSO, "https://other.example/start"),
				".cache/atmos/aws-sso/old/token.json":                                         fmt.Sprintf(hometest.SSO, "https://corp.example/start"),
				".cache/atmos/aws-sso/had/token.json":                                         fmt.Sprintf(hometest.SSO, "https://corp.example/start"),
				".local/share/atmos/keyring/atmos_{R}_had":                                    hometest.Entry,
				".cache/atmos/auth/corp/provisioned-identities.yaml":                          "auth: {identities: {a/b: {kind: aws/permission-set, via: {provider: corp}}}, _metadata: {extra: {start_url: https://corp.example/start, region: us-east-1}}}",
			}},
			want: []string{
				"keyring atmos_{R}_had: keyring_entry, ours, realm {R}, of identity had, perhaps a session",
				"~/.cache/atmos/auth/corp/provisioned-identities.yaml: provisioned_identities, ours, of provider corp",
				"~/.cache/atmos/aws-sso/corp/token.json.tmp: session_token, ours, of provider corp, rest",
				"~/.cache/atmos/aws-sso/corp/token.json: session_token, ours, of provider corp, until 2030-01-02, renews",
				"~/.cache/atmos/aws-sso/had/token.json: session_token, ours, of provider had, until 2030-01-02, renews",
				"~/.cache/atmos/aws-sso/old/token.json: session_token, others', of provider old, until 2030-01-02, renews",
				"~/.cache/atmos/aws-sso/sessions/" + farPortal + ".json.lock: lock_files, ours, of provider far",
				"~/.cache/atmos/aws-sso/sessions/" + farPortal + ".json.tmp: session_token, ours, of provider far, rest",
				"~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json: session_token, ours, of provider corp, of provider twin, until 2030-01-02, renews",
				"~/.cache/atmos/aws-sso/sessions/89bd718a482a3c0ed2e0def5930c30370ed00695.json: session_token, others', until 2030-01-02, renews",
				"~/.cache/atmos/aws-sso/sessions/99bd718a482a3c0ed2e0def5930c30370ed00695.json: session_token, ours, of provider corp, of provider twin, of provider far, of provider noregion, of provider dim, ERROR",
				"~/.cache/atmos/aws-sso/sessions/a9bd718a482a3c0ed2e0def5930c30370ed00695.json: session_token, ours, of provider noregion, until 2030-01-02, renews",
				"~/.cache/atmos/aws-sso/sessions/b9bd718a482a3c0ed2e0def5930c30370ed00695.json: session_token, others', until 2030-01-02, renews",
				"~/.cache/atmos/aws-sso/sessions/c9bd718a482a3c0ed2e0def5930c30370ed00695.json: session_token, ours, of provider corp, of provider twin, of provider far",
				"~/.cache/atmos/aws-sso/twin/token.json: session_token, others', of provider twin, until 2030-01-02, renews",
			},
		},
		{
			what: "files of other clouds, with lock files and what killed writes left",
			world: hometest.World{Files: map[string]string{
				".azure/atmos/{R}/az/credentials.json":                                   `{"expiration":"2030-01-02T00:00:00Z"}`,
				".azure/atmos/{R}/az/.credentials.json987654321":                         "",
				".azure/atmos/{R}/az/credentials.json.lock":                              "",
				".azure/atmos/{R}/msal_token_cache.json":                                 `{"RefreshToken":{"a":{}}}`,
				".azure/atmos/azcli/credentials.json":                                    "{}",
				".azure/atmos/corp/credentials.json":                                     `{"expiration":"2030-01-02T00:00:00Z"}`,
				".azure/atmos/{R}/azcli/credentials.json":                                "nonsense",
				".azure/atmos/{R}/sub/credentials.json":                                  "{}",
				".cache/atmos/emulator/dev-kube.kubeconfig":                              "",
				".local/share/atmos/auth/github-sts/{R}/both/git.config":                 "",
				".local/share/atmos/auth/github-sts/{R}/both/state.json":                 `{"tokens":[{"expiresAt":"2030-01-02T00:00:00Z"}]}`,
				".local/share/atmos/auth/github-sts/{R}/stranger/git.config":             "",
				".local/share/atmos/keyring/atmos_{R}_had":                               hometest.Entry,
				".local/share/atmos/console/sessions/" + store.Console("", "had") + "/x": "",
				".config/atmos/{R}/gcp/gadc/adc/sa/access_token":                         "t\n2030-01-02T00:00:00Z\n",
				".config/atmos/{R}/gcp/gadc/config/sa/credentials.db":                    "",
				".config/atmos/{R}/gcp/gadc/sa.identity.lock":                            "",
				".config/atmos/{R}/gcp/gadc/notes/x":                                     "",
				".config/atmos/emulator/kube.kubeconfig":                                 "",
				".config/atmos/emulator/stranger.kubeconfig":                             "",
				".local/share/atmos/auth/github-sts/{R}/org_sts/state.json":              `{"tokens":[{"expiresAt":"2030-01-02T00:00:00Z"}]}`,
				".cache/atmos/aws-webflow/user-{R}/refresh.json":                         `{"expiresAt":"2030-01-02T00:00:00Z","refreshToken":"r"}`,
				".cache/atmos/aws-webflow/user-/refresh.json":                            "{}",
				".cache/atmos/aws-webflow/user-other-realm/refresh.json":                 "{}",
				".cache/atmos/aws-webflow/user-theirs/refresh.json":                      "{}",
				".cache/atmos/aws-webflow/-theirs/refresh.json":                          "{}",
				"tmp/atmos-mock-team-fake.json":                                          `{"Expiration":"2030-01-02T00:00:00Z"}`,
				"tmp/atmos-mock-other.json":                                              "{}",
				"tmp/unrelated/atmos-mock-team-fake.json":                                "{}",
				".aws/saml2aws/storageState.json":                                        "{}",
				".local/share/atmos/console/sessions/" + store.Console("", "dev") + "/x": "",
				".local/share/atmos/console/sessions/0000000000000000/x":                 "",
			}},
			want: []string{
				"keyring atmos_{R}_had: keyring_entry, ours, realm {R}, of identity had, perhaps a session",
				"~/.aws/saml2aws/storageState.json: browser_state, ours, of provider okta",
				"~/.azure/atmos/azcli/credentials.json: cloud_credentials, ours, of provider azcli",
				"~/.azure/atmos/corp/credentials.json: cloud_credentials, others', of provider corp",
				"~/.azure/atmos/{R}/az/.credentials.json987654321: cloud_credentials, ours, realm {R}, of provider az, rest",
				"~/.azure/atmos/{R}/az/credentials.json.lock: lock_files, ours, realm {R}, of provider az",
				"~/.azure/atmos/{R}/az/credentials.json: cloud_credentials, ours, realm {R}, of provider az, until 2030-01-02",
				"~/.azure/atmos/{R}/azcli/credentials.json: cloud_credentials, ours, realm {R}, of provider azcli",
				"~/.azure/atmos/{R}/msal_token_cache.json: refresh_token, ours, realm {R}, of provider az, renews",
				"~/.azure/atmos/{R}/sub/credentials.json: cloud_credentials, ours, realm {R}, of provider sub",
				"~/.cache/atmos/aws-webflow/-theirs/refresh.json: refresh_token, others', realm theirs",
				"~/.cache/atmos/aws-webflow/user-/refresh.json: refresh_token, ours, of identity user",
				"~/.cache/atmos/aws-webflow/user-other-realm/refresh.json: refresh_token, others', realm realm, of identity user-other",
				"~/.cache/atmos/aws-webflow/user-theirs/refresh.json: refresh_token, others', realm theirs, of identity user",
				"~/.cache/atmos/aws-webflow/user-{R}/refresh.json: refresh_token, ours, realm {R}, of identity user, until 2030-01-02",
				"~/.cache/atmos/emulator/dev-kube.kubeconfig: cloud_credentials, ours, of identity kube",
				"~/.config/atmos/emulator/kube.kubeconfig: cloud_credentials, ours, of identity kube",
				"~/.config/atmos/emulator/stranger.kubeconfig: cloud_credentials, others', of identity stranger",
				"~/.config/atmos/{R}/gcp/gadc/adc/sa/access_token: cloud_credentials, ours, root gadc, realm {R}, of identity sa, until 2030-01-02",
				"~/.config/atmos/{R}/gcp/gadc/config/sa: cloud_config, ours, root gadc, realm {R}, of identity sa",
				"~/.config/atmos/{R}/gcp/gadc/notes: other_file, ours, root gadc, realm {R}",
				"~/.config/atmos/{R}/gcp/gadc/sa.identity.lock: lock_files, ours, root gadc, realm {R}, of identity sa",
				"~/.local/share/atmos/auth/github-sts/{R}/both/git.config: session_token, ours, realm {R}, by both, of provider pro, until 2030-01-02",
				"~/.local/share/atmos/auth/github-sts/{R}/both/state.json: session_token, ours, realm {R}, by both, of provider pro, until 2030-01-02",
				"~/.local/share/atmos/auth/github-sts/{R}/org_sts/state.json: session_token, ours, realm {R}, by org/sts, of identity pid, until 2030-01-02",
				"~/.local/share/atmos/auth/github-sts/{R}/stranger/git.config: session_token, ours, realm {R}, by stranger, of identity stranger",
				"~/.local/share/atmos/console/sessions/0000000000000000: browser_state, others'",
				"~/.local/share/atmos/console/sessions/" + store.Console("", "had") + ": browser_state, ours, of identity had",
				"~/.local/share/atmos/console/sessions/" + store.Console("", "dev") + ": browser_state, ours, of identity Dev",
				"~/tmp/atmos-mock-other.json: temp_file, others', of identity other",
				"~/tmp/atmos-mock-team-fake.json: temp_file, ours, of identity team/fake, until 2030-01-02",
			},
		},
		{
			what: "keyring entries, none of which can be opened",
			world: hometest.World{Files: map[string]string{
				".local/share/atmos/keyring/dev":                                hometest.Entry,
				".local/share/atmos/keyring/corp":                               hometest.Entry,
				".local/share/atmos/keyring/gone":                               hometest.Entry,
				".local/share/atmos/keyring/stranger":                           hometest.Entry,
				".local/share/atmos/keyring/atmos_dev":                          hometest.Entry,
				".local/share/atmos/keyring/atmos_{R}_Dev":                      hometest.Entry,
				".local/share/atmos/keyring/atmos_{R}_user":                     hometest.Entry,
				".local/share/atmos/keyring/atmos_{R}_filed":                    hometest.Entry,
				".local/share/atmos/keyring/user":                               hometest.Entry,
				".local/share/atmos/keyring/atmos_0123456789abcdef_dev":         hometest.Entry,
				".local/share/atmos/keyring/atmos_theirs_dev":                   hometest.Entry,
				".local/share/atmos/keyring/sub":                                hometest.Entry,
				".local/share/atmos/keyring/odd":                                hometest.Entry,
				".local/share/atmos/keyring/strange":                            hometest.Entry,
				".local/share/atmos/keyring/pid":                                hometest.Entry,
				".config/atmos/theirs/aws/corp/credentials":                     fmt.Sprintf(hometest.Session, "x") + fmt.Sprintf(hometest.Key, "pid"),
				".config/atmos/0000000000000000/aws/aws-user/credentials":       fmt.Sprintf(hometest.Key, "sub"),
				".local/share/atmos/keyring/atmos%2Fdev%2Fvpc%2Fpassword":       hometest.Entry,
				".local/share/atmos/keyring/atmos_{R}_acme dev%2Fadministrator": hometest.Entry,
			}},
			want: []string{
				"keyring atmos_0123456789abcdef_dev: keyring_entry, others', realm 0123456789abcdef, of identity Dev",
				"keyring atmos_dev: keyring_entry, ours, of identity Dev",
				"keyring atmos_theirs_dev: keyring_entry, others', realm theirs, of identity Dev",
				"keyring atmos_{R}_Dev: keyring_entry, ours, realm {R}, of identity Dev",
				"keyring atmos_{R}_acme dev/administrator: keyring_entry, ours, realm {R}, of identity acme dev/administrator, perhaps a session",
				"keyring atmos_{R}_filed: keyring_entry, ours, realm {R}, of identity filed",
				"keyring atmos_{R}_user: keyring_entry, ours, realm {R}, of identity user, long-lived",
				"keyring corp: keyring_entry, ours, of provider corp",
				"keyring dev: keyring_entry, ours, of identity Dev",
				"keyring gone: keyring_entry, ours, of provider gone",
				"keyring odd: keyring_entry, ours, of identity odd, perhaps a session",
				"keyring pid: keyring_entry, ours, of identity pid",
				"keyring strange: keyring_entry, ours, of provider strange, perhaps a session",
				"keyring stranger: keyring_entry, others', of identity stranger",
				"keyring sub: keyring_entry, ours, of identity sub, perhaps a session",
				"keyring user: keyring_entry, ours, of identity user, perhaps a session",
				"~/.config/atmos/0000000000000000/aws/aws-user/credentials: credentials_file, others', entry sub, root aws-user, realm 0000000000000000, of identity sub",
				"~/.config/atmos/theirs/aws/corp/credentials: credentials_file, others', entry pid, root corp, realm theirs, of identity pid",
				"~/.config/atmos/theirs/aws/corp/credentials: credentials_file, others', entry x, root corp, realm theirs, of identity x, session, until 2030-01-02",
			},
		},
		{
			what: "a key that may be another project's",
			world: hometest.World{Files: map[string]string{
				"project/atmos.yaml":                         "auth: {identities: {team_dev: {kind: aws/ambient}, dev: {kind: aws/ambient}}}",
				".local/share/atmos/keyring/atmos_team_dev":  hometest.Entry,
				".local/share/atmos/keyring/atmos_other_dev": hometest.Entry,
				".config/atmos/team/aws/x/credentials":       fmt.Sprintf(hometest.Session, "x"),
			}},
			want: []string{
				"keyring atmos_other_dev: keyring_entry, others', of identity other_dev",
				"keyring atmos_team_dev: keyring_entry, ours, perhaps of team, of identity team_dev",
				"~/.config/atmos/team/aws/x/credentials: credentials_file, others', entry x, root x, realm team, of identity x, session, until 2030-01-02",
			},
		},
		{
			what: "realms with a name: the longest that is ours counts, and what lies there may be another repository's",
			world: hometest.World{Files: map[string]string{
				"project/atmos.yaml":                                                     "auth: {realm: team, identities: {dev: {kind: aws/user}, x_dev: {kind: aws/user}, a_b_ops: {kind: aws/user}}}",
				"project/profiles/p/a.yaml":                                              "auth: {realm: team_x}",
				"project/profiles/q/a.yaml":                                              "auth: {realm: a_b}",
				"project/profiles/r/a.yaml":                                              "auth: {realm: team_x-y}",
				".local/share/atmos/keyring/atmos_team_x_dev":                            hometest.Entry,
				".local/share/atmos/keyring/atmos_team_x_ops":                            hometest.Entry,
				".local/share/atmos/keyring/atmos_a_b_ops":                               hometest.Entry,
				".config/atmos/a/aws/else/credentials":                                   fmt.Sprintf(hometest.Session, "x"),
				".config/atmos/aws/team/README":                                          "",
				".config/atmos/aws/team/credentials":                                     fmt.Sprintf(hometest.Session, "x"),
				".config/atmos/team/aws/corp/credentials":                                fmt.Sprintf(hometest.Session, "old"),
				".cache/atmos/aws-webflow/dev-team_x-y/refresh.json":                     "{}",
				".local/share/atmos/console/sessions/" + store.Console("", "old") + "/x": "",
			}},
			want: []string{
				"keyring atmos_a_b_ops: keyring_entry, ours, realm a_b, of identity ops, perhaps a session",
				"keyring atmos_team_x_dev: keyring_entry, ours, realm team_x, of identity dev, long-lived",
				"keyring atmos_team_x_ops: keyring_entry, ours, realm team_x, of identity ops, perhaps a session",
				"~/.cache/atmos/aws-webflow/dev-team_x-y/refresh.json: refresh_token, ours, realm team_x-y, of identity dev",
				"~/.config/atmos/a/aws/else/credentials: credentials_file, others', entry x, root else, realm a, of identity x, session, until 2030-01-02",
				"~/.config/atmos/aws/team/README: other_file, others', root team",
				"~/.config/atmos/aws/team/credentials: credentials_file, others', entry x, root team, of identity x, session, until 2030-01-02",
				"~/.config/atmos/team/aws/corp/credentials: credentials_file, ours, entry old, root corp, realm team, of identity old, session, until 2030-01-02",
				"~/.local/share/atmos/console/sessions/" + store.Console("", "old") + ": browser_state, others'",
			},
		},
		{
			what: "a realm whose names are declared with an underscore",
			world: hometest.World{Files: map[string]string{
				"project/atmos.yaml":                          "auth: {realm: team, identities: {x_dev: {kind: aws/user}}}",
				"project/profiles/p/a.yaml":                   "auth: {realm: team_x}",
				".local/share/atmos/keyring/atmos_team_x_dev": hometest.Entry,
			}},
			want: []string{
				"keyring atmos_team_x_dev: keyring_entry, ours, realm team, of identity x_dev, long-lived",
			},
		},
		{
			what: "what other projects keep is read as closely, if all of it matters",
			world: hometest.World{All: true, Files: map[string]string{
				".azure/atmos/0123456789abcdef/az/credentials.json": `{"expiration":"2030-01-02T00:00:00Z"}`,
				".local/share/atmos/keyring/stranger":               hometest.Entry,
			}},
			want: []string{
				"keyring stranger: keyring_entry, others', of identity stranger, perhaps a session",
				"~/.azure/atmos/0123456789abcdef/az/credentials.json: cloud_credentials, others', realm 0123456789abcdef, of provider az, until 2030-01-02",
			},
		},
		{
			what: "what else lies in the directories, and what killed edits left",
			world: hometest.World{Files: map[string]string{
				".config/atmos/{R}/aws/corp/credentials.credclean": fmt.Sprintf(hometest.Session, "dev"),
				".config/atmos/{R}/aws/corp/credentials.lock":      "",
				".config/atmos/{R}/aws/corp/README":                "",
				".config/atmos/{R}/aws/corp/xcredentials":          "",
				".config/atmos/{R}/aws/corp/.credentials":          "",
				".config/atmos/{R}/aws/corp/credentials1":          "",
				".config/atmos/{R}/aws/corp/.1":                    "",
				".config/atmos/{R}/aws/corp/notes/deep/x":          "",
				".config/atmos/{R}/newcloud/corp/token":            "",
				".config/atmos/profiles/x/y.yaml":                  "{}",
				".config/atmos/cache.txt":                          "",
				".cache/atmos/toolchain/bin/x":                     "",
			}},
			want: []string{
				"~/.config/atmos/{R}/aws/corp/.1: other_file, ours, root corp, realm {R}",
				"~/.config/atmos/{R}/aws/corp/.credentials: other_file, ours, root corp, realm {R}",
				"~/.config/atmos/{R}/aws/corp/README: other_file, ours, root corp, realm {R}",
				"~/.config/atmos/{R}/aws/corp/credentials.credclean: credentials_file, ours, root corp, realm {R}, of identity Dev, session, rest, until 2030-01-02",
				"~/.config/atmos/{R}/aws/corp/credentials.lock: lock_files, ours, root corp, realm {R}",
				"~/.config/atmos/{R}/aws/corp/credentials1: other_file, ours, root corp, realm {R}",
				"~/.config/atmos/{R}/aws/corp/notes: other_file, ours, root corp, realm {R}",
				"~/.config/atmos/{R}/aws/corp/xcredentials: other_file, ours, root corp, realm {R}",
				"~/.config/atmos/{R}/newcloud: other_file, ours, realm {R}",
			},
		},
	} {
		t.Run(tt.what, func(t *testing.T) {
			if tt.world.Files["project/atmos.yaml"] == "" {
				tt.world.Files["project/atmos.yaml"] = projectYAML
			}
			if d := cmp.Diff(tt.want, lines(t, tt.world)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
