package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store/keyring"
)

func (p *program) logoutCommand() *command {
	o := &p.logout
	return &command{
		name:     "logout",
		argument: "[IDENTITY...]",
		usage:    "remove the credentials of identities or providers",
		examples: `credclean logout                        choose from a list
credclean logout dev-admin              an identity and its whole chain
credclean logout --provider aws-sso     a provider and all its identities
credclean logout --all                  everything in this project
credclean logout dev-admin --dry-run    only show what would be removed`,
		about: `An identity is logged out with its chain: the identities that it signs in
through, and the provider. What other identities share with it goes too, and
the report says who has to log in again. Flags work before and after names.`,
		flags:    o.flags(),
		words:    &o.Identities,
		document: func() document { return newLogoutDocument(logout.Target{}) },
		run:      func(ctx context.Context, s *session) (document, error) { return s.logout(ctx, *o) },
	}
}

func newLogoutDocument(t logout.Target) document {
	doc := logout.NewDocument(t)
	return &doc
}

// logout is the command: target, plan, consent, run, report. The document is of as much as is known.
func (s *session) logout(ctx context.Context, o LogoutOptions) (document, error) {
	target, err := o.target(s.interactive())
	if err != nil {
		return nil, err
	}
	nothing := func(err error) (document, error) { // was removed
		return newLogoutDocument(target), orCancelled(ctx, err)
	}
	w, err := s.workplaceFor(ctx, o)
	if err != nil {
		return nothing(err)
	}
	defer w.home.Close()
	inv := s.look(ctx, w, s.patience(o), slices.Concat(target.Identities, target.Providers), target.AllProjects)
	if ctx.Err() != nil {
		return nothing(ctx.Err())
	}
	chosen := target.Empty()
	if target, err = s.chooseTarget(ctx, inv, target); err != nil {
		return nothing(err)
	}
	plan, err := s.plan(ctx, w, inv, o, target)
	if err != nil {
		return nothing(err)
	}
	view := s.view(w.Roots)
	if o.DryRun {
		return s.dryRun(plan, view)
	}
	if (chosen || target.AllProjects && !o.Yes) && plan.Found() {
		if agreed, err := s.agree(ctx, plan, view); err != nil || !agreed {
			return nothing(err)
		}
	}
	report, err := s.remove(ctx, w, o, plan, view)
	if report == nil {
		return nothing(err)
	}
	doc := report.Document(view)
	if !s.json {
		report.Render(s.out, view)
	}
	return &doc, reportError(*report, err)
}

// orCancelled is errCancelled once ctx is done.
func orCancelled(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errCancelled
	}
	return err
}

// dryRun shows a plan.
func (s *session) dryRun(plan logout.Plan, view show.View) (document, error) {
	doc := plan.Document(view)
	if !s.json {
		plan.DryRun(s.out, view)
	}
	return &doc, plan.Err()
}

// workplaceFor needs no configuration to remove everything.
func (s *session) workplaceFor(ctx context.Context, o LogoutOptions) (workplace, error) {
	sys, err := surroundings()
	if err != nil {
		return workplace{}, err
	}
	cfg, err := s.global.load(ctx, sys)
	switch {
	case err == nil:
	case !o.AllProjects || ctx.Err() != nil:
		return workplace{}, configError(err)
	case !errors.Is(err, config.ErrNotFound): // which is how it is outside of a project
		s.warn(fmt.Sprintf("%v; everything is removed without it", err))
	}
	return s.workplaceOf("logout", sys, cfg)
}

// remove carries out the plan, and tells log and audit trail. The report is nil if nothing was
// begun; the error is that of the audit trail.
func (s *session) remove(ctx context.Context, w workplace, o LogoutOptions, plan logout.Plan, view show.View) (*logout.Report, error) {
	plan, err := s.consent(ctx, o, plan)
	if err != nil {
		return nil, err
	}
	journal, err := s.openJournal(w, plan.Target, view)
	if err != nil {
		return nil, err
	}
	journal.start(plan)
	progress := s.newProgress(ctx, plan)
	report := plan.Run(ctx, logout.Machine{Home: w.home, Keyrings: w.Keyrings}, logout.Observer{Before: journal.before, After: func(r logout.Result) {
		journal.after(r)
		progress.step()
	}})
	progress.end()
	if report.Finished {
		s.signals.settle()
	}
	return &report, journal.finish(report)
}

