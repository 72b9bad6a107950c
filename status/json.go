package status

import (
	"io"

	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/internal/show"
)

// A Document is a status as JSON. Its schema is schema/status.schema.json.
type Document struct {
	SchemaVersion  int                 `json:"schema_version"`
	Command        string              `json:"command"`
	Named          []string            `json:"named"` // the identities that were asked for
	Identities     []RowDocument       `json:"identities"`
	OtherProjects  []OthersDocument    `json:"other_projects"`
	Elsewhere      []elsewhere.Finding `json:"elsewhere"`
	ShellVariables []string            `json:"shell_variables"`
	NotChecked     []show.NotChecked   `json:"not_checked"`
	Counts         map[State]int       `json:"counts"`
	show.Ending
}

// A RowDocument is a name of which something is on this machine, or that was asked for.
type RowDocument struct {
	Name       string          `json:"name"`
	Provider   string          `json:"provider"` // or the standalone identity that the chain starts at
	Kind       string          `json:"kind"`
	Declared   bool            `json:"declared"`
	Realm      string          `json:"realm,omitempty"` // of another project; - if it has none
	State      State           `json:"state"`
	ValidUntil string          `json:"valid_until,omitempty"` // RFC 3339, UTC
	Renews     bool            `json:"renews"`
	Places     []PlaceDocument `json:"places"`
}

// A PlaceDocument is one thing of a name. Location is a path or a keyring.
type PlaceDocument struct {
	Kind       string `json:"kind"`
	Realm      string `json:"realm"`
	Location   string `json:"location"`
	Entry      string `json:"entry,omitempty"`
	State      State  `json:"state"`
	ValidUntil string `json:"valid_until,omitempty"` // RFC 3339, UTC
	Error      string `json:"error,omitempty"`
}

// An OthersDocument is what one realm of another project has.
type OthersDocument struct {
	Realm string `json:"realm"`
	Names int    `json:"names"`
}

// NewDocument is the document of a command that looked at nothing.
func NewDocument(named []string) Document {
	return Document{
		SchemaVersion: 1, Command: "status", Named: show.Strings(named), Identities: []RowDocument{}, OtherProjects: []OthersDocument{},
		Elsewhere: []elsewhere.Finding{}, ShellVariables: []string{}, NotChecked: []show.NotChecked{}, Counts: map[State]int{}, Ending: show.NewEnding(),
	}
}

// Document is the status as JSON.
func (s Status) Document(v show.View) Document {
	d := NewDocument(s.Named)
	for _, r := range s.shown() {
		row := RowDocument{
			Name: r.Name.Name, Provider: r.Root.Name, Kind: r.Kind, Declared: r.Declared, Realm: r.Realm,
			State: r.State, ValidUntil: show.Time(r.Expires), Renews: r.Renews, Places: []PlaceDocument{},
		}
		for _, p := range r.Places {
			place := p.document(v)
			row.Places = append(row.Places, place)
			if p.Err != nil {
				d.NotChecked = append(d.NotChecked, show.NotChecked{Name: r.Name.Name, Location: place.Location, Reason: place.Error})
			}
		}
		d.Identities = append(d.Identities, row)
	}
	for _, g := range s.Gaps {
		place := g.document(v)
		d.NotChecked = append(d.NotChecked, show.NotChecked{Location: place.Location, Reason: place.Error})
	}
	for _, o := range s.Others {
		d.OtherProjects = append(d.OtherProjects, OthersDocument(o))
	}
	d.Elsewhere = append(d.Elsewhere, s.Elsewhere...)
	d.ShellVariables = append(d.ShellVariables, v.Variables...)
	for state, n := range s.Counts() {
		d.Counts[state] = n
	}
	return d
}

func (p Place) document(v show.View) PlaceDocument {
	d := PlaceDocument{
		Kind: string(p.Kind), Realm: p.Realm, Location: v.Roots.Show(p.Location), Entry: p.Entry,
		State: p.State, ValidUntil: show.Time(p.Expires),
	}
	if p.Err != nil {
		d.Error = show.Cause(p.Err)
	}
	return d
}

// Write writes the document, with a line break at its end.
func (d *Document) Write(w io.Writer) error { return show.WriteJSON(w, d) }
