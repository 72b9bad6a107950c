//go:build linux

package programtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// everything logs out of all that newSharing holds.
var everything = []string{"credclean", "logout", "--all", "--yes"}

// newSharing is a scene in which Atmos has written to files of kubectl and az, too.
func newSharing(t *testing.T) scene {
	t.Helper()
	s := newScene(t)
	yaml := strings.Replace(sceneYAML, "  identities:\n", "    az: {kind: azure/device-code}\n  identities:\n    az-admin: {kind: azure/subscription, via: {provider: az}}\n", 1) +
		"  integrations:\n    dev/eks: {kind: aws/eks, via: {identity: dev-admin}, spec: {cluster: {name: dev, region: us-east-1}}}\n"
	ours := `"of-atmos":{"secret":"secret-az","expires_on":"1893456000"}`
	for name, text := range map[string]string{
		"project/atmos.yaml": yaml,
		atmosKube:            sharedFiles()[kubeFile],
		azureFile:            `{"AccessToken":{` + ours + `,"of-az":{"secret":"mine-az","expires_on":"1893456000"}}}`,
		".azure/atmos/acme/msal_token_cache.json": `{"AccessToken":{` + ours + `}}`,
	} {
		s.write(t, name, text)
	}
	return s
}

const atmosKube = ".config/atmos/kube/config"

// TestKilledWhileSharing kills the program at each call that changes something at a file of another
// program: it is as it was or as it should be, and a second run completes and leaves no lock.
func TestKilledWhileSharing(t *testing.T) {
	s := newSharing(t)
	before := s.files(t)
	code, out, trace := s.trace(t, everything, faultyCalls+",write,pwrite64,ftruncate")
	after := s.files(t)
	kube, azure := after[atmosKube], after[azureFile]
	if code != exitDone || strings.Contains(kube, "cluster/dev") || !strings.Contains(kube, "MINE") || strings.Contains(azure, "secret-az") || !strings.Contains(azure, "mine-az") {
		t.Fatalf("exit code %d: %s\n%s\n%s", code, out, kube, azure)
	}
	for _, site := range trace {
		reads := site.name == "openat" && !strings.Contains(site.args, "O_CREAT") || strings.Contains(site.name, "stat") || site.name == "getdents64"
		if reads && !whole() || !strings.HasPrefix(site.path, "~/.azure/") && !strings.HasPrefix(site.path, "~/.config/atmos/kube") {
			continue
		}
		t.Run(fmt.Sprintf("%s-%d", site.name, site.nth), func(t *testing.T) {
			t.Parallel()
			s := newSharing(t)
			code, out, _ := s.trace(t, everything, site.name, fmt.Sprintf("%s:signal=SIGKILL:when=%d", site.name, site.nth))
			if code != -1 {
				t.Errorf("exit code %d: %s", code, out)
			}
			killed := s.files(t)
			for _, name := range []string{atmosKube, azureFile} {
				if text := killed[name]; text != before[name] && text != after[name] {
					t.Errorf("%s is %q", name, text)
				}
			}
			if code, out := s.run(t, everything...); code != exitDone {
				t.Errorf("the second time: exit code %d: %s", code, out)
			}
			if diff := gocmp.Diff(after, s.files(t)); diff != "" {
				t.Errorf("after the second time (-want +got):\n%s", diff)
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if strings.Contains(name, ".credclean") || strings.HasSuffix(name, ".lockfile") || name == atmosKube+".lock" {
			t.Errorf("%s is left", name)
		}
	}
}
