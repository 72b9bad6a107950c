package inventory

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"sync"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// A reader reads what stands in files beside their secrets.
type reader struct {
	ctx     context.Context
	project *Project
	home    *disk.Home
	// everything: what other projects keep matters as much as what is this project's.
	everything bool
	// budget is how many bytes are still read where only a project's file leads, which somebody
	// else may have filled; nil where Atmos or the user leads.
	budget *int64
}

// How much of a file is read, in bytes. Real ones have a few thousand.
const (
	mostToken = 1 << 20
	mostFile  = 16 << 20
)

// within is a reader for what only a project's file names: all files together have at most so many bytes.
func (r reader) within(budget int64) reader {
	r.budget = &budget
	return r
}

// from reads a file.
func (r reader) from(read func(most int64) ([]byte, error), most int64) ([]byte, error) {
	if r.budget == nil {
		return read(most)
	}
	data, err := read(min(most, *r.budget))
	*r.budget -= int64(len(data))
	return data, err
}

// read takes an AWS file apart, and reads what tells by its start URL whose it is.
func (r reader) read(d *disk.Dir, t *Trace) []*Trace {
	read := func(most int64) ([]byte, error) { return d.Read(r.ctx, path.Base(t.Where.Place.Path), most) }
	switch {
	case t.Kind == store.CredentialsFile, t.Kind == store.ConfigFile:
		data, err := r.from(read, mostFile)
		return sections(t, data, err, sync.OnceValue(func() bool { return r.home.Theirs(t.Where.Place) }))
	case t.Location.ByStartURL && t.Kind != store.LockFile:
		data, err := r.from(read, mostToken)
		r.token(t, data, err)
	}
	return []*Trace{t}
}

// sections are the traces of an AWS file: one for each section, or one without a name if there
// is none, or if the file cannot be read. In a file that is theirs, another program's, only those with Atmos's stamp are.
func sections(file *Trace, data []byte, err error, theirs func() bool) []*Trace {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	format := cut.Credentials
	if file.Kind == store.ConfigFile {
		format = cut.Config
	}
	var all []cut.Section
	if err == nil {
		all, err = cut.ReadAWS(data, format)
	}
	if err != nil && file.Rest { // half a file
		return []*Trace{file}
	}
	if err != nil || len(all) == 0 && !theirs() {
		file.Err = err
		return []*Trace{file}
	}
	found := make([]*Trace, 0, len(all))
	for _, s := range all {
		if !s.Stamped && format == cut.Credentials && theirs() {
			continue
		}
		t := *file
		t.Name, t.Expires, t.Session = s.Name, s.Expires, s.Session()
		if !file.Rest { // which goes whole
			t.Section, t.Where.Entry = true, s.Header
		}
		found = append(found, &t)
	}
	return found
}

// ReadToken reads a token file.
func (inv *Inventory) ReadToken(ctx context.Context, p disk.Place) ([]byte, error) {
	return inv.reader.home.Read(ctx, p, mostToken)
}

// Accounts are those that gcloud has logins of in a configuration directory of its own: the names of
// the directories in legacy_credentials. None if that cannot be looked at.
func (inv *Inventory) Accounts(p disk.Place) []string {
	d, err := inv.reader.home.Open(p.Join("legacy_credentials"))
	if err != nil {
		return nil
	}
	defer d.Close()
	names, _ := d.Names() // what can be told
	return names
}

// details reads of what matters here what stands beside the secrets.
func (r reader) details(traces []*Trace) {
	for _, t := range traces {
		l := t.Location
		if l == nil || t.Err != nil || !t.Ours && !r.everything || l.ByStartURL || t.Kind == store.LockFile || l.Format == store.AWS || l.Format == store.Opaque {
			continue
		}
		place := t.Where.Place
		if l.Beside != "" {
			place = place.Dir().Join(l.Beside)
		}
		data, err := r.home.Read(r.ctx, place, mostToken)
		r.token(t, data, err)
	}
}

var errNoStartURL = errors.New("names no start URL")

// token takes over what a file says. If it cannot be read or has another form, its expiry is
// not known; of what only a start URL tells apart, it cannot be told whose it is, which matters
// unless everything does.
func (r reader) token(t *Trace, data []byte, err error) {
	if err == nil {
		t.Token, err = t.Location.Format.Read(data)
	}
	if err == nil && t.Kind == store.SessionToken && t.StartURL == "" {
		err = errNoStartURL
	}
	if err != nil && t.Location.ByStartURL && !t.Rest && !r.everything && !errors.Is(err, fs.ErrNotExist) {
		t.Err = err
	}
}
