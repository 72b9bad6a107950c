package logout_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// item writes an item in a line: what it is, its realm, directory and name, the key or the path
// below the home directory, and what is known about it.
func (h home) item(i logout.Item) string {
	line := fmt.Sprintf("%s %s/%s/%s: ", i.Kind, i.Realm, i.Root, i.Name)
	if i.Kind == store.KeyringEntry {
		line += i.Key
	} else {
		line += h.short(i.Place.String())
	}
	if !i.Expires.IsZero() {
		line += " until " + i.Expires.Format(time.DateOnly)
	}
	if i.Refreshable {
		line += " (refreshable)"
	}
	if i.Tree {
		line += " (tree)"
	}
	if i.Kept != "" {
		line += " (kept: " + string(i.Kept) + ")"
	}
	if i.Err != nil {
		line += " (error)"
	}
	return line
}

// wantItems compares items, in their order.
func (h home) wantItems(items []logout.Item, want ...string) {
	h.Helper()
	var got []string
	for _, i := range items {
		got = append(got, h.item(i))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.Errorf("items (-want +got):\n%s", diff)
	}
}

// A key does not tell where the realm in it ends. One of ours counts first, the longest of them,
// then what has the form of an automatic one or a directory.
func TestInventoryKeys(t *testing.T) {
	h := newHome(t, acme)
	h.Realms = []string{"my", "my_team", "my_team_too", ""}
	h.mkdir(h.path(".config/atmos/shop/aws"))
	h.mkdir(h.path(".config/atmos/profiles/aws"))
	h.has(".config/atmos/notes", "a file")
	h.entries(
		"dev", "other_dev", "atmos_dev", "atmos_my_dev", "atmos_my_team_dev", "atmos_my_team_too_a_dev",
		"atmos_shop_dev", "atmos_store_dev", "atmos_notes_dev", "atmos_profiles_dev",
		"atmos_0123456789abcdef_a_dev", "atmos_01234567_dev", "atmos_0123456_dev",
		"atmos__dev", "atmos__",
	)
	h.wantItems(
		h.Inventory(t.Context()),
		"keyring_entry 0123456789abcdef//a_dev: atmos_0123456789abcdef_a_dev",
		"keyring_entry 01234567//dev: atmos_01234567_dev",
		"keyring_entry //0123456_dev: atmos_0123456_dev",
		"keyring_entry //_: atmos__",
		"keyring_entry //_dev: atmos__dev",
		"keyring_entry //dev: atmos_dev",
		"keyring_entry my//dev: atmos_my_dev",
		"keyring_entry my_team//dev: atmos_my_team_dev",
		"keyring_entry my_team_too//a_dev: atmos_my_team_too_a_dev",
		"keyring_entry //notes_dev: atmos_notes_dev",
		"keyring_entry //profiles_dev: atmos_profiles_dev",
		"keyring_entry shop//dev: atmos_shop_dev",
		"keyring_entry //store_dev: atmos_store_dev",
		"keyring_entry //dev: dev",
		"keyring_entry //other_dev: other_dev",
	)
}

const twoRealms = `
providers:
  aws-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://acme.awsapps.com/start}
  corp-azure: {kind: azure/cli}
identities:
  dev: {kind: aws/permission-set, via: {provider: aws-sso}}
  robot: {kind: aws/user}
integrations:
  dev/ecr: {kind: aws/ecr-public, via: {identity: dev}}`

// crowdedMachine has something of our project in the realm my-team, and of another in the realm team.
func crowdedMachine(t *testing.T) home {
	h := newHome(t, twoRealms)
	h.Realms = []string{"my-team", ""}
	h.entries("atmos_my-team_robot", "atmos_team_robot", "aws-sso")
	h.has(".config/atmos/my-team/aws/aws-sso/credentials", "; atmos: expiration=2027-11-22T14:45:20Z\n"+sections("dev", "of-a-stack"))
	h.has(".config/atmos/my-team/aws/aws-sso/credentials.lock", "")
	h.has(".config/atmos/my-team/aws/aws-sso/config", "")
	h.has(".config/atmos/team/aws/aws-sso/credentials", sections("dev"))
	h.has(".config/atmos/team/aws/aws-sso/config/inside", "secret in the way")
	h.has(".config/atmos/team/gcp/corp-gcp/adc/web/access_token", "google-access\n2027-11-23T00:00:00Z\n")
	h.has(".cache/atmos/aws-webflow/robot-my-team/refresh.json", `{"refreshToken": "ours", "expiresAt": "2027-11-24T00:00:00Z"}`)
	h.has(".cache/atmos/aws-webflow/robot-team/refresh.json", `{"refreshToken": "theirs"}`)
	h.has(".cache/atmos/aws-webflow/robot-/refresh.json", "no token")
	h.has(session, `{"accessToken": "sso", "refreshToken": "r", "expiresAt": "2027-11-25T00:00:00Z"}`)
	h.has(".azure/atmos/team/corp-my/credentials.json", `{"access_token": "azure"}`)
	h.has(".azure/atmos/team/corp-my/credentials.json.lock", "")
	h.has(".azure/msal_token_cache.json", "of az itself")
	h.has(".local/share/atmos/console/sessions/0123456789abcdef/cookies", "console")
	h.has(".aws/saml2aws/storageState.json", "cookies")
	h.has(".docker/config.json", `{"auths": {"public.ecr.aws": {"auth": "QVdTOmVjcg=="}, "ghcr.io": {"auth": "mine"}}}`)
	h.has(".aws/credentials", sections("dev"))
	h.has(".config/atmos/atmos.yaml", "auth: {}")
	return h
}

