package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

func (p *process) doctorCommand(onUsageError cli.OnUsageErrorFunc) *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "show what a logout would read and look into, and what stands in its way",
		UsageText: `credclean doctor             what is wrong here, with the fix for each
credclean doctor --redact    the same for a bug report, without names`,
		Description: `Lists the configuration files in the order of merging, the realms of this
project, the directories and keyrings that are looked into, the locks that
other programs hold, and the variables that matter. Changes nothing, prompts
for nothing, shows no secret. Exits with 1 if something is locked or could
not be looked at, and with 2 if the configuration cannot be read.`,
		OnUsageError: onUsageError,
		Action:       p.doctor,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "redact", Usage: "replace names, realms, URLs and paths by placeholders"},
		},
	}
}

// errConfiguration says that the report tells what is wrong with the configuration.
var errConfiguration = errors.New("the configuration cannot be read")

// A mark says what a finding is.
type mark string

const (
	fine    mark = "✓"
	fact    mark = "•"
	notice  mark = "!" // worth knowing; nothing stands in the way
	trouble mark = "✗"
)

// A finding is one line of the report.
type finding struct {
	mark        mark
	label, text string
	fix         string // of trouble
}

// A checkup is the report of the doctor as far as it is known.
type checkup struct {
	redactor
	sections []section
}

type section struct {
	title    string
	findings []finding
}

func (u *checkup) section(title string) { u.sections = append(u.sections, section{title: title}) }

// note adds a finding to the last section. The texts are shown as they are.
func (u *checkup) note(m mark, label, text string) {
	last := &u.sections[len(u.sections)-1]
	last.findings = append(last.findings, finding{mark: m, label: label, text: text})
}

// trouble adds every cause of err, with what to do about it.
func (u *checkup) trouble(label string, err error, otherwise string) {
	last := &u.sections[len(u.sections)-1]
	for _, e := range logout.Flatten(err) {
		fix := hint(e)
		if fix == "" {
			fix = otherwise
		}
		f := finding{trouble, label, u.text(e.Error()), fix}
		if !slices.Contains(last.findings, f) || u.hide {
			last.findings = append(last.findings, f)
		}
	}
}

// doctor is the command: look everywhere, then draw.
func (p *process) doctor(c *cli.Context) error {
	switch {
	case c.NArg() > 0:
		return usageError{errors.New("doctor takes no arguments"), "credclean doctor looks at everything"}
	case c.Duration("timeout") <= 0:
		return usageError{errors.New("--timeout must be more than nothing"), "--timeout=5s waits five seconds"}
	}
	u := &checkup{}
	u.hide = c.Bool("redact")
	err := p.examine(c, u)
	u.render(p.out)
	if err == nil && u.troubles() > 0 {
		return logout.ErrIncomplete
	}
	return err
}

// examine fills the report. The error is one of the configuration.
func (p *process) examine(c *cli.Context, u *checkup) error {
	u.section("Home")
	sys, err := surroundings()
	if err != nil {
		u.trouble("error", err, "")
		return usageError{errors.New("there is nowhere to look"), hint(err)}
	}
	u.roots = store.NewRoots(sys.Home, sys.WorkDir, os.TempDir(), runtime.GOOS, os.LookupEnv)
	cfg, failed := config.Load(c.Context, sys, configOptions(c.StringSlice))
	w, warnings := newWorkplace(sys, cfg)
	defer func() { _ = w.Files.Close() }()
	u.roots = w.Roots
	u.learnNames(w)

	u.home(sys)
	u.configuration(w, warnings, failed, splitCommas(c.StringSlice("profile")))
	u.realms(w)
	u.directories(w)
	u.section("Keyrings")
	keyrings, warnings := p.keyrings(c, w, keyring.Options{Timeout: c.Duration("timeout")})
	if len(keyrings) > 0 && !slices.ContainsFunc(keyrings, isSystem) {
		u.note(fact, "system keyring", strings.Join(warnings, "; "))
	}
	for _, k := range keyrings {
		u.keyring(c, k)
	}
	u.locks(w)
	u.environment(w)
	if failed != nil {
		return usageError{errConfiguration, "the report above says what is wrong with it"}
	}
	return nil
}

