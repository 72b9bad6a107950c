//go:build linux

package programtest

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// A home directory may be laid out with symbolic links, as those do that keep their settings in
// one place: what Atmos writes through a link of the user's goes, and the link stays.
func TestLinkedDirectories(t *testing.T) {
	for _, dir := range []string{
		".config", ".config/atmos", ".local/share", ".local/share/atmos/keyring", ".cache",
		".config/atmos/acme", ".config/atmos/acme/aws", ".config/atmos/acme/aws/ci-sso", ".cache/atmos/aws-sso/sessions",
	} {
		t.Run(dir, func(t *testing.T) {
			s := newScene(t)
			s.relocate(t, dir, filepath.Join(s.home, "elsewhere"))
			code, out := s.run(t, logoutLine...)
			text := strings.Join(slices.Collect(maps.Values(s.files(t))), "")
			if !strings.Contains(text, "secret-prod-admin") {
				t.Error("prod-admin's credentials are gone")
			}
			if left := leftOf(s.files(t)); strings.Contains(text, "secret-dev-admin") || strings.Contains(text, "secret-ci-admin") || strings.Contains(text, "accessToken") || code != exitDone {
				t.Errorf("exit code %d, left are %q\n%s", code, left, out)
			}
			if info, err := os.Lstat(filepath.Join(s.home, dir)); err != nil || info.Mode()&os.ModeSymlink == 0 {
				t.Errorf("the link is gone: %v", err)
			}
		})
	}
}

// A link in Atmos's own directories that leads out of the home directory, or to what another user
// has, is not followed: what it leads to stays, and every run says so.
func TestForeignLinks(t *testing.T) {
	type foreign struct {
		dir   string
		owner int
	}
	cases := []foreign{
		{".config/atmos/acme", -1}, {".config/atmos/acme/aws", -1}, {ownDir[:len(ownDir)-1], -1}, {cacheDir[:len(cacheDir)-1], -1},
	}
	if os.Geteuid() == 0 { // nobody else can give a directory away
		cases = append(cases, foreign{ownDir[:len(ownDir)-1], 12345}, foreign{".config/atmos/acme/aws", 12345})
	}
	for _, tt := range cases {
		t.Run(fmt.Sprint(tt.dir, tt.owner), func(t *testing.T) {
			s := newScene(t)
			elsewhere := filepath.Join(t.TempDir(), "elsewhere")
			if tt.owner >= 0 {
				elsewhere = filepath.Join(s.home, "elsewhere")
			}
			s.relocate(t, tt.dir, elsewhere)
			if err := os.Lchown(elsewhere, tt.owner, tt.owner); err != nil {
				t.Fatal(err)
			}
			before := scene{home: elsewhere}.files(t)
			for range 2 {
				code, out := s.run(t, logoutLine...)
				if code != exitLeft || !strings.Contains(out, "symbolic link is not followed") || !strings.Contains(out, "~/"+tt.dir) {
					t.Errorf("exit code %d: %s", code, out)
				}
				if diff := gocmp.Diff(before, scene{home: elsewhere}.files(t)); diff != "" {
					t.Errorf("what the link leads to was touched (-before +after):\n%s", diff)
				}
				if _, left := s.files(t)[ringDir+"atmos_acme_dev-admin"]; left {
					t.Error("what is beside the link is left")
				}
			}
		})
	}
}

// relocate moves a directory and leaves a symbolic link.
func (s scene) relocate(t *testing.T, dir, to string) {
	t.Helper()
	dir = filepath.Join(s.home, dir)
	if err := errors.Join(os.Rename(dir, to), os.Symlink(to, dir)); err != nil {
		t.Fatal(err)
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
