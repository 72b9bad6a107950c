package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

func (p *program) doctorCommand() *command {
	o := &p.doctor
	return &command{
		name:  "doctor",
		usage: "show what a logout would look at, and what would stop it",
		examples: `credclean doctor             what is wrong here, and how to fix it
credclean doctor --redact    the same for a bug report, without names`,
		about: `Lists the configuration files in the order of merging, the realms of this
project, the directories and keyrings that are looked at, the locks that
other programs hold, and the variables that matter. Changes nothing, asks
nothing, shows no secret. Exits with 1 if something is locked or could not be
looked at, or if a logout would leave something for another reason, and with 2
if the configuration cannot be read.`,
		flags:    o.flags(),
		document: func() document { return (&checkup{}).document() },
		run:      func(ctx context.Context, s *session) (document, error) { return s.doctor(ctx, *o) },
	}
}

// doctor is the command: look everywhere, then draw.
func (s *session) doctor(ctx context.Context, o DoctorOptions) (document, error) {
	u := &checkup{}
	u.hide = o.Redact
	err := s.examine(ctx, u)
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	if !s.json {
		u.render(s.out)
	}
	if err == nil && u.troubles() > 0 {
		err = leftError(logout.ErrIncomplete)
	}
	return u.document(), err
}

// examine fills the report. The error is one of the configuration.
func (s *session) examine(ctx context.Context, u *checkup) error {
	u.section("Home")
	sys, err := surroundings()
	if err != nil {
		u.trouble("error", err, "")
		return hinted{errors.New("there is nowhere to look"), hintOf(err)}
	}
	u.roots = store.NewRoots(sys.Home, sys.WorkDir, os.TempDir(), runtime.GOOS, os.LookupEnv)
	cfg, failed := s.global.load(ctx, sys)
	w := newWorkplace(sys, cfg)
	u.roots = w.Roots
	u.learnNames(w)

	u.home(sys)
	u.configuration(w, failed)
	u.realms(w)
	u.directories(w)
	u.section("Keyrings")
	warning := w.OpenKeyrings(ctx, w.home, keyring.Options{Timeout: s.global.Timeout}, otherOwner(sys.Home))
	if !slices.ContainsFunc(w.Keyrings, isSystem) {
		u.note(fact, "system keyring", cmp.Or(warning, "no keyring service here, and no keyring on disk: nothing can have been stored in one"))
	}
	for _, k := range w.Keyrings {
		u.keyring(ctx, w, k)
	}
	u.locks(ctx, w)
	if failed == nil {
		u.obstacles(ctx, w)
	}
	u.environment(w)
	if failed != nil {
		return hinted{errors.New("the configuration cannot be read"), "the report above says what is wrong with it"}
	}
	return nil
}

// learnNames tells the redactor what the configuration calls things.
func (u *checkup) learnNames(w workplace) {
	u.learn("realm", w.Realms...)
	for _, r := range w.Config.Readings {
		for _, realm := range r.Realms {
			u.learn("realm", realm.Raw())
		}
		u.learnAuth(r.Auth)
	}
}

func (u *checkup) learnAuth(auth config.Auth) {
	for _, pr := range auth.Providers {
		u.learn("provider", store.Spellings(pr.Name)...)
		u.learn("url", pr.StartURL.String())
	}
	for _, id := range auth.Identities {
		u.learn("identity", store.Spellings(id.Name)...)
	}
	for _, in := range auth.Integrations {
		u.learn("integration", in.Name)
	}
}

func (u *checkup) home(sys config.System) {
	switch owner := otherOwner(sys.Home); owner {
	case "":
		u.note(fine, "home", u.path(sys.Home))
	default:
		u.note(notice, "home", fmt.Sprintf("%s belongs to %s, or sudo is in use", u.path(sys.Home), u.name("user", owner)))
	}
	u.note(fact, "project", u.path(sys.WorkDir))
}

func (u *checkup) configuration(w workplace, failed error) {
	cfg := w.Config
	u.section("Configuration")
	for _, name := range cfg.Profiles {
		u.learn("profile", name.String())
	}
	for _, f := range cfg.Files {
		u.note(fine, "file", u.path(f.Path))
	}
	if failed != nil {
		u.trouble("error", failed, "correct what this line names")
	}
	for _, name := range cfg.Profiles {
		u.note(fact, "profile", u.name("profile", name.String()))
	}
	auth := cfg.Readings[0].Auth
	if failed == nil {
		u.note(fact, "declared", strings.Join([]string{
			count(len(auth.Providers), "provider"), count(len(auth.Identities), "identity"), count(len(auth.Integrations), "integration"),
		}, ", "))
		for _, r := range cfg.Readings[1:] {
			if name, ok := strings.CutPrefix(r.Name, "profile "); ok {
				r.Name = "profile " + u.name("profile", name)
			}
			u.note(fact, "also read", r.Name)
		}
	}
	for _, c := range w.Selected().Graph.Cycles() {
		u.trouble("chain", fmt.Errorf("%s: %w", c, chain.ErrCycle), "correct the via of one of them in atmos.yaml")
	}
	u.partly = len(w.Unread()) > 0
	seen := make(map[string]bool)
	for _, text := range slices.Concat(w.Warnings(), cfg.Warnings, w.Unread()) {
		if !seen[text] {
			seen[text] = true
			u.note(notice, "warning", u.text(text))
		}
	}
}

