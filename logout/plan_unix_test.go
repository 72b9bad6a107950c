//go:build unix

package logout_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store/disk"
)

// A link is not followed when a plan is made: that of a provider's directory is
// an error for an identity, and goes as a link with the provider.
func TestPlanLinks(t *testing.T) {
	start := func(t *testing.T) home {
		h := newHome(t, acme)
		h.has("elsewhere/credentials", sections("dev-admin"))
		h.mkdir(h.path(".config/atmos/acme/aws"))
		if err := os.Symlink(h.path("elsewhere"), h.path(".config/atmos/acme/aws/aws-sso")); err != nil {
			t.Fatal(err)
		}
		return h
	}
	t.Run("identity", func(t *testing.T) {
		h := start(t)
		p := h.plan(identities("dev-admin"))
		h.wantSteps(p, "other_file aws-sso: .config/atmos/acme/aws/aws-sso (error)")
		if err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err(); !errors.Is(err, disk.ErrSymlink) {
			t.Errorf("error %v", err)
		}
		h.wantLeft(".config/atmos/acme/aws/aws-sso", "elsewhere/credentials")
	})
	t.Run("expired", func(t *testing.T) { // what is behind it may have
		h := start(t)
		p := h.OnlyExpired(h.plan(identities("dev-admin")), time.Now())
		if err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err(); !errors.Is(err, disk.ErrSymlink) {
			t.Errorf("error %v", err)
		}
		h.wantLeft(".config/atmos/acme/aws/aws-sso", "elsewhere/credentials")
	})
	t.Run("a file", func(t *testing.T) {
		h := newHome(t, acme)
		h.has("elsewhere/credentials", sections("dev-admin"))
		h.mkdir(h.path(".config/atmos/acme/aws/aws-sso"))
		if err := os.Symlink(h.path("elsewhere/credentials"), h.path(".config/atmos/acme/aws/aws-sso/credentials")); err != nil {
			t.Fatal(err)
		}
		p := h.plan(identities("dev-admin"))
		h.wantSteps(p, "credentials_file aws-sso: .config/atmos/acme/aws/aws-sso/credentials")
		if err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err(); !errors.Is(err, disk.ErrSymlink) {
			t.Errorf("error %v", err)
		}
		h.wantTexts(map[string]string{"elsewhere/credentials": sections("dev-admin")})
	})
	t.Run("provider", func(t *testing.T) {
		h := start(t)
		p := h.plan(providers("aws-sso"))
		h.wantSteps(p, "other_file aws-sso: .config/atmos/acme/aws/aws-sso")
		if err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err(); !errors.Is(err, disk.ErrSymlink) {
			t.Errorf("error %v", err)
		}
		h.wantLeft("elsewhere/credentials")
		h.wantText("elsewhere/credentials", sections("dev-admin"))
		h.run(h.plan(providers("aws-sso"))) // the link is gone now
	})
}
