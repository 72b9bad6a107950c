package cut_test

import (
	"strings"
	"testing"

	"github.com/credclean/credclean/store/cut"
)

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

// Pieces in other ways of writing.
const (
	devUsers   = "users:\n- {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos}}}\n"
	devContext = "contexts: [{name: dev, context: {cluster: \"" + devARN + "\", user: " + devUser + "}}]\n"
	noContext  = "contexts: []\n"
)

func devRemoved() []string {
	return []string{"context dev", "cluster " + devARN, "user " + devUser}
}

// However a kubeconfig is written.
func TestKubeEntriesForms(t *testing.T) {
	dev := []cut.KubeEntry{eks("dev", "us-east-2", "dev")}
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	for _, tt := range []kubeTest{
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
  user: {exec: {command: /usr/local/bin/atmos}}`,
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
      exec: {command: "atmos"}
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
    "users": [{"name": "atmos-eks-dev-us-east-2", "user": {"exec": {"command": "C:\\tools\\Atmos.EXE"}}}],
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
			data:    "users: [ {name: it's}, {name: atmos-eks-dev-us-east-2, user: {note: 'it''s, ]', exec: {command: atmos}}} , {name: b} ]\n",
			want:    "users: [ {name: it's} , {name: b} ]\n",
			removed: []string{"user " + devUser},
		},
		{
			name: "an alias in the list, comments in an entry in flow style", k: cut.KubeEntries{Remove: dev},
			data:    "x: &x {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos}}}\nusers:\n- *x\n- {\n    # ]}\n    name: b}\nclusters: [{name: b}, {\n  # ]}\n  name: \"" + devARN + "\"}]\n" + devContext,
			want:    "x: &x {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos}}}\nusers:\n- {\n    # ]}\n    name: b}\nclusters: [{name: b}]\n" + noContext,
			removed: devRemoved(),
		},
		{
			name: "flow style and CRLF", k: cut.KubeEntries{Remove: dev},
			data:    crlf("a: b\nusers: [{name: b}, {name: atmos-eks-dev-us-east-2, user: {exec: {command: atmos}}}]\n" + devContext + "current-context: dev\n"),
			want:    crlf("a: b\nusers: [{name: b}]\n" + noContext + "current-context: \"\"\n"),
			removed: []string{"context dev", "user " + devUser},
		},
		{
			name: "every line break of YAML", k: cut.KubeEntries{Remove: dev},
			data:    "a: \"x\u0085 y\u2028 z\"\rb: 1\rusers:\r- name: atmos-eks-dev-us-east-2\r  user: {exec: {command: atmos}}\r- name: b\r",
			want:    "a: \"x\u0085 y\u2028 z\"\rb: 1\rusers:\r- name: b\r",
			removed: []string{"user " + devUser},
		},
		{
			name: "line breaks that Unicode has more of, a space before the colon", k: cut.KubeEntries{Remove: dev},
			data:    "users :\u0085- name: b\u2028- name: atmos-eks-dev-us-east-2\u2028  user: {exec: {command: atmos}}\u2029- name: c\nclusters :\n- name: " + devARN + "\n" + devContext,
			want:    "users :\u0085- name: b\u2028- name: c\nclusters : []\n" + noContext,
			removed: devRemoved(),
		},
		{
			name: "a quote that ends the file", k: cut.KubeEntries{Remove: dev},
			data:    devUsers + "contexts: [{name: dev, context: {cluster: '" + devARN + "', user: " + devUser + "}}]\ncurrent-context: 'dev'",
			want:    "users: []\ncontexts: []\ncurrent-context: \"\"",
			removed: []string{"context dev", "user " + devUser},
		},
		{
			name: "a name in escapes", k: cut.KubeEntries{Remove: []cut.KubeEntry{eks("dev", "us-east-2", `d"v'`)}},
			data: `contexts: [{name: "d\"v'", context: {cluster: "arn:aws:eks:us-east-2:1:cluster/dev", user: atmos-eks-dev-us-east-2}}]
current-context: 'd"v''' # x
` + devUsers,
			want: `contexts: []
current-context: "" # x
users: []
`,
			removed: []string{`context d"v'`, "user " + devUser},
		},
		{
			name: "three dashes at the end", k: cut.KubeEntries{Remove: dev},
			data: clientGo + "---\n", want: clientGoAfter + "---\n", removed: devRemoved(),
		},
		{
			name: "three dashes and nothing, twice", k: cut.KubeEntries{Remove: dev},
			data: "---\n" + clientGo + "---\n# the end\n---", want: "---\n" + clientGoAfter + "---\n# the end\n---", removed: devRemoved(),
		},
		{name: "an empty file", k: cut.KubeEntries{Remove: dev}},
		{name: "comments only", k: cut.KubeEntries{Remove: dev}, data: "# none\n---\n"},
		{name: "nothing but null", k: cut.KubeEntries{Remove: dev}, data: "# atmos\n~\n"},
		{name: "null", k: cut.KubeEntries{Remove: dev}, data: "clusters: null\ncontexts:\nusers: []\ncurrent-context: null\n"},
	} {
		t.Run(tt.name, tt.run)
	}
}

