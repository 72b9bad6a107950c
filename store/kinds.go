package store

import "slices"

// A KnownKind is a kind of provider, identity or integration of Atmos.
type KnownKind struct {
	Kind string // as aws/user
	Of   Owner  // OfProvider, OfIdentity or OfIntegration
	// Keyring: some release keeps an entry under its name.
	Keyring bool
}

// Knows tells whether a kind is known.
func Knows(kind string) bool {
	return slices.ContainsFunc(KnownKinds(), func(k KnownKind) bool { return k.Kind == kind })
}

// KnownKinds are all kinds that the releases of Atmos have had. docs/kinds.md says
// of each what is removed.
func KnownKinds() []KnownKind {
	return []KnownKind{
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
}

// InKeyring tells whether an entry may be kept under the name of an identity of
// this kind. That of a kind which is not known may.
func InKeyring(identity string) bool {
	return !slices.Contains(KnownKinds(), KnownKind{identity, OfIdentity, false})
}
