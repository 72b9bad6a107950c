//go:build !linux && !darwin && !windows

package cli

// parentName is empty: there is no simple way to tell.
func parentName() string { return "" }
