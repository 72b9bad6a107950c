//go:build linux

package programtest

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"
)

// propertyYAML is a project with a profile, in the words of Atmos's documentation.
const (
	propertyYAML = `auth:%s
  keyring: {type: file, spec: {path: %s}}
  providers:
    corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start, tags: [work]}
    spare: {kind: aws/iam-identity-center, region: eu-west-1, start_url: https://spare.example/start}
    saml: {kind: aws/saml, region: us-east-1, url: https://saml.example}
    gh: {kind: github/oidc, region: us-east-1}
    az: {kind: azure/device-code, spec: {tenant_id: t, subscription_id: s}}
    azcli: {kind: azure/cli}
    gadc: {kind: gcp/adc}
    pro: {kind: atmos/pro}
    faker: {kind: mock/aws}
  identities:
    dev: {kind: aws/permission-set, via: {provider: corp}}
    Prod: {kind: aws/permission-set, via: {provider: corp}}
    role: {kind: aws/assume-role, via: {identity: dev}}
    moved: {kind: aws/permission-set, via: {provider: spare}}
    login: {kind: aws/assume-role, via: {provider: saml}}
    deploy: {kind: aws/assume-role, via: {provider: gh}}
    user: {kind: aws/user}
    based: {kind: aws/assume-role, via: {identity: user}}
    amb: {kind: aws/ambient}
    ambrole: {kind: aws/assume-role, via: {identity: amb}}
    emu: {kind: kubernetes/emulator}
    sub: {kind: azure/subscription, via: {provider: az}}
    sa: {kind: gcp/service-account, via: {provider: gadc}}
    proid: {kind: atmos/pro, via: {provider: pro}}
    fake: {kind: mock/aws, via: {provider: faker}}
  integrations:
    org/sts: {kind: github/sts, via: {identity: proid}}
    ecr: {kind: aws/ecr, via: {identity: Prod}, spec: {registry: {account_id: "111111111111", region: us-east-1}}}
    eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: blue, region: us-east-1, alias: blue}}}
`
	propertyProfile = `auth:%s
  providers:
    night: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://night.example/start}
  identities:
    nightly: {kind: aws/permission-set, via: {provider: night}}
`
)

// goes is what a target stands for, as a person reads it in the two files above.
var goes = map[string][]string{
	"dev":              {"corp", "dev"},
	"PROD":             {"corp", "prod"},
	"role":             {"corp", "dev", "role"},
	"moved":            {"spare", "moved"},
	"login":            {"saml", "login"},
	"deploy":           {"gh", "deploy"},
	"user":             {"user"},
	"based":            {"user", "based"},
	"ambrole":          {"amb", "ambrole"},
	"emu":              {"emu"},
	"sub":              {"az", "sub"},
	"sa":               {"gadc", "sa"},
	"proid":            {"pro", "proid"},
	"fake":             {"faker", "fake"},
	"nightly":          {"night", "nightly"},
	"sub moved":        {"az", "sub", "spare", "moved"},
	"dev DEV":          {"corp", "dev"},
	"--provider corp":  {"corp", "dev", "prod", "role"},
	"--tags work":      {"corp", "dev", "prod", "role"},
	"--provider spare": {"spare", "moved"},
	"--provider saml":  {"saml", "login"},
	"--provider gh":    {"gh", "deploy"},
	"--provider az":    {"az", "sub"},
	"--provider azcli": {"azcli"},
	"--provider gadc":  {"gadc", "sa"},
	"--provider pro":   {"pro", "proid"},
	"--provider faker": {"faker", "fake"},
	"--provider night": {"night", "nightly"},
	"--orphans":        {},
	"--all": {
		"corp", "spare", "saml", "gh", "az", "azcli", "gadc", "pro", "faker", "night", "dev", "prod", "role", "moved", "login",
		"deploy", "user", "based", "amb", "ambrole", "emu", "sub", "sa", "proid", "fake", "nightly",
	},
	"--all-projects": {},
}

// A plant is something that a release of Atmos leaves: whose it is, where, and what stands in
// it. REALM/ stands for the realm's directory, R for the realm, and SECRET for a secret.
type plant struct {
	of         string
	realmless  bool // it is known where there is no realm, too
	path, text string
}

const soon = "2030-01-01T00:00:00Z"

func awsOf(name, base string) []plant {
	return []plant{
		{name, true, base + "/credentials", "; atmos: expiration=" + soon + "\n[" + name + "]\naws_access_key_id     = ASIA\naws_secret_access_key = k\naws_session_token     = SECRET\n\n"},
		{name, true, base + "/config", "[profile " + name + "]\nregion = SECRET\n\n"},
	}
}

