package logout

import (
	"slices"
	"time"

	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// A Plan lists the removals for a target, in the order they run. It is computed once from an
// inventory: dry run, question, run, JSON and audit trail all read the same steps.
type Plan struct {
	Target   Target
	Names    []Member // the removal set
	Chains   []Chain  // of the identities that were named
	Steps    []*Step
	Affected []Affected
	// Stays is what lies where something goes, or bears a name of the project, and is left there.
	Stays []Stay
	// Doubts are what may be left though no step failed: what an unread part of the
	// configuration may declare, what only newer releases know. With one the logout is not complete.
	Doubts []string
	// Held says which names another project holds.
	Held  []string
	Notes []string // what else the report should say, a sentence each
	// LeftAlone is what other programs keep and Atmos may have used.
	LeftAlone []elsewhere.Finding
	// Revoke says that sessions are ended at their providers, all within RevokeTimeout.
	Revoke        bool
	RevokeTimeout time.Duration
	// StartURLs are where browser sessions of the providers involved can be ended.
	StartURLs []string
}

// A Member is a name of the removal set.
type Member struct {
	Name     string
	Kind     string // empty if it is not declared
	Via      string // the provider that the user named and that led to this identity
	Provider bool
}

// A Stay is something that is left where it is, and why.
type Stay struct {
	Names []string
	Place
}

// A Place is where something stays, and why.
type Place struct {
	Location string // a path; empty if there are several
	Reason   string
}

// NewPlan chooses the traces that a target stands for and makes steps of them. The errors are
// about the target only: chain.ErrUnknown, chain.ErrAmbiguous, chain.ErrCycle, *RoleError, *TagError.
func NewPlan(inv *inventory.Inventory, t Target) (Plan, error) {
	s, err := choose(inv, t)
	if err != nil {
		return Plan{}, err
	}
	taken := s.take(inv.Time)
	b := builder{selection: s, at: make(map[string]int), gone: make(map[part]bool, len(taken))}
	b.Plan = Plan{Target: s.Target, Chains: s.chains, Names: s.members()}
	for i, m := range b.Names {
		b.at[m.Name] = i
	}
	for _, t := range taken {
		b.gone[partOf(t)] = true
	}
	b.addEntries(taken)
	b.addCopies(taken)
	b.addFiles(taken)
	b.addUnsure()
	b.addGaps()
	b.addLocks()
	b.addSharedLocks()
	b.addDirs()
	b.stays()
	b.doubts()
	b.Affected = b.affected()
	b.remarks()
	return b.Plan, nil
}

// A builder makes the steps of a plan.
type builder struct {
	Plan
	*selection
	at   map[string]int // position of a name among the members
	gone map[part]bool  // what is taken
}

// A part is what one trace stands for. Several sections of a file may have the same header.
type part struct {
	inventory.Where
	session bool
}

func partOf(t *inventory.Trace) part { return part{t.Where, t.Session} }

// goes tells whether a trace is taken.
func (b *builder) goes(t *inventory.Trace) bool { return b.gone[partOf(t)] }

// members are the names of the selection, each once.
func (s *selection) members() []Member {
	var members []Member
	seen := make(map[string]bool, len(s.names))
	for _, n := range s.names {
		if seen[n.Name] {
			continue
		}
		seen[n.Name] = true
		m := Member{Name: n.Name, Provider: n.Provider, Via: s.via[n.Name]}
		if kinds := s.inv.Kinds(n); len(kinds) > 0 {
			m.Kind = kinds[0]
		}
		members = append(members, m)
	}
	return members
}

// namesOf are the members that a trace is taken from.
func (b *builder) namesOf(t *inventory.Trace) []string {
	var names []string
	for _, n := range t.Of {
		if _, member := b.at[n.Name]; member && !slices.Contains(names, n.Name) {
			names = append(names, n.Name)
		}
	}
	switch { // a section that goes with its directory
	case len(names) > 0:
	case t.Section && (t.Name == "" || inventory.IsDefault(t.Name)):
		return []string{t.Root}
	case t.Name != "":
		return []string{t.Name}
	}
	return names
}

// order is the position of a step among the names. What bears none comes behind them, and then
// what says which identities there are.
func (b *builder) order(s *Step) int {
	best := len(b.Names)
	if s.Kind == store.Provisioned {
		return best + 1
	}
	for _, name := range s.Names {
		if i, ok := b.at[name]; ok {
			best = min(best, i)
		}
	}
	if len(s.Traces) > 0 {
		if i, ok := b.at[s.Traces[0].Root]; ok {
			best = min(best, i)
		}
	}
	return best
}

// Kinds are those of the providers and identities of the removal set.
func (p Plan) Kinds() []string {
	var kinds []string
	for _, m := range p.Names {
		if m.Kind != "" {
			kinds = append(kinds, m.Kind)
		}
	}
	return unique(kinds)
}

// Empties tells whether all secrets go from a file of another program; its path begins with ~.
func (p Plan) Empties(path string, roots store.Roots) bool {
	return slices.ContainsFunc(p.Steps, func(s *Step) bool {
		return s.Kind == store.TokenCopy && s.Traces[0].Written.Last && roots.Show(s.Where.Place.String()) == path
	})
}

// Found tells whether the plan holds anything to remove, to keep, or that could not be looked at.
func (p Plan) Found() bool {
	return slices.ContainsFunc(p.Steps, func(s *Step) bool { return !s.Kind.Bare() })
}

// LongLived are the names whose keyring entry is, or counts as, a long-lived access key.
func (p Plan) LongLived() []string {
	var names []string
	for _, s := range p.Steps {
		if s.accessKey() != inventory.NoAccessKey && s.Err == nil && s.Kept == "" {
			names = append(names, s.Label())
		}
	}
	return unique(names)
}

// KeepLongLived is the plan without the removal of long-lived access keys. By the flag, those
// of other projects are kept at the user's own wish, too.
func (p Plan) KeepLongLived(why Reason) Plan {
	p.Steps = slices.Clone(p.Steps)
	for i, s := range p.Steps {
		if s.accessKey() != inventory.NoAccessKey && (s.Kept == "" || s.Kept == KeptForeign && why == KeptByFlag) {
			kept := *s
			kept.Kept = why
			p.Steps[i] = &kept
		}
	}
	return p
}
