//go:build linux

package main

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
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
