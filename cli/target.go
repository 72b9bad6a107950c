package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/cli/shell"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/status"

	"github.com/credclean/credclean/logout"
)

// A selector is one way to say what to log out of.
type selector struct {
	name  string
	given bool
	// with is what to do instead of combining it with another one.
	with string
}

// selectors are all of them. No two can be combined.
func (o LogoutOptions) selectors() []selector {
	return []selector{
		{"--all-projects", o.AllProjects, "credclean logout --all-projects, and nothing else"},
		{"--orphans", o.Orphans, "credclean logout --orphans, and nothing else"},
		{"--all", o.All, "credclean logout --all includes everything of this project"},
		{"--tags", len(o.Tags) > 0, "run one command for the tags and another one for the rest"},
		{"an identity", len(o.Identities) > 0, "run one command for the identity and another one for the provider"},
		{"--provider", len(o.Providers) > 0, "name the provider only"},
	}
}

// named are the selectors that were given.
func (o LogoutOptions) named() []selector {
	return slices.DeleteFunc(o.selectors(), func(s selector) bool { return !s.given })
}

// A rule is a combination of options that cannot be followed.
type rule struct {
	broken     bool
	what, hint string
}

// rules are checked one after the other; asks says whether a person can be asked.
func (o LogoutOptions) rules(asks bool) []rule {
	named := o.named()
	nothing := len(named) == 0 && !o.Expired
	var pair rule
	if len(named) > 1 {
		pair = rule{true, fmt.Sprintf("%s and %s cannot be combined", named[1].name, named[0].name), named[0].with}
	}
	return []rule{
		{
			slices.Contains(slices.Concat(o.Identities, o.Providers), ""),
			"a name is empty", "give the name of an identity or a provider in atmos.yaml",
		},
		pair,
		{
			o.Expired && (o.Orphans || o.AllProjects),
			"--expired cannot be combined with --orphans or --all-projects", "--expired goes alone, or with names, --tags or --all",
		},
		{o.KeepProvider && len(o.Identities) == 0, "--keep-provider needs an identity", "credclean logout IDENTITY --keep-provider"},
		{o.Yes && nothing, "--yes does not say what to remove", "name an identity, --provider or --all"},
		{
			o.AllProjects && !o.Yes && !o.DryRun && !asks,
			"--all-projects removes everything that Atmos keeps for you, and there is no terminal to ask on", "add --yes, or --dry-run to see what there is",
		},
		{
			nothing && !asks,
			"no identity is named, and there is no terminal to choose one on",
			"credclean logout IDENTITY, --provider NAME or --all; on a terminal there is a list to choose from",
		},
	}
}

// target is what the options name. The error is one of usage.
func (o LogoutOptions) target(asks bool) (logout.Target, error) {
	for _, r := range o.rules(asks) {
		if r.broken {
			return logout.Target{}, usage(r.what, r.hint)
		}
	}
	return logout.Target{
		Identities: o.Identities, Providers: o.Providers, Tags: o.Tags, All: o.All, Expired: o.Expired,
		Orphans: o.Orphans, AllProjects: o.AllProjects, KeepProvider: o.KeepProvider,
	}, nil
}

// chooseTarget shows the list. ATMOS_IDENTITY only preselects a line.
func (s *session) chooseTarget(ctx context.Context, inv *inventory.Inventory, named logout.Target) (logout.Target, error) {
	if !named.Empty() {
		return named, nil
	}
	choices, targets := choices(inv.Selected().Graph, status.Marks(inv), inv.Shown)
	if len(targets) == 1 { // everything, which is nothing
		return logout.Target{}, usage("atmos.yaml declares no identity and no provider", "credclean reads the auth block of atmos.yaml")
	}
	selected := slices.IndexFunc(targets, func(t logout.Target) bool {
		return len(t.Identities) == 1 && strings.EqualFold(t.Identities[0], os.Getenv("ATMOS_IDENTITY"))
	})
	i, err := s.choose(ctx, "Choose what to logout from:", choices, max(selected, 0))
	if err != nil {
		return logout.Target{}, err
	}
	return targets[i], nil
}

// choices are the lines of the list, and what each stands for: identities, those with a mark and the
// default one first, providers, everything. marks say of names what is left of their sessions.
func choices(g *chain.Graph, marks map[string]string, shown func(name string) string) (choices []Choice, targets []logout.Target) {
	add := func(label, mark string, t logout.Target) {
		choices, targets = append(choices, Choice{label, mark}), append(targets, t)
	}
	// What a YAML function gave, and nothing here bears, is not shown.
	ids := slices.DeleteFunc(slices.Clone(g.Identities()), func(id config.Identity) bool { return shown(id.Name) != id.Name })
	rank := func(id config.Identity) int {
		n := 3
		if marks[id.Name] != "" {
			n -= 2
		}
		if id.Default {
			n--
		}
		return n
	}
	slices.SortStableFunc(ids, func(a, b config.Identity) int { return rank(a) - rank(b) })
	for _, id := range ids {
		add("Identity: "+id.Name, marks[id.Name], logout.Target{Identities: []string{id.Name}})
	}
	for _, pr := range g.Providers() {
		if shown(pr.Name) == pr.Name {
			add("Provider: "+pr.Name+" (removes all identities)", marks[pr.Name], logout.Target{Providers: []string{pr.Name}})
		}
	}
	add("All identities (complete logout)", "", logout.Target{All: true})
	return choices, targets
}

// nameError gives an error about names what to type next.
func nameError(err error) error {
	var unknown *chain.UnknownError
	var role *logout.RoleError
	var tag *logout.TagError
	switch {
	case errors.As(err, &unknown):
		return hinted{err, knownNames(unknown)}
	case errors.As(err, &tag):
		if len(tag.Known) == 0 {
			return hinted{err, "no provider in atmos.yaml has tags"}
		}
		return hinted{err, "the tags in atmos.yaml are " + strings.Join(tag.Known, ", ")}
	case errors.As(err, &role) && role.Provider:
		return hinted{err, "credclean logout --provider " + shell.Quote(role.Name)}
	case errors.As(err, &role):
		return hinted{err, "credclean logout " + shell.Quote(role.Name)}
	case errors.Is(err, chain.ErrCycle):
		return hinted{err, "fix the via of one of them in atmos.yaml, or remove everything with --all"}
	case errors.Is(err, chain.ErrAmbiguous):
		return hinted{err, "write the name in exactly the case of one of them"}
	}
	return err
}

// knownNames are what could have been meant; of many, the first.
func knownNames(e *chain.UnknownError) string {
	const most = 30
	switch {
	case slices.Contains([]string{"false", "0", "no", "off"}, e.Name): // as in the documentation of Atmos: no authentication
		return "to Atmos, --identity=" + e.Name + " means no authentication; here, name an identity, or --all"
	case len(e.Known) == 0:
		return "atmos.yaml declares none"
	}
	names := strings.Join(e.Known, ", ")
	if len(e.Known) > most {
		names = fmt.Sprintf("%s and %d more", strings.Join(e.Known[:most], ", "), len(e.Known)-most)
	}
	if near := e.Nearest(); near != "" {
		return fmt.Sprintf("did you mean %s? atmos.yaml declares %s", near, names)
	}
	return "atmos.yaml declares " + names
}
