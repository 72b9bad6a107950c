//go:build linux

package scripttest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
	"github.com/gofrs/flock"
	"github.com/rogpeppe/go-internal/testscript"
)

// patience bounds every wait of a dialogue. It is long because a busy machine
// is slow, not because anything should take so long.
const patience = 20 * time.Second

// keys are the names that send knows; any other word is sent as it is.
var keys = map[string]string{
	"enter": "\r", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "esc": "\x1b", "ctrl-c": "\x03", "ctrl-d": "\x04", "space": " ",
}

// cmdPty runs a program in a terminal of its own and talks to it:
//
//	pty CODE DIALOGUE PROGRAM [ARG...]
//
// The program must end with the exit code CODE, or "hup" and the like if a
// signal ended it. What stands on the terminal in the end is then the standard
// output. DIALOGUE is a file of lines:
//
//	expect TEXT    wait until TEXT appears after what was expected before
//	send KEY...    press keys: enter, tab, up, down, esc, space, ctrl-c, ctrl-d, or text
//	signal NAME    send int, term, quit, abrt, hup or pipe
//	hangup         close the terminal
//	pause          give the program a tenth of a second for what cannot be seen from outside
//	lock FILE      lock FILE as Atmos would, until unlock
//	unlock FILE
//	missing FILE   wait until FILE does not exist
//	exists FILE    wait until FILE exists
//	keyring ...    as the command of that name
//	cloud ...      likewise
func cmdPty(ts *testscript.TestScript, args []string) {
	d := newDialogue(ts, args[2:])
	// A program writes to the terminal what fits on it, and survey asks for its size.
	f, err := pty.StartWithSize(d.cmd, &pty.Winsize{Rows: 50, Cols: 120})
	ts.Check(err)
	f, err = interruptible(f)
	ts.Check(err)
	d.terminal = f
	go d.copy(f)
	d.speak(ts, args[1])
	d.end(ts, args[0])
	_ = f.Close()
	fmt.Fprint(ts.Stdout(), screen(d.seen()))
}

// interruptible returns the same terminal as a file that can be closed while it
// is read from; pty opens one for which Close waits.
func interruptible(f *os.File) (*os.File, error) {
	defer func() { _ = f.Close() }()
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	// os.NewFile looks at the mode of fd, so that it must be set before.
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// cmdPipe does the same without a terminal: the program's standard output and
// standard error are pipes, and there is no input.
func cmdPipe(ts *testscript.TestScript, args []string) {
	d := newDialogue(ts, args[2:])
	var stdout, stderr bytes.Buffer
	d.cmd.Stdout = io.MultiWriter(d, &stdout)
	d.cmd.Stderr = io.MultiWriter(d, &stderr)
	ts.Check(d.cmd.Start())
	d.copied()
	d.speak(ts, args[1])
	d.end(ts, args[0])
	fmt.Fprint(ts.Stdout(), stdout.String())
	fmt.Fprint(ts.Stderr(), stderr.String())
}

// A dialogue is a running program and what it has written so far.
type dialogue struct {
	cmd      *exec.Cmd
	terminal *os.File // nil without one
	read     chan struct{}

	mu   sync.Mutex
	text []byte
}

func newDialogue(ts *testscript.TestScript, args []string) *dialogue {
	d := &dialogue{cmd: exec.Command(args[0], args[1:]...), read: make(chan struct{})}
	// A script's environment can be had from its child processes only.
	ts.Check(ts.Exec("env", "-0"))
	d.cmd.Env = strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\x00"), "\x00")
	d.cmd.Dir = ts.MkAbs(".")
	return d
}

func (d *dialogue) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = append(d.text, p...)
	return len(p), nil
}

func (d *dialogue) seen() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return bytes.Clone(d.text)
}

func (d *dialogue) copied() { close(d.read) }

// copy reads the terminal until its other side is closed, which Linux reports as EIO.
func (d *dialogue) copy(f *os.File) {
	_, _ = io.Copy(d, f)
	d.copied()
}

var escapes = regexp.MustCompile(`\x1b(\[[0-9;?]*[A-Za-z]|[78=>])`)

