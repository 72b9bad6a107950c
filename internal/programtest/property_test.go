//go:build linux

package programtest

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// propertyYAML is a project with a profile, in the words of Atmos's documentation.
const (
	propertyYAML = `auth:%s
  providers:
    corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start}
    spare: {kind: aws/iam-identity-center, region: eu-west-1, start_url: https://spare.example/start}
    az: {kind: azure/device-code, spec: {tenant_id: t, subscription_id: s}}
    azcli: {kind: azure/cli}
    gadc: {kind: gcp/adc}
    pro: {kind: atmos/pro}
  identities:
    dev: {kind: aws/permission-set, via: {provider: corp}}
    prod: {kind: aws/permission-set, via: {provider: corp}}
    role: {kind: aws/assume-role, via: {identity: dev}}
    moved: {kind: aws/permission-set, via: {provider: spare}}
    user: {kind: aws/user}
    sub: {kind: azure/subscription, via: {provider: az}}
    sa: {kind: gcp/service-account, via: {provider: gadc}}
    proid: {kind: atmos/pro, via: {provider: pro}}
  integrations:
    org/sts: {kind: github/sts, via: {identity: proid}}
`
	propertyProfile = `auth:
  providers:
    night: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://night.example/start}
  identities:
    nightly: {kind: aws/permission-set, via: {provider: night}}
`
)

// goes is what a target stands for, as a person reads it in the two files above.
var goes = map[string][]string{
	"dev":              {"corp", "dev"},
	"prod":             {"corp", "prod"},
	"role":             {"corp", "dev", "role"},
	"moved":            {"spare", "moved"},
	"user":             {"user"},
	"sub":              {"az", "sub"},
	"sa":               {"gadc", "sa"},
	"proid":            {"pro", "proid"},
	"--provider corp":  {"corp", "dev", "prod", "role"},
	"--provider spare": {"spare", "moved"},
	"--provider az":    {"az", "sub"},
	"--provider azcli": {"azcli"},
	"--provider gadc":  {"gadc", "sa"},
	"--provider pro":   {"pro", "proid"},
	"--provider night": {"night", "nightly"},
	"--all": {
		"corp", "spare", "az", "azcli", "gadc", "pro", "night", "dev", "prod", "role", "moved", "user", "sub", "sa", "proid", "nightly",
	},
}

// A plant is something that a release of Atmos leaves: whose it is, where, and what stands in
// it. REALM/ stands for the realm's directory, R for the realm, and SECRET for a secret.
type plant struct {
	of         string
	realmless  bool // it is known where there is no realm, too
	path, text string
}

const stamp = "; atmos: expiration=2030-01-01T00:00:00Z\n"

func awsOf(name, root string) []plant {
	return []plant{
		{name, true, ".config/atmos/REALM/aws/" + root + "/credentials", stamp + "[" + name + "]\naws_access_key_id     = ASIA\naws_secret_access_key = k\naws_session_token     = SECRET\n\n"},
		{name, true, ".config/atmos/REALM/aws/" + root + "/config", "[profile " + name + "]\nregion = SECRET\n\n"},
	}
}

// plants are written from what the releases are known to leave, not from the table of the program.
func plants() []plant {
	all := []plant{
		{"corp", true, ".cache/atmos/aws-sso/corp/token.json", `{"accessToken":"SECRET","expiresAt":"2030-01-01T00:00:00Z","region":"us-east-1","startUrl":"https://corp.example/start"}`},
		{"corp", true, ".cache/atmos/aws-sso/sessions/" + portalFile("https://corp.example/start/", "us-east-1"), `{"accessToken":"SECRET","expiresAt":"2030-01-01T00:00:00Z","region":"us-east-1","startUrl":"https://corp.example/start/","refreshToken":"r"}`},
		{"night", true, ".cache/atmos/aws-sso/sessions/" + portalFile("https://night.example/start", "us-east-1"), `{"accessToken":"SECRET","expiresAt":"2020-01-01T00:00:00Z","region":"us-east-1","startUrl":"https://night.example/start"}`},
		{"az", true, ".azure/atmos/REALM/az/credentials.json", `{"access_token":"SECRET","expiration":"2030-01-01T00:00:00Z"}`},
		{"az", false, ".azure/atmos/REALM/msal_token_cache.json", `{"AccessToken":{"x":{"secret":"SECRET","expires_on":"1893456000"}}}`},
		{"azcli", true, ".azure/atmos/REALM/azcli/credentials.json", `{"access_token":"SECRET"}`},
		{"sa", true, ".config/atmos/REALM/gcp/gadc/adc/sa/application_default_credentials.json", `{"refresh_token":"SECRET","token_expiry":"2030-01-01T00:00:00Z"}`},
		{"sa", true, ".config/atmos/REALM/gcp/gadc/adc/sa/access_token", "SECRET\n2030-01-01T00:00:00Z\n"},
		{"sa", true, ".config/atmos/REALM/gcp/gadc/config/sa/credentials.db", "SECRET"},
		{"sa", true, ".config/atmos/REALM/gcp/gadc/config/sa/legacy_credentials/ana@acme.example/adc.json", `{"refresh_token":"SECRET"}`},
		{"proid", true, ".local/share/atmos/auth/github-sts/REALM/org_sts/state.json", `{"tokens":[{"host":"github.com","owner":"org","token":"SECRET","expiresAt":"2030-01-01T00:00:00Z"}]}`},
		{"user", false, ".cache/atmos/aws-webflow/user-R/refresh.json", `{"refreshToken":"SECRET","expiresAt":"2030-01-01T00:00:00Z"}`},
	}
	for name, root := range map[string]string{"dev": "corp", "prod": "corp", "role": "corp", "user": "aws-user", "nightly": "night"} {
		all = append(all, awsOf(name, root)...)
	}
	all = append(all, awsOf("moved", "corp")...) // atmos.yaml says another provider now
	all = append(all, awsOf("undeclared", "corp")...)
	for _, name := range []string{"corp", "dev", "pro", "proid", "undeclared"} {
		all = append(all, plant{name, true, ".local/share/atmos/keyring/KEY_" + name, sceneJWE + "SECRET"})
	}
	slices.SortFunc(all, func(a, b plant) int { return strings.Compare(a.path+a.of, b.path+b.of) })
	return all
}

