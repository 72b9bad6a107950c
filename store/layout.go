package store

import (
	"errors"
	"path"
	"slices"
	"strings"
)

// An Owner says whose name stands in the path of a location.
type Owner int

// The owners.
const (
	OfRoot        Owner = iota // the first name of a chain: a provider or a standalone identity
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
	Kind   Kind
	Format Format
	Of     Owner
	Kinds  []string // of provider, identity or integration, as patterns of path.Match; empty for any
	Under  Base
	// Path is below Under, with words in braces. {name} is the owner's name, {root} the first
	// name of its chain; both may hold slashes, since Atmos joins names to paths as they are.
	// {realm} is a directory of its own, which is missing where the realm is empty.
	// {portal} is a hash of start URL and region, {console} one of realm and name.
	Path string
	// Joined says that {name} is the name, a dash and the realm.
	Joined bool
	// Beside is the file in the same directory that Format is of: it says until when this one is valid.
	Beside string
	// Stacked says that {name} is a stack, a dash and the name.
	Stacked bool
	// Escape are pairs of what Atmos replaces in the name and by what.
	Escape []string
	// Tree says that a whole directory goes. It is not looked into.
	Tree     bool
	Releases string
	Shared   Sharing
	// ByStartURL: other projects may have a provider of this name here, so the
	// file is ours only if the start URL in it is.
	ByStartURL bool
	// NeedsRealm: without a realm the path would be another program's.
	NeedsRealm bool
	// Last: it goes with the provider only, and after everything else has gone.
	Last bool
	// Unless is a path below the home directory: where it exists, another
	// program uses the file too, so it stays.
	Unless string
}

// ErrClaimed is the error for a place that only a project's file names: nothing is removed there.
var ErrClaimed = errors.New("only atmos.yaml names this place")

// AWSUserDir is the directory that all aws/user identities share
// (pkg/auth/identities/aws/user.go since v1.194.0).
const AWSUserDir = "aws-user"

// Locations are all places that are known, except for keyrings (see [Keys]) and files of
// other programs that Atmos writes to (see [Registry] and [Cluster]). A new place is one entry
// here, one planted file in testdata and one row in docs/kinds.md.
func Locations() []Location { return locations }

