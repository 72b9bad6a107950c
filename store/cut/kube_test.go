package cut_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

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

// Pieces of a kubeconfig as client-go writes it.
const (
	devARN   = "arn:aws:eks:us-east-2:123456789012:cluster/dev"
	devUser  = "atmos-eks-dev-us-east-2"
	clientGo = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: dGVzdA==
    server: https://dev.eks.amazonaws.com
  name: arn:aws:eks:us-east-2:123456789012:cluster/dev
- cluster:
    server: https://kind.local:6443
  name: kind-kind
contexts:
- context:
    cluster: arn:aws:eks:us-east-2:123456789012:cluster/dev
    user: atmos-eks-dev-us-east-2
  name: dev
- context:
    cluster: kind-kind
    namespace: default
    user: kind-kind
  name: kind-kind
current-context: dev
kind: Config
preferences: {}
users:
- name: atmos-eks-dev-us-east-2
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - aws
      - eks
      - token
      - --cluster-name
      - dev
      - --region
      - us-east-2
      - --identity=dev-admin
      command: atmos
      env:
      - name: ATMOS_IDENTITY
        value: dev-admin
      interactiveMode: Never
      provideClusterInfo: false
- name: kind-kind
  user:
    token: keep
`
	clientGoAfter = `apiVersion: v1
clusters:
- cluster:
    server: https://kind.local:6443
  name: kind-kind
contexts:
- context:
    cluster: kind-kind
    namespace: default
    user: kind-kind
  name: kind-kind
current-context: ""
kind: Config
preferences: {}
users:
- name: kind-kind
  user:
    token: keep
`
)

func devRemoved() []string {
	return []string{"context dev", "cluster " + devARN, "user " + devUser}
}

func TestKubeEntries(t *testing.T) {
	dev := []cut.KubeEntry{eks("dev", "us-east-2", "dev")}
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	tests := []struct {
		name    string
		k       cut.KubeEntries
		data    string
		want    string
		removed []string // nil: nothing changes
	}{
		{
			name: "as client-go writes it", k: cut.KubeEntries{Remove: dev},
			data: clientGo, want: clientGoAfter, removed: devRemoved(),
		},
		{
			name: "CRLF and byte order mark", k: cut.KubeEntries{Remove: dev},
			data: "\ufeff" + crlf(clientGo), want: "\ufeff" + crlf(clientGoAfter), removed: devRemoved(),
		},
		{
			name: "only ours, by ARN", k: cut.KubeEntries{Remove: []cut.KubeEntry{eks("dev", "us-east-2", "")}},
			data: `apiVersion: v1
clusters: # mine
- cluster:
    server: https://dev
  name: arn:aws:eks:us-east-2:123456789012:cluster/dev
contexts:
- context:
    cluster: arn:aws:eks:us-east-2:123456789012:cluster/dev
    user: atmos-eks-dev-us-east-2
  name: arn:aws:eks:us-east-2:123456789012:cluster/dev
current-context: arn:aws:eks:us-east-2:123456789012:cluster/dev
kind: Config
users:
- name: atmos-eks-dev-us-east-2
  user: {}`,
			want: `apiVersion: v1
clusters: [] # mine
contexts: []
current-context: ""
kind: Config
users: []
`,
			removed: []string{"context " + devARN, "cluster " + devARN, "user " + devUser},
		},
		{
			name: "by hand: indented, comments, anchors, block scalars", k: cut.KubeEntries{Remove: dev},
			data: `# my clusters
users:
  # theirs
  - name: mine
    user: &me
      token: |
        # not a comment
        - x

  # about Atmos
  - # inside
    name: 'atmos-eks-dev-us-east-2'

    user:
      note: |-
        # SECRET
      # SECRET
  # behind

  - {name: again, user: *me}
current-context: 'dev' # now
contexts:

    -   name: "dev"
        context: {user: atmos-eks-dev-us-east-2, cluster: "arn:aws:eks:us-east-2:123456789012:cluster/dev"}

    -   name: é
        context: {user: mine, cluster: x}
x-unknown: [1, 2] # stays
...
`,
			want: `# my clusters
users:
  # theirs
  - name: mine
    user: &me
      token: |
        # not a comment
        - x

  # about Atmos
  # behind

  - {name: again, user: *me}
current-context: "" # now
contexts:


    -   name: é
        context: {user: mine, cluster: x}
x-unknown: [1, 2] # stays
...
`,
			removed: []string{"context dev", "user " + devUser},
		},
		{
			name: "JSON", k: cut.KubeEntries{Remove: dev},
			data: `{
    "kind": "Config",
    "clusters": [
        {"name": "arn:aws:eks:us-east-2:123456789012:cluster/dev", "cluster": {"server": "https://[::1]/\"}],"}},
        {"name": "k", "cluster": {}}
    ],
    "users": [{"name": "atmos-eks-dev-us-east-2", "user": {}}],
    "contexts": [
        {"name": "k", "context": {"cluster": "k", "user": "k"}},
        {"name":"dev","context":{"cluster":"arn:aws:eks:us-east-2:123456789012:cluster/dev","user":"atmos-eks-dev-us-east-2"}}
    ],
    "current-context":"dev"
}
`,
			want: `{
    "kind": "Config",
    "clusters": [
        {"name": "k", "cluster": {}}
    ],
    "users": [],
    "contexts": [
        {"name": "k", "context": {"cluster": "k", "user": "k"}}
    ],
    "current-context":""
}
`,
			removed: devRemoved(),
		},
		{
			name: "flow style of YAML, between others", k: cut.KubeEntries{Remove: dev},
			data:    "users: [ {name: it's}, {name: atmos-eks-dev-us-east-2, user: {note: 'it''s, ]'}} , {name: b} ]\n",
			want:    "users: [ {name: it's} , {name: b} ]\n",
			removed: []string{"user " + devUser},
		},
		{
			name: "an alias in the list, comments in an entry in flow style", k: cut.KubeEntries{Remove: dev},
			data:    "x: &x {name: atmos-eks-dev-us-east-2}\nusers:\n- *x\n- {\n    # ]}\n    name: b}\nclusters: [{name: b}, {\n  # ]}\n  name: \"" + devARN + "\"}]\n",
			want:    "x: &x {name: atmos-eks-dev-us-east-2}\nusers:\n- {\n    # ]}\n    name: b}\nclusters: [{name: b}]\n",
			removed: []string{"cluster " + devARN, "user " + devUser},
		},
		{
			name: "every line break of YAML", k: cut.KubeEntries{Remove: dev},
			data:    "a: \"x\u0085 y\u2028 z\"\rb: 1\rusers:\r- name: atmos-eks-dev-us-east-2\r- name: b\r",
			want:    "a: \"x\u0085 y\u2028 z\"\rb: 1\rusers:\r- name: b\r",
			removed: []string{"user " + devUser},
		},
		{
			name: "line breaks that Unicode has more of, a space before the colon", k: cut.KubeEntries{Remove: dev},
			data:    "users :\u0085- name: b\u2028- name: atmos-eks-dev-us-east-2\u2029- name: c\nclusters :\n- name: " + devARN + "\n",
			want:    "users :\u0085- name: b\u2028- name: c\nclusters : []\n",
			removed: []string{"cluster " + devARN, "user " + devUser},
		},
		{
			name: "a quote that ends the file", k: cut.KubeEntries{Remove: dev},
			data:    "contexts: [{name: dev, context: {cluster: '" + devARN + "', user: " + devUser + "}}]\ncurrent-context: 'dev'",
			want:    "contexts: []\ncurrent-context: \"\"",
			removed: []string{"context dev"},
		},
		{
			name: "a name in escapes", k: cut.KubeEntries{Remove: []cut.KubeEntry{eks("dev", "us-east-2", `d"v'`)}},
			data: `contexts: [{name: "d\"v'", context: {cluster: "arn:aws:eks:us-east-2:1:cluster/dev", user: atmos-eks-dev-us-east-2}}]
current-context: 'd"v''' # x
`,
			want: `contexts: []
current-context: "" # x
`,
			removed: []string{`context d"v'`},
		},
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
- {name: atmos-eks-dev-us-east-2}
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
- name: atmos-eks-dev-us-east-2
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
- name: atmos-eks-dev-us-east-1
- name: atmos-eks-dev-us-east-2-
- name: user-dev
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
- name: atmos-eks-dev-us-east-2
`,
			want: `clusters:
