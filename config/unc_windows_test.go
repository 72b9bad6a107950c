package config_test

import (
	"fmt"
	"strings"
	"testing"
)

// Windows logs in at the machine that a path names, only to look at a file there. No project makes it do so.
func TestOtherMachine(t *testing.T) {
	for _, path := range []string{`\\evil.example\share`, `//evil.example/share`, `\/evil.example/share`, `\\?\UNC\evil.example\share`, `\??\UNC\evil.example\share`} {
		for _, text := range []string{
			"import: ['%s\\x.yaml']", "import: ['file://%s\\x.yaml']", "base_path: '%s'", "profiles: {base_path: '%s'}",
			"auth: {keyring: {spec: {path: '%s'}}}", "env: {ATMOS_XDG_CONFIG_HOME: '%s'}",
			"auth: {realm: !include '%s\\x.yaml'}", "auth: {realm: !include.raw '%s\\x'}",
			"auth: {integrations: {i: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: c, region: r, kubeconfig: {path: '%s'}}}}}}",
		} {
			c := mustLoad(t, newMachine(t, files{"work/atmos.yaml": fmt.Sprintf(text, path)}))
			told := text + fmt.Sprint(c.Gaps, c.Warnings)
			for _, i := range c.Readings[0].Auth.Integrations {
				told += fmt.Sprint(i.Unresolved)
				if i.Cluster.KubeconfigPath.Raw() != "" {
					t.Errorf("%s: looked for in %s", text, i.Cluster.KubeconfigPath.Raw())
				}
			}
			if len(claims(c)) > 0 || !strings.Contains(told, "another machine") && !strings.Contains(told, "kubeconfig.path") && !strings.HasPrefix(told, "base_path") {
				t.Errorf("%s with %s: claims %v, gaps %s", text, path, claims(c), told)
			}
		}
	}
}
