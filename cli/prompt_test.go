//go:build linux

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/scripttest"
	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/logout"
)

// patience is for busy machines; nothing here should take long.
const patience = 10 * time.Second

// A screen is a real terminal of a size, and who sits at it.
type screen struct {
	*testing.T
	console
	master     *os.File
	rows, cols int
	before     unix.Termios

	mu   sync.Mutex
	text []byte
}

func newScreen(t *testing.T, rows, cols int) *screen {
	t.Helper()
	t.Setenv("TERM", "xterm")
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{T: t, console: console{in: tty, out: tty, errOut: tty}, master: master}
	s.resize(rows, cols)
	s.before = s.mode()
	go func() { _, _ = io.Copy(s, master) }() // until the terminal is closed
	t.Cleanup(func() {
		_ = tty.Close()
		_ = master.Close()
	})
	return s
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	return len(p), nil
}

func (s *screen) written() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.text)
}

func (s *screen) resize(rows, cols int) {
	s.Helper()
	s.rows, s.cols = rows, cols
	if err := pty.Setsize(s.in, &pty.Winsize{Rows: uint16(rows), Cols: uint16(cols)}); err != nil { //nolint:gosec // small
		s.Fatal(err)
	}
}

// mode is how the terminal treats keys.
func (s *screen) mode() unix.Termios {
	s.Helper()
	mode, err := unix.IoctlGetTermios(int(s.in.Fd()), unix.TCGETS)
	if err != nil {
		s.Fatal(err)
	}
	return *mode
}

// shows is what stands on the terminal.
func (s *screen) shows() string { return scripttest.Screen(s.written(), s.rows, s.cols) }

// see waits until all texts stand on the terminal.
func (s *screen) see(texts ...string) {
	s.Helper()
	for _, text := range texts {
		s.wait(text, func() bool { return strings.Contains(s.shows(), text) })
	}
}

func (s *screen) wait(what string, ok func() bool) {
	s.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			s.Fatalf("waited in vain for %q:\n%s", what, s.shows())
		}
	}
}

func (s *screen) press(keys string) {
	s.Helper()
	if _, err := io.WriteString(s.master, keys); err != nil {
		s.Fatal(err)
	}
}

// An answer is what a question came to.
type answer[T any] struct {
	value T
	err   error
}

// asking asks something while the test sits at the terminal.
func asking[T any](ctx context.Context, ask func(context.Context) (T, error)) <-chan answer[T] {
	done := make(chan answer[T], 1)
	go func() {
		value, err := ask(ctx)
		done <- answer[T]{value, err}
	}()
	return done
}

// end waits for the answer, and looks whether the terminal is as it was before.
func end[T any](s *screen, answered <-chan answer[T]) (T, error) {
	s.Helper()
	select {
	case a := <-answered:
		if s.mode() != s.before {
			s.Error("the terminal is not as it was")
		}
		return a.value, a.err
	case <-time.After(patience):
		s.Fatalf("no answer:\n%s", s.shows())
		panic("")
	}
}

// crowd are 200 identities of 5 providers, of which two are signed in.
func crowd() ([]Choice, []logout.Target) {
	var auth config.Auth
	for i := range 5 {
		auth.Providers = append(auth.Providers, config.Provider{Name: fmt.Sprintf("sso-%d", i)})
	}
	for i := range 200 {
		auth.Identities = append(auth.Identities, config.Identity{
			Name: fmt.Sprintf("a-team-with-a-long-name-%03d", i), Default: i == 100, Via: config.Via{Provider: fmt.Sprintf("sso-%d", i%5)},
		})
	}
	marks := map[string]string{"a-team-with-a-long-name-150": "7 h 32 min left", "sso-3": "renews itself"}
	return choices(chain.New(auth), marks, func(name string) string { return name })
}

