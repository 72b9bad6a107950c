//go:build linux

// Package scripttest gives the scripts in testdata/script their commands: a planted home
// directory, a real system keyring, a terminal to talk to, and a look afterwards.
package scripttest

import (
	"bytes"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/credclean/credclean/internal/cloudtest"
)

// Params runs the scripts of data, which is testdata of the repository.
func Params(data string) testscript.Params {
	return testscript.Params{
		Dir:                 filepath.Join(data, "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup:               func(env *testscript.Env) error { return setup(env, data) },
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"after":       command("COLUMN", cmdAfter),
			"build":       command("FILE", cmdBuild),
			"changes":     command("NAME", cmdChanges),
			"cloud":       command("VERB [ARG...]", cmdCloud),
			"exits":       command("CODE PROGRAM [ARG...]", cmdExits),
			"fakekeyring": command("HABIT...", cmdFakeKeyring),
			"filekeyring": command("DIR KEY SECRET [TYPE...]", cmdFileKeyring),
			"jsonschema":  command("SCHEMA [FILE...]", cmdJSONSchema),
			"gone":        command("SECRET...", cmdGone),
			"keyring":     command("VERB [ARG...]", cmdKeyring),
			"kind":        command("NAME", cmdKind),
			"lock":        command("FILE", cmdLock),
			"pipe":        command("CODE DIALOGUE PROGRAM [ARG...]", cmdPipe),
			"place":       command("FILE PATH", cmdPlace),
			"plant":       command("GENERATION", cmdPlant),
			"pty":         command("CODE DIALOGUE PROGRAM [ARG...]", cmdPty),
			"realm":       command("VARIABLE DIR", cmdRealm),
			"snapshot":    command("NAME", cmdSnapshot),
			"still":       command("SECRET...", cmdStill),
			"unchanged":   command("NAME", cmdUnchanged),
			"unlock":      command("FILE", cmdUnlock),
		},
	}
}

// command makes a script command of f, which gets as many arguments as usage
// has words: at least so many if the last one goes on with dots.
func command(usage string, f func(*testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	words := strings.Fields(usage)
	least, most := len(words), len(words)
	if last := words[most-1]; strings.HasSuffix(strings.TrimSuffix(last, "]"), "...") {
		most = math.MaxInt
		if strings.HasPrefix(last, "[") {
			least--
		}
	}
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("this command cannot be negated")
		}
		if len(args) < least || len(args) > most {
			ts.Fatalf("arguments: %s", usage)
		}
		f(ts, args)
	}
}

// A world is what one script's commands share.
type world struct {
	work      string              // the script's own directory, $WORK
	data      string              // testdata of the repository
	planted   map[string]string   // secrets by name
	seen      map[string]bool     // secrets that a search has found at least once
	tables    []table             // of what was planted
	opened    map[string]string   // entries of file keyrings, by their encrypted text
	snapshots map[string]snapshot // by name
	keyring   *systemKeyring      // if the script has started one
	locks     map[string]func()   // what unlocks a locked file
	cloud     *cloudtest.Cloud    // if the script has started one
	asked     int                 // how many hosts of it the script knows of
}

// NoBus is the address of a session bus that does not exist. Without any address
// a client looks in /run/user, where a person's own keyring may answer.
const NoBus = "unix:path=/nonexistent/bus"

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// setup gives every script a home directory of its own and an environment
// without anything of the person who runs the tests.
func setup(env *testscript.Env, data string) error {
	w := &world{
		work:      env.WorkDir,
		data:      data,
		planted:   map[string]string{},
		seen:      map[string]bool{},
		opened:    map[string]string{},
		snapshots: map[string]snapshot{},
		locks:     map[string]func(){},
	}
	env.Values[worldKey{}] = w
	for name, dir := range map[string]string{"HOME": "home", "TMPDIR": "tmp"} {
		dir = filepath.Join(env.WorkDir, dir)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		env.Setenv(name, dir)
	}
	env.Setenv("TZ", "UTC")
	env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector waits a second at the end of each process
	env.Setenv("DBUS_SESSION_BUS_ADDRESS", NoBus)
	return nil
}

// cmdExits runs a program, which must end with the given exit code:
//
//	exits CODE PROGRAM [ARG...]
func cmdExits(ts *testscript.TestScript, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	exit := 0
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		exit = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	checkExit(ts, args[0], exit)
	checkJSON(ts, args[2:])
	noSecretIn(ts, []byte(ts.ReadFile("stdout")), []byte(ts.ReadFile("stderr")))
}

// cmdBuild builds the program as it is shipped. The one that scripts run
// otherwise is the test binary, whose packages differ:
//
//	build FILE
func cmdBuild(ts *testscript.TestScript, args []string) {
	cmd := exec.Command("go", "build", "-tags", "urfave_cli_no_docs,nethttpomithttp2", "-o", ts.MkAbs(args[0]), "github.com/credclean/credclean")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("%v: %s", err, out)
	}
}

func checkExit(ts *testscript.TestScript, want string, exit int) {
	if strconv.Itoa(exit) != want {
		ts.Fatalf("exit code %d, want %s", exit, want)
	}
}

// noSecretIn fails a script whose program printed one of the secrets it was to remove.
func noSecretIn(ts *testscript.TestScript, outputs ...[]byte) {
	for name, secret := range worldOf(ts).planted {
		for _, out := range outputs {
			if bytes.Contains(out, []byte(secret)) {
				ts.Fatalf("the secret %s was printed", name)
			}
		}
	}
}
