//go:build unix

package logout_test

import (
	"bytes"
	"context"
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
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

var (
	anasRoots = store.NewRoots("/home/ana", "/home/ana/acme", "/tmp", "linux", func(string) (string, bool) { return "", false })
	plainView = logout.View{Roots: anasRoots, Zone: time.UTC}
	evening   = time.Date(2027, 11, 22, 16, 0, 0, 0, time.UTC)
)

const note = `
⚠️  Note: This only removes local credentials. Your browser session
   may still be active. Visit your identity provider to end your
   browser session.
`

func declared(names ...string) []logout.Name {
	var all []logout.Name
	for _, name := range names {
		all = append(all, logout.Name{Name: name, Kind: "some/kind", Declared: true})
	}
	return all
}

func via(provider string, names ...string) []logout.Name {
	all := []logout.Name{{Name: provider, Kind: "some/kind", Provider: true, Declared: true}}
	for _, name := range names {
		all = append(all, logout.Name{Name: name, Kind: "some/kind", Via: provider, Declared: true})
	}
	return all
}

func chainOf(names ...string) chain.Chain {
	var c chain.Chain
	for _, name := range names {
		c.Links = append(c.Links, chain.Link{Name: name, Declared: true})
	}
	return c
}

// entry is a step for a keyring entry, and file one for an AWS file in the layout without realms.
func entry(name string) logout.Step {
	return logout.Step{Kind: store.KeyringEntry, Name: name, Keyring: "system keyring", Key: name}
}

func file(kind store.Kind, base store.Base, path string, owners ...string) logout.Step {
	return logout.Step{Kind: kind, Name: "aws-sso", Place: disk.Place{Root: anasRoots[base], Path: path}, Owners: owners}
}

func credentialsOf(owners ...string) logout.Step {
	return file(logout.CredentialsFile, store.Config, "aws/aws-sso/credentials", owners...)
}

func configOf(owners ...string) logout.Step {
	return file(logout.ConfigFile, store.Config, "aws/aws-sso/config", owners...)
}

func locks(path string) logout.Step {
	s := file(logout.LockFiles, store.Config, path)
	s.Locks = []disk.Place{s.Place.Join("credentials"), s.Place.Join("config")}
	return s
}

func session1() logout.Step {
	return file(store.SessionToken, store.Cache, "aws-sso/sessions/79bd.json")
}

func keeps(s logout.Step, names ...string) logout.Step {
	s.Keeps = names
	return s
}

func strange(s logout.Step, names ...string) logout.Step {
	s.Keeps, s.Strange = append(s.Keeps, names...), names
	return s
}

func kept(s logout.Step, why logout.Reason, by string) logout.Step {
	s.Kept, s.KeptFor = why, by
	return s
}

func longLived(s logout.Step) logout.Step {
	s.LongLived = true
	return s
}

func unknown(s logout.Step, err error) logout.Step {
	s.Err = err
	return s
}

func inRealm(s logout.Step, realm string) logout.Step {
	s.Realm = realm
	return s
}

func tree(s logout.Step) logout.Step {
	s.Tree = true
	return s
}

func until(s logout.Step, t time.Time, names ...string) logout.Step {
	s.Expiry = make(map[string]time.Time)
	for _, name := range names {
		s.Expiry[name] = t
	}
	return s
}

func removed(s logout.Step) logout.Result { return logout.Result{Step: s, Outcome: logout.Removed} }
func absent(s logout.Step) logout.Result  { return logout.Result{Step: s, Outcome: logout.Absent} }
func left(s logout.Step) logout.Result    { return logout.Result{Step: s, Outcome: logout.Kept} }

func failed(s logout.Step, err error) logout.Result {
	return logout.Result{Step: s, Outcome: logout.Failed, Err: err}
}

// report puts a report together; the steps of the plan are those of the results.
func report(p logout.Plan, results ...logout.Result) logout.Report {
	for _, res := range results {
		p.Steps = append(p.Steps, res.Step)
	}
	return logout.Report{Plan: p, Results: results, Time: evening}
}

var devPlan = logout.Plan{
	Target: identities("dev-admin"), Names: declared("aws-sso", "dev-org-admin", "dev-admin"),
	Chains:    []chain.Chain{chainOf("aws-sso", "dev-org-admin", "dev-admin")},
	StartURLs: []string{"https://mycompany.awsapps.com/start"},
}

const devHead = `Logging out from identity: dev-admin

Building authentication chain...
  ✓ Chain: aws-sso → dev-org-admin → dev-admin

Removing credentials...
`

const devNote = note + "   https://mycompany.awsapps.com/start\n"

func TestRender(t *testing.T) {
	denied := &fs.PathError{Op: "unlinkat", Path: "/home/ana/.config/atmos/aws/aws-sso/credentials", Err: fs.ErrPermission}
	provider := logout.Plan{Target: providers("aws-sso"), Names: via("aws-sso", "dev-org-admin", "dev-admin", "prod-admin")}
	for _, tt := range []struct {
		name   string
		view   func(*logout.View)
		report logout.Report
		want   string
	}{
		{
			name: "an identity",
			report: report(devPlan,
				removed(entry("aws-sso")), removed(entry("dev-org-admin")), removed(entry("dev-admin")), removed(entry("dev-admin")),
				removed(credentialsOf("dev-admin")), removed(configOf("dev-admin")),
				removed(file(logout.LockFiles, store.Config, "aws/aws-sso")), removed(file(logout.EmptyDir, store.Config, "aws/aws-sso")),
			),
			want: devHead + `  ✓ Keyring: aws-sso
  ✓ Keyring: dev-org-admin
  ✓ Keyring: dev-admin
  ✓ Files: ~/.config/atmos/aws/aws-sso/

Successfully logged out from 3 identities
` + devNote,
		},
		{
			name: "a provider",
			report: report(
				provider,
				removed(entry("aws-sso")), removed(entry("dev-org-admin")), removed(entry("dev-admin")), removed(entry("prod-admin")),
				removed(credentialsOf("dev-admin", "prod-admin")),
			),
			want: `Logging out from provider: aws-sso

Removing all credentials for provider...
  ✓ Keyring: aws-sso
  ✓ Keyring: dev-org-admin (via aws-sso)
  ✓ Keyring: dev-admin (via aws-sso)
  ✓ Keyring: prod-admin (via aws-sso)
  ✓ Files: ~/.config/atmos/aws/aws-sso/

Successfully logged out from 4 identities
` + note,
		},
		{
			name:   "providers",
			report: report(logout.Plan{Target: providers("aws-sso", "okta"), Names: declared("aws-sso", "okta")}, removed(entry("okta"))),
			want: `Logging out from providers: aws-sso, okta

Removing all credentials for providers...
  ✓ Keyring: okta

Successfully logged out from 1 identity
` + note,
		},
		{
			name:   "everything",
			report: report(logout.Plan{Target: logout.Target{All: true}, Names: declared("aws-sso", "dev")}, removed(entry("aws-sso")), removed(entry("dev"))),
			want: `Logging out from all identities

Removing all credentials...
  ✓ Keyring: aws-sso
  ✓ Keyring: dev

Successfully logged out from 2 identities
` + note,
		},
		{
			name: "several identities: a chain each, the steps once",
			report: report(
				logout.Plan{
					Target: identities("a", "b"), Names: declared("p", "a", "b"), Chains: []chain.Chain{chainOf("p", "a"), chainOf("p", "b")},
					StartURLs: []string{"https://one.example", "https://two.example"},
				}, removed(entry("p")), removed(entry("b")), removed(credentialsOf("a")),
			),
			want: `Logging out from identities: a, b

Building authentication chain...
  ✓ Chain: p → a
  ✓ Chain: p → b

Removing credentials...
  ✓ Keyring: p
  ✓ Keyring: b
  ✓ Files: ~/.config/atmos/aws/aws-sso/

Successfully logged out from 3 identities
` + note + "   https://one.example\n   https://two.example\n",
		},
		{
			name:   "a name counts once, whatever was removed of it",
			report: report(devPlan, removed(credentialsOf("dev-admin")), removed(configOf("dev-admin")), removed(session1())),
			want: devHead + `  ✓ Files: ~/.config/atmos/aws/aws-sso/
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd.json

Successfully logged out from 2 identities
` + devNote,
		},
		{
			name: "lines in the order of the contract, whatever the order of the steps",
			report: report(devPlan,
				removed(session1()), removed(credentialsOf("dev-admin")), removed(entry("dev-admin")),
				removed(file(logout.CredentialsFile, store.Config, "acme/aws/aws-sso/credentials", "dev-admin")), removed(entry("aws-sso")),
				removed(logout.Step{Kind: store.TempFile, Name: "dev-admin", Place: disk.Place{Root: "/tmp", Path: "atmos-mock-dev-admin.json"}}),
			),
			want: devHead + `  ✓ Keyring: aws-sso
  ✓ Keyring: dev-admin
  ✓ Files: ~/.config/atmos/aws/aws-sso/
  ✓ Files: ~/.config/atmos/acme/aws/aws-sso/
  ✓ Files: /tmp/atmos-mock-dev-admin.json
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd.json

Successfully logged out from 2 identities
` + devNote,
		},
		{
			name: "a missing entry is a warning beside the oldest layout",
			report: report(
				logout.Plan{Target: identities("dev-admin"), Names: declared("aws-sso", "dev-admin"), Chains: []chain.Chain{chainOf("aws-sso", "dev-admin")}},
				removed(entry("aws-sso")), absent(entry("dev-admin")), removed(file(logout.CredentialsFile, store.HomeAWS, "aws-sso/credentials", "dev-admin")),
			),
			want: `Logging out from identity: dev-admin

Building authentication chain...
  ✓ Chain: aws-sso → dev-admin

Removing credentials...
  ✓ Keyring: aws-sso
  ✗ Keyring: dev-admin (not found - already logged out)
  ✓ Files: ~/.aws/atmos/aws-sso/

Logged out with warnings (2/3 successful)

Errors encountered:
  • dev-admin: credential not found in keyring
` + note,
		},
		{
			name:   "elsewhere a missing entry has no line",
			report: report(devPlan, removed(entry("aws-sso")), absent(entry("dev-org-admin")), removed(credentialsOf("dev-admin"))),
			want: devHead + `  ✓ Keyring: aws-sso
  ✓ Files: ~/.config/atmos/aws/aws-sso/

Successfully logged out from 2 identities
` + devNote,
		},
		{
			name:   "nor has it where nothing was removed",
			report: report(devPlan, failed(entry("aws-sso"), keyring.ErrLocked), absent(entry("dev-admin"))),
			want: devHead + `  ✗ Keyring: aws-sso (keyring is locked)

Logout failed (0/1 successful)

Errors encountered:
  • aws-sso: keyring is locked
` + devNote,
		},
		{
			name: "some fail",
			report: report(devPlan,
				removed(entry("aws-sso")), failed(entry("dev-admin"), fmt.Errorf("system keyring: %w", keyring.ErrLocked)),
				failed(credentialsOf("dev-admin"), denied), removed(configOf("dev-admin")),
			),
			want: devHead + `  ✓ Keyring: aws-sso
  ✗ Keyring: dev-admin (keyring is locked)
  ✗ Files: ~/.config/atmos/aws/aws-sso/credentials (permission denied)

Logged out with warnings (1/3 successful)

Errors encountered:
  • dev-admin: system keyring: keyring is locked
  • ~/.config/atmos/aws/aws-sso/credentials: permission denied
` + devNote,
		},
		{
			name: "locks and directories",
			report: report(
				logout.Plan{Target: providers("aws-sso"), Names: declared("aws-sso")},
				failed(locks("aws/aws-sso"), &fs.PathError{Op: "lock", Path: "/home/ana/.config/atmos/aws/aws-sso/config.lock", Err: fs.ErrPermission}),
				failed(locks("acme/aws/aws-sso"), &fs.PathError{Op: "open", Path: "/home/ana/.config/atmos/acme/aws", Err: fs.ErrPermission}),
				failed(locks("shop/aws/aws-sso"), context.Canceled),
				failed(file(logout.EmptyDir, store.Config, "acme"), &fs.PathError{Op: "unlinkat", Path: "/home/ana/.config/atmos/acme", Err: fs.ErrPermission}),
				removed(locks("aws/okta")), left(file(logout.EmptyDir, store.Config, "aws")), // of which nobody needs to know
			),
			want: `Logging out from provider: aws-sso

Removing all credentials for provider...
  ✗ Files: ~/.config/atmos/aws/aws-sso/config.lock (permission denied)
  ✗ Files: ~/.config/atmos/acme/aws/aws-sso/ (permission denied)
  ✗ Files: ~/.config/atmos/shop/aws/aws-sso/ (interrupted)
  ✗ Files: ~/.config/atmos/acme (permission denied)

Logout failed (0/4 successful)

Errors encountered:
  • ~/.config/atmos/aws/aws-sso/config.lock: permission denied
  • ~/.config/atmos/acme/aws/aws-sso/: permission denied
  • ~/.config/atmos/shop/aws/aws-sso/: interrupted
  • ~/.config/atmos/acme: permission denied
` + note,
		},
		{
			name: "all fail",
			report: report(devPlan,
				failed(entry("aws-sso"), keyring.ErrTimeout), failed(entry("dev-org-admin"), keyring.ErrNoService), failed(entry("dev-admin"), context.Canceled),
				failed(session1(), errors.New("cannot tell whose it is")),
			),
			want: devHead + `  ✗ Keyring: aws-sso (no answer in time)
  ✗ Keyring: dev-org-admin (no keyring service)
  ✗ Keyring: dev-admin (interrupted)
  ✗ Session: ~/.cache/atmos/aws-sso/sessions/79bd.json (cannot tell whose it is)

Logout failed (0/4 successful)

Errors encountered:
  • aws-sso: no answer in time
  • dev-org-admin: no keyring service
  • dev-admin: interrupted
  • ~/.cache/atmos/aws-sso/sessions/79bd.json: cannot tell whose it is
` + devNote,
		},
		{
			name: "one of several entries of a name fails",
			report: report(devPlan,
				removed(entry("dev-admin")), failed(entry("dev-admin"), keyring.ErrLocked), failed(entry("dev-admin"), keyring.ErrLocked),
			),
			want: devHead + `  ✗ Keyring: dev-admin (keyring is locked)

Logout failed (0/1 successful)

Errors encountered:
  • dev-admin: keyring is locked
` + devNote,
		},
		{
			name: "siblings",
			report: report(
				func() logout.Plan {
					p := devPlan
					p.Affected = []logout.Affected{
						{By: "aws-sso", Names: []string{"prod-admin", "auditor"}, Why: "provider aws-sso"},
						{By: "aws-sso", Names: []string{"other"}, Why: "portal https://mycompany.awsapps.com/start"},
						{By: "dev-org-admin", Names: []string{"nobody"}, Why: "identity dev-org-admin"}, // nothing of it was removed
					}
					return p
				}(),
				removed(keeps(credentialsOf("dev-admin"), "prod-admin")), removed(strange(keeps(configOf("dev-admin"), "prod-admin"), "stack")), removed(session1()),
			),
			want: devHead + `  ✓ Files: ~/.config/atmos/aws/aws-sso/ (kept: prod-admin, stack)
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd.json

Successfully logged out from 2 identities

Also affected: prod-admin, auditor must log in again (provider aws-sso); other must log in again (portal https://mycompany.awsapps.com/start)
Kept: stack in ~/.config/atmos/aws/aws-sso/ (not declared in atmos.yaml)
` + devNote,
		},
		{
			name: "still valid",
			report: report(devPlan,
				removed(until(entry("aws-sso"), evening.Add(-time.Hour), "aws-sso")),
				removed(until(credentialsOf("dev-admin", "dev-org-admin"), evening.Add(102*time.Minute), "dev-admin", "dev-org-admin")),
				removed(until(configOf("dev-admin"), evening.Add(time.Hour), "dev-admin")),
				removed(until(session1(), evening.Add(24*time.Hour), "aws-sso")),
				absent(until(session1(), evening.Add(48*time.Hour), "dev-admin")),
			),
			want: devHead + `  ✓ Keyring: aws-sso
  ✓ Files: ~/.config/atmos/aws/aws-sso/
  ✓ Session: ~/.cache/atmos/aws-sso/sessions/79bd.json

Successfully logged out from 3 identities

Still valid until 2027-11-23 16:00: aws-sso
Still valid until 17:42: dev-org-admin, dev-admin
` + devNote,
		},
		{
			name:   "what has expired is not valid",
			report: report(devPlan, removed(until(credentialsOf("dev-admin"), evening.Add(-time.Second), "dev-admin"))),
			want: devHead + `  ✓ Files: ~/.config/atmos/aws/aws-sso/

Successfully logged out from 1 identity
` + devNote,
		},
		{
			name: "still valid, in the zone of the reader",
			view: func(v *logout.View) { v.Zone = time.FixedZone("", 9*60*60) },
			report: report(
				logout.Plan{Target: identities("dev-admin"), Names: declared("dev-admin")},
				removed(until(credentialsOf("dev-admin"), evening.Add(2*time.Hour), "dev-admin")),
			),
			want: `Logging out from identity: dev-admin

Removing credentials...
  ✓ Files: ~/.config/atmos/aws/aws-sso/

Successfully logged out from 1 identity

Still valid until 03:00: dev-admin
` + note,
		},
		{
			name: "kept",
			report: report(
				logout.Plan{Target: logout.Target{All: true}, Names: declared("robot", "build", "dev")},
				left(kept(longLived(entry("robot")), logout.KeptByFlag, "")), left(kept(longLived(entry("robot")), logout.KeptByFlag, "")),
				left(kept(longLived(entry("build")), logout.KeptByAnswer, "")), removed(entry("dev")),
			),
			want: `Logging out from all identities

Removing all credentials...
  ✓ Keyring: dev

Successfully logged out from 1 identity

Kept: robot (long-lived access key, --keep-long-lived)
Kept: build (long-lived access key, your answer)
` + note,
		},
		{
			name: "kept without consent, and for another project",
			report: report(
				logout.Plan{Target: logout.Target{All: true}, Names: declared("robot", "dev")},
				left(kept(longLived(entry("robot")), logout.KeptNoConsent, "")),
				left(kept(logout.Step{Kind: store.KeyringEntry, Name: "dev", Key: "atmos_other_dev"}, logout.KeptAmbiguous, "other")),
			),
			want: `Logging out from all identities

Removing all credentials...
  ✗ Keyring: robot (kept, not confirmed)
  ✗ Keyring: dev (kept, ambiguous)

Logout failed (0/2 successful)

Kept: robot (long-lived access key, not confirmed)
Kept: dev (keyring entry atmos_other_dev may belong to the realm other)
`,
		},
		{
			name: "of a name whose kind nobody knows",
			report: report(
				logout.Plan{Target: identities("of-a-stack"), Names: []logout.Name{{Name: "of-a-stack"}}},
				left(kept(longLived(entry("of-a-stack")), logout.KeptByAnswer, "")),
			),
			want: "Nothing was removed\n\nKept: of-a-stack (perhaps a long-lived access key, your answer)\n",
		},
		{
			name: "nothing but what the user keeps",
			report: report(
				logout.Plan{Target: identities("robot"), Names: declared("robot"), Chains: []chain.Chain{chainOf("robot")}},
				left(kept(longLived(entry("robot")), logout.KeptByFlag, "")),
			),
			want: `Nothing was removed

Kept: robot (long-lived access key, --keep-long-lived)
`,
		},
		{
			name:   "an identity is already logged out",
			report: report(devPlan, absent(entry("dev-admin")), removed(file(logout.EmptyDir, store.Config, "aws/aws-sso"))),
			want:   "Identity 'dev-admin' is already logged out.\nNo credentials found in keyring or file storage.\n",
		},
		{
			name:   "identities are already logged out",
			report: report(logout.Plan{Target: identities("a", "b")}),
			want:   "Identities 'a', 'b' are already logged out.\nNo credentials found in keyring or file storage.\n",
		},
		{
			name:   "a provider is already logged out",
			report: report(logout.Plan{Target: providers("aws-sso")}),
			want:   "Provider 'aws-sso' is already logged out.\nNo credentials found in keyring or file storage.\n",
		},
		{
			name:   "providers are already logged out",
			report: report(logout.Plan{Target: providers("aws-sso", "okta")}),
			want:   "Providers 'aws-sso', 'okta' are already logged out.\nNo credentials found in keyring or file storage.\n",
		},
		{
			name:   "everybody is already logged out",
			report: report(logout.Plan{Target: logout.Target{All: true}}),
			want:   "All identities are already logged out.\nNo credentials found in keyring or file storage.\n",
		},
		{
			name:   "nothing, and other programs keep what Atmos wrote",
			report: report(logout.Plan{Target: providers("entra"), LeftAlone: []string{"one", "two"}, LeftWritten: []string{"two"}, Notes: []string{"a note"}}),
			want:   "Provider 'entra' is already logged out.\nNo credentials found in keyring or file storage.\n\ntwo\n",
		},
		{
			name:   "all projects are already logged out",
			report: report(logout.Plan{Target: logout.Target{AllProjects: true}, Notes: []string{"a note"}}),
			want:   "All projects are already logged out.\nNo credentials found in keyring or file storage.\n\na note\n",
		},
		{
			name:   "no orphans",
			report: report(logout.Plan{Target: logout.Target{Orphans: true}, LeftWritten: []string{"two"}, Notes: []string{"not\tproven"}}),
			want:   "Nothing is left of what is no longer in atmos.yaml.\n\nnot\\u0009proven\n",
		},
		{
			name:   "nothing has expired",
			report: report(logout.Plan{Target: logout.Target{All: true, Expired: true}, LeftWritten: []string{"two"}, Notes: []string{"a note"}}),
			want:   "Nothing has expired.\n",
		},
		{
			name:   "what has expired",
			report: report(logout.Plan{Target: logout.Target{Providers: []string{"aws-sso"}, Expired: true}, Names: declared("dev")}, removed(credentialsOf("dev"))),
			want: `Logging out from provider: aws-sso (expired only)

Removing expired credentials...
  ✓ Files: ~/.config/atmos/aws/aws-sso/

Successfully logged out from 1 identity
` + note,
		},
		{
			name:   "orphans",
			report: report(logout.Plan{Target: logout.Target{Orphans: true}, Names: declared("old")}, removed(entry("old"))),
			want: `Logging out from what is no longer in atmos.yaml

Removing orphaned credentials...
  ✓ Keyring: old

Successfully logged out from 1 identity
` + note,
		},
		{
			name: "a chain that cannot be followed",
			report: report(
				logout.Plan{
					Target: identities("dev-admin"), Names: declared("aws-sso", "dev-admin"),
					Chains: []chain.Chain{{Links: []chain.Link{{Name: "aws-sso"}, {Name: "dev-admin", Declared: true}}, Err: chain.ErrDangling}},
				}, removed(entry("dev-admin")),
			),
			want: `Logging out from identity: dev-admin

Building authentication chain...
  ✗ Chain: aws-sso (not declared) → dev-admin

Removing credentials...
  ✓ Keyring: dev-admin

Successfully logged out from 1 identity
` + note,
		},
		{
			name: "a cycle among everything",
			report: report(
				logout.Plan{
					Target: logout.Target{All: true}, Names: declared("b", "a"),
					Chains: []chain.Chain{{Links: chainOf("b", "a").Links, Loop: []string{"a", "b", "a"}, Err: fmt.Errorf("%w: a → b → a", chain.ErrCycle)}},
				}, removed(entry("a")),
			),
			want: `Logging out from all identities

Building authentication chain...
  ✗ Chain: a → b → a

Removing all credentials...
  ✓ Keyring: a

Logged out with warnings (1/1 successful)

Errors encountered:
  • a: cycle: a → b → a
` + note,
		},
		{
			name: "a cycle, and nothing is there",
			report: report(logout.Plan{
				Target: logout.Target{All: true}, Names: declared("b", "a"),
				Chains: []chain.Chain{{Links: chainOf("b", "a").Links, Loop: []string{"a", "b", "a"}, Err: fmt.Errorf("%w: a → b → a", chain.ErrCycle)}},
			}),
			want: `Logging out from all identities

Building authentication chain...
  ✗ Chain: a → b → a

Removing all credentials...
Nothing was removed

Errors encountered:
  • a: cycle: a → b → a
`,
		},
		{
			name: "variables of the shell",
			view: func(v *logout.View) {
				v.Variables, v.Unset = []string{"AWS_PROFILE", "AWS_SESSION_TOKEN"}, "unset AWS_PROFILE AWS_SESSION_TOKEN"
			},
			report: report(devPlan, removed(entry("dev-admin"))),
			want: devHead + `  ✓ Keyring: dev-admin

Successfully logged out from 1 identity
` + devNote + "   Still set in this shell: AWS_PROFILE, AWS_SESSION_TOKEN\n   unset AWS_PROFILE AWS_SESSION_TOKEN\n",
		},
		{
			name:   "quiet, and all is well",
			view:   func(v *logout.View) { v.Quiet = true },
			report: report(devPlan, removed(until(entry("dev-admin"), evening.Add(time.Hour), "dev-admin"))),
			want:   "",
		},
		{
			name:   "quiet, and there was nothing",
			view:   func(v *logout.View) { v.Quiet = true },
			report: report(devPlan),
			want:   "",
		},
		{
			name: "quiet: what failed or was kept",
			view: func(v *logout.View) { v.Quiet = true },
			report: report(devPlan,
				removed(entry("aws-sso")), failed(entry("dev-admin"), keyring.ErrLocked),
				left(kept(longLived(entry("robot")), logout.KeptByFlag, "")), removed(strange(credentialsOf("dev-admin"), "stack")),
			),
			want: `  ✗ Keyring: dev-admin (keyring is locked)
Errors encountered:
  • dev-admin: keyring is locked
Kept: robot (long-lived access key, --keep-long-lived)
Kept: stack in ~/.config/atmos/aws/aws-sso/ (not declared in atmos.yaml)
`,
		},
		{
			name:   "in colour only the marks are",
			view:   func(v *logout.View) { v.Color = true },
			report: report(logout.Plan{Target: providers("p"), Names: declared("p", "a")}, removed(entry("p")), failed(entry("a"), keyring.ErrLocked)),
			want: "Logging out from provider: p\n\nRemoving all credentials for provider...\n" +
				"  \x1b[32m✓\x1b[0m Keyring: p\n  \x1b[31m✗\x1b[0m Keyring: a (keyring is locked)\n\n" +
				"Logged out with warnings (1/2 successful)\n\nErrors encountered:\n  • a: keyring is locked\n" + note,
		},
		{
			name: "names cannot write on the terminal",
			report: report(
				logout.Plan{
					Target: identities("a\x1b[2Jb"), Names: declared("p\n✓", "a\x1b[2Jb"), Chains: []chain.Chain{chainOf("p\n✓", "a\x1b[2Jb")},
					Affected: []logout.Affected{{By: "a\x1b[2Jb", Names: []string{"c\rd"}, Why: "portal \a"}}, StartURLs: []string{"https://x\x1b]0;t\a"},
				},
				removed(entry("p\n✓")), failed(entry("a\x1b[2Jb"), errors.New("bad \u202e entry")),
				removed(strange(file(logout.CredentialsFile, store.Config, "aws/p\n/credentials", "a\x1b[2Jb"), "s\tt")),
			),
			want: `Logging out from identity: a\u001b[2Jb

Building authentication chain...
  ✓ Chain: p\u000a✓ → a\u001b[2Jb

Removing credentials...
  ✓ Keyring: p\u000a✓
  ✗ Keyring: a\u001b[2Jb (bad \u202e entry)
  ✓ Files: ~/.config/atmos/aws/p\u000a/ (kept: s\u0009t)

Logged out with warnings (2/3 successful)

Errors encountered:
  • a\u001b[2Jb: bad \u202e entry

Also affected: c\u000dd must log in again (portal \u0007)
Kept: s\u0009t in ~/.config/atmos/aws/p\u000a/ (not declared in atmos.yaml)
` + note + `   https://x\u001b]0;t\u0007
`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := plainView
			if tt.view != nil {
				tt.view(&v)
			}
			var out bytes.Buffer
			tt.report.Render(&out, v)
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDryRun(t *testing.T) {
	const head = "Dry run mode: No credentials will be removed\n\n"
	with := func(p logout.Plan, steps ...logout.Step) logout.Plan {
		p.Steps = steps
		return p
	}
	for _, tt := range []struct {
		name string
		plan logout.Plan
		want string // below the head
	}{
		{
			name: "an identity",
			plan: with(devPlan,
				entry("aws-sso"), entry("aws-sso"), entry("dev-org-admin"), entry("dev-admin"), credentialsOf("dev-admin"), configOf("dev-admin"),
				file(logout.LockFiles, store.Config, "aws/aws-sso"), file(logout.EmptyDir, store.Config, "aws/aws-sso"),
			),
			want: `Would remove from identity: dev-admin
  • Keyring: aws-sso
  • Keyring: dev-org-admin
  • Keyring: dev-admin
  • Files: ~/.config/atmos/aws/aws-sso/credentials
  • Files: ~/.config/atmos/aws/aws-sso/config

3 identities would be logged out
`,
		},
		{
			name: "a provider",
			plan: with(logout.Plan{Target: providers("aws-sso"), Names: via("aws-sso", "dev-admin")}, entry("aws-sso"), entry("dev-admin"), session1()),
			want: `Would remove from provider: aws-sso
  • Keyring: aws-sso
  • Keyring: dev-admin (via aws-sso)
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd.json

2 identities would be logged out
`,
		},
		{
			name: "one of everything",
			plan: with(logout.Plan{Target: logout.Target{All: true}, Names: declared("a", "b")}, entry("b")),
			want: "Would remove from all identities\n  • Keyring: b\n\n1 identity would be logged out\n",
		},
		{
			name: "nothing is there",
			plan: with(devPlan),
			want: "Would remove from identity: dev-admin\n\n0 identities would be logged out\n",
		},
		{
			name: "what stays, and why",
			plan: with(
				logout.Plan{
					Target: identities("dev-admin", "robot"), Names: declared("aws-sso", "dev-admin", "robot", "dev"),
					Affected: []logout.Affected{{By: "aws-sso", Names: []string{"prod-admin"}, Why: "provider aws-sso"}},
					Notes:    []string{"Two chains: a\x1b"},
				},
				longLived(entry("robot")), kept(longLived(entry("robot")), logout.KeptByFlag, ""),
				kept(logout.Step{Kind: store.KeyringEntry, Name: "dev", Key: "atmos_other_dev"}, logout.KeptAmbiguous, "other"),
				unknown(entry("aws-sso"), keyring.ErrLocked),
				keeps(credentialsOf("dev-admin"), "prod-admin"), strange(configOf("dev-admin"), "stack"),
				unknown(session1(), errors.New("cannot tell whose it is")),
			),
			want: `Would remove from identities: dev-admin, robot
  • Keyring: aws-sso (cannot tell: keyring is locked)
  • Keyring: robot (long-lived access key)
  • Files: ~/.config/atmos/aws/aws-sso/credentials (removes dev-admin, keeps prod-admin)
  • Files: ~/.config/atmos/aws/aws-sso/config (removes dev-admin, keeps stack)
  • Session: ~/.cache/atmos/aws-sso/sessions/79bd.json (cannot tell: cannot tell whose it is)

2 identities would be logged out

Also affected: prod-admin must log in again (provider aws-sso)
Kept: robot (long-lived access key, --keep-long-lived)
Kept: dev (keyring entry atmos_other_dev may belong to the realm other)
Kept: stack in ~/.config/atmos/aws/aws-sso/ (not declared in atmos.yaml)
Two chains: a\u001b
`,
		},
		{
			name: "a chain that cannot be followed",
			plan: with(
				logout.Plan{
					Target: identities("dev-admin"), Names: declared("dev-admin"),
					Chains: []chain.Chain{{Links: []chain.Link{{Name: "aws-sso"}, {Name: "dev-admin", Declared: true}}, Err: chain.ErrDangling}},
				}, entry("dev-admin"),
			),
			want: `Would remove from identity: dev-admin
  ✗ Chain: aws-sso (not declared) → dev-admin
  • Keyring: dev-admin

1 identity would be logged out
`,
		},
		{
			name: "directories, and entries of another program's file",
			plan: with(
				logout.Plan{Target: providers("aws-sso"), Names: declared("aws-sso")},
				tree(file(store.BrowserState, store.Data, "console/sessions/79bd")), tree(file(logout.OtherFile, store.Config, "aws/aws-sso/cache")),
				logout.Step{Kind: store.DockerLogin, Name: "aws-sso", Place: disk.Place{Root: "/home/ana/.docker", Path: "config.json"}, Entry: "public.ecr.aws"},
			),
			want: `Would remove from provider: aws-sso
  • Session: ~/.local/share/atmos/console/sessions/79bd/
  • Files: ~/.config/atmos/aws/aws-sso/cache
  • Docker: public.ecr.aws

1 identity would be logged out
`,
		},
		{
			name: "all projects, by realm; last what could not be looked at",
			plan: with(
				logout.Plan{Target: logout.Target{AllProjects: true}, Names: declared("dev-admin", "robot", "system keyring")},
				inRealm(longLived(entry("robot")), "shop"), entry("dev-admin"), unknown(entry("system keyring"), keyring.ErrLocked),
				inRealm(credentialsOf("dev-admin"), "acme"), inRealm(configOf("dev-admin"), "acme"), kept(session1(), logout.KeptShared, ""),
				inRealm(file(logout.EmptyDir, store.Config, "idle/aws"), "idle"), credentialsOf("dev-admin"),
			),
			want: `Would remove from all projects

No realm
  • Keyring: dev-admin
  • Files: ~/.config/atmos/aws/aws-sso/credentials

Realm acme
  • Files: ~/.config/atmos/aws/aws-sso/credentials
  • Files: ~/.config/atmos/aws/aws-sso/config

Realm shop
  • Keyring: robot (long-lived access key)

Unknown
  • Keyring: system keyring (cannot tell: keyring is locked)

2 identities would be logged out

Kept: aws-sso (~/.cache/atmos/aws-sso/sessions/79bd.json, another program uses it too)
`,
		},
		{
			name: "many names",
			plan: logout.Plan{Target: identities(strings.Split(strings.Repeat("x,", 20), ",")[:20]...)},
			want: "Would remove from identities: " + strings.Repeat("x, ", 19) + "x\n\n0 identities would be logged out\n",
		},
		{
			name: "very many names",
			plan: logout.Plan{Target: identities(strings.Split(strings.Repeat("x,", 22), ",")[:22]...)},
			want: "Would remove from identities: " + strings.Repeat("x, ", 19) + "x and 2 more\n\n0 identities would be logged out\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var dry, preview bytes.Buffer
			tt.plan.DryRun(&dry, plainView)
			tt.plan.Preview(&preview, plainView)
			if diff := cmp.Diff(head+tt.want, dry.String()); diff != "" {
				t.Errorf("dry run (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, preview.String()); diff != "" {
				t.Errorf("preview (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"dev-admin":          "dev-admin",
		"zoë/管理者 → ✓":        "zoë/管理者 → ✓",
		"a\x1b[31mb":         `a\u001b[31mb`,
		"a\nb\r\tc\x00":      `a\u000ab\u000d\u0009c\u0000`,
		"\x7f\u0085":         `\u007f\u0085`,
		"a\u200b\u202eb":     `a\u200b\u202eb`,
		"\ufeffa":            `\ufeffa`,
		"\xff":               `\ufffd`,
		"a\U000e0041b":       `a\ue0041b`,
		"":                   "",
		`back\slash "quote"`: `back\slash "quote"`,
	} {
		if got := logout.Clean(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
