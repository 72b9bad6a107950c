//go:build unix

package keyring_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// standIn answers as security does: %s holds a file for each item in the form
// of dump-keychain, a log of the calls, and what else it should do.
const standIn = `#!/bin/sh
cd '%s' || exit 1
echo "$*" >> calls
if [ -e hang ]; then exec sleep 60; fi
if [ -e slow ]; then sleep 0.2; fi
if [ -e exit ]; then echo "security: something is wrong" >&2; exit "$(cat exit)"; fi
case $1 in
dump-keychain) [ $# = 1 ] || exit 2; cat items/* 2>&-; exit 0 ;;
delete-generic-password | find-generic-password) ;;
*) exit 2 ;;
esac
[ "$2" = -s ] && [ "$4" = -a ] && [ $# = 5 ] || exit 2
for item in items/*; do
	[ -e "$item" ] || break
	if grep -qxF "    \"svce\"<blob>=\"$3\"" "$item" && grep -qxF "    \"acct\"<blob>=\"$5\"" "$item"; then
		if [ "$1" = delete-generic-password ] && ! [ -e sticky ]; then rm "$item"; fi
		echo "password has been deleted."
		exit 0
	fi
done
echo "security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain." >&2
exit 44
`

// newKeychain returns a keychain and the directory of its stand-in.
func newKeychain(t *testing.T, opts keyring.Options) (k *keyring.Keychain, dir string) {
	t.Helper()
	dir = t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "items"), 0o700))
	k = keyring.NewKeychain(opts)
	k.Program = filepath.Join(dir, "security")
	must(t, os.WriteFile(k.Program, fmt.Appendf(nil, standIn, dir), 0o700)) //nolint:gosec // a program
	return k, dir
}

// addItem puts an item in the keychain; service and account are blobs as dump-keychain prints them.
func addItem(t *testing.T, dir, name, class, service, account string) {
	t.Helper()
	write(t, filepath.Join(dir, "items", name), fmt.Sprintf(`keychain: "/Users/ana/Library/Keychains/login.keychain-db"
version: 512
class: "%s"
attributes:
    0x00000007 <blob>=%s
    0x00000008 <blob>=<NULL>
    "acct"<blob>=%s
    "cdat"<timedate>=0x32303236313132323134303730325A00  "20261122140702Z\000"
    "crtr"<uint32>=<NULL>
    "desc"<blob>="a keychain: of it's own"
    "svce"<blob>=%s
    "type"<uint32>=<NULL>
`, class, service, account, service))
}

const (
	generic = "genp"
	atmos   = `"atmos-auth"`
)

func TestKeychain(t *testing.T) {
	k, dir := newKeychain(t, keyring.Options{})
	keys := []string{"dev", "atmos_dev", "ünï", `a"b\c`, "gone"}
	wantFound(t, k, keys)
	addItem(t, dir, "1", generic, `"dev"`, atmos)
	addItem(t, dir, "2", generic, `"dev"`, atmos)
	addItem(t, dir, "3", generic, `"dev"`, `"someone"`)
	addItem(t, dir, "4", generic, `"atmos_dev"`, atmos)
	addItem(t, dir, "5", generic, `0xC3BC6EC3AF  "\303\274n\303\257"`, atmos)
	addItem(t, dir, "6", generic, `"a"b\134c"`, atmos)
	addItem(t, dir, "7", generic, `"prod"`, atmos)
	addItem(t, dir, "8", generic, `"atmos/stack/x"`, `"atmos-secrets"`)
	addItem(t, dir, "9", "inet", `"gone"`, atmos)
	wantFound(t, k, keys, "dev", "atmos_dev", "ünï", `a"b\c`)
	listed, err := k.List(t.Context())
	must(t, err)
	if diff := cmp.Diff([]string{`a"b\c`, "atmos_dev", "dev", "prod", "ünï"}, listed); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	must(t, k.Remove(t.Context(), "dev"))
	wantError(t, k.Remove(t.Context(), "dev"), fs.ErrNotExist)
	wantFound(t, k, keys, "atmos_dev", "ünï", `a"b\c`)
	wantNames(t, filepath.Join(dir, "items"), "3", "4", "5", "6", "7", "8", "9")
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	must(t, err)
	for _, option := range strings.Fields(string(calls)) {
		if option == "-w" || option == "-g" || option == "-d" {
			t.Errorf("%s makes it print a secret; the calls:\n%s", option, calls)
		}
	}
}

