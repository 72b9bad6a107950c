//go:build unix

package keyring_test

import (
	"testing"
	"time"

	"github.com/credclean/credclean/internal/keyringtest"
)

func TestMain(m *testing.M) {
	keyringtest.Main()
	m.Run()
}

// short is a Timeout for tests in which nobody answers.
const short = 300 * time.Millisecond

// within fails if what follows takes longer than so often short.
func within(t *testing.T, times int, do func()) {
	t.Helper()
	begin := time.Now()
	do()
	if took := time.Since(begin); took > time.Duration(times)*short {
		t.Errorf("took %s", took)
	}
}
