//go:build linux

package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/internal/scripttest"
)

func TestMain(m *testing.M) {
	keyringtest.Main()
	testscript.Main(m, map[string]func(){"credclean": main})
}

// TestScripts runs testdata/script/*.txtar; its README lists the commands they
// have beside testscript's own. They talk to a Secret Service and to the shells of Debian; on
// other systems the tests of the packages run.
func TestScripts(t *testing.T) {
	data, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, scripttest.Params(data))
}
