package inventory

import (
	"time"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// A Trace is one thing on this machine that Atmos left, or that lies in its directories.
type Trace struct {
	Kind  store.Kind
	Where Where
	// Name is what the place tells: a section, a part of a key or of a path; empty if it tells none.
	Name  string
	Root  string // of what lies in the directory of a chain's root: that directory's name
	Realm string // empty where releases without realms keep it
	// Of are the names that it is of, as declared; one that is not declared as it was found.
	// It is empty for what all of a directory or a realm have in common.
	Of []Name
	// Ours tells whether it is this project's.
	Ours bool

	store.Token           // what stands beside the secrets
	Section     bool      // it is one section of an AWS file, or the keys before the first one
	Session     bool      // of a section: it has a session token or the stamp of Atmos
	AccessKey   AccessKey // of a keyring entry
	PerhapsOf   string    // of a keyring entry: the realm of another project whose key it may be

	Location *store.Location // of a file: its entry in the table
	Foreign  bool            // it belongs to another user of this machine
	Rest     bool            // what a killed write left beside the file
	Written  *Written        // of an entry in a file of another program, and of what an integration keeps
	// Err says why it cannot be told what is there, or why nothing can be removed there.
	Err error
}

// Where is the place of a trace: in a keyring, or on the disk.
type Where struct {
	Keyring string // its location; empty on the disk
	Key     string
	Place   disk.Place
	Entry   string // what of the file is meant: the header of a section, a registry, a context
}

// AccessKey tells whether a keyring entry is a long-lived access key, of which the keyring has
// the only copy.
type AccessKey int

// What can be told of an entry.
const (
	NoAccessKey    AccessKey = iota
	LongLived                // it was opened and is one, or is declared as one
	PerhapsSession           // it could not be opened, and counts as one
)

// Gap tells whether the trace stands for what could not be looked at, and bears no name.
func (t *Trace) Gap() bool {
	return t.Err != nil && t.Where.Key == "" && len(t.Of) == 0 && t.Name == "" && t.Root == ""
}

// OfAtmos tells whether Atmos wrote it: neither a lock file, nor what else lies in the directories,
// nor what could not be looked at.
func (t *Trace) OfAtmos() bool { return !t.Kind.Bare() && t.Kind != store.OtherFile && !t.Gap() }

// Over tells whether it has expired for good. What has no known expiry, and what new
// credentials can be had with, has not.
func (t *Trace) Over(now time.Time) bool {
	return !t.Expires.IsZero() && t.Expires.Before(now) && !t.Refreshable
}

// Tree tells whether a whole directory is meant.
func (t *Trace) Tree() bool { return t.Location != nil && t.Location.Tree }

// Label is the name for people.
func (t *Trace) Label() string {
	switch {
	case t.Name != "":
		return t.Name
	case t.Where.Entry != "":
		return "[" + t.Where.Entry + "]"
	case t.Section:
		return "keys before the first section"
	}
	return t.Root
}
