package cli

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store/keyring"
)

// spelled is a line that was read, flags by their first name.
func (l line) spelled() string {
	var words []string
	if l.command != nil {
		words = append(words, l.command.name)
	}
	for _, g := range l.flags {
		word := "--" + g.flag.Names()[0]
		if takesValue(g.flag) || g.hasValue {
			word += "=" + g.value
		}
		words = append(words, word)
	}
	return strings.Join(slices.Concat(words, []string{":"}, l.words), " ")
}

func TestRead(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"", ":"},
		{"logout", "logout :"},
		{"logout dev-admin", "logout : dev-admin"},

		// Flags of the command, wherever they stand.
		{"logout --dry-run dev-admin", "logout --dry-run : dev-admin"},
		{"logout dev-admin --dry-run", "logout --dry-run : dev-admin"},
		{"logout a --dry-run b -q c", "logout --dry-run --quiet : a b c"},
		{"--dry-run logout dev-admin", "logout --dry-run : dev-admin"},
		{"-n --provider okta logout", "logout --dry-run --provider=okta :"},
		{"-n --profile status logout dev", "logout --dry-run --profile=status : dev"},
		{"--exit-code status dev", "status --exit-code : dev"},
		{"logout dev-admin -ny", "logout --dry-run --yes : dev-admin"},
		{"-nqy logout dev-admin", "logout --dry-run --quiet --yes : dev-admin"},
		{"logout dev-admin --dry-run=false", "logout --dry-run=false : dev-admin"},
		{"logout dev-admin -dry-run", "logout --dry-run : dev-admin"},
		{"logout dev-admin --force", "logout --yes : dev-admin"},
		{"logout -n=false dev", "logout --dry-run=false : dev"},

		// Values.
		{"logout --provider okta --dry-run", "logout --provider=okta --dry-run :"},
		{"logout --provider=okta dev", "logout --provider=okta : dev"},
		{"logout -p okta -p aws-sso", "logout --provider=okta --provider=aws-sso :"},
		{"logout -p=okta", "logout --provider=okta :"},
		{"logout -pdemo-sso -n", "logout --provider=demo-sso --dry-run :"},
		{"logout -npokta dev", "logout --dry-run --provider=okta : dev"},
		{"logout -np=okta", "logout --dry-run --provider=okta :"},
		{"logout -np okta", "logout --dry-run --provider=okta :"},
		{"logout -pÜ -n", "logout --provider=Ü --dry-run :"},
		{"logout -p okta --provider aws-sso -yn --yes", "logout --provider=okta --provider=aws-sso --yes --dry-run --yes :"},
		{"logout --provider=", "logout --provider= :"},
		{"logout --provider=a=b", "logout --provider=a=b :"},
		{"logout dev --provider --dry-run", "logout --provider=--dry-run : dev"},
		{"logout --provider -- --dry-run", "logout --provider=-- --dry-run :"},
		{"logout --identity logout", "logout --identity=logout :"},
		{"--identity logout logout dev", "logout --identity=logout : dev"},
		{"-C .. status", "status --chdir=.. :"},

		// Global flags, wherever they stand.
		{"--no-color logout dev", "logout --no-color : dev"},
		{"logout --no-color dev", "logout --no-color : dev"},
		{"logout dev --config x.yaml -n", "logout --config=x.yaml --dry-run : dev"},
		{"--profile logout logout dev", "logout --profile=logout : dev"},
		{"logout dev --timeout 10s --profile a --profile b", "logout --timeout=10s --profile=a --profile=b : dev"},

		// Names.
		{"logout logout", "logout : logout"},
		{"logout -", "logout : -"},
		{"logout -- --dry-run -n", "logout : --dry-run -n"},
		{"logout a -- -n --", "logout : a -n --"},
		{"logout -n -- a", "logout --dry-run : a"},
		{"logout --", "logout :"},
		{"logout a=b", "logout : a=b"},
		{"dev-admin logout", ": dev-admin logout"},

		// What every program knows.
		{"--help", "--help :"},
		{"-h", "--help :"},
		{"--version", "--version :"},
		{"logout --help", "logout --help :"},
		{"logout dev -h", "logout --help : dev"},
		{"logout -nh", "logout --dry-run --help :"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			args := strings.Fields(tt.args)
			before := slices.Clone(args)
			l := newProgram().read(args)
			if diff := cmp.Diff(tt.want, l.spelled()); diff != "" || l.err != nil {
				t.Errorf("error %v (-want +got):\n%s", l.err, diff)
			}
			if diff := cmp.Diff(before, args); diff != "" {
				t.Errorf("the arguments have changed (-before +after):\n%s", diff)
			}
		})
	}
}

