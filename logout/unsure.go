package logout

import (
	"fmt"
	"slices"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
)

// addUnsure adds the sessions that may be those of a provider whose portal is not known, or of one
// that nobody declares: it cannot be told.
func (b *builder) addUnsure() {
	provider, ok := b.unsure()
	if !ok || b.AllProjects {
		return
	}
	unknown := "start URL"
	if provider.Kind != "" && !slices.Contains(provider.Unresolved, "start_url") {
		unknown = "region"
	}
	for _, t := range b.inv.Traces {
		if l := t.Location; l == nil || !l.ByStartURL || l.Last || b.goes(t) || t.Kind.Bare() || !mayBeOf(t, provider) {
			continue
		}
		b.Steps = append(b.Steps, &Step{
			Kind: t.Kind, Where: t.Where, Traces: []*inventory.Trace{t}, Names: []string{provider.Name},
			Err: fmt.Errorf("the %s of %q is not known", unknown, b.inv.Shown(provider.Name)),
		})
	}
}

// mayBeOf tells whether a session may be that of a provider whose portal is not known as a whole.
func mayBeOf(t *inventory.Trace, p config.Provider) bool {
	switch {
	case t.Location.Shared != store.ByPortal:
		return slices.Contains(t.Of, inventory.Name{Name: p.Name, Provider: true})
	case p.Kind == "":
		return !t.Ours
	}
	return slices.Contains(p.Unresolved, "start_url") || store.SamePortal(p.StartURL.Raw(), t.StartURL)
}

// unsure is a member whose portal is not known, with its kind if it is declared.
func (b *builder) unsure() (p config.Provider, ok bool) {
	for _, m := range b.Names {
		if !m.Provider {
			continue
		}
		if m.Kind == "" && len(b.Identities) > 0 {
			return config.Provider{Name: m.Name}, true
		}
		for _, r := range b.inv.Readings {
			p, err := r.Graph.Provider(m.Name)
			if err == nil && p.Kind == "aws/iam-identity-center" && inventory.PortalUnknown(p) {
				return p, true
			}
		}
	}
	return p, false
}
