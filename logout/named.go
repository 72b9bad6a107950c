package logout

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// tagged are the providers that bear one of the tags. Atmos compares these as they are
// (cmd/auth/logout.go since v1.223.0).
func tagged(r inventory.Reading, tags []string) (names []string, err error) {
	var known, shown []string
	for _, p := range r.Graph.Providers() {
		for _, tag := range p.Tags {
			known = append(known, tag.Raw())
			shown = append(shown, tag.String())
			if slices.Contains(tags, tag.Raw()) && !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	for _, tag := range tags {
		if !slices.Contains(known, tag) {
			slices.Sort(shown)
			return nil, &TagError{Tag: tag, Known: slices.Compact(shown)}
		}
	}
	return names, nil
}

// A TagError is about a tag that no provider has.
type TagError struct {
	Tag   string
	Known []string // sorted
}

func (e *TagError) Error() string { return fmt.Sprintf("tag %q: no provider has it", e.Tag) }

// A RoleError is about the name of a provider where one of an identity belongs, or the other
// way round.
type RoleError struct {
	Name     string
	Provider bool // what it is
}

func (e *RoleError) Error() string {
	if e.Provider {
		return fmt.Sprintf("%s is a provider", e.Name)
	}
	return fmt.Sprintf("%s is an identity", e.Name)
}

// find finds the name that the user means: a declared one, else one that was found.
func (s *selection) find(n inventory.Name) (inventory.Name, error) {
	found, err := s.findDeclared(n)
	if !errors.Is(err, chain.ErrUnknown) {
		return found, err
	}
	if other, wrong := s.findDeclared(inventory.Name{Name: n.Name, Provider: !n.Provider}); wrong == nil {
		return inventory.Name{}, &RoleError{other.Name, other.Provider}
	}
	return s.findUndeclared(n, err)
}

// findDeclared looks a name up in every reading.
func (s *selection) findDeclared(n inventory.Name) (inventory.Name, error) {
	var unknown error
	for _, r := range s.inv.Readings {
		name, err := lookUp(r.Graph, n)
		if err == nil {
			return inventory.Name{Name: name, Provider: n.Provider}, nil
		}
		if unknown == nil || !errors.Is(err, chain.ErrUnknown) {
			unknown = err
		}
	}
	return inventory.Name{}, unknown
}

func lookUp(g *chain.Graph, n inventory.Name) (string, error) {
	if n.Provider {
		p, err := g.Provider(n.Name)
		return p.Name, err
	}
	id, err := g.Identity(n.Name)
	return id.Name, err
}

// findUndeclared accepts a name that was found under this project's realms: exactly, else the
// only one that is equal in lower case. A provider is also known by the directory that a
// section lies in.
func (s *selection) findUndeclared(wanted inventory.Name, unknown error) (inventory.Name, error) {
	found := make(map[string]inventory.Name)
	for _, t := range s.inv.Traces {
		if !t.Ours {
			continue
		}
		for _, n := range t.Of {
			if !s.inv.Declares(n) && (n.Provider == wanted.Provider || t.Kind == store.KeyringEntry) {
				found[n.Name] = inventory.Name{Name: n.Name, Provider: wanted.Provider}
			}
		}
		if wanted.Provider && t.Root != "" {
			found[t.Root] = inventory.Name{Name: t.Root, Provider: true}
		}
	}
	if n, ok := found[wanted.Name]; ok {
		return n, nil
	}
	var like []string
	for other := range found {
		if strings.EqualFold(other, wanted.Name) {
			like = append(like, other)
		}
	}
	slices.Sort(like)
	switch len(like) {
	case 0:
		return inventory.Name{}, unknown
	case 1:
		return found[like[0]], nil
	}
	return inventory.Name{}, fmt.Errorf("%q %w: %s", wanted.Name, chain.ErrAmbiguous, strings.Join(like, ", "))
}
