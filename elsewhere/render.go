package elsewhere

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// words name what lies at a place, for people: of several, and of one without a name.
func words(what string) (heading, one string) {
	switch what {
	case "profile":
		return "profiles", "a profile"
	case "sso_session":
		return "IAM Identity Center sessions", "a session"
	case "role_credentials":
		return "credentials of roles", "credentials of a role"
	case "console_login":
		return "logins with aws login", "a login"
	case "account":
		return "accounts", "an account"
	case "token_cache":
		return "token cache", "tokens"
	case "service_principals":
		return "service principals", "secrets of service principals"
	default:
		return "application default credentials", "credentials"
	}
}

// nameWidth is how wide the column of names is; the states stand behind it.
const nameWidth = 32

// Render draws the findings as the table of status --everywhere. It is pure. Only
// names, places and commands that are longer make a line wider than 80 columns.
func Render(w io.Writer, findings []Finding, now time.Time) {
	if len(findings) == 0 {
		fmt.Fprintln(w, "aws, az and gcloud keep nothing here.")
		return
	}
	fmt.Fprintln(w, "Kept by other programs, each with what ends it:")
	place := ""
	for i, f := range findings {
		heading, one := words(f.What)
		if text := fmt.Sprintf("%s: %s", f.Program, heading); text+f.place != place {
			place = text + f.place
			drawHeading(w, text, f.place)
		}
		drawRow(w, cmp.Or(f.Name, one), f.text(now))
		same := i+1 < len(findings) && findings[i+1].EndsWith == f.EndsWith && findings[i+1].place == f.place
		if f.EndsWith != "" && !same {
			fmt.Fprintf(w, "    %s\n", clean(f.EndsWith))
		}
	}
}

func drawHeading(w io.Writer, text, place string) {
	line := fmt.Sprintf("%s (%s)", text, clean(place))
	if utf8.RuneCountInString(line) > 80 {
		line = fmt.Sprintf("%s\n  (%s)", text, clean(place))
	}
	fmt.Fprintf(w, "\n%s\n", line)
}

func drawRow(w io.Writer, name, state string) {
	name = clean(name)
	if utf8.RuneCountInString(name) > nameWidth {
		fmt.Fprintf(w, "  %s\n", name)
		name = ""
	}
	fmt.Fprintf(w, "  %-*s  %s\n", nameWidth, name, state)
}

// text says in words what can be done with a finding, and until when.
func (f Finding) text(now time.Time) string {
	left := f.ValidUntil.Sub(now)
	switch f.State {
	case CannotTell:
		return "cannot tell: " + clean(f.Err.Error())
	case LongLived:
		if f.What == "profile" {
			return "long-lived access key"
		}
		return "long-lived key"
	case ExpiryUnknown:
		return "no expiry known"
	case Expired:
		return "expired " + span(-left, false) + " ago"
	case SignedIn:
	}
	parts := []string{"signed in"}
	if left > 0 {
		parts = append(parts, span(left, true)+" left")
	}
	switch {
	case f.Renewable && f.What == "console_login":
		parts = append(parts, "renews itself (up to 12 h)")
	case f.Renewable:
		parts = append(parts, "renews itself")
	}
	return strings.Join(parts, ", ")
}

// span writes a duration; the minutes of hours only if they are asked for.
func span(d time.Duration, minutes bool) string {
	hours, rest := int(d.Hours()), int(d.Minutes())%60
	switch {
	case hours >= 48:
		return fmt.Sprintf("%d days", hours/24)
	case hours > 0 && minutes && rest > 0:
		return fmt.Sprintf("%d h %d min", hours, rest)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d min", max(1, rest))
}

// LeftAlone are the lines in which a logout names what other programs keep and
// Atmos may have used: what is there and can still be used, and what really
// ends it. The findings are those of [Look] at the places of [UsedBy].
func LeftAlone(findings []Finding) []string {
	var lines []string
	for len(findings) > 0 {
		first := findings[0]
		same := func(f Finding) bool {
			if f.State == CannotTell || first.State == CannotTell {
				return f == first
			}
			return f.place == first.place && f.ends == first.ends
		}
		group := slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return !same(f) })
		findings = slices.DeleteFunc(slices.Clone(findings), same)
		group = slices.DeleteFunc(group, func(f Finding) bool { return f.State == Expired })
		if len(group) > 0 {
			lines = append(lines, leftAlone(group))
		}
	}
	return lines
}

// leftAlone is the line of findings at one place that end alike.
func leftAlone(group []Finding) string {
	f := group[0]
	if f.State == CannotTell {
		return fmt.Sprintf("Left alone: %s (of %s; cannot tell what is there: %s)", clean(f.Location), f.Program, clean(f.Err.Error()))
	}
	var names []string
	for _, f := range group {
		if f.Name != "" {
			names = append(names, clean(f.Name))
		}
	}
	what := f.Location
	if len(names) > 0 {
		what = list(names) + " in " + f.place
	}
	end := "ends by itself"
	switch {
	case len(group) > 1 && f.ends != "":
		end = "to end it: " + f.ends
	case f.EndsWith != "":
		end = "to end it: " + f.EndsWith
	}
	return fmt.Sprintf("Left alone: %s (of %s; %s)", what, f.Program, clean(end))
}

// list joins names; of many only the first five are listed.
func list(names []string) string {
	if rest := len(names) - 5; rest > 0 {
		return fmt.Sprintf("%s and %d others", strings.Join(names[:5], ", "), rest)
	}
	return strings.Join(names, ", ")
}

// clean escapes what a terminal would not just show.
func clean(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
