package status

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
)

// Render draws a line for each name that is signed in or has left something, providers before
// what authenticates through them. With files, each thing has a line of its own below it.
func (s Status) Render(w io.Writer, v show.View, files bool) { //nolint:revive // two views of the same rows
	rows := s.shown()
	width := 0
	for _, r := range rows {
		width = max(width, show.Columns(r.title()))
	}
	part := ""
	for i, r := range rows {
		if r.part() != part {
			part = r.part()
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintln(w, part)
		}
		s.drawRow(w, v, r, column(v, width))
		if files {
			s.drawPlaces(w, v, r)
		}
	}
	if len(rows) > 0 && len(s.Gaps) > 0 {
		fmt.Fprintln(w)
	}
	s.drawGaps(w, v)
	if s.Everywhere {
		if len(rows)+len(s.Gaps) > 0 {
			fmt.Fprintln(w)
		}
		elsewhere.Render(w, s.Elsewhere, s.Time)
	}
	if len(rows)+len(s.Gaps)+len(s.Elsewhere) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, s.summary())
	for _, line := range s.ending(v) {
		fmt.Fprintln(w, line)
	}
}

// shown are the rows with something to tell, and those whose name was asked for; a provider
// comes with what authenticates through it.
func (s Status) shown() []Row {
	through := make(map[string]bool)
	for _, r := range s.Rows {
		if len(r.Places) > 0 {
			through[r.Root.Name] = true
		}
	}
	var rows, undeclared, others []Row
	for _, r := range s.Rows {
		switch {
		case len(r.Places) == 0 && len(s.Named) == 0 && (!r.Provider || !through[r.Name.Name]):
		case r.Realm != "":
			others = append(others, r)
		case !r.Declared:
			undeclared = append(undeclared, r)
		default:
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(others, func(a, b Row) int {
		return strings.Compare(a.part(), b.part())
	})
	return slices.Concat(rows, undeclared, others)
}

// part is the heading that a row stands under; what is declared here has none.
func (r Row) part() string {
	switch {
	case r.Realm == "-":
		return "Without a realm"
	case r.Realm != "":
		return "Realm " + show.Clean(r.Realm)
	case !r.Declared:
		return "No longer in atmos.yaml"
	}
	return ""
}

// title is the name, with its kind where a chain starts, and indented below it.
func (r Row) title() string {
	name := show.Clean(r.Name.Name)
	switch {
	case !r.Declared:
		return "  " + name
	case r.Provider || r.Root == r.Name:
		return fmt.Sprintf("%s (%s)", name, show.Clean(r.Kind))
	}
	return "  " + name
}

func (s Status) drawRow(w io.Writer, v show.View, r Row, width int) {
	title, text := r.title(), s.state(r)
	switch r.State {
	case SignedIn:
		text = v.Good(text)
	case LongLived, ExpiryUnknown:
		text = v.Warn(text)
	case CannotTell:
		text = v.Bad(text)
	case Expired, NotSignedIn:
	}
	if show.Columns(title) > width {
		fmt.Fprintln(w, title)
		title = ""
	}
	fmt.Fprintf(w, "%s   %s\n", show.Pad(title, width), text)
}

// state tells of a name what a person asks.
func (s Status) state(r Row) string {
	switch r.State {
	case SignedIn:
		if r.Renews {
			return "signed in, renews itself"
		}
		return "signed in, " + Left(r.Expires.Sub(s.Time)) + " left"
	case LongLived:
		return "long-lived access key"
	case ExpiryUnknown:
		return "signed in, expiry unknown"
	case Expired:
		return "expired " + Left(s.Time.Sub(r.Expires)) + " ago"
	case CannotTell:
		for _, p := range r.Places {
			if p.Err != nil {
				return "cannot tell: " + show.Clean(show.Brief(p.Err))
			}
		}
	case NotSignedIn:
	}
	if len(r.Places) > 0 {
		return "not signed in, files left"
	}
	return "not signed in"
}

// Left writes how long something lasts or is ago, in its two largest units at most.
func Left(d time.Duration) string {
	switch minutes := int(d / time.Minute); {
	case minutes < 1:
		return "under a minute"
	case minutes < 60:
		return fmt.Sprintf("%d min", minutes)
	case minutes < 48*60:
		if minutes%60 == 0 || minutes >= 24*60 {
			return fmt.Sprintf("%d h", minutes/60)
		}
		return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
	default:
		return fmt.Sprintf("%d days", minutes/60/24)
	}
}

// drawPlaces has a line for each thing, and one for its place, which is never shortened.
func (s Status) drawPlaces(w io.Writer, v show.View, r Row) {
	for _, p := range r.Places {
		text := p.Kind.Word()
		if p.State != NotSignedIn {
			text += ", " + s.state(Row{State: p.State, Expires: p.Expires, Renews: p.Expires.Before(s.Time), Places: []Place{p}})
		}
		where := v.Path(p.Location)
		if p.Entry != "" {
			where += ": " + show.Clean(p.Entry)
		}
		fmt.Fprintf(w, "      %s\n        %s\n", text, where)
	}
}

func (s Status) drawGaps(w io.Writer, v show.View) {
	if len(s.Gaps) > 0 {
		fmt.Fprint(w, "Could not be looked at\n")
	}
	for _, g := range s.Gaps {
		fmt.Fprintf(w, "  %s: %s\n", v.Path(g.Location), show.Clean(show.Brief(g.Err)))
	}
}

// summary counts.
func (s Status) summary() string {
	c := s.Counts()
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{
		{c[SignedIn] + c[ExpiryUnknown], "signed in", "signed in"},
		{c[Expired], "expired", "expired"},
		{c[LongLived], "long-lived key", "long-lived keys"},
		{c[CannotTell] + len(s.Gaps), "could not be looked at", "could not be looked at"},
	} {
		if p.n > 0 {
			parts = append(parts, show.Count(p.n, p.one, p.many))
		}
	}
	switch {
	case parts != nil:
	case slices.ContainsFunc(s.Elsewhere, func(f elsewhere.Finding) bool { return f.State != elsewhere.Expired }):
		return "Nothing is signed in with Atmos."
	default:
		return "Nothing is signed in."
	}
	text := strings.Join(parts, ", ") + "."
	switch n := c[NotSignedIn]; {
	case n == 1:
		text += " 1 other is not signed in."
	case n > 1:
		text += fmt.Sprintf(" %d others are not signed in.", n)
	}
	return text
}

// ending is what else applies, a line each.
func (s Status) ending(v show.View) []string {
	var lines []string
	projects, without := 0, 0
	for _, o := range s.Others {
		if o.Realm == "" {
			without = o.Names
		} else {
			projects++
		}
	}
	if projects > 0 {
		lines = append(lines, show.Count(projects, "other project has", "other projects have")+" something here: credclean status --all-projects")
	}
	if without > 0 {
		lines = append(lines, show.Count(without, "name", "names")+" without a realm may be another project's: credclean status --all-projects")
	}
	if len(v.Variables) > 0 {
		lines = append(lines, "Still set in this shell: "+strings.Join(v.Variables, ", "))
	}
	return lines
}

// column is how wide the names are: a state has room behind them on a terminal.
func column(v show.View, width int) int {
	if v.Width == 0 {
		return width
	}
	return min(width, max(v.Width-stateWidth, 0))
}

// stateWidth is what the longest state of a name takes, and the space before it.
const stateWidth = len("   signed in, 23 h 59 min left")

// Marks say of the declared names that are signed in what is left of their sessions, by name.
func Marks(inv *inventory.Inventory) map[string]string {
	s := New(inv, nil, false)
	marks := make(map[string]string)
	for _, r := range s.Rows {
		if r.Realm == "" && r.Declared && r.State != NotSignedIn && r.State != Expired {
			marks[r.Name.Name] = s.state(r)
		}
	}
	return marks
}
