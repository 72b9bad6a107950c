package logout

import (
	"cmp"
	"io"

	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/revoke"
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
	Kept          []KeptDocument     `json:"kept"`
	LeftAlone     []AloneDocument    `json:"left_alone"`
	NotChecked    []show.NotChecked  `json:"not_checked"`
	Notes         []string           `json:"notes"`
	show.Ending
}

// A TargetDocument is what was named.
type TargetDocument struct {
	Identities   []string `json:"identities"`
	Providers    []string `json:"providers"`
	Tags         []string `json:"tags"`
	All          bool     `json:"all"`
	Expired      bool     `json:"expired"`
	Orphans      bool     `json:"orphans"`
	AllProjects  bool     `json:"all_projects"`
	KeepProvider bool     `json:"keep_provider"`
}

// A ChainDocument is a chain, provider first. Error is why it is not whole.
type ChainDocument struct {
	Names   []string `json:"names"`
	Reading string   `json:"reading,omitempty"` // as "profile ci"
	Error   string   `json:"error,omitempty"`
}

// A StepDocument is one step. Outcome is removed, absent, kept or failed;
// would_remove and unknown in a dry run.
type StepDocument struct {
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Names    []string `json:"names,omitempty"` // if several lose something
	Realm    string   `json:"realm"`
	Location string   `json:"location"`
	// Entries are what goes of a file that stays: sections, logins, contexts.
	Entries    []string `json:"entries,omitempty"`
	Key        string   `json:"key,omitempty"`
	Outcome    string   `json:"outcome"`
	KeptBy     string   `json:"kept_by,omitempty"`
	Error      string   `json:"error,omitempty"`
	ValidUntil string   `json:"valid_until,omitempty"` // RFC 3339, UTC
	*SessionDocument
}

// A SessionDocument is the part of a step that ends a session at its provider.
type SessionDocument struct {
	ProviderHost string `json:"provider_host,omitempty"` // empty if nothing was to be sent
	HTTPStatus   int    `json:"http_status,omitempty"`
	Renewed      bool   `json:"renewed"`
	DurationMS   int64  `json:"duration_ms"`
	Reason       string `json:"reason,omitempty"`
}

// Counts are of identities (distinct names of which something was removed) and of steps.
type Counts struct {
	Identities  int `json:"identities"`
	WouldRemove int `json:"would_remove"`
	Removed     int `json:"removed"`
	Absent      int `json:"absent"`
	Kept        int `json:"kept"`
	Failed      int `json:"failed"`
	// Of sessions at providers, which are in no other count.
	SessionsEnded  int `json:"sessions_ended"`
	SessionsFailed int `json:"sessions_failed"`
}

// An AffectedDocument says who has to log in again, and why.
type AffectedDocument struct {
	Names []string `json:"names"`
	Why   string   `json:"why"`
}

// A KeptDocument is something that stays, and why.
type KeptDocument struct {
	Names    []string `json:"names"`
	Location string   `json:"location"`
	Key      string   `json:"key,omitempty"`
	Reason   string   `json:"reason"`
}

// An AloneDocument is something of another program.
type AloneDocument struct {
	Program  string `json:"program"`
	Location string `json:"location"`
	EndsWith string `json:"ends_with"`
}

// NewDocument is the document of a command that removed nothing.
func NewDocument(t Target) Document {
	return Document{
		SchemaVersion: 1, Command: "logout",
		Target: TargetDocument{
			Identities: show.Strings(t.Identities), Providers: show.Strings(t.Providers), Tags: show.Strings(t.Tags),
			All: t.All, Expired: t.Expired, Orphans: t.Orphans, AllProjects: t.AllProjects, KeepProvider: t.KeepProvider,
		},
		Chains: []ChainDocument{}, Steps: []StepDocument{}, AlsoAffected: []AffectedDocument{}, Kept: []KeptDocument{},
		LeftAlone: []AloneDocument{}, NotChecked: []show.NotChecked{}, Notes: []string{}, Ending: show.NewEnding(),
	}
}

