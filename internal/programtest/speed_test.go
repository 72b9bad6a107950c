//go:build linux && bench

package programtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/credclean/credclean/internal/keyringtest"
)

// TestSpeed times whole processes. testdata/bench/run runs it; among other tests
// it would measure these.
func TestSpeed(t *testing.T) {
	empty, program := released(t)
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}

	newChain := func() scene {
		s := scene{home: inMemory(t)}
		s.write(t, "project/atmos.yaml", towerYAML(2))
		for _, name := range []string{"aws-sso", "id0", "id1"} {
			s.write(t, ringDir+"atmos_acme_"+name, sceneJWE)
		}
		s.write(t, sharedDir+"credentials", credentialsOf("id0", "id1"))
		s.write(t, sharedDir+"config", profilesOf("id0", "id1"))
		return s
	}
	small, large := newCrowd(t, sizes[0]), newCrowd(t, sizes[1])
	var nothing, version, three, thousand, tenThousand []usage
	for range 41 { // in turn, so that what else the machine does meets all alike
		s := newChain()
		nothing = append(nothing, s.measure(t, empty))
		version = append(version, s.measure(t, program, "--version"))
		three = append(three, s.measure(t, program, "logout", "id1"))
	}
	for range 11 {
		thousand = append(thousand, small.measure(t, program, "logout", "--all", "--dry-run"))
		tenThousand = append(tenThousand, large.measure(t, program, "logout", "--all", "--dry-run"))
	}
	t.Logf("start (--version): %.1f times an empty program's, %v (at most 1.5 times)", ratio(version, nothing), took(version))
	t.Logf("logout of a chain of three names, file keyring: %.1f times, %v (at most 3 times)", ratio(three, nothing), took(three))
	t.Logf("logout --all --dry-run, 10,000 identities: %v, %d MiB (at most 500ms, 100 MiB)",
		median(tenThousand).took.Round(time.Millisecond), median(tenThousand).memory>>20)
	t.Logf("growth from 1,000 to 10,000: %.1f-fold (at most 11)", ratio(tenThousand, thousand))
	t.Logf("size: %.1f MB (at most 12)", float64(info.Size())/1e6)
	t.Logf("an empty program takes %v; %s/%s, %d cores, %s", took(nothing),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
}

// TestSpeedAtSize times what grows: how much there is to remove, beside rm -rf of the same, how many
// providers there are, and how large a kubeconfig is.
func TestSpeedAtSize(t *testing.T) {
	_, program := released(t)
	towers := newTowers(t, 1000)
	var status, dryRun, clusters, floor []usage
	removals := map[int][]usage{}
	for range 5 {
		status = append(status, towers.measure(t, program, "status"))
		dryRun = append(dryRun, towers.measure(t, program, "logout", "--all", "--dry-run"))
		for _, n := range sizes {
			s := scene{home: inMemory(t)}
			s.crowd(t, n)
			removals[n] = append(removals[n], s.measure(t, program, "logout", "--all", "--yes"))
		}
		s := scene{home: inMemory(t)}
		s.crowd(t, sizes[1])
		floor = append(floor, s.measure(t, "rm", "-rf", filepath.Join(s.home, ".config"), filepath.Join(s.home, ".local")))
		s = scene{home: inMemory(t)}
		s.fleet(t, 2000)
		clusters = append(clusters, s.measure(t, program, "logout", "--all", "--yes"))
		if text := s.files(t)[".config/atmos/kube/config"]; strings.Contains(text, "atmos") || !strings.Contains(text, "token: mine") {
			t.Fatalf("left is %.1000s", text)
		}
	}
	t.Logf("status of 1,000 providers, a directory each: %v (at most 200ms)", took(status))
	t.Logf("logout --all --dry-run of them: %v (at most 200ms)", took(dryRun))
	small, large := removals[sizes[0]], removals[sizes[1]]
	t.Logf("logout --all --yes, 10,000 identities: %v, %d MiB (at most 2s, 60 MiB); rm -rf: %v", took(large), median(large).memory>>20, took(floor))
	t.Logf("growth of that from 1,000: %.1f-fold (at most 11)", ratio(large, small))
	t.Logf("2,000 clusters in a kubeconfig of 3.2 MB: %v (at most 300ms)", took(clusters))
}

