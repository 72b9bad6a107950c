package status

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/credclean/credclean/logout"
)

// The columns of the table.
const (
	nameColumn = iota
	whatColumn
	stateColumn
	untilColumn
	whereColumn
	columns
)

const indent = "  "

// A line is one row of the table as text.
type line [columns]string

func titles() line { return line{"NAME", "WHAT", "STATE", "UNTIL", "WHERE"} }

// Render draws the status. Columns fit the width of a terminal; 0 is no terminal.
func (s Status) Render(w io.Writer, v logout.View, width int) {
	t := table{View: v, now: s.Time}
	rows := s.rows()
	for _, r := range rows {
		t.lines = append(t.lines, t.line(r))
	}
	if len(rows) > 0 {
		t.fit(width)
		t.draw(w, titles(), "")
	}
	drawn := 0
	section := func(heading string, n int) {
		if n > 0 {
			fmt.Fprintf(w, "\n%s\n", heading)
		}
		for end := drawn + n; drawn < end; drawn++ {
			t.draw(w, t.lines[drawn], rows[drawn].State)
		}
	}
	for _, g := range s.Groups {
		section(heading(g), len(g.Rows))
	}
	section("No longer in atmos.yaml", len(s.Undeclared))
	section("Could not be looked at", len(s.Gaps))
	s.drawOthers(w, v, width)
	if len(rows)+len(s.Others) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, s.Counts())
}

func heading(g Group) string {
	kind := g.Root.Kind
	if !g.Root.Declared {
		kind = "not declared"
	}
	return logout.Clean(fmt.Sprintf("%s (%s)", g.Root, kind))
}

func (s Status) drawOthers(w io.Writer, v logout.View, width int) {
	if len(s.Others) > 0 {
		fmt.Fprint(w, "\nOther projects (this project's logout leaves them)\n")
	}
	for _, o := range s.Others {
		realm := "No realm"
		if o.Realm != "" {
			realm = "Realm " + logout.Clean(o.Realm)
		}
		fmt.Fprintf(w, "%s%s: %s\n", indent, realm, o.count())
		for _, l := range o.Locations {
			fmt.Fprintln(w, indent+indent+shorten(logout.Clean(v.Roots.Show(l)), width-2*len(indent)))
		}
	}
}

func (o Others) count() string {
	var parts []string
	if o.Entries > 0 {
		parts = append(parts, count(o.Entries, "keyring entry", "keyring entries"))
	}
	if o.Files > 0 {
		parts = append(parts, count(o.Files, "file", "files"))
	}
	return strings.Join(parts, ", ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// String is the line that the status ends with.
func (c Counts) String() string {
	text := fmt.Sprintf("%d found", c.Found)
	var states []string
	for _, state := range []State{Valid, Refreshable, Expired, Unknown, LongLived} {
		if n := c.States[state]; n > 0 {
			states = append(states, fmt.Sprintf("%d %s", n, state))
		}
	}
	if len(states) > 0 {
		text += ": " + strings.Join(states, ", ")
	}
	for _, more := range []struct {
		n    int
		what string
	}{{c.Undeclared, "no longer in atmos.yaml"}, {c.Others, "of other projects"}, {c.Gaps, "could not be looked at"}} {
		if more.n > 0 {
			text += fmt.Sprintf("; %d %s", more.n, more.what)
		}
	}
	return text
}

// A table are lines and how wide their columns are.
type table struct {
	logout.View
	now    time.Time
	lines  []line
	widths [columns]int
	apart  bool // the places have lines of their own
}

func (t *table) line(r Row) line {
	l := line{
		nameColumn:  logout.Clean(cmp.Or(r.Name, "(any)")),
		whatColumn:  logout.Word(r.Kind),
		stateColumn: string(r.State),
		whereColumn: logout.Clean(t.Roots.Show(r.Location)),
	}
	if r.Entry != "" {
		l[whereColumn] += ": " + logout.Clean(r.Entry)
	}
	switch r.State {
	case CannotTell:
		l[stateColumn] += ": " + logout.Clean(logout.Brief(r.Err))
	case Valid, Expired:
		l[untilColumn] = fmt.Sprintf("%s (%s)", relative(r.Expires.Sub(t.now)), t.Clock(r.Expires, t.now))
	default:
	}
	return l
}

// relative writes how far away a time is.
func relative(d time.Duration) string {
	var text string
	switch far := d.Abs(); {
	case far < time.Minute:
		text = "1 min"
	case far < 2*time.Hour:
		text = fmt.Sprintf("%d min", far/time.Minute)
	case far < 48*time.Hour:
		text = fmt.Sprintf("%d h", far/time.Hour)
	default:
		text = fmt.Sprintf("%d days", far/(24*time.Hour))
	}
	if d < 0 {
		return text + " ago"
	}
	return "in " + text
}

// leastWhere is how wide the places are at least; where there is less room each gets a line of its own.
const leastWhere = 24

// fit makes the columns as wide as their texts, and narrower if the terminal is.
func (t *table) fit(width int) {
	total := 0
	for i := range columns {
		t.widths[i] = utf8.RuneCountInString(titles()[i])
		for _, l := range t.lines {
			t.widths[i] = max(t.widths[i], utf8.RuneCountInString(l[i]))
		}
		total += len(indent) + t.widths[i]
	}
	if width == 0 {
		return
	}
	narrow := func(column, least int) {
		less := min(t.widths[column]-least, total-width)
		if less > 0 {
			t.widths[column] -= less
			total -= less
		}
	}
	if t.widths[whereColumn] > leastWhere {
		if total-width > t.widths[whereColumn]-leastWhere {
			t.apart = true
			total -= len(indent) + t.widths[whereColumn]
			t.widths[whereColumn] = max(width-2*len(indent), 1)
		} else {
			narrow(whereColumn, leastWhere)
		}
	}
	for _, least := range []int{12, 8, 4, 1} {
		for column := range whereColumn {
			narrow(column, least)
		}
	}
}

func (t *table) draw(w io.Writer, l line, state State) {
	text := ""
	for i, cell := range l {
		cell = shorten(cell, t.widths[i])
		pad := strings.Repeat(" ", t.widths[i]-utf8.RuneCountInString(cell))
		switch {
		case i == stateColumn:
			cell = t.colour(cell, state)
		case i == whereColumn && t.apart:
			text = strings.TrimRight(text, " ") + "\n" + indent
		}
		text += indent + cell + pad
	}
	fmt.Fprintln(w, strings.TrimRight(text, " "))
}

func (t *table) colour(text string, state State) string {
	switch state {
	case Valid, Refreshable:
		return t.Good(text)
	case LongLived:
		return t.Warn(text)
	case CannotTell:
		return t.Bad(text)
	default:
		return text
	}
}

// shorten cuts the middle out of a text that is longer than width, and leaves more of its
// end, where a path differs from others. A width that is not positive is none.
func shorten(s string, width int) string {
	runes := []rune(s)
	if width <= 0 || len(runes) <= width {
		return s
	}
	head := (width - 1) / 3
	return string(runes[:head]) + "…" + string(runes[len(runes)-(width-1-head):])
}
