//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
)

// crowdYAML declares ten providers and n identities.
func crowdYAML(n int) string {
	var b strings.Builder
	b.WriteString("auth:\n  realm: acme\n  providers:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "    sso-%d: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://p%[1]d.example/start}\n", i)
	}
	b.WriteString("  identities:\n")
	for i := range n {
		fmt.Fprintf(&b, "    team-%d:\n      kind: aws/permission-set\n      via: {provider: sso-%d}\n", i, i%10)
	}
	return b.String()
}

// newCrowd is a home directory where n identities of ten providers are logged
// in: each has an entry in the file keyring and a section in both files.
func newCrowd(tb testing.TB, n int) scene {
	tb.Helper()
	s := scene{tb.TempDir()}
	s.write(tb, "project/atmos.yaml", crowdYAML(n))
	for p := range 10 {
		var names []string
		for i := p; i < n; i += 10 {
			names = append(names, fmt.Sprintf("team-%d", i))
			s.write(tb, fmt.Sprintf("%satmos_acme_team-%d", ringDir, i), sceneJWE)
		}
		s.write(tb, fmt.Sprintf(".config/atmos/acme/aws/sso-%d/credentials", p), credentialsOf(names...))
		s.write(tb, fmt.Sprintf(".config/atmos/acme/aws/sso-%d/config", p), profilesOf(names...))
	}
	return s
}

// machine is what a logout in the scene would work with.
func (s scene) machine(tb testing.TB) logout.Machine {
	tb.Helper()
	none := func(string) (string, bool) { return "", false }
	work := filepath.Join(s.home, "project")
	roots := store.NewRoots(s.home, work, filepath.Join(s.home, "tmp"), runtime.GOOS, none)
	cfg, err := config.Load(config.System{Home: s.home, WorkDir: work, LookupEnv: none}, config.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	files := &store.Files{}
	tb.Cleanup(func() { _ = files.Close() })
	return logout.Machine{
		Graph: chain.New(cfg.Auth), Roots: roots, WorkDir: work, Realms: []string{"acme", ""}, Files: files,
		Keyrings: []store.Keyring{store.FileKeyring{Dir: store.DefaultKeyringDir(roots), Default: true}},
	}
}

// sizes are the numbers of identities between which growth is measured.
var sizes = []int{1_000, 10_000}

func BenchmarkPlan(b *testing.B) {
	for _, n := range sizes {
		m := newCrowd(b, n).machine(b)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if p, err := logout.NewPlan(b.Context(), m, logout.Target{All: true}); err != nil || len(p.Steps) < n {
					b.Fatal(len(p.Steps), err)
				}
			}
		})
	}
}

func BenchmarkReport(b *testing.B) {
	for _, n := range sizes {
		m := newCrowd(b, n).machine(b)
		p, err := logout.NewPlan(b.Context(), m, logout.Target{All: true})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.DryRun(io.Discard, logout.View{Roots: m.Roots, Zone: time.UTC})
			}
		})
	}
}

func BenchmarkFileKeyring(b *testing.B) {
	for _, n := range sizes {
		k := newCrowd(b, n).machine(b).Keyrings[0]
		var keys []string
		for i := range n {
			keys = append(keys, fmt.Sprintf("team-%d", i), fmt.Sprintf("atmos_team-%d", i), fmt.Sprintf("atmos_acme_team-%d", i))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if found, err := k.Find(b.Context(), keys); err != nil || len(found) != n {
					b.Fatal(len(found), err)
				}
			}
		})
	}
}

// TestSpeed times whole processes. testdata/bench/run runs it; among other tests
// it would measure these.
func TestSpeed(t *testing.T) {
	if os.Getenv("CREDCLEAN_BENCH") == "" {
		t.Skip("see testdata/bench/run")
	}
	dir := t.TempDir()
	empty, program := filepath.Join(dir, "empty"), filepath.Join(dir, "credclean")
	if err := os.WriteFile(empty+".go", []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	release := []string{"build", "-tags", "urfave_cli_no_docs", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o"}
	for out, from := range map[string]string{empty: empty + ".go", program: "."} {
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
		s := scene{t.TempDir()}
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
	t.Logf("start (--version): %.1f times an empty program's (at most 1.5)", ratio(version, nothing))
	t.Logf("logout of a chain of three names, file keyring: %.1f times (at most 3)", ratio(three, nothing))
	t.Logf("logout --all --dry-run, 10,000 identities: %v, %d MiB (at most 500ms, 100 MiB)",
		median(tenThousand).took.Round(time.Millisecond), median(tenThousand).memory>>20)
	t.Logf("growth from 1,000 to 10,000: %.1f-fold (at most 11)", ratio(tenThousand, thousand))
	t.Logf("size: %.1f MB (at most 12)", float64(info.Size())/1e6)
	t.Logf("an empty program takes %v; %s/%s, %d cores, %s", median(nothing).took.Round(10*time.Microsecond),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
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

func ratio(a, b []usage) float64 { return float64(median(a).took) / float64(median(b).took) }
