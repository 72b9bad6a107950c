package shell

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAskedByBash(t *testing.T) {
	const breaks = " \t\n\"'@><=;|&(:"
	type asked = struct {
		Words         []string
		Current, Kept string
		Open          string
	}
	for line, want := range map[string]asked{
		"":                         {},
		"credclean":                {Current: "credclean"},
		"credclean ":               {},
		"credclean log":            {Current: "log"},
		"credclean  logout\t\ta b": {Words: []string{"logout", "a"}, Current: "b"},
		`c logout a\ b`:            {Words: []string{"logout"}, Current: "a b"},
		`c aws:prod:x`:             {Current: "aws:prod:x", Kept: "aws:prod:"},
		`c aws\:prod`:              {Current: "aws:prod"},
		`c "aws:prod`:              {Current: "aws:prod", Open: `"`},
		`c aws:"prod x`:            {Current: "aws:prod x", Kept: "aws:", Open: `"`},
		`c aws:"prod x"y`:          {Current: "aws:prod xy", Kept: "aws:"},
		`c --identity=d`:           {Current: "--identity=d", Kept: "--identity="},
		`c 'it'\''s' x`:            {Words: []string{"it's"}, Current: "x"},
		`c "\$a\b\"" $'\x41\'\n`:   {Words: []string{`$a\b"`}, Current: "A'\n", Open: "$"},
		`c '' ""`:                  {Words: []string{""}},
		`c a\`:                     {Current: `a\`},
		`c $'\x`:                   {Current: "x", Open: "$"},
		`c $'\`:                    {Open: "$"},
		"c Ümläut:Ü":               {Current: "Ümläut:Ü", Kept: "Ümläut:"},
	} {
		q := askedByBash([]string{breaks, line}, "")
		got := asked{q.Words, q.Current, q.kept, strings.Trim(string(q.open), "\x00")}
		if len(got.Words) == 0 {
			got.Words = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", line, diff)
		}
	}
}
