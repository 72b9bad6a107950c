package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store"
)

// The directories of these projects do not exist, so that no link is resolved.
// What Atmos makes of them was computed with sha256sum.
func TestRealms(t *testing.T) {
	for _, tt := range []struct {
		name      string
		project   store.Project
		automatic []string
		realms    []string
	}{
		{
			name:   "none",
			realms: []string{"default", ""},
		},
		{
			name:      "a directory",
			project:   store.Project{Dirs: []string{"/home/ana/acme"}},
			automatic: []string{"82bbb38e824250d4", "82bbb38e"},
			realms:    []string{"82bbb38e824250d4", "82bbb38e", ""},
		},
		{
			name:      "capitals are folded in the long form only",
			project:   store.Project{Dirs: []string{"/home/Ana/Acme"}},
			automatic: []string{"82bbb38e824250d4", "beba5f24"},
			realms:    []string{"82bbb38e824250d4", "beba5f24", ""},
		},
		{
			name:      "the path is cleaned in the long form only",
			project:   store.Project{Dirs: []string{"/home/ana/acme/"}},
			automatic: []string{"82bbb38e824250d4", "9bc9301f"},
			realms:    []string{"82bbb38e824250d4", "9bc9301f", ""},
		},
		{
			name:      "several directories, each realm once",
			project:   store.Project{Dirs: []string{"/home/ana/acme", "/home/Ana/Acme"}},
			automatic: []string{"82bbb38e824250d4", "82bbb38e", "82bbb38e824250d4", "beba5f24"},
			realms:    []string{"82bbb38e824250d4", "82bbb38e", "beba5f24", ""},
		},
		{
			name:      "explicit ones come first",
			project:   store.Project{Explicit: []string{"acme", "", "prod", "acme"}, Dirs: []string{"/home/ana/acme"}},
			automatic: []string{"82bbb38e824250d4", "82bbb38e"},
			realms:    []string{"acme", "prod", "82bbb38e824250d4", "82bbb38e", ""},
		},
		{
			name:      "an explicit one that looks automatic",
			project:   store.Project{Explicit: []string{"82bbb38e"}, Dirs: []string{"/home/ana/acme"}},
			automatic: []string{"82bbb38e824250d4", "82bbb38e"},
			realms:    []string{"82bbb38e", "82bbb38e824250d4", ""},
		},
		{
			name:      "a flag",
			project:   store.Project{Dirs: []string{"/home/ana/acme"}, Flagged: "."},
			automatic: []string{"82bbb38e824250d4", "82bbb38e"},
			realms:    []string{"82bbb38e824250d4", "82bbb38e", "cdb4ee2aea69cc6a", "cdb4ee2a", ""},
		},
		{
			name:    "several flags",
			project: store.Project{Flagged: "Config;Prod;"},
			realms:  []string{"7dacf019d12154e2", "033568a9", "cdb4ee2aea69cc6a", "cdb4ee2a", ""},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.automatic, tt.project.Automatic()); diff != "" {
				t.Errorf("automatic (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.realms, tt.project.Realms()); diff != "" {
				t.Errorf("realms (-want +got):\n%s", diff)
			}
		})
	}
}

func TestValidRealm(t *testing.T) {
	for realm, want := range map[string]bool{
		"acme":                  true,
		"a":                     true,
		"0":                     true,
		"82bbb38e824250d4":      true,
		"acme-prod_eu-1":        true,
		strings.Repeat("a", 64): true,
		strings.Repeat("a", 65): false,
		"":                      false,
		"Acme":                  false,
		"acmé":                  false,
		"acme prod":             false,
		"acme.prod":             false,
		"acme/prod":             false,
		`acme\prod`:             false,
		"..":                    false,
		"acme\n":                false,
		"acme\x00":              false,
		"-acme":                 false,
		"acme-":                 false,
		"_acme":                 false,
		"acme_":                 false,
		"a--b":                  false,
		"a__b":                  false,
		"a-_b":                  false,
		"a_-b":                  false,
		"-":                     false,
	} {
		if got := store.ValidRealm(realm); got != want {
			t.Errorf("%q: %v, want %v", realm, got, want)
		}
	}
}

func TestAutomaticRealm(t *testing.T) {
	for realm, want := range map[string]bool{
		"82bbb38e824250d4": true, "82bbb38e": true, "00000000": true,
		"": false, "acme": false, "82bbb38": false, "82bbb38e8": false, "82bbb38e824250d": false, "82bbb38e824250d4aa": false, "82bbb38g": false,
	} {
		if got := store.AutomaticRealm(realm); got != want {
			t.Errorf("%q: %v, want %v", realm, got, want)
		}
	}
}
