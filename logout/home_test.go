package logout_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// A home is a home directory with what Atmos left in it.
type home struct {
	*testing.T
	dir string
	logout.Machine
}

// newHome makes an empty one for a project with the explicit realm acme. auth is
// what stands below auth in its atmos.yaml.
func newHome(t *testing.T, auth string) home {
	t.Helper()
	cfg, err := config.Parse("atmos.yaml", []byte("auth:\n  "+strings.ReplaceAll(strings.TrimSpace(auth), "\n", "\n  ")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	work := filepath.Join(dir, "project")
	roots := store.NewRoots(dir, work, filepath.Join(dir, "tmp"), "linux", func(string) (string, bool) { return "", false })
	h := home{t, dir, logout.Machine{
		Graph:        chain.New(cfg.Readings[0].Auth),
		Integrations: cfg.Readings[0].Auth.Integrations,
		Roots:        roots,
		WorkDir:      work,
		Realms:       []string{"acme", ""},
		Keyrings:     []keyring.Keyring{keyring.File{Dir: store.DefaultKeyringDir(roots), Default: true}},
		Files:        &disk.Files{},
		DockerConfig: filepath.Join(dir, ".docker", "config.json"),
	}}
	for _, base := range roots {
		h.mkdir(base)
	}
	t.Cleanup(func() {
		if err := h.Files.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h home) mkdir(path string) {
	h.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		h.Fatal(err)
	}
}

func (h home) path(below string) string { return filepath.Join(h.dir, filepath.FromSlash(below)) }

// has writes a file.
func (h home) has(below, text string) {
	h.Helper()
	h.mkdir(filepath.Dir(h.path(below)))
	if err := os.WriteFile(h.path(below), []byte(text), 0o600); err != nil {
		h.Fatal(err)
	}
}

// jwe looks like an entry of a file keyring: its header names alg and enc.
const jwe = "eyJhbGciOiJQQkVTMi1IUzI1NitBMTI4S1ciLCJlbmMiOiJBMjU2R0NNIn0.a2V5.aXY.c2VjcmV0.dGFn"

const keyringDir = ".local/share/atmos/keyring/"

// entries writes entries of the file keyring.
func (h home) entries(keys ...string) {
	h.Helper()
	for _, key := range keys {
		h.has(keyringDir+strings.ReplaceAll(strings.ReplaceAll(key, "%", "%25"), "/", "%2F"), jwe)
	}
}

// left are all files that there are, and links.
func (h home) left() []string {
	h.Helper()
	var files []string
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, h.short(path))
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	slices.Sort(files)
	return files
}

// wantLeft fails unless exactly these files are left.
func (h home) wantLeft(want ...string) {
	h.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, h.left()); diff != "" {
		h.Errorf("left (-want +got):\n%s", diff)
	}
}

// wantText fails unless a file holds this text.
func (h home) wantText(below, want string) {
	h.Helper()
	got, err := os.ReadFile(h.path(below))
	if err != nil {
		h.Error(err)
		return
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		h.Errorf("%s (-want +got):\n%s", below, diff)
	}
}

// texts are all files that there are, with what is in them.
func (h home) texts() map[string]string {
	h.Helper()
	texts := make(map[string]string)
	for _, below := range h.left() {
		text, err := os.ReadFile(h.path(below))
		if err != nil {
			h.Fatal(err)
		}
		texts[below] = string(text)
	}
	return texts
}

// wantTexts fails unless exactly these files are there, with these texts.
func (h home) wantTexts(want map[string]string) {
	h.Helper()
	if diff := cmp.Diff(want, h.texts()); diff != "" {
		h.Errorf("files (-want +got):\n%s", diff)
	}
}

// wantNone fails if there is something.
func (h home) wantNone(below string) {
	h.Helper()
	if _, err := os.Lstat(h.path(below)); !errors.Is(err, fs.ErrNotExist) {
		h.Errorf("%s is there: %v", below, err)
	}
}

// short is a path as it stands below the home directory.
func (h home) short(path string) string {
	rel, err := filepath.Rel(h.dir, path)
	if err != nil {
		h.Fatal(err)
	}
	return filepath.ToSlash(rel)
}

func (h home) plan(target logout.Target) logout.Plan {
	h.Helper()
	before := h.left()
	p, err := logout.NewPlan(h.Context(), h.Machine, target)
	if err != nil {
		h.Fatal(err)
	}
	if diff := cmp.Diff(before, h.left()); diff != "" {
		h.Errorf("planning has changed something (-before +after):\n%s", diff)
	}
	return p
}

func identities(names ...string) logout.Target { return logout.Target{Identities: names} }
func providers(names ...string) logout.Target  { return logout.Target{Providers: names} }

// steps writes the steps of a plan a line each: the kind, whose it is, the key or the path below
// the home directory, the sections that go and stay, and why it is not removed.
func (h home) steps(p logout.Plan) []string {
	var lines []string
	for _, s := range p.Steps {
		lines = append(lines, h.step(s))
	}
	return lines
}

func (h home) step(s logout.Step) string {
	line := fmt.Sprintf("%s %s: ", s.Kind, s.Name)
	if s.Name == "" {
		line = string(s.Kind) + ": "
	}
	if s.Kind == store.KeyringEntry {
		line += s.Key
	} else {
		line += h.short(s.Place.String())
	}
	for _, name := range s.Owners {
		line += " -" + name
	}
	for _, name := range s.Keeps {
		line += " +" + name
	}
	if len(s.Strange) > 0 {
		line += " (not declared: " + strings.Join(s.Strange, ", ") + ")"
	}
	if s.LongLived {
		line += " (long-lived)"
	}
	if s.Kept != "" {
		line += fmt.Sprintf(" (kept: %s %s)", s.Kept, s.KeptFor)
	}
	if s.Err != nil {
		line += " (error)"
	}
	return line
}

// wantSteps compares the steps of a plan but for locks and directories.
func (h home) wantSteps(p logout.Plan, want ...string) {
	h.Helper()
	got := slices.DeleteFunc(h.steps(p), func(line string) bool {
		return strings.HasPrefix(line, "lock_files") || strings.HasPrefix(line, "empty_dir:")
	})
	if diff := cmp.Diff(want, got); diff != "" {
		h.Errorf("steps (-want +got):\n%s", diff)
	}
}

// wantNames compares the removal set.
func (h home) wantNames(p logout.Plan, want ...string) {
	h.Helper()
	var got []string
	for _, n := range p.Names {
		got = append(got, n.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.Errorf("names (-want +got):\n%s", diff)
	}
}

// run carries out a plan, which must remove everything.
func (h home) run(p logout.Plan) logout.Report {
	h.Helper()
	r := p.Run(h.Context(), h.Machine, logout.Observer{})
	if err := r.Err(); err != nil {
		h.Error(err)
	}
	return r
}

// outcomes writes the results of a report a line each.
func (h home) outcomes(r logout.Report) []string {
	var lines []string
	for _, res := range r.Results {
		lines = append(lines, fmt.Sprintf("%s: %s", res.Outcome, h.step(res.Step)))
	}
	return lines
}

// section is one of a credentials file with a secret in it.
func section(name string) string {
	return fmt.Sprintf("[%s]\naws_access_key_id     = ASIAEXAMPLE\naws_secret_access_key = secret-%s\n\n", name, name)
}

func sections(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(section(name))
	}
	return b.String()
}

func profiles(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "[profile %s]\nregion = us-east-1\n\n", name)
	}
	return b.String()
}

// An asker is a keyring that is empty and remembers what it was asked for.
type asker struct{ keys []string }

func (k *asker) Location() string { return "asker" }

func (k *asker) Find(_ context.Context, keys []string) ([]string, error) {
	k.keys = append(k.keys, keys...)
	return nil, nil
}

func (k *asker) Remove(context.Context, string) error { return fs.ErrNotExist }

func (k *asker) Read(context.Context, string) ([]byte, error) { return nil, fs.ErrNotExist }

func (k *asker) List(context.Context) ([]string, error) { return nil, nil }

// A refusing keyring is a real one that refuses some keys.
type refusing struct {
	keyring.Keyring
	find, remove map[string]error
}

func (k refusing) Find(ctx context.Context, keys []string) ([]string, error) {
	var errs []error
	keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		errs = append(errs, k.find[key])
		return k.find[key] != nil
	})
	found, err := k.Keyring.Find(ctx, keys)
	return found, errors.Join(append(errs, err)...)
}

func (k refusing) Remove(ctx context.Context, key string) error {
	if err := k.remove[key]; err != nil {
		return err
	}
	return k.Keyring.Remove(ctx, key)
}
