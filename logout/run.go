package logout

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/keyring"
)

// An Outcome is how a step ended.
type Outcome string

// The outcomes. A step that was removed was looked at again.
const (
	Removed Outcome = "removed"
	Absent  Outcome = "absent" // there was nothing to remove
	Kept    Outcome = "kept"
	Failed  Outcome = "failed"
)

// ErrIncomplete is part of the error of a report that leaves something behind.
var ErrIncomplete = errors.New("not everything was removed")

// A Result is how one step ended.
type Result struct {
	Step
	Outcome Outcome
	Err     error // set if and only if Outcome is Failed
}

// A Report holds a result for every step of a plan, in order.
type Report struct {
	Plan    Plan
	Results []Result
	Time    time.Time // when the run ended
}

// An Observer is told of each step. Either function may be nil.
type Observer struct {
	Before func(Step)
	After  func(Result)
}

// Run carries out every step of a plan, whatever became of the one before. When ctx
// is done, the step under way is finished, unless it is waiting for a lock or a
// dialog, and the rest fail with ctx's error.
func (p Plan) Run(ctx context.Context, m Machine, o Observer) Report {
	r := Report{Plan: p, Results: make([]Result, 0, len(p.Steps))}
	keyrings := make(map[string]keyring.Keyring, len(m.Keyrings))
	for _, k := range m.Keyrings {
		keyrings[k.Location()] = k
	}
	for _, s := range p.Steps {
		res := Result{Step: s}
		err := ctx.Err()
		switch {
		case s.Kind == store.Provisioned && r.failed():
			res.Kept, res.Outcome = KeptUntilDone, Kept
			r.add(res, o)
			continue
		case s.Kept != "" && (s.Err == nil || s.Kept.Settled()):
			res.Outcome = Kept
			r.add(res, o)
			continue
		case err != nil && s.bare():
			err = fs.ErrExist // not tried, but no credential is left by it
		case s.Kept != "":
			err = s.Err // whether there is anything to consent to is not known
		case err == nil:
			if o.Before != nil {
				o.Before(s)
			}
			err = res.remove(ctx, m, keyrings[s.Keyring])
		}
		switch {
		case err == nil:
			res.Outcome = Removed
		case errors.Is(err, fs.ErrNotExist):
			res.Outcome = Absent
		case s.bare() && errors.Is(err, fs.ErrExist):
			res.Outcome = Kept
		default:
			res.Outcome, res.Err = Failed, err
		}
		r.add(res, o)
	}
	r.Time = time.Now()
	return r
}

func (r *Report) failed() bool {
	return slices.ContainsFunc(r.Results, func(res Result) bool { return res.Outcome == Failed })
}

func (r *Report) add(res Result, o Observer) {
	r.Results = append(r.Results, res)
	if o.After != nil {
		o.After(res)
	}
}

// remove carries out one step. The error is fs.ErrNotExist if there was nothing.
func (res *Result) remove(ctx context.Context, m Machine, k keyring.Keyring) error {
	switch {
	case res.Kind == store.KeyringEntry && res.Key == "": // a keyring that does not list its entries
		return res.Step.Err
	case res.Kind == store.KeyringEntry: // though it is not known whether it is there
		return k.Remove(ctx, res.Key)
	case res.Step.Err != nil:
		return res.Step.Err
	case res.Kind == LockFiles:
		return m.Files.RemoveLocks(ctx, res.Locks...)
	case res.Kind == EmptyDir:
		return m.Files.RemoveEmptyDir(res.Place)
	case res.Kind == store.DockerLogin || res.Kind == store.KubeconfigEntry:
		return res.removeShared(ctx, m)
	case res.awsFile():
		cut, err := m.Files.RemoveSections(ctx, res.Place, res.Rule)
		if err == nil {
			res.Keeps = cut.Kept
		}
		return err
	case res.Tree:
		return m.Files.RemoveTree(res.Place)
	}
	return m.Files.Remove(res.Place)
}

// Names are the members of the removal set of which something was removed, in
// the order of the set.
func (r Report) Names() []string {
	losers := make(map[string]bool, len(r.Plan.Names))
	for i := range r.Results {
		if res := &r.Results[i]; res.Outcome == Removed && !res.bare() {
			add(losers, res.losers())
		}
	}
	return r.Plan.inSet(losers)
}

// losers are the names that a step takes something from.
func (s *Step) losers() []string {
	if len(s.Owners) == 0 {
		return []string{s.Name}
	}
	return s.Owners
}

func add(set map[string]bool, names []string) map[string]bool {
	for _, name := range names {
		set[name] = true
	}
	return set
}

// inSet orders names as the removal set does. What bears another name counts
// for nobody here: its directory's owner is among the names anyway.
func (p Plan) inSet(names map[string]bool) []string {
	ordered := make([]string, 0, len(names))
	for _, n := range p.Names {
		if names[n.Name] {
			ordered = append(ordered, n.Name)
		}
	}
	return ordered
}

// Complete tells whether nothing of what was named is left but at the user's own wish.
func (r Report) Complete() bool {
	if slices.ContainsFunc(r.Plan.Chains, func(c chain.Chain) bool { return errors.Is(c.Err, chain.ErrCycle) }) {
		return false
	}
	return !slices.ContainsFunc(r.Results, func(res Result) bool {
		return res.Outcome == Failed || res.Outcome == Kept && !res.bare() && !res.Kept.Settled()
	})
}

// LeftFor tells whether something was kept for this reason.
func (r Report) LeftFor(why Reason) bool {
	return slices.ContainsFunc(r.Results, func(res Result) bool { return res.Outcome == Kept && res.Kept == why })
}

// Err is nil for a complete report, else ErrIncomplete joined with every cause.
func (r Report) Err() error {
	if r.Complete() {
		return nil
	}
	errs := []error{ErrIncomplete}
	for _, res := range r.Results {
		if res.Err != nil {
			errs = append(errs, res.Err)
		}
	}
	return errors.Join(errs...)
}
