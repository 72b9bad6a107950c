package logout

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/fatih/color"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/store"
)

// A View is how plans and reports are drawn.
type View struct {
	Roots store.Roots // paths below the home directory start with ~
	Quiet bool        // only what failed or was kept
	Color bool
	Zone  *time.Location // of the times
	// Variables are the credential variables that are set in this shell, and
	// Unset is the command that unsets them there.
	Variables []string
	Unset     string
}

// Clean writes a name for a terminal: control characters are escaped.
func Clean(s string) string {
	if !strings.ContainsFunc(s, isControl) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if isControl(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isControl tells whether a terminal may do something else with a character than show it.
func isControl(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
}

// list joins names for a sentence; of many only the first are listed.
func list(names []string) string {
	const most = 20
	if rest := len(names) - most; rest > 0 {
		return fmt.Sprintf("%s and %d more", Clean(strings.Join(names[:most], ", ")), rest)
	}
	return Clean(strings.Join(names, ", "))
}

// subject names what the target is, for the headings.
func (t Target) subject() string {
	if t.Expired {
		t.Expired = false
		return t.subject() + " (expired only)"
	}
	switch {
	case t.All:
		return "all identities"
	case t.AllProjects:
		return "all projects"
	case t.Orphans:
		return "what is no longer in atmos.yaml"
	case len(t.Providers) == 1:
		return "provider: " + list(t.Providers)
	case len(t.Providers) > 1:
		return "providers: " + list(t.Providers)
	case len(t.Identities) == 1:
		return "identity: " + list(t.Identities)
	}
	return "identities: " + list(t.Identities)
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
	quote := func(names []string) string { return "'" + Clean(strings.Join(names, "', '")) + "'" }
	switch {
	case t.Expired:
		return "Nothing has expired."
	case t.Orphans:
		return "Nothing is left of what is no longer in atmos.yaml."
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

// nothing draws the report of a plan by which nothing was found.
func (p Plan) nothing(w io.Writer, v View) {
	fmt.Fprintln(w, p.Target.alreadyOut())
	if !p.Target.Expired && !p.Target.Orphans {
		fmt.Fprintln(w, "No credentials found in keyring or file storage.")
		v.after(w, p.LeftWritten)
	}
	if p.Target.Orphans || p.Target.AllProjects {
		v.after(w, clean(p.Notes))
	}
}

// clean is Clean for sentences with names in them.
func clean(sentences []string) []string {
	var all []string
	for _, s := range sentences {
		all = append(all, Clean(s))
	}
	return all
}

func identities(n int) string {
	if n == 1 {
		return "1 identity"
	}
	return fmt.Sprintf("%d identities", n)
}

// Preview draws what a plan would remove. It is the dry run, and what is shown
// before a question.
func (p Plan) Preview(to io.Writer, v View) {
	w := bufio.NewWriter(to)
	defer func() { _ = w.Flush() }() // a report that cannot be written changes nothing of what is done
	fmt.Fprintf(w, "Would remove from %s\n", p.Target.subject())
	for _, c := range p.Chains {
		if c.Err != nil {
			fmt.Fprintf(w, "  ✗ Chain: %s\n", Clean(c.String()))
		}
	}
	if p.Target.AllProjects {
		p.previewRealms(w, v)
	} else {
		p.previewLines(w, v)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "%s would be logged out\n", identities(len(p.found())))
	v.after(w, affectedText(p.Affected), p.keptText(v), clean(p.Notes), p.LeftAlone)
}

func (p Plan) previewLines(w io.Writer, v View) {
	for _, l := range p.lines(v) {
		_, _ = io.WriteString(w, "  • "+l.String()+"\n")
	}
}

// previewRealms draws the lines of each realm under its name, and last what could
// not be looked at. A realm stands for a project.
func (p Plan) previewRealms(w io.Writer, v View) {
	parts := make(map[string]Plan)
	for _, s := range p.Steps {
		heading := "Realm " + Clean(s.Realm)
		switch {
		case s.bare() || s.Kept != "":
			continue
		case s.Err != nil:
			heading = "Unknown" // sorted behind all others
		case s.Realm == "":
			heading = "No realm"
		}
		part, started := parts[heading]
		if !started {
			part = Plan{Names: p.Names}
		}
		part.Steps = append(part.Steps, s)
		parts[heading] = part
	}
	for _, heading := range slices.Sorted(maps.Keys(parts)) {
		fmt.Fprintf(w, "\n%s\n", heading)
		parts[heading].previewLines(w, v)
	}
}

// DryRun draws a plan that is not carried out.
func (p Plan) DryRun(w io.Writer, v View) {
	fmt.Fprint(w, "Dry run mode: No credentials will be removed\n\n")
	p.Preview(w, v)
}

// Render draws what became of a plan.
func (r Report) Render(to io.Writer, v View) {
	w := bufio.NewWriter(to)
	defer func() { _ = w.Flush() }()
	lines := r.lines(v)
	good := 0
	for _, l := range lines {
		if !l.bad {
			good++
		}
	}
	kept := r.Plan.keptText(v)
	switch {
	case len(lines) == 0 && r.Complete() && len(kept) == 0:
		if !v.Quiet {
			r.Plan.nothing(w, v)
		}
		return
	case v.Quiet:
		lines = slices.DeleteFunc(lines, func(l line) bool { return !l.bad })
	case len(lines) > 0 || !r.Complete():
		r.heading(w, v)
	}
	for _, l := range lines {
		mark := v.Good("✓")
		if l.bad {
			mark = v.Bad("✗")
		}
		fmt.Fprintf(w, "  %s %s\n", mark, l)
	}
	r.summary(w, v, good, lines)
	if v.Quiet {
		v.after(w, nil, kept)
		return
	}
	v.after(w, affectedText(r.affected()), kept, clean(r.Plan.Notes), r.Plan.LeftAlone, r.validText(v))
	if slices.ContainsFunc(r.Results, func(res Result) bool { return res.Outcome == Removed || res.Outcome == Failed }) {
		v.note(w, r.Plan.StartURLs)
	}
}

// affected are those of the plan of whose cause something was removed.
func (r Report) affected() []Affected {
	names := r.Names()
	return slices.DeleteFunc(slices.Clone(r.Plan.Affected), func(a Affected) bool { return !slices.Contains(names, a.By) })
}

func (r Report) heading(w io.Writer, v View) {
	fmt.Fprintf(w, "Logging out from %s\n\n", r.Plan.Target.subject())
	if len(r.Plan.Chains) > 0 {
		fmt.Fprintln(w, "Building authentication chain...")
		for _, c := range r.Plan.Chains {
			mark := v.Good("✓")
			if c.Err != nil {
				mark = v.Bad("✗")
			}
			fmt.Fprintf(w, "  %s Chain: %s\n", mark, Clean(c.String()))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, r.Plan.Target.removing())
}

// summary draws the sentence that counts, and the errors behind it.
func (r Report) summary(w io.Writer, v View, good int, lines []line) {
	bad := !r.Complete() || slices.ContainsFunc(lines, func(l line) bool { return l.bad })
	if !v.Quiet {
		if len(lines) > 0 {
			fmt.Fprintln(w)
		}
		switch {
		case bad && good == 0 && len(lines) > 0:
			fmt.Fprintf(w, "Logout failed (0/%d successful)\n", len(lines))
		case bad && len(lines) > 0:
			fmt.Fprintf(w, "Logged out with warnings (%d/%d successful)\n", good, len(lines))
		case len(lines) == 0:
			fmt.Fprintln(w, "Nothing was removed")
		default:
			fmt.Fprintf(w, "Successfully logged out from %s\n", identities(len(r.Names())))
		}
	}
	var causes []string
	for _, c := range r.Plan.Chains {
		if errors.Is(c.Err, chain.ErrCycle) {
			causes = append(causes, fmt.Sprintf("  • %s: %s", Clean(c.Loop[0]), Clean(c.Err.Error())))
		}
	}
	for _, l := range lines {
		if l.cause != "" {
			causes = append(causes, fmt.Sprintf("  • %s: %s", Clean(l.of), Clean(l.cause)))
		}
	}
	if causes == nil {
		return
	}
	if !v.Quiet {
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "Errors encountered:")
	for _, c := range causes {
		fmt.Fprintln(w, c)
	}
}

// after draws what comes after the summary, if there is any.
func (v View) after(w io.Writer, groups ...[]string) {
	lines := slices.Concat(groups...)
	if len(lines) > 0 && !v.Quiet {
		fmt.Fprintln(w)
	}
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
}

func affectedText(affected []Affected) []string {
	var parts []string
	for _, a := range affected {
		parts = append(parts, fmt.Sprintf("%s must log in again (%s)", list(a.Names), Clean(a.Why)))
	}
	if parts == nil {
		return nil
	}
	return []string{"Also affected: " + strings.Join(parts, "; ")}
}

// keptText says what is kept and why, a line each.
func (p Plan) keptText(v View) []string {
	var lines []string
	for i := range p.Steps {
		s := &p.Steps[i]
		switch {
		case s.Kept == KeptAmbiguous:
			lines = append(lines, fmt.Sprintf("Kept: %s (keyring entry %s may belong to the realm %s)", Clean(s.Name), Clean(s.Key), Clean(s.KeptFor)))
		case s.Kept == KeptSibling:
			lines = append(lines, fmt.Sprintf("Kept: %s: %s (the integration %s uses it too)", what(s.Kind), Clean(s.Entry), Clean(s.KeptFor)))
		case s.Kept == KeptShared:
			lines = append(lines, fmt.Sprintf("Kept: %s (%s, %s)", Clean(cmpString(s.Name, Word(s.Kind))), Clean(v.Roots.Show(s.Place.String())), s.Kept))
		case s.Kept != "" && s.Err == nil:
			lines = append(lines, fmt.Sprintf("Kept: %s (%s, %s)", Clean(s.Name), p.accessKey(s.Name), s.Kept))
		case len(s.Strange) > 0:
			lines = append(lines, fmt.Sprintf("Kept: %s in %s (not declared in atmos.yaml)", list(s.Strange), Clean(v.Roots.Show(s.Place.Dir().String()))+"/"))
		}
	}
	return unique(lines)
}

// validText says until when copies of what was removed may still be used.
func (r Report) validText(v View) []string {
	latest := make(map[string]time.Time)
	for _, res := range r.Results {
		if res.Outcome != Removed {
			continue
		}
		for name, t := range res.Expiry {
			if t.After(latest[name]) {
				latest[name] = t
			}
		}
	}
	var times []string
	names := make(map[string][]string) // by time
	for _, n := range r.Plan.Names {
		if t := latest[n.Name]; t.After(r.Time) {
			clock := v.Clock(t, r.Time)
			times = append(times, clock)
			names[clock] = append(names[clock], n.Name)
		}
	}
	var lines []string
	for _, clock := range unique(times) {
		lines = append(lines, fmt.Sprintf("Still valid until %s: %s", clock, list(names[clock])))
	}
	return lines
}

// Clock writes a time of today as 17:42, and any other with its date.
func (v View) Clock(t, now time.Time) string {
	t, now = t.In(v.Zone), now.In(v.Zone)
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// note tells what a logout does not end.
func (v View) note(w io.Writer, startURLs []string) {
	fmt.Fprint(w, `
⚠️  Note: This only removes local credentials. Your browser session
   may still be active. Visit your identity provider to end your
   browser session.
`)
	for _, url := range startURLs {
		fmt.Fprintf(w, "   %s\n", Clean(url))
	}
	if len(v.Variables) > 0 {
		fmt.Fprintf(w, "   Still set in this shell: %s\n   %s\n", strings.Join(v.Variables, ", "), v.Unset)
	}
}

// Good colours a text that tells that all is well.
func (v View) Good(s string) string { return v.paint(color.FgGreen, s) }

// Bad colours one that tells of something to mend.
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
