package elsewhere

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/credclean/credclean/internal/regular"
)

// visitProfiles looks at the keys of profiles. Which keys a profile has tells what
// it is; of values only the times are kept that tools write beside a session.
func visitProfiles(ctx context.Context, v *visit) {
	data, err := regular.Read(ctx, v.path, maxSize)
	if err != nil {
		v.failed(v.path, err)
		return
	}
	name := credentialsProfile
	if strings.HasSuffix(v.Base, "/config") {
		name = configProfile
	}
	profiles, err := readProfiles(data, name)
	if err != nil {
		v.failed(v.path, err)
		return
	}
	for _, p := range profiles {
		switch {
		case p.has["aws_session_token"] || p.has["aws_security_token"]:
			f := v.until(p.expires, false)
			f.Name = p.name
			v.add(v.path, v.ending(f, removeSection, ""))
		case p.has["aws_access_key_id"] || p.has["aws_secret_access_key"]:
			v.add(v.path, v.ending(Finding{Name: p.name, State: LongLived}, deleteAccessKey, ""))
		}
	}
}

// A profile says which keys a section of an AWS file has a value for.
type profile struct {
	name    string
	has     map[string]bool
	expires time.Time
}

// readProfiles reads a file as the configparser of botocore does: a section goes
// on where it is named again, and an indented line goes on with the value above it.
// profileName tells which profile a section is.
func readProfiles(data []byte, profileName func(section string) (string, bool)) ([]*profile, error) {
	if bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data) {
		return nil, errors.New("not a text file")
	}
	var profiles []*profile
	var section *profile // nil in a section that is no profile
	inSection, key := false, ""
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(trimBOM(data)))
	for line := range strings.Lines(text) {
		goesOn := key != "" && strings.TrimLeft(line, " \t") != line
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if name, ok := sectionName(line); ok && !goesOn {
			inSection, key, section = true, "", nil
			if name, ok := profileName(name); ok {
				profiles, section = profileNamed(profiles, name)
			}
			continue
		}
		if !inSection {
			return nil, errors.New("not a file of sections")
		}
		value := line
		if name, after, ok := cutKey(line); ok && (!goesOn || strings.HasPrefix(name, "aws_")) {
			key, value = name, after
		}
		section.set(key, value)
	}
	return profiles, nil
}

func cutKey(line string) (key, value string, ok bool) {
	i := strings.IndexAny(line, "=:")
	if i < 0 {
		return "", "", false
	}
	return strings.ToLower(strings.TrimSpace(line[:i])), strings.TrimSpace(line[i+1:]), true
}

func sectionName(line string) (string, bool) {
	if !strings.HasPrefix(line, "[") {
		return "", false
	}
	name, _, ok := strings.Cut(line[1:], "]")
	return strings.TrimSpace(name), ok
}

// credentialsProfile is the name of the profile that a section of a credentials file is.
func credentialsProfile(section string) (string, bool) { return section, true }

// configProfile is that of a section of a config file: there it stands behind the word profile.
func configProfile(section string) (string, bool) {
	if section == "default" {
		return section, true
	}
	name, ok := strings.CutPrefix(section, "profile")
	if !ok || name == "" || !strings.ContainsAny(name[:1], " \t\"'") {
		return "", false
	}
	return strings.Trim(strings.TrimSpace(name), `"'`), true
}

func profileNamed(profiles []*profile, name string) ([]*profile, *profile) {
	for _, p := range profiles {
		if p.name == name {
			return profiles, p
		}
	}
	p := &profile{name: name, has: make(map[string]bool)}
	return append(profiles, p), p
}

func (p *profile) set(key, value string) {
	if p == nil || value == "" {
		return
	}
	p.has[key] = true
	switch key {
	case "x_security_token_expires", "expiration", "aws_expiration": // saml2aws and others
		if end := parseTime(value); !end.IsZero() {
			p.expires = end
		}
	}
}

// A present tells whether a value is there, and keeps nothing of it.
type present bool

// UnmarshalJSON never fails.
func (p *present) UnmarshalJSON(value []byte) error {
	*p = string(value) != "null" && string(value) != `""`
	return nil
}

// visitSSO looks at sessions of IAM Identity Center. aws sso logout, too, takes what has an access
// token; the other files are registrations of clients, with which nobody is signed in.
func visitSSO(ctx context.Context, v *visit) {
	v.eachJSON(func(path string) error {
		if strings.HasPrefix(filepath.Base(path), "botocore-client-id-") {
			return nil
		}
		var doc struct {
			StartURL              string
			ExpiresAt             string
			RegistrationExpiresAt string
			AccessToken           present
			RefreshToken          present
		}
		if err := decode(ctx, path, &doc); err != nil || !doc.AccessToken {
			return err
		}
		end, registered := parseTime(doc.ExpiresAt), parseTime(doc.RegistrationExpiresAt)
		f := v.until(end, bool(doc.RefreshToken) && (registered.IsZero() || registered.After(v.now)))
		f.Name = cmp.Or(doc.StartURL, stem(path))
		ends := ssoLogout
		if f.Renewable && !end.After(v.now) && doc.StartURL != "" {
			ends = ssoLapsed
		}
		v.add(path, v.ending(f, ends, ""))
		return nil
	})
}

// visitCLI looks at credentials of roles. aws sso logout takes those that came of SSO.
func visitCLI(ctx context.Context, v *visit) {
	v.eachJSON(func(path string) error {
		var doc struct {
			ProviderType    string
			Credentials     *struct{ Expiration, AccountID string }
			AssumedRoleUser struct{ Arn string }
		}
		if err := decode(ctx, path, &doc); err != nil || doc.Credentials == nil {
			return err
		}
		f := v.until(parseTime(doc.Credentials.Expiration), false)
		f.Name = cmp.Or(doc.AssumedRoleUser.Arn, doc.Credentials.AccountID, stem(path))
		if doc.ProviderType == "sso" {
			f = v.ending(f, ssoLogout, "")
		}
		v.add(path, f)
		return nil
	})
}

// loginLasts is how long the credentials of aws login are renewed at most.
const loginLasts = 12 * time.Hour

// visitLogin looks at logins with aws login: credentials of 15 minutes that renew themselves.
func visitLogin(ctx context.Context, v *visit) {
	v.eachJSON(func(path string) error {
		var doc struct {
			AccessToken  *struct{ ExpiresAt, AccountID string }
			RefreshToken present
		}
		if err := decode(ctx, path, &doc); err != nil || doc.AccessToken == nil {
			return err
		}
		end := parseTime(doc.AccessToken.ExpiresAt)
		f := v.until(end, bool(doc.RefreshToken) && (end.IsZero() || end.Add(loginLasts).After(v.now)))
		f.Name = cmp.Or(doc.AccessToken.AccountID, stem(path))
		v.add(path, v.ending(f, loginLogout, ""))
		return nil
	})
}

func stem(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }

func trimBOM(data []byte) []byte { return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) }

// parseTime reads a time as the tools write it; zero if it is none.
func parseTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05UTC", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", time.DateTime} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Truncate(time.Second)
		}
	}
	return time.Time{}
}
