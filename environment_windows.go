package main

import "os"

// ignoredSignals are none: Windows has no such signals.
func ignoredSignals() []os.Signal { return nil }

// otherOwner is always empty: Windows runs programs of other users under their own profile.
func otherOwner(string) string { return "" }
