//go:build linux

package programtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A planted is a plant in one realm.
type planted struct {
	plant
	file            string // the path in this realm
	secret, realm   string
	ours, automatic bool // the realm is this project's; derived from its directory
	expired         bool
}

func (p planted) has(part string) bool { return strings.Contains(p.path, part) }

func (p planted) undeclared() bool { return p.of == "undeclared" || p.of == "gone" }

// An aim is a target with what narrows it.
type aim struct {
	target                string
	expired, keepProvider bool
	profile               bool // selected, which changes nothing: every reading counts
}

func (a aim) args() []string {
	args := append([]string{"--yes", "--json"}, strings.Fields(a.target)...)
	if a.expired {
		args = append(args, "--expired")
	}
	if a.keepProvider {
		args = append(args, "--keep-provider")
	}
	if a.profile {
		args = append(args, "--profile", "night")
	}
	return args
}

// names are those that the aim stands for.
func (a aim) names() []string {
	if a.keepProvider {
		return strings.Fields(strings.ToLower(a.target))
	}
	return goes[strings.TrimSuffix(a.target, "-projects")]
}

// takes tells whether something goes.
func (a aim) takes(p planted) bool {
	switch {
	case a.expired && !p.expired:
		return false
	case a.target == "--all-projects":
		return true
	case a.target == "--orphans":
		return p.automatic && (p.undeclared() || p.has("/renamed/"))
	case !p.ours || p.realm == "" && p.has("/renamed/"):
		return false
	case p.undeclared(): // with its directory, or with all, under the realms of this directory only
		corp := a.target == "--provider corp" || a.target == "--tags work"
		return p.automatic && (strings.HasPrefix(a.target, "--all") || corp && p.has("/aws/corp/"))
	}
	return slices.Contains(a.names(), p.of)
}

// wants tells whether something goes, one of all. A profile goes alone only if its name is the target's.
func (a aim) wants(all []planted, p planted) (gone, known bool) {
	if !p.has("aws/") || !strings.HasSuffix(p.path, "/config") {
		return a.takes(p), true
	}
	i := slices.IndexFunc(all, func(o planted) bool {
		return o.of == p.of && o.realm == p.realm && o.path == strings.TrimSuffix(p.path, "config")+"credentials"
	})
	if a.expired || p.undeclared() {
		return i >= 0 && a.takes(all[i]), true
	}
	return a.takes(p), i >= 0 || a.target != "--all-projects"
}

// If a logout ends with 0, status lists nothing of the target that the logout did not name as
// kept, everything of it is gone, and nothing that was not the target's has changed.
func TestWhatMatters(t *testing.T) {
	seed := rand.Uint64()
	rounds := 20
	if os.Getenv("CREDCLEAN_FAULTS") == "all" {
		rounds = 1000
	}
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // no secret
	targets := slices.Sorted(maps.Keys(goes))
	for round := range rounds {
		s, all, texts := plantHome(t, random)
		a := aim{target: targets[random.IntN(len(targets))], profile: random.IntN(4) == 0}
		a.keepProvider = !strings.HasPrefix(a.target, "--") && random.IntN(3) == 0
		a.expired = a.target != "--orphans" && a.target != "--all-projects" && random.IntN(4) == 0
		check(t, s, all, texts, a, fmt.Sprintf("seed %d, round %d", seed, round))
	}
}

// plantHome makes a home with some of the plants in it, and tells which, and what stood in the files.
func plantHome(t *testing.T, random *rand.Rand) (s scene, all []planted, texts map[string]string) {
	t.Helper()
	s = scene{home: t.TempDir()}
	project := filepath.Join(s.home, "project")
	automatic := []string{realmOf(strings.ToLower(project), 16), realmOf(project, 8)}
	ours := append(slices.Clone(automatic), "")
	var heads [2]string // of atmos.yaml, and of the profile
	names := []string{"acme", "aws", "azure", "gcp", "emulator", "corp", "az", "dev", "sessions", "default", "theirs"}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for i := range heads {
		if random.IntN(3) == 0 {
			heads[i] = "\n  realm: " + names[i]
			ours = append(ours, names[i])
		}
	}
	texts = map[string]string{
		"project/atmos.yaml":               fmt.Sprintf(propertyYAML, heads[0], filepath.Join(s.home, "ring")),
		"project/profiles/night/auth.yaml": fmt.Sprintf(propertyProfile, heads[1]),
	}
	for i, p := range plants() {
		for _, realm := range append(slices.Clone(ours), "0123456789abcdef", "01234567", names[2]) {
			if random.IntN(4) > 0 || realm == "" && !p.realmless || strings.HasPrefix(p.path, "ring/") && !slices.Contains(ours, realm) {
				continue
			}
			one := planted{plant: p, secret: fmt.Sprintf("PLANTED-%d-%s_", i, realm), realm: realm}
			one.ours, one.automatic = slices.Contains(ours, realm), slices.Contains(automatic, realm)
			one.file = strings.NewReplacer(
				"REALM/", prefix(realm, "/"), "-R/", "-"+realm+"/", "KEY_", "atmos_"+prefix(realm, "_"), "CONSOLE_"+p.of, realmOf(realm+"/"+p.of, 16),
			).Replace(p.path)
			if one.file == p.path { // its place tells no realm: planted once
				if realm != ours[0] {
					continue
				}
				one.realm, one.automatic = "", false
			}
			text := p.text
			if random.IntN(3) == 0 && !strings.Contains(text, "efresh") {
				text = strings.ReplaceAll(text, soon, "2020-01-01T00:00:00Z")
				one.expired = text != p.text
			}
			texts[one.file] += strings.ReplaceAll(text, "SECRET", one.secret)
			all = append(all, one)
		}
	}
	for path, text := range texts {
		s.write(t, path, text)
	}
	return s, all, texts
}

