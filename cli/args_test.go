package cli

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"
)

func TestArrange(t *testing.T) {
	for _, tt := range []struct {
		args string
		want string
	}{
		{"", ""},
		{"logout", "logout"},
		{"logout dev-admin", "logout -- dev-admin"},

		// Flags of the command, wherever they stand.
		{"logout --dry-run dev-admin", "logout --dry-run -- dev-admin"},
		{"logout dev-admin --dry-run", "logout --dry-run -- dev-admin"},
		{"logout a --dry-run b -q c", "logout --dry-run --quiet -- a b c"},
		{"--dry-run logout dev-admin", "logout --dry-run -- dev-admin"},
		{"-n --provider okta logout", "logout --dry-run --provider=okta"},
		{"logout dev-admin -ny", "logout --dry-run --yes -- dev-admin"},
		{"-nqy logout dev-admin", "logout --dry-run --quiet --yes -- dev-admin"},
		{"logout dev-admin --dry-run=false", "logout --dry-run=false -- dev-admin"},
		{"logout dev-admin -dry-run", "logout --dry-run -- dev-admin"},
		{"logout dev-admin --force", "logout --yes -- dev-admin"},

		// Values.
		{"logout --provider okta --dry-run", "logout --provider=okta --dry-run"},
		{"logout --provider=okta dev", "logout --provider=okta -- dev"},
		{"logout -p okta -p aws-sso", "logout --provider=okta --provider=aws-sso"},
		{"logout -p=okta", "logout --provider=okta"},
		{"logout -p okta --provider aws-sso -yn --yes", "logout --provider=okta --provider=aws-sso --yes --dry-run --yes"},
		{"logout --provider=", "logout --provider="},
		{"logout --provider=a=b", "logout --provider=a=b"},
		{"logout dev --provider --dry-run", "logout --provider=--dry-run -- dev"},
		{"logout --provider -- --dry-run", "logout --provider=-- --dry-run"},
		{"logout --identity logout", "logout --identity=logout"},
		{"--identity logout logout dev", "logout --identity=logout -- dev"},

		// Global flags, wherever they stand.
		{"--no-color logout dev", "--no-color logout -- dev"},
		{"logout --no-color dev", "--no-color logout -- dev"},
		{"logout dev --config x.yaml -n", "--config=x.yaml logout --dry-run -- dev"},
		{"logout dev --config=x.yaml", "--config=x.yaml logout -- dev"},
		{"--profile logout logout dev", "--profile=logout logout -- dev"},
		{"logout dev --timeout 10s --profile a --profile b", "--timeout=10s --profile=a --profile=b logout -- dev"},

		// Names.
		{"logout logout", "logout -- logout"},
		{"logout -", "logout -- -"},
		{"logout -- --dry-run -n", "logout -- --dry-run -n"},
		{"logout a -- -n --", "logout -- a -n --"},
		{"logout -n -- a", "logout --dry-run -- a"},
		{"logout --", "logout"},
		{"logout a=b", "logout -- a=b"},

		// What every program knows.
		{"--help", "--help"},
		{"-h", "--help"},
		{"--version", "--version"},
		{"logout --help", "logout --help"},
		{"logout dev -h", "logout --help -- dev"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			args := strings.Fields(tt.args)
			before := slices.Clone(args)
			got, err := arrange((&process{}).app(), args)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, args); diff != "" {
				t.Errorf("the arguments have changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestArrangeErrors(t *testing.T) {
	for _, tt := range []struct {
		args string
		says string
		hint string
	}{
		{"log-out dev", `"log-out" is not a command`, "did you mean credclean logout log-out?"},
		{"dev-admin", `"dev-admin" is not a command`, "did you mean credclean logout dev-admin?"},
		{"dev-admin --dry-run", `"dev-admin" is not a command`, "did you mean credclean logout dev-admin?"},
		{"logout --dryrun dev", "there is no flag --dryrun", "credclean logout --help"},
		{"logout dev --dryrun", "there is no flag --dryrun", "credclean logout --help"},
		{"--dryrun logout dev", "there is no flag --dryrun", "credclean --help"},
		{"--dry-run", "there is no flag --dry-run", "credclean --help"},
		{"logout dev -z", "there is no flag -z", "credclean logout --help"},
		{"logout dev -nz", "there is no flag -nz", "credclean logout --help"},
		{"logout -np okta", "there is no flag -np", "credclean logout --help"},
		{"logout dev --dry-run-now", "there is no flag --dry-run-now", "credclean logout --help"},
		{"logout --=x", "there is no flag --=x", "credclean logout --help"},
		{"logout --provider", "--provider needs a value", "--provider=VALUE"},
		{"logout dev -p", "-p needs a value", "-p=VALUE"},
		{"logout dev --config", "--config needs a value", "--config=VALUE"},
		{"--timeout", "--timeout needs a value", "--timeout=VALUE"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			line, err := arrange((&process{}).app(), strings.Fields(tt.args))
			var usage usageError
			if !errors.As(err, &usage) {
				t.Fatalf("%v, error %v", line, err)
			}
			if err.Error() != tt.says || !strings.Contains(hint(err), tt.hint) {
				t.Errorf("error %q, hint %q, want %q, %q", err, hint(err), tt.says, tt.hint)
			}
			if code := (&process{}).exitCode(err); code != exitUsage {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// An understanding is what urfave/cli makes of a command line.
type understanding struct {
	Names, Providers              []string // identities by -i first
	All, Keep, DryRun, Yes, Quiet bool
	Config                        []string
	Timeout                       time.Duration
	NoColor                       bool
}

// understand has urfave/cli read a command line that was arranged.
func understand(args []string) (understanding, error) {
	app := (&process{}).app()
	app.Writer, app.ErrWriter = io.Discard, io.Discard
	line, err := arrange(app, args)
	if err != nil {
		return understanding{}, err
	}
	var u understanding
	app.Command("logout").Action = func(c *cli.Context) error {
		u = understanding{
			Names:     append(c.StringSlice("identity"), c.Args().Slice()...),
			Providers: c.StringSlice("provider"),
			All:       c.Bool("all"), Keep: c.Bool("keep-provider"), DryRun: c.Bool("dry-run"), Yes: c.Bool("yes"), Quiet: c.Bool("quiet"),
			Config: c.StringSlice("config"), Timeout: c.Duration("timeout"), NoColor: c.Bool("no-color"),
		}
		return nil
	}
	return u, app.Run(append([]string{app.Name}, line...))
}

func TestUnderstanding(t *testing.T) {
	for _, tt := range []struct {
		args string
		want understanding
	}{
		{"logout dev-admin", understanding{Names: []string{"dev-admin"}}},
		{"logout dev-admin --dry-run", understanding{Names: []string{"dev-admin"}, DryRun: true}},
		{"logout a -n b", understanding{Names: []string{"a", "b"}, DryRun: true}},
		{"--dry-run logout dev-admin", understanding{Names: []string{"dev-admin"}, DryRun: true}},
		{"logout dev-admin -nyq", understanding{Names: []string{"dev-admin"}, DryRun: true, Yes: true, Quiet: true}},
		{"logout dev-admin -dry-run", understanding{Names: []string{"dev-admin"}, DryRun: true}},
		{"logout dev-admin --dry-run=false", understanding{Names: []string{"dev-admin"}}},
		{"logout dev-admin --dry-run=true", understanding{Names: []string{"dev-admin"}, DryRun: true}},
		{"logout dev-admin --force", understanding{Names: []string{"dev-admin"}, Yes: true}},
		{"logout b -i a", understanding{Names: []string{"a", "b"}}},
		{"logout --provider okta --provider aws-sso --quiet", understanding{Providers: []string{"okta", "aws-sso"}, Quiet: true}},
		{"logout --all --config x.yaml --timeout=10s --no-color", understanding{All: true, Config: []string{"x.yaml"}, Timeout: 10 * time.Second, NoColor: true}},
		{"--timeout 1s logout a --keep-provider", understanding{Names: []string{"a"}, Keep: true, Timeout: time.Second}},
		{"logout -- --dry-run", understanding{Names: []string{"--dry-run"}}},
		{"logout -n -- -q --", understanding{Names: []string{"-q", "--"}, DryRun: true}},
		{"logout --provider --dry-run", understanding{Providers: []string{"--dry-run"}}},
		{"logout logout -n", understanding{Names: []string{"logout"}, DryRun: true}},
	} {
		t.Run(tt.args, func(t *testing.T) {
			got, err := understand(strings.Fields(tt.args))
			if err != nil {
				t.Fatal(err)
			}
			if tt.want.Timeout == 0 {
				tt.want.Timeout = 5 * time.Second
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	for _, args := range []string{"logout dev --dry-run=perhaps", "logout dev --timeout soon", "logout dev ---dry-run"} {
		t.Run(args, func(t *testing.T) {
			got, err := understand(strings.Fields(args))
			var usage usageError
			if !errors.As(err, &usage) || hint(err) == "" {
				t.Errorf("error %v, hint %q", err, hint(err))
			}
			if diff := cmp.Diff(understanding{}, got); diff != "" {
				t.Errorf("it is carried out:\n%s", diff)
			}
		})
	}
}

// Wherever a flag is put among the names, it means the same.
func TestEveryOrder(t *testing.T) {
	want := understanding{Names: []string{"a", "b"}, DryRun: true, Yes: true, Config: []string{"x"}, Timeout: 5 * time.Second}
	groups := [][]string{{"a"}, {"b"}, {"--dry-run"}, {"-y"}, {"--config", "x"}}
	orders := 0
	permute(len(groups), func(order []int) {
		if slices.Index(order, 0) > slices.Index(order, 1) {
			return // a stands before b
		}
		orders++
		for command := range len(groups) {
			var args []string
			for i, g := range order {
				if i == command {
					args = append(args, "logout")
				}
				if g < 2 && i < command {
					args = nil
					break // a name before the command would be the command
				}
				args = append(args, groups[g]...)
			}
			if args == nil {
				continue
			}
			got, err := understand(args)
			if err != nil {
				t.Errorf("%v: %v", args, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%v (-want +got):\n%s", args, diff)
			}
		}
	})
	if orders != 60 {
		t.Errorf("%d orders were tried", orders)
	}
}

// permute calls f with every order of n things.
func permute(n int, f func([]int)) {
	var order []int
	var next func()
	next = func() {
		if len(order) == n {
			f(order)
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				order = append(order, i)
				next()
				order = order[:len(order)-1]
			}
		}
	}
	next()
}

// A dry run is one wherever it is asked for: no line of arguments in which
// --dry-run is a flag may be understood otherwise.
func FuzzDryRun(f *testing.F) {
	f.Add("logout\ndev-admin", uint(2))
	f.Add("logout\n-q\na\nb\n-y", uint(3))
	f.Add("--no-color\nlogout\n--config\nx\na", uint(5))
	f.Add("logout\n--\na", uint(1))
	f.Fuzz(func(t *testing.T, text string, position uint) {
		args := strings.Split(text, "\n")
		if len(args) > 30 || strings.Contains(text, "dry-run") || bytes.ContainsRune([]byte(text), 0) {
			return
		}
		without, err := understand(args)
		if err != nil || cmp.Equal(without, understanding{}) || without.DryRun {
			return
		}
		i := int(position % uint(len(args)+1)) //nolint:gosec // far smaller
		if slices.Contains(args[:i], "--") || i > 0 && strings.HasPrefix(args[i-1], "-") {
			return // it would be a name or a value
		}
		with, err := understand(slices.Insert(slices.Clone(args), i, "--dry-run"))
		if err != nil {
			t.Fatalf("%q with --dry-run at %d: %v", args, i, err)
		}
		without.DryRun = true
		if diff := cmp.Diff(without, with); diff != "" {
			t.Fatalf("%q with --dry-run at %d (-want +got):\n%s", args, i, diff)
		}
	})
}
