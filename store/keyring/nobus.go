package keyring

import "github.com/credclean/credclean/internal/early"

//nolint:gochecknoinits // 99designs/keyring has been imported by now, see early
func init() { early.Restore() }
