//go:build linux && bench

package programtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

// TestSpeed times whole processes. testdata/bench/run runs it; among other tests
// it would measure these.
func TestSpeed(t *testing.T) {
	dir := t.TempDir()
	empty, program := filepath.Join(dir, "empty"), filepath.Join(dir, "credclean")
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
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}

	newChain := func() scene {
		s := scene{inMemory(t)}
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

// inMemory is a directory in memory, if there is such a place: how long a disk takes for a
// removal is not the program's.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "credclean")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
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
