package cli

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/credclean/credclean/internal/show"
)

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
	partly   bool // a part of the configuration was not read
	nothing  bool // nothing is declared, and nothing was found
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
	for _, e := range show.Flatten(err) {
		fix := cmp.Or(hintOf(e), keyringHint(e, runtime.GOOS), otherwise)
		f := finding{trouble, label, u.text(e.Error()), fix}
		if !slices.Contains(last.findings, f) || u.hide {
			last.findings = append(last.findings, f)
		}
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
			width = max(width, show.Columns(f.label))
		}
		for _, f := range s.findings {
			fmt.Fprintf(w, "  %s %s  %s\n", f.mark, show.Pad(f.label, width), f.text)
			if f.fix != "" {
				fmt.Fprintf(w, "    fix: %s\n", f.fix)
			}
		}
	}
	switch n := u.troubles(); {
	case n == 0 && u.partly:
		fmt.Fprintf(w, "\nNothing stands in the way of a logout of what was read.\n")
	case n == 0 && u.nothing:
		fmt.Fprintf(w, "\nThere is nothing to log out of here.\n")
	case n == 0:
		fmt.Fprintf(w, "\nNothing stands in the way of a logout.\n")
	default:
		fmt.Fprintf(w, "\n%s: see the lines with %s.\n", count(n, "problem"), trouble)
	}
}

// document is the report as JSON.
func (u *checkup) document() document {
	d := &checkupDocument{
		SchemaVersion: 1, Command: "doctor", Version: release(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Sections: []sectionDocument{}, Problems: u.troubles(), Ending: show.NewEnding(),
	}
	for _, s := range u.sections {
		section := sectionDocument{Title: strings.ToLower(s.title), Findings: []findingDocument{}}
		for _, f := range s.findings {
			section.Findings = append(section.Findings, findingDocument{f.mark.word(), f.label, f.text, f.fix})
		}
		d.Sections = append(d.Sections, section)
	}
	return d
}

// A checkupDocument is the report as JSON; schema/doctor.schema.json says what is in it.
type checkupDocument struct {
	SchemaVersion int               `json:"schema_version"`
	Command       string            `json:"command"`
	Version       string            `json:"version"`
	OS            string            `json:"os"`
	Arch          string            `json:"arch"`
	Sections      []sectionDocument `json:"sections"`
	Problems      int               `json:"problems"`
	show.Ending
}

type sectionDocument struct {
	Title    string            `json:"title"`
	Findings []findingDocument `json:"findings"`
}

type findingDocument struct {
	State string `json:"state"`
	Label string `json:"label"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`
}

// Write writes the document as it is printed.
func (d *checkupDocument) Write(w io.Writer) error { return show.WriteJSON(w, d) }

// word is the mark in JSON.
func (m mark) word() string {
	switch m {
	case fine:
		return "ok"
	case notice:
		return "notice"
	case trouble:
		return "problem"
	default:
		return "info"
	}
}