func prefix(realm, sep string) string {
	if realm == "" {
		return ""
	}
	return realm + sep
}

func realmOf(text string, digits int) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:digits]
}

func check(t *testing.T, s scene, all []planted, texts map[string]string, a aim, where string) {
	t.Helper()
	args := a.args()
	where += ", logout " + strings.Join(args, " ")
	plan, _ := s.report(t, where, append(args[1:], "--dry-run"))
	if d := cmp.Diff(texts, s.files(t)); d != "" {
		t.Fatalf("%s: the dry run has changed something: %s", where, d)
	}
	report, _ := s.report(t, where, args)
	if d := cmp.Diff(plan, report); d != "" {
		t.Errorf("%s: the report tells what the dry run does not (-dry run +report):\n%s", where, d)
	}
	kept := map[string]bool{}
	for _, k := range report.Kept {
		for _, name := range k.Names {
			kept[name] = true
		}
	}
	left := s.files(t)
	for _, p := range all {
		want, known := a.wants(all, p)
		if got := !strings.Contains(left[p.file], p.secret); known && got != want {
			t.Errorf("%s: %s of %s in realm %q: gone %v, want %v", where, p.path, p.of, p.realm, got, want)
		}
		if want || !known {
			delete(texts, p.file)
		}
	}
	for path, text := range texts {
		if left[path] != text {
			t.Errorf("%s: %s has changed: %s", where, path, left[path])
		}
	}
	if docker := ".docker/config.json"; left[docker] != "" && !strings.Contains(left[docker], "bWU6bWluZQ==") {
		t.Errorf("%s: Docker's other login is gone: %s", where, left[docker])
	}
	if !a.expired && a.target != "--orphans" {
		checkStatus(t, s, a, kept, where)
	}
	if again, out := s.report(t, where, args); again.Counts.Identities > 0 {
		t.Errorf("%s: again: %s", where, out)
	}
}

// A report is what a dry run and a run tell alike.
type report struct {
	Counts       struct{ Identities int }
	Kept         []struct{ Names []string }
	AlsoAffected []struct {
		Names []string
		Why   string
	} `json:"also_affected"`
}

func (s scene) report(t *testing.T, where string, args []string) (r report, out string) {
	t.Helper()
	code, out := s.run(t, append([]string{"credclean", "logout"}, args...)...)
	if code != exitDone {
		t.Fatalf("%s: exit code %d: %s", where, code, out)
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%s: %v: %s", where, err, out)
	}
	return r, out
}

func checkStatus(t *testing.T, s scene, a aim, kept map[string]bool, where string) {
	t.Helper()
	args := []string{"credclean", "status", "--json"}
	if a.target == "--all-projects" {
		args = append(args, a.target)
	}
	_, out := s.run(t, args...)
	var status struct {
		Identities []struct {
			Name   string
			Places []struct{ Location, Realm string }
		}
	}
	if err := json.Unmarshal([]byte(out), &status); err != nil {
		t.Fatalf("%s: %v: %s", where, err, out)
	}
	for _, id := range status.Identities {
		named := slices.Contains(a.names(), strings.ToLower(id.Name)) || strings.HasPrefix(a.target, "--all")
		if named && len(id.Places) > 0 && !kept[id.Name] {
			t.Errorf("%s: status lists %s in %v", where, id.Name, id.Places)
		}
	}
}
