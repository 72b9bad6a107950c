package logout_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
)

const (
	docker = ".docker/config.json"
	kube   = ".config/atmos/kube/config"
)

// logins is a Docker config.json with a secret for each registry.
func logins(registries ...string) string {
	var parts []string
	for _, r := range registries {
		user := "AWS"
		if strings.HasSuffix(r, ".azurecr.io") {
			user = "00000000-0000-0000-0000-000000000000"
		}
		parts = append(parts, fmt.Sprintf(`"%s": {"auth": "%s"}`, r, base64.StdEncoding.EncodeToString([]byte(user+":secret-"+r))))
	}
	return `{"auths": {` + strings.Join(parts, ", ") + `}, "credsStore": "desktop"}`
}

// clusters is a kubeconfig with the EKS clusters of these names in us-east-1 after one of the user's own.
func clusters(names ...string) string {
	list := func(head, own, each string) string {
		text := head + ":\n- " + own + "\n"
		for _, name := range names {
			arn := "arn:aws:eks:us-east-1:111111111111:cluster/" + name
			text += "- " + strings.NewReplacer("ARN", `"`+arn+`"`, "NAME", name).Replace(each) + "\n"
		}
		return text
	}
	return list("clusters", "{name: home, cluster: {}}", "{name: ARN, cluster: {server: https://NAME.example}}") +
		list("contexts", "{name: home, context: {cluster: home, user: ana}}", "{name: ARN, context: {cluster: ARN, user: atmos-eks-NAME-us-east-1}}") +
		list("users", "{name: ana, user: {token: secret-ana}}", "{name: atmos-eks-NAME-us-east-1, user: {exec: {command: atmos}}}")
}

// What an integration wrote goes with the identity or provider that it is linked to, and not one
// byte else: nor what an integration of somebody else uses too.
func TestPlanIntegrations(t *testing.T) {
	const auth = `
providers:
  corp: {kind: aws/iam-identity-center}
  entra: {kind: azure/cli}
identities:
  dev: {kind: aws/permission-set, via: {provider: corp}}
  prod: {kind: aws/permission-set, via: {provider: corp}}
  entra: {kind: aws/user}
integrations:
  dev/ecr: {kind: aws/ecr, via: {identity: Dev}, spec: {registry: {account_id: "111", region: r}}}
  dev/shared: {kind: aws/ecr-public, via: {identity: dev}}
  dev/eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: web, region: us-east-1}}}
  dev/own: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: own, region: us-east-1, alias: mine, kubeconfig: {path: ./kube.yaml}}}}
  prod/ecr: {kind: aws/ecr, via: {identity: prod}, spec: {registry: {account_id: "222", region: r}}}
  prod/shared: {kind: aws/ecr-public, via: {identity: prod}}
  prod/eks: {kind: aws/eks, via: {identity: prod}, spec: {cluster: {name: db, region: us-east-1}}}
  prod/own: {kind: aws/eks, via: {identity: prod}, spec: {cluster: {name: own, region: us-east-1}}}
  entra/acr: {kind: azure/acr, via: {provider: entra}, spec: {registry: {name: acme}}}
  user/ecr: {kind: aws/ecr, via: {identity: entra}, spec: {registry: {account_id: "333", region: r}}}`
	const one, two, three = "111.dkr.ecr.r.amazonaws.com", "222.dkr.ecr.r.amazonaws.com", "333.dkr.ecr.r.amazonaws.com"
	shared := func(name, by string) string {
		return "docker_login " + name + ": " + docker + " (kept: others use it too " + by + ")"
	}
	for _, tt := range []struct {
		name                string
		target              logout.Target
		steps               []string
		docker, kube, kube2 string // afterwards
	}{
		{
			"an identity", identities("dev"),
			[]string{
				"docker_login dev: " + docker, shared("dev", "prod/shared"),
				"kubeconfig_entry dev: " + kube, "kubeconfig_entry dev: project/kube.yaml",
			},
			logins("ghcr.io", two, "public.ecr.aws", "acme.azurecr.io", three), clusters("db", "own"), clusters("web"),
		},
		{
			"its neighbour", identities("prod"),
			[]string{
				"docker_login prod: " + docker, shared("prod", "dev/shared"),
				"kubeconfig_entry prod: " + kube, "kubeconfig_entry prod: " + kube,
			},
			logins("ghcr.io", one, "public.ecr.aws", "acme.azurecr.io", three), clusters("web"), clusters("web", "own"),
		},
		{
			"everybody who uses it", identities("dev", "prod"),
			[]string{
				"docker_login dev: " + docker, "docker_login dev: " + docker, "kubeconfig_entry dev: " + kube, "kubeconfig_entry dev: project/kube.yaml",
				"docker_login prod: " + docker, "docker_login prod: " + docker, "kubeconfig_entry prod: " + kube, "kubeconfig_entry prod: " + kube,
			},
			logins("ghcr.io", "acme.azurecr.io", three), clusters(), clusters("web"),
		},
		{
			"a provider, not the identity of its name", providers("entra"),
			[]string{"docker_login entra: " + docker},
			logins("ghcr.io", one, two, "public.ecr.aws", three), clusters("db", "web", "own"), clusters("web", "own"),
		},
		{
			"an identity, not the provider of its name", identities("entra"),
			[]string{"docker_login entra: " + docker},
			logins("ghcr.io", one, two, "public.ecr.aws", "acme.azurecr.io"), clusters("db", "web", "own"), clusters("web", "own"),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, auth)
			h.has(docker, logins("ghcr.io", one, two, "public.ecr.aws", "acme.azurecr.io", three))
			h.has(kube, clusters("db", "web", "own"))
			h.has("project/kube.yaml", clusters("web", "own"))
			p := h.plan(tt.target)
			h.wantSteps(p, tt.steps...)
			r := p.Run(t.Context(), h.Machine, logout.Observer{})
			for _, res := range r.Results {
				if res.Outcome == logout.Failed {
					t.Errorf("%s: %v", h.step(res.Step), res.Err)
				}
			}
			h.wantTexts(map[string]string{docker: tt.docker, kube: tt.kube, "project/kube.yaml": tt.kube2})
		})
	}
}

