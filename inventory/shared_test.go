//go:build !windows

package inventory_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/hometest"
	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/internal/regular"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

const integrationsYAML = `auth:
  providers:
    corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start}
    az: {kind: azure/device-code}
    azcli: {kind: azure/cli}
  identities:
    dev: {kind: aws/permission-set, via: {provider: corp}}
    prod: {kind: aws/permission-set, via: {provider: corp}}
    sub: {kind: azure/subscription, via: {provider: az}}
  integrations:
    dev-ecr: {kind: aws/ecr, via: {identity: dev}, spec: {registry: {account_id: "111111111111", region: us-east-1}}}
    prod-ecr: {kind: aws/ecr, via: {identity: prod}, spec: {registry: {account_id: "111111111111", region: us-east-1}}}
    other-ecr: {kind: aws/ecr, via: {identity: prod}, spec: {registry: {account_id: "222222222222", region: us-east-1}}}
    acr: {kind: azure/acr, via: {identity: sub}, spec: {registry: {name: corpreg}}}
    eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: blue, region: us-east-1, alias: blue}}}
    own: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: red, region: us-east-1, alias: red, kubeconfig: {path: kube/red}}}}
    dark: {kind: aws/ecr, via: {identity: dev}, spec: {registry: {account_id: !exec x, region: us-east-1}}}
    one: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: one, region: us-east-1, alias: same, kubeconfig: {path: kube/same}}}}
    two: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: two, region: eu-west-1, alias: same, kubeconfig: {path: kube/same}}}}
    three: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: three, region: eu-west-1, alias: same, kubeconfig: {path: kube/same}}}}
    lost: {kind: aws/ecr, via: {identity: nobody}, spec: {registry: {account_id: "333333333333", region: us-east-1}}}
`

func login(user string) string {
	return fmt.Sprintf(`{"auth":%q}`, base64.StdEncoding.EncodeToString([]byte(user+":secret")))
}

// kube is a kubeconfig with one cluster as Atmos writes it, in which a program asks for the token.
func kube(cluster, program string) string {
	return strings.NewReplacer("CLUSTER", cluster, "PROGRAM", program).Replace(`apiVersion: v1
kind: Config
clusters:
- name: arn:aws:eks:us-east-1:111111111111:cluster/CLUSTER
  cluster: {server: https://x.example}
contexts:
- name: CLUSTER
  context: {cluster: "arn:aws:eks:us-east-1:111111111111:cluster/CLUSTER", user: atmos-eks-CLUSTER-us-east-1}
users:
- name: atmos-eks-CLUSTER-us-east-1
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: PROGRAM, args: [aws, eks, token, --cluster-name, CLUSTER, --region, us-east-1]}
`)
}

