package store

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
)

// A Project is what tells one project's credentials from another's.
type Project struct {
	// Explicit are the realms that ATMOS_AUTH_REALM and auth.realm name.
	Explicit []string
	// Dirs are the absolute directories that its atmos.yaml files came from.
	Dirs []string
	// Flagged is the configuration path as Atmos spells it under --config and
	// --config-path; empty without them.
	Flagged string
}

// Realms are all realms that any release of Atmos may have used for a project,
// explicit ones first, each once. The last is the empty one, of the layouts
// without realms. Paths are looked up for symbolic links, nothing else is read.
func (p Project) Realms() []string {
	var realms []string
	seen := make(map[string]bool)
	add := func(realm string) {
		if !seen[realm] {
			seen[realm] = true
			realms = append(realms, realm)
		}
	}
	for _, realm := range p.Explicit {
		if realm != "" {
			add(realm)
		}
	}
	for _, realm := range p.Automatic() {
		add(realm)
	}
	if p.Flagged != "" {
		for _, path := range []string{p.Flagged, "."} {
			add(hash16(path))
			add(hash8(path))
		}
	}
	if len(p.Dirs) == 0 && p.Flagged == "" {
		add("default") // where no atmos.yaml but a .atmos.d was found: pkg/config/auth_realm.go since v1.207.0
	}
	add("")
	return realms
}

// Automatic are the realms that Atmos derives from the project's directories:
// 16 and 8 hex digits of each, as spelled and with symbolic links resolved.
// Unlike explicit ones, and those of a configuration path that is relative, they
// cannot be another project's.
func (p Project) Automatic() []string {
	var realms []string
	for _, dir := range p.Dirs {
		realms = append(realms, hash16(dir), hash8(dir))
		if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
			realms = append(realms, hash16(real), hash8(real))
		}
	}
	if filepath.IsAbs(p.Flagged) {
		realms = append(realms, hash16(p.Flagged), hash8(p.Flagged))
	}
	return realms
}

// AutomaticRealm tells whether a realm has the form of a derived one.
func AutomaticRealm(realm string) bool {
	_, err := hex.DecodeString(realm)
	return err == nil && (len(realm) == 8 || len(realm) == 16)
}

// Console is the name of the directory that the console keeps a browser profile in
// (cmd/auth/console.go since v1.211.0).
func Console(realm, identity string) string { return hash(realm + "/" + identity)[:16] }

// hash16 is the automatic realm since v1.207.0: setAuthRealm in pkg/config/auth_realm.go.
func hash16(path string) string {
	return hash(strings.ToLower(filepath.ToSlash(filepath.Clean(path))))[:16]
}

// hash8 is the automatic realm of v1.206.0: pkg/auth/realm/realm.go there.
func hash8(path string) string { return hash(path)[:8] }

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// longestRealm is how long an explicit realm may be.
const longestRealm = 64

// ValidRealm tells whether Atmos takes this as an explicit realm (pkg/auth/realm/realm.go
// since v1.206.0: lower-case letters, digits, - and _, at most 64, neither at an
// end nor doubled). It writes nothing under any other.
func ValidRealm(realm string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(realm, "_", "-"), "-") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return len(realm) <= longestRealm
}