func TestChoose(t *testing.T) {
	const (
		up, down, escape = "\x1b[A", "\x1b[B", "\x1b"
		home, endKey     = "\x1b[H", "\x1b[F"
		tmuxEnd          = "\x1b[4~"
		ctrlC, ctrlD     = "\x03", "\x04"
		ctrlU, ctrlW     = "\x15", "\x17"
		backspace, enter = "\x7f", "\r"
	)
	type step struct {
		keys string
		see  []string
	}
	for name, tt := range map[string]struct {
		steps []step
		want  string // the line; empty for a cancel
	}{
		"Enter takes the first line, which is signed in": {
			[]step{{enter, nil}}, "Identity: a-team-with-a-long-name-150",
		},
		"the default one comes next": {[]step{{down, []string{"> Identity: a-team-with-a-long-name-100"}}, {enter, nil}}, "Identity: a-team-with-a-long-name-100"},
		"End":                        {[]step{{endKey, []string{"> All identities (complete logout)"}}, {enter, nil}}, "All identities (complete logout)"},
		"End in tmux":                {[]step{{tmuxEnd, []string{"> All identities"}}, {enter, nil}}, "All identities (complete logout)"},
		"up goes round":              {[]step{{up, []string{"> All identities"}}, {down, []string{"> Identity: a-team-"}}, {enter, nil}}, "Identity: a-team-with-a-long-name-150"},
		"Home":                       {[]step{{endKey, []string{"> All"}}, {home, []string{"> Identity: a-team-"}}, {enter, nil}}, "Identity: a-team-with-a-long-name-150"},
		"a provider by typing":       {[]step{{"prov", []string{"from: prov", "5 of 206 match", "> Provider: sso-0"}}, {enter, nil}}, "Provider: sso-0 (removes all identities)"},
		"two words, any case":        {[]step{{"TEAM 19", []string{"12 of 206 match"}}, {"9", []string{"1 of 206 match"}}, {enter, nil}}, "Identity: a-team-with-a-long-name-199"},
		"by what is left":            {[]step{{"min left", []string{"1 of 206 match", "> Identity: a-team-"}}, {enter, nil}}, "Identity: a-team-with-a-long-name-150"},
		"nothing matches": {
			[]step{{"zzz", []string{"from: zzz", "Nothing matches"}}, {enter, []string{"Nothing matches"}}, {down + up + endKey, []string{"Nothing matches"}}, {ctrlU, []string{"206 lines"}}, {endKey, []string{"> All"}}, {enter, nil}},
			"All identities (complete logout)",
		},
		"backspace":        {[]step{{"provx", []string{"Nothing matches"}}, {backspace, []string{"5 of 206 match"}}, {backspace + backspace + backspace + backspace + backspace, []string{"206 lines", "> Provider: sso-0"}}, {enter, nil}}, "Provider: sso-0 (removes all identities)"},
		"a word less":      {[]step{{"sso zz", []string{"Nothing matches"}}, {ctrlW, []string{"5 of 206 match"}}, {enter, nil}}, "Provider: sso-0 (removes all identities)"},
		"Escape clears":    {[]step{{"zzz", []string{"Nothing matches"}}, {escape, []string{"206 lines"}}, {enter, nil}}, "Identity: a-team-with-a-long-name-150"},
		"Ctrl-C":           {[]step{{down, []string{"> Identity: a-team-with-a-long-name-100"}}, {ctrlC, nil}}, ""},
		"Ctrl-D":           {[]step{{ctrlD, nil}}, ""},
		"Ctrl-D in a word": {[]step{{"team", []string{"from: team"}}, {ctrlD, nil}}, ""},
	} {
		for _, size := range [][2]int{{24, 80}, {12, 40}} {
			t.Run(fmt.Sprintf("%s %d", name, size), func(t *testing.T) {
				s := newScreen(t, size[0], size[1])
				lines, _ := crowd()
				answered := asking(t.Context(), func(ctx context.Context) (int, error) {
					return s.choose(ctx, "Choose what to logout from:", lines, 0)
				})
				s.see("Choose what to logout from:", "206 lines", "> Identity: a-team-", "  (7 h 32 min")
				for _, step := range tt.steps {
					s.press(step.keys)
					s.see(append(step.see, "Choose what to logout from:")...)
				}
				i, err := end(s, answered)
				if tt.want == "" {
					if !errors.Is(err, errCancelled) {
						t.Errorf("error %v", err)
					}
				} else if err != nil || lines[i].Label != tt.want {
					t.Errorf("%q, %v", lines[i].Label, err)
				} else {
					s.see("Choose what to logout from:")
				}
				s.wait("the list is gone", func() bool { return strings.Count(s.shows(), "\n") <= 3 })
				s.wait("the cursor is back", func() bool {
					shown := s.written()
					return bytes.LastIndex(shown, []byte("\x1b[?25h")) > bytes.LastIndex(shown, []byte("\x1b[?25l"))
				})
			})
		}
	}
}

