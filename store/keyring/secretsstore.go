package keyring

import (
	"errors"
	"fmt"
	"strings"
)

// inSecretsStore tells whether a key is one of Atmos's secrets store, which
// shares the keyrings with the credentials (pkg/store/providers/keychain_store.go
// since v1.222.0). Entries under such keys are never removed.
func inSecretsStore(key string) bool { return strings.HasPrefix(key, "atmos/") }

func errSecretsStore(key string) error {
	return fmt.Errorf("keyring entry %q: the key is one of Atmos's secrets store", key)
}

// among returns those of keys that are present, in the order of keys. A key of
// the secrets store is an error instead.
func among(keys []string, present map[string]bool) ([]string, error) {
	var found []string
	var errs []error
	for _, key := range keys {
		switch {
		case !present[key]:
		case inSecretsStore(key):
			errs = append(errs, errSecretsStore(key))
		default:
			found = append(found, key)
		}
	}
	return found, errors.Join(errs...)
}
