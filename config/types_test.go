package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/credclean/credclean/config"
)

// everyKey has every key that is read, each on a line of its own.
const everyKey = `base_path: .
import:
  - other.yaml
env:
  ATMOS_AUTH_REALM: acme
logs:
  level: Info
  file: atmos.log
settings:
  telemetry:
    enabled: true
    endpoint: https://telemetry.example
    token: t
profiles:
  base_path: p
  default: dev
auth:
  realm: acme
  keyring:
    type: file
    spec:
      path: keyring
      password_env: PASSWORD
  providers:
    corp:
      kind: aws/iam-identity-center
      start_url: https://corp.example/start
      region: us-east-1
      driver: browser
      spec:
        files:
          base_path: aws
  identities:
    dev:
      kind: aws/user
      default: true
      via:
        provider: corp
        identity: other
      credentials:
        access_key_id: AKIAEXAMPLE
  integrations:
    docker:
      kind: aws/ecr
      via:
        provider: corp
        identity: dev
      spec:
        registry:
          account_id: "1"
          region: us-east-1
          name: acr
          tenant_id: t
        cluster:
          name: eks
          region: us-east-1
          resource_group: g
          subscription_id: s
          project_id: p
          location: l
          alias: a
          kubeconfig:
            path: kubeconfig
`

// A value of the wrong type is an error with the line and the name of its place, at every
// place that is read.
func TestWrongTypes(t *testing.T) {
	var whole yaml.Node
	if err := yaml.Unmarshal([]byte(everyKey), &whole); err != nil {
		t.Fatal(err)
	}
	places := 0
	var visit func(node *yaml.Node, path string)
	visit = func(node *yaml.Node, path string) {
		for i := 0; i < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			at := strings.TrimPrefix(path+"."+key.Value, ".")
			wrong := map[string]string{"a list": "[[x]]", "a mapping": "{x: {y: z}}"}
			switch {
			case value.Kind == yaml.MappingNode:
				wrong = map[string]string{"a list": "[x]", "text": "words"}
			case at == "import" || at == "profiles.default": // a list is right, but not of lists
				delete(wrong, "a list")
			case value.Tag == "!!bool":
				wrong[`"words"`] = "words"
			}
			for got, text := range wrong {
				places++
				t.Run(at+" "+got, func(t *testing.T) { wantWrong(t, key, value, at, text, got) })
			}
			if value.Kind == yaml.MappingNode {
				visit(value, at)
			}
		}
	}
	visit(whole.Content[0], "")
	if places < 100 {
		t.Errorf("%d places", places)
	}
}

// wantWrong puts text in the place of a value and wants an error that names its line.
func wantWrong(t *testing.T, key, value *yaml.Node, at, text, got string) {
	t.Helper()
	lines := strings.SplitAfter(everyKey, "\n")
	end := key.Line // the value goes to the last line that is indented deeper
	indent := strings.Repeat(" ", key.Column)
	for end < len(lines) && strings.HasPrefix(lines[end], indent) {
		end++
	}
	lines[key.Line-1] = strings.Repeat(" ", key.Column-1) + key.Value + ": " + text + "\n"
	doc := strings.Join(append(lines[:key.Line:key.Line], lines[end:]...), "")

	dir := t.TempDir()
	for name, text := range map[string]string{"atmos.yaml": doc, "other.yaml": "vars: {}\n", "p/dev/a.yaml": "vars: {}\n"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sys := config.System{Home: dir, WorkDir: dir, LookupEnv: func(string) (string, bool) { return "", false }}
	_, err := config.Load(sys, config.Options{})
	want := fmt.Sprintf("atmos.yaml:%d:%d: %s: want ", key.Line, value.Column, at)
	if value.Kind != yaml.ScalarNode {
		want = fmt.Sprintf("atmos.yaml:%d:%d: %s: want ", key.Line, key.Column+len(key.Value)+2, at)
	}
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "not "+got) {
		t.Errorf("error %v, want %s..., not %s in\n%s", err, want, got, doc)
	}
}
