package logout

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/revoke"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
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
	*Step
	Outcome Outcome
	Ended   *revoke.Result // of a session at a provider
	Err     error          // set if and only if Outcome is Failed
}

// A Report holds a result for every step of a plan, in order.
type Report struct {
	Plan    Plan
	Results []Result
	Time    time.Time // when the run ended
	// Finished: it was interrupted while sessions were ended, and then every removal was tried.
	Finished bool
	Linked   []disk.Linked // what is still on the disk under another name
	// Unsynced says what of the removals may come back after a loss of power.
	Unsynced error
}

// A Machine is what steps are carried out on.
type Machine struct {
	Home     *disk.Home
	Keyrings []keyring.Keyring
}

// An Observer is told of each step. Either function may be nil.
type Observer struct {
	Before func(*Step)
	After  func(Result)
}

// Run carries out every step of a plan, whatever became of the one before. Sessions are ended
// first; if ctx is done meanwhile, that ends the requests only. When it is done later, the step
// under way is finished, and the rest fail with its error.
func (p Plan) Run(ctx context.Context, m Machine, o Observer) Report {
	r := Report{Plan: p, Results: make([]Result, 0, len(p.Steps))}
	keyrings := make(map[string]keyring.Keyring, len(m.Keyrings))
	for _, k := range m.Keyrings {
		keyrings[k.Location()] = k
	}
	ended := p.endSessions(ctx)
	if ended != nil && ctx.Err() != nil { // that ended the requests, not the removals
		ctx, r.Finished = context.WithoutCancel(ctx), true
	}
	for _, s := range p.Steps {
		res := Result{Step: s}
		switch {
		case s.Session != nil:
			res.session(&ended[0])
			ended = ended[1:]
		case s.Kind == store.Provisioned && r.failed():
			kept := *s
			kept.Kept = KeptUntilDone
			res.Step, res.Outcome = &kept, Kept
		case s.Kept != "" && (s.Err == nil || s.Kept.Settled()):
			res.Outcome = Kept
		case ctx.Err() == nil && r.proves(s):
			res.end(errProof)
		default:
			res.end(s.try(ctx, m.Home, keyrings[s.Where.Keyring], o))
		}
		r.Results = append(r.Results, res)
		if o.After != nil {
			o.After(res)
		}
	}
	r.Linked, r.Unsynced = m.Home.Linked(), m.Home.Sync()
	r.Time = time.Now()
	return r
}

// session takes over what became of a session.
func (res *Result) session(ended *revoke.Result) {
	res.Ended, res.Outcome = ended, Outcome(ended.Outcome)
	if res.Outcome == Failed {
		res.Err = ended.Reason
	}
}

// errProof says of a file of Atmos's why it stays: without it, no later run would know the copy.
var errProof = errors.New("kept until the copy of it in a file of az is gone")

// proves tells whether a step is about a file that proves a copy which is still there.
func (r *Report) proves(s *Step) bool {
	if len(s.Traces) == 0 || s.Traces[0].Location == nil || s.Traces[0].Location.Under != store.HomeAzure {
		return false
	}
	return slices.ContainsFunc(r.Results, func(res Result) bool {
		return res.Kind == store.TokenCopy && res.Outcome == Failed && slices.Contains(res.Traces[0].Written.Proofs, s.Traces[0])
	})
}

// try carries out one step unless ctx is done. The error is fs.ErrNotExist if there was nothing.
func (s *Step) try(ctx context.Context, home *disk.Home, k keyring.Keyring, o Observer) error {
	err := ctx.Err()
	switch {
	case err != nil && s.Kind.Bare():
		return fs.ErrExist // not tried, but no credential is left by it
	case err != nil:
		return err
	case s.Kept != "": // whether there is anything to consent to is not known
		return s.Err
	}
	if o.Before != nil {
		o.Before(s)
	}
	return s.remove(ctx, home, k)
}

