//go:build !windows

package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/hometest"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// What cannot be looked at is a trace: ours if something of the project may lie there.
func TestUnlooked(t *testing.T) {
	home, p := hometest.World{Files: map[string]string{"project/atmos.yaml": projectYAML, ".config/atmos/aws/x/README": ""}}.Open(t)
	for _, path := range []string{
		".config/atmos/{R}/aws", ".config/atmos/0123456789abcdef/aws", ".config/atmos/aws/corp", ".config/atmos/aws/else", ".cache/atmos/emulator", ".azure/atmos",
	} {
		path = filepath.Join(home, strings.ReplaceAll(path, "{R}", hometest.Realm(home)))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		target := t.TempDir() // nothing is followed out of the home directory
		if strings.HasSuffix(path, ".azure/atmos") {
			target = path
		}
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	open := descriptors(t)
	inv := inventory.Take(t.Context(), p, disk.NewHome(home), nil, false)
	if now := descriptors(t); now > open {
		t.Errorf("%d more files are open than before", now-open)
	}
	var got []string
	for i := range inv.Traces {
		got = append(got, hometest.Short(home, line(inv.Traces[i])))
	}
	slices.Sort(got)
	if d := cmp.Diff([]string{
		"~/.azure/atmos: other_file, ours, ERROR",
		"~/.cache/atmos/emulator: other_file, ours, ERROR",
		"~/.config/atmos/0123456789abcdef/aws: other_file, others', ERROR",
		"~/.config/atmos/aws/corp: other_file, ours, ERROR",
		"~/.config/atmos/aws/else: other_file, others', ERROR",
		"~/.config/atmos/aws/x/README: other_file, others'",
		"~/.config/atmos/{R}/aws: other_file, ours, ERROR",
	}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// In the directory for temporary files, which is everybody's, it counts who made a file.
func TestForeign(t *testing.T) {
	home, p := hometest.World{Files: map[string]string{
		"project/atmos.yaml": projectYAML, "tmp/atmos-mock-team-fake.json": "{}", "tmp/atmos-mock-other.json": "{}", ".bashrc": "", ".config/atmos/emulator/kube.kubeconfig": "",
	}}.Open(t)
	if err := os.Symlink("../.bashrc", filepath.Join(home, "tmp/atmos-mock-link.json")); err != nil {
		t.Fatal(err)
	}
	foreign := ""
	for _, path := range []string{"tmp/atmos-mock-team-fake.json", "tmp/atmos-mock-link.json", ".config/atmos/emulator/kube.kubeconfig"} {
		if os.Lchown(filepath.Join(home, path), 12345, 12345) == nil { // as root
			foreign = ", foreign"
		}
	}
	inv := inventory.Take(t.Context(), p, disk.NewHome(home), nil, false)
	var got []string
	for i := range inv.Traces {
		got = append(got, hometest.Short(home, line(inv.Traces[i])))
	}
	if d := cmp.Diff([]string{
		"~/.config/atmos/emulator/kube.kubeconfig: cloud_credentials, ours, of identity kube",
		"~/tmp/atmos-mock-link.json: temp_file, others', of identity link" + foreign,
		"~/tmp/atmos-mock-other.json: temp_file, others', of identity other",
		"~/tmp/atmos-mock-team-fake.json: temp_file, ours, of identity team/fake" + foreign,
	}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// descriptors is how many files this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

// A context that has ended is told of every directory.
func TestCancelled(t *testing.T) {
	home, p := hometest.World{Files: map[string]string{"project/atmos.yaml": projectYAML, ".config/atmos/aws/corp/credentials": fmt.Sprintf(hometest.Session, "dev")}}.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	inv := inventory.Take(ctx, p, disk.NewHome(home), nil, false)
	if len(inv.Traces) != 1 || inv.Traces[0].Where.Place.Path != "." || !inv.Traces[0].Ours || !errors.Is(inv.Traces[0].Err, context.Canceled) {
		t.Errorf("got %v", inv.Traces)
	}
}

func TestHeldLocks(t *testing.T) {
	home, p := hometest.World{Files: map[string]string{
		"project/atmos.yaml":                           projectYAML,
		".config/atmos/aws/corp/credentials.lock":      "",
		".config/atmos/gcp/gadc/sa.identity.lock":      "",
		".config/atmos/gcp/gadc/adc/sa/access_token":   "t\n2030-01-02T00:00:00Z\n",
		".azure/atmos/az/.credentials.json.lock987654": "",
	}}.Open(t)
	if err := errors.Join(os.MkdirAll(filepath.Join(home, ".cache/atmos"), 0o700), os.Symlink(t.TempDir(), filepath.Join(home, ".cache/atmos/emulator"))); err != nil {
		t.Fatal(err)
	}
	lock := flock.New(filepath.Join(home, ".config/atmos/gcp/gadc/sa.identity.lock"))
	if ok, err := lock.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	t.Cleanup(func() { _ = lock.Close() })
	open := descriptors(t)
	held, errs := inventory.HeldLocks(t.Context(), p, disk.NewHome(home))
	if len(held) != 1 || held[0].String() != lock.Path() || len(errs) != 1 || !errors.Is(errs[0], disk.ErrSymlink) {
		t.Errorf("held %v, errors %v", held, errs)
	}
	if now := descriptors(t); now > open {
		t.Errorf("%d more files are open than before", now-open)
	}
}

// unlisted is a real keyring that does not list its entries.
type unlisted struct {
	keyring.File
	find error
}

var errUnlisted = errors.New("not listed")

func (unlisted) List(context.Context) ([]string, error) { return []string{"dev"}, errUnlisted }

func (k unlisted) Find(ctx context.Context, keys []string) ([]string, error) {
	found, err := k.File.Find(ctx, keys)
	return found, errors.Join(err, k.find)
}

// A keyring that does not list all of its entries is asked for those of the names that are declared or were asked for.
func TestUnlisted(t *testing.T) {
	for _, tt := range []struct {
		what string
		find error
		gap  string
	}{
		{"those can be told", nil, "keyring : keyring_entry, others', ERROR"},
		{"those cannot be told", errUnlisted, "keyring : keyring_entry, ours, ERROR"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			home, p := hometest.World{Files: map[string]string{
				"project/atmos.yaml":                        "auth: {identities: {dev: {kind: aws/ambient}, ops: {kind: aws/ambient}}}",
				".local/share/atmos/keyring/dev":            hometest.Entry,
				".local/share/atmos/keyring/atmos_{R}_ops":  hometest.Entry,
				".local/share/atmos/keyring/atmos_old":      hometest.Entry,
				".local/share/atmos/keyring/atmos_stranger": hometest.Entry,
			}}.Open(t)
			file, _ := p.Keyrings[0].(keyring.File)
			p.Keyrings = []keyring.Keyring{unlisted{file, tt.find}}
			inv := inventory.Take(t.Context(), p, disk.NewHome(home), []string{"old", "ops"}, false)
			var got []string
			var gap *inventory.Trace
			for i := range inv.Traces {
				got = append(got, hometest.Short(home, line(inv.Traces[i])))
				if inv.Traces[i].Gap() {
					gap = inv.Traces[i]
				}
			}
			if d := cmp.Diff([]string{
				"keyring dev: keyring_entry, ours, of identity dev",
				"keyring atmos_{R}_ops: keyring_entry, ours, realm {R}, of identity ops",
				"keyring atmos_old: keyring_entry, ours, of identity old, perhaps a session",
				tt.gap,
			}, got); d != "" {
				t.Fatalf("(-want +got):\n%s", d)
			}
			realm := p.Realms[0]
			unknown := inv.UnknownKeys(gap, []string{"Ops", "ops", "dev"})
			for name, keys := range unknown {
				unknown[name] = slices.DeleteFunc(keys, func(key string) bool { return strings.HasPrefix(key, "atmos_"+p.Realms[1]) })
			}
			if d := cmp.Diff(map[string][]string{"Ops": {"ops", "atmos_ops", "Ops", "atmos_" + realm + "_Ops", "atmos_Ops"}, "dev": {"atmos_" + realm + "_dev", "atmos_dev"}}, unknown); d != "" {
				t.Errorf("unknown (-want +got):\n%s", d)
			}
		})
	}
}

// All keyrings that may hold something, and the password of those that are the user's own.
func TestOpenKeyrings(t *testing.T) {
	for _, tt := range []struct {
		what    string
		env     map[string]string
		files   map[string]string
		owner   string
		want    []string
		warning string
	}{
		{
			"of another user, who has no keyring on disk and no bus",
			map[string]string{"DBUS_SESSION_BUS_ADDRESS": "disabled:", "ATMOS_KEYRING_PASSWORD": "p"},
			nil, "ana",
			[]string{"~/.local/share/atmos/keyring default p", "~/own/atmos/keyring default p", "~/ring p", "~/vault", "~/claimed/atmos/keyring"},
			"the home directory ~ belongs to ana",
		},
		{
			"of another user with a keyring on disk",
			map[string]string{"DBUS_SESSION_BUS_ADDRESS": "disabled:", "ATMOS_KEYRING_PASSWORD_ENV": "MINE", "MINE": "m", "ATMOS_KEYRING_PASSWORD": "p"},
			map[string]string{".local/share/keyrings/login.keyring": ""},
			"ana",
			[]string{"system keyring", "~/.local/share/atmos/keyring default m", "~/own/atmos/keyring default m", "~/ring m", "~/vault", "~/claimed/atmos/keyring"},
			"the home directory ~ belongs to ana",
		},
		{
			"of another user with a bus",
			map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x", "ATMOS_KEYRING_PASSWORD_ENV": "MINE", "ATMOS_KEYRING_PASSWORD": "p", "": "nobody's"},
			nil, "ana",
			[]string{"system keyring", "~/.local/share/atmos/keyring default p", "~/own/atmos/keyring default p", "~/ring p", "~/vault", "~/claimed/atmos/keyring"},
			"the home directory ~ belongs to ana",
		},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := hometest.World{Env: tt.env, Files: map[string]string{"project/atmos.yaml": "env: {ATMOS_XDG_DATA_HOME: ../claimed, ATMOS_XDG_CACHE_HOME: ../cache, ATMOS_XDG_CONFIG_HOME: ../.config}\n" +
				"auth: {keyring: {spec: {path: ../vault}}}\n"}}
			for name, text := range tt.files {
				w.Files[name] = text
			}
			tt.env["ATMOS_KEYRING_FILE_PATH"] = "../ring"
			home, p := w.Open(t)
			p.Own = store.Roots{store.Data: filepath.Join(home, "own/atmos"), store.Cache: p.Roots[store.Cache]}
			p.Keyrings = nil
			warning := hometest.Short(home, p.OpenKeyrings(t.Context(), disk.NewHome(home), keyring.Options{}, tt.owner))
			var got []string
			for _, k := range p.Keyrings {
				text := hometest.Short(home, k.Location())
				if file, ok := k.(keyring.File); ok {
					if file.Default {
						text += " default"
					}
					text = strings.TrimSpace(text + " " + file.Password)
				}
				got = append(got, text)
			}
			if d := cmp.Diff(tt.want, got); d != "" || warning != tt.warning {
				t.Errorf("warning %q (-want +got):\n%s", warning, d)
			}
			if shown := p.KeyringPath(filepath.Join(home, "vault")); shown != "../vault" {
				t.Errorf("the claimed one is shown as %s", shown)
			}
			if shown := p.KeyringPath(filepath.Join(home, "ring")); shown != filepath.Join(home, "ring") {
				t.Errorf("the user's own is shown as %s", shown)
			}
		})
	}
}

// What an inventory answers.
func TestAnswers(t *testing.T) {
	home, inv := hometest.World{Files: map[string]string{
		"project/atmos.yaml": `auth:
  realm: !include.raw realm
  providers: {corp: {kind: aws/iam-identity-center}}
  identities: !include names.yaml
  integrations: {eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: blue, region: us-east-1}}}, twice: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: red, region: us-east-1}}}}
import: https://atmos.example/a.yaml`,
		"project/realm":                                        "team",
		"project/names.yaml":                                   "dev: {kind: aws/user}\nsecret: {kind: aws/user}\nbase: {kind: aws/user}\n",
		"project/profiles/p/a.yaml":                            "auth: {realm: Bad Realm}",
		"project/profiles/q/a.yaml":                            "auth: {realm: ci}",
		"project/profiles/r/a.yaml":                            "auth: {realm: Bad Realm}",
		".config/atmos/team/aws/x/credentials":                 fmt.Sprintf(hometest.Key, "dev") + fmt.Sprintf(hometest.Key, "ops"),
		".config/atmos/other/aws/dev/credentials":              fmt.Sprintf(hometest.Key, "x") + fmt.Sprintf(hometest.Key, "dev"),
		".config/atmos/other/aws/y/credentials":                fmt.Sprintf(hometest.Key, "dev"),
		".config/atmos/aws/z/credentials":                      fmt.Sprintf(hometest.Key, "dev"),
		".config/atmos/third/aws/corp/credentials":             fmt.Sprintf(hometest.Key, "x") + fmt.Sprintf(hometest.Key, "y"),
		".config/atmos/fourth/aws/corp/credentials.lock":       "",
		".config/atmos/aws/base/credentials":                   fmt.Sprintf(hometest.Key, "x"),
		".config/atmos/kube/config.lock":                       "1 credclean 2026-01-01T00:00:00Z\n",
		".azure/msal_token_cache.json.lockfile":                "1 credclean 2026-01-01T00:00:00Z\n",
		".azure/azureProfile.json.lockfile":                    "1 another 2026-01-01T00:00:00Z\n",
		".config/gcloud/legacy_credentials/ana@corp.example/x": "",
	}}.Look(t)
	short := func(texts ...string) (all []string) {
		for _, text := range texts {
			all = append(all, hometest.Short(home, text))
		}
		return all
	}
	places := func(places []disk.Place) (all []string) {
		for _, p := range places {
			all = append(all, hometest.Short(home, p.String()))
		}
		return all
	}
	var at []string
	file := disk.Place{Root: inv.Roots[store.Config], Path: "team/aws/x/credentials"}
	for _, trace := range inv.At(file) {
		at = append(at, trace.Name)
	}
	open := descriptors(t)
	accounts := inv.Accounts(disk.Place{Root: home, Path: ".config/gcloud"})
	if now := descriptors(t); now > open {
		t.Errorf("%d more files are open than before", now-open)
	}
	elsewhere := func(name string) []string {
		realms, without := inv.Elsewhere(name)
		if without {
			realms = append(realms, "none")
		}
		return realms
	}
	for what, pair := range map[string][2][]string{
		"at":        {at, {"dev", "ops"}},
		"elsewhere": {elsewhere("DEV"), {"other", "none"}},
		"a root":    {elsewhere("corp"), {"third"}},
		"nowhere":   {elsewhere("ops"), nil},
		"shown":     {{inv.Shown("dev"), inv.Shown("base"), inv.Shown("secret"), inv.Shown("corp")}, {"dev", "base", "names.yaml:2", "corp"}},
		"explicit":  {inv.Explicit(), {"team", "ci"}},
		"realms":    {short(inv.Project.Shown()...), append([]string{"atmos.yaml:2", "ci"}, short(inv.Realms[2:]...)...)},
		"warnings":  {inv.Warnings(), {`Atmos does not accept the realm "Bad Realm": nothing can be stored under it`}},
		"unread":    {inv.Unread(), {"atmos.yaml:6:9: import https://atmos.example/a.yaml: remote, not fetched"}},
		"dirs":      {short(inv.Dirs()...), {"~/.aws/atmos", "~/.aws/saml2aws", "~/.azure/atmos", "~/.config/atmos", "~/.local/share/atmos", "~/.cache/atmos"}},
		"left":      {places(inv.LeftLocks()), {"~/.azure/msal_token_cache.json.lockfile", "~/.config/atmos/kube/config.lock"}},
		"az":        {places(inv.AzFiles()), {"~/.azure/msal_token_cache.json", "~/.azure/azureProfile.json", "~/.azure/service_principal_entries.json"}},
		"accounts":  {accounts, {"ana@corp.example"}},
		"none":      {inv.Accounts(disk.Place{Root: home, Path: ".config"}), nil},
	} {
		if d := cmp.Diff(pair[1], pair[0]); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	if !inv.Uses(".azure/azureProfile.json.lockfile") || inv.Uses(".saml2aws") {
		t.Error("what exists below the home directory")
	}
	for realm, want := range map[string]bool{hometest.Realm(home): true, "team": false, "": false} {
		if inv.Automatic(realm) != want {
			t.Errorf("realm %q automatic: %v", realm, !want)
		}
	}
}

func TestTrace(t *testing.T) {
	now := time.Now()
	over := store.Token{Expires: now.Add(-time.Second)}
	failed := errors.New("denied")
	tree, file := &store.Location{Tree: true}, &store.Location{}
	for _, tt := range []struct {
		trace inventory.Trace
		want  string
	}{
		{inventory.Trace{Err: failed}, "gap"},
		{inventory.Trace{}, "of Atmos"},
		{inventory.Trace{Err: failed, Where: inventory.Where{Key: "k"}}, "of Atmos"},
		{inventory.Trace{Err: failed, Of: []inventory.Name{{Name: "dev"}}}, "of Atmos"},
		{inventory.Trace{Err: failed, Name: "dev"}, "of Atmos, dev"},
		{inventory.Trace{Err: failed, Root: "corp"}, "of Atmos, corp"},
		{inventory.Trace{Kind: store.LockFile, Name: "dev", Root: "corp"}, "dev"},
		{inventory.Trace{Kind: store.OtherFile, Root: "corp"}, "corp"},
		{inventory.Trace{Kind: store.ConfigFile, Section: true, Root: "corp"}, "of Atmos, keys before the first section"},
		{inventory.Trace{Kind: store.ConfigFile, Section: true, Where: inventory.Where{Entry: "sso-session x"}}, "of Atmos, [sso-session x]"},
		{inventory.Trace{Token: over}, "of Atmos, over"},
		{inventory.Trace{Token: store.Token{Expires: over.Expires, Refreshable: true}}, "of Atmos"},
		{inventory.Trace{Token: store.Token{Expires: now.Add(time.Second)}}, "of Atmos"},
		{inventory.Trace{Location: tree}, "of Atmos, tree"},
		{inventory.Trace{Location: file}, "of Atmos"},
	} {
		var got []string
		for _, is := range []struct {
			what string
			is   bool
		}{{"gap", tt.trace.Gap()}, {"of Atmos", tt.trace.OfAtmos()}, {"over", tt.trace.Over(now)}, {"tree", tt.trace.Tree()}, {tt.trace.Label(), tt.trace.Label() != ""}} {
			if is.is {
				got = append(got, is.what)
			}
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.trace, text, tt.want)
		}
	}
}
