package inventory

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// busWait is how long a session bus may take to say anything where no keyring is
// on disk. One that lives answers within a millisecond.
const busWait = 50 * time.Millisecond

// OpenKeyrings sets all keyrings that may hold an entry. Releases up to v1.220 ignored
// auth.keyring, so the default places are always among them. owner is who the home directory
// belongs to, if that is not the user: such a system keyring is not asked.
// The warning is what the user should know of them; it may be empty.
func (p *Project) OpenKeyrings(ctx context.Context, home *disk.Home, opts keyring.Options, owner string) (warning string) {
	system, warning := p.systemKeyring(ctx, opts, owner)
	if system != nil {
		p.Keyrings = append(p.Keyrings, system)
	}
	var dirs []string
	add := func(dir string, claim *ClaimError) {
		if slices.Contains(dirs, dir) {
			return
		}
		file := keyring.File{Dir: dir, Home: home, Default: len(dirs) < len(p.bases(store.Data))}
		if claim == nil {
			file.Password = p.password()
		}
		p.Keyrings, p.claims[dir], dirs = append(p.Keyrings, file), claim, append(dirs, dir)
	}
	for _, root := range p.bases(store.Data) {
		add(filepath.Join(root, "keyring"), nil)
	}
	for _, path := range p.Config.Own.KeyringPaths {
		add(store.KeyringDir(p.Roots, path, p.WorkDir), nil)
	}
	for _, c := range p.Config.Claims.Keyrings {
		add(store.KeyringDir(p.Roots, c.Path.Raw(), p.WorkDir), &ClaimError{c.Setting, c.Path.String()})
	}
	for _, c := range p.Config.Claims.XDG {
		if base, root := p.claimedRoot(c); base == store.Data && root != "" {
			add(filepath.Join(root, "keyring"), &ClaimError{c.Setting, c.Path.String()})
		}
	}
	return warning
}

// password opens the entries of file keyrings, as in pkg/auth/credentials/keyring_file.go since
// v1.194.0: it is in the variable that ATMOS_KEYRING_PASSWORD_ENV names, or in
// ATMOS_KEYRING_PASSWORD. What a configuration says of it is ignored. It may be empty.
func (p *Project) password() string {
	name, _ := p.Config.LookupEnv("ATMOS_KEYRING_PASSWORD_ENV")
	for _, variable := range []string{name, "ATMOS_KEYRING_PASSWORD"} {
		if password, _ := p.Config.LookupEnv(variable); variable != "" && password != "" {
			return password
		}
	}
	return ""
}

// systemKeyring is the keyring of the operating system, or nil if there is none and nothing
// can have been stored in one.
func (p *Project) systemKeyring(ctx context.Context, opts keyring.Options, owner string) (k keyring.Keyring, warning string) {
	home := p.Roots[store.Home]
	onDisk, diskErr := keyring.OnDisk(ctx, home, p.Config.LookupEnv)
	if owner != "" {
		warning = fmt.Sprintf("the home directory %s belongs to %s", home, owner)
		if !onDisk && diskErr == nil && !keyring.BusNamed(p.Config.LookupEnv) {
			return nil, warning
		}
		return keyring.NotAsked(keyring.System, fmt.Errorf("the system keyring of %s was not asked", owner)), warning
	}
	if !onDisk && diskErr == nil {
		opts.BusWait = busWait
	}
	k = keyring.NewSystem(opts)
	switch _, err := k.Find(ctx, nil); {
	case onDisk || !errors.Is(err, keyring.ErrNoService):
		return k, ""
	case diskErr != nil:
		return k, fmt.Sprintf("no keyring service here, and it is not known whether a keyring is on disk: %v", diskErr)
	}
	return nil, ""
}
