package status_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/status"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/keyring"
)

var sample = status.Status{
	Time: now,
	Groups: []status.Group{
		{Root: chain.Link{Name: "sso", Kind: "aws/iam-identity-center", Declared: true}, Rows: []status.Row{
			{Name: "sso", Kind: store.SessionToken, State: status.Refreshable, Expires: now.Add(-time.Hour), Location: "~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json"},
			{Name: "dev\x1b[2J", Kind: logout.CredentialsFile, State: status.Valid, Expires: now.Add(90 * time.Minute), Location: "~/.config/atmos/82bbb38e824250d4/aws/sso/credentials"},
			{Name: "prod", Kind: logout.CredentialsFile, State: status.Expired, Expires: now.Add(-72 * time.Hour), Location: "~/.config/atmos/82bbb38e824250d4/aws/sso/credentials"},
		}},
		{Root: chain.Link{Name: "gone"}, Rows: []status.Row{
			{Name: "robot", Kind: store.KeyringEntry, State: status.LongLived, Location: "system keyring", Entry: "robot"},
		}},
	},
	Undeclared: []status.Row{{Name: "old", Kind: store.KeyringEntry, State: status.Unknown, Location: "system keyring", Entry: "old"}},
	Gaps:       []status.Row{{Kind: store.KeyringEntry, State: status.CannotTell, Location: "system keyring", Err: errors.Join(keyring.ErrLocked)}},
	Others: []status.Others{
		{Realm: "other", Entries: 2, Files: 1, Locations: []string{"~/.config/atmos/other", "system keyring"}},
		{Files: 1, Locations: []string{"~/.config/atmos/aws/sso"}},
	},
}

func draw(s status.Status, width int) string {
	var b strings.Builder
	s.Render(&b, logout.View{Zone: time.UTC}, width)
	return b.String()
}

func TestRender(t *testing.T) {
	want := `  NAME          WHAT           STATE                           UNTIL                          WHERE

sso (aws/iam-identity-center)
  sso           session token  valid (refreshable)                                            ~/.cache/atmos/aws-sso/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json
  dev\u001b[2J  credentials    valid                           in 90 min (15:30)              ~/.config/atmos/82bbb38e824250d4/aws/sso/credentials
  prod          credentials    expired                         3 days ago (2027-11-19 14:00)  ~/.config/atmos/82bbb38e824250d4/aws/sso/credentials

gone (not declared)
  robot         keyring entry  long-lived                                                     system keyring: robot

No longer in atmos.yaml
  old           keyring entry  expires unknown                                                system keyring: old

Could not be looked at
  (any)         keyring entry  cannot tell: keyring is locked                                 system keyring

Other projects (this project's logout leaves them)
  Realm other: 2 keyring entries, 1 file
    ~/.config/atmos/other
    system keyring
  No realm: 1 file
    ~/.config/atmos/aws/sso

5 found: 1 valid, 1 valid (refreshable), 1 expired, 1 expires unknown, 1 long-lived; 1 no longer in atmos.yaml; 4 of other projects; 1 could not be looked at
`
	if diff := cmp.Diff(want, draw(sample, 0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := draw(status.Status{}, 80); got != "0 found\n" {
		t.Errorf("nothing is %q", got)
	}
}

// A time is told in units of which there are at least two, and never as none.
func TestRenderUntil(t *testing.T) {
	for _, tt := range []struct {
		in   time.Duration
		want string
	}{
		{time.Second, "in 1 min (14:00)"},
		{59 * time.Second, "in 1 min (14:00)"},
		{-time.Second, "1 min ago (13:59)"},
		{time.Minute, "in 1 min (14:01)"},
		{2*time.Hour - time.Second, "in 119 min (15:59)"},
		{2 * time.Hour, "in 2 h (16:00)"},
		{-47 * time.Hour, "47 h ago (2027-11-20 15:00)"},
		{48 * time.Hour, "in 2 days (2027-11-24 14:00)"},
	} {
		s := status.Status{Time: now, Undeclared: []status.Row{{Name: "dev", State: status.Valid, Expires: now.Add(tt.in)}}}
		if got := draw(s, 0); !strings.Contains(got, "  "+tt.want+"\n") && !strings.Contains(got, "  "+tt.want+" ") {
			t.Errorf("%v is not %q in\n%s", tt.in, tt.want, got)
		}
	}
}

// Whatever the width, the table fits, says which thing it is about, and cuts nothing off that has room.
func TestRenderFits(t *testing.T) {
	for width := 20; width < 220; width++ {
		for line := range strings.Lines(draw(sample, width)) {
			line = strings.TrimSuffix(line, "\n")
			prose := !strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "  Realm ") || strings.HasPrefix(line, "  No realm")
			if n := utf8.RuneCountInString(line); n > width && !prose {
				t.Fatalf("width %d: %d in %q", width, n, line)
			}
		}
	}
	if got := draw(sample, 219); got != draw(sample, 0) {
		t.Errorf("of enough room:\n%s", got)
	}
	narrow := draw(sample, 110)
	if want := "\n  prod          credentials    expired                         3 days ago (2027-11-19 14:00)\n    ~/.config/atmos/82bbb38e824250d4/aws/sso/credentials\n"; !strings.Contains(narrow, want) {
		t.Errorf("no lines of their own in\n%s", narrow)
	}
	if wide := draw(sample, 140); !strings.Contains(wide, "  ~/.config/atmos…8e824250d4/aws/sso/credentials\n") {
		t.Errorf("the middle is not cut out in\n%s", wide)
	}
}
