package cli

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
	"github.com/credclean/credclean/store/keyring"
)

// unlockWait is how long a person may take in an unlock dialog.
const unlockWait = 60 * time.Second

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
func (p *process) patience(c *cli.Context) keyring.Options {
	opts := keyring.Options{Timeout: c.Duration("timeout")}
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
	ids := slices.DeleteFunc(slices.Clone(m.Graph.Identities()), func(id config.Identity) bool { return id.Place != "" })
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
		if pr.Place != "" {
			continue // what a YAML function gave may be anything
		}
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
