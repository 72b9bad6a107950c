package logout

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
)

// nothing draws the report of a plan by which nothing was found.
func (p Plan) nothing(w io.Writer, v show.View) {
	fmt.Fprintln(w, p.Target.alreadyOut())
	if !p.Target.Expired && !p.Target.Orphans && !p.keeps() {
		fmt.Fprintln(w, "No credentials found in keyring or file storage.")
	}
	v.After(w, clean(p.Held), p.keptText(v), clean(p.Notes), elsewhere.LeftAlone(p.LeftAlone))
	variables(w, v)
}

// keeps tells whether a step is kept: something of the target is there.
func (p Plan) keeps() bool {
	return slices.ContainsFunc(p.Steps, func(s *Step) bool { return s.Kept != "" && !s.Kind.Bare() })
}

// clean is show.Clean for sentences with names in them.
func clean(sentences []string) []string {
	var all []string
	for _, s := range sentences {
		all = append(all, show.Clean(s))
	}
	return all
}

// Preview draws what a plan would remove. It is the dry run, and what is shown
// before a question.
func (p Plan) Preview(to io.Writer, v show.View) {
	w := bufio.NewWriter(to)
	defer func() { _ = w.Flush() }() // a report that cannot be written changes nothing of what is done
	fmt.Fprintln(w, p.Target.would())
	for _, c := range p.Chains {
		switch {
		case c.Err != nil:
			fmt.Fprintf(w, "  ✗ %s\n", show.Clean(c.text()))
		case c.Reading != "":
			fmt.Fprintf(w, "  ✓ %s\n", show.Clean(c.text()))
		}
	}
	if p.Target.AllProjects {
		p.previewRealms(w, v)
	} else {
		p.previewLines(w, v)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "%s would be logged out\n", identities(len(p.found())))
	v.After(w, p.doubtText(), affectedText(p.Affected), signedOut(p.would()), p.keptText(v), p.gcloud(), clean(p.Notes), elsewhere.LeftAlone(p.LeftAlone))
}

func (p Plan) previewLines(w io.Writer, v show.View) {
	for _, l := range slices.Concat(p.sessionLines(), p.lines(v)) {
		_, _ = io.WriteString(w, "  • "+l.String()+"\n")
	}
}

