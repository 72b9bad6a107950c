package cli

import (
	"testing"

	"github.com/credclean/credclean/store"
)

func TestRedactor(t *testing.T) {
	for text, want := range map[string]string{
		"keyring is locked: zz":                                  "keyring is locked: …",
		"atmos.yaml:4:3: did not find expected node content":     "atmos.yaml:4:3: did not find expected node content",
		`identity "zz admin": cycle`:                             `identity "identity-1": cycle`,
		`identity "zz": cycle`:                                   `identity "…": cycle`,
		`want "file" or "a \"zz\" b"`:                            `want "…" or "…"`,
		"open /home/zz/Zz Top/zz.yaml: permission denied":        "open ~/path-1 path-2/path-3: permission denied",
		"/home/zz/.config/atmos/zz admin/aws/zz/config: invalid": "~/.config/atmos/identity-1/aws/path-1/config: invalid",
		"ZZ ADMIN, admin and administrator":                      "identity-1, identity-2 and …",
		`C:\Users\zz\atmos.yaml`:                                 "path-1/Users/path-2/atmos.yaml",
		"see https://zz.example.com/start.":                      "see <url>.",
		"entry 123456789012, line 12":                            "entry …, line 12",
		"日本 was not asked":                                       "… was not asked",
	} {
		r := redactor{hide: true, roots: store.Roots{store.Home: "/home/zz"}}
		r.learn("identity", "zz admin", "admin")
		if got := r.text(text); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}
