package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store"
)

// A place is one that Atmos's own code writes to, as its releases were read and run: see
// the source beside each in docs/kinds.md. This list is written from that, not from the table.
type place struct {
	base store.Base
	path string
	kind store.Kind
	want store.Words
}

const (
	realm16 = "6e0bff4c592cf134"
	portal  = "79bd718a482a3c0ed2e0def5930c30370ed00695"
)

func places() []place {
	return []place{
		{store.HomeAWS, "corp-sso/credentials", store.CredentialsFile, store.Words{Name: "corp-sso"}},
		{store.HomeAWS, "corp-sso/config", store.ConfigFile, store.Words{Name: "corp-sso"}},
		{store.Config, "aws/corp-sso/credentials", store.CredentialsFile, store.Words{Name: "corp-sso"}},
		{store.Config, "aws/corp-sso/config", store.ConfigFile, store.Words{Name: "corp-sso"}},
		{store.Config, realm16 + "/aws/corp-sso/credentials", store.CredentialsFile, store.Words{Name: "corp-sso", Realm: realm16}},
		{store.Config, realm16 + "/aws/aws-user/config", store.ConfigFile, store.Words{Name: "aws-user", Realm: realm16}},
		{store.Config, "82bbb38e/aws/a/b/credentials", store.CredentialsFile, store.Words{Name: "a/b", Realm: "82bbb38e"}},
		// A provider called aws, and a realm called default.
		{store.Config, "aws/aws/credentials", store.CredentialsFile, store.Words{Name: "aws"}},
		{store.Config, "default/aws/aws/credentials", store.CredentialsFile, store.Words{Name: "aws", Realm: "default"}},
		{store.Cache, "aws-sso/corp-sso/token.json", store.SessionToken, store.Words{Name: "corp-sso"}},
		{store.Cache, "aws-sso/sessions/" + portal + ".json", store.SessionToken, store.Words{Name: portal}},
		{store.HomeSAML, "storageState.json", store.BrowserState, store.Words{}},
		{store.Cache, "aws-saml/okta/storageState.json", store.BrowserState, store.Words{Name: "okta"}},
		{store.Cache, "aws-webflow/web-user-" + realm16 + "/refresh.json", store.RefreshToken, store.Words{Name: "web-user-" + realm16}},
		{store.Cache, "aws-webflow/web-user-/refresh.json", store.RefreshToken, store.Words{Name: "web-user-"}},
		{store.Data, "console/sessions/9979db827ba295f8", store.BrowserState, store.Words{Name: "9979db827ba295f8"}},
		{store.HomeAzure, "az-dev/credentials.json", store.CloudCredentials, store.Words{Name: "az-dev"}},
		{store.HomeAzure, realm16 + "/az-dev/credentials.json", store.CloudCredentials, store.Words{Name: "az-dev", Realm: realm16}},
		{store.HomeAzure, realm16 + "/msal_token_cache.json", store.RefreshToken, store.Words{Realm: realm16}},
		{store.Cache, "azure-device-code/az-dev/token.json", store.SessionToken, store.Words{Name: "az-dev"}},
		{store.Config, realm16 + "/gcp/gadc/adc/sa-dev/application_default_credentials.json", store.CloudCredentials, store.Words{Name: "sa-dev", Root: "gadc", Realm: realm16}},
		{store.Config, "gcp/gadc/adc/sa-dev/access_token", store.CloudCredentials, store.Words{Name: "sa-dev", Root: "gadc"}},
		{store.Config, realm16 + "/gcp/gadc/config/sa-dev", store.CloudConfig, store.Words{Name: "sa-dev", Root: "gadc", Realm: realm16}},
		{store.Config, realm16 + "/gcp/gadc/sa-dev.cleanup.lock", store.LockFile, store.Words{Name: "sa-dev", Root: "gadc", Realm: realm16}},
		{store.Config, realm16 + "/gcp/gadc/sa-dev.identity.lock", store.LockFile, store.Words{Name: "sa-dev", Root: "gadc", Realm: realm16}},
		{store.Config, realm16 + "/emulator/kube.kubeconfig", store.CloudCredentials, store.Words{Name: "kube", Realm: realm16}},
		{store.Config, "emulator/kube.kubeconfig", store.CloudCredentials, store.Words{Name: "kube"}},
		{store.Config, "aws/aws/corp/credentials", store.CredentialsFile, store.Words{Name: "corp", Realm: "aws"}},
		{store.Config, "azure/aws/corp/config", store.ConfigFile, store.Words{Name: "corp", Realm: "azure"}},
		{store.Config, "aws/gcp/gadc/config/sa-dev", store.CloudConfig, store.Words{Name: "sa-dev", Root: "gadc", Realm: "aws"}},
		{store.Config, "aws/gcp/credentials", store.CredentialsFile, store.Words{Name: "gcp"}},
		{store.Config, "gcp/gcp/gadc/config/sa-dev", store.CloudConfig, store.Words{Name: "sa-dev", Root: "gadc", Realm: "gcp"}},
		{store.Config, "emulator/emulator/kube.kubeconfig", store.CloudCredentials, store.Words{Name: "kube", Realm: "emulator"}},
		{store.HomeAzure, "azure/az-dev/credentials.json", store.CloudCredentials, store.Words{Name: "az-dev", Realm: "azure"}},
		{store.HomeAzure, "profiles/msal_token_cache.json", store.RefreshToken, store.Words{Realm: "profiles"}},
		{store.Data, "auth/github-sts/aws/org_sts/state.json", store.SessionToken, store.Words{Name: "org_sts", Realm: "aws"}},
		{store.Cache, "emulator/dev-kube.kubeconfig", store.CloudCredentials, store.Words{Name: "dev-kube"}},
		{store.Temp, "atmos-mock-team-fake.json", store.TempFile, store.Words{Name: "team-fake"}},
		{store.Data, "auth/github-sts/" + realm16 + "/org_sts/state.json", store.SessionToken, store.Words{Name: "org_sts", Realm: realm16}},
		{store.Data, "auth/github-sts/gh-sts/git.config", store.SessionToken, store.Words{Name: "gh-sts"}},
		{store.Cache, "auth/corp_sso/provisioned-identities.yaml", store.Provisioned, store.Words{Name: "corp_sso"}},
	}
}

