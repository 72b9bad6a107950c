package chain_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
)

// wild makes declarations of arbitrary bytes: five for each identity, its name,
// its kind, whether via names a provider or an identity, and which.
func wild(data []byte) config.Auth {
	names := []string{"a", "A", "b", "B", "c", "d", "e/f", "g.h", "ı", "I"}
	kinds := []string{set, role, "aws/user", "aws/emulator", ""}
	auth := config.Auth{Providers: []config.Provider{{Name: "a", Kind: sso}, {Name: "B", Kind: "mock"}, {Name: "b", Kind: "mock"}}}
	declared := make(map[string]bool)
	for fields := range slices.Chunk(data, 5) {
		if len(fields) < 5 {
			break
		}
		pick := func(i int, from []string) string { return from[int(fields[i])%len(from)] }
		id := config.Identity{Name: pick(0, names), Kind: pick(1, kinds)}
		if fields[2]&1 != 0 {
			id.Via.Provider = pick(3, names)
		}
		if fields[2]&2 != 0 {
			id.Via.Identity = pick(4, names)
		}
		if !declared[id.Name] {
			declared[id.Name] = true
			auth.Identities = append(auth.Identities, id)
		}
	}
	return auth
}

// Every chain ends, starts at a root, ends in what was asked for, repeats no
// name, and goes from each link to the next by its via.
func FuzzChain(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 0})
	f.Add([]byte{0, 1, 2, 0, 0})
	f.Add([]byte{4, 1, 2, 0, 5, 5, 1, 2, 0, 4, 2, 1, 2, 0, 4})
	f.Add([]byte{0, 1, 2, 0, 4, 4, 1, 2, 0, 5, 5, 1, 3, 3, 6, 6, 2, 0, 0, 0})
	f.Add([]byte{8, 1, 2, 0, 9, 9, 1, 2, 0, 8, 3, 4, 1, 2, 0, 7, 4, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		auth := wild(data)
		g := chain.New(auth)
		for _, id := range auth.Identities {
			c, err := g.Chain(id.Name)
			if err != nil {
				t.Fatal(err)
			}
			checkChain(t, g, id, c)
		}
		checkAll(t, g, auth)
	})
}

// fold is what Atmos does to names.
func fold(name string) string { return strings.ToLower(name) }

func checkChain(t *testing.T, g *chain.Graph, id config.Identity, c chain.Chain) {
	t.Helper()
	if last := c.Links[len(c.Links)-1]; last != identity(id.Name, id.Kind) {
		t.Fatalf("the chain of %s ends in %v", id.Name, last)
	}
	seen := make(map[chain.Link]bool)
	for i, l := range c.Links {
		if seen[l] {
			t.Fatalf("%v stands twice in %v", l, c.Links)
		}
		seen[l] = true
		if i > 0 && (l.Provider || !l.Declared) {
			t.Fatalf("%v stands behind another link in %v", l, c.Links)
		}
		if i > 0 {
			of, err := g.Identity(l.Name)
			if err != nil {
				t.Fatal(err)
			}
			up := of.Via.Identity
			if of.Via.Provider != "" {
				up = of.Via.Provider
			}
			if prev := c.Links[i-1]; fold(prev.Name) != fold(up) || prev.Provider != (of.Via.Provider != "") {
				t.Fatalf("%v follows %v, but its via is %v", l, prev, of.Via)
			}
		}
	}
	root := c.Root()
	switch {
	case (c.Loop != nil) != errors.Is(c.Err, chain.ErrCycle):
		t.Fatalf("loop %v with error %v", c.Loop, c.Err)
	case c.Loop != nil:
		if c.Loop[0] != c.Loop[len(c.Loop)-1] || c.Loop[len(c.Loop)-2] != root.Name {
			t.Fatalf("the loop %v does not close at %v", c.Loop, root)
		}
		return
	case c.Err == nil:
		of, err := g.Identity(root.Name)
		alone := err == nil && of.Via == config.Via{} && (of.Kind == "aws/user" || of.Kind == "aws/emulator")
		if !root.Declared || !root.Provider && !alone {
			t.Fatalf("the chain starts at %v", root)
		}
	case !errors.Is(c.Err, chain.ErrDangling):
		t.Fatalf("error %v", c.Err)
	}
	if other, ok := g.Root(id.Name); !ok || other != root {
		t.Fatalf("the root of %s is %v and %v", id.Name, root, other)
	}
}

// checkAll makes sure that every declared identity is listed once, after what it authenticates through.
func checkAll(t *testing.T, g *chain.Graph, auth config.Auth) {
	t.Helper()
	at := make(map[chain.Link]int)
	for i, l := range g.All() {
		if _, twice := at[l]; twice {
			t.Fatalf("%v is listed twice in %v", l, g.All())
		}
		at[l] = i
	}
	for _, id := range auth.Identities {
		i, listed := at[identity(id.Name, id.Kind)]
		if !listed {
			t.Fatalf("%s is missing in %v", id.Name, g.All())
		}
		c, err := g.Chain(id.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range c.Links[:len(c.Links)-1] {
			if j, listed := at[l]; c.Loop == nil && (!listed || j >= i) {
				t.Fatalf("%v is not listed before %s in %v", l, id.Name, g.All())
			}
		}
	}
	for _, p := range auth.Providers {
		members, err := g.Members(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		first := at[members[0]]
		if diff := cmp.Diff(g.All()[first:first+len(members)], members); diff != "" {
			t.Fatalf("%s among all (-all +members):\n%s", p.Name, diff)
		}
	}
}