// What is left of sessions stands beside the lines, and a terminal may change its size.
func TestChooseResized(t *testing.T) {
	s := newScreen(t, 24, 80)
	lines, _ := crowd()
	answered := asking(t.Context(), func(ctx context.Context) (int, error) { return s.choose(ctx, "Choose:", lines, 3) })
	s.see("Identity: a-team-with-a-long-name-150  (7 h 32 min left)", "> Identity: a-team-with-a-long-name-001")
	s.resize(6, 30)
	s.press("\x1b[B")
	s.see("> Identity: a-team-with-a-lo…")
	s.press("sso-3")
	s.see("Choose: sso-3", "1 of 206 match", "> Provider: sso-…  (renews i…")
	s.press("\r")
	if i, err := end(s, answered); err != nil || lines[i].Label != "Provider: sso-3 (removes all identities)" {
		t.Errorf("%d, %v", i, err)
	}
}

// Where nothing can be drawn, lines have numbers.
func TestChooseByNumber(t *testing.T) {
	for typed, want := range map[string]int{"3\r": 2, "206\r": 205, "\r": 7, " 1 \r": 0, "0\r207\rx\r5\r": 4, "\x04": -1, "2\x04\x04": -1} {
		t.Run(typed, func(t *testing.T) {
			s := newScreen(t, 12, 40)
			t.Setenv("TERM", "dumb")
			lines, _ := crowd()
			answered := asking(t.Context(), func(ctx context.Context) (int, error) { return s.choose(ctx, "Choose:", lines, 7) })
			s.see("All identities (complete logout)", "Number [8]:")
			s.press(typed)
			i, err := end(s, answered)
			if want < 0 && !errors.Is(err, errCancelled) || want >= 0 && (err != nil || i != want) {
				t.Errorf("%d, %v", i, err)
			}
			if text := string(s.written()); strings.Contains(text, "\x1b") {
				t.Errorf("codes for a terminal: %q", text)
			}
			if strings.HasPrefix(typed, "0") {
				s.see("Type a number from 1 to 206")
			}
		})
	}
}