// plants are written from what the releases are known to leave, not from the table of the program.
func plants() []plant {
	all := []plant{
		{"corp", true, ".cache/atmos/aws-sso/corp/token.json", `{"accessToken":"SECRET","expiresAt":"2030-01-01T00:00:00Z","region":"us-east-1","startUrl":"https://corp.example/start"}`},
		{"corp", true, ".cache/atmos/aws-sso/sessions/" + portalFile("https://corp.example/start/", "us-east-1"), `{"accessToken":"SECRET","expiresAt":"2030-01-01T00:00:00Z","region":"us-east-1","startUrl":"https://corp.example/start/","refreshToken":"r"}`},
		{"night", true, ".cache/atmos/aws-sso/sessions/" + portalFile("https://night.example/start", "us-east-1"), `{"accessToken":"SECRET","expiresAt":"2030-01-01T00:00:00Z","region":"us-east-1","startUrl":"https://night.example/start"}`},
		{"others", true, ".cache/atmos/aws-sso/sessions/" + portalFile("https://corp.example/start", "eu-west-1"), `{"accessToken":"SECRET","expiresAt":"2030-01-01T00:00:00Z","region":"eu-west-1","startUrl":"https://corp.example/start"}`},
		{"saml", true, ".aws/saml2aws/storageState.json", `{"cookies":["SECRET"]}`},
		{"az", true, ".azure/atmos/REALM/az/credentials.json", `{"access_token":"SECRET","expiration":"2030-01-01T00:00:00Z"}`},
		{"az", false, ".azure/atmos/REALM/msal_token_cache.json", `{"AccessToken":{"x":{"secret":"SECRET","expires_on":"1893456000"}}}`},
		{"azcli", true, ".azure/atmos/REALM/azcli/credentials.json", `{"access_token":"SECRET"}`},
		{"sa", true, ".config/atmos/REALM/gcp/gadc/adc/sa/application_default_credentials.json", `{"refresh_token":"SECRET","token_expiry":"2030-01-01T00:00:00Z"}`},
		{"sa", true, ".config/atmos/REALM/gcp/gadc/adc/sa/access_token", "SECRET\n2030-01-01T00:00:00Z\n"},
		{"sa", true, ".config/atmos/REALM/gcp/gadc/config/sa/credentials.db", "SECRET"},
		{"sa", true, ".config/atmos/REALM/gcp/gadc/config/sa/legacy_credentials/ana@acme.example/adc.json", `{"refresh_token":"SECRET"}`},
		{"proid", true, ".local/share/atmos/auth/github-sts/REALM/org_sts/state.json", `{"tokens":[{"host":"github.com","owner":"org","token":"SECRET","expiresAt":"2030-01-01T00:00:00Z"}]}`},
		{"user", true, ".cache/atmos/aws-webflow/user-R/refresh.json", `{"refreshToken":"SECRET","expiresAt":"2030-01-01T00:00:00Z"}`},
		{"emu", true, ".config/atmos/REALM/emulator/emu.kubeconfig", "users: [{name: admin, user: {token: SECRET}}]\n"},
		{"emu", true, ".cache/atmos/emulator/plat-ue2-emu.kubeconfig", "users: [{name: admin, user: {token: SECRET}}]\n"},
		{"fake", true, "tmp/atmos-mock-fake.json", `{"AccessKeyID":"SECRET","Expiration":"2030-01-01T00:00:00Z"}`},
		{"prod", true, ".docker/config.json", `{"auths":{"111111111111.dkr.ecr.us-east-1.amazonaws.com":{"auth":"QVdTOnRva2Vu","identitytoken":"SECRET"},"docker.io":{"auth":"bWU6bWluZQ=="}}}`},
		{"dev", true, ".config/atmos/kube/config", propertyKube},
	}
	for name, root := range map[string]string{
		"dev": "corp", "prod": "corp", "role": "corp", "login": "saml", "deploy": "gh", "user": "aws-user", "based": "user", "ambrole": "amb",
		"fake": "faker", "nightly": "night", "undeclared": "corp", "moved": "corp", // atmos.yaml says another provider now
	} {
		all = append(all, awsOf(name, ".config/atmos/REALM/aws/"+root)...)
	}
	all = append(all, awsOf("prod", ".aws/atmos/corp")...)
	for _, name := range []string{"role", "gone"} {
		all = append(all, awsOf(name, ".config/atmos/REALM/aws/renamed")...)
	}
	for _, name := range []string{"corp", "dev", "user", "pro", "proid", "undeclared"} {
		all = append(
			all, plant{name, true, ".local/share/atmos/keyring/KEY_" + name, sceneJWE + "SECRET"},
			plant{name, true, ".local/share/atmos/keyring/" + name, sceneJWE + "SECRET"},
		)
	}
	for _, name := range []string{"dev", "user"} {
		all = append(all, plant{name, false, "ring/KEY_" + name, sceneJWE + "SECRET"})
		all = append(all, plant{name, false, ".local/share/atmos/console/sessions/CONSOLE_" + name + "/Cookies", "SECRET"})
	}
	slices.SortFunc(all, func(a, b plant) int { return strings.Compare(a.path+a.of, b.path+b.of) })
	return all
}

const propertyKube = `apiVersion: v1
kind: Config
clusters:
- name: arn:aws:eks:us-east-1:111111111111:cluster/blue
  cluster: {server: "https://SECRET.example"}
contexts:
- name: blue
  context: {cluster: "arn:aws:eks:us-east-1:111111111111:cluster/blue", user: atmos-eks-blue-us-east-1}
users:
- name: atmos-eks-blue-us-east-1
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: atmos, args: [aws, eks, token]}
`

func portalFile(url, region string) string {
	return fmt.Sprintf("%x", sha1.Sum([]byte(url+"|"+region))) + ".json"
}