// A mistake is an error with what to type instead, and nothing is carried out.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ args, says, hint string }{
		{"logut", `"logut" is not a command`, "did you mean credclean logout?"},
		{"LOGOUT", `"LOGOUT" is not a command`, "did you mean credclean logout?"},
		{"log-out dev", `"log-out" is not a command`, "did you mean credclean logout?"},
		{"stat", `"stat" is not a command`, "did you mean credclean status?"},
		{"list", `"list" is not a command`, "did you mean credclean status?"},
		{"ls --json", `"ls" is not a command`, "did you mean credclean status?"},
		{"whoami", `"whoami" is not a command`, "did you mean credclean status?"},
		{"auth logout dev", `"auth" is not a command`, "did you mean credclean logout?"},
		{"auth status", `"auth" is not a command`, "did you mean credclean status?"},
		{"login", `"login" is not a command`, "to log in: atmos auth login"},
		{"dev-admin", `"dev-admin" is not a command`, "credclean logout dev-admin logs out"},
		{"dev-admin --dry-run", `"dev-admin" is not a command`, "credclean logout dev-admin logs out"},
		{"help logut", `"logut" is not a command`, "did you mean credclean logout?"},
		{"logut --help", `"logut" is not a command`, "did you mean credclean logout?"},
		{"__complet", `"__complet" is not a command`, "the commands are logout, status"},

		{"logout --dryrun dev", "there is no flag --dryrun", "did you mean --dry-run? credclean logout --help"},
		{"logout dev --al", "there is no flag --al", "did you mean --all?"},
		{"logout dev --no-colour", "there is no flag --no-colour", "did you mean --no-color?"},
		{"--no-colour", "there is no flag --no-colour", "did you mean --no-color? credclean --help"},
		{"logout --keep", "there is no flag --keep", "did you mean --keep-provider?"},
		{"--dryrun logout dev", "there is no flag --dryrun", "did you mean --dry-run?"},
		{"status --dry-run", "there is no flag --dry-run", "credclean status --help"},
		{"--dry-run status", "there is no flag --dry-run", "credclean status --help"},
		{"-n status", "there is no flag -n", "credclean status --help"},
		{"--dry-run", "no command is given", "credclean --help"},
		{"logout dev -z", "there is no flag -z", "credclean logout --help"},
		{"logout dev -nz", "there is no flag -nz", "credclean logout --help"},
		{"logout dev -nq=x", "there is no flag -nq=x", "credclean logout --help"},
		{"logout dev ---dry-run", "there is no flag ---dry-run", "credclean logout --help"},
		{"logout dev --dry-run-now", "there is no flag --dry-run-now", "did you mean --dry-run?"},
		{"logout --=x", "there is no flag --=x", "credclean logout --help"},
		{"logout --provider", "--provider needs a value", "--provider=VALUE"},
		{"logout dev -p", "-p needs a value", "-p=VALUE"},
		{"logout dev -np", "-p needs a value", "-p=VALUE"},
		{"logout dev --config", "--config needs a value", "--config=VALUE"},
		{"--timeout", "--timeout needs a value", "--timeout=VALUE"},

		{"logout dev --dry-run=perhaps", `--dry-run is a switch: "perhaps" is neither true nor false`, "leave the value out"},
		{"logout dev --timeout 5", `--timeout: "5" has no unit`, "for example --timeout 5s"},
		{"logout dev --timeout soon", `--timeout: "soon" is not a duration`, "for example --timeout 5s"},
		{"logout dev --timeout 0s", "--timeout: must be greater than 0", "for example --timeout 5s"},
		{"logout dev --revoke-timeout=-1s", "--revoke-timeout: must be greater than 0", "for example --revoke-timeout 5s"},
		{"doctor dev", `doctor takes no argument: "dev"`, "credclean doctor --help"},
		{"version 2", `version takes no argument: "2"`, "credclean version --help"},
		{"completion", "completion needs the name of a shell", "bash, zsh, fish, powershell"},
		{"completion nu", `unsupported shell: "nu"`, "bash, zsh, fish, powershell"},
		{"completion bash zsh", "completion takes one shell", "credclean completion bash"},
		{"unset nu", `unsupported shell: "nu"`, "bash, zsh, sh, fish"},
		{"unset bash zsh", "unset takes one shell", "credclean unset bash"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			s := testSession(t)
			p := newProgram()
			_, err := p.start(t.Context(), s, p.read(strings.Fields(tt.args)))
			if err == nil || err.Error() != tt.says || !strings.Contains(hintOf(err), tt.hint) {
				t.Errorf("error %v, hint %q, want %q, %q", err, hintOf(err), tt.says, tt.hint)
			}
			if code := s.exitCode(err); code != exitUsage {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// Help is help wherever it is asked for, whatever else is wrong with the line.
func TestHelpAnywhere(t *testing.T) {
	p := newProgram()
	logout, status, completion := p.help(p.command("logout")), p.help(p.command("status")), p.help(p.command("completion"))
	for args, want := range map[string]string{
		"":                             p.shortHelp(),
		"--no-color":                   p.shortHelp(),
		"--help":                       p.help(nil),
		"help":                         p.help(nil),
		"-h --json":                    p.help(nil),
		"help logout":                  logout,
		"logout --help":                logout,
		"--help logout":                logout,
		"logout dev-admin --help":      logout,
		"logout dev-admin -h --json":   logout,
		"logout --dryrun --help":       logout,
		"logout --provider --help":     logout,
		"logout --timeout soon -h":     logout,
		"status x --help":              status,
		"completion bash -h":           completion,
		"completion bash zsh fish -h":  completion,
		"version":                      version(),
		"--version":                    version(),
		"-v":                           version(),
		"logout dev --version":         version(),
		"--version --dry-run --nosuch": version(),
	} {
		s := testSession(t)
		p := newProgram()
		_, err := p.start(t.Context(), s, p.read(strings.Fields(args)))
		got, readErr := os.ReadFile(s.out.Name())
		if diff := cmp.Diff(want, string(got)); diff != "" || err != nil || readErr != nil || s.json {
			t.Errorf("%s: %v, %v\n%s", args, err, readErr, diff)
		}
	}
}

// Nothing of any help is wider than a terminal.
func TestHelpFits(t *testing.T) {
	p := newProgram()
	texts := []string{p.help(nil), p.shortHelp()}
	for _, c := range p.visible() {
		texts = append(texts, p.help(c))
	}
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		if !strings.HasSuffix(text, "\n"+programURL+"\n") {
			t.Errorf("the address of the documentation is not the last line of\n%s", text)
		}
	}
}

// One name is one kind of flag, whatever command it belongs to: a flag may stand before its command.
func TestFlagsAgree(t *testing.T) {
	p := newProgram()
	takes := make(map[string]bool)
	for _, c := range p.commands {
		for _, f := range slices.Concat(p.flags, c.flags) {
			for _, name := range f.Names() {
				if was, ok := takes[name]; ok && was != takesValue(f) {
					t.Errorf("%s of %s", name, c.name)
				}
				takes[name] = takesValue(f)
			}
		}
	}
}

// testSession is one whose output is in files.
func testSession(t *testing.T) *session {
	t.Helper()
	file := func() *os.File {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	in := file()
	return &session{
		console: console{in: in, out: file(), errOut: file()}, global: &Global{}, signals: &signals{},
		log: slog.New(slog.DiscardHandler), logFile: io.NopCloser(nil),
	}
}

// An understanding is what a logout is told.
type understanding struct {
	LogoutOptions
	Global
}

// understand reads a command line, and sets the options.
func understand(args []string) (understanding, error) {
	p := newProgram()
	l := p.read(args)
	if l.err != nil || l.command == nil || l.command.name != "logout" || l.asks("help") || l.asks("version") {
		return understanding{}, l.err
	}
	if err := l.apply(p); err != nil {
		return understanding{}, err
	}
	p.logout.RevokeTimeout = 0 // the default
	if p.global.Timeout == keyring.DefaultTimeout {
		p.global.Timeout = 0
	}
	return understanding{p.logout, p.global}, nil
}

func TestUnderstanding(t *testing.T) {
	for _, tt := range []struct {
		args string
		want understanding
	}{
		{"logout dev-admin", understanding{LogoutOptions: LogoutOptions{Identities: []string{"dev-admin"}}}},
		{"logout dev-admin --dry-run", understanding{LogoutOptions: LogoutOptions{Identities: []string{"dev-admin"}, DryRun: true}}},
		{"logout a -n b", understanding{LogoutOptions: LogoutOptions{Identities: []string{"a", "b"}, DryRun: true}}},
		{"--dry-run logout dev-admin", understanding{LogoutOptions: LogoutOptions{Identities: []string{"dev-admin"}, DryRun: true}}},
		{"logout dev-admin -nyq", understanding{LogoutOptions: LogoutOptions{Identities: []string{"dev-admin"}, DryRun: true, Yes: true, Quiet: true}}},
		{"logout dev-admin -dry-run", understanding{LogoutOptions: LogoutOptions{Identities: []string{"dev-admin"}, DryRun: true}}},
		{"logout dev-admin --dry-run=false", understanding{LogoutOptions: LogoutOptions{Identities: []string{"dev-admin"}}}},
		{"logout dev-admin --dry-run=true", understanding{LogoutOptions: LogoutOptions{Identities: []string{"dev-admin"}, DryRun: true}}},
		{"logout dev-admin --force", understanding{LogoutOptions: LogoutOptions{Identities: []string{"dev-admin"}, Yes: true}}},
		{"logout b -i a", understanding{LogoutOptions: LogoutOptions{Identities: []string{"a", "b"}}}},
		{"logout --provider okta --provider aws-sso --quiet", understanding{LogoutOptions: LogoutOptions{Providers: []string{"okta", "aws-sso"}, Quiet: true}}},
		{"logout --all --config x.yaml --timeout=10s --no-color", understanding{LogoutOptions: LogoutOptions{All: true}, Global: Global{Config: []string{"x.yaml"}, Timeout: 10 * time.Second, NoColor: true}}},
		{"--timeout 1s logout a --keep-provider", understanding{LogoutOptions: LogoutOptions{Identities: []string{"a"}, KeepProvider: true}, Global: Global{Timeout: time.Second}}},
		{"logout -- --dry-run", understanding{LogoutOptions: LogoutOptions{Identities: []string{"--dry-run"}}}},
		{"logout -n -- -q --", understanding{LogoutOptions: LogoutOptions{Identities: []string{"-q", "--"}, DryRun: true}}},
		{"logout --provider --dry-run", understanding{LogoutOptions: LogoutOptions{Providers: []string{"--dry-run"}}}},
		{"logout logout -n", understanding{LogoutOptions: LogoutOptions{Identities: []string{"logout"}, DryRun: true}}},
	} {
		t.Run(tt.args, func(t *testing.T) {
			got, err := understand(strings.Fields(tt.args))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	for _, args := range []string{"logout dev --dry-run=perhaps", "logout dev --timeout soon", "logout dev ---dry-run"} {
		t.Run(args, func(t *testing.T) {
			got, err := understand(strings.Fields(args))
			if hintOf(err) == "" {
				t.Errorf("error %v without a hint", err)
			}
			if diff := cmp.Diff(understanding{}, got); diff != "" {
				t.Errorf("it is carried out:\n%s", diff)
			}
		})
	}
}

// Wherever a flag is put among the names, it means the same.
func TestEveryOrder(t *testing.T) {
	want := understanding{LogoutOptions: LogoutOptions{Identities: []string{"a", "b"}, DryRun: true, Yes: true}, Global: Global{Config: []string{"x"}}}
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
