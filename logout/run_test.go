package logout_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

var errRefused = errors.New("the keyring refuses")

// crowded has something for every kind of step, and two things that fail.
func crowded(t *testing.T) home {
	h := newHome(t, acme)
	h.entries("aws-sso", "dev-org-admin", "dev-admin")
	h.has(".config/atmos/acme/aws/aws-sso/credentials", sections("dev-admin", "prod-admin"))
	h.has(".config/atmos/acme/aws/aws-sso/config", profiles("dev-admin"))
	h.has(".config/atmos/aws/aws-sso/credentials/in-the-way", "secret")
	h.has(".config/atmos/aws/aws-sso/config", profiles("dev-admin"))
	h.has(session, token)
	h.Keyrings[0] = refusing{Keyring: h.Keyrings[0], remove: map[string]error{"dev-org-admin": errRefused}}
	return h
}

// Every step is run whatever became of the one before, in the order of the plan.
func TestRun(t *testing.T) {
	h := crowded(t)
	p := h.plan(identities("dev-admin"))
	var before, after []string
	r := p.Run(t.Context(), h.Machine, logout.Observer{
		Before: func(s logout.Step) { before = append(before, h.step(s)) },
		After:  func(res logout.Result) { after = append(after, h.step(res.Step)) },
	})
	want := []string{
		"removed: keyring_entry aws-sso: aws-sso",
		"failed: keyring_entry dev-org-admin: dev-org-admin",
		"removed: keyring_entry dev-admin: dev-admin",
		"removed: credentials_file aws-sso: .config/atmos/acme/aws/aws-sso/credentials -dev-admin +prod-admin",
		"removed: config_file aws-sso: .config/atmos/acme/aws/aws-sso/config -dev-admin",
		"kept: lock_files aws-sso: .config/atmos/acme/aws/aws-sso",
		"failed: credentials_file aws-sso: .config/atmos/aws/aws-sso/credentials (error)",
		"removed: config_file aws-sso: .config/atmos/aws/aws-sso/config -dev-admin",
		"kept: lock_files aws-sso: .config/atmos/aws/aws-sso",
		"removed: session_token aws-sso: " + session,
	}
	got := h.outcomes(r)
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, res := range r.Results[len(want):] {
		if res.Kind != logout.EmptyDir {
			t.Errorf("one more: %s", h.step(res.Step))
		}
	}
	if diff := cmp.Diff(h.steps(p), before); diff != "" {
		t.Errorf("told before (-plan +told):\n%s", diff)
	}
	if diff := cmp.Diff(h.steps(p), after); diff != "" {
		t.Errorf("told afterwards (-plan +told):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"aws-sso", "dev-admin"}, r.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}

	err := r.Err()
	for _, cause := range []error{logout.ErrIncomplete, errRefused, disk.ErrNotRegular} {
		if !errors.Is(err, cause) {
			t.Errorf("error %v, want %v", err, cause)
		}
	}
	if r.Complete() {
		t.Error("it calls itself complete")
	}
	h.wantText(".config/atmos/acme/aws/aws-sso/credentials", sections("prod-admin"))
	h.wantLeft(
		keyringDir+"dev-org-admin", ".config/atmos/aws/aws-sso/credentials/in-the-way", ".config/atmos/aws/aws-sso/config.lock",
		".config/atmos/acme/aws/aws-sso/credentials", ".config/atmos/acme/aws/aws-sso/credentials.lock", ".config/atmos/acme/aws/aws-sso/config.lock",
	)

	// Once the causes are gone, the same again finishes the job.
	h.Keyrings[0] = keyring.File{Dir: store.DefaultKeyringDir(h.Roots), Default: true}
	if err := os.RemoveAll(h.path(".config/atmos/aws/aws-sso/credentials")); err != nil {
		t.Fatal(err)
	}
	again := h.run(h.plan(identities("dev-admin")))
	if diff := cmp.Diff([]string{"dev-org-admin"}, again.Names()); diff != "" {
		t.Errorf("the second time (-want +got):\n%s", diff)
	}
	h.wantText(".config/atmos/acme/aws/aws-sso/credentials", sections("prod-admin"))
	h.wantNone(keyringDir + "dev-org-admin")
}

// What is interrupted finishes the step under way; the rest fail with the cause.
func TestRunInterrupted(t *testing.T) {
	h := newHome(t, acme)
	h.entries("aws-sso", "dev-org-admin", "dev-admin")
	h.has(".config/atmos/acme/aws/aws-sso/credentials", sections("dev-admin"))
	p := h.plan(identities("dev-admin"))
	ctx, cancel := context.WithCancel(t.Context())
	begun := 0
	r := p.Run(ctx, h.Machine, logout.Observer{Before: func(logout.Step) {
		if begun++; begun == 2 {
			cancel() // a keyring that is told so before it has begun does not begin
		}
	}})
	want := []string{
		"removed: keyring_entry aws-sso: aws-sso",
		"failed: keyring_entry dev-org-admin: dev-org-admin",
		"failed: keyring_entry dev-admin: dev-admin",
		"failed: credentials_file aws-sso: .config/atmos/acme/aws/aws-sso/credentials -dev-admin",
		"kept: lock_files aws-sso: .config/atmos/acme/aws/aws-sso", // holds no credentials
		"kept: empty_dir: .config/atmos/acme/aws/aws-sso",
		"kept: empty_dir: .config/atmos/acme/aws",
		"kept: empty_dir: .config/atmos/acme",
	}
	if diff := cmp.Diff(want, h.outcomes(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, res := range r.Results {
		if (res.Outcome == logout.Failed) != errors.Is(res.Err, context.Canceled) {
			t.Errorf("%s: %v", h.step(res.Step), res.Err)
		}
	}
	if err := r.Err(); !errors.Is(err, logout.ErrIncomplete) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if begun != 2 {
		t.Errorf("%d steps were begun", begun)
	}
	h.wantLeft(keyringDir+"dev-org-admin", keyringDir+"dev-admin", ".config/atmos/acme/aws/aws-sso/credentials")

	h.run(h.plan(identities("dev-admin")))
	h.wantLeft()
}

// A file that is being edited when the run is interrupted is finished.
func TestRunFinishesFile(t *testing.T) {
	h := newHome(t, acme)
	h.has(".config/atmos/acme/aws/aws-sso/credentials", sections("dev-admin", "prod-admin"))
	h.has(".config/atmos/acme/aws/aws-sso/config", profiles("dev-admin", "prod-admin"))
	ctx, cancel := context.WithCancel(t.Context())
	r := h.plan(identities("dev-admin")).Run(ctx, h.Machine, logout.Observer{Before: func(logout.Step) { cancel() }})
	if diff := cmp.Diff([]string{
		"removed: credentials_file aws-sso: .config/atmos/acme/aws/aws-sso/credentials -dev-admin +prod-admin",
		"failed: config_file aws-sso: .config/atmos/acme/aws/aws-sso/config -dev-admin +prod-admin",
	}, h.outcomes(r)[:2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	h.wantText(".config/atmos/acme/aws/aws-sso/credentials", sections("prod-admin"))
	h.wantText(".config/atmos/acme/aws/aws-sso/config", profiles("dev-admin", "prod-admin"))
}

// What goes away between plan and run is absent, not an error.
func TestRunAbsent(t *testing.T) {
	h := newHome(t, acme)
	h.entries("aws-sso", "dev-admin")
	h.has(".config/atmos/acme/aws/aws-sso/credentials", sections("dev-admin"))
	h.has(session, token)
	p := h.plan(identities("dev-admin"))
	for _, path := range []string{keyringDir, ".config/atmos/acme", ".cache/atmos/aws-sso"} {
		if err := os.RemoveAll(h.path(path)); err != nil {
			t.Fatal(err)
		}
	}
	r := h.run(p)
	for _, res := range r.Results {
		if res.Outcome != logout.Absent {
			t.Errorf("%s: %s, %v", h.step(res.Step), res.Outcome, res.Err)
		}
	}
	if names := r.Names(); len(names) > 0 {
		t.Errorf("logged out: %v", names)
	}
	h.wantNone(keyringDir) // nobody has made it anew
}

// A lock that cannot be taken is told, though no credential is left by it.
func TestRunLocks(t *testing.T) {
	h := newHome(t, acme)
	h.has(".config/atmos/acme/aws/aws-sso/config", profiles("dev-admin"))
	h.has(".config/atmos/acme/aws/aws-sso/credentials.lock/inside", "in the way")
	r := h.plan(identities("dev-admin")).Run(t.Context(), h.Machine, logout.Observer{})
	want := []string{
		"removed: config_file aws-sso: .config/atmos/acme/aws/aws-sso/config -dev-admin",
		"failed: lock_files aws-sso: .config/atmos/acme/aws/aws-sso",
	}
	if diff := cmp.Diff(want, h.outcomes(r)[:2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Complete() || r.Err() == nil {
		t.Errorf("complete: %v, error %v", r.Complete(), r.Err())
	}
	h.wantLeft(".config/atmos/acme/aws/aws-sso/config.lock", ".config/atmos/acme/aws/aws-sso/credentials.lock/inside")
}

// A login between plan and run is not undone half: a new section of another
// identity stays, and the file with it.
func TestRunAfterLogin(t *testing.T) {
	h := newHome(t, acme)
	h.has(".config/atmos/acme/aws/aws-sso/credentials", sections("dev-admin"))
	p := h.plan(identities("dev-admin"))
	h.has(".config/atmos/acme/aws/aws-sso/credentials", sections("prod-admin", "dev-admin"))
	r := h.run(p)
	if diff := cmp.Diff([]string{"prod-admin"}, r.Results[0].Keeps); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	h.wantText(".config/atmos/acme/aws/aws-sso/credentials", sections("prod-admin"))
}

func TestRunKept(t *testing.T) {
	cause := errors.New("nobody knows")
	for _, tt := range []struct {
		name     string
		kept     logout.Reason
		err      error
		outcome  logout.Outcome
		complete bool
	}{
		{"the user wished it", logout.KeptByFlag, nil, logout.Kept, true},
		{"the user answered so", logout.KeptByAnswer, nil, logout.Kept, true},
		{"another program uses it", logout.KeptShared, nil, logout.Kept, true},
		{"nobody was asked", logout.KeptNoConsent, nil, logout.Kept, false},
		{"ambiguous", logout.KeptAmbiguous, nil, logout.Kept, false},
		{"wished, whether it is there or not", logout.KeptByFlag, cause, logout.Kept, true},
		{"not wished, and not known whether it is there", logout.KeptNoConsent, cause, logout.Failed, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, acme)
			h.entries("robot")
			p := logout.Plan{Target: identities("robot"), Steps: []logout.Step{
				{Kind: store.KeyringEntry, Name: "robot", Keyring: h.Keyrings[0].Location(), Key: "robot", LongLived: true, Kept: tt.kept, Err: tt.err},
			}}
			r := p.Run(t.Context(), h.Machine, logout.Observer{Before: func(logout.Step) { t.Error("it begins to remove it") }})
			if got := r.Results[0].Outcome; got != tt.outcome {
				t.Errorf("%s, want %s", got, tt.outcome)
			}
			if r.Complete() != tt.complete || (r.Err() == nil) != tt.complete {
				t.Errorf("complete: %v, error %v", r.Complete(), r.Err())
			}
			if !tt.complete && (!errors.Is(r.Err(), logout.ErrIncomplete) || !errors.Is(r.Err(), tt.err) && tt.err != nil) {
				t.Errorf("error %v", r.Err())
			}
			if got := r.LeftFor(tt.kept); got != (tt.outcome == logout.Kept) {
				t.Errorf("left for this reason: %v", got)
			}
			h.wantLeft(keyringDir + "robot")
		})
	}
}

func TestSettled(t *testing.T) {
	for reason, want := range map[logout.Reason]bool{
		logout.KeptByFlag: true, logout.KeptByAnswer: true, logout.KeptShared: true, logout.KeptSibling: true,
		logout.KeptNoConsent: false, logout.KeptAmbiguous: false, logout.KeptUntilDone: false, "": false,
	} {
		if got := reason.Settled(); got != want {
			t.Errorf("%q: %v, want %v", reason, got, want)
		}
	}
}

// An identity's own file of identities goes last, and only if nothing has failed.
func TestRunProvisioned(t *testing.T) {
	const file = ".cache/atmos/auth/aws-sso/provisioned-identities.yaml"
	const text = "auth: {_metadata: {extra: {start_url: https://acme.awsapps.com/start}}, identities: {}}\n"
	start := func(t *testing.T) home {
		h := newHome(t, acme)
		h.entries("aws-sso")
		h.has(file, text)
		return h
	}
	t.Run("done", func(t *testing.T) {
		h := start(t)
		p := h.plan(providers("aws-sso"))
		h.wantSteps(p, "keyring_entry aws-sso: aws-sso", "provisioned_identities aws-sso: "+file)
		h.run(p)
		h.wantLeft()
	})
	t.Run("something failed", func(t *testing.T) {
		h := start(t)
		h.Keyrings[0] = refusing{Keyring: h.Keyrings[0], remove: map[string]error{"aws-sso": errRefused}}
		r := h.plan(providers("aws-sso")).Run(t.Context(), h.Machine, logout.Observer{})
		if !errors.Is(r.Err(), errRefused) || !r.LeftFor(logout.KeptUntilDone) {
			t.Errorf("error %v, results %v", r.Err(), h.outcomes(r))
		}
		h.wantText(file, text)
	})
	t.Run("an identity leaves it", func(t *testing.T) {
		h := start(t)
		h.run(h.plan(identities("dev-admin")))
		h.wantText(file, text)
	})
	t.Run("another start URL's", func(t *testing.T) {
		h := start(t)
		const other = "auth: {_metadata: {extra: {start_url: https://other.awsapps.com/start}}}\n"
		h.has(file, other)
		h.run(h.plan(providers("aws-sso")))
		h.wantText(file, other)
	})
}

func TestReportErr(t *testing.T) {
	one, two := errors.New("one"), &fs.PathError{Op: "remove", Path: "x", Err: fs.ErrPermission}
	result := func(kind store.Kind, o logout.Outcome, kept logout.Reason, err error) logout.Result {
		return logout.Result{Step: logout.Step{Kind: kind, Kept: kept}, Outcome: o, Err: err}
	}
	cycle := logout.Plan{Chains: []chain.Chain{{Err: chain.ErrCycle, Loop: []string{"a", "a"}}}}
	dangling := logout.Plan{Chains: []chain.Chain{{Err: chain.ErrDangling}}}
	for _, tt := range []struct {
		name   string
		report logout.Report
		want   []error
	}{
		{"nothing", logout.Report{}, nil},
		{"removed and absent", logout.Report{Results: []logout.Result{
			result(store.KeyringEntry, logout.Removed, "", nil), result(logout.CredentialsFile, logout.Absent, "", nil),
		}}, nil},
		{"kept by wish", logout.Report{Results: []logout.Result{result(store.KeyringEntry, logout.Kept, logout.KeptByAnswer, nil)}}, nil},
		{"a directory that is not empty", logout.Report{Results: []logout.Result{
			result(logout.EmptyDir, logout.Kept, "", nil), result(logout.LockFiles, logout.Kept, "", nil),
		}}, nil},
		{"kept without consent", logout.Report{Results: []logout.Result{result(store.KeyringEntry, logout.Kept, logout.KeptNoConsent, nil)}}, []error{logout.ErrIncomplete}},
		{"failed", logout.Report{Results: []logout.Result{
			result(store.KeyringEntry, logout.Failed, "", one), result(store.KeyringEntry, logout.Removed, "", nil), result(logout.EmptyDir, logout.Failed, "", two),
		}}, []error{logout.ErrIncomplete, one, fs.ErrPermission}},
		{"a cycle", logout.Report{Plan: cycle}, []error{logout.ErrIncomplete}},
		{"a chain that cannot be followed", logout.Report{Plan: dangling}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.report.Err()
			if (err == nil) != (tt.want == nil) || tt.report.Complete() != (tt.want == nil) {
				t.Errorf("error %v, complete %v", err, tt.report.Complete())
			}
			for _, want := range tt.want {
				if !errors.Is(err, want) {
					t.Errorf("error %v, want %v", err, want)
				}
			}
		})
	}
}