func TestInventory(t *testing.T) {
	h := crowdedMachine(t)
	h.Keyrings = append(h.Keyrings, keyring.NotAsked("system keyring", keyring.ErrLocked))
	before := h.texts()
	items := h.Inventory(t.Context())
	h.wantTexts(before)
	want := []string{
		"keyring_entry my-team//robot: atmos_my-team_robot",
		"keyring_entry team//robot: atmos_team_robot",
		"keyring_entry //aws-sso: aws-sso",
		"keyring_entry //:  (error)",
		"credentials_file my-team/aws-sso/dev: .config/atmos/my-team/aws/aws-sso/credentials until 2027-11-22",
		"credentials_file my-team/aws-sso/of-a-stack: .config/atmos/my-team/aws/aws-sso/credentials",
		"config_file my-team/aws-sso/: .config/atmos/my-team/aws/aws-sso/config",
		"credentials_file team/aws-sso/dev: .config/atmos/team/aws/aws-sso/credentials",
		"config_file team/aws-sso/: .config/atmos/team/aws/aws-sso/config (error)",
		"session_token //: " + session + " until 2027-11-25 (refreshable)",
		"browser_state //: .aws/saml2aws/storageState.json",
		"refresh_token //robot: .cache/atmos/aws-webflow/robot-/refresh.json",
		"refresh_token my-team//robot: .cache/atmos/aws-webflow/robot-my-team/refresh.json until 2027-11-24",
		"refresh_token team//robot: .cache/atmos/aws-webflow/robot-team/refresh.json",
		"browser_state //: .local/share/atmos/console/sessions/0123456789abcdef (tree)",
		"cloud_credentials team//corp-my: .azure/atmos/team/corp-my/credentials.json",
		"cloud_credentials team/corp-gcp/web: .config/atmos/team/gcp/corp-gcp/adc/web/access_token until 2027-11-23",
	}
	h.wantItems(items, want...)
	for _, i := range items {
		if i.Kind == store.KeyringEntry && (i.Err != nil) != (i.Keyring == "system keyring") {
			t.Errorf("%s in %s: error %v", i.Key, i.Keyring, i.Err)
		}
	}

	// The browser state of a program that is used without Atmos is kept for it.
	h.has(".saml2aws", "[default]\n")
	want[10] += " (kept: another program uses it too)"
	h.wantItems(h.Inventory(t.Context()), want...)
}

// Unclaimed is what a plan for everything declared does not name.
func TestUnclaimed(t *testing.T) {
	h := crowdedMachine(t)
	p := h.plan(logout.Target{All: true})
	// A second keyring with the same keys is not claimed by what was found in the first.
	other := keyring.File{Dir: h.path("ring")}
	h.has("ring/aws-sso", jwe)
	h.Keyrings = append(h.Keyrings, other)
	items := p.Unclaimed(h.Inventory(t.Context()))
	h.wantItems(
		items,
		"keyring_entry team//robot: atmos_team_robot",
		"keyring_entry //aws-sso: aws-sso",
		"credentials_file my-team/aws-sso/of-a-stack: .config/atmos/my-team/aws/aws-sso/credentials",
		"credentials_file team/aws-sso/dev: .config/atmos/team/aws/aws-sso/credentials",
		"config_file team/aws-sso/: .config/atmos/team/aws/aws-sso/config (error)",
		"browser_state //: .aws/saml2aws/storageState.json",
		"refresh_token team//robot: .cache/atmos/aws-webflow/robot-team/refresh.json",
		"browser_state //: .local/share/atmos/console/sessions/0123456789abcdef (tree)",
		"cloud_credentials team//corp-my: .azure/atmos/team/corp-my/credentials.json",
		"cloud_credentials team/corp-gcp/web: .config/atmos/team/gcp/corp-gcp/adc/web/access_token until 2027-11-23",
	)
	if items[1].Keyring != other.Location() {
		t.Errorf("the entry that is left is in %s", items[1].Keyring)
	}
}

