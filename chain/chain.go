// Package chain follows an identity of atmos.yaml to the provider it
// authenticates through, and a provider to its identities. It is pure: no
// file, no clock, no environment.
package chain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/credclean/credclean/config"
)

// What a caller can branch on.
var (
	// ErrUnknown: no identity or provider has this name.
	ErrUnknown = errors.New("not declared in atmos.yaml")
	// ErrAmbiguous: several names differ from this one only in case.
	ErrAmbiguous = errors.New("matches several names")
	// ErrCycle: an identity authenticates through itself.
	ErrCycle = errors.New("cycle")
	// ErrDangling: the chain ends at a name that is not declared, or at an
	// identity that needs a via and has none.
	ErrDangling = errors.New("chain cannot be followed")
)

// A Link is one name of a chain.
type Link struct {
	Name     string // as declared; if it is not declared, as the via that leads to it says
	Kind     string // as aws/permission-set; empty if not declared
	Provider bool
	Declared bool
}

// A Chain is the provider and the identities one authenticates through, the
// provider first and the identity asked for last.
type Chain struct {
	Links []Link
	// Err says why the chain is not whole: nil, or ErrCycle or ErrDangling with
	// the names. The links are then as far as it can be followed.
	Err error
	// Loop are the names of a cycle, each authenticating through the next; the
	// first and the last are the same.
	Loop []string
}

// Root is the first link: a provider, or a standalone identity. Atmos names
// the directory of the AWS files after it.
func (c Chain) Root() Link { return c.Links[0] }

// Names are the names of the links, in order.
func (c Chain) Names() []string {
	names := make([]string, len(c.Links))
	for i, l := range c.Links {
		names[i] = l.Name
	}
	return names
}

// String writes the chain with arrows, and marks where it is broken.
func (c Chain) String() string {
	if c.Loop != nil {
		return strings.Join(c.Loop, " → ")
	}
	names := c.Names()
	switch root := c.Root(); {
	case !root.Declared:
		names[0] += " (not declared)"
	case c.Err != nil:
		names[0] += " (no via)"
	}
	return strings.Join(names, " → ")
}

// standalone tells whether identities of this kind need no via
// (pkg/auth/types/standalone.go in the releases of 2026; v1.196.0 knew aws/user only).
func standalone(kind string) bool {
	switch kind {
	case "aws/user", "aws/ambient", "ambient":
		return true
	}
	return strings.HasSuffix(kind, "/emulator")
}

// A Graph answers questions about one auth block.
type Graph struct {
	auth       config.Auth
	providers  index
	identities index
	roots      map[int]Link // of the identities by position, filled when first asked for
	cycles     []int        // an identity of each cycle that was met on the way to a root
}

// New makes a Graph. It keeps auth and does not change it.
func New(auth config.Auth) *Graph {
	g := &Graph{auth: auth, roots: make(map[int]Link)}
	var providers, identities []string
	for _, p := range auth.Providers {
		providers = append(providers, p.Name)
	}
	for _, id := range auth.Identities {
		identities = append(identities, id.Name)
	}
	g.providers, g.identities = newIndex(providers), newIndex(identities)
	return g
}

// With is the graph in which an identity is declared as id instead.
func (g *Graph) With(id config.Identity) *Graph {
	auth := g.auth
	auth.Identities = slices.Clone(auth.Identities)
	for i, old := range auth.Identities {
		if old.Name == id.Name {
			auth.Identities[i] = id
		}
	}
	return New(auth)
}

// Identity finds a declared identity: the one of exactly this name, else the
// one that is equal in lower case. The error is ErrUnknown or ErrAmbiguous.
func (g *Graph) Identity(name string) (config.Identity, error) {
	i, err := g.identities.find("identity", name)
	if err != nil {
		return config.Identity{}, err
	}
	return g.auth.Identities[i], nil
}

// Provider finds a declared provider by the rule of Identity.
func (g *Graph) Provider(name string) (config.Provider, error) {
	i, err := g.providers.find("provider", name)
	if err != nil {
		return config.Provider{}, err
	}
	return g.auth.Providers[i], nil
}

// Chain follows a declared identity to its root. The error is ErrUnknown or
// ErrAmbiguous, and about name only; what is wrong further up stands in Chain.Err.
func (g *Graph) Chain(name string) (Chain, error) {
	i, err := g.identities.find("identity", name)
	if err != nil {
		return Chain{}, err
	}
	c := Chain{}
	seen := make(map[int]bool)
	for i >= 0 && c.Err == nil {
		id := g.auth.Identities[i]
		c.Links = append(c.Links, identityLink(id))
		seen[i] = true
		var end *Link
		if end, i, c.Err = g.up(id); end != nil {
			c.Links = append(c.Links, *end)
		}
		if i >= 0 && seen[i] {
			c.Loop = loop(c.Names(), g.auth.Identities[i].Name)
			c.Err = fmt.Errorf("%w: %s", ErrCycle, strings.Join(c.Loop, " → "))
		}
	}
	slices.Reverse(c.Links)
	return c, nil
}

