//go:build unix

package keyring

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/credclean/credclean/store/disk"
)

// maxDuplicates bounds how many entries are removed under one key: a search
// list of several keychains may hold one each.
const maxDuplicates = 10

// A Keychain is the macOS keychain behind the program security, which Atmos
// writes with, too (zalando/go-keyring v0.2.8, keyring_darwin.go): another
// program would be asked for the user's consent. The service of an entry is the
// key, its account is [Account]; all keychains of the search list count.
//
// Written from the manual page security(1), the headers and other people's reports:
// whether a locked keychain is listed without a dialog has not been seen. If there
// is one, the timeout ends the wait. The test for macOS does the rest for real.
type Keychain struct {
	// Program is the path of security.
	Program string

	timeout time.Duration
	dead    error // the first ErrTimeout or ErrNoService
}

// NewKeychain returns the keychain. It runs nothing yet.
func NewKeychain(opts Options) *Keychain {
	return &Keychain{Program: "/usr/bin/security", timeout: opts.timeout()}
}

// Location implements [Keyring].
func (k *Keychain) Location() string { return System }

// Find implements [Keyring], with one process however many keys there are.
func (k *Keychain) Find(ctx context.Context, keys []string) ([]string, error) {
	present, err := k.keys(ctx)
	if err != nil {
		return nil, err
	}
	return among(keys, present)
}

// List implements [Keyring].
func (k *Keychain) List(ctx context.Context) ([]string, error) {
	present, err := k.keys(ctx)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(present)), inSecretsStore), err
}

// Read implements [Keyring]. It opens nothing: security cannot be told to ask nobody.
func (k *Keychain) Read(_ context.Context, key string) ([]byte, error) {
	return nil, fmt.Errorf("keyring entry %q: %w: it might have to ask", key, ErrLocked)
}

// Remove implements [Keyring]. It removes one duplicate after the other, at most 10.
func (k *Keychain) Remove(ctx context.Context, key string) error {
	if inSecretsStore(key) {
		return errSecretsStore(key)
	}
	if key == "" || strings.ContainsRune(key, 0) {
		return fmt.Errorf("keyring entry %q: the key cannot be a service", key)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := k.removeAll(context.WithoutCancel(ctx), key); err != nil {
		return fmt.Errorf("keyring entry %q: %w", key, err)
	}
	return nil
}

func (k *Keychain) removeAll(ctx context.Context, key string) error {
	deadline := time.Now().Add(k.timeout)
	for n := range maxDuplicates {
		_, err := k.run(ctx, deadline, "delete-generic-password", "-s", key, "-a", Account)
		if err == nil {
			continue
		}
		if n == 0 || !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		break
	}
	// Without -w and -g it prints attributes, no secret.
	switch _, err := k.run(ctx, deadline, "find-generic-password", "-s", key, "-a", Account); {
	case err == nil:
		return disk.ErrStillThere
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return err
	}
}

// keys are the keys of all entries. Without -d, dump-keychain prints
// attributes, no secrets, and asks nobody.
func (k *Keychain) keys(ctx context.Context) (map[string]bool, error) {
	dump, err := k.run(ctx, time.Now().Add(k.timeout), "dump-keychain")
	if err != nil {
		return nil, err
	}
	return parseDump(dump)
}

// run runs security, whose exit code is the lowest byte of the macOS error
// (Security/SecBase.h): -25300 is "item not found", -25299 "duplicate item", -25308
// "interaction is not allowed", -25293 "authorization failed", -128 "cancelled by
// the user".
func (k *Keychain) run(ctx context.Context, deadline time.Time, args ...string) ([]byte, error) {
	if k.dead != nil {
		return nil, k.dead
	}
	bounded, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	cmd := exec.CommandContext(bounded, k.Program, args...)
	cmd.WaitDelay = time.Second                           // a child of it may hold the pipes open
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C in the terminal is for credclean alone
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return stdout.Bytes(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case bounded.Err() != nil:
		k.dead = fmt.Errorf("%w (%s)", ErrTimeout, k.timeout)
		return nil, k.dead
	case !exited:
		// Not wrapped: a program that is missing is fs.ErrNotExist.
		k.dead = fmt.Errorf("%w: %s", ErrNoService, err.Error())
		return nil, k.dead
	}
	switch exit.ExitCode() {
	case 44:
		return nil, fs.ErrNotExist
	case 36:
		return nil, fmt.Errorf("%w: the keychain would have to ask, and must not", ErrLocked)
	case 51, 128:
		return nil, fmt.Errorf("%w: the keychain was not unlocked", ErrLocked)
	case 45:
		return nil, errors.New("the keychain takes the entry for a duplicate")
	}
	said := strings.Join(strings.Fields(stderr.String()), " ")
	return nil, fmt.Errorf("security %s: exit code %d: %s", args[0], exit.ExitCode(), said)
}

// parseDump reads the keys of Atmos's entries from what security dump-keychain
// prints: per item a line class: and lines as
//
//	"acct"<blob>="atmos-auth"
//	"svce"<blob>=0x61C3A9  "a\303\251"
func parseDump(dump []byte) (map[string]bool, error) {
	if len(dump) > 0 && !bytes.HasPrefix(dump, []byte("keychain: ")) {
		return nil, errors.New("security dump-keychain: unknown form of output")
	}
	keys := make(map[string]bool)
	for item := range strings.SplitSeq(string(dump), "\nkeychain: ") {
		attrs := make(map[string]string)
		for line := range strings.Lines(item) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			attrs[name] = value
		}
		_, generic := attrs[`class: "genp"`]
		account, err := parseBlob(attrs[`"acct"<blob>`])
		if !generic || err != nil || account != Account || attrs[`"svce"<blob>`] == "<NULL>" {
			continue
		}
		key, err := parseBlob(attrs[`"svce"<blob>`])
		if err != nil {
			return nil, fmt.Errorf("security dump-keychain: an entry of %s: %w", Account, err)
		}
		keys[key] = true
	}
	return keys, nil
}

var errBlob = errors.New("unknown form of value")

// parseBlob reads a value: in quotes, or in hexadecimal digits if it is not all
// printable ASCII.
func parseBlob(s string) (string, error) {
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		digits, _, _ = strings.Cut(digits, " ")
		data, err := hex.DecodeString(digits)
		return string(data), err
	}
	s, opened := strings.CutPrefix(s, `"`)
	s, closed := strings.CutSuffix(s, `"`)
	if !opened || !closed {
		return "", errBlob
	}
	var text strings.Builder
	for {
		before, after, escaped := strings.Cut(s, `\`)
		text.WriteString(before)
		if !escaped {
			return text.String(), nil
		}
		if len(after) < 3 {
			return "", errBlob
		}
		code, err := strconv.ParseUint(after[:3], 8, 8)
		if err != nil {
			return "", errBlob
		}
		text.WriteByte(byte(code))
		s = after[3:]
	}
}
