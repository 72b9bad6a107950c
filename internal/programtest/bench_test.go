//go:build linux

package programtest

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
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
	s := scene{home: tb.TempDir()}
	s.crowd(tb, n)
	return s
}

func (s scene) crowd(tb testing.TB, n int) {
	tb.Helper()
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
}

// load reads the configuration of the scene.
func (s scene) load(tb testing.TB) *config.Config {
	tb.Helper()
	cfg, err := config.Load(tb.Context(), config.System{Home: s.home, WorkDir: filepath.Join(s.home, "project"), LookupEnv: none}, config.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return cfg
}

// none is an empty environment.
func none(string) (string, bool) { return "", false }

// look is the inventory that a logout in the scene would take.
func (s scene) look(tb testing.TB) *inventory.Inventory {
	tb.Helper()
	work := filepath.Join(s.home, "project")
	roots := store.NewRoots(s.home, work, filepath.Join(s.home, "tmp"), runtime.GOOS, none)
	p := inventory.NewProject(s.load(tb), roots, work)
	p.Keyrings = []keyring.Keyring{keyring.File{Dir: filepath.Join(roots[store.Data], "keyring"), Default: true}}
	return inventory.Take(tb.Context(), p, disk.NewHome(s.home), nil, false)
}

// sizes are the numbers of identities between which growth is measured.
var sizes = []int{1_000, 10_000}

// grow times something for 1,000 and for 10,000 identities. The collector runs
// before the clock, not beside it: how often it comes in a loop has little to do with
// a program that does this once.
func grow(b *testing.B, prepare func(n int) (once func())) {
	b.Helper()
	for _, n := range sizes {
		once := prepare(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			defer debug.SetGCPercent(debug.SetGCPercent(-1))
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				runtime.GC()
				b.StartTimer()
				once()
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	grow(b, func(n int) func() {
		s := scene{home: b.TempDir()}
		s.write(b, "project/atmos.yaml", crowdYAML(n))
		return func() { s.load(b) }
	})
}

// All chains, one behind the other.
func BenchmarkTower(b *testing.B) {
	grow(b, func(n int) func() {
		s := scene{home: b.TempDir()}
		s.write(b, "project/atmos.yaml", towerYAML(n))
		return chains(b, s.load(b).Readings[0].Auth, "aws-sso", n)
	})
}

// All chains, side by side.
func BenchmarkBroad(b *testing.B) {
	grow(b, func(n int) func() {
		s := scene{home: b.TempDir()}
		s.write(b, "project/atmos.yaml", crowdYAML(n))
		return chains(b, s.load(b).Readings[0].Auth, "sso-0", n/10)
	})
}

// chains asks a graph everything.
func chains(b *testing.B, auth config.Auth, provider string, identities int) func() {
	b.Helper()
	last := auth.Identities[len(auth.Identities)-1].Name
	return func() {
		g := chain.New(auth)
		if c, err := g.Chain(last); err != nil || c.Err != nil {
			b.Fatal(err, c.Err)
		}
		if members, err := g.Members(provider); err != nil || len(members) != 1+identities {
			b.Fatal(len(members), err)
		}
		if all := g.All(); len(all) != len(auth.Providers)+len(auth.Identities) || len(g.Cycles()) > 0 {
			b.Fatal(len(all), g.Cycles())
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	grow(b, func(n int) func() {
		s := newCrowd(b, n)
		return func() {
			if p, err := logout.NewPlan(s.look(b), logout.Target{All: true}); err != nil || len(p.Steps) < n {
				b.Fatal(len(p.Steps), err)
			}
		}
	})
}

func BenchmarkReport(b *testing.B) {
	grow(b, func(n int) func() {
		inv := newCrowd(b, n).look(b)
		p, err := logout.NewPlan(inv, logout.Target{All: true})
		if err != nil {
			b.Fatal(err)
		}
		return func() { p.DryRun(io.Discard, show.View{Roots: inv.Roots, Zone: time.UTC}) }
	})
}

func BenchmarkFileKeyring(b *testing.B) {
	grow(b, func(n int) func() {
		k := newCrowd(b, n).look(b).Keyrings[0]
		var keys []string
		for i := range n {
			keys = append(keys, fmt.Sprintf("team-%d", i), fmt.Sprintf("atmos_team-%d", i), fmt.Sprintf("atmos_acme_team-%d", i))
		}
		return func() {
			if found, err := k.Find(b.Context(), keys); err != nil || len(found) != n {
				b.Fatal(len(found), err)
			}
		}
	})
}
