// Package revoke ends sessions at the provider that gave them out: what a logout does beside removing
// files, and only if it was asked to.
//
// [ReadSSO] and [ReadGitHub] make sessions of what a token file holds, without any input or output. [End]
// sends the requests. Where a request goes is decided here alone: a host is built from the region in the token
// file and a fixed table, never from atmos.yaml, and no redirect is followed.
package revoke

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/credclean/credclean/store"
)

// MaxFile is the most that a token file may hold; Atmos's have a few thousand bytes.
const MaxFile = 64 << 10

// A Session is one sign-in that a token file holds. Printing it in whatever way, or
// marshalling it, shows no token.
type Session struct {
	Name       string    // of the provider or integration, for the report; set by the caller
	Host       string    // where the request that ends it goes; empty if none will be sent
	StartURL   string    // of the portal, if it is an https URL without a query or a user
	ValidUntil time.Time // of the access token; zero if it is not known
	Renewable  bool      // the access token can be renewed
	// Refused is why no request will be sent; nil if one will be. It is [ErrNotSupported] if
	// there is none that could be sent, and otherwise a failure.
	Refused error

	secret func() secret // a function, which fmt cannot look into whatever the verb
	oidc   string        // the host that renews an access token of AWS
	github bool          // a token of GitHub, which nothing renews
}

// ErrNotSupported marks a session that has no request to end it.
var ErrNotSupported = errors.New("cannot be ended from here")

// A secret is what must not be printed.
type secret struct {
	access, refresh, clientID, clientSecret string
}

func hide(s secret) func() secret { return func() secret { return s } }

// ssoFile is a token file of AWS IAM Identity Center (pkg/auth/providers/aws/sso_cache.go).
type ssoFile struct {
	AccessToken  string `json:"accessToken"`
	ExpiresAt    string `json:"expiresAt"`
	Region       string `json:"region"`
	StartURL     string `json:"startUrl"`
	RefreshToken string `json:"refreshToken"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

// ReadSSO reads a token file of AWS IAM Identity Center: up to v1.220 token.json, then <sha1 of start URL
// and region>.json, whose name has to match. file is its name or path. There is no session if the file holds no token.
func ReadSSO(data []byte, file string) []Session {
	var f ssoFile
	if s, bad := unread(data, &f); bad {
		return s
	}
	if f.AccessToken == "" && f.RefreshToken == "" {
		return nil
	}
	s := Session{secret: hide(secret{f.AccessToken, f.RefreshToken, f.ClientID, f.ClientSecret})}
	s.ValidUntil, _ = time.Parse(time.RFC3339, f.ExpiresAt)
	s.Renewable = f.renewable()
	if u, err := url.Parse(f.StartURL); err == nil && u.Scheme == "https" && u.Host != "" && u.RawQuery == "" && u.User == nil {
		s.StartURL = f.StartURL
	}
	if s.Refused = f.refuse(filepath.Base(file)); s.Refused == nil {
		suffix, _ := dnsSuffix(f.Region)
		s.Host = "portal.sso." + f.Region + "." + suffix
		s.oidc = "oidc." + f.Region + "." + suffix
	}
	return []Session{s}
}

func (f ssoFile) renewable() bool {
	return f.RefreshToken != "" && f.ClientID != "" && f.ClientSecret != ""
}

// refuse tells why nothing is sent of a file with this name.
func (f ssoFile) refuse(name string) error {
	_, known := dnsSuffix(f.Region)
	switch {
	case name != "token.json" && name != store.Portal(f.StartURL, f.Region)+".json":
		return errors.New("the name of the token file does not match its content")
	case !known:
		return errors.New("the region in the token file is not one of AWS")
	case f.AccessToken != "" && !fitsHeader(f.AccessToken):
		return errNoHeader
	case f.AccessToken == "" && !f.renewable():
		return fmt.Errorf("%w: there is no access token", ErrNotSupported)
	}
	return nil
}

// gitHubAPI is the only host that a token of GitHub is sent to.
const gitHubAPI = "api.github.com"

// ReadGitHub reads the state.json of an integration of kind github/sts
// (pkg/auth/integrations/github/sts.go), which has a token for each owner of repositories.
func ReadGitHub(data []byte) []Session {
	var f struct {
		Tokens []struct {
			Host      string `json:"host"`
			Token     string `json:"token"`
			ExpiresAt string `json:"expiresAt"`
		} `json:"tokens"`
	}
	if s, bad := unread(data, &f); bad {
		return s
	}
	var sessions []Session
	for _, t := range f.Tokens {
		if t.Token == "" {
			continue
		}
		s := Session{github: true, secret: hide(secret{access: t.Token})}
		s.ValidUntil, _ = time.Parse(time.RFC3339, t.ExpiresAt)
		switch {
		case t.Host != "github.com":
			s.Refused = fmt.Errorf("%w: not a token of github.com", ErrNotSupported)
		case !fitsHeader(t.Token):
			s.Refused = errNoHeader
		default:
			s.Host = gitHubAPI
		}
		sessions = append(sessions, s)
	}
	return sessions
}

// unread decodes a token file. If that fails there may be a token in it that is not ended, but
// an empty file, as a killed write leaves it, holds none.
func unread(data []byte, into any) (sessions []Session, bad bool) {
	switch {
	case len(data) > MaxFile:
		return []Session{{Refused: errors.New("the token file is too large")}}, true
	case len(bytes.TrimSpace(data)) == 0:
		return nil, true
	case json.Unmarshal(data, into) != nil: // its error would quote the file
		return []Session{{Refused: errors.New("not a token file of Atmos")}}, true
	}
	return nil, false
}

var errNoHeader = errors.New("the token holds characters that cannot be sent")

// fitsHeader tells whether a token can be sent in a header as it is.
func fitsHeader(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Join makes one session of those that have the same token, in however many files and under however
// many names it lies. The order stays.
func Join(sessions []Session) []Session {
	type key struct{ host, access, refresh string }
	at := make(map[key]int)
	var joined []Session
	var names [][]string
	for _, s := range sessions {
		k := key{host: s.Host}
		if s.Refused == nil {
			if k.access = s.secret().access; k.access == "" {
				k.refresh = s.secret().refresh
			}
		}
		i, again := at[k]
		if !again || s.Refused != nil {
			at[k] = len(joined)
			joined, names = append(joined, s), append(names, strings.Split(s.Name, ", "))
			continue
		}
		if s.Renewable && !joined[i].Renewable {
			joined[i] = s
		}
		for name := range strings.SplitSeq(s.Name, ", ") { // several providers may share a file
			if !slices.Contains(names[i], name) {
				names[i] = append(names[i], name)
			}
		}
	}
	for i := range joined {
		joined[i].Name = strings.Join(names[i], ", ")
	}
	return joined
}
