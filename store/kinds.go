package store

import "slices"

// A Kind says what a trace or a step is.
type Kind string

// The kinds of what Atmos leaves.
const (
	KeyringEntry     Kind = "keyring_entry"
	CredentialsFile  Kind = "credentials_file"  // sections of an AWS credentials file
	ConfigFile       Kind = "config_file"       // sections of an AWS config file
	CloudCredentials Kind = "cloud_credentials" // a file with credentials of another cloud
	CloudConfig      Kind = "cloud_config"      // a directory in which another cloud's program keeps its logins
	SessionToken     Kind = "session_token"     // a file with access tokens
	RefreshToken     Kind = "refresh_token"     // a file that new credentials can be had with
	BrowserState     Kind = "browser_state"     // cookies of a browser
	TempFile         Kind = "temp_file"         // credentials in a temporary file
	Provisioned      Kind = "provisioned_identities"
	DockerLogin      Kind = "docker_login"
	KubeconfigEntry  Kind = "kubeconfig_entry"
	TokenCopy        Kind = "token_copy"       // in a file of az
	ProviderSession  Kind = "provider_session" // at the provider, not on this machine
	LockFile         Kind = "lock_files"
	EmptyDir         Kind = "empty_dir"
	OtherFile        Kind = "other_file" // not Atmos's, or not known
)

// words are what people call the kinds: one thing, and what a line of a report begins with.
//
//nolint:gochecknoglobals // a table; nothing changes it
var words = map[Kind]struct{ one, line string }{
	KeyringEntry:     {"keyring entry", "Keyring"},
	CredentialsFile:  {"credentials", "Files"},
	ConfigFile:       {"config", "Files"},
	CloudCredentials: {"credentials", "Files"},
	CloudConfig:      {"logins of gcloud", "Files"},
	SessionToken:     {"session token", "Session"},
	RefreshToken:     {"refresh token", "Session"},
	BrowserState:     {"browser state", "Session"},
	TempFile:         {"credentials", "Files"},
	Provisioned:      {"provisioned identities", "Files"},
	DockerLogin:      {"Docker login", "Docker"},
	KubeconfigEntry:  {"kubeconfig entry", "Kubeconfig"},
	TokenCopy:        {"copy of a token", "Copy"},
	ProviderSession:  {"session", "Session ended"},
	LockFile:         {"lock file", "Files"},
	EmptyDir:         {"directory", "Files"},
	OtherFile:        {"other file", "Files"},
}

// Word is what one thing of the kind is called among people.
func (k Kind) Word() string { return words[k].one }

// Line is the word that a line about the kind begins with: Keyring, Files, Session, Docker,
// Kubeconfig or Copy.
func (k Kind) Line() string { return words[k].line }

// Bare tells whether there are no credentials in something of the kind.
func (k Kind) Bare() bool { return k == LockFile || k == EmptyDir }

// AWSFile tells whether it is one of the two files whose sections go one by one.
func (k Kind) AWSFile() bool { return k == CredentialsFile || k == ConfigFile }

// A KnownKind is a kind of provider, identity or integration of Atmos.
type KnownKind struct {
	Kind string // as aws/user
	Of   Owner  // OfProvider, OfIdentity or OfIntegration
	// Keyring: some release keeps an entry under its name.
	Keyring bool
}

// Knows tells whether a kind is known.
func Knows(kind string) bool {
	return slices.ContainsFunc(knownKinds, func(k KnownKind) bool { return k.Kind == kind })
}

// InKeyring tells whether an entry may be kept under the name of an identity of
// this kind. That of a kind which is not known may.
func InKeyring(identity string) bool {
	return !slices.Contains(knownKinds, KnownKind{identity, OfIdentity, false})
}

// KnownKinds are all kinds that the releases of Atmos have had. docs/kinds.md says
// of each what is removed.
func KnownKinds() []KnownKind { return knownKinds }

//nolint:gochecknoglobals // a table; nothing changes it
var knownKinds = []KnownKind{
	{"aws/iam-identity-center", OfProvider, true},
	{"aws/saml", OfProvider, true},
	{"github/oidc", OfProvider, true},
	{"azure/device-code", OfProvider, false},
	{"azure/interactive", OfProvider, false},
	{"azure/cli", OfProvider, false},
	{"azure/oidc", OfProvider, false},
	{"gcp/adc", OfProvider, true},
	{"gcp/workload-identity-federation", OfProvider, true},
	{"atmos/pro", OfProvider, true},
	{"mock", OfProvider, true},
	{"mock/aws", OfProvider, false},

	{"aws/permission-set", OfIdentity, true},
	{"aws/assume-role", OfIdentity, true},
	{"aws/assume-root", OfIdentity, true},
	{"aws/user", OfIdentity, true},
	{"aws/ambient", OfIdentity, false},
	{"ambient", OfIdentity, false},
	{"azure/subscription", OfIdentity, false},
	{"gcp/service-account", OfIdentity, true},
	{"gcp/project", OfIdentity, true},
	{"atmos/pro", OfIdentity, true},
	{"aws/emulator", OfIdentity, false},
	{"azure/emulator", OfIdentity, false},
	{"gcp/emulator", OfIdentity, false},
	{"kubernetes/emulator", OfIdentity, false},
	{"mock", OfIdentity, true},
	{"mock/aws", OfIdentity, false},

	{"aws/ecr", OfIntegration, false},
	{"aws/ecr-public", OfIntegration, false},
	{"azure/acr", OfIntegration, false},
	{"aws/eks", OfIntegration, false},
	{"azure/aks", OfIntegration, false},
	{"gcp/gke", OfIntegration, false},
	{"github/sts", OfIntegration, false},
}
