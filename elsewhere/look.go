package elsewhere

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/credclean/credclean/internal/regular"
)

// A State tells whether what was found can still be used.
type State string

// The states.
const (
	SignedIn      State = "signed_in"
	Expired       State = "expired"
	ExpiryUnknown State = "expiry_unknown" // it may be over: nothing here says until when it is valid
	LongLived     State = "long_lived"     // a key that does not expire
	CannotTell    State = "cannot_tell"    // it could not be looked at: see Finding.Err
)

// A Finding is one login or key that another program keeps, or a place that
// could not be looked at. No secret is in it.
type Finding struct {
	Program  string // aws, az or gcloud
	What     string // profile, sso_session, role_credentials, console_login, account, …
	Name     string // whose it is, or the portal; empty if only a file is known to be there
	Location string // a path, with ~ for the home directory
	State    State
	// ValidUntil is the time that stands beside it, in UTC; zero if none does. What
	// is Renewable outlives it.
	ValidUntil time.Time
	Renewable  bool
	// EndsWith is the command that ends it, or what else does; empty if it only ends by itself.
	EndsWith string
	Err      error // set if and only if State is CannotTell

	place string // the place it lies at, with ~
	ends  string // EndsWith before a name was filled in
}

// Live tells whether something may be used with it, as far as is known.
func (f Finding) Live() bool { return f.State != Expired && f.State != CannotTell }

// MarshalJSON writes a finding as status --json does.
func (f Finding) MarshalJSON() ([]byte, error) {
	doc := struct {
		Program    string    `json:"program"`
		What       string    `json:"what"`
		Name       string    `json:"name"`
		Location   string    `json:"location"`
		State      State     `json:"state"`
		ValidUntil time.Time `json:"valid_until,omitzero"`
		Renewable  bool      `json:"renewable"`
		EndsWith   string    `json:"ends_with,omitempty"`
		Error      string    `json:"error,omitempty"`
	}{f.Program, f.What, f.Name, f.Location, f.State, f.ValidUntil, f.Renewable, f.EndsWith, ""}
	if f.Err != nil {
		doc.Error = f.Err.Error()
	}
	return json.Marshal(doc)
}

// Bounds of what is looked at.
const (
	patience = 10 * time.Second // for all places together
	maxSize  = 4 << 20
	maxFiles = 1000 // of one directory
)

// Look looks at places, in their order. Where a variable moves a place, both are
// looked at. It takes at most ten seconds; what it cannot look at is a finding, too.
func Look(ctx context.Context, m Machine, places []Place, now time.Time) []Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var found []Finding
	for _, p := range places {
		fixed, moved := m.bases(p)
		v := visit{Place: p, machine: m, now: now}
		v.at(fixed)
		v.past = moved != "" && moved != fixed
		found = append(found, v.start(ctx)...)
		if v.past && !m.ours(moved) {
			v.at(moved)
			v.past = false
			found = append(found, v.start(ctx)...)
		}
	}
	return found
}

// A visit is a look at one place.
type visit struct {
	Place
	machine Machine
	now     time.Time
	path    string // of the place, absolute
	past    bool   // commands do not act on this place, because a variable names another one
	found   []Finding
}

func (v *visit) at(base string) { v.path = filepath.Join(base, v.File) }

// start visits, and does not wait for a file system that does not answer.
func (v visit) start(ctx context.Context) []Finding {
	done := make(chan []Finding, 1)
	if ctx.Err() == nil {
		go func(v visit) {
			v.look(ctx, &v)
			done <- v.found
		}(v)
	}
	select {
	case found := <-done:
		return found
	case <-ctx.Done():
		err := errors.New("interrupted")
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = errors.New("no answer in time")
		}
		v.failed(v.path, err)
		return v.found
	}
}

// add adds what was found in path.
func (v *visit) add(path string, f Finding) {
	f.Program, f.What, f.Location = v.Program, v.What, v.machine.show(path)
	f.place = v.machine.show(v.path)
	v.found = append(v.found, f)
}

// failed adds a path that could not be looked at; one that is not there is nothing.
func (v *visit) failed(path string, err error) {
	var perr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return
	case errors.As(err, &perr):
		err = perr.Err // the path is beside it
	}
	v.add(path, Finding{State: CannotTell, Err: err})
}

