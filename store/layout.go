// Package store knows where Atmos keeps credentials, and how one file is looked at
// and removed. It does not know what a logout is.
package store

import (
	"crypto/sha1" //nolint:gosec // the name that Atmos gives a file, no protection
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/credclean/credclean/store/disk"
)

// A Kind says what lies at a location.
type Kind string

// The kinds of what Atmos leaves.
const (
	KeyringEntry     Kind = "keyring_entry"
	AWSFiles         Kind = "aws_files"         // a directory with a credentials and a config file, and their locks
	CloudCredentials Kind = "cloud_credentials" // a file with credentials of another cloud
	CloudConfig      Kind = "cloud_config"      // a file that goes with them and holds no secret
	SessionToken     Kind = "session_token"     // a file with access tokens
	RefreshToken     Kind = "refresh_token"     // a file that new credentials can be had with
	BrowserState     Kind = "browser_state"     // cookies of a browser
	TempFile         Kind = "temp_file"         // credentials in a temporary file
	Provisioned      Kind = "provisioned_identities"
	DockerLogin      Kind = "docker_login"
	KubeconfigEntry  Kind = "kubeconfig_entry"
)

// An Owner says whose name stands in the path of a location.
type Owner int

// The owners.
const (
	OfRoot        Owner = iota // the first name of a chain, provider or standalone identity
	OfProvider                 // a provider
	OfIdentity                 // an identity
	OfIntegration              // an integration, of the identity or provider it is linked to
)

// Sharing says who else uses what lies at a location.
type Sharing string

// The ways of sharing.
const (
	Alone     Sharing = ""
	ByPortal  Sharing = "portal"               // every provider with the same start URL and region
	ByRealm   Sharing = "token cache of Azure" // every provider of these kinds in the project
	ByMachine Sharing = "browser state"        // every provider of these kinds on the machine
)

// A Location is one place where some releases of Atmos keep something.
type Location struct {
	Kind  Kind
	Of    Owner
	Kinds []string // of provider, identity or integration, as patterns of path.Match; empty for any
	Under Base
	// Path is below Under, with these words filled in: {name} the owner's name, {root} the
	// first name of its chain, {realm} the realm, {portal} the hash of start URL and
	// region, {console} the hash of realm and name; {flat}, {safe} and {plain} are the
	// name with the separators of paths replaced. A part that becomes empty with an empty
	// realm is left out.
	Path string
	// Locks are further lock files that go with it, beside <path>.lock.
	Locks    []string
	Releases string
	Shared   Sharing
	// ByStartURL: other projects may have a provider of this name here, so the
	// file is ours only if the start URL in it is.
	ByStartURL bool
	// NeedsRealm: without a realm the path would be another program's.
	NeedsRealm bool
	// WithProvider: it goes with the provider only, not with one of its identities.
	WithProvider bool
	// Unless is a path below the home directory: where it exists, another
	// program uses the file too, so it stays.
	Unless string
}

// AWSUserDir is the directory that all aws/user identities share
// (pkg/auth/identities/aws/user.go since v1.194.0).
const AWSUserDir = "aws-user"

