package store

import "github.com/credclean/credclean/nobus"

//nolint:gochecknoinits // 99designs/keyring has been imported by now, see nobus
func init() { nobus.Restore() }
