// Package config finds, merges and reads atmos.yaml the way Atmos does, and
// hands out what a logout needs of it as plain data. It changes nothing, runs
// nothing and fetches nothing.
package config

// A Config is what all merged files say together.
type Config struct {
	// Files are the files that were merged, in the order of merging: later ones win.
	Files []File
	// Dirs are the directories that a main configuration file (atmos.yaml, not
	// an import) came from, in the order of merging; absolute, but with symbolic
	// links as they are spelled, since Atmos derives a realm from the spelling.
	Dirs []string
	// Flagged is the configuration path as Atmos spells it when --config or
	// --config-path chose the files (see [Options]): the directory as typed, or
	// several, each with a semicolon after it; else empty. Atmos hashes it to a realm.
	Flagged string

	Auth      Auth
	Logs      Logs
	Telemetry Telemetry

	// Warnings name what was not followed or not evaluated, one sentence each.
	Warnings []string
	// Incomplete names what may declare more than this Config knows of: imports
	// that were not read, values that were not evaluated, profiles that are
	// broken. Only while it is empty can a name be called undeclared.
	Incomplete []string
	// Elsewhere are the names of providers, identities and integrations that profiles on this
	// machine declare though they are not selected; sorted.
	Elsewhere []string

	env       map[string]string // ATMOS_* that the configuration's own env block sets
	lookupEnv func(string) (string, bool)
}

// Empty is a configuration that declares nothing.
func Empty(lookupEnv func(string) (string, bool)) *Config { return &Config{lookupEnv: lookupEnv} }

// LookupEnv looks up a variable in the environment of the process and then,
// for ATMOS_*, in the env block of atmos.yaml (v1.222.0).
func (c *Config) LookupEnv(name string) (string, bool) {
	if c.lookupEnv != nil {
		if s, ok := c.lookupEnv(name); ok {
			return s, true
		}
	}
	s, ok := c.env[name]
	return s, ok
}

// A File is one merged file and what it held when it was read.
type File struct {
	Path   string
	SHA256 string // of the bytes, in lower-case hex
}

// Auth is the auth block.
type Auth struct {
	Realm        string
	Keyring      Keyring
	Providers    []Provider    // in the order of the file
	Identities   []Identity    // in the order of the file
	Integrations []Integration // in the order of the file
}

// Keyring is auth.keyring: where Atmos was told to keep entries.
type Keyring struct {
	Type        string // system, file, memory or empty
	Path        string // spec.path, as written
	PasswordEnv string // spec.password_env
}

// A Provider is one entry of auth.providers.
type Provider struct {
	Name     string // as written; Atmos folds it to lower case
	Kind     string // as aws/iam-identity-center
	StartURL string
	Region   string
	BasePath string // spec.files.base_path, as written
	Driver   string // of a SAML provider
	// Unresolved are the keys of this provider whose value could not be
	// evaluated, as start_url with an !exec behind it, or spec.files.base_path.
	Unresolved []string
}

// Via says what an identity or integration authenticates through.
type Via struct {
	Provider string
	Identity string
}

// An Identity is one entry of auth.identities, or of a file of provisioned ones.
type Identity struct {
	Name    string // as written; Atmos folds it to lower case
	Kind    string // as aws/permission-set
	Via     Via
	Default bool
	// AccessKeyInFile says that credentials.access_key_id stands in the
	// configuration, so that the keyring does not hold the only copy.
	AccessKeyInFile bool
	// Provisioned names the provider whose provisioned-identities.yaml declares it; else empty.
	Provisioned string
	// Other is the identity as the other generation of Atmos reads it, where
	// the precedence that v1.216.0 introduced for imports gives another kind,
	// via or AccessKeyInFile, and one that Atmos accepts.
	Other *Identity
}

// An Integration is one entry of auth.integrations.
type Integration struct {
	Name     string
	Kind     string // as aws/ecr
	Via      Via
	Registry Registry // spec.registry
	Cluster  Cluster  // spec.cluster
	// Unresolved are the keys of this integration whose value could not be
	// evaluated, as spec.registry.region.
	Unresolved []string
}

// Registry is spec.registry of a Docker integration.
type Registry struct {
	AccountID, Region, Name, TenantID string
}

// Cluster is spec.cluster of a Kubernetes integration.
type Cluster struct {
	Name, Region, ResourceGroup, SubscriptionID, ProjectID, Location, Alias string
	KubeconfigPath                                                          string // kubeconfig.path, as written
}

// Logs is the logs block.
type Logs struct {
	Level, File string
}

// Telemetry is settings.telemetry.
type Telemetry struct {
	Enabled  *bool
	Endpoint string
	Token    string
}
