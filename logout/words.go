package logout

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
)

// subject names what the target is, for the headings.
func (t Target) subject() string {
	if t.Expired {
		t.Expired = false
		return t.subject() + " (expired only)"
	}
	switch {
	case t.AllProjects:
		return "all projects"
	case len(t.Providers) == 1:
		return "provider: " + show.Names(t.Providers)
	case len(t.Providers) > 1:
		return "providers: " + show.Names(t.Providers)
	case len(t.Identities) == 1:
		return "identity: " + show.Names(t.Identities)
	case len(t.Identities) > 1:
		return "identities: " + show.Names(t.Identities)
	}
	return "all identities"
}

// would is the heading of a dry run.
func (t Target) would() string {
	if t.Orphans {
		return "Would remove orphans"
	}
	return "Would remove from " + t.subject()
}

// heading is the one of a run.
func (t Target) heading() string {
	if t.Orphans {
		return "Removing orphans"
	}
	return "Logging out from " + t.subject()
}

// removing is the heading above the lines of a run.
func (t Target) removing() string {
	switch {
	case t.Expired:
		return "Removing expired credentials..."
	case t.Orphans:
		return "Removing orphaned credentials..."
	case t.All, t.AllProjects:
		return "Removing all credentials..."
	case len(t.Providers) == 1:
		return "Removing all credentials for provider..."
	case len(t.Providers) > 1:
		return "Removing all credentials for providers..."
	}
	return "Removing credentials..."
}

// alreadyOut says that there was nothing.
func (t Target) alreadyOut() string {
	quote := func(names []string) string { return "'" + show.Clean(strings.Join(names, "', '")) + "'" }
	switch {
	case t.Expired:
		return "Nothing has expired."
	case t.Orphans:
		return "There are no orphans."
	case t.AllProjects:
		return "All projects are already logged out."
	case t.All:
		return "All identities are already logged out."
	case len(t.Providers) == 1:
		return "Provider " + quote(t.Providers) + " is already logged out."
	case len(t.Providers) > 1:
		return "Providers " + quote(t.Providers) + " are already logged out."
	case len(t.Identities) == 1:
		return "Identity " + quote(t.Identities) + " is already logged out."
	}
	return "Identities " + quote(t.Identities) + " are already logged out."
}

func identities(n int) string { return show.Count(n, "identity", "identities") }

// affectedText says who has to log in again.
func affectedText(affected []Affected) []string {
	var parts []string
	for _, a := range affected {
		part := show.Names(a.Names) + " must log in again"
		if a.Why != "" {
			part += " (" + show.Clean(a.Why) + ")"
		}
		parts = append(parts, part)
	}
	if parts == nil {
		return nil
	}
	return []string{"Also affected: " + strings.Join(parts, "; ")}
}

// keptText says what is kept and why, a line each.
func (p Plan) keptText(v show.View) []string {
	var lines []string
	for _, s := range p.Steps {
		name := show.Clean(s.Label())
		switch s.Kept {
		case "":
		case KeptAmbiguous:
			lines = append(lines, fmt.Sprintf("Kept: %s (keyring entry %s may belong to the realm %s)", name, show.Clean(s.Where.Key), show.Clean(s.KeptFor)))
		case KeptSibling:
			lines = append(lines, fmt.Sprintf("Kept: %s: %s (the integration %s uses it too)", s.Kind.Line(), show.Clean(s.Where.Entry), show.Clean(s.KeptFor)))
		case KeptShared:
			lines = append(lines, fmt.Sprintf("Kept: %s (%s, %s)", cmp.Or(name, s.Kind.Word()), v.Path(s.Where.Place.String()), s.Kept))
		default:
			if s.Err == nil {
				lines = append(lines, fmt.Sprintf("Kept: %s (%s)", name, s.keptKey()))
			}
		}
	}
	for _, s := range p.Stays {
		lines = append(lines, s.text(v))
	}
	return unique(lines)
}

// keptKey says why a long-lived access key is kept.
func (s *Step) keptKey() string {
	if s.accessKey() == inventory.PerhapsSession {
		return "may be a session: set ATMOS_KEYRING_PASSWORD to tell"
	}
	if s.Kept == KeptForeign {
		return string(s.Kept)
	}
	return "long-lived access key, " + string(s.Kept)
}

func (s Stay) text(v show.View) string {
	switch {
	case len(s.Names) == 0:
		return fmt.Sprintf("Kept: %s (%s)", v.Path(s.Location), s.Reason)
	case s.Location == "":
		return fmt.Sprintf("Kept: %s (%s)", show.Names(s.Names), show.Clean(s.Reason))
	}
	return fmt.Sprintf("Kept: %s in %s/ (%s)", show.Names(s.Names), v.Path(s.Location), s.Reason)
}