func portalFile(url, region string) string {
	return fmt.Sprintf("%x", sha1.Sum([]byte(url+"|"+region))) + ".json"
}

// A planted is a plant in one realm.
type planted struct {
	plant
	secret, realm string
	ours          bool
}

// If a logout ends with 0, status lists nothing of the target that the logout did not name as
// kept, everything of it is gone, and nothing that was not the target's has changed.
func TestWhatMatters(t *testing.T) {
	seed := rand.Uint64()
	rounds := 40
	if os.Getenv("CREDCLEAN_FAULTS") == "all" {
		rounds = 1000
	}
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // no secret
	for round := range rounds {
		explicit := random.IntN(3) == 0
		s, all := plantHome(t, random, explicit)
		targets := slices.Sorted(maps.Keys(goes))
		target := targets[random.IntN(len(targets))]
		check(t, s, all, target, fmt.Sprintf("seed %d, round %d", seed, round))
	}
}

func plantHome(t *testing.T, random *rand.Rand, explicit bool) (scene, []planted) { //nolint:revive // with auth.realm or without
	t.Helper()
	s := scene{t.TempDir()}
	head := ""
	ours := []string{realmOf(filepath.Join(s.home, "project")), ""}
	if explicit {
		head = "\n  realm: acme"
		ours = append(ours, "acme")
	}
	s.write(t, "project/atmos.yaml", fmt.Sprintf(propertyYAML, head))
	s.write(t, "project/profiles/night/auth.yaml", propertyProfile)
	var all []planted
	texts := map[string]string{}
	for i, p := range plants() {
		for _, realm := range append(slices.Clone(ours), "0123456789abcdef", "theirs") {
			if random.IntN(4) > 0 || realm == "" && !p.realmless {
				continue
			}
			one := planted{p, fmt.Sprintf("PLANTED-%d-%s_", i, realm), realm, slices.Contains(ours, realm)}
			if !strings.Contains(p.path, "REALM") && !strings.Contains(p.path, "-R/") && !strings.Contains(p.path, "KEY_") {
				if realm != ours[0] { // its place tells no realm: planted once
					continue
				}
				one.realm = ""
			}
			path := strings.NewReplacer("REALM/", prefix(realm, "/"), "-R/", "-"+realm+"/", "KEY_", "atmos_"+prefix(realm, "_")).Replace(p.path)
			texts[path] += strings.ReplaceAll(p.text, "SECRET", one.secret)
			all = append(all, one)
		}
	}
	for path, text := range texts {
		s.write(t, path, text)
	}
	return s, all
}

func prefix(realm, sep string) string {
	if realm == "" {
		return ""
	}
	return realm + sep
}

func realmOf(dir string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(dir)))
	return hex.EncodeToString(sum[:])[:16]
}

func check(t *testing.T, s scene, all []planted, target, where string) {
	t.Helper()
	where += ", logout " + target
	code, out := s.run(t, append([]string{"credclean", "logout", "--yes", "--json"}, strings.Fields(target)...)...)
	if code != exitDone {
		t.Fatalf("%s: exit code %d: %s", where, code, out)
	}
	var report struct {
		Kept []struct{ Names []string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%s: %v: %s", where, err, out)
	}
	kept := map[string]bool{}
	for _, k := range report.Kept {
		for _, name := range k.Names {
			kept[name] = true
		}
	}
	left := ""
	for name, text := range s.files(t) {
		left += name + "\n" + text + "\n"
	}
	for _, p := range all {
		want := p.ours && (slices.Contains(goes[target], p.of) ||
			// What nobody declares goes with its directory under the realm of this directory only.
			p.of == "undeclared" && p.realm == realmOf(filepath.Join(s.home, "project")) && (target == "--all" || target == "--provider corp" && strings.Contains(p.path, "/aws/")))
		if want && p.of == "undeclared" && strings.HasSuffix(p.path, "/config") && !hasCredentials(all, p) {
			want = false // a profile of nobody's, as a person writes one
		}
		if got := !strings.Contains(left, p.secret); got != want {
			t.Errorf("%s: %s of %s in realm %q: gone %v, want %v\n%s", where, p.path, p.of, p.realm, got, want, out)
		}
	}
	checkStatus(t, s, target, kept, where)
}

// hasCredentials tells whether the section of a config file had one beside it.
func hasCredentials(all []planted, config planted) bool {
	return slices.ContainsFunc(all, func(p planted) bool {
		return p.of == config.of && p.realm == config.realm && p.path == strings.TrimSuffix(config.path, "config")+"credentials"
	})
}

func checkStatus(t *testing.T, s scene, target string, kept map[string]bool, where string) {
	t.Helper()
	_, out := s.run(t, "credclean", "status", "--json")
	var status struct {
		Identities []struct {
			Name   string
			Places []struct{ Location, Realm string }
		}
	}
	if err := json.Unmarshal([]byte(out), &status); err != nil {
		t.Fatalf("%s: %v: %s", where, err, out)
	}
	for _, id := range status.Identities {
		named := slices.Contains(goes[target], id.Name) || target == "--all"
		if named && len(id.Places) > 0 && !kept[id.Name] {
			t.Errorf("%s: status lists %s in %v", where, id.Name, id.Places)
		}
	}
}
