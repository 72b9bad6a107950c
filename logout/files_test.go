package logout_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store/disk"
)

// What lies in files of its own goes with the name in its path, or with what all share, and
// the lock files beside it. What bears another name, realm or owner stays.
func TestPlanFiles(t *testing.T) {
	const auth = `
providers:
  entra: {kind: azure/cli}
  entra-2: {kind: azure/device-code}
  corp-gcp: {kind: gcp/adc}
  other-gcp: {kind: gcp/adc}
  fake: {kind: mock}
  okta: {kind: aws/saml}
identities:
  Web: {kind: gcp/project, via: {provider: corp-gcp}}
  api: {kind: gcp/project, via: {provider: corp-gcp}}
  a/b: {kind: mock, via: {provider: fake}}
  auditor: {kind: aws/assume-role, via: {provider: okta}}
  sandbox: {kind: kubernetes/emulator}
integrations:
  api/sts: {kind: github/sts, via: {identity: api}}`
	const (
		google = ".config/atmos/acme/gcp/corp-gcp/"
		adc    = "/application_default_credentials.json"
		azure  = ".azure/atmos/acme/"
		sts    = ".local/share/atmos/auth/github-sts/acme/api-sts/"
	)
	planted := []string{
		google + "adc/web" + adc, google + "adc/web" + adc + ".lock", google + "web.cleanup.lock", google + "web.identity.lock",
		google + "adc/web/access_token", google + "config/web/properties",
		google + "adc/api" + adc, google + "api.identity.lock",
		".config/atmos/gcp/corp-gcp/adc/web" + adc, ".config/atmos/other/gcp/corp-gcp/adc/web" + adc,
		".config/atmos/acme/gcp/other-gcp/adc/web" + adc, ".config/atmos/acme/emulator/sandbox.kubeconfig",
		azure + "entra/credentials.json", azure + "entra-2/credentials.json", azure + "msal_token_cache.json", ".azure/atmos/msal_token_cache.json",
		".azure/atmos/other/msal_token_cache.json", ".azure/atmos/entra/credentials.json",
		"tmp/atmos-mock-a-b.json", "tmp/atmos-mock-a-b.json.lock", "tmp/atmos-mock-a.json", "tmp/atmos-mock-fake.json",
		sts + "state.json", sts + "git.config", ".local/share/atmos/auth/github-sts/acme/web-sts/state.json",
	}
	for _, tt := range []struct {
		name   string
		target logout.Target
		gone   []string // files, or directories with all that is in them
	}{
		{"an identity of Google", identities("web"), []string{
			google + "adc/web", google + "web.cleanup.lock", google + "web.identity.lock", google + "config", ".config/atmos/gcp",
		}},
		{"its neighbour, with its integration", identities("api"), []string{google + "adc/api", google + "api.identity.lock", sts}},
		{"a provider of Azure", providers("entra"), []string{azure + "entra", azure + "msal_token_cache.json", ".azure/atmos/entra"}},
		{"everybody of Azure", providers("entra", "entra-2"), []string{azure, ".azure/atmos/entra"}},
		{"a name with a slash", identities("a/b"), []string{"tmp/atmos-mock-a-b.json", "tmp/atmos-mock-a-b.json.lock"}},
		{"an emulator", identities("sandbox"), []string{".config/atmos/acme/emulator"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, auth)
			for _, below := range planted {
				h.has(below, "secret of "+below)
			}
			want := h.texts()
			p := h.plan(tt.target)
			places := make(map[disk.Place]bool)
			for _, s := range p.Steps {
				if s.Kind != logout.EmptyDir && places[s.Place] {
					t.Errorf("twice: %s", h.step(s))
				}
				places[s.Place] = true
			}
			h.run(p)
			for _, below := range tt.gone {
				for text := range want {
					if text == below || strings.HasPrefix(text, strings.TrimSuffix(below, "/")+"/") {
						delete(want, text)
					}
				}
				h.wantNone(below)
			}
			h.wantTexts(want)
		})
	}
}

// consoleOf is the name that Atmos gives the browser profile of a realm and an identity.
func consoleOf(realmAndName string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(realmAndName)))[:16]
}

// The browser profile of a console is a directory, and goes whole. No other directory does
// because it bears the name of a file.
func TestPlanFilesTree(t *testing.T) {
	h := newHome(t, acme)
	const profile = ".local/share/atmos/console/sessions/%s/Default/cookies"
	dev, prod := fmt.Sprintf(profile, consoleOf("acme/dev-admin")), fmt.Sprintf(profile, consoleOf("acme/prod-admin"))
	const inTheWay = ".cache/atmos/aws-sso/aws-sso/token.json/inside"
	h.has(dev, "cookie of dev-admin")
	h.has(prod, "cookie of prod-admin")
	h.has(inTheWay, "somebody's")
	r := h.plan(identities("dev-admin")).Run(t.Context(), h.Machine, logout.Observer{})
	if err := r.Err(); !errors.Is(err, disk.ErrNotRegular) {
		t.Errorf("error %v", err)
	}
	h.wantTexts(map[string]string{prod: "cookie of prod-admin", inTheWay: "somebody's"})
}

