package logout

import (
	"slices"
	"strings"

	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// Affected says who has to log in again though they were not named.
type Affected struct {
	By    []string // who loses what they share
	Names []string
	Why   string // as "provider aws-sso"; may be empty
}

// affected finds who shares what goes: the declared identities outside the set whose chains
// start at a name that loses something, the undeclared ones whose section goes with its
// directory, and the accounts of other programs that lose a copy.
func (b *builder) affected() []Affected {
	if b.Expired { // nobody could use it any more
		return nil
	}
	var all []Affected
	at := make(map[string]int) // by the root of a chain
	share := func(root, by, why string) int {
		i, have := at[root]
		if !have {
			i, at[root] = len(all), len(all)
			all = append(all, Affected{Why: why})
		}
		all[i].By = append(all[i].By, by)
		return i
	}
	for _, s := range b.Steps {
		if s.Err != nil || s.Kept != "" {
			continue
		}
		for _, t := range s.Traces {
			b.shares(s, t, share)
			for _, n := range t.Of {
				if !b.in[n] && s.Kind.AWSFile() {
					j := share(t.Root, s.Label(), b.role(t.Root))
					all[j].Names = append(all[j].Names, n.Name)
				}
			}
		}
	}
	for _, r := range b.inv.Readings {
		for _, id := range r.Graph.Identities() {
			root, _ := r.Graph.Root(id.Name)
			if i, is := at[root.Name]; is && !b.in[inventory.Name{Name: id.Name}] {
				all[i].Names = append(all[i].Names, b.inv.Shown(id.Name))
			}
		}
	}
	all = slices.DeleteFunc(all, func(a Affected) bool { return len(a.Names) == 0 })
	for i := range all {
		all[i].Names = unique(all[i].Names)
	}
	return append(all, b.accounts()...)
}

// shares notes whose session a trace is.
func (b *builder) shares(s *Step, t *inventory.Trace, share func(root, by, why string) int) {
	switch s.Kind {
	case store.KeyringEntry, store.CloudCredentials, store.SessionToken, store.RefreshToken:
	default:
		if t.Location == nil || t.Location.Shared == store.Alone {
			return
		}
	}
	for _, n := range t.Of {
		why := b.role(n.Name)
		if !b.in[n] && t.Location != nil {
			why = string(t.Location.Shared)
			if t.Location.Shared == store.ByPortal {
				why = "portal " + t.StartURL
			}
		}
		share(n.Name, s.Label(), why)
	}
}

// role names a member as what it is.
func (b *builder) role(name string) string {
	if i, ok := b.at[name]; ok && !b.Names[i].Provider {
		return "identity " + b.inv.Shown(name)
	}
	return "provider " + b.inv.Shown(name)
}

// accounts are those of other programs that lose copies of tokens.
func (b *builder) accounts() []Affected {
	var by, accounts []string
	for _, s := range b.Steps {
		if s.Kind == store.TokenCopy && s.Err == nil {
			by, accounts = append(by, s.Label()), append(accounts, s.Traces[0].Written.Accounts...)
		}
	}
	if accounts == nil {
		return nil
	}
	return []Affected{{By: by, Names: []string{"az (account " + strings.Join(unique(accounts), ", ") + ")"}}}
}
