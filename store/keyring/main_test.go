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