// reportError is how a run ended, with what to do next.
func reportError(r logout.Report, auditErr error) error {
	switch err := r.Err(); {
	case auditErr != nil:
		return errors.Join(err, auditErr, logout.ErrIncomplete)
	case r.LeftFor(logout.KeptNoConsent):
		return hinted{err, "a long-lived access key has no other copy: add --yes to remove it, or --keep-long-lived to keep it"}
	case r.LeftFor(logout.KeptAmbiguous):
		return hinted{err, "run credclean logout in the project of that realm first; if the entry is still there, remove it with your keyring's own program"}
	case err != nil && r.SessionsOnly(): // the report says how they end
		return err
	default:
		return leftError(err)
	}
}

// plan chooses what goes. The error is about the target.
func (s *session) plan(ctx context.Context, w workplace, inv *inventory.Inventory, o LogoutOptions, t logout.Target) (logout.Plan, error) {
	if gaps := w.Unread(); t.Orphans && len(gaps) > 0 {
		return logout.Plan{}, hinted{
			fmt.Errorf("cannot tell what is an orphan: %s", strings.Join(gaps, "; ")),
			"fix what this names, since an orphan is proven only by a whole configuration; --fetch-imports reads imports from https URLs",
		}
	}
	plan, err := logout.NewPlan(inv, t)
	if err != nil {
		return plan, nameError(err)
	}
	if t.All && len(plan.Names)+len(plan.Steps) == 0 && plan.Certain() {
		return plan, usage("atmos.yaml declares no identities", "credclean reads its auth block; credclean logout --all-projects needs none")
	}
	plan.LeftAlone = slices.DeleteFunc(elsewhere.Look(ctx, w.others(), elsewhere.UsedBy(plan.Kinds()), inv.Time), func(f elsewhere.Finding) bool {
		return plan.Empties(f.Location, w.Roots)
	})
	if o.KeepLongLived {
		plan = plan.KeepLongLived(logout.KeptByFlag)
	}
	if o.Revoke {
		plan = plan.WithSessions(ctx, inv)
		plan.RevokeTimeout = o.RevokeTimeout
	}
	return plan, ctx.Err()
}

// patience says how long to wait for the system keyring. A dialog to unlock it is
// waited for only if somebody is there to answer it.
func (s *session) patience(o LogoutOptions) keyring.Options {
	opts := keyring.Options{Timeout: s.global.Timeout}
	if s.interactive() && !o.Yes {
		opts.UnlockWait = unlockWait
		opts.Announce = func() {
			fmt.Fprintln(s.errOut, "credclean: waiting for your keyring's unlock dialog, Ctrl-C to stop")
		}
	}
	return opts
}

// unlockWait is how long a person may take in an unlock dialog.
const unlockWait = 60 * time.Second

// agree shows what will be done, and asks whether it may be.
func (s *session) agree(ctx context.Context, plan logout.Plan, view show.View) (bool, error) {
	plan.Preview(s.errOut, view)
	yes, err := s.confirm(ctx, "Remove this?")
	if err == nil && !yes {
		s.write("Nothing was removed\n")
	}
	return yes, err
}

// consent asks about what may be the only copy of an access key.
func (s *session) consent(ctx context.Context, o LogoutOptions, plan logout.Plan) (logout.Plan, error) {
	if o.Yes || o.KeepLongLived {
		return plan, nil
	}
	names := plan.LongLived()
	if len(names) == 0 || !s.interactive() {
		return plan.KeepLongLived(logout.KeptNoConsent), nil
	}
	key := "the long-lived access key"
	if plan.Target.Orphans || plan.Target.AllProjects { // atmos.yaml does not tell the kind
		key = "what may be a long-lived access key"
	}
	yes, err := s.confirm(ctx, fmt.Sprintf("Remove %s of %s? The keyring has the only copy.", key, strings.Join(names, ", ")))
	if err != nil || yes {
		return plan, err
	}
	return plan.KeepLongLived(logout.KeptByAnswer), nil
}
