//go:build unix

package logout_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/keyring"
)

// mixed is a plan with steps of every outcome, each another number of times.
func mixed() (p logout.Plan, results []logout.Result) {
	denied := &fs.PathError{Op: "unlinkat", Path: "/home/ana/.config/atmos/aws/aws-sso/config", Err: fs.ErrPermission}
	dated := inRealm(credentialsOf("dev-admin", "dev-org-admin"), "acme")
	dated.Expiry = map[string]time.Time{"dev-admin": evening.Add(time.Hour), "dev-org-admin": evening.Add(2 * time.Hour)}
	fromFile := entry("dev-admin")
	fromFile.Keyring = "/home/ana/.local/share/atmos/keyring"
	ambiguous := kept(logout.Step{Kind: store.KeyringEntry, Name: "dev", Keyring: "system keyring", Key: "atmos_other_dev"}, logout.KeptAmbiguous, "other")
	cannotTell := unknown(session1(), errors.New("cannot tell <whose> it is"))
	results = []logout.Result{
		removed(fromFile),
		absent(entry("dev-org-admin")), absent(configOf("dev-org-admin")),
		left(ambiguous), left(kept(longLived(entry("robot")), logout.KeptByFlag, "")), left(file(logout.EmptyDir, store.Config, "aws/aws-sso")),
		failed(entry("aws-sso"), fmt.Errorf("system keyring: %w", keyring.ErrLocked)), failed(dated, denied),
		failed(cannotTell, cannotTell.Err), failed(unknown(entry("robot"), keyring.ErrTimeout), keyring.ErrTimeout),
	}
	p = logout.Plan{
		Target: logout.Target{Identities: []string{"dev-admin"}, KeepProvider: true},
		Names:  declared("aws-sso", "dev-org-admin", "dev-admin", "robot", "dev"),
		Chains: []chain.Chain{
			chainOf("aws-sso", "dev-admin"),
			{Links: chainOf("gone", "dev").Links, Err: chain.ErrDangling},
		},
		Affected: []logout.Affected{
			{By: "dev-admin", Names: []string{"prod-admin"}, Why: "identity dev-admin"},
			{By: "aws-sso", Names: []string{"auditor"}, Why: "provider aws-sso"}, // of which nothing was removed
		},
		Notes: []string{"a note"}, LeftAlone: []string{"left alone"}, LeftWritten: []string{"left alone"},
	}
	return p, results
}

func TestDocument(t *testing.T) {
	p, results := mixed()
	const ring, files = "system keyring", "~/.config/atmos/aws/aws-sso"
	later := "2027-11-22T18:00:00Z" // the last of the expiries
	steps := func(outcomes ...string) []logout.StepDocument {
		all := []logout.StepDocument{
			{Kind: "keyring_entry", Name: "dev-admin", Location: "~/.local/share/atmos/keyring", Key: "dev-admin"},
			{Kind: "keyring_entry", Name: "dev-org-admin", Location: ring, Key: "dev-org-admin"},
			{Kind: "config_file", Name: "aws-sso", Location: files + "/config", Sections: []string{"dev-org-admin"}},
			{Kind: "keyring_entry", Name: "dev", Location: ring, Key: "atmos_other_dev", KeptBy: "ambiguous"},
			{Kind: "keyring_entry", Name: "robot", Location: ring, Key: "robot", KeptBy: "--keep-long-lived"},
			{Kind: "empty_dir", Name: "aws-sso", Location: files},
			{Kind: "keyring_entry", Name: "aws-sso", Location: ring, Key: "aws-sso"},
			{Kind: "credentials_file", Name: "aws-sso", Realm: "acme", Location: files + "/credentials", Sections: []string{"dev-admin", "dev-org-admin"}, ValidUntil: later},
			{Kind: "session_token", Name: "aws-sso", Location: "~/.cache/atmos/aws-sso/sessions/79bd.json"},
			{Kind: "keyring_entry", Name: "robot", Location: ring, Key: "robot"},
		}
		for i, outcome := range outcomes {
			all[i].Outcome, all[i].Error, _ = strings.Cut(outcome, ": ")
		}
		return all
	}
	common := logout.Document{
		SchemaVersion: 1, Command: "logout",
		Target: logout.TargetDocument{Identities: []string{"dev-admin"}, Providers: []string{}, KeepProvider: true},
		Chains: []logout.ChainDocument{
			{Names: []string{"aws-sso", "dev-admin"}},
			{Names: []string{"gone", "dev"}, Error: "chain cannot be followed"},
		},
		NotChecked: []logout.NotChecked{
			{Name: "aws-sso", Location: "~/.cache/atmos/aws-sso/sessions/79bd.json", Reason: "cannot tell <whose> it is"},
			{Name: "robot", Location: ring, Reason: "no answer in time"},
		},
		Ending: logout.Ending{Errors: []string{}},
	}

	t.Run("dry run", func(t *testing.T) {
		p := report(p, results...).Plan
		want := common
		want.DryRun = true
		want.Steps = steps(
			"would_remove", "would_remove", "would_remove", "kept", "kept", "would_remove", "would_remove", "would_remove",
			"unknown: cannot tell <whose> it is", "unknown: no answer in time",
		)
		want.Counts = logout.Counts{Identities: 3, WouldRemove: 6, Kept: 2}
		want.AlsoAffected = []logout.AffectedDocument{{Names: []string{"prod-admin"}, Why: "identity dev-admin"}, {Names: []string{"auditor"}, Why: "provider aws-sso"}}
		want.Notes = []string{"a note"}
		if diff := cmp.Diff(want, p.Document(plainView)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("report", func(t *testing.T) {
		want := common
		want.Steps = steps(
			"removed", "absent", "absent", "kept", "kept", "kept",
			"failed: system keyring: keyring is locked", "failed: permission denied", "failed: cannot tell <whose> it is", "failed: no answer in time",
		)
		want.Counts = logout.Counts{Identities: 1, Removed: 1, Absent: 2, Kept: 3, Failed: 4}
		want.AlsoAffected = []logout.AffectedDocument{{Names: []string{"prod-admin"}, Why: "identity dev-admin"}}
		want.Notes = []string{"a note", "left alone"}
		if diff := cmp.Diff(want, report(p, results...).Document(plainView)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// An empty list is [], and a name stands as it is.
func TestDocumentWrite(t *testing.T) {
	d := logout.NewDocument(identities("<dev>"))
	d.End([]error{errors.New("one & only")}, "", 2)
	var out bytes.Buffer
	if err := d.Write(&out); err != nil {
		t.Fatal(err)
	}
	want := `{
  "schema_version": 1,
  "command": "logout",
  "target": {
    "identities": [
      "<dev>"
    ],
    "providers": [],
    "all": false,
    "expired": false,
    "orphans": false,
    "all_projects": false,
    "keep_provider": false
  },
  "chains": [],
  "dry_run": false,
  "steps": [],
  "counts": {
    "identities": 0,
    "would_remove": 0,
    "removed": 0,
    "absent": 0,
    "kept": 0,
    "failed": 0
  },
  "also_affected": [],
  "not_checked": [],
  "notes": [],
  "errors": [
    "one & only"
  ],
  "exit_code": 2
}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