// learnNames tells the redactor what the configuration calls things.
func (u *checkup) learnNames(w workplace) {
	auth := w.config.Readings[0].Auth
	u.learn("realm", w.Realms...)
	for _, realm := range w.config.Readings[0].Realms {
		u.learn("realm", realm.Raw())
	}
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
	u.learn("name", w.Elsewhere...)
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

func (u *checkup) configuration(w workplace, warnings []string, failed error, profiles []string) {
	cfg := w.config
	u.section("Configuration")
	if env, _ := cfg.LookupEnv("ATMOS_PROFILE"); len(profiles) == 0 {
		profiles = splitCommas([]string{env})
	}
	u.learn("profile", profiles...)
	for _, f := range cfg.Files {
		u.note(fine, "file", u.path(f.Path))
	}
	if failed != nil {
		u.trouble("error", failed, "mend what this line names")
	}
	for _, name := range profiles {
		u.note(fact, "profile", u.name("profile", name))
	}
	auth := cfg.Readings[0].Auth
	if failed == nil {
		u.note(fact, "declared", strings.Join([]string{
			count(len(auth.Providers), "provider"), count(len(auth.Identities), "identity"), count(len(auth.Integrations), "integration"),
		}, ", "))
		if n := len(w.Elsewhere); n > 0 {
			u.note(fact, "elsewhere", count(n, "name")+" in profiles that are not selected")
		}
	}
	for _, c := range w.Graph.Cycles() {
		u.note(notice, "chain", u.text(c.String())+": "+chain.ErrCycle.Error())
	}
	seen := make(map[string]bool)
	for _, text := range slices.Concat(warnings, cfg.Warnings, gaps(cfg)) {
		if !seen[text] {
			seen[text] = true
			u.note(notice, "warning", u.text(text))
		}
	}
}

// realms lists those of this project; the empty one goes without saying.
func (u *checkup) realms(w workplace) {
	u.section("Realms")
	project, _ := projectOf(w.config)
	for _, realm := range w.Realms {
		if realm == "" {
			continue
		}
		kind := "default" // of Atmos
		switch {
		case slices.Contains(w.Automatic, realm):
			kind = "automatic"
		case slices.Contains(project.Explicit, realm):
			kind = "explicit"
		case w.config.Flagged != "":
			kind = "of --config"
		}
		text := u.name("realm", realm)
		for _, t := range w.config.Readings[0].Realms {
			if t.Raw() == realm {
				text = u.name("realm", t.String()) // a value that a YAML function gave is not shown
			}
		}
		if info, err := w.Files.Look(disk.Place{Root: w.Roots[store.Config], Path: realm}); err == nil && info.IsDir() {
			text += ", in use"
		}
		u.note(fact, kind, text)
	}
	u.note(fact, "none", "names alone, as releases before v1.206 used them")
}

func (u *checkup) directories(w workplace) {
	u.section("Directories")
	for _, base := range slices.Sorted(maps.Keys(w.Roots)) {
		if base == store.Home || base == store.Temp {
			continue
		}
		dir := w.Roots[base]
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
func (u *checkup) keyring(c *cli.Context, k keyring.Keyring) {
	label := k.Location()
	if !isSystem(k) {
		label = u.path(label)
		if _, err := os.Stat(k.Location()); errors.Is(err, fs.ErrNotExist) {
			u.note(fact, label, "does not exist")
			return
		}
	}
	keys, err := k.List(c.Context)
	if err == nil || len(keys) > 0 {
		// What a locked collection shows can be listed, but not removed.
		if l, ok := k.(interface{ Locked(context.Context) error }); ok {
			err = errors.Join(err, l.Locked(c.Context))
		}
		u.note(fine, label, "answers, "+count(len(keys), "entry"))
	}
	if err != nil {
		u.trouble(label, err, "mend what this line names; whether anything is in this keyring is not known")
	}
}

func (u *checkup) locks(w workplace) {
	u.section("Locks")
	held, err := store.HeldLocks(w.Files, w.Roots)
	for _, p := range held {
		u.trouble(u.path(p.String()), disk.ErrInUse, "wait until Atmos is done, or end the program that hangs")
	}
	if err != nil {
		u.trouble("locks", err, "make it readable; what is below it cannot be looked at")
	}
	if len(held) == 0 && err == nil {
		u.note(fine, "locks", "none is held")
	}
}

// environment names the variables that are set. What they are set to is nobody's business.
func (u *checkup) environment(w workplace) {
	u.section("Environment")
	var set []string
	for _, v := range variables() {
		for name := range strings.SplitSeq(v.name, ", ") {
			if value, _ := w.config.LookupEnv(name); value != "" {
				set = append(set, name)
			}
		}
	}
	u.note(fact, "set", strings.Join(set, ", "))
	if left, unset := leftVariables(); len(left) > 0 {
		u.note(notice, "credentials", strings.Join(left, ", ")+"; end them with: "+unset)
	}
}

func count(n int, what string) string {
	one, ies := strings.CutSuffix(what, "y")
	switch {
	case n == 1:
	case ies:
		what = one + "ies"
	default:
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func (u *checkup) troubles() int {
	n := 0
	for _, s := range u.sections {
		for _, f := range s.findings {
			if f.mark == trouble {
				n++
			}
		}
	}
	return n
}

// render draws the report.
func (u *checkup) render(w io.Writer) {
	fmt.Fprintf(w, "credclean %s, %s/%s, %s\n", release(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, s := range u.sections {
		fmt.Fprintf(w, "\n%s\n", s.title)
		width := 0
		for _, f := range s.findings {
			width = max(width, utf8.RuneCountInString(f.label))
		}
		for _, f := range s.findings {
			fmt.Fprintf(w, "  %s %-*s  %s\n", f.mark, width, f.label, f.text)
			if f.fix != "" {
				fmt.Fprintf(w, "    fix: %s\n", f.fix)
			}
		}
	}
	switch n := u.troubles(); n {
	case 0:
		fmt.Fprintf(w, "\nNothing stands in the way of a logout.\n")
	default:
		fmt.Fprintf(w, "\n%s: see the lines with %s.\n", count(n, "problem"), trouble)
	}
}
