package config_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// settings are all that the code asks a configuration for, and the line of the table in SECURITY.md
// that says from where it counts. An empty one asks for what holds others, or for what Atmos wrote itself.
func settings() map[string]string {
	rows := map[string]string{
		"auth": "", "auth.keyring": "", "env": "", "profiles": "", "settings.telemetry": "`settings.telemetry`",
		"auth._metadata.extra.start_url": "", "enabled": "`settings.telemetry`", "spec.registry": "", "spec.cluster": "",
		"auth.keyring.spec.path": "`auth.keyring.spec.path`", "type": "`auth.keyring.type`", "spec.password_env": "`auth.keyring.spec.password_env`",
		"auth.realm": "`auth.realm`", "base_path": "`base_path`", "import": "`import`",
		"logs.level": "`logs.level`", "logs.file": "`logs.file`", "profiles.default": "`profiles.default`", "profiles.base_path": "`profiles.base_path`",
		"spec.cluster.kubeconfig.path": "`spec.cluster.kubeconfig.path`",
	}
	for _, key := range strings.Fields("auth.providers start_url region tags") {
		rows[key] = "`auth.providers`"
	}
	for _, key := range strings.Fields("auth.identities kind default via via.provider via.identity credentials.access_key_id") {
		rows[key] = "`auth.identities`"
	}
	for _, key := range strings.Fields("auth.integrations account_id name tenant_id resource_group subscription_id project_id location alias") {
		rows[key] = "`auth.integrations`"
	}
	for _, key := range strings.Fields("endpoint token") {
		rows["settings.telemetry."+key] = "`settings.telemetry`"
	}
	for _, name := range strings.Fields("AUTH_REALM PROFILE BASE_PATH KEYRING_FILE_PATH XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME") {
		rows["ATMOS_"+name] = "`env.ATMOS_" + name + "`"
	}
	return rows
}

// asked are the settings that the code of this package asks for: the texts that the functions
// get which look into a value, and the variables.
func asked(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && name == "own.go" {
				if s, err := strconv.Unquote(lit.Value); err == nil && strings.HasPrefix(s, "ATMOS_") && s != "ATMOS_" {
					found = append(found, s)
				}
			}
			if call, ok := n.(*ast.CallExpr); ok {
				found = append(found, keysOf(call)...)
			}
			return true
		})
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func keysOf(call *ast.CallExpr) []string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	if !slices.Contains([]string{"get", "text", "may", "value", "literal", "link", "registry", "cluster"}, name) {
		return nil
	}
	var keys []string
	for _, arg := range call.Args {
		lit, ok := arg.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			continue
		}
		s, err := strconv.Unquote(lit.Value)
		if err == nil {
			keys = append(keys, s)
		}
	}
	if name == "link" && keys != nil {
		keys = slices.Insert(keys, 0, "via")
	}
	if keys == nil {
		return nil
	}
	return []string{strings.Trim(strings.Join(keys, "."), ".")}
}

// SECURITY.md says of every setting from where it counts, so that no new one is without that.
func TestSettingsAreInSecurityPage(t *testing.T) {
	page, err := os.ReadFile("../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	known := settings()
	keys := asked(t)
	if len(keys) < 30 {
		t.Fatalf("the code asks for %q only", keys)
	}
	for _, key := range keys {
		row, ok := known[key]
		switch {
		case !ok:
			t.Errorf("%s is asked for, and this test does not know which line of SECURITY.md it is", key)
		case row != "" && !strings.Contains(string(page), "\n| "+row+" |"):
			t.Errorf("%s: SECURITY.md has no line %s", key, row)
		}
	}
	for key := range known {
		if !slices.Contains(keys, key) {
			t.Errorf("%s is not asked for any more", key)
		}
	}
}
