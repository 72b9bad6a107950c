//go:build unix

package store_test

import (
	"testing"

	"github.com/credclean/credclean/keyringtest"
)

func TestMain(m *testing.M) {
	keyringtest.Main()
	m.Run()
}