//nolint:gochecknoglobals // the table; nothing changes it
var locations = []Location{
	{Kind: CredentialsFile, Format: AWS, Of: OfRoot, Under: HomeAWS, Path: "{name}/credentials", Releases: "v1.194 to v1.195"},
	{Kind: ConfigFile, Format: AWS, Of: OfRoot, Under: HomeAWS, Path: "{name}/config", Releases: "v1.194 to v1.195"},
	{Kind: CredentialsFile, Format: AWS, Of: OfRoot, Under: Config, Path: "{realm}/aws/{name}/credentials", Releases: "v1.196 and later, with a realm v1.206.0 and v1.207 and later"},
	{Kind: ConfigFile, Format: AWS, Of: OfRoot, Under: Config, Path: "{realm}/aws/{name}/config", Releases: "v1.196 and later, with a realm v1.206.0 and v1.207 and later"},
	{Kind: SessionToken, Format: JSON, Of: OfProvider, Kinds: sso, Under: Cache, Path: "aws-sso/{name}/token.json", Releases: "v1.197 to v1.220", ByStartURL: true},
	{Kind: SessionToken, Format: JSON, Of: OfProvider, Kinds: sso, Under: Cache, Path: "aws-sso/sessions/{portal}.json", Releases: "v1.221 and later", Shared: ByPortal, ByStartURL: true},
	{Kind: BrowserState, Of: OfProvider, Kinds: saml, Under: HomeSAML, Path: "storageState.json", Releases: "v1.194 and later", Shared: ByMachine, Unless: ".saml2aws"},
	{Kind: BrowserState, Of: OfProvider, Kinds: saml, Under: Cache, Path: "aws-saml/{name}/storageState.json", Releases: "v1.215.0-rc.6"},
	{Kind: RefreshToken, Format: Webflow, Of: OfIdentity, Kinds: []string{"aws/user"}, Under: Cache, Path: "aws-webflow/{name}/refresh.json", Joined: true, Releases: "v1.215 and later"},
	{Kind: BrowserState, Of: OfIdentity, Under: Data, Path: "console/sessions/{console}", Tree: true, Releases: "v1.211 and later"},
	{Kind: CloudCredentials, Format: JSON, Of: OfProvider, Kinds: []string{"azure/*"}, Under: HomeAzure, Path: "{realm}/{name}/credentials.json", Releases: "v1.199 and later, with a realm v1.206.0 and v1.207 and later"},
	{Kind: RefreshToken, Format: MSAL, Of: OfProvider, Kinds: []string{"azure/device-code", "azure/interactive"}, Under: HomeAzure, Path: "{realm}/msal_token_cache.json", Releases: "v1.206.0, v1.207 and later", Shared: ByRealm, NeedsRealm: true},
	{Kind: SessionToken, Format: JSON, Of: OfProvider, Kinds: []string{"azure/*"}, Under: Cache, Path: "azure-device-code/{name}/token.json", Releases: "v1.199 and later"},
	{Kind: CloudCredentials, Format: JSON, Of: OfIdentity, Kinds: gcp, Under: Config, Path: "{realm}/gcp/{root}/adc/{name}/application_default_credentials.json", Releases: "v1.207 and later"},
	{Kind: CloudCredentials, Format: Lines, Of: OfIdentity, Kinds: gcp, Under: Config, Path: "{realm}/gcp/{root}/adc/{name}/access_token", Releases: "v1.207 and later"},
	{Kind: CloudConfig, Of: OfIdentity, Kinds: gcp, Under: Config, Path: "{realm}/gcp/{root}/config/{name}", Tree: true, Releases: "v1.207 and later"},
	{Kind: LockFile, Of: OfIdentity, Kinds: gcp, Under: Config, Path: "{realm}/gcp/{root}/{name}.cleanup.lock", Releases: "v1.207 to v1.224"},
	{Kind: LockFile, Of: OfIdentity, Kinds: gcp, Under: Config, Path: "{realm}/gcp/{root}/{name}.identity.lock", Releases: "v1.225 and later"},
	{Kind: CloudCredentials, Of: OfIdentity, Kinds: []string{"*/emulator"}, Under: Config, Path: "{realm}/emulator/{name}.kubeconfig", Releases: "v1.222 and later"},
	{Kind: CloudCredentials, Of: OfIdentity, Kinds: []string{"*/emulator"}, Under: Cache, Path: "emulator/{name}.kubeconfig", Stacked: true, Releases: "v1.222 and later"}, // pkg/emulator/yamlfunc.go
	{Kind: TempFile, Format: JSON, Of: OfIdentity, Kinds: []string{"mock", "mock/*"}, Under: Temp, Path: "atmos-mock-{name}.json", Escape: []string{"/", "-"}, Releases: "v1.196 and later"},
	{Kind: SessionToken, Format: JSON, Of: OfIntegration, Kinds: []string{"github/sts"}, Under: Data, Path: "auth/github-sts/{realm}/{name}/state.json", Escape: plain, Releases: "v1.221 and later"},
	{Kind: SessionToken, Format: JSON, Of: OfIntegration, Kinds: []string{"github/sts"}, Under: Data, Path: "auth/github-sts/{realm}/{name}/git.config", Beside: "state.json", Escape: plain, Releases: "v1.221 and later"},
	{Kind: Provisioned, Format: YAML, Of: OfProvider, Kinds: sso, Under: Cache, Path: "auth/{name}/provisioned-identities.yaml", Escape: []string{"/", "_", `\`, "_"}, Releases: "v1.200 and later", ByStartURL: true, Last: true},
}

//nolint:gochecknoglobals // parts of the table
var (
	sso   = []string{"aws/iam-identity-center"}
	saml  = []string{"aws/saml"}
	gcp   = []string{"gcp/service-account", "gcp/project"}
	plain = []string{"/", "_", `\`, "_", ":", "_", "..", "_"} // pkg/auth/integrations/github/sts.go since v1.221.0
)

// For tells whether something of this kind of provider, identity or integration may lie at
// the location.
func (l Location) For(kind string) bool {
	return len(l.Kinds) == 0 || slices.ContainsFunc(l.Kinds, func(pattern string) bool {
		ok, err := path.Match(pattern, kind)
		return err == nil && ok
	})
}

// Console tells whether the path is a hash of realm and name.
func (l Location) Console() bool { return strings.Contains(l.Path, "{console}") }

// Common tells whether the path tells no name: all of a portal, a realm or a machine share it.
func (l Location) Common() bool { return !strings.Contains(l.Path, "{name}") && !l.Console() }

// OnDisk is a name as the path of the location has it.
func (l Location) OnDisk(name string) string {
	if l.Escape == nil {
		return name
	}
	return strings.NewReplacer(l.Escape...).Replace(name)
}

// Writes tells whether a path of the location that has written in it may be that of a name.
func (l Location) Writes(written, name string) bool {
	if l.Stacked {
		stack, ok := strings.CutSuffix(written, "-"+name)
		return ok && stack != ""
	}
	return l.OnDisk(name) == written
}
