package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/cli/shell"
)

// nearest is the word of known that is spelled most like word, or empty.
func nearest(word string, known []string) string {
	word = strings.ToLower(word)
	for _, k := range known {
		if len(word) > 1 && strings.HasPrefix(k, word) {
			return k
		}
	}
	return (&chain.UnknownError{Name: word, Known: known}).Nearest()
}

// unknownCommand is the error for words that do not begin with a command.
func (p *program) unknownCommand(words []string) error {
	word := words[0]
	what := fmt.Errorf("%q is not a command", word)
	if strings.EqualFold(word, "auth") && len(words) > 1 { // as in Atmos
		word = words[1]
	}
	// What other tools call it.
	meant := map[string]string{
		"list": "status", "ls": "status", "show": "status", "whoami": "status", "info": "status", "check": "status",
		"signout": "logout", "sign-out": "logout", "logoff": "logout", "clean": "logout", "clear": "logout", "remove": "logout", "rm": "logout",
		"diagnose": "doctor", "env": "unset", "completions": "completion", "auth": "logout",
	}[strings.ToLower(word)]
	var names []string
	for _, c := range p.visible() {
		names = append(names, c.name)
	}
	switch {
	case strings.EqualFold(word, "login"):
		return hinted{what, "credclean only logs out; to log in: atmos auth login"}
	case meant == "":
		meant = nearest(word, names)
	}
	if meant != "" {
		return hinted{what, "did you mean credclean " + meant + "?"}
	}
	return hinted{what, fmt.Sprintf("credclean logout %s logs out of an identity; the commands are %s", shell.Quote(word), strings.Join(names, ", "))}
}

// unknownFlag is the error of a flag that neither the command nor, if it is nil, any has.
func (p *program) unknownFlag(c *command, word string) error {
	flags := slices.Clone(p.flags)
	for _, each := range p.visible() {
		if c == nil || c == each {
			flags = append(flags, each.flags...)
		}
	}
	var names []string
	for _, f := range flags {
		names = append(names, longNames(f)...)
	}
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	where := "credclean --help lists the flags"
	if c != nil {
		where = c.help()
	}
	if near := nearest(name, names); near != "" {
		where = fmt.Sprintf("did you mean --%s? %s", near, where)
	}
	return hinted{fmt.Errorf("there is no flag %s", word), where}
}

// longNames are the names of a flag that have more than one letter.
func longNames(f cli.Flag) []string {
	return slices.DeleteFunc(slices.Clone(f.Names()), func(name string) bool { return len(name) == 1 })
}
