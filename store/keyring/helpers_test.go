package keyring_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store/keyring"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// wantError fails unless err is want, and nothing else that a caller branches
// on, and says all of text.
func wantError(tb testing.TB, err, want error, text ...string) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Errorf("error %v, want %v", err, want)
	}
	for _, other := range []error{keyring.ErrLocked, keyring.ErrNoService, keyring.ErrTimeout, fs.ErrNotExist} {
		if errors.Is(err, other) && !errors.Is(want, other) {
			tb.Errorf("error %v is also %q", err, other)
		}
	}
	for _, part := range text {
		if err != nil && !strings.Contains(err.Error(), part) {
			tb.Errorf("error %q does not say %q", err, part)
		}
	}
}

// wantFound fails unless Find finds exactly want among the keys.
func wantFound(tb testing.TB, k keyring.Keyring, keys []string, want ...string) {
	tb.Helper()
	found, err := k.Find(tb.Context(), keys)
	must(tb, err)
	if diff := cmp.Diff(want, found); diff != "" {
		tb.Errorf("found (-want +got):\n%s", diff)
	}
}

// second is the error of two results.
func second[T any](_ T, err error) error { return err }

// many are 10,000 keys.
func many() []string {
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("atmos_0123456789abcdef_identity-%d", i)
	}
	return keys
}

// names are what is in a directory.
func names(tb testing.TB, dir string) []string {
	tb.Helper()
	entries, err := os.ReadDir(dir)
	must(tb, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func wantNames(tb testing.TB, dir string, want ...string) {
	tb.Helper()
	if diff := cmp.Diff(want, names(tb, dir)); diff != "" {
		tb.Errorf("in the directory (-want +got):\n%s", diff)
	}
}

func write(tb testing.TB, path, text string) {
	tb.Helper()
	must(tb, os.WriteFile(path, []byte(text), 0o600))
}
