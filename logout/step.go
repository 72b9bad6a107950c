package logout

import (
	"cmp"
	"time"

	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/revoke"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// A Step is one removal: a keyring entry, a file, or what is cut out of one. It is plain data:
// a plan can be printed, compared and run.
type Step struct {
	Kind  store.Kind
	Where inventory.Where
	Realm string
	// Traces are what goes: one, or several of one file. Of lock files and directories there are none.
	Traces []*inventory.Trace
	Names  []string // of the selection: who loses something
	// Cutter cuts the traces out of the file; without one the file goes.
	Cutter cut.Cutter
	Tree   bool         // a whole directory goes
	Locks  []disk.Place // of lock files: the files that they belong to; none for one that a run of ours left
	Keeps  []string     // the sections that stay in the file
	// Accounts are those of gcloud that the tree has logins of; only with Plan.Revoke.
	Accounts []string

	Session *revoke.Session // that is ended at its provider

	Kept    Reason // not to be removed, and why
	KeptFor string // of KeptAmbiguous: the realm it may belong to; of KeptSibling: who uses it
	// Err says why it is not known whether there is something, or why nothing can be removed.
	Err error

	rank int // position of the first of Names among those of the plan
}

// A Reason says why a step is kept.
type Reason string

// The reasons.
const (
	KeptByFlag    Reason = "--keep-long-lived"
	KeptByAnswer  Reason = "your answer"
	KeptNoConsent Reason = "not confirmed"
	KeptForeign   Reason = "a long-lived key of another project"
	KeptAmbiguous Reason = "ambiguous"
	KeptShared    Reason = "another program uses it too"
	KeptSibling   Reason = "others use it too"
	KeptUntilDone Reason = "until its identities are logged out"
)

// Settled tells whether nothing is left to do: the user asked for it, or it is
// not Atmos's alone. What is kept for the other reasons the exit code tells of.
func (r Reason) Settled() bool {
	switch r {
	case KeptByFlag, KeptByAnswer, KeptShared, KeptSibling:
		return true
	default:
		return false
	}
}

// Label is the first of those who lose something; of nobody's things the directory's.
func (s *Step) Label() string {
	if len(s.Names) > 0 {
		return s.Names[0]
	}
	if len(s.Traces) > 0 {
		t := s.Traces[0]
		return cmp.Or(t.Name, t.Root)
	}
	return ""
}

// accessKey tells whether the step is about what is, or counts as, a long-lived access key.
func (s *Step) accessKey() inventory.AccessKey {
	for _, t := range s.Traces {
		if k := t.AccessKey; k != inventory.NoAccessKey {
			return k
		}
	}
	return inventory.NoAccessKey
}

// expiry is until when what goes is valid, by name.
func (s *Step) expiry() map[string]time.Time {
	latest := make(map[string]time.Time)
	for _, t := range s.Traces {
		if t.Kind == store.Provisioned || t.Expires.IsZero() {
			continue
		}
		for _, n := range t.Of {
			if t.Expires.After(latest[n.Name]) {
				latest[n.Name] = t.Expires
			}
		}
	}
	return latest
}

// validUntil is the latest of all expiries.
func (s *Step) validUntil() time.Time {
	var latest time.Time
	for _, t := range s.Traces {
		if t := t.Expires; t.After(latest) {
			latest = t
		}
	}
	return latest
}
