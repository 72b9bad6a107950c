//go:build unix

package store_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/keyringtest"
	"github.com/credclean/credclean/store"
)

func TestMain(m *testing.M) {
	keyringtest.Main()
	m.Run()
}

// short is a Timeout for tests in which nobody answers.
const short = 300 * time.Millisecond

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
	for _, other := range []error{store.ErrLocked, store.ErrNoService, store.ErrTimeout, fs.ErrNotExist} {
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
func wantFound(tb testing.TB, k store.Keyring, keys []string, want ...string) {
	tb.Helper()
	found, err := k.Find(tb.Context(), keys)
	must(tb, err)
	if diff := cmp.Diff(want, found); diff != "" {
		tb.Errorf("found (-want +got):\n%s", diff)
	}
}

// many are 10,000 keys.
func many() []string {
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("atmos_0123456789abcdef_identity-%d", i)
	}
	return keys
}
