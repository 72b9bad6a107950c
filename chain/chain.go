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
	Place    string // where a name stands that a YAML function gave; see [config.Via]
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
		names[0] = root.String() + " (not declared)"
	case c.Err != nil:
		names[0] += " (no via)"
	}
	return strings.Join(names, " → ")
}

// String is the name, or what may be printed instead where it is not declared.
func (l Link) String() string {
	if l.Place != "" && !l.Declared {
		return "what " + l.Place + " names"
	}
	return l.Name
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
	parents    []int   // of each identity: the one that it authenticates through, or -1
	roots      []Link  // the first links of all chains, in the order of Roots
	rootOf     []int   // of each identity: its root among roots
	members    [][]int // of each root: the identities whose chains start there
	cycles     []int   // an identity of each cycle
	onCycle    map[int]bool
}

// New makes a Graph. It keeps auth and does not change it.
func New(auth config.Auth) *Graph {
	g := &Graph{auth: auth, onCycle: make(map[int]bool)}
	g.providers = newIndex(auth.Providers, func(p *config.Provider) (name, place string) { return p.Name, p.Place })
	g.identities = newIndex(auth.Identities, func(id *config.Identity) (name, place string) { return id.Name, id.Place })
	g.findRoots()
	return g
}

// findRoots walks up from every identity. A walk ends where an earlier one came by,
// so that all together take linear time, however long the chains are.
func (g *Graph) findRoots() {
	at := make(map[Link]int, len(g.auth.Providers)) // positions in g.roots
	add := func(l Link) int {
		i, known := at[l]
		if !known {
			i, at[l] = len(g.roots), len(g.roots)
			g.roots = append(g.roots, l)
		}
		return i
	}
	for i := range g.auth.Providers {
		add(providerLink(&g.auth.Providers[i]))
	}
	const unknown, walking = -2, -1
	g.parents = make([]int, len(g.auth.Identities))
	g.rootOf = slices.Repeat([]int{unknown}, len(g.auth.Identities))
	var path []int
	for i := range g.auth.Identities {
		path = path[:0]
		for g.rootOf[i] == unknown {
			g.rootOf[i] = walking
			path = append(path, i)
			end, next, _ := g.up(i)
			g.parents[i] = next
			switch {
			case end != Link{}:
				g.rootOf[i] = add(end)
			case next < 0:
				g.rootOf[i] = add(g.link(i))
			case g.rootOf[next] == walking:
				g.rootOf[i] = add(g.link(i))
				g.cycles = append(g.cycles, next)
				for j := next; !g.onCycle[j]; j = g.parents[j] {
					g.onCycle[j] = true
				}
			default:
				i = next
			}
		}
		for _, j := range path {
			g.rootOf[j] = g.rootOf[i]
		}
	}
	g.findMembers()
}

// findMembers sorts the identities by the root of their chain.
func (g *Graph) findMembers() {
	sizes := make([]int, len(g.roots))
	for _, root := range g.rootOf {
		sizes[root]++
	}
	g.members = make([][]int, len(g.roots))
	for root, size := range sizes {
		g.members[root] = make([]int, 0, size)
	}
	for i, root := range g.rootOf {
		g.members[root] = append(g.members[root], i)
	}
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
	walked := []int{i}
	first := -1 // where the walk comes into a cycle
	for ; g.parents[i] >= 0; walked = append(walked, i) {
		if first < 0 && g.onCycle[i] {
			first = i
		}
		if i = g.parents[i]; i == first {
			break
		}
	}
	c := Chain{Links: make([]Link, len(walked), len(walked)+1)}
	for k, j := range walked {
		c.Links[k] = g.link(j)
	}
	if i == first {
		c.Loop = loop(c.Names(), g.identities.names[i])
		c.Err = fmt.Errorf("%w: %s", ErrCycle, strings.Join(c.Loop, " → "))
	} else {
		var end Link
		if end, _, c.Err = g.up(i); end != (Link{}) {
			c.Links = append(c.Links, end)
		}
	}
	slices.Reverse(c.Links)
	return c, nil
}

