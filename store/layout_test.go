package store_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store"
)

func TestPortal(t *testing.T) {
	for _, tt := range []struct{ url, region, want string }{
		{"https://acme.awsapps.com/start", "us-east-1", "79bd718a482a3c0ed2e0def5930c30370ed00695"},
		{"https://acme.awsapps.com/start", "eu-west-1", "06f52715a7c0834d8f0263b2c00206c089cb4115"},
		{"https://acme.awsapps.com/start/", "us-east-1", "f3473ea02ea5e7e438625ed2fa03af0bfcbd3a4d"},
	} {
		if got := store.Portal(tt.url, tt.region); got != tt.want {
			t.Errorf("%s in %s: %s, want %s", tt.url, tt.region, got, tt.want)
		}
	}
}

func TestFill(t *testing.T) {
	aws := store.Location{Under: store.Config, Path: "{realm}/aws/{name}"}
	middle := store.Location{Under: store.Data, Path: "auth/github-sts/{realm}/{plain}/state.json"}
	adc := store.Location{Under: store.Config, Path: "{realm}/gcp/{root}/adc/{name}/access_token"}
	console := store.Location{Under: store.Data, Path: "console/sessions/{console}"}
	provisioned := store.Location{Under: store.Cache, Path: "auth/{safe}/provisioned-identities.yaml"}
	home := store.Location{Under: store.HomeAWS, Path: "{name}"}
	webflow := store.Location{Under: store.Cache, Path: "aws-webflow/{name}-{realm}/refresh.json"}
	mock := store.Location{Under: store.Temp, Path: "atmos-mock-{flat}.json"}
	session := store.Location{Under: store.Cache, Path: "aws-sso/sessions/{portal}.json"}
	for _, tt := range []struct {
		what                string
		location            store.Location
		name, realm, portal string
		want                string // empty for an error
	}{
		{what: "with a realm", location: aws, name: "corp-sso", realm: "82bbb38e824250d4", want: "82bbb38e824250d4/aws/corp-sso"},
		{what: "without a realm", location: aws, name: "corp-sso", want: "aws/corp-sso"},
		{what: "no realm in the path", location: home, name: "corp-sso", realm: "acme", want: "corp-sso"},
		{what: "dots and spaces", location: aws, name: "corp.sso eu west", want: "aws/corp.sso eu west"},
		{what: "other letters", location: aws, name: "zoë", realm: "acme", want: "acme/aws/zoë"},
		{what: "a slash nests", location: aws, name: "acme/corp", realm: "r", want: "r/aws/acme/corp"},
		{what: "dots at the beginning are a name", location: aws, name: "...x", want: "aws/...x"},
		{what: "words of the template are only a name", location: aws, name: "{realm}", realm: "r", want: "r/aws/{realm}"},
		{what: "webflow with a realm", location: webflow, name: "robot", realm: "acme", want: "aws-webflow/robot-acme/refresh.json"},
		{what: "webflow keeps the dash without one", location: webflow, name: "robot", want: "aws-webflow/robot-/refresh.json"},
		{what: "webflow nests", location: webflow, name: "ci/robot", realm: "acme", want: "aws-webflow/ci/robot-acme/refresh.json"},
		{what: "a realm in the middle", location: middle, name: "images", realm: "acme", want: "auth/github-sts/acme/images/state.json"},
		{what: "none in the middle", location: middle, name: "images", want: "auth/github-sts/images/state.json"},
		{what: "no separator is left", location: middle, name: `a/b\c:d..e`, want: "auth/github-sts/a-b-c-d-e/state.json"},
		{what: "the name of the root", location: adc, name: "ci/deploy", realm: "r", want: "r/gcp/root/adc/ci/deploy/access_token"},
		{what: "an underscore for each separator", location: provisioned, name: `acme/corp\sso`, want: "auth/acme_corp_sso/provisioned-identities.yaml"},
		{what: "a hash of realm and name", location: console, name: "dev-admin", realm: "acme", want: "console/sessions/9979db827ba295f8"},
		{what: "a hash of the name", location: console, name: "dev-admin", want: "console/sessions/2135b05aaf18df1d"},
		{what: "a dash for each slash", location: mock, name: "a/b/c", want: "atmos-mock-a-b-c.json"},
		{what: "flattened, it does not lead up", location: mock, name: "../x", want: "atmos-mock-..-x.json"},
		{what: "a portal needs no name", location: session, name: "../..", portal: "79bd", want: "aws-sso/sessions/79bd.json"},

		{what: "empty", location: aws, name: ""},
		{what: "this directory", location: aws, name: "."},
		{what: "the directory above", location: aws, name: ".."},
		{what: "out and away", location: aws, name: "../../../.ssh"},
		{what: "up in the middle", location: aws, name: "a/../b"},
		{what: "up at the end", location: webflow, name: "a/.."},
		{what: "absolute", location: aws, name: "/etc"},
		{what: "slash at the end", location: aws, name: "corp/"},
		{what: "two slashes", location: aws, name: "a//b"},
		{what: "NUL", location: aws, name: "corp\x00"},
		{what: "up, flattened", location: mock, name: ".."},
		{what: "too long for a file system", location: aws, name: strings.Repeat("a", 256)},
		{what: "the longest", location: aws, name: strings.Repeat("a", 255), want: "aws/" + strings.Repeat("a", 255)},
		{what: "the realm of the profiles", location: aws, name: "aws", realm: "profiles"},
		{what: "the realm of the kubeconfigs", location: aws, name: "corp", realm: "kube"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			got, err := tt.location.Fill(store.Words{Name: tt.name, Root: "root", Realm: tt.realm, Portal: tt.portal})
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// Whatever the name, a path that is given out stays below its base.
func FuzzFill(f *testing.F) {
	f.Add("corp-sso", "82bbb38e824250d4")
	f.Add("../x", "")
	f.Add("a/b", "r")
	f.Add("\x00", "kube")
	f.Fuzz(func(t *testing.T, name, realm string) {
		if !store.ValidRealm(realm) {
			realm = ""
		}
		for _, l := range store.Locations() {
			path, err := l.Fill(store.Words{Name: name, Root: name, Realm: realm, Portal: "79bd"})
			if err != nil {
				continue
			}
			if !filepath.IsLocal(filepath.FromSlash(path)) || strings.ContainsRune(path, 0) || strings.HasSuffix(path, "/") {
				t.Errorf("%s with %q leads to %q", l.Path, name, path)
			}
			if first, _, _ := strings.Cut(path, "/"); l.Under == store.Config && (first == "profiles" || first == "kube") {
				t.Errorf("%s with %q in realm %q leads to %q", l.Path, name, realm, path)
			}
		}
	})
}

// Every location can be filled, and says what it depends on.
func TestLocations(t *testing.T) {
	seen := make(map[string]bool)
	for _, l := range store.Locations() {
		path, err := l.Fill(store.Words{Name: "the-name", Root: "the-root", Realm: "the-realm", Portal: "the-portal"})
		if err != nil {
			t.Errorf("%s: %v", l.Path, err)
		}
		if strings.ContainsAny(path, "{}") {
			t.Errorf("%s is filled as %s", l.Path, path)
		}
		elsewhere, err := l.Fill(store.Words{Name: "the-name", Root: "the-root", Realm: "another-realm", Portal: "the-portal"})
		if err != nil || (path != elsewhere) != l.HasRealm() {
			t.Errorf("%s: HasRealm %v, but it is filled as %s and %s", l.Path, l.HasRealm(), path, elsewhere)
		}
		if got := strings.Contains(path, "the-portal"); got != l.HasPortal() {
			t.Errorf("%s: HasPortal %v, but it is filled as %s", l.Path, l.HasPortal(), path)
		}
		if l.Kind == "" || l.Releases == "" {
			t.Errorf("%s: no kind, or no word about the releases", l.Path)
		}
		for _, kind := range l.Kinds {
			if !l.For(kind) {
				t.Errorf("%s is not for %s", l.Path, kind)
			}
		}
		if !l.For("") || l.For("no/such-kind") != (len(l.Kinds) == 0) {
			t.Errorf("%s: for a name that is not declared %v, for another kind %v", l.Path, l.For(""), l.For("no/such-kind"))
		}
		seen[path] = true
	}
	// The places that the releases up to v1.226 keep AWS credentials in.
	for _, want := range []string{
		"the-name", "the-realm/aws/the-name", "aws-sso/the-name/token.json", "aws-sso/sessions/the-portal.json",
		"aws-webflow/the-name-the-realm/refresh.json", "atmos-mock-the-name.json",
	} {
		if !seen[want] {
			t.Errorf("no location is %s", want)
		}
	}
}

func TestReserved(t *testing.T) {
	for name, want := range map[string]bool{
		"aws": true, "azure": true, "gcp": true, "emulator": true, "profiles": true, "kube": true,
		"acme": false, "82bbb38e824250d4": false, "": false, "aws-user": false,
	} {
		if got := store.Reserved(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

func TestSpellings(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"dev-admin", []string{"dev-admin"}},
		{"Dev-Admin", []string{"dev-admin", "Dev-Admin"}},
		{"ZOË/Łódź", []string{"zoë/łódź", "ZOË/Łódź"}},
		{"", []string{""}},
	} {
		if diff := cmp.Diff(tt.want, store.Spellings(tt.name)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, tt := range []struct {
		name   string
		of     string
		realms []string
		want   []store.Key
	}{
		{
			name: "no project", of: "dev",
			want: []store.Key{{Key: "dev"}},
		},
		{
			name: "every release", of: "corp-sso", realms: []string{"acme", "82bbb38e824250d4", "82bbb38e", ""},
			want: []store.Key{
				{Key: "corp-sso"}, // v1.194
				{Key: "atmos_acme_corp-sso", Realm: "acme"},                         // v1.206.0 and later, explicit
				{Key: "atmos_82bbb38e824250d4_corp-sso", Realm: "82bbb38e824250d4"}, // v1.207
				{Key: "atmos_82bbb38e_corp-sso", Realm: "82bbb38e"},                 // v1.206.0
				{Key: "atmos_corp-sso"},                                             // v1.206.1
			},
		},
		{
			name: "both spellings", of: "Dev/A_b", realms: []string{"r", ""},
			want: []store.Key{
				{Key: "dev/a_b"},
				{Key: "atmos_r_dev/a_b", Realm: "r"},
				{Key: "atmos_dev/a_b"},
				{Key: "Dev/A_b"},
				{Key: "atmos_r_Dev/A_b", Realm: "r"},
				{Key: "atmos_Dev/A_b"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := store.Keys(tt.of, tt.realms)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, k := range got {
				if k.HasRealm() != (k.Realm != "") {
					t.Errorf("%v: HasRealm %v", k, k.HasRealm())
				}
			}
		})
	}
}

func TestForeignRealm(t *testing.T) {
	for _, tt := range []struct {
		name   string
		key    string
		own    []string
		exists []string
		want   string // empty if it is not ambiguous
	}{
		{name: "no other realm", key: "atmos_a_b"},
		{name: "another project's", key: "atmos_a_b", exists: []string{"a"}, want: "a"},
		{name: "ours", key: "atmos_a_b", own: []string{"a"}, exists: []string{"a"}},
		{name: "a longer one", key: "atmos_acme_dev_admin", exists: []string{"acme_dev"}, want: "acme_dev"},
		{name: "ours, or a longer one of others", key: "atmos_acme_dev_admin", own: []string{"acme"}, exists: []string{"acme", "acme_dev"}, want: "acme_dev"},
		{name: "the shortest of several", key: "atmos_a_b_c", exists: []string{"a_b", "a"}, want: "a"},
		{name: "automatic", key: "atmos_82bbb38e824250d4_corp", exists: []string{"82bbb38e824250d4"}, want: "82bbb38e824250d4"},
		{name: "raw", key: "a_b", exists: []string{"a"}},
		{name: "no name behind it", key: "atmos_a_", exists: []string{"a"}},
		{name: "no realm before it", key: "atmos__b", exists: []string{"", "_"}},
		{name: "no underscore", key: "atmos_corp-sso", exists: []string{"corp-sso", "corp"}},
		{name: "nothing but the prefix", key: "atmos_", exists: []string{""}},
		{name: "a directory that is no realm", key: "atmos_A_b", exists: []string{"A"}},
		{name: "a part of a word", key: "atmos_ab_c", exists: []string{"a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			exists := func(realm string) bool { return slices.Contains(tt.exists, realm) }
			got, ambiguous := store.Key{Key: tt.key}.ForeignRealm(tt.own, exists)
			if got != tt.want || ambiguous != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", got, ambiguous, tt.want)
			}
		})
	}
}

func TestLockPaths(t *testing.T) {
	l := store.Location{Under: store.Config, Path: "{realm}/gcp/{root}/adc/{name}/access_token", Locks: []string{"{realm}/gcp/{root}/{name}.cleanup.lock"}}
	got, err := l.LockPaths(store.Words{Name: "ci/deploy", Root: "gcp"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"gcp/gcp/adc/ci/deploy/access_token.lock", "gcp/gcp/ci/deploy.cleanup.lock"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := l.LockPaths(store.Words{Name: "..", Root: "gcp"}); err == nil {
		t.Errorf("a hostile name leads to %v", got)
	}
}

func TestFixed(t *testing.T) {
	for path, want := range map[string]string{
		"aws-sso/sessions/{portal}.json":          "aws-sso/sessions",
		"aws-webflow/{name}-{realm}/refresh.json": "aws-webflow",
		"{realm}/aws/{name}":                      "",
		"atmos-mock-{flat}.json":                  "",
		"a/b/c-{name}/d":                          "a/b",
	} {
		if got := (store.Location{Path: path}).Fixed(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
