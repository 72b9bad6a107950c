package cut

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gopkg.in/yaml.v3"
)

const kubectl = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: dGVzdA==
    server: https://a:6443
  name: a
# between
- cluster: {}
  # inside
  name: 'b c'

  # behind
contexts:
  - context:
      cluster: a
      namespace: "x y"
      user: u
    name: a
    # of a
  -   name: b
      context:
        extensions:
        - extension:
            provider: atmos
          name: x
        user: "v"
current-context: a
extensions: []
x_1./azAZ-09: "~"
kind: Config
preferences: {}
users:
- name: u
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - aws
      - --cluster-name
      - a
      - --identity=dev-admin
      - "-"
      command: atmos
      env:
      - name: ATMOS_IDENTITY
        value: dev-admin
      installHint: null
      provideClusterInfo: false
- name: v
  user:
    token: keep
`

// The reader of lines does not guess: what it takes, yaml.v3 reads in the same
// way, and what it cuts is what is cut with yaml.v3.
func FuzzKubeLines(f *testing.F) {
	for _, s := range []string{
		kubectl,
		strings.ReplaceAll(kubectl, "\n", "\r\n"),
		"users:\n- name: a\n  b: c\n    - d\n", "users:\n- name: a\n  b:\n    - c\n      - d\n",
		"users:\n- a: b\n c: d\n", "users:\n - name: a\n - name: b\nx: y\n", "users:\n    - a:\n      - b: c\n        d: e\n      - f\n      g: h\n",
		"users: []\ncontexts: ~\nclusters:\ncurrent-context:\n", "users:\n  a: b\n", "users:\n- name: a\n  name: b\n", "a: b\na: b\n",
		"users:\n- - a\n- b:\n  - c\n", "users:\n- name: x # y\n- name: a: b\n- name: b:\n- name: *x\n", "a:\n  b:\n    c:\n   d:\n", " a: b\nc: d\n",
		"current-context: a\n  b\n", "current-context: \"a\nb\"\n", "users:\n- name: 1\n- name: ~\n- name: 1e3\n- name: 2020-01-01\n- name: yes\n- name: !x y\n",
		" - a: b\n", "current-context: b\n - c\n", "users:\n- name: a\n  b: c\n   - d\n", "users:\n- user:\n    exec:\n      args:\n      - ~\n      - null\n      - {}\n",
		"users:\n- user:\n    exec:\n      args:\n      - ~\n      - null\n", "users:\n - name: a\n- name: b\n", "a: b\n- c\n", "users:\n- name: a\n  b:\n    - c\n   - d\n", "users:\n- name: a\n  # i\n# j\n  # k\n- name: b\n",
		"---\nusers:\n- name: a\n", "users:\n- name: a\n---\n", "users:\n- name: a\n...\n", "users:\n-\n  name: a\n", "users:\n- \n", "users:\n-  name: a\n   b: c\n  d: e\n",
		"users:\n# c\n- name: a\n  # d\n# e\n  # f\n  g: h\n  # i\n# j\n  # k\n", "? a\n: b\n", "users:\n- context: x\n- args: y\n- exec: z\n- user:\n    exec: x\n",
		"users:\n- name: u\n  user:\n    exec:\n      args: []\n      command: 'atmos'\n", "users:\n- user:\n  - exec:\n      command: atmos\n",
	} {
		f.Add([]byte(s), byte(5))
	}
	f.Fuzz(func(t *testing.T, data []byte, choice byte) {
		lines, ok := readKubeLines(data)
		if !ok {
			return
		}
		tree, err := readKubeYAML(data)
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if diff := cmp.Diff(tree.kubeFile, lines.kubeFile, cmp.AllowUnexported(kubeFile{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%q (-yaml.v3 +lines):\n%s", data, diff)
		}
		var gone kubeGone
		for n := range gone.lists {
			for i, item := range lines.lists[n] {
				gone.lists[n] = append(gone.lists[n], choice>>(i%8)&1 == 1)
				gone.current = gone.current || item.Name == lines.current && item.Name != ""
			}
		}
		rest, err := lines.cut(gone)
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if want, err := tree.cut(gone); err == nil && string(rest) != string(want) {
			t.Fatalf("%q became %q, with yaml.v3 %q", data, rest, want)
		}
	})
}

// As the programs write it, a kubeconfig is read by lines.
func TestKubeLinesReadsWhatIsWritten(t *testing.T) {
	for _, text := range []string{kubectl, strings.ReplaceAll(kubectl, "\n", "\r\n")} {
		f, ok := readKubeLines([]byte(text))
		if !ok {
			t.Fatal("not read")
		}
		if len(f.lists[contexts]) != 2 || len(f.lists[clusters]) != 2 || len(f.lists[users]) != 2 || !f.lists[users][0].runsAtmos() || f.current != "a" {
			t.Errorf("%+v", f.kubeFile)
		}
	}
}

// What a cut leaves must mean the same: two files that differ in anything do not.
func TestSameYAML(t *testing.T) {
	const text = "a: &x [b]\nc: *x\nd: &y [e]\n"
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{text, text, true},
		{text, "{a: &x [b], c: *x, d: &y [e]}", true},
		{"", "", true},
		{"", "a: b", false},
		{"a: b", "", false},
		{text, strings.Replace(text, "b", "f", 1), false},             // a value
		{text, strings.Replace(text, "[b]", "[b, b]", 1), false},      // one more
		{text, strings.Replace(text, "[b]", "{b: b}", 1), false},      // another kind
		{text, strings.Replace(text, "[b]", "[!x b]", 1), false},      // another tag
		{"a: [b, c]", "a: {b: c}", false},                             // another kind of as many
		{"a: !x [b, c]", "a: !x {b: c}", false},                       // and of the same tag
		{text, strings.Replace(text, "&y", "", 1), false},             // without an anchor
		{text, strings.Replace(text, "*x", "[b]", 1), false},          // without an alias
		{"a: &x b\nb: &x b\nc: *x", "a: &x b\nc: *x\nb: &x b", false}, // in another order
	} {
		a, errA := readKubeYAML([]byte(tt.a))
		b, errB := readKubeYAML([]byte(tt.b))
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if got := sameYAML(a.root, b.root, map[*yaml.Node]*yaml.Node{}); got != tt.want {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}
