package inventory

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// The files of az that Atmos copies tokens to.
const (
	msalFile       = "msal_token_cache.json"
	principalsFile = "service_principal_entries.json"
)

// Copies finds in az's own files what Atmos has copied there of tokens that go with taken (since
// v1.226.0): what can be proven while Atmos's own files are there, and no longer. az's files are
// opened only if there is something to look for.
func (inv *Inventory) Copies(taken []*Trace) []*Trace {
	var login cut.AzureLogin
	var principals cut.ServicePrincipals
	var of []Name
	var proofs []*Trace
	for _, t := range taken {
		azure := t.Location != nil && t.Location.Under == store.HomeAzure && !t.Kind.Bare()
		if !azure || t.Err != nil {
			continue
		}
		data, err := inv.reader.home.Read(inv.reader.ctx, t.Where.Place, mostFile)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) && inv.azMayHoldCopies() {
				t.Err = err // so that it stays: without it no later run would know a copy
			}
			continue
		}
		own, err := cut.ReadAzure(data)
		if err != nil {
			continue
		}
		login.Secrets.Add(own.Secrets)
		principals = append(principals, own.ServicePrincipal)
		proofs = append(proofs, t)
		for _, n := range t.Of {
			if !slices.Contains(of, n) {
				of = append(of, n)
			}
		}
	}
	var found []*Trace
	if login.Secrets.Len() > 0 {
		found = append(found, inv.copied(msalFile, cut.MSALCopies{Secrets: login.Secrets}, of, proofs)...)
	}
	principals = slices.DeleteFunc(principals, func(p cut.ServicePrincipal) bool { return strings.TrimSpace(p.ClientID) == "" })
	if len(principals) > 0 {
		found = append(found, inv.copied(principalsFile, principals, of, proofs)...)
	}
	return found
}

// azMayHoldCopies tells whether az has one of the files that copies are looked for in.
func (inv *Inventory) azMayHoldCopies() bool {
	return slices.ContainsFunc([]string{msalFile, principalsFile}, func(name string) bool {
		_, err := inv.reader.home.Look(inv.azFile(name))
		return !errors.Is(err, fs.ErrNotExist)
	})
}

// copied is the trace of what a cutter finds in a file of az; none if that is nothing.
func (inv *Inventory) copied(file string, cutter cut.Cutter, of []Name, proofs []*Trace) []*Trace {
	place := inv.azFile(file)
	data, err := inv.reader.home.Read(inv.reader.ctx, place, mostFile)
	var c cut.Cut
	if err == nil {
		c, err = cutter.Apply(data)
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(c.Removed) == 0 {
		return nil
	}
	return []*Trace{{
		Kind: store.TokenCopy, Where: Where{Place: place}, Of: of, Ours: true,
		Written: &Written{Cutter: cutter, Accounts: c.Removed, Proofs: proofs, Last: err == nil && !holdsSecrets(c.Data)}, Err: err,
	}}
}

// holdsSecrets tells whether a file of az may hold something to log in with; it names accounts and
// applications, too.
func holdsSecrets(data []byte) bool {
	return slices.ContainsFunc([]string{`secret"`, `client_assertion"`, `certificate"`}, func(key string) bool {
		return bytes.Contains(data, []byte(key))
	})
}

func (inv *Inventory) azFile(name string) disk.Place {
	return disk.Place{Root: inv.under(store.Home, ".azure"), Path: name, Of: disk.Azure}
}

// AzFiles are those of az's files that Atmos writes to, and makes a lock file for.
func (inv *Inventory) AzFiles() []disk.Place {
	var places []disk.Place
	for _, name := range []string{msalFile, "azureProfile.json", principalsFile} {
		places = append(places, inv.azFile(name))
	}
	return places
}
