//go:build linux

package scripttest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/credclean/credclean/internal/keyringtest"
)

// secretNamed is what stands for {secret NAME}: looks like an access key, and
// none is a part of another.
func secretNamed(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.RawStdEncoding.EncodeToString(sum[:30])
}

// A table says of each planted secret, by the column of a logout, whether it
// must be gone or still there afterwards.
type table struct {
	from    string
	columns []string
	rows    map[string][]string
}

var wideSpace = regexp.MustCompile(` {2,}`)

// parseTable reads the lines from the one that begins with "planted" to the next empty one.
func parseTable(from, text string) (table, error) {
	t := table{from: from, rows: map[string][]string{}}
	for line := range strings.Lines(text) {
		words := wideSpace.Split(strings.TrimSpace(line), -1)
		switch {
		case words[0] == "planted":
			t.columns = words[1:]
		case t.columns == nil:
		case words[0] == "":
			return t, nil
		case len(words) != len(t.columns)+1:
			return t, fmt.Errorf("%s: %q has not one word for each column", from, line)
		default:
			t.rows[words[0]] = words[1:]
		}
	}
	return t, fmt.Errorf("%s: no table that begins with planted", from)
}

var placeholder = regexp.MustCompile(`\{(\w+)(?: ([^{}]+))?\}`)

// fill replaces the placeholders of testdata/generations. Secrets it comes
// across count as planted; one in a keyring bears the name of the kind of
// keyring too, since each kind gets one of its own.
func (w *world) fill(text, kind string) string {
	home := filepath.Join(w.work, "home")
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		m := placeholder.FindStringSubmatch(p)
		switch m[1] {
		case "config":
			return "home/.config/atmos"
		case "data":
			return "home/.local/share/atmos"
		case "cache":
			return "home/.cache/atmos"
		case "realm16":
			return realm16(filepath.Join(home, m[2]))
		case "realm8":
			return hash(filepath.Join(home, m[2]))[:8]
		case "console":
			dir, identity, _ := strings.Cut(m[2], " ")
			return hash(hash(strings.ToLower(filepath.Join(home, dir)))[:16] + "/" + identity)[:16]
		case "in":
			d, err := time.ParseDuration(m[2])
			if err != nil {
				panic(err)
			}
			return time.Now().Add(d).UTC().Format(time.RFC3339)
		case "secret":
			name := m[2] + kind
			w.planted[name] = secretNamed(name)
			return w.planted[name]
		}
		return p
	})
}

// The automatic realms are computed anew here, so that no mistake of the program is repeated.

func realm16(dir string) string { return hash(strings.ToLower(dir))[:16] }

func hash(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:])
}

// cmdRealm sets a variable to the automatic realm of a project directory, as v1.207 and later hash it:
//
//	realm VARIABLE DIR
func cmdRealm(ts *testscript.TestScript, args []string) {
	ts.Setenv(args[0], realm16(ts.MkAbs(args[1])))
}

// cmdPlant makes the home directory that a generation of Atmos left, with the
// projects beside it, and fails if one of its secrets cannot be found:
//
//	plant GENERATION
//
// What an earlier plant left goes first. Entries of the system keyring are
// written if the script has started one.
func cmdPlant(ts *testscript.TestScript, args []string) {
	worldOf(ts).plantAll(ts, "generations/projects", "generations/"+args[0])
}

// plantAll makes the home directory that the named files of testdata describe.
func (w *world) plantAll(ts *testscript.TestScript, names ...string) {
	clear(w.planted)
	w.tables = nil
	for _, dir := range []string{"home", "tmp"} {
		ts.Check(os.RemoveAll(filepath.Join(w.work, dir)))
		ts.Check(os.MkdirAll(filepath.Join(w.work, dir), 0o700))
	}
	if w.keyring != nil {
		cmdKeyring(ts, []string{"start"})
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(filepath.Join(w.data, name+".txtar"))
		ts.Check(err)
		t, err := parseTable(name, string(archive.Comment))
		ts.Check(err)
		w.tables = append(w.tables, t)
		for _, f := range archive.Files {
			w.plant(ts, f)
		}
	}

	places := w.search(ts)
	for _, name := range slices.Sorted(maps.Keys(w.planted)) {
		if len(places[name]) == 0 {
			ts.Fatalf("%s was planted and cannot be found", name)
		}
	}
	for _, t := range w.tables {
		for row := range t.rows {
			if len(w.matching(row)) == 0 {
				ts.Fatalf("%s: nothing is planted as %s", t.from, row)
			}
		}
	}
}

