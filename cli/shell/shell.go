// Package shell knows how each shell asks for completions and how it is answered.
package shell

import (
	"embed"
	"slices"
	"strings"
)

// The scripts only pass the command line to the program and offer its answer, so
// that commands, flags and names are known in one place.
//
//go:embed completion
var scripts embed.FS

// PowerShellLine is the environment variable in which PowerShell's script passes the
// words of the command line, one per line.
const PowerShellLine = "CREDCLEAN_COMPLETE"

// A Shell is one that the program completes for.
type Shell struct {
	Name   string
	script string // below completion
	ask    func(args []string, line string) Question
	write  func(Answer, Question) string
}

// A Question is the command line as far as it is typed.
type Question struct {
	Words   []string // before the one at the cursor, without the command itself
	Current string   // the word at the cursor, without its quotes
	kept    string   // bash: the part of Current that is not replaced
	open    rune     // bash: the quote that the cursor is in
}

// An Answer is what fits at the cursor.
type Answer struct {
	What       string // words, files or dirs
	Candidates []Candidate
}

// A Candidate is one word, and what it means.
type Candidate struct{ Text, About string }

// All returns every shell that the program completes for.
func All() []Shell {
	return []Shell{
		{"bash", "credclean.bash", askedByBash, Answer.forBash},
		{"zsh", "credclean.zsh", askedInWords, Answer.forZsh},
		{"fish", "credclean.fish", askedInWords, Answer.forFish},
		{"powershell", "credclean.ps1", askedByPowerShell, Answer.forPowerShell},
	}
}

// Names are those of all shells.
func Names() []string {
	var names []string
	for _, sh := range All() {
		names = append(names, sh.Name)
	}
	return names
}

// Named returns the shell of that name.
func Named(name string) (Shell, bool) {
	all := All()
	i := slices.IndexFunc(all, func(sh Shell) bool { return sh.Name == name })
	if i < 0 {
		return Shell{}, false
	}
	return all[i], true
}

// Script is what the shell loads to complete.
func (s Shell) Script() ([]byte, error) { return scripts.ReadFile("completion/" + s.script) }

// Ask reads the command line from the arguments that the script gives, and from
// the value of [PowerShellLine].
func (s Shell) Ask(args []string, line string) Question { return s.ask(args, line) }

// Write writes the answer as the script reads it.
func (s Shell) Write(a Answer, q Question) string { return s.write(a, q) }

// Words is an answer of words that need no explanation.
func Words(words ...string) Answer {
	a := Answer{What: "words"}
	for _, w := range words {
		a.Candidates = append(a.Candidates, Candidate{Text: w})
	}
	return a
}

// askedInWords takes words from which the shell has removed the quotes.
func askedInWords(args []string, _ string) Question {
	if len(args) == 0 {
		return Question{}
	}
	return Question{Words: args[:len(args)-1], Current: args[len(args)-1]}
}

func askedByPowerShell(_ []string, line string) Question {
	return askedInWords(strings.Split(line, "\n"), "")
}
