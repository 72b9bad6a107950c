//go:build linux

package programtest

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A home directory may be laid out with symbolic links, as those do that keep their settings in
// one place: what Atmos writes through a link goes. In Atmos's own directories
// there are no links, so that one there may lead to what is somebody else's.
func TestLinkedDirectories(t *testing.T) {
	for dir, followed := range map[string]bool{
		".config":                       true,
		".config/atmos":                 true,
		".local/share":                  true,
		".local/share/atmos/keyring":    true,
		".cache":                        true,
		".config/atmos/acme":            false,
		".config/atmos/acme/aws":        false,
		".config/atmos/acme/aws/ci-sso": false,
	} {
		t.Run(dir, func(t *testing.T) {
			s := newScene(t)
			elsewhere := filepath.Join(s.home, "elsewhere")
			if err := os.Rename(filepath.Join(s.home, dir), elsewhere); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(elsewhere, filepath.Join(s.home, dir)); err != nil {
				t.Fatal(err)
			}
			before := s.files(t)
			code, out := s.run(t, logoutLine...)
			after := s.files(t)
			text := strings.Join(slices.Collect(maps.Values(after)), "")
			if !strings.Contains(text, "secret-prod-admin") {
				t.Error("prod-admin's credentials are gone")
			}
			if followed {
				if left := strings.Contains(text, "secret-dev-admin") || strings.Contains(text, "secret-ci-admin"); left || code != exitDone {
					t.Errorf("exit code %d, something is left: %v\n%s", code, left, out)
				}
				if info, err := os.Lstat(filepath.Join(s.home, dir)); err != nil || info.Mode()&os.ModeSymlink == 0 {
					t.Errorf("the link is gone: %v", err)
				}
				return
			}
			if code != exitLeft || !strings.Contains(out, "symbolic link is not followed") || !strings.Contains(out, "~/"+dir) {
				t.Errorf("exit code %d: %s", code, out)
			}
			for name, text := range before {
				if strings.HasPrefix(name, "elsewhere/") && after[name] != text {
					t.Errorf("%s was touched", name)
				}
			}
			if _, left := after[ringDir+"atmos_acme_dev-admin"]; left {
				t.Error("what is beside the link is left")
			}
		})
	}
}

// Without a home directory nothing is known, and nothing is touched.
func TestNoHome(t *testing.T) {
	for home, says := range map[string]string{"": "HOME", "relative": "HOME", "/nonexistent/home": "no such file or directory"} {
		s := newScene(t)
		cmd := s.command(t, logoutLine...)
		cmd.Env[0] = "HOME=" + home
		out, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != exitUsage || !strings.Contains(string(out), says) {
			t.Errorf("HOME=%s: %v: %s", home, err, out)
		}
		if !maps.Equal(s.files(t), sceneFiles()) {
			t.Errorf("HOME=%s: something was changed", home)
		}
	}
}
