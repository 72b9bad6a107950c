package logout

import (
	"encoding/json"
	"io"
	"time"

	"github.com/credclean/credclean/store"
)

// A Document is a report as JSON. Its schema is schema/logout.schema.json.
type Document struct {
	SchemaVersion int                `json:"schema_version"`
	Command       string             `json:"command"`
	Target        TargetDocument     `json:"target"`
	Chains        []ChainDocument    `json:"chains"`
	DryRun        bool               `json:"dry_run"`
	Steps         []StepDocument     `json:"steps"`
	Counts        Counts             `json:"counts"`
	AlsoAffected  []AffectedDocument `json:"also_affected"`
	NotChecked    []NotChecked       `json:"not_checked"`
	Notes         []string           `json:"notes"`
	Ending
}

// An Ending is how a command ended. It stands at the end of every document.
type Ending struct {
	Errors   []string `json:"errors"` // of a command that could not be followed
	Hint     string   `json:"hint,omitempty"`
	ExitCode int      `json:"exit_code"`
}

// NewEnding is that of a command that did not fail.
func NewEnding() Ending { return Ending{Errors: []string{}} }

// End sets everything.
func (e *Ending) End(errs []error, hint string, exitCode int) {
	*e = NewEnding()
	for _, err := range errs {
		e.Errors = append(e.Errors, err.Error())
	}
	e.Hint, e.ExitCode = hint, exitCode
}

// A TargetDocument is what was named.
type TargetDocument struct {
	Identities   []string `json:"identities"`
	Providers    []string `json:"providers"`
	All          bool     `json:"all"`
	Expired      bool     `json:"expired"`
	Orphans      bool     `json:"orphans"`
	AllProjects  bool     `json:"all_projects"`
	KeepProvider bool     `json:"keep_provider"`
}

// A ChainDocument is a chain, provider first. Error is why it is not whole.
type ChainDocument struct {
	Names []string `json:"names"`
	Error string   `json:"error,omitempty"`
}

// A StepDocument is one step. Outcome is removed, absent, kept or failed;
// would_remove and unknown in a dry run.
type StepDocument struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	Realm    string `json:"realm"`
	Location string `json:"location"`
	// Sections are the names that lose their section of an AWS file.
	Sections   []string `json:"sections,omitempty"`
	Key        string   `json:"key,omitempty"`
	Outcome    string   `json:"outcome"`
	KeptBy     string   `json:"kept_by,omitempty"`
	Error      string   `json:"error,omitempty"`
	ValidUntil string   `json:"valid_until,omitempty"` // RFC 3339, UTC
}

// Counts are of identities (distinct names of which something was removed) and of steps.
type Counts struct {
	Identities  int `json:"identities"`
	WouldRemove int `json:"would_remove"`
	Removed     int `json:"removed"`
	Absent      int `json:"absent"`
	Kept        int `json:"kept"`
	Failed      int `json:"failed"`
}

// An AffectedDocument says who has to log in again, and why.
type AffectedDocument struct {
	Names []string `json:"names"`
	Why   string   `json:"why"`
}

// A NotChecked is a place that could not be looked at.
type NotChecked struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	Reason   string `json:"reason"`
}

// NewDocument is the document of a command that removed nothing.
func NewDocument(t Target) Document {
	return Document{
		SchemaVersion: 1, Command: "logout",
		Target: TargetDocument{
			Identities: list0(t.Identities), Providers: list0(t.Providers), All: t.All, Expired: t.Expired,
			Orphans: t.Orphans, AllProjects: t.AllProjects, KeepProvider: t.KeepProvider,
		},
		Chains: []ChainDocument{}, Steps: []StepDocument{}, AlsoAffected: []AffectedDocument{},
		NotChecked: []NotChecked{}, Notes: []string{}, Ending: NewEnding(),
	}
}

// list0 is never nil, so that it is [] in JSON.
func list0(names []string) []string { return append([]string{}, names...) }

// Document is the plan as a dry run tells it.
func (p Plan) Document(v View) Document {
	d := p.document(v)
	d.DryRun = true
	for _, s := range p.Steps {
		step := s.document(v)
		switch {
		case s.Err != nil:
			step.Outcome, step.Error = "unknown", Cause(s.Err)
		case s.Kept != "":
			step.Outcome = string(Kept)
			d.Counts.Kept++
		default:
			step.Outcome = "would_remove"
			d.Counts.WouldRemove++
		}
		d.Steps = append(d.Steps, step)
	}
	d.Counts.Identities = len(p.found())
	d.affected(p.Affected)
	return d
}

// Document is the report. The exit code is the caller's to set.
func (r Report) Document(v View) Document {
	d := r.Plan.document(v)
	for _, res := range r.Results {
		step := res.document(v)
		step.Outcome = string(res.Outcome)
		switch res.Outcome {
		case Removed:
			d.Counts.Removed++
		case Absent:
			d.Counts.Absent++
		case Kept:
			d.Counts.Kept++
		case Failed:
			d.Counts.Failed++
			step.Error = Cause(res.Err)
		}
		d.Steps = append(d.Steps, step)
	}
	d.Counts.Identities = len(r.Names())
	d.affected(r.affected())
	d.Notes = append(d.Notes, r.Plan.LeftAlone...)
	return d
}

func (p Plan) document(v View) Document {
	d := NewDocument(p.Target)
	for _, c := range p.Chains {
		chain := ChainDocument{Names: c.Names()}
		if c.Err != nil {
			chain.Error = c.Err.Error()
		}
		d.Chains = append(d.Chains, chain)
	}
	for _, s := range p.Steps {
		if s.Err != nil {
			d.NotChecked = append(d.NotChecked, NotChecked{s.Name, s.document(v).Location, Cause(s.Err)})
		}
	}
	d.Notes = append(d.Notes, p.Notes...)
	return d
}

func (d *Document) affected(all []Affected) {
	for _, a := range all {
		d.AlsoAffected = append(d.AlsoAffected, AffectedDocument{a.Names, a.Why})
	}
}

func (s Step) document(v View) StepDocument {
	d := StepDocument{
		Kind: string(s.Kind), Name: s.Name, Realm: s.Realm, Location: v.Roots.Show(s.Place.String()),
		Sections: s.Owners, Key: s.Key, KeptBy: string(s.Kept),
	}
	if s.Kind == store.KeyringEntry {
		d.Location = v.Roots.Show(s.Keyring)
	}
	if until := s.validUntil(); !until.IsZero() {
		d.ValidUntil = until.UTC().Format(time.RFC3339)
	}
	return d
}

// validUntil is the latest of the expiries that stand beside what goes.
func (s Step) validUntil() time.Time {
	var latest time.Time
	for _, t := range s.Expiry {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}

// Flatten takes joined errors apart.
func Flatten(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok { // the outermost is meant
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, Flatten(e)...)
		}
		return all
	}
	return []error{err}
}

// Write writes the document, with a line break at its end.
func (d *Document) Write(w io.Writer) error { return WriteJSON(w, d) }

// WriteJSON writes a document as it is printed.
func WriteJSON(w io.Writer, document any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}