- name: arn:aws:eks:us-east-2:222222222222:cluster/dev
contexts:
- {name: prod, context: {cluster: "arn:aws:eks:us-east-2:222222222222:cluster/dev", user: atmos-eks-dev-us-east-2}}
current-context: prod
users:
- name: atmos-eks-dev-us-east-2
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
`,
			want: `contexts:
- {name: "arn:aws:eks:us-east-2:1:cluster/dev", context: {cluster: "arn:aws:eks:us-east-2:1:cluster/dev", user: atmos-eks-dev-us-east-2}}
`,
			removed: []string{"context dev"},
		},
		{
			name: "an alias that came later", k: cut.KubeEntries{Remove: dev},
			data:    `contexts: [{name: "arn:aws-cn:eks:us-east-2:1:cluster/dev", context: {cluster: "arn:aws-cn:eks:us-east-2:1:cluster/dev", user: atmos-eks-dev-us-east-2}}]`,
			want:    `contexts: []`,
			removed: []string{"context arn:aws-cn:eks:us-east-2:1:cluster/dev"},
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
users:
- {name: atmos-aks-dev-RG}
- {name: atmos-aks-dev-RG-s-1, user: {exec: {args: [azure, aks, token, --cluster-name, dev, --subscription-id, s-1]}}}
- {name: atmos-aks-ops-rg-s-2, user: {exec: {args: [--resource-group=rg]}}}
- {name: atmos-aks-ops-rg-s-3}
- {name: atmos-aks-ops-rg, user: {exec: {args: [--cluster-name, ops-rg]}}}
`,
			want: `clusters:
- name: /subscriptions/s-1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/dev
- name: /subscriptions/s-3/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/ops
- name: /subscriptions/s-1/resourceGroups/rg2/providers/Microsoft.ContainerService/managedClusters/dev
contexts:
- {name: dev, context: {user: atmos-aks-dev-RG-s-9, cluster: /subscriptions/s-1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/dev}}
users:
- {name: atmos-aks-ops-rg-s-3}
- {name: atmos-aks-ops-rg, user: {exec: {args: [--cluster-name, ops-rg]}}}
`,
			removed: []string{
				"context dev",
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
		{name: "an empty file", k: cut.KubeEntries{Remove: dev}},
		{name: "comments only", k: cut.KubeEntries{Remove: dev}, data: "# none\n---\n"},
		{name: "null", k: cut.KubeEntries{Remove: dev}, data: "clusters: null\ncontexts:\nusers: []\ncurrent-context: null\n"},
		{name: "nothing to remove", data: clientGo},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
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
				t.Errorf("changes %t, whole %t", got.Changes(), got.Empty)
			}
		})
	}
}

