package cut

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// An AzureLogin is what a file that Atmos alone makes says of a login: a
// provider's credentials.json or a realm's msal_token_cache.json, below
// ~/.azure/atmos.
type AzureLogin struct {
	Secrets Secrets
	// The service principal; only a credentials.json can have one.
	ServicePrincipal ServicePrincipal
}

// ReadAzure reads one of these files. The secrets of a credentials.json are
// its tokens (pkg/auth/types/azure_credentials.go @v1.203.0), those of a cache
// the secret of each entry. An error does not quote the file.
func ReadAzure(data []byte) (AzureLogin, error) {
	var login AzureLogin
	text := bytes.TrimPrefix(data, byteOrderMark())
	if len(bytes.TrimSpace(text)) == 0 {
		return login, nil
	}
	var file jsonFields
	if err := json.Unmarshal(text, &file); err != nil {
		return login, errors.New("not a JSON object")
	}
	for name, value := range file {
		if strings.HasSuffix(name, "_token") {
			login.Secrets.add(file.text(name))
		}
		var entries map[string]json.RawMessage
		if json.Unmarshal(value, &entries) != nil {
			continue // not a part of a cache
		}
		for _, entry := range entries {
			login.Secrets.add(jsonValue{text: entry}.fields().text("secret"))
		}
	}
	login.ServicePrincipal = ServicePrincipal{file.text("client_id"), file.text("tenant_id")}
	return login, nil
}

// Secrets is a set of secrets. It can tell whether it has one, and holds none:
// only their sums. The zero value is empty.
type Secrets struct{ sums map[[sha256.Size]byte]bool }

// Add puts the secrets of another set into this one.
func (s *Secrets) Add(other Secrets) {
	for sum := range other.sums {
		s.put(sum)
	}
}

func (s *Secrets) add(secret string) {
	if secret != "" {
		s.put(sha256.Sum256([]byte(secret)))
	}
}

func (s *Secrets) put(sum [sha256.Size]byte) {
	if s.sums == nil {
		s.sums = make(map[[sha256.Size]byte]bool)
	}
	s.sums[sum] = true
}

func (s Secrets) has(secret string) bool { return s.sums[sha256.Sum256([]byte(secret))] }

// Len is how many secrets there are.
func (s Secrets) Len() int { return len(s.sums) }

// Equal tells whether two sets are the same.
func (s Secrets) Equal(other Secrets) bool {
	for sum := range s.sums {
		if !other.sums[sum] {
			return false
		}
	}
	return s.Len() == other.Len()
}

// Format prints how many secrets there are, whatever the verb.
func (s Secrets) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

func (s Secrets) String() string { return fmt.Sprintf("%d secrets", s.Len()) }

// GoString prints how many secrets there are.
func (s Secrets) GoString() string { return s.String() }

// MSALCopies cuts out of az's own token cache, ~/.azure/msal_token_cache.json,
// what Atmos has copied there: the entries whose secret equals, byte for byte,
// one of Atmos's own files (pkg/auth/cloud/azure/setup.go, since v1.226.0 also
// refresh_token.go). Removed has the account of each entry that goes, as often
// as there are entries: its user name, or else its identifier; the client's of a
// service principal. The records of accounts stay: they hold no secret.
type MSALCopies struct{ Secrets Secrets }

// Apply implements [Cutter].
func (m MSALCopies) Apply(data []byte) (Cut, error) {
	return cutJSON("MSAL token cache", data, func(file jsonValue) (jsonCut, error) {
		top, ok := file.list('{')
		if !ok {
			return jsonCut{}, errors.New("not an object")
		}
		users := userNames(top)
		var c jsonCut
		for _, part := range top.items {
			entries, ok := part.list('{')
			if !ok {
				c.keep("", part)
				continue
			}
			c.cutFrom(entries, part.name, func(entry jsonItem) (string, bool) {
				f := entry.fields()
				id := f.text("home_account_id")
				return cmp.Or(users[id], id, f.text("client_id")), m.Secrets.has(f.text("secret"))
			})
		}
		return c, nil
	})
}

// userNames are the names of the accounts in a token cache by their identifiers.
func userNames(top jsonList) map[string]string {
	users := make(map[string]string)
	for _, part := range top.items {
		if part.name != "Account" {
			continue
		}
		accounts, _ := part.list('{')
		for _, account := range accounts.items {
			f := account.fields()
			if id := f.text("home_account_id"); id != "" {
				users[id] = cmp.Or(users[id], f.text("username"))
			}
		}
	}
	return users
}

// A ServicePrincipal is an application and the tenant in which it logs in.
type ServicePrincipal struct{ ClientID, Tenant string }

// ServicePrincipals cuts out of az's service_principal_entries.json what Atmos
// has put there: an entry with one of these clients and its tenant that logs in
// with a federated token, not with a secret or a certificate of the user
// (pkg/auth/cloud/azure/setup.go). Removed has the client of each entry.
type ServicePrincipals []ServicePrincipal

// Apply implements [Cutter].
func (s ServicePrincipals) Apply(data []byte) (Cut, error) {
	return cutJSON("service principals", data, func(file jsonValue) (jsonCut, error) {
		entries, ok := file.list('[')
		if !ok {
			return jsonCut{}, errors.New("not a list")
		}
		var c jsonCut
		c.cutFrom(entries, "", func(entry jsonItem) (string, bool) {
			f := entry.fields()
			return f.text("client_id"), s.wrote(f)
		})
		return c, nil
	})
}

// wrote tells whether an entry is as Atmos writes it for one of these.
func (s ServicePrincipals) wrote(entry jsonFields) bool {
	if entry["client_secret"] != nil || entry["certificate"] != nil || entry.text("client_assertion") == "" {
		return false
	}
	of := ServicePrincipal{entry.text("client_id"), entry.text("tenant")}
	return of.ClientID != "" && of.Tenant != "" && slices.Contains(s, of)
}
