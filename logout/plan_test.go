package logout_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

const acme = `
providers:
  aws-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://acme.awsapps.com/start}
  okta: {kind: aws/saml}
identities:
  dev-org-admin: {kind: aws/permission-set, via: {provider: aws-sso}}
  dev-admin: {kind: aws/assume-role, via: {identity: dev-org-admin}}
  prod-admin: {kind: aws/permission-set, via: {provider: aws-sso}}
  auditor: {kind: aws/assume-role, via: {provider: okta}}
  robot: {kind: aws/user}
  build: {kind: aws/assume-role, via: {identity: robot}}`

// The file of the SSO session of aws-sso.
const session = ".cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json"

const token = `{
  "accessToken": "sso-access",
  "expiresAt": "2027-11-22T14:46:01.904321463Z",
  "region": "us-east-1",
  "startUrl": "https://acme.awsapps.com/start"
}
`

// A whole plan, of the smallest case that has a bit of everything.
func TestNewPlan(t *testing.T) {
	h := newHome(t, acme)
	h.entries("aws-sso", "atmos_acme_aws-sso", "prod-admin")
	h.has(".config/atmos/acme/aws/aws-sso/credentials", "; atmos: expiration=2027-11-22T14:45:20Z\n"+sections("dev-admin"))
	h.has(".config/atmos/acme/aws/aws-sso/credentials.lock", "")
	h.has(session, token)

	ring := store.DefaultKeyringDir(h.Roots)
	rule := cut.Rule{
		Remove:   map[string]bool{"aws-sso": true, "dev-org-admin": true, "dev-admin": true},
		Declared: map[string]bool{"okta": true, "prod-admin": true, "auditor": true, "robot": true, "build": true},
		Scope:    cut.ChainsFile,
	}
	dir := disk.Place{Root: h.Roots[store.Config], Path: "acme/aws/aws-sso"}
	links := []chain.Link{
		{Name: "aws-sso", Kind: "aws/iam-identity-center", Provider: true, Declared: true},
		{Name: "dev-org-admin", Kind: "aws/permission-set", Declared: true},
		{Name: "dev-admin", Kind: "aws/assume-role", Declared: true},
	}
	want := logout.Plan{
		Target: identities("dev-admin"),
		Names: []logout.Name{
			{Name: "aws-sso", Kind: "aws/iam-identity-center", Provider: true, Declared: true},
			{Name: "dev-org-admin", Kind: "aws/permission-set", Declared: true},
			{Name: "dev-admin", Kind: "aws/assume-role", Declared: true},
		},
		Chains: []chain.Chain{{Links: links}},
		Steps: []logout.Step{
			{Kind: store.KeyringEntry, Name: "aws-sso", Keyring: ring, Key: "aws-sso"},
			{Kind: store.KeyringEntry, Name: "aws-sso", Realm: "acme", Keyring: ring, Key: "atmos_acme_aws-sso"},
			{
				Kind: logout.CredentialsFile, Name: "aws-sso", Realm: "acme", Place: dir.Join("credentials"), Rule: rule,
				Owners: []string{"dev-admin"}, Expiry: map[string]time.Time{"dev-admin": time.Date(2027, 11, 22, 14, 45, 20, 0, time.UTC)},
			},
			{Kind: logout.LockFiles, Name: "aws-sso", Realm: "acme", Place: dir, Locks: []disk.Place{dir.Join("credentials"), dir.Join("config")}},
			{
				Kind: store.SessionToken, Name: "aws-sso", Place: disk.Place{Root: h.Roots[store.Cache], Path: strings.TrimPrefix(session, ".cache/atmos/")},
				Shared: store.ByPortal, Expiry: map[string]time.Time{"aws-sso": time.Date(2027, 11, 22, 14, 46, 1, 904321463, time.UTC)},
			},
			{Kind: logout.EmptyDir, Place: dir},
			{Kind: logout.EmptyDir, Place: dir.Dir()},
			{Kind: logout.EmptyDir, Place: disk.Place{Root: h.Roots[store.Cache], Path: "aws-sso/sessions"}},
			{Kind: logout.EmptyDir, Place: disk.Place{Root: h.Roots[store.Cache], Path: "aws-sso"}},
			{Kind: logout.EmptyDir, Place: dir.Dir().Dir()},
		},
		Affected:  []logout.Affected{{By: "aws-sso", Names: []string{"prod-admin"}, Why: "provider aws-sso"}},
		StartURLs: []string{"https://acme.awsapps.com/start"},
	}
	byPath := cmpopts.SortSlices(func(a, b logout.Step) bool {
		return a.Kind == logout.EmptyDir && b.Kind == logout.EmptyDir && a.Place.String() < b.Place.String()
	})
	if diff := cmp.Diff(want, h.plan(identities("Dev-Admin")), cmpopts.EquateEmpty(), byPath); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	h.run(h.plan(identities("dev-admin")))
	h.wantLeft(keyringDir + "prod-admin")
	h.wantNone(".config/atmos/acme")
	h.wantNone(".cache/atmos/aws-sso")
	again := h.plan(identities("dev-admin"))
	if again.Found() || len(again.Steps) > 0 || len(again.Affected) > 0 {
		t.Errorf("afterwards there is still %v", h.steps(again))
	}
}

