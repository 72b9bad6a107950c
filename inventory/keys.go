package inventory

import (
	"slices"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/keyring"
)

// openEntries tells long-lived access keys from sessions. An entry is opened only if it may be
// such a key, and if its keyring gives it without a question.
func (r reader) openEntries(traces []*Trace) {
	users := make(map[string]bool) // of sections in the directories that aws/user identities share
	for _, t := range traces {
		if t.Kind.AWSFile() && t.Root == store.AWSUserDir {
			users[t.Name] = true
		}
	}
	keyrings := make(map[string]keyring.Keyring)
	for _, k := range r.project.Keyrings {
		keyrings[k.Location()] = k
	}
	for _, t := range traces {
		if t.Where.Key == "" || t.Err != nil || !t.Ours && !r.everything {
			continue
		}
		if unopened := r.project.unopened(t, users); unopened != NoAccessKey || t.Realm == "" {
			r.open(t, keyrings[t.Where.Keyring], unopened)
		}
	}
}

// open tells what an entry is; if it cannot be opened, what it counts as.
func (r reader) open(t *Trace, k keyring.Keyring, unopened AccessKey) {
	data, err := k.Read(r.ctx, t.Where.Key)
	var envelope keyring.Envelope
	if err == nil {
		envelope, err = keyring.ReadEnvelope(data)
	}
	switch {
	case err != nil:
		t.AccessKey = unopened
	case envelope.LongLived:
		t.AccessKey = LongLived
	default:
		t.Expires = envelope.Expires
	}
}

// unopened is what an entry counts as if it cannot be opened. Only that of an aws/user may be a
// key, and of a name whose kind is not known. Releases up to v1.202 kept sessions of an
// aws/user under its name, too, so without a realm it may be one of these.
func (p *Project) unopened(t *Trace, users map[string]bool) AccessKey {
	for _, n := range t.Of {
		switch {
		case p.user(n) && t.Realm != "":
			return LongLived
		case p.user(n), p.kindUnknown(n), t.Realm == "" && slices.ContainsFunc(store.Spellings(n.Name), func(s string) bool { return users[s] }):
			return PerhapsSession
		}
	}
	return NoAccessKey
}

// user tells whether any reading declares a name as an aws/user whose key does not stand in
// the configuration.
func (p *Project) user(n Name) bool {
	return !n.Provider && slices.ContainsFunc(p.Readings, func(r Reading) bool {
		id, err := r.Graph.Identity(n.Name)
		return err == nil && id.Kind == "aws/user" && !id.AccessKeyInFile
	})
}

// kindUnknown tells whether the kind of a name is not known.
func (p *Project) kindUnknown(n Name) bool {
	return !p.Declares(n) || slices.ContainsFunc(p.kinds[n], func(kind string) bool { return !store.Knows(kind) && (!n.Provider || kind != "") })
}
