package chain_test

import (
	"fmt"
	"testing"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
)

// tower is a provider with n identities, each via the one before it, in the
// worst order: the deepest first.
func tower(n int) config.Auth {
	auth := config.Auth{Providers: []config.Provider{{Name: "corp", Kind: sso}}}
	for i := n - 1; i > 0; i-- {
		auth.Identities = append(auth.Identities, config.Identity{Name: fmt.Sprint("id", i), Kind: role, Via: config.Via{Identity: fmt.Sprint("ID", i-1)}})
	}
	auth.Identities = append(auth.Identities, config.Identity{Name: "id0", Kind: set, Via: config.Via{Provider: "Corp"}})
	return auth
}

// broad is a provider with n identities.
func broad(n int) config.Auth {
	auth := config.Auth{Providers: []config.Provider{{Name: "corp", Kind: sso}}}
	for i := range n {
		auth.Identities = append(auth.Identities, config.Identity{Name: fmt.Sprint("id", i), Kind: set, Via: config.Via{Provider: "corp"}})
	}
	return auth
}

// whole asks a graph everything. It returns the number of links.
func whole(tb testing.TB, auth config.Auth, deepest string) (links int) {
	tb.Helper()
	g := chain.New(auth)
	c, err := g.Chain(deepest)
	if err != nil || c.Err != nil {
		tb.Fatal(err, c.Err)
	}
	members, err := g.Members("corp")
	if err != nil {
		tb.Fatal(err)
	}
	if n := len(g.Cycles()); n > 0 {
		tb.Fatalf("%d cycles", n)
	}
	if len(g.All()) != len(members) {
		tb.Fatalf("all are %d, of one provider %d", len(g.All()), len(members))
	}
	return len(c.Links) + len(members)
}

// Ten times as many identities may take ten times as many allocations, not a
// hundred times: counting them takes no clock.
func TestLinear(t *testing.T) {
	const n = 10_000
	for _, tt := range []struct {
		name  string
		auth  func(int) config.Auth
		links func(int) int
	}{
		{"one behind the other", tower, func(n int) int { return n + 1 + n + 1 }},
		{"side by side", broad, func(n int) int { return 2 + n + 1 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			work := func(n int) float64 {
				auth := tt.auth(n)
				deepest := fmt.Sprint("id", n-1)
				if got, want := whole(t, auth, deepest), tt.links(n); got != want {
					t.Fatalf("%d links, want %d", got, want)
				}
				return testing.AllocsPerRun(1, func() { whole(t, auth, deepest) })
			}
			if small, large := work(n/10), work(n); large > 15*small {
				t.Errorf("%.0f allocations for %d identities, %.0f for %d", small, n/10, large, n)
			}
		})
	}
}