// Everything goes, in every realm, and nothing that Atmos did not write.
func TestEverything(t *testing.T) {
	h := crowdedMachine(t)
	p := h.Everything(t.Context(), h.Inventory(t.Context()))
	h.wantNames(p, "robot", "aws-sso", "dev", "of-a-stack", "corp-my", "web")
	h.wantSteps(
		p,
		"keyring_entry robot: atmos_my-team_robot (long-lived)",
		"keyring_entry robot: atmos_team_robot (long-lived)",
		"keyring_entry aws-sso: aws-sso (long-lived)",
		"credentials_file dev: .config/atmos/my-team/aws/aws-sso/credentials -dev -of-a-stack",
		"config_file aws-sso: .config/atmos/my-team/aws/aws-sso/config",
		"credentials_file dev: .config/atmos/team/aws/aws-sso/credentials -dev",
		"config_file aws-sso: .config/atmos/team/aws/aws-sso/config (error)",
		"session_token: "+session,
		"browser_state: .aws/saml2aws/storageState.json",
		"refresh_token robot: .cache/atmos/aws-webflow/robot-/refresh.json",
		"refresh_token robot: .cache/atmos/aws-webflow/robot-my-team/refresh.json",
		"refresh_token robot: .cache/atmos/aws-webflow/robot-team/refresh.json",
		"browser_state: .local/share/atmos/console/sessions/0123456789abcdef",
		"cloud_credentials corp-my: .azure/atmos/team/corp-my/credentials.json",
		"cloud_credentials web: .config/atmos/team/gcp/corp-gcp/adc/web/access_token",
		"docker_login dev: .docker/config.json",
	)
	want := map[string]time.Time{"dev": time.Date(2027, 11, 22, 14, 45, 20, 0, time.UTC)}
	if diff := cmp.Diff(want, p.Steps[3].Expiry); diff != "" {
		t.Errorf("expiries of a file (-want +got):\n%s", diff)
	}
	if len(p.Notes) != 1 || !strings.HasPrefix(p.Notes[0], "Not looked for: ") {
		t.Errorf("notes %q", p.Notes)
	}

	mine := map[string]string{
		".docker/config.json":                             `{"auths": {"ghcr.io": {"auth": "mine"}}}`,
		".azure/msal_token_cache.json":                    "of az itself",
		".aws/credentials":                                sections("dev"),
		".config/atmos/atmos.yaml":                        "auth: {}",
		".config/atmos/team/aws/aws-sso/config/inside":    "secret in the way",
		".config/atmos/team/aws/aws-sso/credentials.lock": "", // is needed while it is not known what is beside it
	}
	if err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err(); !errors.Is(err, disk.ErrNotRegular) {
		t.Errorf("error %v", err)
	}
	h.wantTexts(mine)
	for _, dir := range []string{
		".config/atmos/my-team", ".config/atmos/team/gcp", ".cache/atmos/aws-webflow", ".cache/atmos/aws-sso", ".azure/atmos/team", ".local/share/atmos/console",
	} {
		h.wantNone(dir)
	}
}

// A kept or unknown entry is no access key that could be lost, and an unreadable configuration is no obstacle.
func TestEverythingUnknown(t *testing.T) {
	h := newHome(t, acme)
	h.Graph = chain.New(config.Auth{})
	h.Keyrings = append(h.Keyrings, keyring.NotAsked("system keyring", keyring.ErrLocked))
	h.entries("atmos_acme_robot")
	h.has(".aws/saml2aws/storageState.json", "cookies")
	h.has(".saml2aws", "[default]\n")
	p := h.Everything(t.Context(), h.Inventory(t.Context()))
	h.wantSteps(
		p,
		"keyring_entry robot: atmos_acme_robot (long-lived)",
		"keyring_entry system keyring:  (error)",
		"browser_state: .aws/saml2aws/storageState.json (kept: another program uses it too )",
	)
	if diff := cmp.Diff([]string{"robot"}, p.LongLived()); diff != "" {
		t.Errorf("long-lived (-want +got):\n%s", diff)
	}
	r := p.Run(t.Context(), h.Machine, logout.Observer{})
	if err := r.Err(); !errors.Is(err, keyring.ErrLocked) {
		t.Errorf("error %v", err)
	}
	h.wantTexts(map[string]string{".aws/saml2aws/storageState.json": "cookies", ".saml2aws": "[default]\n"})
}
