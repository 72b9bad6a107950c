package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
)

// unlockWait is how long a person may take in an unlock dialog.
const unlockWait = 60 * time.Second

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
	case t.Orphans && len(w.config.Incomplete) > 0:
		return logout.Plan{}, usageError{
			fmt.Errorf("what is an orphan cannot be told: %s", strings.Join(w.config.Incomplete, "; ")),
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

// target reads what the command line names.
func (p *process) target(c *cli.Context) (logout.Target, error) {
	t := logout.Target{
		Identities:   append(c.Args().Slice(), c.StringSlice("identity")...),
		Providers:    c.StringSlice("provider"),
		All:          c.Bool("all"),
		Expired:      c.Bool("expired"),
		Orphans:      c.Bool("orphans"),
		AllProjects:  c.Bool("all-projects"),
		KeepProvider: c.Bool("keep-provider"),
	}
	identities, providers := len(t.Identities) > 0, len(t.Providers) > 0
	wrong := func(hint, what string) (logout.Target, error) {
		return logout.Target{}, usageError{errors.New(what), hint}
	}
	switch {
	case slices.Contains(t.Identities, "") || slices.Contains(t.Providers, ""):
		return wrong("give the name of an identity or provider of atmos.yaml", "a name is empty")
	case identities && providers:
		return wrong("name one or the other; two commands do both", "an identity and --provider contradict each other")
	case identities && t.All:
		return wrong("--all includes it", "an identity and --all contradict each other")
	case providers && t.All:
		return wrong("--all includes it", "--provider and --all contradict each other")
	case t.Orphans && (identities || providers || t.All || t.Expired || t.AllProjects || t.KeepProvider):
		return wrong("credclean logout --orphans takes no names", "--orphans and another target contradict each other")
	case t.AllProjects && (identities || providers || t.All || t.Expired || t.KeepProvider):
		return wrong("credclean logout --all-projects takes no names", "--all-projects and another target contradict each other")
	case t.AllProjects && !c.Bool("yes") && !c.Bool("dry-run") && !p.terminal():
		return wrong("add --yes, or --dry-run to see what there is", "--all-projects removes everything of this user, and there is no terminal to ask on")
	case t.KeepProvider && !identities:
		return wrong("credclean logout IDENTITY --keep-provider", "--keep-provider needs an identity")
	case c.Bool("yes") && t.Empty():
		return wrong("name an identity, --provider or --all", "--yes does not say what to remove")
	case checkTimeout(c) != nil:
		return logout.Target{}, checkTimeout(c)
	case t.Empty() && !p.terminal():
		return wrong("credclean logout IDENTITY, --provider NAME or --all; in a terminal there is a list to choose from", "no identity is named, and there is no terminal to choose one on")
	}
	return t, nil
}

func checkTimeout(c *cli.Context) error {
	if c.Duration("timeout") <= 0 {
		return usageError{errors.New("--timeout must be more than nothing"), "--timeout=5s waits five seconds"}
	}
	return nil
}

// patience says how long to wait for the system keyring. A dialog to unlock it is
// waited for only if somebody is there to answer it.
func (p *process) patience(c *cli.Context) store.SystemOptions {
	opts := store.SystemOptions{Timeout: c.Duration("timeout")}
	if p.terminal() && !c.Bool("yes") {
		opts.UnlockWait = unlockWait
		opts.Announce = func() {
			fmt.Fprintln(p.errOut, "credclean: waiting for your keyring's unlock dialog, Ctrl-C to stop")
		}
	}
	return opts
}

// consent asks about what may be the only copy of an access key.
func (p *process) consent(c *cli.Context, plan logout.Plan) (logout.Plan, error) {
	if c.Bool("yes") || c.Bool("keep-long-lived") {
		return plan, nil
	}
	names := plan.LongLived()
	if len(names) == 0 || !p.terminal() {
		return plan.KeepLongLived(logout.KeptNoConsent), nil
	}
	key := "the long-lived access key"
	if plan.Target.Orphans || plan.Target.AllProjects { // atmos.yaml does not tell the kind
		key = "what may be a long-lived access key"
	}
	question := fmt.Sprintf("Remove %s of %s? The keyring has the only copy.", key, strings.Join(names, ", "))
	ok, err := p.confirm(c.Context, logout.Clean(question), "Keep it", "Remove it")
	if err != nil || ok {
		return plan, err
	}
	return plan.KeepLongLived(logout.KeptByAnswer), nil
}

// choose shows the list. ATMOS_IDENTITY only preselects a line.
func (p *process) choose(ctx context.Context, m logout.Machine) (logout.Target, error) {
	var lines []string
	var targets []logout.Target
	selected := 0
	ids := slices.Clone(m.Graph.Identities())
	slices.SortStableFunc(ids, func(a, b config.Identity) int { // the default one first
		switch {
		case a.Default == b.Default:
			return 0
		case a.Default:
			return -1
		}
		return 1
	})
	for _, id := range ids {
		if strings.EqualFold(id.Name, os.Getenv("ATMOS_IDENTITY")) {
			selected = len(lines)
		}
		lines = append(lines, "Identity: "+logout.Clean(id.Name))
		targets = append(targets, logout.Target{Identities: []string{id.Name}})
	}
	for _, pr := range m.Graph.Providers() {
		lines = append(lines, fmt.Sprintf("Provider: %s (removes all identities)", logout.Clean(pr.Name)))
		targets = append(targets, logout.Target{Providers: []string{pr.Name}})
	}
	if len(lines) == 0 {
		return logout.Target{}, usageError{errors.New("atmos.yaml declares no identity and no provider"), "credclean reads the auth block of atmos.yaml"}
	}
	lines, targets = append(lines, "All identities (complete logout)"), append(targets, logout.Target{All: true})
	i, err := p.selectOne(ctx, "Choose what to logout from:", lines, selected)
	if err != nil {
		return logout.Target{}, err
	}
	return targets[i], nil
}