// Locations are all places that are known, but for the keyrings (see [Keys])
// and the files of Docker and kubectl (see package cut).
// A new one is one entry here and one planted file in testdata.
func Locations() []Location {
	sso := []string{"aws/iam-identity-center"}
	azure := []string{"azure/*"}
	msal := []string{"azure/device-code", "azure/interactive", "azure/cli"}
	gcp := []string{"gcp/service-account", "gcp/project"}
	gcpLocks := []string{"{realm}/gcp/{root}/{name}.cleanup.lock", "{realm}/gcp/{root}/{name}.identity.lock"}
	saml := []string{"aws/saml"}
	sts := []string{"github/sts"}
	return []Location{
		{Kind: AWSFiles, Of: OfRoot, Under: HomeAWS, Path: "{name}", Releases: "v1.194 to v1.195"},
		{Kind: AWSFiles, Of: OfRoot, Under: Config, Path: "{realm}/aws/{name}", Releases: "v1.196 and later, with a realm v1.206.0 and v1.207 and later"},
		{Kind: SessionToken, Of: OfProvider, Kinds: sso, Under: Cache, Path: "aws-sso/{name}/token.json", Releases: "v1.197 to v1.220", ByStartURL: true},
		{Kind: SessionToken, Of: OfProvider, Kinds: sso, Under: Cache, Path: "aws-sso/sessions/{portal}.json", Releases: "v1.221 and later", Shared: ByPortal},
		{Kind: BrowserState, Of: OfProvider, Kinds: saml, Under: HomeSAML, Path: "storageState.json", Releases: "v1.194 and later", Shared: ByMachine, Unless: ".saml2aws"},
		{Kind: BrowserState, Of: OfProvider, Kinds: saml, Under: Cache, Path: "aws-saml/{name}/storageState.json", Releases: "v1.215.0-rc.6"},
		{Kind: RefreshToken, Of: OfIdentity, Kinds: []string{"aws/user"}, Under: Cache, Path: "aws-webflow/{name}-{realm}/refresh.json", Releases: "v1.215 and later"},
		{Kind: BrowserState, Of: OfIdentity, Under: Data, Path: "console/sessions/{console}", Releases: "v1.211 and later"},
		{Kind: CloudCredentials, Of: OfProvider, Kinds: azure, Under: HomeAzure, Path: "{realm}/{name}/credentials.json", Releases: "v1.199 and later, with a realm v1.206.0 and v1.207 and later"},
		{Kind: RefreshToken, Of: OfProvider, Kinds: msal, Under: HomeAzure, Path: "{realm}/msal_token_cache.json", Releases: "v1.206.0, v1.207 and later", Shared: ByRealm, NeedsRealm: true},
		{Kind: SessionToken, Of: OfProvider, Kinds: azure, Under: Cache, Path: "azure-device-code/{name}/token.json", Releases: "v1.199 and later"},
		{Kind: CloudCredentials, Of: OfIdentity, Kinds: gcp, Under: Config, Path: "{realm}/gcp/{root}/adc/{name}/application_default_credentials.json", Locks: gcpLocks, Releases: "v1.207 and later"},
		{Kind: CloudCredentials, Of: OfIdentity, Kinds: gcp, Under: Config, Path: "{realm}/gcp/{root}/adc/{name}/access_token", Releases: "v1.207 and later"},
		{Kind: CloudConfig, Of: OfIdentity, Kinds: gcp, Under: Config, Path: "{realm}/gcp/{root}/config/{name}/properties", Releases: "v1.207 and later"},
		{Kind: CloudCredentials, Of: OfIdentity, Kinds: []string{"*/emulator"}, Under: Config, Path: "{realm}/emulator/{name}.kubeconfig", Releases: "v1.222 and later"},
		{Kind: TempFile, Of: OfIdentity, Kinds: []string{"mock", "mock/*"}, Under: Temp, Path: "atmos-mock-{flat}.json", Releases: "v1.196 and later"},
		{Kind: SessionToken, Of: OfIntegration, Kinds: sts, Under: Data, Path: "auth/github-sts/{realm}/{plain}/state.json", Releases: "v1.221 and later"},
		{Kind: SessionToken, Of: OfIntegration, Kinds: sts, Under: Data, Path: "auth/github-sts/{realm}/{plain}/git.config", Releases: "v1.221 and later"},
		{Kind: Provisioned, Of: OfProvider, Kinds: sso, Under: Cache, Path: "auth/{safe}/provisioned-identities.yaml", Releases: "v1.200 and later", ByStartURL: true, WithProvider: true},
	}
}

// For tells whether something of this kind may lie at the location. An empty
// kind, of a name that is not declared, may be any.
func (l Location) For(kind string) bool {
	return kind == "" || len(l.Kinds) == 0 || slices.ContainsFunc(l.Kinds, func(pattern string) bool {
		ok, err := path.Match(pattern, kind)
		return err == nil && ok
	})
}

// HasRealm tells whether the path depends on the realm.
func (l Location) HasRealm() bool {
	return strings.Contains(l.Path, "{realm}") || strings.Contains(l.Path, "{console}")
}

// Named tells whether the path depends on the owner's name.
func (l Location) Named() bool {
	return slices.ContainsFunc([]string{"{name}", "{flat}", "{safe}", "{plain}", "{console}"}, func(word string) bool {
		return strings.Contains(l.Path, word)
	})
}

// HasPortal tells whether the path depends on the start URL and the region.
func (l Location) HasPortal() bool { return strings.Contains(l.Path, "{portal}") }