// One process tells of any number of keys, 100 identities in under a second.
func TestKeychainManyKeys(t *testing.T) {
	k, dir := newKeychain(t, keyring.Options{})
	keys := many()
	for _, key := range keys[:100] {
		addItem(t, dir, key, generic, `"`+key+`"`, atmos)
	}
	begin := time.Now()
	wantFound(t, k, keys, keys[:100]...)
	if took := time.Since(begin); took > time.Second {
		t.Errorf("took %s", took)
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	must(t, err)
	if string(calls) != "dump-keychain\n" {
		t.Errorf("calls:\n%s", calls)
	}
}

// A removal is believed when a second look finds nothing.
func TestKeychainSticky(t *testing.T) {
	k, dir := newKeychain(t, keyring.Options{})
	addItem(t, dir, "1", generic, `"dev"`, atmos)
	write(t, filepath.Join(dir, "sticky"), "")
	wantError(t, k.Remove(t.Context(), "dev"), disk.ErrStillThere)
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	must(t, err)
	if n := strings.Count(string(calls), "delete-"); n != 10 {
		t.Errorf("%d attempts", n)
	}
}

func TestKeychainBadKeys(t *testing.T) {
	k, _ := newKeychain(t, keyring.Options{})
	for _, key := range []string{"", "a\x00b", "atmos/dev"} {
		if err := k.Remove(t.Context(), key); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestKeychainExitCodes(t *testing.T) {
	for code, want := range map[string]error{"36": keyring.ErrLocked, "51": keyring.ErrLocked, "128": keyring.ErrLocked, "1": nil} {
		t.Run(code, func(t *testing.T) {
			k, dir := newKeychain(t, keyring.Options{})
			addItem(t, dir, "1", generic, `"dev"`, atmos)
			write(t, filepath.Join(dir, "exit"), code)
			_, err := k.Find(t.Context(), []string{"dev"})
			for _, err := range []error{err, k.Remove(t.Context(), "dev")} {
				if want != nil {
					wantError(t, err, want)
				} else if err == nil || !strings.Contains(err.Error(), "exit code "+code+": security: something is wrong") {
					t.Errorf("error %v", err)
				}
			}
			must(t, os.Remove(filepath.Join(dir, "exit")))
			wantFound(t, k, []string{"dev"}, "dev")
		})
	}
}

func TestKeychainDuplicate(t *testing.T) {
	k, dir := newKeychain(t, keyring.Options{})
	write(t, filepath.Join(dir, "exit"), "45")
	if err := k.Remove(t.Context(), "dev"); err == nil || !strings.Contains(err.Error(), `"dev": the keychain takes the entry for a duplicate`) {
		t.Errorf("error %v", err)
	}
}

func TestKeychainHangs(t *testing.T) {
	k, dir := newKeychain(t, keyring.Options{Timeout: short})
	write(t, filepath.Join(dir, "hang"), "")
	begin := time.Now()
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrTimeout)
	_, err := k.Find(t.Context(), []string{"dev"})
	wantError(t, err, keyring.ErrTimeout)
	if took := time.Since(begin); took < short || took > 4*short {
		t.Errorf("took %s", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), short)
	defer cancel()
	again := keyring.NewKeychain(keyring.Options{})
	again.Program = k.Program
	_, err = again.List(ctx)
	wantError(t, err, context.DeadlineExceeded)
	wantError(t, again.Remove(ctx, "dev"), context.DeadlineExceeded)
}

// A removal that has begun is finished although the run is interrupted, and nothing is opened.
func TestKeychainInterrupted(t *testing.T) {
	k, dir := newKeychain(t, keyring.Options{})
	addItem(t, dir, "1", "genp", `"dev"`, `"atmos-auth"`)
	write(t, filepath.Join(dir, "slow"), "")
	ctx, cancel := context.WithTimeout(t.Context(), short/2)
	defer cancel()
	must(t, k.Remove(ctx, "dev"))
	wantNames(t, filepath.Join(dir, "items"))
	addItem(t, dir, "1", "genp", `"dev"`, `"atmos-auth"`)
	wantError(t, k.Remove(ctx, "dev"), context.DeadlineExceeded)
	wantError(t, second(k.Read(t.Context(), "dev")), keyring.ErrLocked)
	wantNames(t, filepath.Join(dir, "items"), "1")
}

// An entry has one time-out for all its calls.
func TestKeychainSlow(t *testing.T) {
	k, dir := newKeychain(t, keyring.Options{Timeout: short})
	for i := range 5 {
		addItem(t, dir, fmt.Sprint(i), "genp", `"dev"`, `"atmos-auth"`)
	}
	write(t, filepath.Join(dir, "slow"), "")
	within(t, 2, func() { wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrTimeout) })
}

func TestKeychainNoProgram(t *testing.T) {
	k := keyring.NewKeychain(keyring.Options{})
	k.Program = filepath.Join(t.TempDir(), "security")
	wantError(t, k.Remove(t.Context(), "dev"), keyring.ErrNoService)
	_, err := k.List(t.Context())
	wantError(t, err, keyring.ErrNoService)
}

// An output that is not understood is not taken for "nothing there".
func TestKeychainOutput(t *testing.T) {
	for name, item := range map[string]string{
		"other form":     "<plist/>\n",
		"unknown blob":   "keychain: \"x\"\nclass: \"genp\"\n    \"acct\"<blob>=\"atmos-auth\"\n    \"svce\"<blob>=dev\n",
		"odd digits":     "keychain: \"x\"\nclass: \"genp\"\n    \"acct\"<blob>=\"atmos-auth\"\n    \"svce\"<blob>=0x1\n",
		"broken escape":  "keychain: \"x\"\nclass: \"genp\"\n    \"acct\"<blob>=\"atmos-auth\"\n    \"svce\"<blob>=\"a\\9\"\n",
		"escape too big": "keychain: \"x\"\nclass: \"genp\"\n    \"acct\"<blob>=\"atmos-auth\"\n    \"svce\"<blob>=\"a\\777\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			k, dir := newKeychain(t, keyring.Options{})
			write(t, filepath.Join(dir, "items", "1"), item)
			if found, err := k.Find(t.Context(), []string{"dev"}); err == nil {
				t.Errorf("found %q", found)
			}
		})
	}
}