func TestKubeEntriesRefuse(t *testing.T) {
	const user = "{name: atmos-eks-dev-us-east-2, user: {token: SECRET}}"
	tests := []struct{ name, data, want string }{
		{"not YAML", "users: [" + user, "yaml: line"},
		{"tabs", "users:\n\t- " + user, "yaml: line"},
		{"not UTF-8", "users:\n- " + user + "\nx: \xff\n", "not in UTF-8"},
		{"UTF-16", "\xff\xfeu\x00:\x00", "not in UTF-8"},
		{"two documents", "users:\n- " + user + "\n---\nusers: []\n", "more than one document"},
		{"a broken second document", "users:\n- " + user + "\n---\n[\n", "more than one document"},
		{"a list", "- " + user, "not a mapping"},
		{"a text", "SECRET", "not a mapping"},
		{"users of another type", "users: {x: " + user + "}", "users is not a list"},
		{"an alias for a list", "x: &x [" + user + "]\nusers: *x\n", "users is not a list"},
		{"a key that stands twice", "users: []\nusers:\n- " + user, "line 2: a key that stands twice"},
		{"a merge key at the top", "x: &x {users: [" + user + "]}\n<<: *x\n", "line 2: a key that"},
		{"a key of another type", "x: &x {}\nusers:\n- " + user + "\n- {<<: *x, *x : SECRET}\n", "line 4: a key that is not a text"},
		{"an entry of another type", "contexts:\n- SECRET\n", "contexts: entry 1 cannot be read"},
		{"a name of another type", "users:\n- " + user + "\n- name: [SECRET]\n", "users: entry 2 cannot be read"},
		{"an alias that holds itself", "users:\n- &x {name: *x}\n", "users: entry 1 cannot be read"},
		{"current-context of another type", "users:\n- " + user + "\ncurrent-context: [dev]\n", "current-context is not a name"},
		{"an alias elsewhere for what goes", "users:\n- &x " + user + "\nx: *x\n", "cannot be cut without"},
		{"an alias that would lead elsewhere", "x: &x {}\nusers:\n- &x " + user + "\ny: *x\n", "cannot be cut without"},
		{"an anchor on the list", "users: &x\n- " + user + "\n", "users is written in a way"},
		{"comments in a flow list", "users: [ # x\n " + user + "]\n", "users is written in a way"},
		{"a quote in a word of a flow list", "users: [{name: it 's}, " + user + "]\n", "users is written in a way"},
		{"an explicit key", "? users\n: - " + user + "\n", "users is written in a way"},
		{"current-context on several lines", clientGo[:strings.Index(clientGo, "current-context")] + "current-context: >-\n  dev\n", "current-context is written in a way"},
		{"text out of its indentation", "users:\n- name: atmos-eks-dev-us-east-2\n  x: \"SECRET\nSECRET\"\n", "cannot be cut without"},
	}
	k := cut.KubeEntries{Remove: []cut.KubeEntry{eks("dev", "us-east-2", "dev")}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := k.Apply([]byte(tt.data))
			if err == nil || !strings.HasPrefix(err.Error(), "kubeconfig: ") || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q; file %q", err, tt.want, got.Data)
			}
			if strings.Contains(err.Error(), "SECRET") || got.Data != nil || got.Changes() {
				t.Errorf("error %q, cut %+v", err, got)
			}
		})
	}
}

