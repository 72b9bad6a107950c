// Package config finds, merges and reads atmos.yaml the way Atmos does, and
// hands out what a logout needs of it as plain data. It changes nothing, runs
// nothing and fetches nothing by itself.
//
// Of every value it knows who gave it. The user's own word is what the flags, the
// environment and the user's own files say (see [Own]); everything else is a project's
// word, which names things (see [Reading]) and claims where they are (see [Claims]).
// Settings that only the user may make are not even parsed in a project's file.
package config

// A Config is what all merged files say together.
type Config struct {
	// Files are the files that were merged into the first reading, in the order of
	// merging: later ones win.
	Files []File
	// Dirs are the directories that a main configuration file (atmos.yaml, not
	// an import) came from, in the order of merging; absolute, but with symbolic
	// links as they are spelled, since Atmos derives a realm from the spelling.
	Dirs []string
	// Flagged is the configuration path as Atmos spells it when --config or
	// --config-path chose the files (see [Options]): the directory as typed, or
	// several, each with a semicolon after it; else empty. Atmos hashes it to a realm.
	Flagged string
	// Profiles are the names of those that are selected.
	Profiles []Text

	// Readings are the ways to see the configuration: first as it is selected, then
	// with each profile instead, without any, and as older releases of Atmos read it, as far
	// as these differ from the first. There is always a first one.
	Readings []Reading
	// Gaps are what could not be read whole. Only while there is none that may
	// declare names can a name be called undeclared.
	Gaps []Gap
	// Warnings name what was not followed or not evaluated, one sentence each.
	Warnings []string

	Own    Own
	Claims Claims

	lookupEnv func(string) (string, bool)
}

// empty is a configuration that declares nothing.
func empty(lookupEnv func(string) (string, bool)) *Config {
	return &Config{Readings: make([]Reading, 1), lookupEnv: lookupEnv}
}

// LookupEnv looks up a variable in the environment of the process and then,
// for ATMOS_*, in the env block of the user's own files (v1.222.0). What the env block of a
// project sets it does not see.
func (c *Config) LookupEnv(name string) (string, bool) {
	if c.lookupEnv != nil {
		if s, _ := c.lookupEnv(name); s != "" {
			return s, true
		}
	}
	s, ok := c.Own.env[name]
	return s, ok
}

// A File is one merged file and what it held when it was read.
type File struct {
	Path   string // or the URL of an import that was fetched
	SHA256 string // of the bytes, in lower-case hex
}

// A Reading is one way to see the configuration.
type Reading struct {
	Name string // empty, "profile ci", "no profile" or "Atmos before v1.216"
	// Realms are the explicit ones, valid or not: ATMOS_AUTH_REALM of the process and of
	// env blocks, and auth.realm.
	Realms []Text
	Auth   Auth
}

// A Gap is a part of the configuration that could not be read.
type Gap struct {
	At    string // file:line:column, or file
	What  string // a sentence without the place
	Names bool   // the part may declare names
	Realm bool   // the part may set auth.realm; if it may do neither, it is a place to look at
}

func (g Gap) String() string { return g.At + ": " + g.What }

// Own is what only the user may say: in the environment of the process, in
// ~/.atmos, the system's directory, and profiles in Atmos's own directory.
type Own struct {
	Telemetry    Telemetry
	Logs         Logs
	KeyringPaths []string // ATMOS_KEYRING_FILE_PATH and auth.keyring.spec.path, as written

	env map[string]string // ATMOS_* of env blocks
}

// Logs is the logs block.
type Logs struct {
	Level, File string
}

// Telemetry is settings.telemetry.
type Telemetry struct {
	Off      bool // any of the user's own files says so
	Endpoint string
	Token    string
}

// Claims are what a project says of where things are. They are never obeyed.
type Claims struct {
	XDG      []Claim // ATMOS_XDG_*_HOME in an env block
	Keyrings []Claim // auth.keyring.spec.path, and ATMOS_KEYRING_FILE_PATH in an env block
}

// A Claim is one claimed place.
type Claim struct {
	Setting string // the variable, or auth.keyring.spec.path
	Path    Text   // as written
}

// Auth is the auth block.
type Auth struct {
	Keyring      Keyring
	Providers    []Provider    // in the order of the file
	Identities   []Identity    // in the order of the file
	Integrations []Integration // in the order of the file
}

// Keyring is auth.keyring without its path, which is in [Own] or [Claims].
type Keyring struct {
	Type        string // system, file, memory or empty
	PasswordEnv string // spec.password_env: the name of a variable
}

// A Provider is one entry of auth.providers.
type Provider struct {
	Name     string // as written; Atmos folds it to lower case
	Place    string // see [Identity]
	Kind     string // as aws/iam-identity-center
	StartURL Text
	Region   Text
	Tags     []Text // v1.223.0
	// Unresolved are the keys of this provider whose value could not be
	// evaluated, as start_url with an !exec behind it.
	Unresolved []string
}

// Via says what an identity or integration authenticates through.
type Via struct {
	Provider string
	Identity string
	// Place is where the name stands, as atmos.yaml:12, if a YAML function gave it: to
	// be printed instead of the name if it is not declared.
	Place string
}

// An Identity is one entry of auth.identities, or of a file of provisioned ones.
type Identity struct {
	Name string // as written; Atmos folds it to lower case
	// Place is where the name stands, as atmos.yaml:12, if a YAML function gave it: to
	// be printed instead of the name unless something on this machine bears it.
	Place   string
	Kind    string // as aws/permission-set
	Via     Via
	Default bool
	// AccessKeyInFile says that credentials.access_key_id stands in the
	// configuration, so that the keyring does not hold the only copy.
	AccessKeyInFile bool
	// Unresolved are the keys whose value could not be evaluated, as via.provider.
	Unresolved []string
}

// An Integration is one entry of auth.integrations. What its strings say is
// printed only if it is found on this machine.
type Integration struct {
	Name     string
	Place    string // see [Identity]
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
	KubeconfigPath                                                          Text // kubeconfig.path, as written
}
