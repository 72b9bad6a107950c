package logout_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// Two automatic realms, ours and that of another project.
const (
	ours   = "0123456789abcdef"
	theirs = "fedcba9876543210"
)

// renamed is a home of a project whose provider was once called old-sso and old-gcp, whose
// identity gone-admin is no more, and with a profile that is not selected.
func renamed(t *testing.T) home {
	h := newHome(t, `
providers:
  corp-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://acme.awsapps.com/start}
  corp-gcp: {kind: gcp/adc}
identities:
  Dev-Admin: {kind: aws/permission-set, via: {provider: corp-sso}}
  dev-project: {kind: gcp/project, via: {provider: corp-gcp}}`)
	h.Realms, h.Automatic = []string{"team", ours, ""}, []string{ours}
	h.Elsewhere = []string{"hidden-sso", "hidden-admin"}
	return h
}

// orphans makes the plan for what is no longer declared.
func (h home) orphans() logout.Plan {
	h.Helper()
	want := h.texts()
	p := h.Orphans(h.plan(logout.Target{All: true}).Unclaimed(h.Inventory(h.Context())))
	h.wantTexts(want)
	return p
}

// wantNotes compares the notes of a plan.
func (h home) wantNotes(p logout.Plan, want ...string) {
	h.Helper()
	var got []string
	for _, note := range p.Notes {
		got = append(got, filepath.ToSlash(note))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.Errorf("notes (-want +got):\n%s", diff)
	}
}

// What lies in an automatic realm under a name that is declared no more goes. What is declared stays,
// in a profile too, and so does what another project may have left.
func TestOrphans(t *testing.T) {
	const (
		c       = ".config/atmos/"
		adc     = "/application_default_credentials.json"
		webflow = ".cache/atmos/aws-webflow/old-robot-" + ours + "/refresh.json"
		google  = c + ours + "/gcp/corp-gcp/adc/old-project" + adc
	)
	h := renamed(t)
	h.entries(
		"atmos_"+ours+"_old-sso", "atmos_"+ours+"_older-sso", "atmos_"+ours+"_corp-sso", "atmos_"+ours+"_hidden-admin",
		"atmos_team_old-sso", "old-sso", "atmos_"+theirs+"_old-sso",
	)
	h.has(c+ours+"/aws/old-sso/credentials", sections("dev-admin", "gone-admin"))
	h.has(c+ours+"/aws/old-sso/credentials.lock", "")
	h.has(c+ours+"/aws/old-sso/config", profiles("dev-admin"))
	h.has(c+ours+"/aws/corp-sso/credentials", section("gone-admin")+"[default]\nx = 1\n\n"+sections("dev-admin", "DEV-ADMIN", "older-admin"))
	h.has(c+ours+"/aws/hidden-sso/credentials", "[default]\nx = 1\n\n"+section("hidden-admin"))
	h.has(c+ours+"/aws/hidden-sso/config", "# empty\n")
	h.has(c+"team/aws/old-sso/credentials", sections("gone-admin", "dev-admin"))
	h.has(c+"aws/old-sso/credentials", sections("dev-admin"))
	h.has(c+theirs+"/aws/old-sso/credentials", sections("gone-admin"))
	h.has(webflow, `{"refreshToken": "old robot's"}`)
	h.has(google, `{"refresh_token": "old project's"}`)
	h.has(google+".lock", "")
	h.has(c+ours+"/gcp/corp-gcp/adc/dev-project"+adc, `{"refresh_token": "declared"}`)
	h.has(".aws/saml2aws/storageState.json", "cookies")

	p := h.orphans()
	h.wantNames(p, "old-sso", "older-sso", "gone-admin", "older-admin", "dev-admin", "old-robot", "old-project")
	h.wantSteps(
		p,
		"keyring_entry old-sso: atmos_"+ours+"_old-sso (long-lived)",
		"keyring_entry older-sso: atmos_"+ours+"_older-sso (long-lived)",
		"credentials_file gone-admin: "+c+ours+"/aws/corp-sso/credentials -gone-admin -older-admin +default +dev-admin +DEV-ADMIN",
		"credentials_file dev-admin: "+c+ours+"/aws/old-sso/credentials -dev-admin -gone-admin",
		"config_file dev-admin: "+c+ours+"/aws/old-sso/config -dev-admin",
		"refresh_token old-robot: "+webflow,
		"cloud_credentials old-project: "+google,
	)
	notes := []string{
		"Not proven: old-sso in ~/" + keyringDir[:len(keyringDir)-1] + " (another project may use the realm team)",
		"Not proven: old-sso in ~/" + keyringDir[:len(keyringDir)-1] + " (no realm: it may be another project's)",
		"Not proven: dev-admin in ~/" + c + "aws/old-sso/credentials (no realm: it may be another project's)",
		"Not proven: gone-admin in ~/" + c + "team/aws/old-sso/credentials (another project may use the realm team)",
		"Not proven: dev-admin in ~/" + c + "team/aws/old-sso/credentials (another project may use the realm team)",
		"Not proven: browser state in ~/.aws/saml2aws/storageState.json (its place does not tell whose it is)",
	}
	h.wantNotes(p, notes...)

	want := h.texts()
	h.run(p)
	for _, below := range []string{
		keyringDir + "atmos_" + ours + "_old-sso", keyringDir + "atmos_" + ours + "_older-sso", webflow, google, google + ".lock",
		c + ours + "/aws/old-sso/credentials", c + ours + "/aws/old-sso/credentials.lock", c + ours + "/aws/old-sso/config",
	} {
		delete(want, below)
	}
	want[c+ours+"/aws/corp-sso/credentials"] = "[default]\nx = 1\n\n" + sections("dev-admin", "DEV-ADMIN")
	want[c+ours+"/aws/corp-sso/credentials.lock"] = ""
	h.wantTexts(want)
	h.wantNone(c + ours + "/aws/old-sso")
	h.wantNone(c + ours + "/gcp/corp-gcp/adc/old-project")

	// Nothing is left but what cannot be proven.
	again := h.orphans()
	if len(again.Steps) > 0 {
		t.Errorf("afterwards there is still %v", h.steps(again))
	}
	h.wantNotes(again, notes...)

	// Without the profile its names are orphans too.
	h.Elsewhere = nil
	h.run(h.orphans())
	for _, below := range []string{
		keyringDir + "atmos_" + ours + "_hidden-admin", c + ours + "/aws/hidden-sso/credentials", c + ours + "/aws/hidden-sso/config",
	} {
		delete(want, below)
	}
	h.wantTexts(want)
}

