package logout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/revoke"
	"github.com/credclean/credclean/store"
)

// WithSessions puts the sessions that are ended at their providers before the removals: those
// whose token lies in a file that goes. Token files are read once, into memory.
func (p Plan) WithSessions(ctx context.Context, inv *inventory.Inventory) Plan {
	var sessions []revoke.Session
	for _, s := range p.Steps {
		if s.Kind == store.CloudConfig && s.Err == nil && s.Kept == "" {
			s.Accounts = inv.Accounts(s.Where.Place)
		}
		if s.Kind != store.SessionToken || s.Err != nil || s.Kept != "" {
			continue
		}
		read, name := revokes(s.Traces[0].Location), s.sessionName()
		if read == nil {
			continue
		}
		data, err := inv.ReadToken(ctx, s.Where.Place)
		var found []revoke.Session
		switch rest := s.Traces[0].Rest; {
		case err == nil && rest: // its name is not that of the content, and half a file is none
			found = slices.DeleteFunc(read(data, "token.json"), func(r revoke.Session) bool { return r.Refused != nil })
		case err == nil:
			found = read(data, s.Where.Place.Path)
		case !rest:
			found = []revoke.Session{{Refused: errors.New(show.Cause(err))}}
		}
		for _, session := range found {
			session.Name = name
			sessions = append(sessions, session)
		}
	}
	var steps []*Step
	for _, session := range revoke.Join(sessions) {
		steps = append(steps, &Step{Kind: store.ProviderSession, Names: strings.Split(session.Name, ", "), Session: &session})
	}
	p.Revoke, p.Steps = true, append(steps, p.Steps...)
	return p
}

// revokes is how the sessions in a token file are read; nil if none of its kind can be ended.
func revokes(l *store.Location) func(data []byte, file string) []revoke.Session {
	switch {
	case l == nil:
	case l.ByStartURL && l.Kind == store.SessionToken:
		return revoke.ReadSSO
	case path.Base(l.Path) == "state.json":
		return func(data []byte, _ string) []revoke.Session { return revoke.ReadGitHub(data) }
	}
	return nil
}

// sessionName is the providers of a portal, or the integration that has the token.
func (s *Step) sessionName() string {
	t := s.Traces[0]
	if t.Location.Of == store.OfIntegration {
		return strings.Join(t.Written.By, ", ")
	}
	return strings.Join(s.Names, ", ")
}

// endSessions sends what ends the sessions of a plan, all side by side.
func (p Plan) endSessions(ctx context.Context) []revoke.Result {
	var sessions []revoke.Session
	for _, s := range p.Steps {
		if s.Session != nil {
			sessions = append(sessions, *s.Session)
		}
	}
	if len(sessions) == 0 {
		return nil
	}
	return revoke.End(ctx, sessions, p.RevokeTimeout)
}

// sessions are the results of the requests.
func (r Report) sessions() []revoke.Result {
	var results []revoke.Result
	for i := range r.Results {
		if ended := r.Results[i].Ended; ended != nil {
			results = append(results, *ended)
		}
	}
	return results
}

// sessionLines are those of the dry run, or of a report.
func (p Plan) sessionLines() []line {
	var lines []line
	for _, step := range p.Steps {
		if s := step.Session; s != nil {
			l := s.Line()
			lines = append(lines, line{what: l.What, of: l.Of, remark: l.Remark})
		}
	}
	return lines
}

func (r Report) sessionLines() []line {
	var lines []line
	for _, res := range r.sessions() {
		if l, ok := res.Line(); ok {
			bad := res.Outcome == revoke.Failed
			lines = append(lines, line{what: l.What, of: l.Of, remark: l.Remark, bad: bad})
			if bad {
				lines[len(lines)-1].cause = res.Reason.Error()
			}
		}
	}
	return lines
}

// signedOut names who else loses a session that is ended, or would be in a dry run.
func signedOut(results []revoke.Result) []string {
	var lines []string
	for _, who := range revoke.Affected(results) {
		lines = append(lines, "Also affected: "+show.Clean(who))
	}
	return lines
}

// would are the sessions of a plan as results that have no outcome yet.
func (p Plan) would() []revoke.Result {
	var results []revoke.Result
	for _, step := range p.Steps {
		if s := step.Session; s != nil {
			results = append(results, revoke.Result{Session: *s})
		}
	}
	return results
}

// gcloud names the logins of gcloud that would go, each with the command that ends it before.
func (p Plan) gcloud() []string {
	var lines []string
	for _, s := range p.Steps {
		for _, account := range s.Accounts {
			lines = append(lines, show.Clean(revoke.Gcloud(s.Where.Place.String(), account)))
		}
	}
	return lines
}

