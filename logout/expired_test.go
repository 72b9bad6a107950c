package logout_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

const aging = `
providers:
  corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://acme.awsapps.com/start}
  entra: {kind: azure/cli}
identities:
  Old-Admin: {kind: aws/permission-set, via: {provider: corp}}
  live-admin: {kind: aws/permission-set, via: {provider: corp}}
  ageless-admin: {kind: aws/permission-set, via: {provider: corp}}
  robot: {kind: aws/user}`

// Only what has expired for good goes. Every other byte stays: of what is still valid, at
// this very second too, of what has no known expiry, and of what can be refreshed.
func TestOnlyExpired(t *testing.T) {
	now := time.Date(2027, 11, 22, 16, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }
	stamped := func(name string, d time.Duration) string {
		return "; atmos: expiration=" + in(d) + "\n" + section(name)
	}
	expires := func(secret string, d time.Duration) string {
		return fmt.Sprintf(`{"secret": %q, "expiresAt": %q}`, secret, in(d))
	}
	const (
		sso     = ".config/atmos/acme/aws/corp/"
		bare    = ".config/atmos/aws/corp/"
		user    = ".config/atmos/acme/aws/aws-user/"
		webflow = ".cache/atmos/aws-webflow/robot-acme/refresh.json"
		oldest  = ".cache/atmos/aws-webflow/robot-/refresh.json"
		azure   = ".azure/atmos/acme/entra/credentials.json"
	)
	live, ageless := stamped("live-admin", 0), section("ageless-admin")
	start := func(t *testing.T) home {
		h := newHome(t, aging)
		h.entries("corp", "old-admin", "atmos_acme_robot")
		h.has(sso+"credentials", stamped("old-admin", -time.Second)+live+ageless+stamped("stack-role", -48*time.Hour))
		h.has(sso+"config", profiles("old-admin", "live-admin"))
		h.has(sso+"notes", "left by somebody")
		h.has(bare+"credentials", stamped("live-admin", time.Hour))
		h.has(bare+"config", profiles("old-admin"))   // nothing beside it has expired
		h.has(".aws/atmos/corp/credentials.lock", "") // beside nothing at all
		h.has(user+"credentials", stamped("robot", -5*time.Hour))
		h.has(user+"credentials.lock", "")
		h.has(session, fmt.Sprintf(`{"accessToken": "sso", "refreshToken": "r", "expiresAt": %q}`, in(-time.Hour)))
		h.has(webflow, expires("webflow", -time.Second))
		h.has(oldest, expires("older webflow", 0))
		h.has(azure, expires("azure", -time.Minute))
		h.has(".cache/atmos/azure-device-code/entra/token.json", `{"secret": "device code"}`)
		return h
	}
	ofCorp := []string{
		"credentials_file corp: " + sso + "credentials -Old-Admin -stack-role +live-admin +ageless-admin",
		"config_file corp: " + sso + "config -Old-Admin +live-admin",
	}
	ofRobot := []string{"credentials_file aws-user: " + user + "credentials -robot", "refresh_token robot: " + webflow}
	for _, tt := range []struct {
		name   string
		target logout.Target
		steps  []string
		left   map[string]string // what else is in a file afterwards
		gone   []string
	}{
		{
			"everything",
			logout.Target{All: true},
			[]string{ofCorp[0], ofCorp[1], ofRobot[0], ofRobot[1], "cloud_credentials entra: " + azure},
			map[string]string{sso + "credentials": live + ageless, sso + "config": profiles("live-admin"), sso + "credentials.lock": "", sso + "config.lock": ""},
			[]string{user + "credentials", user + "credentials.lock", webflow, azure},
		},
		{
			"of a provider", providers("corp"), ofCorp,
			map[string]string{sso + "credentials": live + ageless, sso + "config": profiles("live-admin"), sso + "credentials.lock": "", sso + "config.lock": ""},
			nil,
		},
		{
			"of an identity", identities("old-admin"),
			[]string{"credentials_file corp: " + sso + "credentials -Old-Admin +live-admin +ageless-admin +stack-role (not declared: stack-role)", ofCorp[1]},
			map[string]string{
				sso + "credentials": live + ageless + stamped("stack-role", -48*time.Hour), sso + "config": profiles("live-admin"),
				sso + "credentials.lock": "", sso + "config.lock": "",
			},
			nil,
		},
		{"of a user", identities("robot"), ofRobot, nil, []string{user + "credentials", user + "credentials.lock", webflow}},
		{"of one that has nothing expired", identities("live-admin"), nil, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := start(t)
			want := h.texts()
			p := h.OnlyExpired(h.plan(tt.target), now)
			h.wantTexts(want)
			h.wantSteps(p, tt.steps...)
			h.run(p)
			maps.Copy(want, tt.left)
			for _, below := range tt.gone {
				delete(want, below)
			}
			h.wantTexts(want)
			if tt.gone != nil {
				h.wantNone(user)
				h.wantNone(".cache/atmos/aws-webflow/robot-acme")
			}
			if again := h.OnlyExpired(h.plan(tt.target), now); len(again.Steps) > 0 {
				t.Errorf("afterwards there is still %v", h.steps(again))
			}
		})
	}

	// What is told of the times is about what goes.
	h := start(t)
	p := h.OnlyExpired(h.plan(providers("corp")), now)
	want := map[string]time.Time{"Old-Admin": now.Add(-time.Second), "stack-role": now.Add(-48 * time.Hour)}
	if diff := cmp.Diff(want, p.Steps[0].Expiry); diff != "" || !p.Target.Expired || len(p.Affected) > 0 {
		t.Errorf("target %v, affected %v, expiries (-want +got):\n%s", p.Target, p.Affected, diff)
	}
}