// A cluster that an integration of somebody else uses too stays in the file that both use.
func TestPlanKubeconfigShared(t *testing.T) {
	h := newHome(t, `
identities: {dev: {kind: aws/user}, prod: {kind: aws/user}}
integrations:
  dev/eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: web, region: us-east-1}}}
  dev/db: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: db, region: us-east-1}}}
  prod/eks: {kind: aws/eks, via: {identity: prod}, spec: {cluster: {name: web, region: us-east-1}}}
  prod/unknown: {kind: aws/eks, via: {identity: prod}, spec: {cluster: {name: db, region: !exec where}}}`)
	h.has(kube, clusters("web", "db"))
	p := h.plan(identities("dev"))
	h.wantSteps(p, "kubeconfig_entry dev: "+kube+" (kept: others use it too prod/eks)", "kubeconfig_entry dev: "+kube)
	h.run(p)
	h.wantTexts(map[string]string{kube: clusters("web")})
	h.wantSteps(h.plan(identities("dev")), "kubeconfig_entry dev: "+kube+" (kept: others use it too prod/eks)")

	// With everybody who uses it logged out it goes, though of one more it is not known what it wrote.
	err := h.plan(identities("dev", "prod")).Run(t.Context(), h.Machine, logout.Observer{}).Err()
	if err == nil || !strings.Contains(err.Error(), `"prod/unknown" does not say it`) {
		t.Errorf("error %v", err)
	}
	h.wantTexts(map[string]string{kube: clusters()})
}

// Of what cannot be read or told nothing is written, and nothing is said where nothing is.
func TestPlanIntegrationsUnknown(t *testing.T) {
	const ecr = "dev/ecr: {kind: aws/ecr, via: {identity: dev}, spec: {registry: {account_id: \"111\", region: r}}}"
	const nowhere = "dev/ecr: {kind: aws/ecr, via: {identity: dev}, spec: {registry: {account_id: \"111\", region: !exec where}}}"
	const eks = "dev/eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: web, region: us-east-1}}}"
	const gke = "dev/gke: {kind: gcp/gke, via: {identity: dev}, spec: {cluster: {name: web, project_id: !exec who}}}"
	for _, tt := range []struct {
		name, integration, file, text string
		step, says                    string
	}{
		{"no file", ecr, "", "", "", ""},
		{"none of ours in it", ecr, docker, logins("ghcr.io", "222.dkr.ecr.r.amazonaws.com"), "", ""},
		{"no cluster of ours in it", eks, kube, clusters("db"), "", ""},
		{"not known, and no file", nowhere, "", "", "", ""},
		{"not known", nowhere, docker, logins("111.dkr.ecr.r.amazonaws.com"), "docker_login dev: " + docker + " (error)", `"dev/ecr" does not say it`},
		{"cluster not known", gke, kube, clusters("web"), "kubeconfig_entry dev: " + kube + " (error)", `"dev/gke" does not say it`},
		{"broken", ecr, docker, `{"auths": {"secret`, "docker_login dev: " + docker + " (error)", "docker config: "},
		{"broken kubeconfig", eks, kube, "users: {secret of atmos", "kubeconfig_entry dev: " + kube + " (error)", "kubeconfig: "},
		{"of a kind that nobody knows", strings.Replace(ecr, "aws/ecr", "aws/quantum", 1), docker, logins("111.dkr.ecr.r.amazonaws.com"), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, "identities: {dev: {kind: aws/user}}\nintegrations:\n  "+tt.integration)
			want := make(map[string]string)
			if tt.file != "" {
				h.has(tt.file, tt.text)
				want[tt.file] = tt.text
			}
			p := h.plan(identities("dev"))
			var steps []string
			if tt.step != "" {
				steps = append(steps, tt.step)
			}
			h.wantSteps(p, steps...)
			switch err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err(); {
			case tt.says == "" && err != nil:
				t.Error(err)
			case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret")):
				t.Errorf("error %v does not say %q", err, tt.says)
			}
			h.wantTexts(want)
		})
	}
}

// A lock file is kubectl's lock by being there, and waited for; beside Docker's file it is none.
func TestRunSharedLocks(t *testing.T) {
	h := newHome(t, `
identities: {dev: {kind: aws/user}}
integrations:
  dev/ecr: {kind: aws/ecr-public, via: {identity: dev}}
  dev/eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: web, region: us-east-1}}}`)
	h.has(docker, logins("public.ecr.aws", "ghcr.io"))
	h.has(docker+".lock", "")
	h.has(kube, clusters("web"))
	h.has(kube+".lock", "")
	ctx, cancel := context.WithCancel(t.Context())
	r := h.plan(identities("dev")).Run(ctx, h.Machine, logout.Observer{Before: func(s logout.Step) {
		if s.Kind == store.KubeconfigEntry {
			cancel() // else it would wait
		}
	}})
	if !errors.Is(r.Err(), context.Canceled) {
		t.Errorf("error %v", r.Err())
	}
	h.wantTexts(map[string]string{
		docker: logins("ghcr.io"), docker + ".lock": "",
		kube: clusters("web"), kube + ".lock": "",
	})
}