// realms lists those of this project; the empty one goes without saying.
func (u *checkup) realms(w workplace) {
	u.section("Realms")
	shown := w.Shown()
	for i, realm := range w.Realms {
		if realm == "" {
			continue
		}
		kind := "default" // of Atmos
		switch {
		case w.Automatic(realm):
			kind = "automatic"
		case slices.Contains(w.Explicit(), realm):
			kind = "explicit"
		case w.Config.Flagged != "":
			kind = "of --config"
		}
		text := u.name("realm", shown[i])
		if info, err := os.Stat(filepath.Join(w.Roots[store.Config], realm)); err == nil && info.IsDir() {
			text += ", in use"
		}
		u.note(fact, kind, text)
	}
	u.note(fact, "none", "names alone, as releases before v1.206 used them")
}

func (u *checkup) directories(w workplace) {
	u.section("Directories")
	for _, dir := range w.Dirs() {
		switch _, err := os.ReadDir(dir); {
		case err == nil:
			u.note(fine, u.path(dir), "exists")
		case errors.Is(err, fs.ErrNotExist):
			u.note(fact, u.path(dir), "does not exist")
		default:
			u.trouble(u.path(dir), err, "make it a directory that you can read")
		}
	}
}

func isSystem(k keyring.Keyring) bool {
	_, file := k.(keyring.File)
	return !file
}

// keyring lists a keyring. Its entries are counted, not named.
func (u *checkup) keyring(ctx context.Context, w workplace, k keyring.Keyring) {
	label := w.KeyringPath(k.Location())
	if !isSystem(k) {
		label = u.path(label)
		if _, err := os.Stat(k.Location()); errors.Is(err, fs.ErrNotExist) {
			u.note(fact, label, "does not exist")
			return
		}
	}
	keys, err := k.List(ctx)
	if err == nil || len(keys) > 0 {
		// What a locked collection shows can be listed, but not removed.
		if l, ok := k.(interface{ Locked(context.Context) error }); ok {
			err = errors.Join(err, l.Locked(ctx))
		}
		u.note(fine, label, "answers, "+count(len(keys), "entry"))
	}
	if err != nil {
		u.trouble(label, err, "correct what this line names; whether anything is in this keyring is not known")
	}
}

func (u *checkup) locks(ctx context.Context, w workplace) {
	u.section("Locks")
	held, errs := inventory.HeldLocks(ctx, w.Project, w.home)
	for _, p := range held {
		u.trouble(u.path(p.String()), disk.ErrInUse, "wait until Atmos is done, or end the program that hangs")
	}
	if err := errors.Join(errs...); err != nil {
		u.trouble("locks", err, "make it readable; what is below it cannot be looked at")
	}
	if len(held)+len(errs) == 0 {
		u.note(fine, "locks", "none is held")
	}
}

// obstacles are what a logout of everything in this project would leave, as far as that is known
// before it. What the sections above say is not said again.
func (u *checkup) obstacles(ctx context.Context, w workplace) {
	u.section("Logout")
	before := u.troubles()
	plan, err := logout.NewPlan(inventory.Take(ctx, w.Project, w.home, nil, false), logout.Target{All: true})
	if err != nil {
		u.trouble("--all", err, "correct what this line names")
	}
	for _, s := range plan.Steps {
		u.obstacle(w, s)
	}
	for _, d := range plan.Doubts {
		if u.partly { // the warnings above say what to correct
			u.note(notice, "not certain", u.text(d))
		} else {
			u.trouble("not certain", errors.New(d), "a newer release of credclean may know it")
		}
	}
	switch u.nothing = len(plan.Names)+len(plan.Steps) == 0; {
	case u.troubles() > before:
	case u.nothing:
		u.note(fact, "--all", "finds nothing")
	default:
		u.note(fine, "--all", "can remove what it finds")
	}
}

// obstacle says why a step will not be taken, if that is so.
func (u *checkup) obstacle(w workplace, s *logout.Step) {
	label := s.Where.Place.String()
	if s.Where.Keyring != "" {
		label = w.KeyringPath(s.Where.Keyring)
	}
	label = u.path(label)
	switch {
	case s.Kept == logout.KeptAmbiguous:
		u.trouble(label, fmt.Errorf("%s may belong to the realm %s", s.Where.Key, s.KeptFor), "run credclean logout in the project of that realm first")
	case s.Kept == logout.KeptForeign:
		u.trouble(label, fmt.Errorf("%s is %s", s.Where.Key, s.Kept), "log out with --keep-long-lived")
	case s.Kind != store.OtherFile && (s.Where.Keyring == "" || errors.Is(s.Err, store.ErrClaimed)):
		for _, e := range show.Flatten(s.Err) {
			u.trouble(label, errors.New(show.Cause(e)), "correct what this line names; a logout leaves what is there")
		}
	}
}

// environment names the variables that are set. What they are set to is nobody's business.
func (u *checkup) environment(w workplace) {
	u.section("Environment")
	var set []string
	for _, v := range variables() {
		for name := range strings.SplitSeq(v.name, ", ") {
			if value, _ := w.Config.LookupEnv(name); value != "" {
				set = append(set, name)
			}
		}
	}
	u.note(fact, "set", strings.Join(set, ", "))
	if left := setVariables(); len(left) > 0 {
		u.note(notice, "credentials", strings.Join(left, ", ")+"; to clear them: "+clearing())
	}
}