// The browser state of a program that may be used without Atmos goes only if it is not.
func TestPlanFilesShared(t *testing.T) {
	const state = ".aws/saml2aws/storageState.json"
	h := newHome(t, acme)
	h.has(state, "cookies")
	h.has(".saml2aws", "[default]\n")
	want := h.texts()
	p := h.plan(providers("okta"))
	h.wantSteps(p, "browser_state okta: "+state+" (kept: another program uses it too )")
	h.run(p)
	h.wantTexts(want)

	start := newHome(t, acme)
	start.has(state, "cookies")
	start.run(start.plan(providers("okta")))
	start.wantLeft()
}

// A directory with nothing in it holds nobody's session, whether the portal is known or not.
func TestPlanFilesUnsure(t *testing.T) {
	h := newHome(t, "providers: {aws-sso: {kind: aws/iam-identity-center, region: us-east-1}}")
	h.mkdir(h.path(".cache/atmos/aws-sso/sessions"))
	if p := h.plan(providers("aws-sso")); len(p.Steps) > 0 {
		t.Errorf("steps %v", h.steps(p))
	}
}

// Who shares a file that goes has to log in again.
func TestPlanFilesAffected(t *testing.T) {
	h := newHome(t, `
providers:
  entra: {kind: azure/cli}
  entra-2: {kind: azure/device-code}
  pipeline: {kind: azure/oidc}
  okta: {kind: aws/saml}
  ping: {kind: aws/saml}
identities:
  one: {kind: azure/subscription, via: {provider: entra}}
  two: {kind: azure/subscription, via: {provider: entra-2}}
  three: {kind: azure/subscription, via: {provider: pipeline}}
  auditor: {kind: aws/assume-role, via: {provider: okta}}
  other: {kind: aws/assume-role, via: {provider: ping}}`)
	h.has(".azure/atmos/acme/msal_token_cache.json", "{}")
	h.has(".aws/saml2aws/storageState.json", "cookies")
	p := h.plan(identities("one", "auditor"))
	want := []logout.Affected{
		{By: "okta", Names: []string{"other"}, Why: "browser state"},
		{By: "entra", Names: []string{"two"}, Why: "token cache of Azure"},
	}
	if diff := cmp.Diff(want, p.Affected); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	// Of what is kept nobody loses anything.
	h.has(".saml2aws", "[default]\n")
	if diff := cmp.Diff(want[1:], h.plan(p.Target).Affected); diff != "" {
		t.Errorf("without the browser state (-want +got):\n%s", diff)
	}
}

// A name may be of two kinds, if releases of Atmos read the configuration differently. What
// either kind leaves goes.
func TestPlanFilesTwoKinds(t *testing.T) {
	h := newHome(t, acme)
	h.Graph = chain.New(config.Auth{
		Providers:  []config.Provider{{Name: "fake", Kind: "mock"}},
		Identities: []config.Identity{{Name: "dev", Kind: "mock", Via: config.Via{Provider: "fake"}}, {Name: "robot", Kind: "aws/user"}},
	})
	h.Older = chain.New(config.Auth{Identities: []config.Identity{{Name: "dev", Kind: "aws/user"}, {Name: "robot", Kind: "aws/user"}}})
	h.has("tmp/atmos-mock-dev.json", "mock secret")
	h.has(".cache/atmos/aws-webflow/dev-acme/refresh.json", `{"refreshToken": "secret of dev"}`)
	h.has(".cache/atmos/aws-webflow/robot-acme/refresh.json", `{"refreshToken": "secret of robot"}`)
	h.has(".config/atmos/acme/aws/aws-user/credentials", sections("dev", "robot"))
	if p := h.plan(identities("robot")); len(p.Notes) > 0 {
		t.Errorf("notes where both are the same: %q", p.Notes)
	}
	h.run(h.plan(identities("dev")))
	h.wantTexts(map[string]string{
		".cache/atmos/aws-webflow/robot-acme/refresh.json": `{"refreshToken": "secret of robot"}`,
		".config/atmos/acme/aws/aws-user/credentials":      sections("robot"),
		".config/atmos/acme/aws/aws-user/credentials.lock": "",
	})
}

// What other programs keep is named if a kind that is logged out has to do with it, and stays.
func TestPlanLeftAlone(t *testing.T) {
	h := newHome(t, `
providers:
  corp: {kind: aws/iam-identity-center}
  entra: {kind: azure/cli}
  fake: {kind: mock}
identities:
  sandbox: {kind: azure/emulator}`)
	h.has(".aws/credentials", sections("dev"))
	h.has(".aws/sso/cache/x.json", "{}")
	h.has(".azure/msal_token_cache.json", "of az")
	want := h.texts()
	aws := "Left alone: ~/.aws/credentials, ~/.aws/sso (of aws; to end it: aws sso logout)"
	az := "Left alone: ~/.azure/msal_token_cache.json (of az; to end it: az logout)"
	for _, tt := range []struct {
		target         logout.Target
		alone, written []string
	}{
		{providers("corp"), []string{aws}, nil},
		{providers("entra"), []string{az}, []string{az}},
		{logout.Target{All: true}, []string{aws, az}, []string{az}},
		{providers("fake"), nil, nil},
		{identities("sandbox"), nil, nil},
	} {
		p := h.plan(tt.target)
		if diff := cmp.Diff([2][]string{tt.alone, tt.written}, [2][]string{p.LeftAlone, p.LeftWritten}); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.target, diff)
		}
		h.run(p)
	}
	h.wantTexts(want)
}
