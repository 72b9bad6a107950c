//go:build linux

package scripttest

import "github.com/rogpeppe/go-internal/testscript"

// cmdKind makes the home directory that some kinds of providers and identities
// left in two projects, Acme and twin:
//
//	kind NAME
//
// Everything else is as with plant. REALM16 and REALM8 are then the automatic realms of Acme.
func cmdKind(ts *testscript.TestScript, args []string) {
	w := worldOf(ts)
	w.plantAll(ts, "kinds/"+args[0])
	ts.Setenv("REALM16", w.fill("{realm16 Acme}", ""))
	ts.Setenv("REALM8", w.fill("{realm8 Acme}", ""))
}
