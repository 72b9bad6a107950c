// Package audit writes the audit trail: a file of JSON Lines that tells who
// removed what, and when. It is handed names and places, never a secret.
package audit

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/credclean/credclean/internal/regular"
)

// A Run says who runs what. Each record repeats it, so that one that is found
// alone, as after a run was killed, still tells all of it.
type Run struct {
	User        string   `json:"user"`
	UID         string   `json:"uid"`       // on Windows the security identifier
	SudoUser    string   `json:"sudo_user"` // who called sudo; empty without
	Host        string   `json:"host"`
	Version     string   `json:"version"`
	Arguments   []string `json:"arguments"`
	ConfigFiles []File   `json:"config_files"`
	Target      string   `json:"target"` // as "identity dev-admin"
}

// A File is a configuration file that was read, and what it held.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // in hex
}

// Here is a Run with what the system and SUDO_USER say of user and host; what they
// do not say is empty.
func Here() Run {
	var r Run
	if u, err := user.Current(); err == nil {
		r.User, r.UID = u.Username, u.Uid
	}
	r.SudoUser = os.Getenv("SUDO_USER")
	r.Host, _ = os.Hostname()
	return r
}

// A Step is how one removal ended.
type Step struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	Realm    string `json:"realm"`
	Location string `json:"location"`
	Outcome  string `json:"outcome"`
	Reason   string `json:"reason"`   // why it was kept, failed, or was not ended
	Verified bool   `json:"verified"` // looked at again, and gone
	*Session
}

// A Session is the part of a step that ended a session at its provider. No token is in it.
type Session struct {
	ProviderHost string `json:"provider_host,omitempty"` // empty if nothing was to be sent
	HTTPStatus   int    `json:"http_status,omitempty"`
	Renewed      bool   `json:"renewed"`
	DurationMS   int64  `json:"duration_ms"`
	ValidUntil   string `json:"valid_until,omitempty"` // RFC 3339, UTC
}

// A Summary is how a run ended.
type Summary struct {
	Outcome    string       `json:"outcome"`
	Reason     string       `json:"reason"`
	ExitCode   int          `json:"exit_code"`
	NotChecked []NotChecked `json:"not_checked"`
}

// A NotChecked is what could not be looked at.
type NotChecked struct {
	Name     string `json:"name"` // whose it would be; empty if nobody's in particular
	Location string `json:"location"`
	Reason   string `json:"reason"`
}

// schemaVersion is that of schema/audit.schema.json.
const schemaVersion = 1

// A head is what each line has.
type head struct {
	SchemaVersion int `json:"schema_version"`

	Time   string `json:"time"` // UTC
	RunID  string `json:"run_id"`
	Record string `json:"record"` // step or run
	Run
}

// A Trail is an open audit trail. Its methods may be called on a nil Trail,
// which is one that nobody wants. It is not for use by several goroutines at once.
type Trail struct {
	file  *os.File
	id    string
	run   Run
	steps map[string]int // by outcome
	torn  bool           // the last line has no end
	err   error          // the first one
}

// Open opens the trail at path for appending, or creates it for its owner alone.
// Its directory must be there. Anything but a regular file is refused, a symbolic
// link too, and nothing is waited for. Each record is written by one call, so that
// runs which share a trail on a local disk do not mix their lines. The error names the path.
func Open(path string, run Run) (*Trail, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, notRegular(path, info)
	}
	f, err := open(path, os.O_RDWR)
	if errors.Is(err, fs.ErrPermission) {
		f, err = open(path, os.O_WRONLY) // a trail may be one to add to, but not to read
	}
	if err != nil {
		return nil, fmt.Errorf("audit log: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	run.Arguments = append([]string{}, run.Arguments...)
	run.ConfigFiles = append([]File{}, run.ConfigFiles...)
	return &Trail{file: f, id: rand.Text(), run: run, steps: make(map[string]int), torn: torn(f)}, nil
}

func open(path string, access int) (*os.File, error) {
	return os.OpenFile(path, access|os.O_APPEND|os.O_CREATE|noFollow, 0o600)
}

func notRegular(path string, info fs.FileInfo) error {
	return fmt.Errorf("audit log: %s: want a regular file, not %s", path, regular.What(info.Mode()))
}

// torn tells whether the last line has no end, as when the disk was full. It looks
// twice: another run may be about to write it.
func torn(f *os.File) bool {
	last := func() (size int64, open bool) {
		info, err := f.Stat()
		if err != nil || info.Size() == 0 {
			return 0, false
		}
		b := make([]byte, 1)
		_, err = f.ReadAt(b, info.Size()-1)
		return info.Size(), err == nil && b[0] != '\n'
	}
	size, open := last()
	if !open {
		return false
	}
	time.Sleep(20 * time.Millisecond)
	again, open := last()
	return open && again == size
}

// Step adds the record of a step.
func (t *Trail) Step(s Step) {
	if t == nil {
		return
	}
	t.steps[s.Outcome]++
	t.write(struct {
		head
		Step
	}{t.head("step"), s})
}

// Finish adds the record of the run, which is the last one.
func (t *Trail) Finish(s Summary) {
	if t == nil {
		return
	}
	s.NotChecked = append([]NotChecked{}, s.NotChecked...)
	t.write(struct {
		head
		Summary
		Steps map[string]int `json:"steps"` // how many had which outcome
	}{t.head("run"), s, t.steps})
}

// Close makes sure that the trail is on the disk, and closes it. The error is the first of all, of writing too; it names
// the path. Records may be missing then.
func (t *Trail) Close() error {
	if t == nil {
		return nil
	}
	t.note(t.file.Sync())
	t.note(t.file.Close())
	return t.err
}

func (t *Trail) head(kind string) head {
	return head{schemaVersion, time.Now().UTC().Format(time.RFC3339Nano), t.id, kind, t.run}
}

func (t *Trail) write(record any) {
	var b bytes.Buffer
	if t.torn {
		b.WriteByte('\n')
	}
	line := json.NewEncoder(&b)
	line.SetEscapeHTML(false)
	t.note(line.Encode(record))
	n, err := t.file.Write(escape(b.Bytes()))
	t.torn = err != nil && (n > 0 || t.torn)
	t.note(err)
}

func (t *Trail) note(err error) {
	if t.err == nil && err != nil {
		t.err = fmt.Errorf("audit log: %w", err)
	}
}

// escape escapes what JSON allows in a string though programs end lines at it or
// terminals obey it.
func escape(line []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(line) {
		switch {
		case r == '\n' || strconv.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
