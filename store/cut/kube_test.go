package cut_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store/cut"
)

func eks(name, region, alias string) cut.KubeEntry {
	return cut.KubeEntry{Kind: "aws/eks", Cluster: config.Cluster{Name: name, Region: region, Alias: alias}}
}

func aks(name, group, subscription, alias string) cut.KubeEntry {
	return cut.KubeEntry{Kind: "azure/aks", Cluster: config.Cluster{Name: name, ResourceGroup: group, SubscriptionID: subscription, Alias: alias}}
}

func gke(name, project, location, alias string) cut.KubeEntry {
	return cut.KubeEntry{Kind: "gcp/gke", Cluster: config.Cluster{Name: name, ProjectID: project, Location: location, Alias: alias}}
}

func TestKubeEntryOf(t *testing.T) {
	all := config.Cluster{
		Name: "n", Region: "r", ResourceGroup: "g", SubscriptionID: "s", ProjectID: "p", Location: "l",
		Alias: "a", KubeconfigPath: config.Literal("/elsewhere"),
	}
	without := func(change func(*config.Cluster)) config.Cluster {
		c := all
		change(&c)
		return c
	}
	tests := []struct {
		name string
		i    config.Integration
		want cut.KubeEntry // zero if there is none
	}{
		{"EKS", config.Integration{Name: "x", Kind: "aws/eks", Cluster: all}, eks("n", "r", "a")},
		{"AKS", config.Integration{Name: "x", Kind: "azure/aks", Cluster: all}, aks("n", "g", "s", "a")},
		{"GKE", config.Integration{Name: "x", Kind: "gcp/gke", Cluster: all}, gke("n", "p", "l", "a")},
		{"AKS without subscription", config.Integration{Kind: "azure/aks", Cluster: without(func(c *config.Cluster) { c.SubscriptionID = "" })}, aks("n", "g", "", "a")},
		{"EKS without region", config.Integration{Kind: "aws/eks", Cluster: without(func(c *config.Cluster) { c.Region = "" })}, cut.KubeEntry{}},
		{"AKS without group", config.Integration{Kind: "azure/aks", Cluster: without(func(c *config.Cluster) { c.ResourceGroup = "" })}, cut.KubeEntry{}},
		{"GKE without project", config.Integration{Kind: "gcp/gke", Cluster: without(func(c *config.Cluster) { c.ProjectID = "" })}, cut.KubeEntry{}},
		{"GKE without location", config.Integration{Kind: "gcp/gke", Cluster: without(func(c *config.Cluster) { c.Location = "" })}, cut.KubeEntry{}},
		{"no name", config.Integration{Kind: "aws/eks", Cluster: without(func(c *config.Cluster) { c.Name = "" })}, cut.KubeEntry{}},
		{"alias not evaluated", config.Integration{Kind: "aws/eks", Cluster: all, Unresolved: []string{"spec.cluster.alias"}}, cut.KubeEntry{}},
		{"subscription not evaluated", config.Integration{Kind: "azure/aks", Cluster: all, Unresolved: []string{"spec.cluster.subscription_id"}}, cut.KubeEntry{}},
		{"what does not matter not evaluated", config.Integration{Kind: "aws/eks", Cluster: all, Unresolved: []string{"spec.cluster.kubeconfig.path", "spec.cluster.subscription_id"}}, eks("n", "r", "a")},
		{"another kind", config.Integration{Kind: "aws/ecr", Cluster: all}, cut.KubeEntry{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := cut.KubeEntryOf(tt.i)
			if got != tt.want || ok != (tt.want != cut.KubeEntry{}) {
				t.Errorf("%+v, %t, want %+v", got, ok, tt.want)
			}
		})
	}
}

// A kubeTest cuts entries out of a kubeconfig.
type kubeTest struct {
	name    string
	k       cut.KubeEntries
	data    string
	want    string
	removed []string // nil: nothing changes
}

