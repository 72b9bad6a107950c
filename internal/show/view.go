// Package show writes names, times and errors for people, and documents for programs.
package show

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/fatih/color"

	"github.com/credclean/credclean/store"
)

// A View is how plans, reports and tables are drawn.
type View struct {
	Roots store.Roots // paths below the home directory start with ~
	Quiet bool        // only what failed or was kept
	Color bool
	Width int            // of the terminal; 0 is no terminal
	Zone  *time.Location // of the times
	// Variables are the credential variables that are set in this shell, and
	// Unset is the command that unsets them there.
	Variables []string
	Unset     string
}

// Path writes a path for a terminal.
func (v View) Path(path string) string { return Clean(v.Roots.Show(path)) }

// Clean writes a text for a terminal: what a terminal may do something else with than show it
// is escaped.
func Clean(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hidden tells whether a character is a control, a format or a line separator.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}

// Names joins names for a sentence; of many only the first are listed.
func Names(names []string) string { return list(names, 20, "and %d more") }

// Others joins names for a remark in brackets; more than five are counted.
func Others(names []string) string {
	if len(names) > 5 {
		return fmt.Sprintf("%d others", len(names))
	}
	return list(names, len(names), "")
}

func list(names []string, most int, rest string) string {
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%s "+rest, Clean(strings.Join(names[:most], ", ")), n)
	}
	return Clean(strings.Join(names, ", "))
}

// Count writes a number of things.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Clock writes a time of today as 17:42, and any other with its date.
func (v View) Clock(t, now time.Time) string {
	t, now = t.In(v.Zone), now.In(v.Zone)
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// After writes what comes after a summary, with an empty line before it, if there is any.
func (v View) After(w io.Writer, groups ...[]string) {
	lines := slices.Concat(groups...)
	if len(lines) > 0 && !v.Quiet {
		fmt.Fprintln(w)
	}
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
}

// Good colours a text that tells that all is well.
func (v View) Good(s string) string { return v.paint(color.FgGreen, s) }

// Bad colours one that tells of something to fix.
func (v View) Bad(s string) string { return v.paint(color.FgRed, s) }

// Warn colours one that should not be missed.
func (v View) Warn(s string) string { return v.paint(color.FgYellow, s) }

func (v View) paint(c color.Attribute, s string) string {
	if !v.Color {
		return s
	}
	p := color.New(c)
	p.EnableColor()
	return p.Sprint(s)
}
