package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/credclean/credclean/config"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/logout"
)

// errConsent says that a long-lived access key is kept because nobody was asked.
var errConsent = errors.New("a long-lived access key was kept without being asked for")

// errAmbiguousKey says that a keyring entry is kept because it may be another project's.
var errAmbiguousKey = errors.New("a keyring entry was kept because it may be another project's")

func (p *process) logoutCommand(onUsageError cli.OnUsageErrorFunc) *cli.Command {
	return &cli.Command{
		Name:      "logout",
		Usage:     "remove the credentials of identities or providers",
		ArgsUsage: "[IDENTITY...]",
		UsageText: `credclean logout dev-admin              this identity and its whole chain
credclean logout --provider aws-sso     a provider and all its identities
credclean logout --all                  everything in atmos.yaml
credclean logout dev-admin --dry-run    only show what would be removed
credclean logout                        choose from a list`,
		Description: `An identity is logged out with its chain: the identities it authenticates
through and the provider. What other identities share with it goes too, and
the report says who has to log in again. Flags may stand before or after names.`,
		UseShortOptionHandling: true,
		OnUsageError:           onUsageError,
		Action:                 p.logout,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "identity", Aliases: []string{"i"}, Usage: "log out of this identity, `NAME`; the same as an argument"},
			&cli.StringSliceFlag{Name: "provider", Aliases: []string{"p"}, Usage: "log out of this provider, `NAME`, and every identity that authenticates through it; may be repeated"},
			&cli.BoolFlag{Name: "all", Aliases: []string{"a"}, Usage: "log out of everything in atmos.yaml"},
			&cli.BoolFlag{Name: "expired", Usage: "remove only what has expired; alone, or of what is named"},
			&cli.BoolFlag{Name: "orphans", Usage: "remove what is provably this project's but no longer in atmos.yaml"},
			&cli.BoolFlag{Name: "all-projects", Usage: "remove everything Atmos keeps for you, in every project; needs no atmos.yaml"},
			&cli.BoolFlag{Name: "keep-provider", Usage: "remove the identity, keep its provider and the rest of its chain"},
			&cli.BoolFlag{Name: "keep-long-lived", EnvVars: []string{"CREDCLEAN_KEEP_LONG_LIVED"}, Usage: "keep long-lived access keys, of which the keyring has the only copy"},
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "show what would be removed, remove nothing"},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y", "force"}, Usage: "ask nothing, remove all of it, long-lived access keys too"},
			&cli.BoolFlag{Name: "json", Usage: "print the report as one JSON document; never ask"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print only what failed or was kept"},
		},
	}
}

// logout is the command: target, plan, consent, run, report.
func (p *process) logout(c *cli.Context) error {
	target, err := p.target(c)
	doc := logout.NewDocument(target)
	p.document = &doc
	if err != nil {
		return err
	}
	chosen := target.Empty()
	w, err := p.workplace(c)
	if err != nil {
		return err
	}
	m := w.Machine
	defer func() { _ = m.Files.Close() }()
	view := p.view(c, m.Roots)
	if chosen {
		if target, err = p.choose(c.Context, m); err != nil {
			return err
		}
	}
	if err := m.Check(target); err != nil {
		return err
	}
	keyrings, warnings := p.keyrings(c, w, p.patience(c))
	m.Keyrings = keyrings
	plan, err := p.plan(c, w, m, target)
	if err != nil {
		return err
	}
	if plan.NamesOnly() {
		warnings = append(warnings, "releases before v1.206 kept credentials by name alone: what another project left under the same names goes too")
	}
	for _, text := range warnings {
		p.warn(c, "%s", text)
	}
	if c.Err() != nil {
		return errInterrupted
	}
	if c.Bool("keep-long-lived") {
		plan = plan.KeepLongLived(logout.KeptByFlag)
	}
	if c.Bool("dry-run") {
		doc = plan.Document(view)
		if !p.json {
			plan.DryRun(p.out, view)
		}
		return nil
	}
	if (chosen || target.AllProjects && !c.Bool("yes")) && plan.Found() {
		plan.Preview(p.errOut, view)
		ok, err := p.confirm(c.Context, "Remove this?", "No, keep everything", "Yes, remove it")
		if err != nil {
			return err
		}
		if !ok {
			fmt.Fprintln(p.out, "Nothing was removed")
			return nil
		}
	}
	if plan, err = p.consent(c, plan); err != nil {
		return err
	}
	if target.AllProjects && c.Bool("yes") && !p.json && !view.Quiet {
		plan.Preview(p.out, view)
		fmt.Fprintln(p.out)
	}
	journal, err := p.openJournal(c, w, target, view)
	if err != nil {
		return err
	}
	journal.start(plan)
	progress := p.newProgress(c, plan)
	report := plan.Run(c.Context, m, logout.Observer{Before: journal.before, After: func(r logout.Result) {
		journal.after(r)
		progress.step()
	}})
	progress.end()
	auditErr := journal.finish(report)
	doc = report.Document(view)
	if !p.json {
		report.Render(p.out, view)
	}
	switch {
	case auditErr != nil:
		return errors.Join(report.Err(), auditErr, logout.ErrIncomplete)
	case report.LeftFor(logout.KeptNoConsent):
		return errors.Join(report.Err(), errConsent)
	case report.LeftFor(logout.KeptAmbiguous):
		return errors.Join(report.Err(), errAmbiguousKey)
	}
	return report.Err()
}

// plan computes the plan for a target.
func (p *process) plan(c *cli.Context, w workplace, m logout.Machine, t logout.Target) (logout.Plan, error) {
	switch {
	case t.AllProjects:
		return m.Everything(c.Context, m.Inventory(c.Context)), nil
	case t.Orphans && len(w.config.Gaps) > 0:
		return logout.Plan{}, usageError{
			fmt.Errorf("what is an orphan cannot be told: %s", strings.Join(gaps(w.config), "; ")),
			"an orphan is proven only if the whole configuration can be read",
		}
	case t.Orphans:
		declared, err := logout.NewPlan(c.Context, m, logout.Target{All: true})
		return m.Orphans(declared.Unclaimed(m.Inventory(c.Context))), err
	case t.Expired && len(t.Identities)+len(t.Providers) == 0:
		t.All = true
	}
	plan, err := logout.NewPlan(c.Context, m, t)
	if err != nil || !t.Expired {
		return plan, err
	}
	return m.OnlyExpired(plan, time.Now()), nil
}

// gaps says what of the configuration could not be read.
func gaps(cfg *config.Config) (texts []string) {
	for _, g := range cfg.Gaps {
		texts = append(texts, g.String())
	}
	return texts
}