// up goes one step from an identity towards its provider. It returns the link
// that ends the chain there, if there is one, or the position of the next identity, else -1.
func (g *Graph) up(i int) (end Link, next int, err error) {
	id := &g.auth.Identities[i]
	switch via := id.Via; {
	case via.Provider != "":
		p, err := g.providers.find("provider", via.Provider)
		if err != nil {
			end := Link{Name: via.Provider, Place: via.Place, Provider: true}
			return end, -1, fmt.Errorf("%w: provider %q of identity %q is not declared", ErrDangling, end, id.Name)
		}
		return providerLink(&g.auth.Providers[p]), -1, nil
	case via.Identity != "":
		next, err := g.identities.find("identity", via.Identity)
		if err != nil {
			end := Link{Name: via.Identity, Place: via.Place}
			return end, -1, fmt.Errorf("%w: identity %q of identity %q is not declared", ErrDangling, end, id.Name)
		}
		return Link{}, next, nil
	case standalone(id.Kind):
		return Link{}, -1, nil
	default:
		return Link{}, -1, fmt.Errorf("%w: identity %q says neither via.provider nor via.identity", ErrDangling, id.Name)
	}
}

// Members are a declared provider and every identity whose chain starts at it,
// parents before children, else in the order of the file. The error is
// ErrUnknown or ErrAmbiguous.
func (g *Graph) Members(provider string) ([]Link, error) {
	p, err := g.providers.find("provider", provider)
	if err != nil {
		return nil, err
	}
	root := slices.Index(g.roots, providerLink(&g.auth.Providers[p]))
	links := append(make([]Link, 0, 1+len(g.members[root])), g.roots[root])
	return g.parentsFirst(links, root, make([]bool, len(g.rootOf))), nil
}

// Roots are the first links of all chains: every declared provider, then in the order of the
// file the standalone identities and the names that a chain ends at though
// they are not declared.
func (g *Graph) Roots() []Link { return slices.Clone(g.roots) }

// All are the names of all chains, by root, parents before children.
func (g *Graph) All() []Link {
	links := make([]Link, 0, len(g.roots)+len(g.rootOf))
	done := make([]bool, len(g.rootOf))
	for r, root := range g.roots {
		if root.Provider || !root.Declared {
			links = append(links, root)
		}
		links = g.parentsFirst(links, r, done)
	}
	return links
}

// Cycles are the chains that run in a circle, each circle once.
func (g *Graph) Cycles() []Chain {
	var cycles []Chain
	for _, i := range g.cycles {
		c, _ := g.Chain(g.auth.Identities[i].Name) // the identity is declared
		cycles = append(cycles, c)
	}
	return cycles
}

// parentsFirst appends the identities of a root to links, each after the one it
// authenticates through. It marks them in done.
func (g *Graph) parentsFirst(links []Link, root int, done []bool) []Link {
	var line []int // a member and its ancestors that are not listed yet
	for _, i := range g.members[root] {
		for line = line[:0]; i >= 0 && !done[i]; i = g.parents[i] {
			done[i] = true
			line = append(line, i)
		}
		for _, j := range slices.Backward(line) {
			links = append(links, g.link(j))
		}
	}
	return links
}

// Root is the link that the chain of a declared identity starts at: see [Chain.Root].
// ok is false if there is no such identity.
func (g *Graph) Root(identity string) (root Link, ok bool) {
	i, err := g.identities.find("identity", identity)
	if err != nil {
		return Link{}, false
	}
	return g.roots[g.rootOf[i]], true
}

// Providers are the declared ones, in the order of the file.
func (g *Graph) Providers() []config.Provider { return g.auth.Providers }

// Identities are the declared ones, in the order of the file.
func (g *Graph) Identities() []config.Identity { return g.auth.Identities }

func (g *Graph) link(i int) Link {
	id := &g.auth.Identities[i]
	return Link{Name: id.Name, Place: id.Place, Kind: id.Kind, Declared: true}
}

func providerLink(p *config.Provider) Link {
	return Link{Name: p.Name, Place: p.Place, Kind: p.Kind, Provider: true, Declared: true}
}

// loop cuts a cycle out of the names that were walked, child first.
func loop(walked []string, again string) []string {
	return append(slices.Clone(walked[slices.Index(walked, again):]), again)
}