func TestKubeEntriesRefuse(t *testing.T) {
	const user = "{name: atmos-eks-dev-us-east-2, user: {token: SECRET, exec: {command: atmos}}}"
	tests := []struct{ name, data, want string }{
		{"not YAML", "users: [" + user, "yaml: line"},
		{"tabs", "users:\n\t- " + user, "yaml: line"},
		{"not UTF-8", "users:\n- " + user + "\nx: \xff\n", "not in UTF-8"},
		{"UTF-16", "\xff\xfeu\x00:\x00", "not in UTF-8"},
		{"two documents", "users:\n- " + user + "\n---\nusers: []\n", "more than one document"},
		{"a broken second document", "users:\n- " + user + "\n---\n[\n", "more than one document"},
		{"a list", "- " + user, "not a mapping"},
		{"a text", "SECRET of atmos", "not a mapping"},
		{"users of another type", "users: {x: " + user + "}", "users is not a list"},
		{"an alias for a list", "x: &x [" + user + "]\nusers: *x\n", "users is not a list"},
		{"a key that is there twice", "users: []\nusers:\n- " + user, "line 2: a key that is there twice"},
		{"a merge key at the top", "x: &x {users: [" + user + "]}\n<<: *x\n", "line 2: a key that"},
		{"a key of another type", "x: &x {}\nusers:\n- " + user + "\n- {<<: *x, *x : SECRET}\n", "line 4: a key that is not a text"},
		{"an entry of another type", "# atmos\ncontexts:\n- SECRET\n", "contexts: entry 1 cannot be read"},
		{"a name of another type", "users:\n- " + user + "\n- name: [SECRET]\n", "users: entry 2 cannot be read"},
		{"an alias that holds itself", "# atmos\nusers:\n- &x {name: *x}\n", "users: entry 1 cannot be read"},
		{"current-context of another type", "users:\n- " + user + "\ncurrent-context: [dev]\n", "current-context is not a name"},
		{"an alias elsewhere for what goes", "users:\n- &x " + user + "\nx: *x\n", "cannot be cut without"},
		{"an alias that would lead elsewhere", "x: &x {}\nusers:\n- &x " + user + "\ny: *x\n", "cannot be cut without"},
		{"an anchor on the list", "users: &x\n- " + user + "\n", "users is written in a way"},
		{"comments in a flow list", "users: [ # x\n " + user + "]\n", "users is written in a way"},
		{"a comma in a tag of a flow list", "users: [!x,y {name: b}, " + user + "]\n", "users is written in a way"},
		{"a quote in a word of a flow list", "users: [{name: it 's}, " + user + "]\n", "users is written in a way"},
		{"an explicit key", "? users\n: - " + user + "\n", "users is written in a way"},
		{"a comment before the colon", "? users # theirs\n: - " + user + "\n", "users is written in a way"},
		{"current-context on several lines", strings.Replace(clientGo, "current-context: dev", "current-context: >-\n  dev", 1), "current-context is written in a way"},
		{"text out of its indentation", "users:\n- name: atmos-eks-dev-us-east-2\n  user: {exec: {command: atmos}}\n  x: \"SECRET\nSECRET\"\n", "cannot be cut without"},
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
