package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/logout"
)

// No two selectors can be combined, and each alone can be followed.
func TestSelectors(t *testing.T) {
	selectors := []string{"dev-admin", "--identity dev-admin", "--provider okta", "--all", "--tags a,b", "--orphans", "--all-projects"}
	for i, one := range selectors {
		if err := targetError(t, "logout "+one, false); err != nil && one != "--all-projects" {
			t.Errorf("%s: %v", one, err)
		}
		if err := targetError(t, "logout --yes "+one, false); err != nil {
			t.Errorf("--yes %s: %v", one, err)
		}
		for j, other := range selectors {
			line := "logout --yes " + one + " " + other
			err := targetError(t, line, true)
			if same := i == j || i+j == 1; same != (err == nil) || err != nil && hintOf(err) == "" {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

// What is given is what the target has: nothing else is chosen or asked for.
func TestTarget(t *testing.T) {
	for line, want := range map[string]logout.Target{
		"logout dev -i ops":                 {Identities: []string{"ops", "dev"}},
		"logout -p okta --provider aws":     {Providers: []string{"okta", "aws"}},
		"logout --tags a,b --tags c":        {Tags: []string{"a", "b", "c"}},
		"logout --all":                      {All: true},
		"logout --orphans":                  {Orphans: true},
		"logout --all-projects -y":          {AllProjects: true},
		"logout --expired":                  {Expired: true},
		"logout --expired --tags a":         {Expired: true, Tags: []string{"a"}},
		"logout --keep-provider dev":        {Identities: []string{"dev"}, KeepProvider: true},
		"logout dev --keep-long-lived -nqy": {Identities: []string{"dev"}},
	} {
		u, err := understand(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		got, err := u.target(false)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", line, err, diff)
		}
		if got.Empty() {
			t.Errorf("%s: a list would be shown", line)
		}
	}
}

// Every rule is broken by a line, and kept by a neighbour of that line.
func TestRules(t *testing.T) {
	for _, tt := range []struct {
		line, says, neighbour string
		asks                  bool
	}{
		{"logout --identity=", "a name is empty", "logout --identity=x", false},
		{"logout --provider=", "a name is empty", "logout --provider=x", false},
		{"logout dev -p okta", "--provider and an identity cannot be combined", "logout dev", false},
		{"logout --orphans --expired", "--expired cannot be combined with --orphans or --all-projects", "logout --expired", false},
		{"logout --all-projects --expired -y", "--expired cannot be combined with --orphans or --all-projects", "logout --all --expired -y", false},
		{"logout --keep-provider", "--keep-provider needs an identity", "logout --keep-provider dev", true},
		{"logout --keep-provider --all", "--keep-provider needs an identity", "logout --all", true},
		{"logout -y", "--yes does not say what to remove", "logout", true},
		{"logout -y", "--yes does not say what to remove", "logout -y --expired", false},
		{"logout --all-projects", "--all-projects removes everything that Atmos keeps for you, and there is no terminal to ask on", "logout --all-projects -n", false},
		{"logout --all-projects --keep-long-lived", "--all-projects removes everything that Atmos keeps for you, and there is no terminal to ask on", "logout --all-projects -y", false},
		{"logout", "no identity is named, and there is no terminal to choose one on", "logout dev", false},
	} {
		t.Run(fmt.Sprint(tt.line, " beside ", tt.neighbour), func(t *testing.T) {
			if err := targetError(t, tt.line, tt.asks); err == nil || err.Error() != tt.says || hintOf(err) == "" {
				t.Errorf("%s: %v, hint %q", tt.line, err, hintOf(err))
			}
			if err := targetError(t, tt.neighbour, tt.asks); err != nil {
				t.Errorf("%s: %v", tt.neighbour, err)
			}
		})
	}
}

// targetError is what is wrong with the options of a line.
func targetError(t *testing.T, text string, asks bool) error {
	t.Helper()
	u, err := understand(strings.Fields(text))
	if err != nil {
		t.Fatal(err)
	}
	_, err = u.target(asks)
	return err
}