// What cannot be looked at may be an orphan: it fails, whoever's directory it is in.
func TestOrphansUnknown(t *testing.T) {
	h := renamed(t)
	h.Keyrings = append(h.Keyrings, keyring.NotAsked("system keyring", keyring.ErrLocked))
	hidden, old := ".config/atmos/"+ours+"/aws/hidden-sso/", ".config/atmos/"+ours+"/aws/old-sso/"
	h.has(hidden+"credentials/inside", "secret of the profile")
	h.has(old+"config/inside", "secret of the old one")
	h.has(old+"credentials", sections("gone-admin"))
	h.has(".config/atmos/"+theirs+"/aws/old-sso/credentials/inside", "secret of another project")
	p := h.orphans()
	h.wantSteps(
		p,
		"keyring_entry system keyring:  (error)",
		"credentials_file hidden-sso: "+hidden+"credentials (error)",
		"credentials_file gone-admin: "+old+"credentials -gone-admin",
		"config_file old-sso: "+old+"config (error)",
	)
	h.wantNotes(p)
	want := h.texts()
	delete(want, old+"credentials")
	err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err()
	if !errors.Is(err, keyring.ErrLocked) || !errors.Is(err, disk.ErrNotRegular) {
		t.Errorf("error %v", err)
	}
	want[old+"credentials.lock"] = "" // is needed while it is not known what is beside it
	h.wantTexts(want)
}

// What the configuration names in any way is no orphan: an integration, and the provider that
// another release of Atmos would take for an identity.
func TestOrphansOfOtherReleases(t *testing.T) {
	h := newHome(t, `
providers:
  corp-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://acme.awsapps.com/start}
identities:
  dev: {kind: aws/permission-set, via: {provider: corp-sso}}
integrations:
  dev-ecr: {kind: aws/ecr, via: {identity: dev}}`)
	h.Older = chain.New(config.Auth{Identities: []config.Identity{{Name: "dev", Kind: "aws/permission-set", Via: config.Via{Provider: "former-sso"}}}})
	h.Realms, h.Automatic = []string{ours, ""}, []string{ours}
	h.Integrations = []config.Integration{{Name: "dev-ecr", Kind: "aws/ecr"}}
	h.entries("atmos_"+ours+"_former-sso", "atmos_"+ours+"_dev-ecr", "atmos_"+ours+"_gone")
	h.wantSteps(h.orphans(), "keyring_entry gone: atmos_"+ours+"_gone (long-lived)")
}