// until is the state of a session that ends at a time, if it is known.
func (v *visit) until(end time.Time, renewable bool) Finding {
	f := Finding{State: SignedIn, ValidUntil: end, Renewable: renewable}
	switch {
	case renewable:
	case end.IsZero():
		f.State = ExpiryUnknown
	case !end.After(v.now):
		f.State = Expired
	}
	return f
}

// ending says what ends a finding: one of the place's Ends, with the names filled in.
func (v *visit) ending(f Finding, ends, key string) Finding {
	if f.State == Expired {
		return f
	}
	command, path, name := v.reaching(ends), v.machine.show(v.path), f.Name
	if strings.HasPrefix(ends, v.Program+" ") {
		name, key = word(name, "NAME"), word(key, "KEY")
	}
	f.ends = strings.ReplaceAll(command, "PATH", path)
	f.EndsWith = strings.NewReplacer("NAME", name, "KEY", key, "PATH", path).Replace(command)
	return f
}

// reaching makes a command act on this place where a variable names another one.
func (v *visit) reaching(command string) string {
	switch {
	case !v.past || !strings.HasPrefix(command, v.Program+" "):
		return command
	case runtime.GOOS == "windows":
		return command + " (with " + v.Variable + " unset)"
	default:
		return strings.ReplaceAll(command, v.Program+" ", "env -u "+v.Variable+" "+v.Program+" ")
	}
}

// word is a name as part of a command. A name that some shell or program may take
// for something else is not written into one.
func word(name, other string) string {
	plain := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	odd := func(r rune) bool { return !plain(r) && !strings.ContainsRune(" @+=:,./_#-", r) }
	first, _ := utf8.DecodeRuneInString(name)
	switch {
	case !plain(first) || strings.ContainsFunc(name, odd):
		return other
	case strings.Contains(name, " "):
		return `"` + name + `"`
	}
	return name
}

// decode reads the JSON file at path into doc. The error never quotes it.
func decode(ctx context.Context, path string, doc any) error {
	data, err := regular.Read(ctx, path, maxSize)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(trimBOM(data), doc); err != nil {
		return errors.New("not JSON of a known form")
	}
	return nil
}

// names are the names in the directory of the place, sorted.
func (v *visit) names() []string {
	info, err := os.Stat(v.path)
	if err == nil && !info.IsDir() {
		err = errors.New("not a directory")
	}
	var dir *os.File
	if err == nil {
		dir, err = os.Open(v.path)
	}
	if err != nil {
		v.failed(v.path, err)
		return nil
	}
	defer dir.Close()
	names, err := dir.Readdirnames(maxFiles + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		v.failed(v.path, err)
	}
	if len(names) > maxFiles {
		names = names[:maxFiles]
		v.failed(v.path, fmt.Errorf("more than %d files; the rest was not looked at", maxFiles))
	}
	slices.Sort(names)
	return names
}

// eachJSON calls look for the JSON files of the place's directory.
func (v *visit) eachJSON(look func(path string) error) {
	for _, name := range v.names() {
		if filepath.Ext(name) != ".json" {
			continue
		}
		path := filepath.Join(v.path, name)
		if err := look(path); err != nil {
			v.failed(path, err)
		}
	}
}

// visitClosed looks whether there are files of the place's name, and opens none.
func visitClosed(_ context.Context, v *visit) {
	paths := []string{v.path}
	if stem, ok := strings.CutSuffix(v.path, ".*"); ok {
		// azure.cli.core.auth.persistence: in plain text, encrypted, in the system's keyring
		paths = []string{stem + ".json", stem + ".bin", stem + ".sig"}
	}
	for _, path := range paths {
		v.path = path
		info, err := os.Stat(path)
		switch {
		case err != nil:
			v.failed(path, err)
		case !info.Mode().IsRegular():
			v.failed(path, errors.New("not a regular file"))
		case filepath.Ext(path) == ".json" && info.Size() <= int64(len("{}")): // when the last entry has gone
		default:
			v.add(path, v.ending(Finding{State: ExpiryUnknown, Renewable: v.What == "token_cache"}, v.Ends[0], ""))
		}
	}
}