// Document is the plan as a dry run tells it.
func (p Plan) Document(v show.View) Document {
	d := p.document(v)
	d.DryRun = true
	for _, s := range p.Steps {
		step := s.document(v)
		switch {
		case s.Session != nil:
			step.Outcome = string(revoke.WouldRevoke)
		case s.Err != nil:
			step.Outcome, step.Error = "unknown", show.Cause(s.Err)
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
	d.affected(p.Affected, p.would())
	d.Notes = append(d.Notes, p.gcloud()...)
	return d
}

// Document is the report. The exit code is the caller's to set.
func (r Report) Document(v show.View) Document {
	d := r.Plan.document(v)
	for i := range r.Results {
		res := &r.Results[i]
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
			step.Error = show.Cause(res.Err)
			if res.Session != nil {
				d.Counts.SessionsFailed++
			} else {
				d.Counts.Failed++
			}
		case Outcome(revoke.Revoked), Outcome(revoke.AlreadyInvalid):
			d.Counts.SessionsEnded++
		case Outcome(revoke.NotSupported):
		}
		step.ended(res.Ended)
		d.Steps = append(d.Steps, step)
	}
	d.Counts.Identities = len(r.Names())
	d.affected(r.affected(), r.sessions())
	d.Notes = append(d.Notes, r.livesOn(v)...)
	return d
}

func (p Plan) document(v show.View) Document {
	d := NewDocument(p.Target)
	d.Steps, d.NotChecked = make([]StepDocument, 0, len(p.Steps)), p.NotChecked(v)
	for _, c := range p.Chains {
		chain := ChainDocument{Names: c.Names(), Reading: c.Reading}
		if c.Err != nil {
			chain.Error = c.Err.Error()
		}
		d.Chains = append(d.Chains, chain)
	}
	for _, s := range p.Steps {
		if s.Kept != "" && !s.Kind.Bare() {
			d.Kept = append(d.Kept, KeptDocument{show.Strings(s.losers()), s.location(v), s.Where.Key, string(s.Kept)})
		}
	}
	for _, s := range p.Stays {
		d.Kept = append(d.Kept, KeptDocument{show.Strings(s.Names), v.Roots.Show(s.Location), "", s.Reason})
	}
	for _, f := range p.LeftAlone {
		d.LeftAlone = append(d.LeftAlone, AloneDocument{f.Program, f.Location, f.EndsWith})
	}
	d.Notes = append(append(d.Notes, p.Held...), p.Notes...)
	return d
}

// NotChecked is what could not be looked at, and what may be left though no step failed.
func (p Plan) NotChecked(v show.View) []show.NotChecked {
	all := []show.NotChecked{}
	for _, s := range p.Steps {
		if s.Err != nil {
			all = append(all, show.NotChecked{Name: s.Label(), Location: s.location(v), Reason: show.Cause(s.Err)})
		}
	}
	for _, doubt := range p.Doubts {
		all = append(all, show.NotChecked{Reason: doubt})
	}
	return all
}

func (s *Step) location(v show.View) string {
	return v.Roots.Show(cmp.Or(s.Where.Keyring, s.Where.Place.String()))
}

// ended adds what became of a session.
func (d *StepDocument) ended(res *revoke.Result) {
	if res == nil {
		return
	}
	d.HTTPStatus, d.Renewed, d.DurationMS = res.HTTPStatus, res.Renewed, res.Duration.Milliseconds()
	if res.Reason != nil {
		d.Reason = res.Reason.Error()
	}
}

func (d *Document) affected(all []Affected, sessions []revoke.Result) {
	for _, a := range all {
		d.AlsoAffected = append(d.AlsoAffected, AffectedDocument{a.Names, a.Why})
	}
	if who := revoke.Affected(sessions); who != nil {
		d.AlsoAffected = append(d.AlsoAffected, AffectedDocument{who, "the session is ended"})
	}
}

func (s *Step) document(v show.View) StepDocument {
	d := StepDocument{
		Kind: string(s.Kind), Name: s.Label(), Realm: s.Realm, Location: s.location(v),
		Key: s.Where.Key, KeptBy: string(s.Kept), ValidUntil: show.Time(s.validUntil()),
	}
	if len(s.Names) > 1 {
		d.Names = s.Names
	}
	if s.Session != nil {
		d.Location, d.ValidUntil = s.Session.Host, show.Time(s.Session.ValidUntil)
		d.SessionDocument = &SessionDocument{ProviderHost: s.Session.Host}
		if s.Session.Refused != nil {
			d.Reason = s.Session.Refused.Error()
		}
	}
	for _, t := range s.Traces {
		if t.Kind.AWSFile() && t.Name != "" {
			d.Entries = append(d.Entries, t.Name)
		} else if t.Where.Entry != "" && s.Kind != store.TokenCopy {
			d.Entries = append(d.Entries, t.Where.Entry)
		}
	}
	return d
}

// Write writes the document, with a line break at its end.
func (d *Document) Write(w io.Writer) error { return show.WriteJSON(w, d) }
