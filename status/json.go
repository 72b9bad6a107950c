package status

import (
	"io"
	"time"

	"github.com/credclean/credclean/logout"
)

// A Document is a status as JSON. Its schema is schema/status.schema.json.
type Document struct {
	SchemaVersion int                 `json:"schema_version"`
	Command       string              `json:"command"`
	Identities    []string            `json:"identities"` // that were named
	Rows          []RowDocument       `json:"rows"`
	OtherProjects []OthersDocument    `json:"other_projects"`
	NotChecked    []logout.NotChecked `json:"not_checked"`
	Counts        CountsDocument      `json:"counts"`
	logout.Ending
}

// A RowDocument is one row. Location is a path or a keyring.
type RowDocument struct {
	Declared   bool   `json:"declared"` // in atmos.yaml
	Provider   string `json:"provider"` // or the standalone identity that the chain starts at
	Name       string `json:"name"`
	Kind       string `json:"kind"`
	Realm      string `json:"realm"`
	State      State  `json:"state"`
	ValidUntil string `json:"valid_until,omitempty"` // RFC 3339, UTC
	Location   string `json:"location"`
	Entry      string `json:"entry,omitempty"`
	Error      string `json:"error,omitempty"`
}

// An OthersDocument is what one realm of other projects has.
type OthersDocument struct {
	Realm          string   `json:"realm"`
	KeyringEntries int      `json:"keyring_entries"`
	Files          int      `json:"files"`
	Locations      []string `json:"locations"`
}

// CountsDocument are the counts.
type CountsDocument struct {
	Found         int `json:"found"`
	Valid         int `json:"valid"`
	Refreshable   int `json:"refreshable"`
	Expired       int `json:"expired"`
	Unknown       int `json:"expires_unknown"`
	LongLived     int `json:"long_lived"`
	Undeclared    int `json:"undeclared"`
	OtherProjects int `json:"other_projects"`
	NotChecked    int `json:"not_checked"`
}

// NewDocument is the document of a command that looked at nothing.
func NewDocument(identities []string) Document {
	return Document{
		SchemaVersion: 1, Command: "status", Identities: append([]string{}, identities...),
		Rows: []RowDocument{}, OtherProjects: []OthersDocument{}, NotChecked: []logout.NotChecked{}, Ending: logout.NewEnding(),
	}
}

// Document is the status as JSON.
func (s Status) Document(v logout.View) Document {
	d := NewDocument(s.Identities)
	for _, g := range s.Groups {
		for _, r := range g.Rows {
			d.add(r.document(v, g.Root.String()))
		}
	}
	for _, r := range s.Undeclared {
		d.add(r.document(v, ""))
	}
	for _, o := range s.Others {
		others := OthersDocument{Realm: o.Realm, KeyringEntries: o.Entries, Files: o.Files}
		for _, l := range o.Locations {
			others.Locations = append(others.Locations, v.Roots.Show(l))
		}
		d.OtherProjects = append(d.OtherProjects, others)
	}
	for _, g := range s.Gaps {
		d.NotChecked = append(d.NotChecked, g.document(v, "").gap())
	}
	c := s.Counts()
	d.Counts = CountsDocument{
		c.Found, c.States[Valid], c.States[Refreshable], c.States[Expired], c.States[Unknown],
		c.States[LongLived], c.Undeclared, c.Others, c.Gaps,
	}
	return d
}

func (d *Document) add(r RowDocument) {
	d.Rows = append(d.Rows, r)
	if r.Error != "" {
		d.NotChecked = append(d.NotChecked, r.gap())
	}
}

func (r RowDocument) gap() logout.NotChecked {
	return logout.NotChecked{Name: r.Name, Location: r.Location, Reason: r.Error}
}

func (r Row) document(v logout.View, provider string) RowDocument {
	d := RowDocument{
		Declared: r.Declared, Provider: provider, Name: r.Name, Kind: string(r.Kind), Realm: r.Realm, State: r.State,
		Location: v.Roots.Show(r.Location), Entry: r.Entry,
	}
	if !r.Expires.IsZero() {
		d.ValidUntil = r.Expires.UTC().Format(time.RFC3339)
	}
	if r.Err != nil {
		d.Error = logout.Cause(r.Err)
	}
	return d
}

// Write writes the document, with a line break at its end.
func (d *Document) Write(w io.Writer) error { return logout.WriteJSON(w, d) }
