// Command drift shows whether credclean still finds all that Atmos leaves behind. A real Atmos logs
// in, on a throw-away home, to a stand-in of AWS; credclean logs out; then every byte of the home is
// searched for what the stand-in handed out, and everything that is not as it was before the login
// has to be on a list. A place that is new in Atmos makes it fail, by name.
//
//	make drift ATMOS=/path/to/atmos
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/creack/pty"

	"github.com/credclean/credclean/internal/keyringtest"
)

// needs is what a caller without an Atmos reads.
const needs = `make drift needs a real Atmos:
  make drift ATMOS=/path/to/atmos
Releases are at https://github.com/cloudposse/atmos/releases; v1.222 or later can be led to a stand-in.
`

// patience bounds every program that is started.
const patience = time.Minute

func main() {
	atmos := flag.String("atmos", "", "the Atmos to log in with")
	flag.Parse()
	if *atmos == "" {
		fmt.Fprint(os.Stderr, needs)
		os.Exit(2)
	}
	if err := run(*atmos, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "drift: %v\n", err)
		os.Exit(1)
	}
}

func run(atmos string, out io.Writer) error {
	atmos, err := filepath.Abs(atmos)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "drift")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	credclean, err := build(work)
	if err != nil {
		return err
	}
	return drift(atmos, credclean, work, out)
}

// build builds credclean as it is here.
func build(dir string) (program string, err error) {
	program = filepath.Join(dir, "credclean")
	message, err := exec.Command("go", "build", "-o", program, "github.com/credclean/credclean").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building credclean: %w\n%s", err, message)
	}
	return program, nil
}

// drift logs in with atmos and out of every target in turn, each in a home below work. The error
// names all that was left.
func drift(atmos, credclean, work string, out io.Writer) error {
	for i, t := range targets {
		fmt.Fprintf(out, "credclean logout %s\n", strings.Join(t.args, " "))
		h := home{filepath.Join(work, fmt.Sprint(i)), newStandIn()}
		if err := h.run(atmos, credclean, t); err != nil {
			return fmt.Errorf("credclean logout %s: %w", strings.Join(t.args, " "), err)
		}
	}
	fmt.Fprintln(out, "Nothing was left, and nothing else was touched.")
	return nil
}

// A home is a throw-away home directory: a login of every identity, and one logout.
type home struct {
	root  string // the home and the temporary directory are below
	cloud *standIn
}

func (h home) run(atmos, credclean string, t target) error {
	server := httptest.NewServer(h.cloud)
	defer server.Close()
	file := filepath.Join(h.root, filepath.FromSlash(configuration))
	project := filepath.Dir(file)
	for _, dir := range []string{project, filepath.Join(h.root, "tmp")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(projectFile, "URL", server.URL)), 0o600); err != nil {
		return err
	}
	before, err := look(h.root)
	if err != nil {
		return err
	}
	for _, identity := range identities {
		if err := h.inTerminal(project, atmos, "auth", "login", "--identity", identity); err != nil {
			return fmt.Errorf("atmos auth login --identity %s: %w", identity, err)
		}
	}
	if len(h.cloud.unknown) > 0 {
		return fmt.Errorf("the stand-in has no answer to: %s", strings.Join(h.cloud.unknown, ", "))
	}
	found, err := h.find()
	if err != nil {
		return err
	}
	if without := missing(found, append(identities, ofPortal)); len(without) > 0 {
		return fmt.Errorf("after the logins, no secret was found of: %s", strings.Join(without, ", "))
	}
	if err := h.inTerminal(project, credclean, append([]string{"logout"}, t.args...)...); err != nil {
		return err
	}
	return h.check(before, t)
}

// check returns an error that names all that is left, and all that is gone but should not be.
func (h home) check(before picture, t target) error {
	found, err := h.find()
	if err != nil {
		return err
	}
	after, err := look(h.root)
	if err != nil {
		return err
	}
	var faults []string
	for m, places := range found {
		if slices.Contains(t.gone, m.whose) {
			faults = append(faults, fmt.Sprintf("a secret of %s is left in %s", m.whose, strings.Join(places, ", ")))
		}
	}
	for _, name := range differences(before, after, slices.Concat(always, t.allowed)) {
		faults = append(faults, name+" is not as it was before the login, and not on the list of what may stay")
	}
	for _, whose := range missing(found, t.still) {
		faults = append(faults, "no secret of "+whose+" is left, which was not to be logged out")
	}
	slices.Sort(faults)
	if faults = slices.Compact(faults); len(faults) > 0 {
		return fmt.Errorf("\n  %s", strings.Join(faults, "\n  "))
	}
	return nil
}

func (h home) find() (map[mark][]string, error) {
	h.cloud.mu.Lock()
	defer h.cloud.mu.Unlock()
	return find(h.root, h.cloud.marks, func(file string) (string, error) {
		if filepath.Base(filepath.Dir(file)) != "keyring" {
			return "", nil
		}
		key := strings.NewReplacer("%2F", "/", "%25", "%").Replace(filepath.Base(file))
		return keyringtest.GetFile(filepath.Dir(file), key)
	})
}

// inTerminal runs a program in a pseudo-terminal, in an environment of its own.
func (h home) inTerminal(dir, program string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append([]string{
		"HOME=" + filepath.Join(h.root, "home"), "TMPDIR=" + filepath.Join(h.root, "tmp"),
		"PATH=" + os.Getenv("PATH"), "ATMOS_KEYRING_PASSWORD=" + keyringtest.FilePassword,
		"DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(h.root, "no-bus"),
	}, environment...)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 120})
	if err != nil {
		return err
	}
	defer terminal.Close()
	defer context.AfterFunc(ctx, func() { terminal.Close() })() // whoever else may hold it
	var screen bytes.Buffer
	_, _ = io.Copy(&screen, terminal) // ends with EIO when the program does
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, screen.Bytes())
	}
	return nil
}