func TestShared(t *testing.T) {
	for _, tt := range []struct {
		what  string
		files map[string]string
		want  []string
	}{
		{"nothing", nil, nil},
		{"files without anything of ours, but for a registry that cannot be told", map[string]string{
			".docker/config.json": `{"auths":{"docker.io":{"auth":"bWU6bWluZQ=="}}}`, ".config/atmos/kube/config": kube("green", "atmos"),
		}, []string{"~/.docker/config.json: docker_login, ours, entry dark, by dark, of identity dev, ERROR"}},
		{
			"logins: with those who share them, and none of another user",
			map[string]string{".docker/config.json": fmt.Sprintf(`{"auths":{"111111111111.dkr.ecr.us-east-1.amazonaws.com":%s,"222222222222.dkr.ecr.us-east-1.amazonaws.com":%s,"corpreg.azurecr.io":%s,"333333333333.dkr.ecr.us-east-1.amazonaws.com":%s}}`,
				login("AWS"), login("me"), login("00000000-0000-0000-0000-000000000000"), login("AWS"))},
			[]string{
				"~/.docker/config.json: docker_login, ours, entry 111111111111.dkr.ecr.us-east-1.amazonaws.com, by dev-ecr+prod-ecr, of identity dev, of identity prod",
				"~/.docker/config.json: docker_login, ours, entry corpreg.azurecr.io, by acr, of identity sub",
				"~/.docker/config.json: docker_login, ours, entry dark, by dark, of identity dev, ERROR",
			},
		},
		{
			"contexts: where Atmos writes them, and only if the program is Atmos",
			map[string]string{".config/atmos/kube/config": kube("blue", "/usr/local/bin/atmos"), "project/kube/red": kube("red", "atmos"), "kube/red": kube("red", "atmos")},
			[]string{
				"~/.config/atmos/kube/config: kubeconfig_entry, ours, entry blue, by eks, of identity dev",
				"~/project/kube/red: kubeconfig_entry, ours, entry red, by own, of identity dev",
			},
		},
		{
			"contexts that are called the same",
			map[string]string{"project/kube/same": kube("one", "atmos") + "["},
			[]string{
				"~/project/kube/same: kubeconfig_entry, ours, entry same (eu-west-1), by two, of identity dev, ERROR",
				"~/project/kube/same: kubeconfig_entry, ours, entry same (three), by three, of identity dev, ERROR",
				"~/project/kube/same: kubeconfig_entry, ours, entry same, by one, of identity dev, ERROR",
			},
		},
		{"a context of the user's own", map[string]string{".config/atmos/kube/config": kube("blue", "aws")}, nil},
		{
			"a file that cannot be read as what it should be",
			map[string]string{".docker/config.json": "nonsense"},
			[]string{
				"~/.docker/config.json: docker_login, ours, entry 111111111111.dkr.ecr.us-east-1.amazonaws.com, by dev-ecr+prod-ecr, of identity dev, of identity prod, ERROR",
				"~/.docker/config.json: docker_login, ours, entry 222222222222.dkr.ecr.us-east-1.amazonaws.com, by other-ecr, of identity prod, ERROR",
				"~/.docker/config.json: docker_login, ours, entry corpreg.azurecr.io, by acr, of identity sub, ERROR",
				"~/.docker/config.json: docker_login, ours, entry dark, by dark, of identity dev, ERROR",
			},
		},
	} {
		t.Run(tt.what, func(t *testing.T) {
			files := map[string]string{"project/atmos.yaml": integrationsYAML}
			for name, text := range tt.files {
				files[name] = text
			}
			if d := cmp.Diff(tt.want, lines(t, hometest.World{Files: files})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// What Atmos copied into az's files is found by the secrets, and the clients, in Atmos's own files there, and by
// nothing else.
func TestCopies(t *testing.T) {
	const (
		cache = `{"Account":{"a":{"home_account_id":"h","username":"ana@corp.example"}},` +
			`"RefreshToken":{"x":{"home_account_id":"h","secret":"COPIED"},"y":{"home_account_id":"h","secret":"OWN"}},"AccessToken":{}}`
		principals = `[{"client_id":"c","tenant":"t","client_assertion":"j"}]`
	)
	for _, tt := range []struct {
		what  string
		files map[string]string
		want  []string
	}{
		{
			"secrets: those of Atmos's own files below ~/.azure, but of no lock file",
			map[string]string{
				".azure/atmos/{R}/msal_token_cache.json":    `{"RefreshToken":{"x":{"secret":"COPIED"}}}`,
				".azure/atmos/{R}/az/credentials.json":      `{"access_token":"other","expiration":"2030-01-02T00:00:00Z"}`,
				".azure/atmos/{R}/az/credentials.json.lock": `{"access_token":"OWN"}`,
				".cache/atmos/aws-sso/corp/token.json":      `{"startUrl":"https://corp.example/start","access_token":"OWN"}`,
				".local/share/atmos/keyring/dev":            hometest.Entry,
				".azure/msal_token_cache.json":              cache,
				".azure/service_principal_entries.json":     principals,
			},
			[]string{"~/.azure/msal_token_cache.json: of az: ana@corp.example"},
		},
		{
			"the last secret of the file, and of Atmos's files one that is none",
			map[string]string{
				".azure/atmos/{R}/azcli/credentials.json": "nonsense",
				".azure/atmos/{R}/az/credentials.json":    `{"access_token":"COPIED","refresh_token":"OWN"}`,
				".azure/msal_token_cache.json":            cache,
			},
			[]string{"~/.azure/msal_token_cache.json: of az: ana@corp.example ana@corp.example, last"},
		},
		{
			"a service principal, by client and tenant",
			map[string]string{
				".azure/atmos/{R}/az/credentials.json":  `{"access_token":"other","client_id":"c","tenant_id":"t"}`,
				".azure/service_principal_entries.json": principals,
			},
			[]string{"~/.azure/service_principal_entries.json: of az: c, last"},
		},
		{
			"files that are none, where there is something to look for",
			map[string]string{
				".azure/atmos/{R}/az/credentials.json":  `{"access_token":"COPIED","client_id":"c","tenant_id":"t"}`,
				".azure/msal_token_cache.json":          "nonsense",
				".azure/service_principal_entries.json": "nonsense",
			},
			[]string{"~/.azure/msal_token_cache.json: of az: ERROR", "~/.azure/service_principal_entries.json: of az: ERROR"},
		},
		{
			"files that are none, where there is nothing to look for",
			map[string]string{
				".azure/atmos/{R}/az/credentials.json":  `{"tenant_id":"t"}`,
				".azure/msal_token_cache.json":          "nonsense",
				".azure/service_principal_entries.json": "nonsense",
			},
			nil,
		},
		{"no files of az", map[string]string{".azure/atmos/{R}/az/credentials.json": `{"access_token":"COPIED","client_id":"c","tenant_id":"t"}`}, nil},
		{"a file of Atmos that is none", map[string]string{".azure/atmos/{R}/az/credentials.json": "nonsense", ".azure/msal_token_cache.json": cache}, nil},
	} {
		t.Run(tt.what, func(t *testing.T) {
			tt.files["project/atmos.yaml"] = integrationsYAML
			home, inv := hometest.World{Files: tt.files}.Look(t)
			var got []string
			for _, c := range inv.Copies(inv.Traces) {
				text := hometest.Short(home, c.Where.Place.String()) + ": of"
				for _, n := range c.Of {
					text += " " + n.Name
				}
				text += ": " + strings.Join(c.Written.Accounts, " ")
				if c.Written.Last {
					text += ", last"
				}
				if c.Err != nil {
					text += "ERROR"
				}
				got = append(got, text)
				if c.Kind != store.TokenCopy || !c.Ours || c.Written.Cutter == nil || len(c.Written.Proofs) == 0 {
					t.Errorf("%s: %s, ours %v, cutter %v", text, c.Kind, c.Ours, c.Written.Cutter)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if copies := inv.Copies(nil); len(copies) > 0 {
				t.Error("copies of nothing")
			}
		})
	}
}

// An entry is opened only to tell a key from a session.
func TestOpened(t *testing.T) {
	w := hometest.World{Env: map[string]string{"ATMOS_KEYRING_PASSWORD": keyringtest.FilePassword}, Files: map[string]string{"project/atmos.yaml": projectYAML}}
	home, p := w.Open(t)
	realm := hometest.Realm(home)
	for key, text := range map[string]string{
		"dev":                        `{"type":"aws","data":{"access_key_id":"A","secret_access_key":"s"}}`,
		"corp":                       `{"type":"aws","data":{"access_key_id":"A","expiration":"2030-01-02T00:00:00Z"}}`,
		"user":                       `{"type":"aws","data":{"access_key_id":"A","session_token":"t","expiration":"2030-01-02T00:00:00Z"}}`,
		"atmos_" + realm + "_user":   `{"type":"aws","data":{"access_key_id":"A","secret_access_key":"s"}}`,
		"atmos_" + realm + "_new":    `{"type":"oidc","data":{"token":"t"}}`,
		"atmos_" + realm + "_broken": `nonsense`,
	} {
		if err := keyringtest.SetFile(filepath.Join(home, ".local/share/atmos/keyring"), key, text); err != nil {
			t.Fatal(err)
		}
	}
	inv := inventory.Take(t.Context(), p, disk.NewHome(home), nil, false)
	got := map[string]string{}
	for _, tr := range inv.Traces {
		_, got[strings.ReplaceAll(tr.Where.Key, realm, "{R}")], _ = strings.Cut(line(tr), ": keyring_entry, ours, ")
	}
	for key, text := range got {
		got[key] = strings.ReplaceAll(text, realm, "{R}")
	}
	if d := cmp.Diff(map[string]string{
		"dev":              "of identity Dev, long-lived",
		"corp":             "of provider corp, until 2030-01-02",
		"user":             "of identity user, until 2030-01-02",
		"atmos_{R}_user":   "realm {R}, of identity user, long-lived",
		"atmos_{R}_new":    "realm {R}, of identity new",
		"atmos_{R}_broken": "realm {R}, of identity broken, perhaps a session",
	}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What a project's file says of where things are is never obeyed: what lies there is named.
func TestClaims(t *testing.T) {
	w := hometest.World{Files: map[string]string{
		"project/atmos.yaml": `env: {ATMOS_XDG_CONFIG_HOME: claimed, ATMOS_XDG_DATA_HOME: data, ATMOS_XDG_CACHE_HOME: cache}
auth:
  keyring: {type: file, spec: {path: ../vault}}
  providers: {corp: {kind: aws/iam-identity-center}}
  identities: {dev: {kind: aws/permission-set, via: {provider: corp}}}`,
		"project/claimed/atmos/{R}/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev"),
		"project/claimed/atmos/README":                   "",
		"project/claimed/atmos/{R}/aws/corp/notes":       "",
		"project/data/atmos/keyring/atmos_{R}_dev":       hometest.Entry,
		"project/cache/atmos/aws-sso/corp/token.json":    "{}",
		".config/atmos/{R}/aws/corp/credentials":         fmt.Sprintf(hometest.Session, "dev"),
		"vault/atmos_{R}_dev":                            hometest.Entry,
		"vault/dev":                                      hometest.Entry,
		"vault/stranger":                                 hometest.Entry,
	}}
	home, p := w.Open(t)
	p.Keyrings = nil
	p.OpenKeyrings(t.Context(), disk.NewHome(home), keyring.Options{}, "somebody")
	inv := inventory.Take(t.Context(), p, disk.NewHome(home), nil, false)
	got := map[string]bool{}
	for _, tr := range inv.Traces {
		where := hometest.Short(home, tr.Where.Place.String()+tr.Where.Keyring+":"+tr.Where.Key)
		got[strings.Trim(where, ":.")] = tr.Err != nil
	}
	if d := cmp.Diff(map[string]bool{
		"~/.config/atmos/{R}/aws/corp/credentials":         false,
		"~/project/claimed/atmos/{R}/aws/corp/credentials": true,
		"~/project/data/atmos/keyring:atmos_{R}_dev":       true,
		"~/project/cache/atmos/aws-sso/corp/token.json":    true,
		"~/vault:atmos_{R}_dev":                            false,
		"~/vault:dev":                                      true,
		"~/vault:stranger":                                 true,
	}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Of where only a project's file leads, no more than so much is read: what somebody else has put there. What Atmos
// or the user leads to counts nothing.
func TestClaimsAreBounded(t *testing.T) {
	padding := strings.Repeat("# a comment\n", 200<<10/12)
	home, p := hometest.World{Files: map[string]string{
		"project/atmos.yaml": `env: {ATMOS_XDG_CONFIG_HOME: claimed}
auth:
  identities: {dev: {kind: aws/user}}
  integrations:
    first: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: c, region: r}}}
    a: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: c, region: r, kubeconfig: {path: a}}}}
    b: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: c, region: r, kubeconfig: {path: b}}}}
    c: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: c, region: r, kubeconfig: {path: c}}}}`,
		"project/claimed/atmos/aws/a/credentials": fmt.Sprintf(hometest.Key, "a") + padding,
		"project/claimed/atmos/aws/b/credentials": fmt.Sprintf(hometest.Key, "b") + padding,
		".config/atmos/aws/aws-user/credentials":  fmt.Sprintf(hometest.Key, "dev") + padding + padding,
		".config/atmos/kube/config":               "", "project/a": "", "project/b": "", "project/c": "",
	}}.Open(t)
	for _, file := range []string{".config/atmos/kube/config", "project/a", "project/b", "project/c"} {
		if err := os.Truncate(filepath.Join(home, file), 12<<20); err != nil { // nothing but zeros, which is no YAML
			t.Fatal(err)
		}
	}
	got := map[string]string{}
	for _, tr := range inventory.Take(t.Context(), p, disk.NewHome(home), nil, false).Traces {
		what := tr.Where.Entry
		if errors.Is(tr.Err, regular.ErrTooLarge) {
			what += ", too large"
		}
		got[hometest.Short(home, tr.Where.Place.String())] = what
	}
	if d := cmp.Diff(map[string]string{
		"~/project/claimed/atmos/aws/a/credentials": "a",
		"~/project/claimed/atmos/aws/b/credentials": "",
		"~/.config/atmos/aws/aws-user/credentials":  "dev",
		"~/.config/atmos/kube/config":               "c",
		"~/project/a":                               "c",
		"~/project/b":                               "c",
		"~/project/c":                               "c, too large",
	}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