func TestConfirm(t *testing.T) {
	const cancel = "cancel"
	for typed, want := range map[string]string{
		"y\r": "yes", "yes\r": "yes", "Y\r": "yes", "YES\r": "yes", " y \r": "yes", "n\x7fy\r": "yes",
		"\r": "no", "n\r": "no", "yy\r": "no", "yep\r": "no", "ja\r": "no", "Remove it\r": "no", "\x1b[B\r": "no",
		"\x04": cancel, "y\x04\x04": cancel,
	} {
		for _, size := range [][2]int{{24, 80}, {12, 40}} {
			t.Run(fmt.Sprintf("%q %d", typed, size), func(t *testing.T) {
				s := newScreen(t, size[0], size[1])
				answered := asking(t.Context(), func(ctx context.Context) (bool, error) { return s.confirm(ctx, "Remove this\x1b[31m?") })
				s.see(`Remove this\u001b[31m? [y/N]`)
				s.press(typed)
				yes, err := end(s, answered)
				got := map[bool]string{true: "yes", false: "no"}[yes]
				if errors.Is(err, errCancelled) {
					got = cancel
				} else if err != nil {
					t.Error(err)
				}
				if got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
	}
}

// A signal and a failure of the prompt are a cancel. (A terminal that is gone: signal_at_prompt.txtar.)
func TestQuestionsFail(t *testing.T) {
	lines, _ := crowd()
	for name, ask := range map[string]func(*screen, context.Context) (int, error){
		"list": func(s *screen, ctx context.Context) (int, error) { return s.choose(ctx, "Choose:", lines, 0) },
		"line": func(s *screen, ctx context.Context) (int, error) {
			_, err := s.confirm(ctx, "Choose:")
			return 0, err
		},
	} {
		t.Run(name+" signal", func(t *testing.T) {
			s := newScreen(t, 24, 80)
			ctx, cancel := context.WithCancel(t.Context())
			answered := asking(ctx, func(ctx context.Context) (int, error) { return ask(s, ctx) })
			s.see("Choose:")
			cancel()
			if _, err := end(s, answered); !errors.Is(err, errCancelled) || !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
	}
	s := newScreen(t, 24, 80)
	_, err := wait(t.Context(), s.console, func() (int, error) { panic("a library's") })
	if !errors.Is(err, errCancelled) || !strings.Contains(err.Error(), "a library's") {
		t.Errorf("a panic: error %v", err)
	}
}

// A name can be read beside what is left of its session, on a narrow terminal too.
func TestFitted(t *testing.T) {
	for _, tt := range []struct {
		name, mark string
		width      int
		want       string
	}{
		{"dev-admin", "signed in, 7 h 32 min left", 40, "> Identity: dev-admin  (signed in, 7 h…"},
		{"dev-admin", "signed in, 7 h 32 min left", 80, "> Identity: dev-admin  (signed in, 7 h 32 min left)"},
		{"team-1-of-the-company", "signed in, 7 h 32 min left", 40, "> Identity: team-1-of-…  (signed in, 7…"},
		{"team-1-of-the-company", "signed in, 7 h 32 min left", 60, "> Identity: team-1-of-the-company  (signed in, 7 h 32 min …"},
		{"team-1-of-the-company", "signed in, 7 h 32 min left", 0, "> Identity: team-1-of-the-company  (signed in, 7 h 32 min left)"},
	} {
		if got := (Choice{"Identity: " + tt.name, tt.mark}).fitted("> ", tt.width); got != tt.want {
			t.Errorf("%s on %d: %q", tt.name, tt.width, got)
		}
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		line  string
		width int
		want  string
	}{
		{"abcde", 0, "abcde"},
		{"abcde", 6, "abcde"},
		{"abcde", 5, "abc…"},
		{"abcde", 2, "…"},
		{"abcde", 1, "…"},
		{"", 1, ""},
		{"日本語", 7, "日本語"},
		{"日本語", 6, "日本…"},
		{"日本語", 5, "日…"},
		{"日本語", 4, "日…"},
		{"日本語", 3, "…"},
		{strings.Repeat("x", 1<<20), 40, strings.Repeat("x", 38) + "…"},
	} {
		if got := fit(tt.line, tt.width); got != tt.want {
			t.Errorf("%.20q on %d: %q", tt.line, tt.width, got)
		}
	}
}

// Whatever is pressed on whatever terminal, a line is selected if one matches, and the list fits.
func FuzzPicker(f *testing.F) {
	f.Add("team\x10\x0e\x15", 80, 24)
	f.Add("\x11\x01zzz\x7f\x7f\x7f\x17", 40, 12)
	f.Add("日本\x05\x0e", 3, 1)
	f.Add("0", 6, 18)
	f.Fuzz(func(t *testing.T, keys string, width, height int) {
		if width < 2 || height < 1 || width > 500 || height > 500 {
			return
		}
		lines, _ := crowd()
		p := newPicker(nil, nil, "Choose:", append(lines, Choice{Label: "Identity: 日本語\x1b[31m"}), 0)
		for _, key := range keys {
			p.press(key)
			text := p.draw(width, height)
			if n := strings.Count(text, "\n"); n >= max(height, 4) {
				t.Fatalf("%d lines on %d", n, height)
			}
			for line := range strings.Lines(text) {
				if n := show.Columns(strings.TrimSuffix(line, "\n")); n >= width {
					t.Fatalf("%d columns on %d: %q", n, width, line)
				}
			}
			if len(p.matching) > 0 && strings.Count(text, "\n> ") != 1 && width > 4 {
				t.Fatalf("no line is selected, or more than one:\n%s", text)
			}
		}
	})
}