// Every place is one of the table, with its words, and every entry of the table is somewhere
// in the list.
func TestMatch(t *testing.T) {
	used := make([]bool, len(store.Locations()))
	for _, p := range places() {
		found := 0
		for i, l := range store.Locations() {
			words, ok := l.Match(p.path)
			if l.Under != p.base || !ok {
				continue
			}
			found++
			used[i] = true
			if l.Kind != p.kind {
				t.Errorf("%s is %s, want %s", p.path, l.Kind, p.kind)
			}
			if d := cmp.Diff(p.want, words); d != "" {
				t.Errorf("%s (-want +got):\n%s", p.path, d)
			}
		}
		if found != 1 {
			t.Errorf("%s is at %d locations, want 1", p.path, found)
		}
	}
	for i, l := range store.Locations() {
		if !used[i] {
			t.Errorf("nothing is listed for %s (%s)", l.Path, l.Kind)
		}
	}
}

// Every directory on the way to a place is entered, and none beside it.
func TestBelow(t *testing.T) {
	enters := func(base store.Base, dir string) bool {
		for _, l := range store.Locations() {
			if l.Under == base && l.Below(dir) {
				return true
			}
		}
		return false
	}
	for _, p := range places() {
		for i := range p.path {
			if p.path[i] == '/' && !enters(p.base, p.path[:i]) {
				t.Errorf("%s is not entered on the way to %s", p.path[:i], p.path)
			}
		}
	}
	for _, dir := range []struct {
		base store.Base
		path string
	}{
		{store.Cache, "toolchain"},
		{store.Cache, "aws-sso/sessions/x/y/z/deep"},
		{store.Cache, "stacks/vendor"},
		{store.Data, "toolchain/bin"},
		{store.Data, "keyring"},
		{store.Data, "console/sessions/9979db827ba295f8"},
		{store.Data, "console/sessions/9979db827ba295f8/Default"},
		{store.Config, "profiles"},
		{store.Config, "profiles/aws"},
		{store.Config, "kube"},
		{store.Config, "Upper"},
		{store.Config, realm16 + "/other"},
		{store.Config, realm16 + "/aws/a/b/c/d/e"},
		{store.HomeSAML, "node_modules"},
	} {
		if enters(dir.base, dir.path) {
			t.Errorf("%s is entered", dir.path)
		}
	}
}

