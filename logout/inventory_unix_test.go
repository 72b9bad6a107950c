//go:build unix

package logout_test

import (
	"errors"
	"os"
	"testing"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store/disk"
)

// No link is followed in search of credentials. One in the place of a file of ours goes itself;
// behind one in the place of a directory may be anything, so that is an error.
func TestInventoryLinks(t *testing.T) {
	const file = ".config/atmos/" + ours + "/aws/old-sso/credentials"
	start := func(t *testing.T) home {
		h := renamed(t)
		h.has("elsewhere/credentials", sections("dev"))
		h.has("elsewhere/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json", token)
		h.has(".config/atmos/"+ours+"/aws/old-sso/config", profiles("dev"))
		for link, to := range map[string]string{file: "elsewhere/credentials", ".cache/atmos/aws-sso": "elsewhere"} {
			if err := os.Symlink(h.path(to), h.path(link)); err != nil {
				t.Fatal(err)
			}
		}
		h.wantItems(
			h.Inventory(t.Context()),
			"other_file //: .config/atmos (error)",
			"credentials_file "+ours+"/old-sso/: "+file,
			"config_file "+ours+"/old-sso/dev: .config/atmos/"+ours+"/aws/old-sso/config",
		)
		return h
	}
	for name, plan := range map[string]func(home) logout.Plan{
		"everything": func(h home) logout.Plan { return h.Everything(h.Context(), h.Inventory(h.Context())) },
		"orphans":    func(h home) logout.Plan { return h.Orphans(h.Inventory(h.Context())) },
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			p := plan(h)
			h.wantSteps(
				p,
				"other_file: .config/atmos (error)",
				"credentials_file old-sso: "+file,
				"config_file dev: .config/atmos/"+ours+"/aws/old-sso/config -dev",
			)
			if err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err(); !errors.Is(err, disk.ErrSymlink) {
				t.Errorf("error %v", err)
			}
			h.wantLeft("elsewhere/credentials", "elsewhere/sessions/79bd718a482a3c0ed2e0def5930c30370ed00695.json", ".cache/atmos/aws-sso")
			h.wantText("elsewhere/credentials", sections("dev"))
		})
	}
}