// previewRealms draws the lines of each realm under its name, and last what could
// not be looked at. A realm stands for a project.
func (p Plan) previewRealms(w io.Writer, v show.View) {
	parts := make(map[string]Plan)
	for _, s := range p.Steps {
		heading := "Realm " + show.Clean(s.Realm)
		switch {
		case s.Kind.Bare() || s.Kept != "":
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
func (p Plan) DryRun(w io.Writer, v show.View) {
	fmt.Fprint(w, "Dry run mode: No credentials will be removed\n\n")
	p.Preview(w, v)
}

// Render draws what became of a plan.
func (r Report) Render(to io.Writer, v show.View) {
	w := bufio.NewWriter(to)
	defer func() { _ = w.Flush() }()
	sessions, removals := r.sessionLines(), r.lines(v)
	kept := r.Plan.keptText(v)
	if len(removals) == 0 && r.Complete() && (r.Plan.Target.everything() || !r.Plan.keeps()) {
		if !v.Quiet {
			r.drawSessions(w, v, sessions) // their files were gone by then
			r.Plan.nothing(w, v)
			return
		}
		v.After(w, kept)
		return
	}
	lines := slices.Concat(sessions, removals)
	good := len(slices.DeleteFunc(slices.Clone(lines), func(l line) bool { return l.bad }))
	if v.Quiet {
		fine := func(l line) bool { return !l.bad }
		drawLines(w, v, slices.DeleteFunc(slices.Clone(lines), fine))
		r.errors(w, v, lines)
		v.After(w, r.Plan.doubtText(), kept)
		return
	}
	if len(lines) > 0 || !r.Complete() {
		r.heading(w, v)
		r.drawSessions(w, v, sessions)
		fmt.Fprintln(w, r.Plan.Target.removing())
		drawLines(w, v, removals)
	}
	if len(lines) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, r.summary(good, len(lines)))
	r.errors(w, v, lines)
	v.After(w, affectedText(r.affected()), signedOut(r.sessions()), kept, r.linksText(v), clean(r.Plan.Notes), elsewhere.LeftAlone(r.Plan.LeftAlone), r.afterText(v))
	r.note(w, v)
}

// afterText says what lives on of what was removed.
func (r Report) afterText(v show.View) []string {
	if r.Plan.Revoke {
		return r.livesOn(v)
	}
	return append(r.validText(v), r.livesOn(v)...)
}

// livesOn is what the steps of the report do not say of that: what ends it.
func (r Report) livesOn(v show.View) []string {
	var lines []string
	if r.Plan.Revoke {
		lines = append(r.endings(v), r.gcloudLeft()...)
	}
	if r.removedKey() {
		lines = append(lines, "A removed access key stays valid in AWS: aws iam delete-access-key ends it")
	}
	return lines
}

// removedKey tells whether a long-lived access key was removed.
func (r Report) removedKey() bool {
	return slices.ContainsFunc(r.Results, func(res Result) bool {
		return res.Outcome == Removed && res.accessKey() == inventory.LongLived
	})
}

// linksText names the files that are still on the disk under another name.
func (r Report) linksText(v show.View) []string {
	var lines []string
	for _, l := range r.Linked {
		lines = append(lines, fmt.Sprintf("Still on the disk: %s under another name (%s)", v.Path(l.String()), show.Count(l.Links, "hard link", "hard links")))
	}
	return lines
}

func drawLines(w io.Writer, v show.View, lines []line) {
	for _, l := range lines {
		mark := v.Good("✓")
		if l.bad {
			mark = v.Bad("✗")
		}
		fmt.Fprintf(w, "  %s %s\n", mark, l)
	}
}

// affected are those who share something that was removed.
func (r Report) affected() []Affected {
	names := r.Names()
	lost := func(name string) bool { return slices.Contains(names, name) }
	return slices.DeleteFunc(slices.Clone(r.Plan.Affected), func(a Affected) bool { return !slices.ContainsFunc(a.By, lost) })
}

func (r Report) heading(w io.Writer, v show.View) {
	fmt.Fprintf(w, "%s\n\n", r.Plan.Target.heading())
	if len(r.Plan.Chains) > 0 {
		fmt.Fprintln(w, "Building authentication chain...")
		for _, c := range r.Plan.Chains {
			mark := v.Good("✓")
			if c.Err != nil {
				mark = v.Bad("✗")
			}
			fmt.Fprintf(w, "  %s %s\n", mark, show.Clean(c.text()))
		}
		fmt.Fprintln(w)
	}
}

// text is the line of a chain.
func (c Chain) text() string {
	if c.Reading == "" {
		return "Chain: " + c.String()
	}
	return "Chain (" + c.Reading + "): " + c.String()
}

// summary is the sentence that counts.
func (r Report) summary(good, all int) string {
	failed := good < all || !r.Plan.Certain() || r.Unsynced != nil
	switch {
	case all == 0 && r.Plan.Target.AllProjects && r.Complete():
		return r.Plan.Target.alreadyOut() // what is left is kept at the user's own wish
	case all == 0:
		return "Nothing was removed"
	case failed && good == 0:
		return fmt.Sprintf("Logout failed (0/%d successful)", all)
	case failed:
		return fmt.Sprintf("Logged out with warnings (%d/%d successful)", good, all)
	}
	return "Successfully logged out from " + identities(len(r.Names()))
}

// errors draws the causes of what failed, each once.
func (r Report) errors(w io.Writer, v show.View, lines []line) {
	var causes []string
	for _, c := range r.Plan.Chains {
		if errors.Is(c.Err, chain.ErrCycle) {
			causes = append(causes, fmt.Sprintf("  • %s: %s", show.Clean(c.Loop[0]), show.Clean(c.Err.Error())))
		}
	}
	for _, l := range lines {
		if l.cause != "" {
			causes = append(causes, fmt.Sprintf("  • %s: %s", show.Clean(l.of), show.Clean(l.cause)))
		}
	}
	for _, err := range show.Flatten(r.Unsynced) {
		text := show.Clean(err.Error())
		if e := (*fs.PathError)(nil); errors.As(err, &e) {
			text = v.Path(e.Path) + ": " + show.Cause(err)
		}
		causes = append(causes, "  • not safely on the disk: "+text)
	}
	if !v.Quiet {
		for _, d := range r.Plan.Doubts {
			causes = append(causes, "  • "+show.Clean(d))
		}
	}
	if causes = unique(causes); len(causes) == 0 {
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

// doubtText says what may be left, a line each.
func (p Plan) doubtText() []string {
	var lines []string
	for _, d := range p.Doubts {
		lines = append(lines, "Not certain: "+show.Clean(d))
	}
	return lines
}

// validText says until when copies of what was removed may still be used.
func (r Report) validText(v show.View) []string {
	latest := make(map[string]time.Time)
	for i := range r.Results {
		if r.Results[i].Outcome != Removed {
			continue
		}
		for name, t := range r.Results[i].expiry() {
			if t.After(latest[name]) {
				latest[name] = t
			}
		}
	}
	var times []string
	names := make(map[string][]string) // by time
	for _, m := range r.Plan.Names {
		if t := latest[m.Name]; t.After(r.Time) {
			clock := v.Clock(t, r.Time)
			times = append(times, clock)
			names[clock] = append(names[clock], m.Name)
		}
	}
	var lines []string
	for _, clock := range unique(times) {
		lines = append(lines, fmt.Sprintf("Still valid until %s: %s", clock, show.Names(names[clock])))
	}
	return lines
}

// note tells what a logout does not end.
func (r Report) note(w io.Writer, v show.View) {
	did := slices.ContainsFunc(r.Results, func(res Result) bool {
		return !res.Kind.Bare() && (res.Outcome == Removed || res.Outcome == Failed)
	})
	if did && !r.Plan.Target.KeepProvider && !r.allEnded() {
		fmt.Fprint(w, `
⚠️  Note: This only removes local credentials. Your browser session
   may still be active. Visit your identity provider to end your
   browser session.
`)
		for _, url := range r.Plan.StartURLs {
			fmt.Fprintf(w, "   %s\n", show.Clean(url))
		}
	}
	variables(w, v)
}

// variables names those that are still set in this shell.
func variables(w io.Writer, v show.View) {
	if len(v.Variables) > 0 {
		fmt.Fprintf(w, "\nStill set in this shell: %s\n   %s\n", strings.Join(v.Variables, ", "), v.Unset)
	}
}