// Fixed is the part of the path that is the same for all names, realms and
// portals; empty if there is none.
func (l Location) Fixed() string {
	first, _, _ := strings.Cut(l.Path, "{")
	return strings.TrimSuffix(first[:strings.LastIndexByte(first, '/')+1], "/")
}

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

// Words are what is filled into the path of a location.
type Words struct {
	Name, Root, Realm, Portal string
}

// Fill writes the path, slash-separated and below the base. It fails for a name
// that cannot be part of a path: one with .. or NUL in it, an empty or a reserved one.
func (l Location) Fill(w Words) (string, error) { return l.fill(l.Path, w) }

// LockPaths are the paths of the lock files that go with the location.
func (l Location) LockPaths(w Words) ([]string, error) {
	var paths []string
	for _, lock := range append([]string{l.Path + disk.LockSuffix}, l.Locks...) {
		filled, err := l.fill(lock, w)
		if err != nil {
			return nil, err
		}
		paths = append(paths, filled)
	}
	return paths, nil
}

func (l Location) fill(path string, w Words) (string, error) {
	// pkg/auth/providers/mock, pkg/auth/provisioning/writer.go, pkg/auth/integrations/github/sts.go
	flat := strings.ReplaceAll(w.Name, "/", "-")
	safe := strings.NewReplacer("/", "_", `\`, "_").Replace(w.Name)
	plain := strings.NewReplacer("/", "-", `\`, "-", ":", "-", "..", "-").Replace(w.Name)
	console := hash(w.Realm + "/" + w.Name)[:16] // cmd/auth/console.go since v1.211.0
	for word, name := range map[string]string{"{name}": w.Name, "{root}": w.Root, "{flat}": flat, "{safe}": safe, "{plain}": plain} {
		if err := checkPathName(name); err != nil && strings.Contains(path, word) {
			return "", err
		}
	}
	if w.Realm == "" {
		path = strings.ReplaceAll(path, "/{realm}/", "/")
	}
	filled := strings.TrimPrefix(strings.NewReplacer(
		"{name}", w.Name, "{root}", w.Root, "{flat}", flat, "{safe}", safe, "{plain}", plain,
		"{realm}", w.Realm, "{portal}", w.Portal, "{console}", console,
	).Replace(path), "/")
	if l.Under == Config && (strings.HasPrefix(filled, "profiles/") || strings.HasPrefix(filled, "kube/")) {
		return "", fmt.Errorf("the realm %q is the name of a directory that Atmos keeps other things in", w.Realm)
	}
	return filled, nil
}

// checkPathName refuses names that would lead a path elsewhere. A slash is
// allowed, for Atmos joins names to paths as they are; on Windows a backslash is one, too.
func checkPathName(name string) error {
	for part := range strings.SplitSeq(filepath.ToSlash(name), "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) || !filepath.IsLocal(part) || len(part) > 255 || badOnWindows(part) {
			return fmt.Errorf("the name %q cannot be part of a path", name)
		}
	}
	return nil
}

// badOnWindows tells whether this is Windows, which cannot hold a file of this
// name or takes it for another one.
func badOnWindows(name string) bool {
	return runtime.GOOS == "windows" && (strings.ContainsAny(name, `\:*?"<>|`) || strings.TrimRight(name, ". ") != name)
}

// A Foreign is something that other programs keep and Atmos may have used. It is
// never touched, only named with what ends it.
type Foreign struct {
	Kinds []string // of the names that are logged out, as patterns of path.Match
	Paths []string // below the home directory
	Whose string
	End   string // the commands that end it
	// Written: Atmos writes credentials of its own there.
	Written bool
}

// Foreigners are all such things.
func Foreigners() []Foreign {
	return []Foreign{
		{Kinds: []string{"aws/*"}, Paths: []string{".aws/credentials", ".aws/sso", ".aws/cli"}, Whose: "aws", End: "aws sso logout"},
		{Kinds: []string{"azure/*"}, Paths: []string{".azure/msal_token_cache.json", ".azure/azureProfile.json", ".azure/service_principal_entries.json"}, Whose: "az", End: "az logout", Written: true},
		{Kinds: []string{"gcp/*"}, Paths: []string{".config/gcloud"}, Whose: "gcloud", End: "gcloud auth revoke; gcloud auth application-default revoke"},
	}
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
		if rest[i] == '_' && !slices.Contains(own, realm) && ValidRealm(realm) && exists(realm) {
			return realm, true
		}
	}
	return "", false
}
