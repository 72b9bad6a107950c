package logout

import (
	"slices"
	"time"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// OnlyExpired narrows a plan to what had expired at a time. What has no known
// expiry, and what new credentials can be had with, has not. The section of a config
// file goes with that of the credentials file beside it.
func (m Machine) OnlyExpired(p Plan, now time.Time) Plan {
	expired := make(map[disk.Place]map[string]bool) // the sections, by directory
	for _, s := range p.Steps {
		if s.Kind == CredentialsFile && s.Err == nil {
			expired[s.Place.Dir()] = m.expiredSections(s, now)
		}
	}
	all := p.Steps
	p.Steps, p.Affected, p.Target.Expired = nil, nil, true
	for _, s := range all {
		switch {
		case s.Kind == store.KeyringEntry || s.Kind == EmptyDir || s.Kind == OtherFile && s.Err == nil:
		case s.Kind == LockFiles:
			p.Steps = append(p.Steps, s)
		case s.awsFile() && s.Err == nil:
			s.Rule = cut.Rule{Remove: expired[s.Place.Dir()], Declared: s.Rule.Declared, Scope: cut.OwnSections}
			if s, ok := m.narrow(s); ok {
				p.Steps = append(p.Steps, s)
			}
		case s.Err != nil || s.over(now):
			p.Steps = append(p.Steps, s)
		}
	}
	p.Steps = slices.DeleteFunc(p.Steps, func(s Step) bool { return s.Kind == LockFiles && !p.touches(s) })
	m.planDirs(&p)
	return p
}

// expiredSections are those of a credentials file that had expired, in every spelling
// under which nothing is left that is valid.
func (m Machine) expiredSections(s Step, now time.Time) map[string]bool {
	sections := make(map[string]bool)
	cut, err := m.Files.LookSections(s.Place, s.Rule)
	if err != nil {
		return sections // narrow comes to the same, and says so
	}
	for _, name := range s.Owners {
		for _, spelled := range store.Spellings(name) {
			until, stands := cut.ValidUntil[spelled]
			switch {
			case stands:
				sections[spelled] = until.Before(now)
			case !slices.Contains(cut.Removed, spelled):
				until, known := s.Expiry[name] // as the config file may spell it
				sections[spelled] = known && until.Before(now)
			}
		}
	}
	return sections
}

// narrow looks again at an AWS file, by its new rule.
func (m Machine) narrow(s Step) (Step, bool) {
	cut, err := m.Files.LookSections(s.Place, s.Rule)
	if err == nil && len(cut.Removed) == 0 {
		return s, false
	}
	s.Err, s.Keeps = err, cut.Kept
	s.Owners = slices.DeleteFunc(slices.Clone(s.Owners), func(name string) bool {
		return !slices.ContainsFunc(store.Spellings(name), func(spelled string) bool { return slices.Contains(cut.Removed, spelled) })
	})
	expiry := make(map[string]time.Time)
	for _, name := range s.Owners {
		if t, ok := s.Expiry[name]; ok {
			expiry[name] = t
		}
	}
	s.Expiry = expiry
	return s, true
}

// over tells whether all that a file holds has expired for good.
func (s Step) over(now time.Time) bool {
	for _, t := range s.Expiry {
		if !t.Before(now) {
			return false
		}
	}
	return len(s.Expiry) > 0 && !s.Refreshable
}

// touches tells whether a step of the plan is about one of the files that locks belong to.
func (p Plan) touches(locks Step) bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool {
		return s.Kind != LockFiles && slices.Contains(locks.Locks, s.Place)
	})
}