// Every place that a release of Atmos kept an identity's credentials in.
func TestPlanGenerations(t *testing.T) {
	h := newHome(t, acme)
	for _, name := range []string{"aws-sso", "dev-org-admin", "dev-admin", "prod-admin"} {
		h.entries(name, "atmos_"+name, "atmos_acme_"+name, "atmos_82bbb38e_"+name)
	}
	for _, dir := range []string{".aws/atmos/aws-sso/", ".config/atmos/aws/aws-sso/", ".config/atmos/acme/aws/aws-sso/", ".config/atmos/82bbb38e/aws/aws-sso/"} {
		h.has(dir+"credentials", sections("dev-admin", "prod-admin"))
		h.has(dir+"config", profiles("dev-admin"))
	}
	h.has(".cache/atmos/aws-sso/aws-sso/token.json", token)
	h.has(session, token)

	p := h.plan(identities("dev-admin"))
	h.wantSteps(p,
		"keyring_entry aws-sso: aws-sso",
		"keyring_entry aws-sso: atmos_acme_aws-sso",
		"keyring_entry aws-sso: atmos_aws-sso",
		"keyring_entry dev-org-admin: dev-org-admin",
		"keyring_entry dev-org-admin: atmos_acme_dev-org-admin",
		"keyring_entry dev-org-admin: atmos_dev-org-admin",
		"keyring_entry dev-admin: dev-admin",
		"keyring_entry dev-admin: atmos_acme_dev-admin",
		"keyring_entry dev-admin: atmos_dev-admin",
		"credentials_file aws-sso: .aws/atmos/aws-sso/credentials -dev-admin +prod-admin",
		"config_file aws-sso: .aws/atmos/aws-sso/config -dev-admin",
		"credentials_file aws-sso: .config/atmos/acme/aws/aws-sso/credentials -dev-admin +prod-admin",
		"config_file aws-sso: .config/atmos/acme/aws/aws-sso/config -dev-admin",
		"credentials_file aws-sso: .config/atmos/aws/aws-sso/credentials -dev-admin +prod-admin",
		"config_file aws-sso: .config/atmos/aws/aws-sso/config -dev-admin",
		"session_token aws-sso: .cache/atmos/aws-sso/aws-sso/token.json",
		"session_token aws-sso: "+session,
	)
	if !p.NamesOnly() {
		t.Error("what bears no realm does not count as such")
	}
	h.run(p)
	// What is left is prod-admin's, and the other realm's.
	var want []string
	for _, name := range []string{"aws-sso", "dev-org-admin", "dev-admin", "prod-admin"} {
		want = append(want, keyringDir+"atmos_82bbb38e_"+name)
	}
	want = append(
		want, keyringDir+"prod-admin", keyringDir+"atmos_prod-admin", keyringDir+"atmos_acme_prod-admin",
		".config/atmos/82bbb38e/aws/aws-sso/credentials", ".config/atmos/82bbb38e/aws/aws-sso/config",
	)
	for _, dir := range []string{".aws/atmos/aws-sso/", ".config/atmos/aws/aws-sso/", ".config/atmos/acme/aws/aws-sso/"} {
		want = append(want, dir+"credentials", dir+"credentials.lock")
		// The lock of the file that went is new: no other program waits for it.
		want = append(want, dir+"config.lock")
		h.wantText(dir+"credentials", sections("prod-admin"))
	}
	h.wantLeft(want...)
	h.wantText(".config/atmos/82bbb38e/aws/aws-sso/credentials", sections("dev-admin", "prod-admin"))
}

// An entry that Atmos's own library wrote is found and removed like any other.
func TestPlanRealKeyring(t *testing.T) {
	h := newHome(t, acme)
	ring := store.DefaultKeyringDir(h.Roots)
	for _, key := range []string{"atmos_acme_dev-admin", "dev-admin", "prod-admin"} {
		if err := keyringtest.SetFile(ring, key, "secret"); err != nil {
			t.Fatal(err)
		}
	}
	h.run(h.plan(identities("dev-admin")))
	h.wantLeft(keyringDir + "prod-admin")
	if secret, err := keyringtest.GetFile(ring, "prod-admin"); err != nil || secret != "secret" {
		t.Errorf("the neighbour's entry holds %q, %v", secret, err)
	}
}