func (w *world) plant(ts *testscript.TestScript, f txtar.File) {
	name := strings.Fields(w.fill(f.Name, ""))
	text := string(f.Data)
	switch name[0] {
	case "keyring", "keyring-file":
		text = strings.TrimSuffix(text, "\n")
		dir := filepath.Join(w.work, w.fill("{data}/keyring", ""))
		ts.Check(keyringtest.SetFile(dir, name[1], w.fill(text, "@file")))
		if name[0] == "keyring" && w.keyring != nil {
			w.keyring.set(ts, accountOf(name[1]), name[1], w.fill(text, "@system"))
		}
		return
	}
	if path.Ext(name[0]) == ".json" {
		text = strings.TrimSuffix(text, "\n") // as encoding/json writes it
	}
	text = w.fill(text, "")
	for _, name := range name {
		name = filepath.Join(w.work, filepath.FromSlash(name))
		ts.Check(os.MkdirAll(filepath.Dir(name), 0o700))
		ts.Check(os.WriteFile(name, []byte(text), 0o600))
	}
}

// cmdPlace writes a file with its placeholders filled in; its secrets count as planted:
//
//	place FILE PATH
func cmdPlace(ts *testscript.TestScript, args []string) {
	path := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, []byte(worldOf(ts).fill(ts.ReadFile(args[0]), "")), 0o600))
}

// isJWE tells whether a file has the five parts of an entry of a file keyring.
func isJWE(text []byte) bool {
	return bytes.HasPrefix(text, []byte("eyJ")) && bytes.Count(text, []byte(".")) == 4
}

// open decrypts an entry of a file keyring, once: that is slow on purpose.
func (w *world) open(file, text string) (string, error) {
	if entry, ok := w.opened[text]; ok {
		return entry, nil
	}
	key, err := url.PathUnescape(filepath.Base(file))
	if err != nil {
		return "", err
	}
	entry, err := keyringtest.GetFile(filepath.Dir(file), key)
	if err == nil {
		w.opened[text] = entry
	}
	return entry, err
}

// cmdFileKeyring writes an entry of a file keyring as Atmos does:
//
//	filekeyring DIR KEY SECRET [TYPE]
//
// TYPE is session, token or key: see envelope.
func cmdFileKeyring(ts *testscript.TestScript, args []string) {
	ts.Check(keyringtest.SetFile(ts.MkAbs(args[0]), args[1], envelope(ts, args[2], args[3:])))
	worldOf(ts).planted[args[2]] = args[2]
	cmdStill(ts, args[2:3])
}

// envelope is the value of a keyring entry, as all releases write it
// (pkg/auth/credentials/store.go: credentialEnvelope): of a role's session, of an SSO login's
// token, or of an aws/user's long-lived key.
func envelope(ts *testscript.TestScript, secret string, kind []string) string {
	form, ok := map[string]string{
		"session": `"access_key_id":"ASIAEXAMPLE","secret_access_key":%q,"session_token":"session","region":"us-east-1","expiration":"2030-01-01T00:00:00Z"`,
		"token":   `"access_key_id":%q,"region":"us-east-1","expiration":"2030-01-01T00:00:00Z"`,
		"key":     `"access_key_id":"AKIAEXAMPLE","secret_access_key":%q,"region":"us-east-1"`,
	}[strings.Join(append(kind, "session")[:1], "")]
	if !ok {
		ts.Fatalf("no type of an entry: %s", strings.Join(kind, " "))
	}
	return `{"type":"aws","data":{` + fmt.Sprintf(form, secret) + "}}"
}