// What cannot be looked at may have expired: it fails, and nothing beside it goes.
func TestOnlyExpiredUnknown(t *testing.T) {
	const sso = ".config/atmos/acme/aws/corp/"
	h := newHome(t, aging)
	h.Keyrings = append(h.Keyrings, keyring.NotAsked("system keyring", keyring.ErrLocked)) // of no entry is an expiry known
	h.has(sso+"credentials/inside", "secret")
	h.has(sso+"config", profiles("old-admin"))
	h.has(".cache/atmos/aws-sso/corp/token.json", "{secret, but no JSON")
	want := h.texts()
	p := h.OnlyExpired(h.plan(logout.Target{All: true}), time.Now())
	h.wantSteps(
		p,
		"credentials_file corp: "+sso+"credentials (error)",
		"session_token corp: .cache/atmos/aws-sso/corp/token.json (error)",
	)
	err := p.Run(t.Context(), h.Machine, logout.Observer{}).Err()
	if !errors.Is(err, disk.ErrNotRegular) || !errors.Is(err, store.ErrNoToken) {
		t.Errorf("error %v", err)
	}
	h.wantTexts(want)
}

// A name may stand in a file in two spellings, as different releases wrote it. Each section
// goes by its own time.
func TestOnlyExpiredSpellings(t *testing.T) {
	const sso = ".config/atmos/acme/aws/corp/"
	now := time.Date(2027, 11, 22, 16, 0, 0, 0, time.UTC)
	stamped := func(name string, d time.Duration) string {
		return "; atmos: expiration=" + now.Add(d).Format(time.RFC3339) + "\n" + section(name)
	}
	valid, over := stamped("Old-Admin", time.Hour), stamped("old-admin", -time.Hour)
	for name, tt := range map[string]struct{ file, left string }{
		"the valid one first":   {valid + over, valid},
		"the expired one first": {over + valid, valid},
		"no time is known":      {over + section("Old-Admin"), section("Old-Admin")},
		"both are valid":        {valid + stamped("old-admin", 0), valid + stamped("old-admin", 0)},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t, aging)
			h.has(sso+"credentials", tt.file)
			h.has(sso+"config", profiles("Old-Admin"))
			all := h.plan(identities("old-admin"))
			if owners := all.Steps[0].Owners; len(owners) != 1 {
				t.Errorf("owners %q", owners)
			}
			r := h.run(h.OnlyExpired(all, now))
			if err := r.Err(); err != nil {
				t.Error(err)
			}
			h.wantText(sso+"credentials", tt.left)
			h.wantText(sso+"config", profiles("Old-Admin"))
		})
	}
}