// Aliases that grow without bound are refused, or not followed, in no time.
func TestKubeEntriesAliasBomb(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		prev := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+prev+",", 9) + "]\n"
	}
	k := cut.KubeEntries{Remove: []cut.KubeEntry{eks("dev", "us-east-2", "dev")}}
	if _, err := k.Apply([]byte(bomb + "users:\n- name: x\n  user: {exec: {args: *j}}\n")); err == nil {
		t.Error("no error")
	}
	got, err := k.Apply([]byte(bomb + clientGo))
	if err != nil || string(got.Data) != bomb+clientGoAfter {
		t.Errorf("%v\n%s", err, got.Data)
	}
}

func FuzzKubeEntries(f *testing.F) {
	for _, s := range []string{
		"users:\n- name: atmos-gke-n-p-l\n  user:\n    token: SECRET\n- name: x\n",
		"clusters:\n  - name: projects/p/locations/l/clusters/n\n  # c\n  - name: y\ncurrent-context: a\n",
		"contexts:\n-\n # x\n name: a\n context: {cluster: projects/p/locations/l/clusters/n, user: atmos-gke-n-p-l}\ncurrent-context: 'a'\n",
		`{"users":[{"name":"x"},{"name":"atmos-gke-n-p-l","user":"\"]"}],"current-context":"a"}`,
		"users: [ {name: it's}, &x {name: atmos-gke-n-p-l, y: 'it''s'}, *x ]\r\n",
		"\ufeffusers:\r\n- name: |-\r\n    atmos-gke-n-p-l\r\n  z: |+\r\n    # SECRET\r\n\r\nx: &x 1\r\n",
		"x: &x {user: atmos-gke-n-p-l}\ncontexts: [{context: {<<: *x}}]\nusers:\n- {name: atmos-gke-n-p-l}\n",
		"a: &x {}\ncontexts: [{context: {<<, *x}}]\n", // makes yaml.v3 v3.0.1 panic
	} {
		f.Add([]byte(s))
	}
	k := cut.KubeEntries{Remove: []cut.KubeEntry{gke("n", "p", "l", "a")}}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := k.Apply(data)
		if err != nil {
			if got.Data != nil || got.Changes() {
				t.Fatalf("error %v with a cut %+v", err, got)
			}
			return
		}
		if len(got.Removed) == 0 {
			if string(got.Data) != string(data) || got.Changes() {
				t.Fatalf("nothing removed, but %q became %q", data, got.Data)
			}
			return
		}
		if got.Empty || !cutFrom(string(got.Data), string(data)) {
			t.Fatalf("%q became %q", data, got.Data)
		}
		again, err := k.Apply(got.Data)
		if err != nil || again.Changes() || string(again.Data) != string(got.Data) {
			t.Fatalf("%q: the second time %+v, %v", got.Data, again, err)
		}
		if before, after := others(data, got.Removed), others(got.Data, got.Removed); before != after {
			t.Fatalf("%q became %q:\n%s\n%s", data, got.Data, before, after)
		}
	})
}

// cutFrom tells whether rest is data without some of its bytes, but for empty
// lists and texts, and the space before a list.
func cutFrom(rest, data string) bool {
	without := strings.NewReplacer(" []", "", "[]", "", `""`, "")
	return inOrder([]byte(without.Replace(rest)), []byte(without.Replace(data)))
}

// others is a kubeconfig as yaml.v3 decodes it, without the names that were removed.
func others(data []byte, removed []string) string {
	var v map[string]any
	if yaml.Unmarshal(data, &v) != nil {
		return ""
	}
	for kind, key := range map[string]string{"context": "contexts", "cluster": "clusters", "user": "users"} {
		list, _ := v[key].([]any)
		v[key] = slices.DeleteFunc(list, func(item any) bool {
			return slices.Contains(removed, fmt.Sprint(kind, " ", nameOf(item)))
		})
		if len(list) == 0 || len(v[key].([]any)) == 0 {
			v[key] = nil
		}
	}
	if name, ok := v["current-context"].(string); ok && (name == "" || slices.Contains(removed, "context "+name)) {
		v["current-context"] = nil
	}
	return fmt.Sprintf("%#v", v)
}

func nameOf(item any) any {
	switch m := item.(type) {
	case map[string]any:
		return m["name"]
	case map[any]any: // with a key that is not a text
		return m["name"]
	}
	return nil
}
