package revoke

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Line is one line of a plan or report: "What: Of (Remark)". Nothing in it is escaped yet.
type Line struct {
	What, Of, Remark string
}

// Line is what a dry run says of a session.
func (s Session) Line() Line {
	if s.Refused != nil {
		return Line{"Session", s.Name, "would not be ended: " + s.Refused.Error()}
	}
	return Line{"Session", s.Name, "would be ended at " + s.Host}
}

// Line is what a report says of a session; it is bad if the outcome is [Failed]. There is none of a
// session that is not supported: [After] tells of it.
func (r Result) Line() (l Line, ok bool) {
	switch r.Outcome {
	case Revoked:
		return Line{"Session ended", r.Name, r.Host}, true
	case AlreadyInvalid:
		return Line{"Session ended", r.Name, "it was over already"}, true
	case Failed:
		return Line{"Session not ended", r.Name, r.Reason.Error()}, true
	default:
		return Line{}, false
	}
}

// Ended tells whether the session is over.
func (r Result) Ended() bool { return r.Outcome == Revoked || r.Outcome == AlreadyInvalid }

// After are the lines behind the summary: what was not ended, and when it ends. clock writes a time for the report.
// A token of GitHub ends at its expiry; a session of AWS is renewed until the portal ends it.
func After(results []Result, clock func(time.Time) string) []string {
	var lines []string
	for _, r := range results {
		switch {
		case r.Ended():
		case !r.github || r.ValidUntil.IsZero():
			lines = append(lines, NotEnded(r.Name, r.StartURL))
		case r.ValidUntil.After(time.Now()):
			lines = append(lines, fmt.Sprintf("Still valid until %s: %s", clock(r.ValidUntil), r.Name))
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// NotEnded is the line of a session that lives on at a portal. startURL may be empty.
func NotEnded(name, startURL string) string {
	if startURL == "" {
		return fmt.Sprintf("Not ended: %s; it ends by itself", name)
	}
	return fmt.Sprintf("Not ended: %s; it ends by itself, or sign out at %s", name, startURL)
}

// Affected says who else is signed out with the sessions of these results, or would be with those of a dry run,
// for the line "Also affected".
func Affected(results []Result) []string {
	var urls []string
	for _, r := range results {
		if r.Refused == nil && r.StartURL != "" && (r.Outcome == "" || r.Ended()) && !slices.Contains(urls, r.StartURL) {
			urls = append(urls, r.StartURL)
		}
	}
	if urls == nil {
		return nil
	}
	return []string{"every tool and browser signed in at " + strings.Join(urls, ", ")}
}
