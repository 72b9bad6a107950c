package store

import (
	"crypto/sha1" //nolint:gosec // the name that Atmos gives a file, no protection
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// A Kind says what lies at a location.
type Kind string

// The kinds of what Atmos leaves.
const (
	KeyringEntry Kind = "keyring_entry"
	AWSFiles     Kind = "aws_files"     // a directory with a credentials and a config file, and their locks
	SessionToken Kind = "session_token" // a JSON file with an access token
	RefreshToken Kind = "refresh_token" // a JSON file that new credentials can be had with
	TempFile     Kind = "temp_file"     // credentials in a temporary file
)

// An Owner says whose name stands in the path of a location.
type Owner int

// The owners.
const (
	OfRoot     Owner = iota // the first name of a chain, provider or standalone identity
	OfProvider              // a provider
	OfIdentity              // an identity
)

// A Location is one place where some releases of Atmos keep something.
type Location struct {
	Kind  Kind
	Of    Owner
	Kinds []string // of provider or identity; empty for any
	Under Base
	// Path is below Under, with these words filled in: {name} the owner's name,
	// {flat} the same with - for /, {realm} the realm, {portal} the hash of start URL and
	// region. A part that becomes empty with an empty realm is left out.
	Path     string
	Releases string
	// ByStartURL: other projects may have a provider of this name here, so the
	// file is ours only if the start URL in it is.
	ByStartURL bool
}

// AWSUserDir is the directory that all aws/user identities share
// (pkg/auth/identities/aws/user.go since v1.194.0).
const AWSUserDir = "aws-user"

// Locations are all places that are known, but for the keyrings (see [Keys]).
// A new one is one entry here and one planted file in testdata/generations.
func Locations() []Location {
	return []Location{
		{Kind: AWSFiles, Of: OfRoot, Under: HomeAWS, Path: "{name}", Releases: "v1.194 to v1.195"},
		{Kind: AWSFiles, Of: OfRoot, Under: Config, Path: "{realm}/aws/{name}", Releases: "v1.196 and later, with a realm v1.206.0 and v1.207 and later"},
		{Kind: SessionToken, Of: OfProvider, Kinds: []string{"aws/iam-identity-center"}, Under: Cache, Path: "aws-sso/{name}/token.json", Releases: "v1.197 to v1.220", ByStartURL: true},
		{Kind: SessionToken, Of: OfProvider, Kinds: []string{"aws/iam-identity-center"}, Under: Cache, Path: "aws-sso/sessions/{portal}.json", Releases: "v1.221 and later"},
		{Kind: RefreshToken, Of: OfIdentity, Kinds: []string{"aws/user"}, Under: Cache, Path: "aws-webflow/{name}-{realm}/refresh.json", Releases: "v1.215 and later"},
		{Kind: TempFile, Of: OfIdentity, Kinds: []string{"mock", "mock/aws"}, Under: Temp, Path: "atmos-mock-{flat}.json", Releases: "v1.196 and later"},
	}
}

// For tells whether something of this kind may lie at the location. An empty
// kind, of a name that is not declared, may be any.
func (l Location) For(kind string) bool {
	return kind == "" || len(l.Kinds) == 0 || slices.Contains(l.Kinds, kind)
}

// HasRealm tells whether the path depends on the realm.
func (l Location) HasRealm() bool { return strings.Contains(l.Path, "{realm}") }

// HasPortal tells whether the path depends on the start URL and the region.
func (l Location) HasPortal() bool { return strings.Contains(l.Path, "{portal}") }

// Reserved tells whether a directory below Config is Atmos's own and no realm.
func Reserved(name string) bool {
	switch name {
	case "aws", "azure", "gcp", "emulator", "profiles", "kube":
		return true
	}
	return false
}

// Portal is the name of the file that v1.221.0 and later keep an SSO session
// in, without the extension: ssoCacheKey in pkg/auth/providers/aws/sso_cache.go.
func Portal(startURL, region string) string {
	sum := sha1.Sum([]byte(startURL + "|" + region)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// Fill writes the path for an owner, slash-separated and below the base. It
// fails for a name that cannot be part of a path: one with .. or NUL in it, an
// empty or a reserved one.
func (l Location) Fill(name, realm, portal string) (string, error) {
	if strings.Contains(l.Path, "{name}") || strings.Contains(l.Path, "{flat}") {
		if err := checkPathName(name); err != nil {
			return "", err
		}
	}
	fill := strings.NewReplacer("{name}", name, "{flat}", strings.ReplaceAll(name, "/", "-"), "{realm}", realm, "{portal}", portal)
	path := strings.TrimPrefix(fill.Replace(l.Path), "/")
	if l.Under == Config && (strings.HasPrefix(path, "profiles/") || strings.HasPrefix(path, "kube/")) {
		return "", fmt.Errorf("the realm %q is the name of a directory that Atmos keeps other things in", realm)
	}
	return path, nil
}

// checkPathName refuses names that would lead a path elsewhere. A slash is
// allowed, for Atmos joins names to paths as they are.
func checkPathName(name string) error {
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) || !filepath.IsLocal(part) || len(part) > 255 {
			return fmt.Errorf("the name %q cannot be part of a path", name)
		}
	}
	return nil
}

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

// A Key is one key under which an entry may be.
type Key struct {
	Key   string
	Realm string // empty also for the forms without one
}

// Keys are all keys under which any release may have stored an entry for name:
// the name itself (v1.194 to v1.205), atmos_<name> (no realm) and
// atmos_<realm>_<name> (v1.206 and later), each in every spelling.
func Keys(name string, realms []string) []Key {
	var keys []Key
	for _, n := range Spellings(name) {
		keys = append(keys, Key{Key: n})
		for _, realm := range realms {
			if realm == "" {
				keys = append(keys, Key{Key: "atmos_" + n})
			} else {
				keys = append(keys, Key{Key: "atmos_" + realm + "_" + n, Realm: realm})
			}
		}
	}
	return keys
}

// HasRealm tells whether a key bears a realm, so that it belongs to one project.
func (k Key) HasRealm() bool { return k.Realm != "" }

// ForeignRealm finds a realm of another project that a key may belong to as
// well, as atmos_a_b is the key of b in realm a and of a_b without one. exists
// tells whether Atmos keeps files for a realm; own are ours.
func (k Key) ForeignRealm(own []string, exists func(realm string) bool) (realm string, ambiguous bool) {
	rest, ok := strings.CutPrefix(k.Key, "atmos_")
	if !ok {
		return "", false
	}
	for i := range len(rest) - 1 {
		realm := rest[:i]
		if i > 0 && rest[i] == '_' && !slices.Contains(own, realm) && ValidRealm(realm) && exists(realm) {
			return realm, true
		}
	}
	return "", false
}
