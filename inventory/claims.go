package inventory

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store"
)

// A ClaimError is about a place that only a project's file names.
type ClaimError struct {
	Setting string // as ATMOS_XDG_CONFIG_HOME
	Path    string // as it may be printed
}

func (e *ClaimError) Error() string {
	return fmt.Sprintf("%v (%s: %s); set %s yourself to log out there", store.ErrClaimed, e.Setting, e.Path, e.variable())
}

// Unwrap makes errors.Is(err, store.ErrClaimed) true.
func (e *ClaimError) Unwrap() error { return store.ErrClaimed }

// variable is what makes the place the user's own.
func (e *ClaimError) variable() string {
	if e.Setting == "auth.keyring.spec.path" {
		return keyringPath
	}
	return e.Setting
}

const keyringPath = "ATMOS_KEYRING_FILE_PATH"

// claimedRoot is the base that a claim leads to; empty if that is the user's own.
func (p *Project) claimedRoot(c config.Claim) (base store.Base, root string) {
	switch c.Setting {
	case "ATMOS_XDG_CONFIG_HOME":
		base = store.Config
	case "ATMOS_XDG_DATA_HOME":
		base = store.Data
	case "ATMOS_XDG_CACHE_HOME":
		base = store.Cache
	default:
		return base, ""
	}
	roots := store.NewRoots(p.Roots[store.Home], p.WorkDir, "", runtime.GOOS, func(string) (string, bool) { return c.Path.Raw(), true })
	if slices.Contains(p.bases(base), roots[base]) {
		return base, ""
	}
	return base, roots[base]
}

// claimed finds what lies where only a project's file says that Atmos keeps it. Nothing is
// removed there.
func (r reader) claimed() []*Trace {
	const most = 256 << 10
	r = r.within(most)
	var found []*Trace
	for _, c := range r.project.Config.Claims.XDG {
		base, root := r.project.claimedRoot(c)
		if root == "" {
			continue
		}
		for _, t := range r.walk(base, root) {
			if t.Kind != store.OtherFile && !t.Kind.Bare() {
				t.Err = &ClaimError{c.Setting, c.Path.String()}
				found = append(found, t)
			}
		}
	}
	return found
}

// KeyringPath is the location of a keyring as it may be printed, be nothing there or not.
func (p *Project) KeyringPath(location string) string {
	if claim := p.claims[location]; claim != nil {
		return claim.Path
	}
	return location
}

// claimedKeyring limits what goes from a file keyring that only a project's file names: what
// bears a realm of this project. Else it is named, if it bears a name of the project.
func (p *Project) claimedKeyring(t *Trace) {
	claim := p.claims[t.Where.Keyring]
	if claim == nil || t.Realm != "" && t.Ours && claim.variable() == keyringPath {
		return
	}
	t.Err = claim
}