// TestSpeedOfKeyring times a logout of entries in GNOME Keyring, beside what a user would type instead:
// secret-tool clear for each, and rm -rf of the files.
func TestSpeedOfKeyring(t *testing.T) {
	const n = 100
	_, program := released(t)
	bus := keyringtest.New(t)
	var entries []keyringtest.Entry
	by := "rm -rf .config/atmos"
	for i := range n {
		key := fmt.Sprintf("atmos_acme_team-%d", i)
		entries = append(entries, keyringtest.Entry{Key: key, Secret: "secret"})
		by += "\nsecret-tool clear service " + key + " username " + keyringtest.Account
	}
	var logout, floor []usage
	for range 5 {
		for _, way := range []struct {
			took *[]usage
			args []string
		}{{&logout, []string{program, "logout", "--all", "--yes"}}, {&floor, []string{"sh", "-ec", "cd; " + by}}} {
			s := scene{home: inMemory(t)}
			s.crowd(t, n)
			if err := errors.Join(os.RemoveAll(filepath.Join(s.home, ringDir)), bus.SetAll(entries...)); err != nil {
				t.Fatal(err)
			}
			*way.took = append(*way.took, s.measure(t, append([]string{"env", "DBUS_SESSION_BUS_ADDRESS=" + bus.Address}, way.args...)...))
			items, err := bus.Items()
			if _, statErr := os.Stat(filepath.Join(s.home, ".config/atmos/acme")); err != nil || len(items) > 0 || statErr == nil {
				t.Fatalf("%q left %d entries, %v, %v", way.args[0], len(items), err, statErr)
			}
		}
	}
	t.Logf("logout --all --yes, %d identities, GNOME Keyring: %v; secret-tool clear for each, and rm -rf: %v", n, took(logout), took(floor))
}

// kubeUser is a user as client-go writes it for Atmos.
const kubeUser = `- name: atmos-eks-c%d-us-east-1
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - aws
      - eks
      - token
      - --cluster-name
      - c%[1]d
      - --region
      - us-east-1
      - --identity=team-0
      command: atmos
      env:
      - name: ATMOS_IDENTITY
        value: team-0
      interactiveMode: Never
      provideClusterInfo: false
`

// fleet has n integrations of EKS, and their clusters in the kubeconfig of Atmos beside one of the user's own.
func (s scene) fleet(t *testing.T, n int) {
	t.Helper()
	var yaml, clusters, contexts, users strings.Builder
	yaml.WriteString(crowdYAML(1) + "  integrations:\n")
	ca := strings.Repeat("QUJD", 290)
	for i := range n {
		fmt.Fprintf(&yaml, "    eks-%d: {kind: aws/eks, via: {identity: team-0}, spec: {cluster: {name: c%[1]d, region: us-east-1}}}\n", i)
		arn := fmt.Sprintf("arn:aws:eks:us-east-1:111111111111:cluster/c%d", i)
		fmt.Fprintf(&clusters, "- cluster:\n    certificate-authority-data: %s\n    server: https://c%d.example\n  name: %s\n", ca, i, arn)
		fmt.Fprintf(&contexts, "- context:\n    cluster: %s\n    user: atmos-eks-c%d-us-east-1\n  name: %[1]s\n", arn, i)
		fmt.Fprintf(&users, kubeUser, i)
	}
	s.write(t, "project/atmos.yaml", yaml.String())
	s.write(t, ".config/atmos/kube/config", "apiVersion: v1\nclusters:\n"+clusters.String()+"contexts:\n"+contexts.String()+
		"current-context: \"\"\nkind: Config\npreferences: {}\nusers:\n"+users.String()+"- name: ana\n  user:\n    token: mine\n")
}

// released builds an empty program and this one, as it is released.
func released(t *testing.T) (empty, program string) {
	t.Helper()
	dir := t.TempDir()
	empty, program = filepath.Join(dir, "empty"), filepath.Join(dir, "credclean")
	if err := os.WriteFile(empty+".go", []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	release := []string{"build", "-tags", "urfave_cli_no_docs,nethttpomithttp2", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X github.com/credclean/credclean/internal/early.Version=1.2.3", "-o"}
	for out, from := range map[string]string{empty: empty + ".go", program: module} {
		cmd := exec.CommandContext(t.Context(), "go", append(release, out, from)...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return empty, program
}

// usage is what one process took.
type usage struct {
	took   time.Duration
	memory int64 // in bytes, at most
}

// measure runs a program that must end well.
func (s scene) measure(t *testing.T, args ...string) usage {
	t.Helper()
	cmd := s.command(t, args...)
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return usage{took, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10}
}

func median(all []usage) usage {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b usage) int { return int(a.took - b.took) })
	return all[len(all)/2]
}

func took(all []usage) time.Duration { return median(all).took.Round(10 * time.Microsecond) }

func ratio(a, b []usage) float64 { return float64(median(a).took) / float64(median(b).took) }
