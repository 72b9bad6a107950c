//go:build linux

package logout_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/credclean/credclean/logout"
)

// What is replaced between the look and the removal is not what was looked at.
// It is neither waited for nor read whole nor followed; it is named, and the rest goes.
func TestRunReplaced(t *testing.T) {
	const precious = "elsewhere/precious"
	in := ".config/atmos/acme/aws/aws-sso/"
	ring := keyringDir + "atmos_acme_dev-admin"
	files := []string{in + "credentials", in + "config", session, ring}
	for name, tt := range map[string]struct {
		replace func(h home, path string) error
		removed []string // of which nothing needs to be known to remove them
	}{
		"directory": {func(h home, path string) error {
			return errors.Join(os.Mkdir(path, 0o700), os.WriteFile(filepath.Join(path, "inside"), nil, 0o600))
		}, nil},
		"link":             {func(h home, path string) error { return os.Symlink(h.path(precious), path) }, nil},
		"dangling link":    {func(_ home, path string) error { return os.Symlink("/nonexistent/file", path) }, []string{in + "credentials", in + "config", session}},
		"link to a device": {func(_ home, path string) error { return os.Symlink("/dev/zero", path) }, nil},
		"FIFO":             {func(_ home, path string) error { return syscall.Mkfifo(path, 0o600) }, nil},
		"device":           {func(_ home, path string) error { return syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|5) }, nil}, // /dev/zero
		"sparse file":      {func(_ home, path string) error { return sparse(path) }, []string{session, ring}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, file := range files {
				h := newHome(t, acme)
				h.entries("aws-sso", "dev-org-admin", "atmos_acme_dev-admin")
				h.has(in+"credentials", sections("dev-admin", "prod-admin"))
				h.has(in+"config", profiles("dev-admin", "prod-admin"))
				h.has(session, token)
				h.has(precious, "precious")
				p := h.plan(identities("dev-admin"))
				if err := os.Remove(h.path(file)); err != nil {
					t.Fatal(err)
				}
				err := tt.replace(h, h.path(file))
				if errors.Is(err, syscall.EPERM) && os.Getenv("CI") == "" {
					t.Skip("a device needs root and the right to make one")
				}
				if err != nil {
					t.Fatal(err)
				}

				start := time.Now()
				r := p.Run(t.Context(), h.Machine, logout.Observer{})
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("%s: it took %v", file, took)
				}
				want := logout.Failed
				if slices.Contains(tt.removed, file) {
					want = logout.Removed
				}
				for _, res := range r.Results {
					place := res.Place.String()
					if res.Key != "" {
						place = h.path(keyringDir + res.Key)
					}
					switch about := place == h.path(file); {
					case about && res.Outcome != want:
						t.Errorf("%s is %s, want %s: %v", file, res.Outcome, want, res.Err)
					case !about && res.Outcome == logout.Failed:
						t.Errorf("%s: another step failed: %s: %v", file, h.step(res.Step), res.Err)
					}
				}
				h.wantText(precious, "precious")
				for _, other := range []string{keyringDir + "aws-sso", keyringDir + "dev-org-admin", session} {
					if other != file {
						h.wantNone(other)
					}
				}
			}
		})
	}
}

func sparse(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Truncate(4<<30), file.Close())
}
