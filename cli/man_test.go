//go:build linux

package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// typeset is a page as a reader sees it who has room for any line.
func typeset(t *testing.T, device, page string) string {
	t.Helper()
	groff := exec.Command("groff", "-man", "-T"+device, "-ww", "-rLL=3000n", "-P-cbou")
	groff.Stdin = strings.NewReader(page)
	var warnings bytes.Buffer
	groff.Stderr = &warnings
	text, err := groff.Output()
	if err != nil || warnings.Len() > 0 {
		t.Fatalf("groff: %v\n%s", err, &warnings)
	}
	return string(text)
}

// TestRoff: a text is shown as it is, whatever is in it and whatever it begins with.
func TestRoff(t *testing.T) {
	m := &page{}
	m.line(`.TH TEST 1 "" "" ""`)
	m.line(".nf")
	var want []string
	for r := '!'; r <= '~'; r++ {
		want = append(want, string(r)+"n"+string(r))
	}
	want = append(want, "naïve → Ümläut", "日本", ".TH", "'br", `\fB`, `\(aq`, "\\")
	for _, text := range want {
		m.text(roff(text))
	}
	// What is typed as a hyphen may be shown as a minus sign.
	shown := strings.ReplaceAll(typeset(t, "utf8", m.b.String()), "−", "-")
	var got []string
	for line := range strings.SplitSeq(shown, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			got = append(got, line)
		}
	}
	if diff := cmp.Diff(want, got[1:len(got)-1]); diff != "" { // between head and foot
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestManual looks for all that --help says on the page as a reader sees it.
func TestManual(t *testing.T) {
	p := newProgram()
	page := oneLine(typeset(t, "ascii", p.manual()))
	want := func(what string) {
		t.Helper()
		if what = oneLine(what); !strings.Contains(page, what) {
			t.Errorf("not on the page: %s", what)
		}
	}
	helps := p.help(nil)
	for _, c := range p.visible() {
		want(programName + " " + c.name + " " + c.argument)
		want(c.usage[1:]) // the page begins it with a capital
		want(c.about)
		want(c.examples)
		helps += p.help(c)
	}
	for _, flag := range regexp.MustCompile(`--?[a-z][a-z-]*`).FindAllString(helps, -1) {
		want(flag)
	}
	for _, text := range []string{programUsage, programAbout, programExamples, programURL} {
		want(text)
	}
	for code := range strings.SplitSeq(exitCodes, ";") {
		want(code)
	}
	for _, c := range append(p.visible(), &command{flags: p.flags}) {
		for _, f := range c.flags {
			_, _, about := describe(f)
			want(about)
		}
	}
	for _, v := range slices.Concat(variables(), placeholders()) {
		want(v.name + " " + v.about)
	}
}

// mandoc has nothing to say against the page, not even of its style.
func TestManualLint(t *testing.T) {
	lint := exec.Command("mandoc", "-T", "lint")
	lint.Stdin = strings.NewReader(newProgram().manual())
	if out, err := lint.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestVariables looks for variables in the source that variables does not list.
func TestVariables(t *testing.T) {
	listed := []string{
		"PATH", "CREDCLEAN_COMPLETE", // of the scripts for shells
		"ATMOS_", "XDG_", "ATMOS_XDG_", // what those that are listed begin with
	}
	for _, v := range variables() {
		listed = append(listed, strings.Split(v.name, ", ")...)
	}
	var files []string
	for _, pattern := range []string{"../*.go", "../*/*.go", "../*/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	seen := 0
	name := regexp.MustCompile(`"([A-Z][A-Z0-9]*_[A-Z0-9_]*|HOME|SHELL|TERM|TMPDIR|LOCALAPPDATA)"`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "test/") || file == "../cli/variables.go" {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range name.FindAllStringSubmatch(string(source), -1) {
			seen++
			if !slices.Contains(listed, m[1]) && !slices.Contains(credentialVariables(), m[1]) {
				t.Errorf("%s reads %s, which variables.go does not list", file, m[1])
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d names of variables were found in the source", seen)
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
