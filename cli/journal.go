package cli

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/credclean/credclean/internal/audit"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
)

// A journal tells the log and the audit trail what a run does.
type journal struct {
	s      *session
	target slog.Attr
	view   show.View
	trail  *audit.Trail
}

// openJournal opens the audit trail, if one is wanted. Without it nothing may
// be removed, so its error is one of usage.
func (s *session) openJournal(w workplace, t logout.Target, v show.View) (*journal, error) {
	j := &journal{s: s, target: logged(t), view: v}
	path := s.global.AuditLog
	if path == "" {
		return j, nil
	}
	run := audit.Here()
	run.Version, run.Arguments, run.Target = release(), s.args, strings.TrimPrefix(j.target.String(), "=")
	for _, f := range w.Config.Files {
		run.ConfigFiles = append(run.ConfigFiles, audit.File{Path: f.Path, SHA256: f.SHA256})
	}
	trail, err := audit.Open(path, run)
	if err != nil {
		return nil, hinted{err, "name a file that can be written with --audit-log or CREDCLEAN_AUDIT_LOG, or leave it out; nothing was removed"}
	}
	j.trail = trail
	return j, nil
}

// logged is a target as the attribute of a log line.
func logged(t logout.Target) slog.Attr {
	switch {
	case t.AllProjects:
		return slog.Bool("all_projects", true)
	case t.Orphans:
		return slog.Bool("orphans", true)
	case len(t.Providers) == 1:
		return slog.String("provider", t.Providers[0])
	case len(t.Providers) > 1:
		return slog.Any("provider", t.Providers)
	case len(t.Identities) == 1:
		return slog.String("identity", t.Identities[0])
	case len(t.Identities) > 1:
		return slog.Any("identity", t.Identities)
	}
	return slog.Bool("all", true)
}

func (j *journal) start(p logout.Plan) {
	j.s.log.Debug("Starting logout", j.target)
	for _, c := range p.Chains {
		j.s.log.Debug("Authentication chain built", "chain", c.Names())
	}
}

func (j *journal) before(s *logout.Step) {
	if s.Kind == store.KeyringEntry {
		j.s.log.Debug("Removing keyring entry", "alias", s.Label())
		return
	}
	j.s.log.Debug("Removing "+strings.ReplaceAll(string(s.Kind), "_", " "), "path", s.Where.Place.String())
}

func (j *journal) after(r logout.Result) {
	location, reason := r.Where.Place.String(), string(r.Kept)
	var session *audit.Session
	switch e := r.Ended; {
	case e != nil:
		location = e.Host
		session = &audit.Session{
			ProviderHost: e.Host, HTTPStatus: e.HTTPStatus, Renewed: e.Renewed,
			DurationMS: e.Duration.Milliseconds(), ValidUntil: show.Time(e.ValidUntil),
		}
		if e.Reason != nil {
			reason = e.Reason.Error()
		}
	case r.Kind == store.KeyringEntry:
		location = r.Where.Keyring
	}
	attrs := []any{"kind", string(r.Kind), "name", r.Label(), "location", location}
	if r.Where.Key != "" {
		attrs = append(attrs, "key", r.Where.Key)
	}
	attrs = append(attrs, "outcome", string(r.Outcome))
	if r.Err != nil {
		reason = r.Err.Error()
		attrs = append(attrs, "error", reason)
	}
	j.s.log.Debug("Step ended", attrs...)
	if r.Outcome == logout.Kept && reason == "" {
		reason = "still in use"
	}
	if r.Where.Key != "" {
		location += ": " + r.Where.Key
	}
	j.trail.Step(audit.Step{
		Kind: string(r.Kind), Name: r.Label(), Realm: r.Realm, Location: location, Outcome: string(r.Outcome),
		Reason: reason, Verified: r.Outcome == logout.Removed || r.Outcome == logout.Absent,
		Session: session,
	})
}

// finish ends log and trail. The error is that of the trail.
func (j *journal) finish(r logout.Report) error {
	summary := audit.Summary{Outcome: "complete", ExitCode: j.s.exitCode(r.Err())}
	if r.Complete() {
		j.s.log.Info("Logout completed", j.target, "removed", len(r.Names()))
	} else {
		summary.Outcome, summary.Reason = "incomplete", r.Err().Error()
		j.s.log.Info("Logout incomplete", j.target, "removed", len(r.Names()))
	}
	for _, n := range r.Plan.NotChecked(j.view) {
		summary.NotChecked = append(summary.NotChecked, audit.NotChecked{Name: n.Name, Location: n.Location, Reason: n.Reason})
	}
	j.trail.Finish(summary)
	err := j.trail.Close()
	if err != nil {
		fmt.Fprintf(j.s.errOut, "credclean: error: the audit trail is not complete: %s\n", show.Clean(err.Error()))
	}
	return err
}