// up goes one step from an identity towards its provider. It returns the link
// that ends the chain there, or the position of the next identity.
func (g *Graph) up(id config.Identity) (end *Link, next int, err error) {
	switch via := id.Via; {
	case via.Provider != "":
		p, err := g.Provider(via.Provider)
		if err != nil {
			return &Link{Name: via.Provider, Provider: true}, -1, fmt.Errorf("%w: provider %q of identity %q is not declared", ErrDangling, via.Provider, id.Name)
		}
		l := providerLink(p)
		return &l, -1, nil
	case via.Identity != "":
		i, err := g.identities.find("identity", via.Identity)
		if err != nil {
			return &Link{Name: via.Identity}, -1, fmt.Errorf("%w: identity %q of identity %q is not declared", ErrDangling, via.Identity, id.Name)
		}
		return nil, i, nil
	case standalone(id.Kind):
		return nil, -1, nil
	default:
		return nil, -1, fmt.Errorf("%w: identity %q says neither via.provider nor via.identity", ErrDangling, id.Name)
	}
}

// Members are a declared provider and every identity whose chain starts at it,
// parents before children, else in the order of the file. The error is
// ErrUnknown or ErrAmbiguous.
func (g *Graph) Members(provider string) ([]Link, error) {
	p, err := g.Provider(provider)
	if err != nil {
		return nil, err
	}
	root := providerLink(p)
	var members []int
	for i := range g.auth.Identities {
		if g.rootOf(i) == root {
			members = append(members, i)
		}
	}
	return append([]Link{root}, g.parentsFirst(members)...), nil
}

// Roots are the first links of all chains: every declared provider, then in the order of the
// file the standalone identities and the names that a chain ends at though
// they are not declared.
func (g *Graph) Roots() []Link {
	var roots []Link
	seen := make(map[Link]bool)
	add := func(l Link) {
		if !seen[l] {
			seen[l] = true
			roots = append(roots, l)
		}
	}
	for _, p := range g.auth.Providers {
		add(providerLink(p))
	}
	for i := range g.auth.Identities {
		add(g.rootOf(i))
	}
	return roots
}

// All are the names of all chains, by root, parents before children.
func (g *Graph) All() []Link {
	byRoot := make(map[Link][]int)
	for i := range g.auth.Identities {
		r := g.rootOf(i)
		byRoot[r] = append(byRoot[r], i)
	}
	var links []Link
	for _, root := range g.Roots() {
		if root.Provider || !root.Declared {
			links = append(links, root)
		}
		links = append(links, g.parentsFirst(byRoot[root])...)
	}
	return links
}

// Cycles are the chains that run in a circle, each circle once.
func (g *Graph) Cycles() []Chain {
	g.Roots() // walks all chains
	var cycles []Chain
	for _, i := range g.cycles {
		c, _ := g.Chain(g.auth.Identities[i].Name) // the identity is declared
		cycles = append(cycles, c)
	}
	return cycles
}

// parentsFirst orders identities so that each comes after the one it
// authenticates through.
func (g *Graph) parentsFirst(members []int) []Link {
	wanted := make(map[int]bool, len(members))
	for _, i := range members {
		wanted[i] = true
	}
	var links []Link
	done := make(map[int]bool, len(members))
	for _, i := range members {
		var line []int // i and its ancestors that are not listed yet
		for ; wanted[i] && !done[i]; i = g.parent(i) {
			done[i] = true
			line = append(line, i)
		}
		for _, j := range slices.Backward(line) {
			links = append(links, identityLink(g.auth.Identities[j]))
		}
	}
	return links
}

// parent is the position of the identity that identity i authenticates
// through, or -1.
func (g *Graph) parent(i int) int {
	_, next, _ := g.up(g.auth.Identities[i])
	return next
}

// Root is the link that the chain of a declared identity starts at: see [Chain.Root].
// ok is false if there is no such identity.
func (g *Graph) Root(identity string) (root Link, ok bool) {
	i, err := g.identities.find("identity", identity)
	if err != nil {
		return Link{}, false
	}
	return g.rootOf(i), true
}

// rootOf walks up without building the chain, so that the roots of all
// identities together take linear time, however long the chains are.
func (g *Graph) rootOf(i int) Link {
	var path []int
	walking := make(map[int]bool)
	for {
		root, known := g.roots[i]
		if !known {
			path = append(path, i)
			walking[i] = true
			end, next, _ := g.up(g.auth.Identities[i])
			switch {
			case end != nil:
				root = *end
			case next < 0:
				root = identityLink(g.auth.Identities[i])
			case walking[next]:
				root = identityLink(g.auth.Identities[i])
				g.cycles = append(g.cycles, next)
			default:
				i = next
				continue
			}
		}
		for _, j := range path {
			g.roots[j] = root
		}
		return root
	}
}

// Providers are the declared ones, in the order of the file.
func (g *Graph) Providers() []config.Provider { return g.auth.Providers }

// Identities are the declared ones, in the order of the file.
func (g *Graph) Identities() []config.Identity { return g.auth.Identities }

func identityLink(id config.Identity) Link {
	return Link{Name: id.Name, Kind: id.Kind, Declared: true}
}

func providerLink(p config.Provider) Link {
	return Link{Name: p.Name, Kind: p.Kind, Provider: true, Declared: true}
}

// loop cuts a cycle out of the names that were walked, child first.
func loop(walked []string, again string) []string {
	return append(slices.Clone(walked[slices.Index(walked, again):]), again)
}