// gcloudLeft names those that went without having been ended.
func (r Report) gcloudLeft() []string {
	var lines []string
	for i := range r.Results {
		if res := &r.Results[i]; res.Outcome == Removed {
			for _, account := range res.Accounts {
				lines = append(lines, show.Clean(revoke.GcloudNotEnded(account)))
			}
		}
	}
	return unique(lines)
}

// allEnded tells whether the sessions of all portals involved were ended, so that the note about
// browser sessions would be false.
func (r Report) allEnded() bool {
	if !r.Plan.Revoke || len(r.Plan.StartURLs) == 0 {
		return false
	}
	sessions := r.sessions()
	if slices.ContainsFunc(sessions, func(res revoke.Result) bool {
		return !res.Ended() && (res.StartURL != "" || res.Outcome == revoke.Failed)
	}) {
		return false
	}
	return !slices.ContainsFunc(r.Plan.StartURLs, func(url string) bool {
		return !slices.ContainsFunc(sessions, func(res revoke.Result) bool { return store.SamePortal(res.StartURL, url) })
	})
}

// A lasting thing was removed and stays valid.
type lasting struct {
	revoke.Ending
	name  string
	until time.Time // zero if it is not known
}

// lasting is what no request ends of what was removed: of a name, the latest of each kind.
func (r Report) lasting() []lasting {
	type key struct {
		why, command, name string
		portal, unknown    bool
	}
	var all []lasting
	at, asked, kinds := make(map[key]int), r.asked(), make(map[string]string, len(r.Plan.Names))
	for _, m := range r.Plan.Names {
		kinds[m.Name] = m.Kind
	}
	for i := range r.Results {
		res := &r.Results[i]
		if res.Outcome != Removed {
			continue
		}
		for _, t := range res.Traces {
			e, until, ok := r.ending(t, kindOf(t, kinds))
			if !ok {
				continue
			}
			for _, name := range labelsOf(res, t) {
				k := key{e.Why, e.Command, name, e.Portal, until.IsZero()}
				j, again := at[k]
				switch {
				case again && until.After(all[j].until):
					all[j].until = until
				case again, e.Portal && asked[name]:
				default:
					at[k], all = len(all), append(all, lasting{e, name, until})
				}
			}
		}
	}
	return all
}

// ending is how a trace ends, and until when it is valid. It is not ok if it is over, or a key that does not end.
func (r Report) ending(t *inventory.Trace, kind string) (e revoke.Ending, until time.Time, ok bool) {
	e, ok = revoke.EndingOf(t.Kind, kind)
	if t.Expires.After(r.Time) {
		until = t.Expires
	}
	over := until.IsZero() && !t.Expires.IsZero() && e.Command == ""
	return e, until, ok && !over && t.AccessKey == inventory.NoAccessKey
}

// asked are those whose sessions were to be ended: revoke.After tells what became of them.
func (r Report) asked() map[string]bool {
	asked := make(map[string]bool)
	for _, s := range r.Plan.Steps {
		if s.Session != nil {
			for _, name := range s.Names {
				asked[name] = true
			}
		}
	}
	return asked
}

// endings says of what was removed how it ends: what no request ends, and until when.
func (r Report) endings(v show.View) []string {
	var order []string
	names, kinds := make(map[string][]string), make(map[string]lasting)
	clock := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return v.Clock(t, r.Time)
	}
	for _, l := range r.lasting() {
		key := fmt.Sprint(l.Why, l.Command, l.Portal, clock(l.until))
		if names[key] == nil {
			order = append(order, key)
		}
		kinds[key] = l
		names[key] = append(names[key], l.name)
	}
	var lines []string
	for _, key := range order {
		l := kinds[key]
		lines = append(lines, show.Clean(l.Line(show.Names(unique(names[key])), clock(l.until), r.Plan.startURL())))
	}
	return unique(append(lines, revoke.After(r.sessions(), clock)...))
}

func (p Plan) startURL() string {
	if len(p.StartURLs) == 1 {
		return p.StartURLs[0]
	}
	return ""
}

// kindOf is the kind of what a trace is of: of an integration its own. kinds are those of the names.
func kindOf(t *inventory.Trace, kinds map[string]string) string {
	if t.Written != nil && t.Written.Kind != "" {
		return t.Written.Kind
	}
	for _, n := range t.Of {
		if kind, member := kinds[n.Name]; member {
			return kind
		}
	}
	return ""
}

func labelsOf(res *Result, t *inventory.Trace) []string {
	if t.Kind == store.DockerLogin {
		return []string{t.Where.Entry}
	}
	var names []string
	for _, n := range t.Of {
		names = append(names, n.Name)
	}
	if names == nil {
		return []string{res.Label()}
	}
	return names
}

// drawSessions draws what became of the sessions, under a heading of their own.
func (r Report) drawSessions(w io.Writer, v show.View, lines []line) {
	if len(lines) > 0 {
		fmt.Fprintln(w, "Ending sessions...")
		drawLines(w, v, lines)
		fmt.Fprintln(w)
	}
}
