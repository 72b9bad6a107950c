package cli

import (
	"fmt"
	"testing"
	"time"

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

// A configuration may declare more names than anybody writes.
func TestManyNames(t *testing.T) {
	r := redactor{hide: true}
	start := time.Now()
	for i := range 100_000 {
		r.learn("identity", fmt.Sprint("name", i))
	}
	for range 10 {
		if got, want := r.text(`name7 is not "name99999"`), `identity-8 is not "identity-100000"`; got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}
