//go:build unix

package keyringtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// patience bounds every wait. It is long because a busy machine is slow.
const patience = 30 * time.Second

// A Bus is a private session bus, with GNOME Keyring on it or nobody.
type Bus struct {
	// Address is what clients need as DBUS_SESSION_BUS_ADDRESS.
	Address string

	home    string
	runtime string   // of sockets; short, for the path of a socket must be
	guard   *process // kills all of them when this process ends, however it ends
	procs   []*process
	daemon  *process // GNOME Keyring; nil without
	conn    *dbus.Conn
	session dbus.ObjectPath // of the Secret Service
}

// Start starts a bus with GNOME Keyring, whose login collection is unlocked. The
// daemon's home directory is home, so that its keyrings are in
// home/.local/share/keyrings; those that are there already are used.
func Start(home string) (*Bus, error) { return start(home, "--unlock") }

// StartFresh starts a bus with a GNOME Keyring that was never unlocked, as after
// a login without a password.
func StartFresh(home string) (*Bus, error) { return start(home, "--start") }

// StartEmpty starts a bus without any Secret Service.
func StartEmpty(home string) (*Bus, error) { return start(home, "") }

// New is [Start] for one test: in a home directory of its own, until the test ends.
func New(tb testing.TB) *Bus {
	tb.Helper()
	return use(tb, Start)
}

// NewEmpty is [StartEmpty] for one test.
func NewEmpty(tb testing.TB) *Bus {
	tb.Helper()
	return use(tb, StartEmpty)
}

func use(tb testing.TB, start func(home string) (*Bus, error)) *Bus {
	tb.Helper()
	b, err := start(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(b.Close)
	return b
}

// start starts a bus and the keyring on it. On a busy machine the daemon now and then
// gives up while it starts; then it gets another chance.
func start(home, mode string) (b *Bus, err error) {
	for range 3 {
		if b, err = startOnce(home, mode); err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("keyringtest: %w", err)
}

func startOnce(home, mode string) (_ *Bus, err error) {
	b := &Bus{home: home}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	if b.runtime, err = os.MkdirTemp("", "bus"); err != nil {
		return nil, err
	}
	// When a test is killed while a daemon is paused, the kernel sends all of
	// them SIGHUP, for they are an orphaned process group with a stopped member.
	if b.guard, err = b.run(nil, "sh", "-c", `trap "" HUP; read _; rm -rf "$0"; kill -KILL 0`, b.runtime); err != nil {
		return nil, err
	}
	if err = b.startBus(); err != nil {
		return nil, err
	}
	if mode == "" {
		return b, nil
	}
	b.daemon, err = b.run(strings.NewReader(password), "gnome-keyring-daemon", "--foreground", "--components=secrets", mode)
	if err != nil {
		return nil, err
	}
	if err = b.wait("GNOME Keyring", b.hasService); err != nil {
		return nil, err
	}
	if err = b.openSession(); err != nil {
		return nil, err
	}
	if mode == "--unlock" {
		err = b.wait("the login collection", func() bool {
			var locked bool
			return b.property(collection("login"), "org.freedesktop.Secret.Collection", "Locked", &locked) == nil && !locked
		})
	}
	return b, err
}

// busConfig has no directory of services, so that nothing is ever activated.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

func (b *Bus) startBus() error {
	socket, config := filepath.Join(b.runtime, "bus"), filepath.Join(b.runtime, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o600); err != nil {
		return err
	}
	p, err := b.run(nil, "dbus-daemon", "--nofork", "--nopidfile", "--print-address=1", "--config-file="+config)
	if err != nil {
		return err
	}
	address, err := bufio.NewReader(p.out).ReadString('\n')
	if err != nil {
		return p.died(err)
	}
	b.Address = strings.TrimSpace(address)
	b.conn, err = dbus.Connect(b.Address)
	return err
}

// environ is the environment of everything that belongs to the bus: nothing of
// the person who runs the tests.
func (b *Bus) environ() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "LC_ALL=C.UTF-8",
		"HOME=" + b.home, "XDG_RUNTIME_DIR=" + b.runtime,
	}
	if b.Address != "" {
		env = append(env, "DBUS_SESSION_BUS_ADDRESS="+b.Address)
	}
	return env
}

// Close stops everything that was started.
func (b *Bus) Close() {
	if b.conn != nil {
		_ = b.conn.Close()
	}
	if b.guard != nil {
		_ = b.guard.in.Close()
	}
	for _, p := range b.procs {
		<-p.done
	}
	if b.runtime != "" {
		_ = os.RemoveAll(b.runtime)
	}
}

// Pause stops the keyring daemon, so that it does not answer.
func (b *Bus) Pause() error { return b.daemon.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume lets a paused daemon go on.
func (b *Bus) Resume() error { return b.daemon.cmd.Process.Signal(syscall.SIGCONT) }

// Kill kills the keyring daemon.
func (b *Bus) Kill() error {
	err := b.daemon.cmd.Process.Kill()
	<-b.daemon.done
	return err
}

func (b *Bus) wait(what string, ready func() bool) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if ready() {
			return nil
		}
		select {
		case <-b.daemon.done:
			return b.daemon.died(errors.New("it ended"))
		case <-time.After(2 * time.Millisecond):
		}
	}
	return b.daemon.died(fmt.Errorf("%s is not there after %s", what, patience))
}

// A process is one of the programs behind a bus.
type process struct {
	cmd  *exec.Cmd
	in   io.Closer
	out  io.Reader
	log  string // the file of what it writes on stderr
	done chan struct{}
}

// run starts a program in the process group of the guard. Its input is in, or
// open and empty if that is nil.
func (b *Bus) run(in io.Reader, name string, args ...string) (*process, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%w (the tests need dbus-daemon and gnome-keyring-daemon: install dbus and gnome-keyring)", err)
	}
	log, err := os.CreateTemp(b.runtime, name)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &process{cmd: exec.Command(path, args...), log: log.Name(), done: make(chan struct{})}
	p.cmd.Env, p.cmd.Dir, p.cmd.Stderr = b.environ(), b.home, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if b.guard != nil {
		p.cmd.SysProcAttr.Pgid = b.guard.cmd.Process.Pid
	}
	if in != nil {
		p.cmd.Stdin = in
	} else if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if p.out, err = p.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	b.procs = append(b.procs, p)
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// died adds what the process wrote to an error.
func (p *process) died(err error) error {
	said, _ := os.ReadFile(p.log)
	return fmt.Errorf("%s: %w: %s", filepath.Base(p.cmd.Path), err, said)
}