func (s *Step) remove(ctx context.Context, home *disk.Home, k keyring.Keyring) error {
	switch {
	case s.Where.Key != "" && !s.claimed(): // though it may not be known whether it is there
		return k.Remove(ctx, s.Where.Key)
	case s.Err != nil:
		return s.Err
	case s.Kind == store.LockFile && len(s.Locks) == 0:
		return home.RemoveLeftLock(s.Where.Place)
	case s.Kind == store.LockFile:
		return home.RemoveLocks(s.Locks...)
	case s.Kind == store.EmptyDir:
		return home.RemoveEmptyDir(s.Where.Place)
	case s.Cutter != nil:
		return home.Edit(ctx, s.Where.Place, s.Cutter)
	case s.Tree:
		return home.RemoveTree(ctx, s.Where.Place)
	}
	return home.Remove(s.Where.Place)
}

// claimed tells whether only a project's file names the place.
func (s *Step) claimed() bool {
	return errors.Is(s.Err, store.ErrClaimed)
}

// end turns an error into an outcome.
func (res *Result) end(err error) {
	switch {
	case err == nil:
		res.Outcome = Removed
	case errors.Is(err, fs.ErrNotExist):
		res.Outcome = Absent
	case res.Kind.Bare() && errors.Is(err, fs.ErrExist):
		res.Outcome = Kept
	default:
		res.Outcome, res.Err = Failed, err
	}
}

func (r *Report) failed() bool {
	return slices.ContainsFunc(r.Results, func(res Result) bool { return res.Outcome == Failed && res.Session == nil })
}

// Names are the members of the removal set of which something was removed, in
// the order of the set.
func (r Report) Names() []string {
	losers := make(map[string]bool, len(r.Plan.Names))
	for i := range r.Results {
		if res := &r.Results[i]; res.Outcome == Removed && !res.Kind.Bare() {
			for _, name := range res.losers() {
				losers[name] = true
			}
		}
	}
	return r.Plan.inSet(losers)
}

// losers are the names that a step takes something from.
func (s *Step) losers() []string {
	if len(s.Names) == 0 {
		return []string{s.Label()}
	}
	return s.Names
}

// inSet orders names as the removal set does. Those that are not in it, of sections that go
// with their directory, are the last.
func (p Plan) inSet(names map[string]bool) []string {
	ordered := make([]string, 0, len(names))
	for _, n := range p.Names {
		if names[n.Name] {
			ordered = append(ordered, n.Name)
			delete(names, n.Name)
		}
	}
	delete(names, "")
	return append(ordered, slices.Sorted(maps.Keys(names))...)
}

// Complete tells whether nothing of what was named is left but at the user's own wish.
func (r Report) Complete() bool {
	if !r.Plan.Certain() || r.Unsynced != nil {
		return false
	}
	return !slices.ContainsFunc(r.Results, func(res Result) bool {
		return res.Outcome == Failed || res.Outcome == Kept && !res.Kind.Bare() && !res.Kept.Settled()
	})
}

// SessionsOnly tells whether all that failed are requests to end a session, which no second run
// can repeat: the tokens are gone.
func (r Report) SessionsOnly() bool {
	r.Results = slices.DeleteFunc(slices.Clone(r.Results), func(res Result) bool { return res.Session != nil })
	return r.Complete()
}

// Certain tells whether nothing can be left that the plan does not know of.
func (p Plan) Certain() bool {
	return len(p.Doubts) == 0 && !slices.ContainsFunc(p.Chains, func(c Chain) bool { return errors.Is(c.Err, chain.ErrCycle) })
}

// Err is ErrIncomplete if the plan shows already that something will be left.
func (p Plan) Err() error {
	if p.Certain() {
		return nil
	}
	return ErrIncomplete
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
	if r.Unsynced != nil {
		errs = append(errs, r.Unsynced)
	}
	for _, res := range r.Results {
		if res.Err != nil {
			errs = append(errs, res.Err)
		}
	}
	return errors.Join(errs...)
}
