//go:build linux

package programtest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/cloudtest"
)

// revokeLine logs out of all providers of a shared scene, ends their sessions, and leaves prod-admin alone.
var revokeLine = []string{"credclean", "logout", "dev-admin", "ci-admin", "az-admin", "--revoke"}

// A shared scene is one in which Atmos has written to files of kubectl and az, too, in which links lead to
// a credentials file and to a token, and whose sessions a provider knows.
type shared struct {
	scene
	cloud *cloudtest.Cloud
}

func newShared(t *testing.T) shared {
	t.Helper()
	cloud, err := cloudtest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	s := shared{newScene(t), cloud}
	for name, value := range cloud.Env() {
		s.env = append(s.env, name+"="+value)
	}
	yaml := strings.Replace(sceneYAML, "  identities:\n", "    az: {kind: azure/device-code}\n  identities:\n    az-admin: {kind: azure/subscription, via: {provider: az}}\n", 1) +
		"  integrations:\n    dev/eks: {kind: aws/eks, via: {identity: dev-admin}, spec: {cluster: {name: dev, region: us-east-1}}}\n"
	ours := `"of-atmos":{"secret":"secret-az","expires_on":"1893456000"}`
	for name, text := range map[string]string{
		"project/atmos.yaml": yaml,
		atmosKube:            sharedFiles()[kubeFile],
		azureFile:            `{"AccessToken":{` + ours + `,"of-az":{"secret":"mine-az","expires_on":"1893456000"}}}`,
		".azure/atmos/acme/msal_token_cache.json": `{"AccessToken":{` + ours + `}}`,
		"dotfiles/mine": "mine",
	} {
		s.write(t, name, text)
	}
	for portal := range sessions {
		name, text := tokenOf(portal)
		if err := cloud.Know([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if portal == "corp" {
			s.relocate(t, cacheDir+name, filepath.Join(s.home, "dotfiles/token"))
		}
	}
	s.relocate(t, sharedDir+"credentials", filepath.Join(s.home, "dotfiles/credentials"))
	return s
}

// sessions are the providers that have one at a portal.
var sessions = map[string]string{"corp": "aws-sso", "ci": "ci-sso"}

const atmosKube = ".config/atmos/kube/config"

// done is what a run leaves by which nothing goes wrong, and the calls of that run.
func (s shared) done(t *testing.T, calls string) (after map[string]string, trace []call) {
	t.Helper()
	code, out, trace := s.trace(t, revokeLine, calls)
	after = s.files(t)
	kube, azure := after[atmosKube], after[azureFile]
	if code != exitDone || strings.Contains(kube, "cluster/dev") || !strings.Contains(kube, "MINE") || strings.Contains(azure, "secret-az") || !strings.Contains(azure, "mine-az") {
		t.Fatalf("exit code %d: %s\n%s\n%s", code, out, kube, azure)
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if strings.Contains(name, ".credclean") || strings.HasSuffix(name, ".lockfile") || name == atmosKube+".lock" {
			t.Errorf("%s is left", name)
		}
		if secrets := strings.ReplaceAll(after[name], "secret-prod-admin", ""); strings.Contains(secrets, "secret-") {
			t.Errorf("a secret is left in %s", name)
		}
	}
	if usable := s.cloud.Usable(); usable != nil {
		t.Errorf("%q can still be used", usable)
	}
	return after, slices.DeleteFunc(trace, func(c call) bool { return !strings.HasPrefix(c.path, "~/") })
}

// check looks at what a run left by which something went wrong: files of other programs are as they were or as they
// should be, a second run finishes, and by then all sessions are over but those that the report named.
func (s shared) check(t *testing.T, before, after map[string]string, out string) {
	t.Helper()
	now := s.files(t)
	for _, name := range []string{atmosKube, azureFile, "dotfiles/mine"} {
		if text := now[name]; text != before[name] && text != after[name] {
			t.Errorf("%s is %q", name, text)
		}
	}
	if code, out := s.run(t, revokeLine...); code != exitDone {
		t.Errorf("the second time: exit code %d: %s", code, out)
	}
	if diff := gocmp.Diff(after, s.files(t)); diff != "" {
		t.Errorf("after the second time (-want +got):\n%s", diff)
	}
	for portal, provider := range sessions {
		if slices.Contains(s.cloud.Usable(), "secret-"+portal) && !strings.Contains(out, "Not ended: "+provider+";") {
			t.Errorf("the session of %s is not over, and that is not said", provider)
		}
	}
}

// some are the calls that are tried: without make faults only those that change something at files of other
// programs, at links and at tokens.
func (s shared) some(trace []call) []call {
	return slices.DeleteFunc(ends(trace), func(c call) bool {
		reads := c.name == "openat" && !strings.Contains(c.args, "O_CREAT") || strings.Contains(c.name, "stat") || c.name == "getdents64"
		elsewhere := !slices.ContainsFunc([]string{".azure/", ".config/atmos/kube", "dotfiles", cacheDir}, func(dir string) bool { return strings.HasPrefix(c.path, "~/"+dir) })
		return !whole() && (reads || elsewhere)
	})
}

// TestKilledWhileSharing kills the program at each call that changes something.
func TestKilledWhileSharing(t *testing.T) {
	s := newShared(t)
	before := s.files(t)
	after, trace := s.done(t, faultyCalls+",write,pwrite64,ftruncate")
	for _, site := range s.some(trace) {
		t.Run(fmt.Sprintf("%s-%d", site.name, site.nth), func(t *testing.T) {
			t.Parallel()
			var s shared
			code, out := exitDone, ""
			for tries := 0; code != -1 && tries < 5; tries++ { // the runtime may have made one call less
				s = newShared(t)
				code, out, _ = s.trace(t, revokeLine, site.name, fmt.Sprintf("%s:signal=SIGKILL:when=%d", site.name, site.nth))
			}
			if code != -1 {
				t.Errorf("exit code %d: %s", code, out)
			}
			s.check(t, before, after, out)
		})
	}
}

// TestFaultsWhileSharing fails each call in turn, once.
func TestFaultsWhileSharing(t *testing.T) {
	s := newShared(t)
	before := s.files(t)
	after, trace := s.done(t, faultyCalls)
	for i, site := range s.some(trace) {
		if i%3 != 0 && !whole() {
			continue
		}
		cause := causes[i%len(causes)]
		t.Run(fmt.Sprintf("%s-%d-%s", site.name, site.nth, cause.name), func(t *testing.T) {
			t.Parallel()
			var s shared
			_, code, out := failing(t, site, cause.name, func(t *testing.T) scene { t.Helper(); s = newShared(t); return s.scene }, revokeLine)
			if files := s.files(t); code == exitDone && !maps.Equal(files, after) || code == exitUsage && !maps.Equal(files, before) {
				t.Errorf("exit code %d (-want +got):\n%s", code, gocmp.Diff(after, files))
			}
			if code < exitDone || code > exitUsage || code != exitDone && !strings.Contains(out, cause.text) {
				t.Errorf("exit code %d, and %q is not named", code, cause.text)
			}
			s.check(t, before, after, out)
			if t.Failed() {
				t.Logf("%v:\n%s", site, out)
			}
		})
	}
}

// TestFaultsOfRequests fails what sends the requests: nothing stays for that, and what was not ended is named.
func TestFaultsOfRequests(t *testing.T) {
	s := newShared(t)
	before := s.files(t)
	after, _ := s.done(t, "openat")
	for _, fault := range [][3]string{
		{"socket", "EMFILE", "too many open files"},
		{"socket", "EACCES", "permission denied"},
		{"connect", "ECONNREFUSED", "connection refused"},
		{"connect", "ENETUNREACH", "network is unreachable"},
		{"getsockopt", "ENOBUFS", "no buffer space available"},
	} {
		t.Run(fmt.Sprint(fault), func(t *testing.T) {
			t.Parallel()
			s := newShared(t)
			code, out := s.run(t, append([]string{"strace", "-f", "-o", os.DevNull, "-e", "trace=" + fault[0], "-e", "inject=" + fault[0] + ":error=" + fault[1]}, revokeLine...)...)
			if code != exitLeft || strings.Count(out, fault[2]) < len(sessions) {
				t.Errorf("exit code %d: %s", code, out)
			}
			if diff := gocmp.Diff(after, s.files(t)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			s.check(t, before, after, out)
		})
	}
}