// Every name is looked for under every key, once.
func TestPlanKeys(t *testing.T) {
	keys := func(names ...string) []string {
		var all []string
		for _, name := range names {
			all = append(all, name, "atmos_acme_"+name, "atmos_"+name)
		}
		return all
	}
	for _, tt := range []struct {
		name   string
		auth   string
		target logout.Target
		want   []string
	}{
		{"an identity", acme, identities("dev-admin"), keys("aws-sso", "dev-org-admin", "dev-admin")},
		{"two of one chain", acme, identities("dev-admin", "dev-org-admin"), keys("aws-sso", "dev-org-admin", "dev-admin")},
		{"named twice", acme, identities("dev-org-admin", "DEV-ORG-ADMIN"), keys("aws-sso", "dev-org-admin")},
		{"a provider", acme, providers("okta"), keys("okta", "auditor")},
		{"everything", acme, logout.Target{All: true}, keys("aws-sso", "dev-org-admin", "dev-admin", "prod-admin", "okta", "auditor", "robot", "build")},
		{"the identity alone", acme, logout.Target{Identities: []string{"dev-admin"}, KeepProvider: true}, keys("dev-admin")},
		{"one of the chain is named too", acme, logout.Target{Identities: []string{"dev-admin", "dev-org-admin"}, KeepProvider: true}, keys("dev-admin", "dev-org-admin")},
		{
			"in the middle of a chain, alone", acme,
			logout.Target{Identities: []string{"dev-org-admin"}, KeepProvider: true},
			keys("dev-org-admin"),
		},
		{
			"capitals, which releases have folded or not", `
providers: {AWS-SSO: {kind: aws/iam-identity-center}}
identities: {Dev: {kind: aws/permission-set, via: {provider: aws-sso}}}`,
			identities("DEV"), keys("aws-sso", "AWS-SSO", "dev", "Dev"),
		},
		{
			"a provider and an identity of one name", `
providers: {acme: {kind: aws/iam-identity-center}}
identities: {acme: {kind: aws/permission-set, via: {provider: acme}}}`,
			identities("acme"), keys("acme"),
		},
		{
			"a key that what is kept shares is not taken", `
providers: {acme: {kind: aws/iam-identity-center}}
identities: {acme: {kind: aws/permission-set, via: {provider: acme}}}`,
			logout.Target{Identities: []string{"acme"}, KeepProvider: true},
			nil,
		},
		{
			"nor one that differs in capitals only", `
providers: {Acme: {kind: aws/iam-identity-center}}
identities: {ACME: {kind: aws/permission-set, via: {provider: Acme}}}`,
			logout.Target{Identities: []string{"ACME"}, KeepProvider: true},
			keys("ACME"),
		},
		{
			"a chain that cannot be followed is looked for all the same", `
identities: {dev: {kind: aws/assume-role, via: {provider: Gone}}}`,
			identities("dev"), keys("gone", "Gone", "dev"),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, tt.auth)
			var k asker
			h.Keyrings = []keyring.Keyring{&k}
			h.plan(tt.target)
			if diff := cmp.Diff(tt.want, k.keys); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlanKeepProvider(t *testing.T) {
	h := newHome(t, acme)
	h.entries("aws-sso", "dev-org-admin", "dev-admin", "atmos_acme_dev-admin")
	h.has(".config/atmos/acme/aws/aws-sso/credentials", "[default]\nx = 1\n\n"+sections("dev-admin", "dev-org-admin"))
	h.has(".config/atmos/acme/aws/aws-sso/config", profiles("dev-admin"))
	h.has(session, token)
	h.has(".cache/atmos/aws-sso/aws-sso/token.json", token)

	p := h.plan(logout.Target{Identities: []string{"dev-admin"}, KeepProvider: true})
	h.wantNames(p, "dev-admin")
	h.wantSteps(p,
		"keyring_entry dev-admin: dev-admin",
		"keyring_entry dev-admin: atmos_acme_dev-admin",
		"credentials_file aws-sso: .config/atmos/acme/aws/aws-sso/credentials -dev-admin +default +dev-org-admin (not declared: default)",
		"config_file aws-sso: .config/atmos/acme/aws/aws-sso/config -dev-admin",
	)
	if len(p.Affected) > 0 {
		t.Errorf("affected: %v", p.Affected)
	}
	h.run(p)
	h.wantText(".config/atmos/acme/aws/aws-sso/credentials", "[default]\nx = 1\n\n"+sections("dev-org-admin"))
	h.wantLeft(
		keyringDir+"aws-sso", keyringDir+"dev-org-admin", session, ".cache/atmos/aws-sso/aws-sso/token.json",
		".config/atmos/acme/aws/aws-sso/credentials", ".config/atmos/acme/aws/aws-sso/credentials.lock", ".config/atmos/acme/aws/aws-sso/config.lock",
	)
}

// The provider is kept, so what counts as the provider's is.
func TestPlanKeepProviderDefault(t *testing.T) {
	h := newHome(t, acme)
	h.has(".config/atmos/acme/aws/aws-sso/credentials", "[default]\nx = 1\n\n"+sections("dev-admin"))
	h.run(h.plan(logout.Target{Identities: []string{"dev-admin"}, KeepProvider: true}))
	h.wantText(".config/atmos/acme/aws/aws-sso/credentials", "[default]\nx = 1\n\n")
	h.run(h.plan(identities("dev-admin")))
	h.wantLeft()
}

// All aws/user identities share a directory, so that only their sections go;
// roles that start at one have a directory of its name.
func TestPlanAWSUser(t *testing.T) {
	start := func(t *testing.T) home {
		h := newHome(t, acme+"\n  other: {kind: aws/user}")
		h.entries("robot", "atmos_acme_robot", "atmos_acme_build", "other")
		h.has(".config/atmos/acme/aws/aws-user/credentials", "[default]\nx = 1\n"+sections("robot", "stranger", "other"))
		h.has(".config/atmos/acme/aws/aws-user/config", profiles("robot"))
		h.has(".config/atmos/acme/aws/robot/credentials", "[default]\nx = 1\n"+sections("build"))
		h.has(".cache/atmos/aws-webflow/robot-acme/refresh.json", `{"refreshToken": "r", "expiresAt": "2027-11-22T14:46:01Z"}`)
		h.has(".cache/atmos/aws-webflow/robot-/refresh.json", "{}")
		h.has(".cache/atmos/aws-webflow/other-acme/refresh.json", "{}")
		return h
	}
	user := []string{
		"keyring_entry robot: robot (long-lived)",
		"keyring_entry robot: atmos_acme_robot (long-lived)",
	}
	t.Run("itself", func(t *testing.T) {
		h := start(t)
		p := h.plan(identities("robot"))
		h.wantSteps(p, append(
			user,
			"credentials_file aws-user: .config/atmos/acme/aws/aws-user/credentials -robot +default +stranger +other (not declared: default, stranger)",
			"config_file aws-user: .config/atmos/acme/aws/aws-user/config -robot",
			"refresh_token robot: .cache/atmos/aws-webflow/robot-acme/refresh.json",
			"refresh_token robot: .cache/atmos/aws-webflow/robot-/refresh.json",
		)...)
		if diff := cmp.Diff([]string{"robot"}, p.LongLived()); diff != "" {
			t.Errorf("long-lived (-want +got):\n%s", diff)
		}
		h.run(p)
		h.wantText(".config/atmos/acme/aws/aws-user/credentials", "[default]\nx = 1\n"+sections("stranger", "other"))
		h.wantText(".config/atmos/acme/aws/robot/credentials", "[default]\nx = 1\n"+sections("build"))
	})
	t.Run("a role of it", func(t *testing.T) {
		h := start(t)
		p := h.plan(identities("build"))
		h.wantNames(p, "robot", "build")
		h.wantSteps(p, append(
			user,
			"keyring_entry build: atmos_acme_build",
			"credentials_file robot: .config/atmos/acme/aws/robot/credentials -build -default",
			"credentials_file aws-user: .config/atmos/acme/aws/aws-user/credentials -robot +default +stranger +other (not declared: default, stranger)",
			"config_file aws-user: .config/atmos/acme/aws/aws-user/config -robot",
			"refresh_token robot: .cache/atmos/aws-webflow/robot-acme/refresh.json",
			"refresh_token robot: .cache/atmos/aws-webflow/robot-/refresh.json",
		)...)
		h.run(p)
		h.wantNone(".config/atmos/acme/aws/robot")
		h.wantText(".config/atmos/acme/aws/aws-user/credentials", "[default]\nx = 1\n"+sections("stranger", "other"))
	})
	t.Run("not for an identity of another kind", func(t *testing.T) {
		h := newHome(t, acme)
		h.has(".config/atmos/acme/aws/aws-user/credentials", sections("robot", "dev-admin"))
		h.wantSteps(h.plan(identities("dev-admin")))
	})
	t.Run("beside a [default] alone", func(t *testing.T) {
		h := newHome(t, acme)
		h.has(".config/atmos/acme/aws/aws-user/credentials", "[default]\nx = 1\n"+sections("robot"))
		h.run(h.plan(identities("robot")))
		h.wantText(".config/atmos/acme/aws/aws-user/credentials", "[default]\nx = 1\n")
	})
	t.Run("everything", func(t *testing.T) {
		h := start(t)
		h.run(h.plan(logout.Target{All: true}))
		h.wantLeft(".config/atmos/acme/aws/aws-user/credentials", ".config/atmos/acme/aws/aws-user/credentials.lock", ".config/atmos/acme/aws/aws-user/config.lock")
		h.wantText(".config/atmos/acme/aws/aws-user/credentials", "[default]\nx = 1\n"+sections("stranger"))
	})
}

func TestPlanLongLived(t *testing.T) {
	h := newHome(t, `
providers: {aws-sso: {kind: aws/iam-identity-center}}
identities:
  robot: {kind: aws/user}
  infile: {kind: aws/user, credentials: {access_key_id: AKIAEXAMPLE, secret_access_key: x}}
  dev: {kind: aws/permission-set, via: {provider: aws-sso}}`)
	h.entries("robot", "atmos_robot", "infile", "dev", "aws-sso", "atmos_acme_of-a-stack")
	p := h.plan(logout.Target{All: true})
	h.wantSteps(p,
		"keyring_entry aws-sso: aws-sso",
		"keyring_entry dev: dev",
		"keyring_entry robot: robot (long-lived)",
		"keyring_entry robot: atmos_robot (long-lived)",
		"keyring_entry infile: infile",
	)
	if diff := cmp.Diff([]string{"robot"}, p.LongLived()); diff != "" {
		t.Errorf("long-lived (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"of-a-stack"}, h.plan(identities("of-a-stack")).LongLived()); diff != "" {
		t.Errorf("of a name whose kind nobody knows (-want +got):\n%s", diff)
	}

	kept := p.KeepLongLived(logout.KeptByFlag)
	h.wantSteps(kept,
		"keyring_entry aws-sso: aws-sso",
		"keyring_entry dev: dev",
		"keyring_entry robot: robot (long-lived) (kept: --keep-long-lived )",
		"keyring_entry robot: atmos_robot (long-lived) (kept: --keep-long-lived )",
		"keyring_entry infile: infile",
	)
	if len(kept.LongLived()) > 0 {
		t.Errorf("to be asked about: %v", kept.LongLived())
	}
	if len(p.LongLived()) == 0 {
		t.Error("the plan it was made of has changed")
	}
	// The first reason counts.
	if diff := cmp.Diff(h.steps(kept), h.steps(kept.KeepLongLived(logout.KeptNoConsent))); diff != "" {
		t.Errorf("kept twice (-once +twice):\n%s", diff)
	}
	h.run(kept)
	h.wantLeft(keyringDir+"robot", keyringDir+"atmos_robot", keyringDir+"atmos_acme_of-a-stack")
}

// A provider's directory goes whole but for declared identities of others and
// directories of names that nest in it.
func TestPlanProvider(t *testing.T) {
	h := newHome(t, `
providers:
  corp: {kind: aws/iam-identity-center}
  corp/eu: {kind: aws/iam-identity-center}
  okta: {kind: aws/saml}
identities:
  dev: {kind: aws/permission-set, via: {provider: corp}}
  eu: {kind: aws/permission-set, via: {provider: corp/eu}}
  auditor: {kind: aws/assume-role, via: {provider: okta}}`)
	h.has(".config/atmos/acme/aws/corp/credentials", "[default]\nx = 1\n"+sections("dev", "stranger", "auditor"))
	h.has(".config/atmos/acme/aws/corp/config", profiles("dev", "stranger"))
	h.has(".config/atmos/acme/aws/corp/notes.txt", "left by somebody")
	h.has(".config/atmos/acme/aws/corp/cache/deep", "left by somebody")
	h.has(".config/atmos/acme/aws/corp/eu/credentials", sections("eu"))
	h.has(".config/atmos/acme/aws/okta/credentials", sections("auditor"))
	h.has(".config/atmos/profiles/corp/atmos.yaml", "auth: {}")

	p := h.plan(providers("CORP"))
	h.wantNames(p, "corp", "dev")
	h.wantSteps(p,
		"credentials_file corp: .config/atmos/acme/aws/corp/credentials -default -dev -stranger +auditor",
		"config_file corp: .config/atmos/acme/aws/corp/config -dev -stranger",
		"other_file corp: .config/atmos/acme/aws/corp/cache",
		"other_file corp: .config/atmos/acme/aws/corp/notes.txt",
	)
	if diff := cmp.Diff([]logout.Affected{{By: "corp", Names: []string{"stranger"}, Why: "provider corp"}}, p.Affected); diff != "" {
		t.Errorf("affected (-want +got):\n%s", diff)
	}
	h.run(p)
	h.wantText(".config/atmos/acme/aws/corp/credentials", sections("auditor"))
	h.wantLeft(
		".config/atmos/acme/aws/corp/credentials", ".config/atmos/acme/aws/corp/credentials.lock", ".config/atmos/acme/aws/corp/config.lock",
		".config/atmos/acme/aws/corp/eu/credentials", ".config/atmos/acme/aws/okta/credentials", ".config/atmos/profiles/corp/atmos.yaml",
	)

	// The nested one does not touch the one it nests in.
	q := h.plan(providers("corp/eu"))
	h.wantSteps(q, "credentials_file corp/eu: .config/atmos/acme/aws/corp/eu/credentials -eu")
	h.run(q)
	h.wantNone(".config/atmos/acme/aws/corp/eu")
	h.wantText(".config/atmos/acme/aws/corp/credentials", sections("auditor"))
}

// For an identity a section that nobody declares keeps the file: it may be another project's.
func TestPlanStranger(t *testing.T) {
	h := newHome(t, acme)
	h.has(".config/atmos/aws/aws-sso/credentials", "[default]\nx = 1\n"+sections("dev-admin", "stranger"))
	p := h.plan(identities("dev-admin"))
	h.wantSteps(p, "credentials_file aws-sso: .config/atmos/aws/aws-sso/credentials -dev-admin +default +stranger (not declared: default, stranger)")
	h.run(p)
	h.wantText(".config/atmos/aws/aws-sso/credentials", "[default]\nx = 1\n"+sections("stranger"))
}

func TestPlanToken(t *testing.T) {
	const file = ".cache/atmos/aws-sso/aws-sso/token.json"
	const step = "session_token aws-sso: " + file
	provider := func(keys string) string {
		return "providers: {aws-sso: {kind: aws/iam-identity-center, region: us-east-1" + keys + "}}"
	}
	const ours = ", start_url: https://acme.awsapps.com/start"
	for _, tt := range []struct {
		name  string
		auth  string
		token string
		want  []string
		says  string
		left  bool
	}{
		{"ours", provider(ours), token, []string{step}, "", false},
		{"ours, spelled otherwise", provider(ours + "/#/"), token, []string{step}, "", false},
		{"another project's", provider(", start_url: https://other.awsapps.com/start"), token, nil, "", true},
		{"nobody knows ours", provider(""), token, []string{step + " (error)"}, `the start URL of "aws-sso" is not known`, true},
		{"ours cannot be evaluated", provider(", start_url: !exec open"), token, []string{step + " (error)"}, `the start URL of "aws-sso" is not known`, true},
		{"it does not say whose it is", provider(ours), "secret, but no JSON {", []string{step + " (error)"}, "cannot tell whose it is", true},
		{"of a provider of another kind", "providers: {aws-sso: {kind: mock}}", token, nil, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, tt.auth)
			h.has(file, tt.token)
			p := h.plan(providers("aws-sso"))
			h.wantSteps(p, tt.want...)
			r := p.Run(t.Context(), h.Machine, logout.Observer{})
			switch err := r.Err(); {
			case tt.says == "" && err != nil:
				t.Error(err)
			case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret")):
				t.Errorf("error %v does not say %q", err, tt.says)
			}
			if tt.left {
				h.wantText(file, tt.token)
			} else {
				h.wantLeft()
			}
		})
	}

	t.Run("of a portal that is not known", func(t *testing.T) {
		h := newHome(t, provider(""))
		h.wantSteps(h.plan(providers("aws-sso")))
		h.has(session, token)
		p := h.plan(providers("aws-sso"))
		h.wantSteps(p, "session_token aws-sso: .cache/atmos/aws-sso/sessions (error)")
		r := p.Run(t.Context(), h.Machine, logout.Observer{})
		if err := r.Err(); !errors.Is(err, logout.ErrIncomplete) {
			t.Errorf("error %v", err)
		}
		h.wantText(session, token)
	})
	t.Run("of a region that is not known", func(t *testing.T) {
		h := newHome(t, "providers: {aws-sso: {kind: aws/iam-identity-center, region: !exec where, start_url: https://acme.awsapps.com/start}}")
		h.has(file, token)
		h.has(session, token)
		// The old file says whose it is, the new one's name cannot be told.
		h.wantSteps(h.plan(providers("aws-sso")), step, "session_token aws-sso: .cache/atmos/aws-sso/sessions (error)")
	})
}

func TestPlanAffected(t *testing.T) {
	h := newHome(t, acme+`
  mallory: {kind: aws/permission-set, via: {provider: twin}}
  faraway: {kind: aws/permission-set, via: {provider: region}}`)
	h.Graph = newHome(t, strings.Replace(acme, "  okta:", `  twin: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://acme.awsapps.com/start}
  region: {kind: aws/iam-identity-center, region: eu-west-1, start_url: https://acme.awsapps.com/start}
  okta:`, 1)+`
  mallory: {kind: aws/permission-set, via: {provider: twin}}
  faraway: {kind: aws/permission-set, via: {provider: region}}`).Graph
	siblings := logout.Affected{By: "aws-sso", Names: []string{"prod-admin"}, Why: "provider aws-sso"}
	portal := logout.Affected{By: "aws-sso", Names: []string{"mallory"}, Why: "portal https://acme.awsapps.com/start"}
	for _, tt := range []struct {
		name   string
		plant  func(h home)
		target logout.Target
		want   []logout.Affected
	}{
		{"nothing shared is there", func(h home) { h.entries("dev-admin") }, identities("dev-admin"), nil},
		{"the provider's entry", func(h home) { h.entries("aws-sso") }, identities("dev-admin"), []logout.Affected{siblings}},
		{"the portal's session", func(h home) { h.has(session, token) }, identities("dev-admin"), []logout.Affected{siblings, portal}},
		{"the portal's session, of the provider", func(h home) { h.has(session, token) }, providers("aws-sso"), []logout.Affected{portal}},
		{"nobody is left to be affected", func(h home) { h.has(session, token) }, logout.Target{All: true}, nil},
		{"a user's key that a role needs", func(h home) { h.entries("robot") }, identities("robot"), []logout.Affected{{By: "robot", Names: []string{"build"}, Why: "identity robot"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			one := newHome(t, acme)
			one.Graph = h.Graph
			tt.plant(one)
			if diff := cmp.Diff(tt.want, one.plan(tt.target).Affected); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A key that another project's realm may explain as well is kept.
func TestPlanAmbiguous(t *testing.T) {
	h := newHome(t, `
providers: {corp: {kind: mock}}
identities: {other_dev: {kind: mock, via: {provider: corp}}}`)
	h.entries("atmos_other_dev", "atmos_acme_other_dev", "other_dev")
	h.mkdir(h.path(".config/atmos/other/aws"))
	p := h.plan(identities("other_dev"))
	h.wantSteps(p,
		"keyring_entry other_dev: other_dev",
		"keyring_entry other_dev: atmos_acme_other_dev",
		"keyring_entry other_dev: atmos_other_dev (kept: ambiguous other)",
	)
	r := p.Run(t.Context(), h.Machine, logout.Observer{})
	if r.Complete() || !errors.Is(r.Err(), logout.ErrIncomplete) || !r.LeftFor(logout.KeptAmbiguous) {
		t.Errorf("complete: %v, error %v", r.Complete(), r.Err())
	}
	h.wantLeft(keyringDir + "atmos_other_dev")

	// Without such a project nothing is ambiguous.
	if err := os.RemoveAll(h.path(".config/atmos/other")); err != nil {
		t.Fatal(err)
	}
	h.run(h.plan(identities("other_dev")))
	h.wantLeft()
}

// An identity of a stack is not declared in atmos.yaml. It is accepted if there
// is something of it.
func TestPlanUndeclared(t *testing.T) {
	t.Run("found in a file", func(t *testing.T) {
		h := newHome(t, acme)
		h.has(".config/atmos/acme/aws/aws-sso/credentials", "[default]\nx = 1\n"+sections("Stack-Admin", "stack-admin", "prod-admin"))
		h.has(".config/atmos/acme/aws/gone/config", profiles("stack-admin"))
		h.has(".config/atmos/other/aws/aws-sso/credentials", sections("stack-admin"))
		h.entries("aws-sso")
		p := h.plan(identities("stack-admin"))
		h.wantNames(p, "stack-admin")
		h.wantSteps(p,
			"credentials_file aws-sso: .config/atmos/acme/aws/aws-sso/credentials -stack-admin +default +Stack-Admin +prod-admin (not declared: default, Stack-Admin)",
			"config_file gone: .config/atmos/acme/aws/gone/config -stack-admin",
		)
		h.run(p)
		h.wantText(".config/atmos/acme/aws/aws-sso/credentials", "[default]\nx = 1\n"+sections("Stack-Admin", "prod-admin"))
		h.wantText(".config/atmos/other/aws/aws-sso/credentials", sections("stack-admin"))
		h.wantNone(".config/atmos/acme/aws/gone")
	})
	t.Run("found in a keyring", func(t *testing.T) {
		h := newHome(t, acme)
		h.entries("atmos_acme_Stack-Admin", "prod-admin")
		shared := []string{session, ".azure/atmos/acme/msal_token_cache.json", ".aws/saml2aws/storageState.json"}
		for _, below := range shared {
			h.has(below, token)
		}
		p := h.plan(identities("Stack-Admin"))
		h.wantSteps(p, "keyring_entry Stack-Admin: atmos_acme_Stack-Admin (long-lived)")
		h.run(p)
		h.wantLeft(append(shared, keyringDir+"prod-admin")...)
	})
	t.Run("not found", func(t *testing.T) {
		h := newHome(t, acme)
		h.entries("atmos_other_stack-admin", "prod-admin")
		h.has(".config/atmos/other/aws/aws-sso/credentials", sections("stack-admin"))
		h.has(".config/atmos/acme/aws/aws-sso/credentials", sections("prod-admin"))
		h.Keyrings = append(h.Keyrings, keyring.NotAsked("system keyring", keyring.ErrLocked)) // proves nothing
		_, err := logout.NewPlan(t.Context(), h.Machine, identities("stack-admin"))
		var unknown *chain.UnknownError
		if !errors.Is(err, chain.ErrUnknown) || !errors.As(err, &unknown) || unknown.Name != "stack-admin" {
			t.Errorf("error %v", err)
		}
	})
}

func TestPlanErrors(t *testing.T) {
	h := newHome(t, acme+`
  DEV: {kind: aws/user}
  Dev: {kind: aws/user}
  me: {kind: aws/assume-role, via: {identity: me}}
  under-me: {kind: aws/assume-role, via: {identity: me}}`)
	h.entries("me", "dev-admin")
	for _, tt := range []struct {
		name   string
		target logout.Target
		want   []error
		says   []string
	}{
		{"unknown identity", identities("dev-admin", "nobody"), []error{chain.ErrUnknown}, []string{`identity "nobody": not declared in atmos.yaml`}},
		{"unknown provider", providers("aws-sso", "nobody"), []error{chain.ErrUnknown}, []string{`provider "nobody": not declared in atmos.yaml`}},
		{"an identity is no provider", providers("dev-admin"), []error{chain.ErrUnknown}, []string{`provider "dev-admin"`}},
		{"ambiguous", identities("dev"), []error{chain.ErrAmbiguous}, []string{"DEV, Dev"}},
		{"cycle", identities("me"), []error{chain.ErrCycle}, []string{`identity "me"`, "me → me"}},
		{"cycle further up", identities("under-me"), []error{chain.ErrCycle}, []string{`identity "under-me"`, "me → me"}},
		{"several", identities("dev", "me"), []error{chain.ErrAmbiguous, chain.ErrCycle}, []string{"DEV, Dev", "me → me"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := logout.NewPlan(t.Context(), h.Machine, tt.target)
			for _, want := range tt.want {
				if !errors.Is(err, want) {
					t.Errorf("error %v, want %v", err, want)
				}
			}
			for _, says := range tt.says {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("error %v does not say %q", err, says)
				}
			}
			if len(p.Steps) > 0 {
				t.Errorf("a plan with %v", h.steps(p))
			}
		})
	}
}

// With --all the names of a cycle are cleaned, and the report is not complete.
func TestPlanCycle(t *testing.T) {
	h := newHome(t, `
identities:
  a: {kind: aws/assume-role, via: {identity: b}}
  b: {kind: aws/assume-role, via: {identity: a}}
  robot: {kind: aws/user}`)
	h.entries("a", "atmos_acme_b", "robot")
	p := h.plan(logout.Target{All: true})
	if len(p.Chains) != 1 || !errors.Is(p.Chains[0].Err, chain.ErrCycle) {
		t.Errorf("chains %v", p.Chains)
	}
	r := p.Run(t.Context(), h.Machine, logout.Observer{})
	if r.Complete() || !errors.Is(r.Err(), logout.ErrIncomplete) {
		t.Errorf("complete: %v, error %v", r.Complete(), r.Err())
	}
	h.wantLeft()
}

// A provider and an identity may have one name, and each what is its own. Their
// keys are the same, so that the entry may be the identity's access key.
func TestPlanOneName(t *testing.T) {
	h := newHome(t, `
providers: {acme: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://acme.awsapps.com/start}}
identities: {acme: {kind: aws/user}}`)
	h.entries("acme")
	h.has(".config/atmos/acme/aws/acme/credentials", sections("stranger"))
	h.has(".config/atmos/acme/aws/aws-user/credentials", sections("acme", "other"))
	h.has(".cache/atmos/aws-webflow/acme-acme/refresh.json", "{}")
	h.has(session, token)
	p := h.plan(logout.Target{All: true})
	h.wantNames(p, "acme")
	h.wantSteps(p,
		"keyring_entry acme: acme (long-lived)",
		"credentials_file acme: .config/atmos/acme/aws/acme/credentials -stranger",
		"credentials_file aws-user: .config/atmos/acme/aws/aws-user/credentials -acme +other (not declared: other)",
		"session_token acme: "+session,
		"refresh_token acme: .cache/atmos/aws-webflow/acme-acme/refresh.json",
	)
	h.run(p)
	h.wantLeft(".config/atmos/acme/aws/aws-user/credentials", ".config/atmos/acme/aws/aws-user/credentials.lock")
	h.wantText(".config/atmos/acme/aws/aws-user/credentials", sections("other"))
}

// A name that cannot be a path fails where it would have to be one, and only there.
func TestPlanHostileNames(t *testing.T) {
	h := newHome(t, `
providers: {"../../victim": {kind: aws/iam-identity-center, region: r, start_url: u}}
identities: {dev: {kind: aws/permission-set, via: {provider: "../../victim"}}}`)
	h.entries("../../victim", "dev")
	h.has(".config/victim/credentials", sections("dev"))
	h.has("victim/credentials", sections("dev"))
	p := h.plan(identities("dev"))
	failing := slices.DeleteFunc(slices.Clone(p.Steps), func(s logout.Step) bool { return s.Err == nil })
	if len(failing) == 0 {
		t.Error("nothing fails")
	}
	r := p.Run(t.Context(), h.Machine, logout.Observer{})
	if err := r.Err(); !errors.Is(err, logout.ErrIncomplete) || !strings.Contains(err.Error(), `the name "../../victim" cannot be part of a path`) {
		t.Errorf("error %v", err)
	}
	h.wantText(".config/victim/credentials", sections("dev"))
	h.wantText("victim/credentials", sections("dev"))
	h.wantLeft(".config/victim/credentials", "victim/credentials")
}

// Releases before v1.216 and later ones may read two chains for an identity. The one
// that left more counts, and what the other left of the identity itself goes too.
func TestPlanTwoChains(t *testing.T) {
	auth := config.Auth{
		Providers:  []config.Provider{{Name: "new", Kind: "aws/iam-identity-center"}, {Name: "old", Kind: "aws/saml"}},
		Identities: []config.Identity{{Name: "dev", Kind: "aws/permission-set", Via: config.Via{Provider: "new"}}},
	}
	older := auth
	older.Identities = []config.Identity{{Name: "dev", Kind: "aws/assume-role", Via: config.Via{Provider: "old"}}}
	for _, tt := range []struct {
		name        string
		plant       []string
		names, note string
	}{
		{"only the later one", []string{"new"}, "new dev", "Two chains: dev is new → dev, but old → dev for other releases"},
		{"only the former one", []string{"old"}, "old dev", "Two chains: dev is old → dev, but new → dev for other releases"},
		{"both", []string{"new", "old"}, "new dev", "Two chains: dev is new → dev, but old → dev for other releases"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, acme)
			h.Graph, h.Older = chain.New(auth), chain.New(older)
			for _, dir := range tt.plant {
				h.has(".config/atmos/acme/aws/"+dir+"/credentials", sections("dev"))
			}
			p := h.plan(identities("dev"))
			h.wantNames(p, strings.Fields(tt.names)...)
			if len(p.Notes) != 1 || !strings.HasPrefix(p.Notes[0], tt.note) {
				t.Errorf("notes %q, want %q", p.Notes, tt.note)
			}
			h.run(p)
			h.wantLeft()
		})
	}
}

// What a keyring does not tell of some keys is a step that says so; of the others it is known.
func TestPlanUnknownKeys(t *testing.T) {
	strange := errors.New("strange entry")
	h := newHome(t, acme)
	h.entries("dev-admin", "aws-sso")
	h.Keyrings[0] = refusing{Keyring: h.Keyrings[0], find: map[string]error{"atmos_acme_dev-admin": strange}}
	p := h.plan(identities("dev-admin"))
	h.wantSteps(p,
		"keyring_entry aws-sso: aws-sso",
		"keyring_entry dev-admin: dev-admin",
		"keyring_entry dev-admin: atmos_acme_dev-admin (error)",
	)
	if !errors.Is(p.Steps[2].Err, strange) {
		t.Errorf("error %v", p.Steps[2].Err)
	}

	// A locked keyring tells of none.
	h.Keyrings = []keyring.Keyring{keyring.NotAsked("system keyring", keyring.ErrLocked)}
	p = h.plan(identities("prod-admin"))
	h.wantSteps(p,
		"keyring_entry aws-sso: aws-sso (error)", "keyring_entry aws-sso: atmos_acme_aws-sso (error)", "keyring_entry aws-sso: atmos_aws-sso (error)",
		"keyring_entry prod-admin: prod-admin (error)", "keyring_entry prod-admin: atmos_acme_prod-admin (error)", "keyring_entry prod-admin: atmos_prod-admin (error)",
	)
	for _, s := range p.Steps {
		if !errors.Is(s.Err, keyring.ErrLocked) || s.Keyring != "system keyring" {
			t.Errorf("%s in %s: error %v", s.Key, s.Keyring, s.Err)
		}
	}
}

// With several keyrings the steps are in the order of the names.
func TestPlanKeyrings(t *testing.T) {
	h := newHome(t, acme)
	h.Keyrings = append(h.Keyrings, keyring.File{Dir: h.path("ring")})
	h.entries("aws-sso", "dev-admin", "prod-admin")
	for _, key := range []string{"aws-sso", "dev-org-admin", "dev-admin", "prod-admin"} {
		h.has("ring/"+key, jwe)
	}
	p := h.plan(identities("dev-admin"))
	h.wantSteps(
		p,
		"keyring_entry aws-sso: aws-sso", "keyring_entry aws-sso: aws-sso",
		"keyring_entry dev-org-admin: dev-org-admin",
		"keyring_entry dev-admin: dev-admin", "keyring_entry dev-admin: dev-admin",
	)
	h.run(p)
	h.wantLeft(keyringDir+"prod-admin", "ring/prod-admin")
}

// Of a kind that only newer releases know it is said that something may remain; a name that
// is not declared has none.
func TestPlanUnknownKind(t *testing.T) {
	h := newHome(t, acme+`
  quantum: {kind: aws/quantum}
  entangled: {kind: aws/quantum}`)
	h.entries("quantum", "of-a-stack")
	p := h.plan(identities("quantum", "dev-admin", "entangled"))
	want := []string{
		"Not known: the kind aws/quantum of quantum; what only newer releases keep for it may remain",
		"Not known: the kind aws/quantum of entangled; what only newer releases keep for it may remain",
	}
	if diff := cmp.Diff(want, p.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if p := h.plan(identities("of-a-stack")); len(p.Notes) > 0 {
		t.Errorf("notes %q", p.Notes)
	}
	h.run(p)
	h.wantLeft(keyringDir + "of-a-stack")
}

// Below a provider called aws, C/aws/aws/<x> may be what provider x keeps in a realm called aws.
func TestPlanProviderCalledAWS(t *testing.T) {
	h := newHome(t, "providers: {AWS: {kind: aws/saml}}")
	h.has(".config/atmos/aws/aws/credentials", sections("stranger"))
	h.has(".config/atmos/aws/aws/notes", "left by somebody")
	h.has(".config/atmos/aws/aws/x/credentials", sections("another project's"))
	p := h.plan(providers("aws"))
	if len(p.StartURLs) > 0 {
		t.Errorf("start URLs %q of a provider that has none", p.StartURLs)
	}
	h.run(p)
	h.wantTexts(map[string]string{".config/atmos/aws/aws/x/credentials": sections("another project's")})
}

// Something else than a directory or a file stands in the way.
func TestPlanInTheWay(t *testing.T) {
	h := newHome(t, acme)
	h.has(".config/atmos/acme/aws/aws-sso/credentials/inside", "secret")
	h.has(".config/atmos/aws/aws-sso", "a file")
	h.has(".aws/atmos/aws-sso/credentials", sections("dev-admin"))
	h.has(".aws/atmos/aws-sso/credentials.credclean", sections("dev-admin"))
	p := h.plan(identities("dev-admin"))
	h.wantSteps(p,
		"credentials_file aws-sso: .aws/atmos/aws-sso/credentials -dev-admin",
		"credentials_file aws-sso: .config/atmos/acme/aws/aws-sso/credentials (error)",
	)
	r := p.Run(t.Context(), h.Machine, logout.Observer{})
	if err := r.Err(); !errors.Is(err, disk.ErrNotRegular) {
		t.Errorf("error %v", err)
	}
	h.wantNone(".aws/atmos/aws-sso")
	h.wantText(".config/atmos/acme/aws/aws-sso/credentials/inside", "secret")
	h.wantText(".config/atmos/aws/aws-sso", "a file")
}

// Only with a realm of its own is a place one project's.
func TestNamesOnly(t *testing.T) {
	for _, tt := range []struct {
		plant func(h home)
		want  bool
	}{
		{func(home) {}, false},
		{func(h home) { h.entries("atmos_acme_dev-admin") }, false},
		{func(h home) { h.has(".config/atmos/acme/aws/aws-sso/credentials", sections("dev-admin")) }, false},
		{func(h home) { h.has(session, token) }, false},
		{func(h home) { h.entries("dev-admin") }, true},
		{func(h home) { h.has(".config/atmos/aws/aws-sso/credentials", sections("dev-admin")) }, true},
		{func(h home) { h.has(".aws/atmos/aws-sso/config", profiles("dev-admin")) }, true},
	} {
		h := newHome(t, acme)
		tt.plant(h)
		if p := h.plan(identities("dev-admin")); p.NamesOnly() != tt.want {
			t.Errorf("%v: %v, want %v", h.steps(p), p.NamesOnly(), tt.want)
		}
	}
}

func TestCheck(t *testing.T) {
	h := newHome(t, acme+"\n  me: {kind: aws/assume-role, via: {identity: me}}")
	for _, tt := range []struct {
		target logout.Target
		want   error
	}{
		{identities("dev-admin", "Prod-Admin"), nil},
		{providers("AWS-SSO"), nil},
		{logout.Target{All: true}, nil},
		{identities("not-declared-but-perhaps-found"), nil},
		{identities("dev-admin", "me"), chain.ErrCycle},
		{providers("nobody"), chain.ErrUnknown},
	} {
		if err := h.Check(tt.target); !errors.Is(err, tt.want) {
			t.Errorf("%v: %v, want %v", tt.target, err, tt.want)
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, tt := range []struct {
		target logout.Target
		want   bool
	}{
		{logout.Target{}, true},
		{logout.Target{KeepProvider: true}, true},
		{identities("a"), false},
		{providers("a"), false},
		{logout.Target{Identities: []string{"a"}, Providers: []string{"b"}}, false},
		{logout.Target{All: true}, false},
		{logout.Target{AllProjects: true}, false},
		{logout.Target{Orphans: true}, false},
		{logout.Target{Expired: true}, false},
	} {
		if got := tt.target.Empty(); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.target, got, tt.want)
		}
	}
}