// await polls until ok; nothing that a dialogue waits for can be subscribed to.
func (d *dialogue) await(ts *testscript.TestScript, what string, ok func() bool) {
	for end := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			_ = d.cmd.Process.Kill()
			ts.Fatalf("waited in vain for %s; so far:\n%s", what, screen(d.seen()))
		}
	}
}

func (d *dialogue) speak(ts *testscript.TestScript, file string) {
	heard := 0 // how much of the text was expected already
	for line := range strings.Lines(ts.ReadFile(file)) {
		line = strings.TrimSpace(line)
		verb, rest, _ := strings.Cut(os.Expand(line, ts.Getenv), " ")
		switch verb {
		case "", "#":
		case "expect":
			d.await(ts, strconv.Quote(rest), func() bool {
				text := escapes.ReplaceAll(d.seen(), nil)
				i := bytes.Index(text[min(heard, len(text)):], []byte(rest))
				if i < 0 {
					return false
				}
				heard += i + len(rest)
				return true
			})
		case "send":
			for _, key := range strings.Fields(rest) {
				if bytes, ok := keys[key]; ok {
					key = bytes
				}
				_, err := io.WriteString(d.terminal, key)
				ts.Check(err)
			}
		case "signal":
			sig, ok := signals[rest]
			if !ok {
				ts.Fatalf("no signal %s", rest)
			}
			ts.Check(d.cmd.Process.Signal(sig))
		case "pause":
			time.Sleep(100 * time.Millisecond)
		case "hangup":
			ts.Check(d.terminal.Close())
		case "lock":
			cmdLock(ts, []string{rest})
		case "unlock":
			cmdUnlock(ts, []string{rest})
		case "missing", "exists":
			d.await(ts, line, func() bool {
				_, err := os.Lstat(ts.MkAbs(rest))
				return errors.Is(err, fs.ErrNotExist) == (verb == "missing")
			})
		case "cloud":
			cmdCloud(ts, strings.Fields(rest))
		case "keyring":
			cmdKeyring(ts, strings.Fields(rest))
		default:
			ts.Fatalf("%s: no such line: %s", file, line)
		}
	}
}

var signals = map[string]syscall.Signal{
	"int": syscall.SIGINT, "quit": syscall.SIGQUIT, "abrt": syscall.SIGABRT, "term": syscall.SIGTERM, "hup": syscall.SIGHUP, "pipe": syscall.SIGPIPE, "kill": syscall.SIGKILL,
}

// end waits for the program and looks at how it ended.
func (d *dialogue) end(ts *testscript.TestScript, want string) {
	done := make(chan struct{})
	go func() {
		_ = d.cmd.Wait() // ProcessState says how it ended
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		_ = d.cmd.Process.Kill()
		ts.Fatalf("still running; so far:\n%s", screen(d.seen()))
	}
	<-d.read
	noSecretIn(ts, d.seen())
	ts.Logf("[dialogue]\n%s", screen(d.seen()))
	status := d.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if sig, ok := signals[want]; ok {
		if !status.Signaled() || status.Signal() != sig {
			ts.Fatalf("ended with %v, want signal %s", d.cmd.ProcessState, want)
		}
		return
	}
	checkExit(ts, want, d.cmd.ProcessState.ExitCode())
}

// cmdLock takes the lock that Atmos takes, and keeps it until unlock or the end of the script:
//
//	lock FILE
func cmdLock(ts *testscript.TestScript, args []string) {
	l := flock.New(ts.MkAbs(args[0]))
	ts.Check(l.Lock())
	unlock := sync.OnceFunc(func() { _ = l.Unlock() })
	worldOf(ts).locks[l.Path()] = unlock
	ts.Defer(unlock)
}

// cmdUnlock gives the lock back:
//
//	unlock FILE
func cmdUnlock(ts *testscript.TestScript, args []string) {
	unlock, ok := worldOf(ts).locks[ts.MkAbs(args[0])]
	if !ok {
		ts.Fatalf("%s was not locked", args[0])
	}
	unlock()
}
