// Package store knows where the releases of Atmos keep what. It looks at nothing itself.
package store

import "strings"

// Spellings are the ways in which a declared name stands on disk and in
// keyrings: folded to lower case, as Atmos does with names from atmos.yaml, and
// as written, as it does with names from stacks.
func Spellings(name string) []string {
	low := strings.ToLower(name)
	if low == name {
		return []string{name}
	}
	return []string{low, name}
}

// Keys are all keys under which any release may have stored an entry for a name:
// the name itself (v1.194 to v1.205), atmos_<name> (no realm) and
// atmos_<realm>_<name> (v1.206 and later), each in every spelling.
func Keys(name string, realms []string) []string {
	var keys []string
	for _, n := range Spellings(name) {
		keys = append(keys, n)
		for _, realm := range realms {
			if realm == "" {
				keys = append(keys, keyPrefix+n)
			} else {
				keys = append(keys, keyPrefix+realm+"_"+n)
			}
		}
	}
	return keys
}

const keyPrefix = "atmos_"

// A KeyReading is one way to read the key of a keyring entry.
type KeyReading struct{ Realm, Name string }

// ReadKey returns all that a key may mean, shortest realm first: atmos_a_b is the key of
// a_b without a realm, and that of b in the realm a. A key without the prefix is a name.
func ReadKey(key string) []KeyReading {
	rest, ok := strings.CutPrefix(key, keyPrefix)
	if !ok || rest == "" {
		return []KeyReading{{Name: key}}
	}
	readings := []KeyReading{{Name: rest}}
	for i := 1; i < min(len(rest)-1, longestRealm+1); i++ {
		if rest[i] == '_' && ValidRealm(rest[:i]) {
			readings = append(readings, KeyReading{rest[:i], rest[i+1:]})
		}
	}
	return readings
}
