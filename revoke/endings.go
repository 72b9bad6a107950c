package revoke

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/store"
)

// An Ending says how something ends for which there is no request: by itself, or with a command
// that the user has to type. It is only for the report.
type Ending struct {
	What  []store.Kind  // what lies there
	Kinds []string      // of the name that it is of, as patterns of path.Match; empty for any
	Why   string        // why it stays valid until its expiry
	Most  time.Duration // how long it is valid at most, where no expiry stands beside it
	// Command ends it, with what else it does in Does.
	Command, Does string
	// Portal: it ends by itself or where it was signed in. If the session of the same name was ended, so is this.
	Portal bool
}

// Endings are all that are known. What is not listed is ended by [End], or is no credential: entries of
// kubectl run atmos, and mocks and emulators have no provider.
func Endings() []Ending {
	files := []store.Kind{store.CredentialsFile}
	entry := []store.Kind{store.KeyringEntry}
	docker := []store.Kind{store.DockerLogin}
	return []Ending{
		{What: files, Why: "AWS cannot end role sessions"},
		{What: entry, Kinds: []string{"aws/iam-identity-center"}, Portal: true},
		{What: entry, Kinds: []string{"aws/*"}, Why: "AWS cannot end role sessions"},
		{What: []store.Kind{store.RefreshToken}, Kinds: []string{"aws/user"}, Why: "cannot be ended from here"},
		{What: []store.Kind{store.BrowserState}, Portal: true},
		{
			What: []store.Kind{store.RefreshToken}, Kinds: []string{"azure/*"},
			// https://learn.microsoft.com/en-us/graph/api/user-revokesigninsessions
			Command: "az rest --method post --url https://graph.microsoft.com/v1.0/me/revokeSignInSessions",
			Does:    "ends all your Microsoft sessions",
		},
		{What: []store.Kind{store.CloudCredentials, store.SessionToken}, Kinds: []string{"azure/*"}, Why: "Microsoft cannot end access tokens"},
		{What: []store.Kind{store.CloudCredentials, store.KeyringEntry}, Kinds: []string{"gcp/*"}, Why: "Google cannot end service account tokens"},
		{What: entry, Kinds: []string{"atmos/pro"}, Why: "Atmos Pro cannot end tokens"},
		{What: entry, Kinds: []string{"github/oidc"}, Why: "GitHub cannot end OIDC tokens"},
		// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
		{What: docker, Kinds: []string{"aws/ecr", "aws/ecr-public"}, Most: 12 * time.Hour, Why: "AWS cannot end registry logins"},
		// https://learn.microsoft.com/en-us/azure/container-registry/container-registry-authentication
		{What: docker, Kinds: []string{"azure/acr"}, Most: 3 * time.Hour, Why: "Azure cannot end registry logins"},
	}
}

// EndingOf finds how something ends that is of a provider, identity or integration of this kind.
func EndingOf(what store.Kind, kind string) (Ending, bool) {
	for _, e := range Endings() {
		if slices.Contains(e.What, what) && e.of(kind) {
			return e, true
		}
	}
	return Ending{}, false
}

func (e Ending) of(kind string) bool {
	return len(e.Kinds) == 0 || slices.ContainsFunc(e.Kinds, func(pattern string) bool {
		ok, err := path.Match(pattern, kind)
		return err == nil && ok
	})
}

// Line is what a report says of it. names are whose it was, until is its expiry written out, empty if it is not known, and
// startURL is where it was signed in, if anywhere.
func (e Ending) Line(names, until, startURL string) string {
	switch {
	case e.Command != "":
		return fmt.Sprintf("Cannot be ended from here: %s (%s %s)", names, e.Command, e.Does)
	case e.Portal:
		return NotEnded(names, startURL)
	case until != "":
		return fmt.Sprintf("Still valid until %s: %s (%s)", until, names, e.Why)
	case e.Most != 0:
		return fmt.Sprintf("Still valid for at most %d hours: %s (%s)", e.Most/time.Hour, names, e.Why)
	}
	return fmt.Sprintf("Not ended: %s; it ends by itself (%s)", names, e.Why)
}

// Gcloud is the line about a login of gcloud in the configuration directory of an identity: before a removal the
// command that ends it.
func Gcloud(dir, account string) string {
	return fmt.Sprintf("Cannot be ended from here: %s of gcloud (CLOUDSDK_CONFIG=%s gcloud auth revoke %s ends it)", account, quote(dir), quote(account))
}

// GcloudNotEnded is the same after a removal: that command would find nothing then.
func GcloudNotEnded(account string) string {
	return fmt.Sprintf("Not ended: %s of gcloud; end it at https://myaccount.google.com/connections", account)
}

// quote writes a word for a POSIX shell. A directory that another program made can have any name.
func quote(s string) string {
	safe := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("@%+=:,./_-", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !safe(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