func (tt kubeTest) run(t *testing.T) {
	t.Helper()
	if tt.removed == nil {
		tt.want = tt.data
	}
	got, err := tt.k.Apply([]byte(tt.data))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tt.want, string(got.Data)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(tt.removed, got.Removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	if got.Changes() != (tt.removed != nil) || got.Empty {
		t.Errorf("changes %t, empty %t", got.Changes(), got.Empty)
	}
}

// Whose an entry is.
func TestKubeEntries(t *testing.T) {
	dev := []cut.KubeEntry{eks("dev", "us-east-2", "dev")}
	for _, tt := range []kubeTest{
		{
			name: "aws eks update-kubeconfig wrote the same cluster and context", k: cut.KubeEntries{Remove: []cut.KubeEntry{eks("dev", "us-east-2", "")}},
			data: `apiVersion: v1
clusters:
- cluster:
    server: https://dev
  name: arn:aws:eks:us-east-2:123456789012:cluster/dev
contexts:
- context:
    cluster: arn:aws:eks:us-east-2:123456789012:cluster/dev
    user: arn:aws:eks:us-east-2:123456789012:cluster/dev
  name: arn:aws:eks:us-east-2:123456789012:cluster/dev
current-context: arn:aws:eks:us-east-2:123456789012:cluster/dev
kind: Config
users:
- name: arn:aws:eks:us-east-2:123456789012:cluster/dev
  user:
    exec:
      command: aws
`,
		},
		{
			name: "aws eks update-kubeconfig uses the cluster under another name", k: cut.KubeEntries{Remove: dev},
			data: `clusters:
- {name: "arn:aws:eks:us-east-2:123456789012:cluster/dev"}
contexts:
- {name: dev, context: {cluster: "arn:aws:eks:us-east-2:123456789012:cluster/dev", user: atmos-eks-dev-us-east-2}}
- {name: aws, context: {cluster: "arn:aws:eks:us-east-2:123456789012:cluster/dev", user: aws}}
current-context: aws
users:
- {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos}}}
- {name: aws}
`,
			want: `clusters:
- {name: "arn:aws:eks:us-east-2:123456789012:cluster/dev"}
contexts:
- {name: aws, context: {cluster: "arn:aws:eks:us-east-2:123456789012:cluster/dev", user: aws}}
current-context: aws
users:
- {name: aws}
`,
			removed: []string{"context dev", "user " + devUser},
		},
		{
			name: "a context that was renamed, by way of an anchor: nothing may dangle", k: cut.KubeEntries{Remove: dev},
			data: `x: &both {cluster: "arn:aws:eks:us-east-2:123456789012:cluster/dev", user: atmos-eks-dev-us-east-2}
contexts:
- name: mine
  context: {<<: *both, namespace: n}
clusters:
- name: arn:aws:eks:us-east-2:123456789012:cluster/dev
users:
- {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos}}}
`,
		},
		{
			name: "nearly ours", k: cut.KubeEntries{Remove: dev},
			data: `clusters:
- name: arn:aws:eks:us-east-1:123456789012:cluster/dev
- name: arn:aws:eks:us-east-2:123456789012:cluster/dev2
- name: arn:aws:eks:us-east-2:123456789012:cluster/x/dev
- name: arn:aws:ecs:us-east-2:123456789012:cluster/dev
- name: arn:aws:eks:us-east-2::cluster/dev
- name: arn:other:eks:us-east-2:1:cluster/dev
- name: dev
contexts:
- {name: dev, context: {cluster: dev, user: atmos-eks-dev-us-east-2}}
- {name: dev, context: {cluster: "arn:aws:eks:us-east-1:123456789012:cluster/dev", user: atmos-eks-dev-us-east-2}}
- {name: dev, context: {cluster: "arn:aws:eks:us-east-2:123456789012:cluster/dev", user: dev}}
- {name: dev}
- dev: dev
current-context: dev
users:
- {name: atmos-eks-dev-us-east-1, user: {exec: {command: atmos}}}
- {name: atmos-eks-dev-us-east-2-, user: {exec: {command: atmos}}}
- {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos, args: [--cluster-name, dev2]}}}
- {name: dev, user: {exec: {command: atmos}}}
`,
		},
		{
			name: "two accounts, one cluster name: the other integration keeps its own", k: cut.KubeEntries{
				Remove: dev, Keep: []cut.KubeEntry{eks("dev", "us-east-2", "prod")},
			},
			data: `clusters:
- name: arn:aws:eks:us-east-2:111111111111:cluster/dev
- name: arn:aws:eks:us-east-2:222222222222:cluster/dev
contexts:
- {name: dev, context: {cluster: "arn:aws:eks:us-east-2:111111111111:cluster/dev", user: atmos-eks-dev-us-east-2}}
- {name: prod, context: {cluster: "arn:aws:eks:us-east-2:222222222222:cluster/dev", user: atmos-eks-dev-us-east-2}}
current-context: prod
users:
- {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos}}}
`,
			want: `clusters:
- name: arn:aws:eks:us-east-2:222222222222:cluster/dev
contexts:
- {name: prod, context: {cluster: "arn:aws:eks:us-east-2:222222222222:cluster/dev", user: atmos-eks-dev-us-east-2}}
current-context: prod
users:
- {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos}}}
`,
			removed: []string{"context dev", "cluster arn:aws:eks:us-east-2:111111111111:cluster/dev"},
		},
		{
			name: "another integration writes the same", k: cut.KubeEntries{Remove: dev, Keep: dev},
			data: clientGo,
		},
		{
			name: "the context from before the alias goes, that of an integration without an alias stays", k: cut.KubeEntries{
				Remove: dev, Keep: []cut.KubeEntry{eks("dev", "us-east-2", "")},
			},
			data: `contexts:
- {name: "arn:aws:eks:us-east-2:1:cluster/dev", context: {cluster: "arn:aws:eks:us-east-2:1:cluster/dev", user: atmos-eks-dev-us-east-2}}
- {name: dev, context: {cluster: "arn:aws:eks:us-east-2:1:cluster/dev", user: atmos-eks-dev-us-east-2}}
` + devUsers,
			want: `contexts:
- {name: "arn:aws:eks:us-east-2:1:cluster/dev", context: {cluster: "arn:aws:eks:us-east-2:1:cluster/dev", user: atmos-eks-dev-us-east-2}}
` + devUsers,
			removed: []string{"context dev"},
		},
		{
			name: "an alias that came later", k: cut.KubeEntries{Remove: dev},
			data:    `contexts: [{name: "arn:aws-cn:eks:us-east-2:1:cluster/dev", context: {cluster: "arn:aws-cn:eks:us-east-2:1:cluster/dev", user: atmos-eks-dev-us-east-2}}]` + "\n" + devUsers,
			want:    "contexts: []\nusers: []\n",
			removed: []string{"context arn:aws-cn:eks:us-east-2:1:cluster/dev", "user " + devUser},
		},
		{
			name: "AKS, with and without the subscription in the name of the user",
			k:    cut.KubeEntries{Remove: []cut.KubeEntry{aks("dev", "RG", "", "dev"), aks("ops", "rg", "s-2", "")}},
			data: `clusters:
- name: /subscriptions/s-1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/dev
- name: /subscriptions/s-2/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops
- name: /subscriptions/s-3/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops
- name: /subscriptions/s-1/resourceGroups/rg2/providers/Microsoft.ContainerService/managedClusters/dev
contexts:
- {name: dev, context: {user: atmos-aks-dev-RG-s-1, cluster: /subscriptions/s-1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/dev}}
- {name: dev, context: {user: atmos-aks-dev-RG-s-9, cluster: /subscriptions/s-1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/dev}}
- {name: /subscriptions/s-2/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops, context: {user: atmos-aks-ops-rg-s-2, cluster: /subscriptions/s-2/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops}}
- {name: /subscriptions/s-3/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops, context: {user: atmos-aks-ops-rg-s-3, cluster: /subscriptions/s-3/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops}}
users:
- {name: atmos-aks-dev-RG, user: {exec: {command: atmos}}}
- {name: atmos-aks-dev-RG-s-1, user: {exec: {command: atmos, args: [azure, aks, token, --cluster-name, dev, --subscription-id, s-1]}}}
- {name: atmos-aks-ops-rg-s-2, user: {exec: {command: atmos, args: [--resource-group=rg]}}}
- {name: atmos-aks-ops-rg-s-3, user: {exec: {command: atmos}}}
- {name: atmos-aks-ops-rg, user: {exec: {command: atmos, args: [--cluster-name, ops-rg]}}}
`,
			want: `clusters:
- name: /subscriptions/s-1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/dev
- name: /subscriptions/s-3/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops
- name: /subscriptions/s-1/resourceGroups/rg2/providers/Microsoft.ContainerService/managedClusters/dev
contexts:
- {name: dev, context: {user: atmos-aks-dev-RG-s-9, cluster: /subscriptions/s-1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/dev}}
- {name: /subscriptions/s-3/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops, context: {user: atmos-aks-ops-rg-s-3, cluster: /subscriptions/s-3/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops}}
users:
- {name: atmos-aks-ops-rg-s-3, user: {exec: {command: atmos}}}
- {name: atmos-aks-ops-rg, user: {exec: {command: atmos, args: [--cluster-name, ops-rg]}}}
`,
			removed: []string{
				"context dev",
				"context /subscriptions/s-2/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops",
				"cluster /subscriptions/s-2/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops",
				"user atmos-aks-dev-RG", "user atmos-aks-dev-RG-s-1", "user atmos-aks-ops-rg-s-2",
			},
		},
		{
			name: "GKE", k: cut.KubeEntries{Remove: []cut.KubeEntry{gke("dev", "p-1", "europe-west1", "")}},
			data: `clusters:
- name: projects/p-1/locations/europe-west1/clusters/dev
- name: gke_p-1_europe-west1_dev
contexts:
- context:
    cluster: projects/p-1/locations/europe-west1/clusters/dev
    user: atmos-gke-dev-p-1-europe-west1
  name: projects/p-1/locations/europe-west1/clusters/dev
current-context: gke_p-1_europe-west1_dev
users:
- name: gke_p-1_europe-west1_dev
- name: atmos-gke-dev-p-1-europe-west1
  user:
    exec:
      command: atmos
`,
			want: `clusters:
- name: gke_p-1_europe-west1_dev
contexts: []
current-context: gke_p-1_europe-west1_dev
users:
- name: gke_p-1_europe-west1_dev
`,
			removed: []string{
				"context projects/p-1/locations/europe-west1/clusters/dev",
				"cluster projects/p-1/locations/europe-west1/clusters/dev", "user atmos-gke-dev-p-1-europe-west1",
			},
		},
		{
			name: "the user's own entries of the same names", k: cut.KubeEntries{Remove: dev},
			data: strings.Replace(clientGo, "command: atmos", "command: aws", 1),
		},
		{
			name: "the user's own entries of the same names, not as client-go writes them", k: cut.KubeEntries{Remove: dev},
			data: "# atmos\n" + strings.Replace(devUsers, "command: atmos", "command: notatmos", 1) + devContext,
		},
		{
			name: "two users of one name, one of them not Atmos's", k: cut.KubeEntries{Remove: dev},
			data: devContext + "users:\n- {name: " + devUser + ", user: {token: MINE}}\n- {name: " + devUser + ", user: {exec: {command: atmos}}}\n",
		},
		{
			name: "no user of that name", k: cut.KubeEntries{Remove: dev},
			data: devContext + "clusters:\n- name: " + devARN + "\nusers: [{name: atmos}]\n",
		},
		{
			name: "a user of Atmos that no context refers to, a cluster that none does", k: cut.KubeEntries{Remove: dev},
			data:    "clusters:\n- name: " + devARN + "\n" + devUsers,
			want:    "clusters:\n- name: " + devARN + "\nusers: []\n",
			removed: []string{"user " + devUser},
		},
		{
			name: "the user's own user of our name, to which nothing refers", k: cut.KubeEntries{Remove: dev},
			data: "# atmos\nusers:\n- name: " + devUser + "\n  user:\n    token: MINE\n",
		},
		{
			name: "a user to which nothing refers, and another integration has it", k: cut.KubeEntries{Remove: dev, Keep: []cut.KubeEntry{eks("dev", "us-east-2", "prod")}},
			data: devUsers,
		},
		{
			name: "a context of ours, and another integration that has none here", k: cut.KubeEntries{Remove: dev, Keep: []cut.KubeEntry{eks("dev", "us-east-2", "prod")}},
			data: clientGo, want: clientGoAfter, removed: devRemoved(),
		},
		{
			name: "two contexts of one name, one of them the user's own", k: cut.KubeEntries{Remove: dev},
			data: strings.Replace(clientGo, "current-context", "- context:\n    cluster: x\n    user: y\n  name: dev\ncurrent-context", 1),
			want: strings.Replace(clientGoAfter, "current-context: \"\"", "- context:\n    cluster: x\n    user: y\n  name: dev\ncurrent-context: dev", 1), removed: devRemoved(),
		},
		{name: "nothing to remove", data: clientGo},
	} {
		t.Run(tt.name, tt.run)
	}
}