// What only looks like a place is none.
func TestNoMatch(t *testing.T) {
	for base, paths := range map[store.Base][]string{
		store.HomeAWS: {"credentials", "/x/credentials", "x/", "x/credentials/y", "a/b/c/d/e/credentials"},
		store.Config: {
			"", "aws", "aws/credentials", "aws/x/credentials.bak", "aws//credentials", "profiles/aws/x/credentials",
			"Realm/aws/x/credentials", "gcp/gadc/adc/sa", "aws/gcp/gadc/config", "aws/a/b/c/d/e/credentials", realm16 + "/kube.kubeconfig",
		},
		store.Cache: {
			"sessions/" + portal + ".json", "aws-sso/sessions/short.json", "aws-sso/sessions/" + portal,
			"auth/a/b/provisioned-identities.yaml", "aws-webflow/refresh.json",
		},
		store.Data:      {"console/sessions/xyz", "auth/github-sts/a/b/c/state.json"},
		store.HomeAzure: {"msal_token_cache.json", "credentials.json"},
		store.Temp:      {"atmos-mock-.json", "atmos-mock-a/b.json", "x/atmos-mock-a.json"},
	} {
		for _, path := range paths {
			for _, l := range store.Locations() {
				if w, ok := l.Match(path); ok && l.Under == base {
					t.Errorf("%q is %s with %+v", path, l.Path, w)
				}
			}
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, p := range places() {
		f.Add(p.path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		for _, l := range store.Locations() {
			if _, ok := l.Match(path); !ok {
				continue
			}
			for i := range path {
				if path[i] == '/' && !l.Below(path[:i]) {
					t.Errorf("%q is a place, but %q is not entered", path, path[:i])
				}
			}
		}
	})
}

func TestOnDisk(t *testing.T) {
	for _, l := range store.Locations() {
		want := map[string]string{"a/b": "a/b", `a\b:c..d`: `a\b:c..d`}
		switch l.Kind {
		case store.TempFile:
			want["a/b"] = "a-b"
		case store.Provisioned:
			want["a/b"], want[`a\b:c..d`] = "a_b", "a_b:c..d"
		case store.SessionToken:
			if l.Of == store.OfIntegration {
				want["a/b"], want[`a\b:c..d`] = "a_b", "a_b_c_d"
			}
		default:
		}
		for name, on := range want {
			if got := l.OnDisk(name); got != on {
				t.Errorf("%s writes %q as %q, want %q", l.Path, name, got, on)
			}
		}
	}
}

func TestReadKey(t *testing.T) {
	for key, want := range map[string][]store.KeyReading{
		"dev":                       {{Name: "dev"}},
		"atmos_":                    {{Name: "atmos_"}},
		"atmos_dev":                 {{Name: "dev"}},
		"atmos_acme_dev":            {{Name: "acme_dev"}, {Realm: "acme", Name: "dev"}},
		"atmos_a_b_c":               {{Name: "a_b_c"}, {Realm: "a", Name: "b_c"}, {Realm: "a_b", Name: "c"}},
		"atmos_Acme_dev":            {{Name: "Acme_dev"}},
		"atmos__dev":                {{Name: "_dev"}},
		"atmos_" + realm16 + "_x/y": {{Name: realm16 + "_x/y"}, {Realm: realm16, Name: "x/y"}},
	} {
		if d := cmp.Diff(want, store.ReadKey(key)); d != "" {
			t.Errorf("%s (-want +got):\n%s", key, d)
		}
	}
}

func TestKeys(t *testing.T) {
	want := []string{"dev", "atmos_acme_dev", "atmos_dev", "Dev", "atmos_acme_Dev", "atmos_Dev"}
	if d := cmp.Diff(want, store.Keys("Dev", []string{"acme", ""})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestSamePortal(t *testing.T) {
	for _, other := range []string{"https://a.example/start", "https://a.example/start/", "https://a.example/start/#/", "HTTPS://A.example/Start#"} {
		if !store.SamePortal("https://a.example/start", other) {
			t.Errorf("%s is another portal", other)
		}
	}
	for _, other := range []string{"", "https://b.example/start", "https://a.example/starter", "https://a.example"} {
		if store.SamePortal("https://a.example/start", other) {
			t.Errorf("%q is the same portal", other)
		}
	}
	if store.SamePortal("", "") {
		t.Error("no URL is no portal")
	}
}

// The hashes that Atmos 1.211 and 1.221 gave these.
func TestHashes(t *testing.T) {
	if got := store.Portal("https://acme.awsapps.com/start", "us-east-1"); got != portal {
		t.Errorf("portal %s", got)
	}
	if got := store.Console("acme", "dev-admin"); got != "9979db827ba295f8" {
		t.Errorf("console %s", got)
	}
}
