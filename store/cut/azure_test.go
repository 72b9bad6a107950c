package cut_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/credclean/credclean/store/cut"
)

const (
	tenant = "11111111-2222-3333-4444-555555555555"
	client = "99999999-0000-0000-0000-000000000000"
	anaID  = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee." + tenant
	bobID  = "ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee." + tenant
)

// What Atmos keeps of a device-code login: a provider's credentials.json and
// the cache of the realm.
const (
	ownCredentials = `{
  "access_token": "MGMT",
  "token_type": "Bearer",
  "expiration": "2036-11-23T07:24:25Z",
  "tenant_id": "11111111-2222-3333-4444-555555555555",
  "subscription_id": "sub-2",
  "location": "westeurope",
  "graph_api_token": "GRAPH",
  "graph_api_expiration": "2036-11-23T07:24:25Z",
  "key_vault_token": "VAULT",
  "key_vault_expiration": "2036-11-23T07:24:25Z",
  "cloud_environment": "public",
  "aks_token": "AKS",
  "aks_token_expiration": "2036-11-23T07:24:25Z",
  "auth_method": "device_code",
  "home_account_id": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee.11111111-2222-3333-4444-555555555555"
}`
	ownCache = `{"AccessToken":{"m":{"home_account_id":"` + anaID + `","credential_type":"AccessToken","secret":"MGMT"},` +
		`"a":{"secret":"AKS","expires_on":"2111037865"}},"RefreshToken":{"r":{"family_id":"1","secret":"REFRESH"}},` +
		`"IdToken":{"i":{"secret":"ID"}},"Account":{"c":{"username":"ana@acme.example"}},"AppMetadata":{"x":{"family_id":"1"}}}`
)

// azCache is az's own cache, as Atmos writes it, with the secrets of two
// accounts: ana's are copies of Atmos's.
func azCache(anaAccess, anaRefresh string) string {
	const body = `{
  "AccessToken": {
    %[3]s"%[2]s-login.microsoftonline.com-accesstoken-04b07795-8ddb-461a-bbee-02f9e1bf7b46-%[1]s-https://management.azure.com/.default": {
      "client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
      "credential_type": "AccessToken",
      "home_account_id": "%[2]s",
      "secret": "BOB-MGMT",
      "target": "https://management.azure.com/.default"
    }
  },
  "Account": {
    "ana": {"home_account_id": "` + anaID + `", "username": "ana@acme.example"},
    "bob": {"home_account_id": "%[2]s", "username": "bob@acme.example"}
  },
  "AppMetadata": {},
  "RefreshToken": {
    "%[2]s-login.microsoftonline.com-refreshtoken-1": {"family_id": "1", "home_account_id": "%[2]s", "secret": "BOB-REFRESH"}%[4]s
  }
}`
	return fmt.Sprintf(body, tenant, bobID, anaAccess, anaRefresh)
}

const (
	anaAccess = `"graph": {
      "home_account_id": "` + anaID + `",
      "secret": "GRAPH"
    },
    "mgmt": {
      "home_account_id": "` + anaID + `",
      "secret": "MG\u004dT",
      "target": "https://management.azure.com/.default"
    },
    `
	anaRefresh = `,
    "` + anaID + `-login.microsoftonline.com-refreshtoken-1": {
      "home_account_id": "` + anaID + `",
      "secret": "REFRESH"
    }`
)

// own are the secrets of Atmos's own files.
func ownSecrets(tb testing.TB, files ...string) cut.Secrets {
	tb.Helper()
	var all cut.Secrets
	for _, file := range files {
		login, err := cut.ReadAzure([]byte(file))
		if err != nil {
			tb.Fatal(err)
		}
		all.Add(login.Secrets)
	}
	return all
}

func TestReadAzure(t *testing.T) {
	login, err := cut.ReadAzure([]byte("\ufeff" + ownCredentials))
	if err != nil || login.Secrets.Len() != 4 || login.ServicePrincipal != (cut.ServicePrincipal{Tenant: tenant}) {
		t.Errorf("credentials.json: %+v, %v", login, err)
	}
	login, err = cut.ReadAzure([]byte(ownCache))
	if err != nil || login.Secrets.Len() != 4 || login.ServicePrincipal != (cut.ServicePrincipal{}) {
		t.Errorf("cache: %+v, %v", login, err)
	}
	if all := ownSecrets(t, ownCredentials, ownCache); all.Len() != 6 {
		t.Errorf("both: %v", all)
	}
	login, err = cut.ReadAzure([]byte(`{"client_id":"c","tenant_id":"t","access_token":"","key_vault_token":7,"Secret":{"x":{"Secret":"S"}},"y":{"secret":"S"},"z":[{"secret":"S"}]}`))
	if err != nil || login.Secrets.Len() != 0 || login.ServicePrincipal != (cut.ServicePrincipal{ClientID: "c", Tenant: "t"}) {
		t.Errorf("no secrets: %+v, %v", login, err)
	}
	for _, nothing := range []string{"", "\ufeff\n", "{}", "null"} {
		if login, err := cut.ReadAzure([]byte(nothing)); err != nil || login.Secrets.Len() != 0 {
			t.Errorf("%q: %+v, %v", nothing, login, err)
		}
	}
	for _, broken := range []string{`{"access_token":"SECRET`, `["SECRET"]`, `"SECRET"`, "SECRET"} {
		if _, err := cut.ReadAzure([]byte(broken)); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", broken, err)
		}
	}
}

// However a set of secrets is printed or written: no secret comes out, nor its sum.
func TestSecretsAreNotPrinted(t *testing.T) {
	login, err := cut.ReadAzure([]byte(`{"access_token":"SECRET"}`))
	if err != nil {
		t.Fatal(err)
	}
	type holder struct{ Cutter cut.Cutter }
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{login.Secrets, &login.Secrets, cut.MSALCopies{Secrets: login.Secrets}, holder{cut.MSALCopies{Secrets: login.Secrets}}, login} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "SECRET") || len(text) > 200 || strings.Contains(text, "map") {
				t.Errorf("%s of %T: %s", verb, v, text)
			}
		}
	}
	if text, err := json.Marshal(login); err != nil || string(text) != `{"Secrets":{},"ServicePrincipal":{"ClientID":"","Tenant":""}}` {
		t.Errorf("as JSON: %s, %v", text, err)
	}
	if s := login.Secrets; s.String() != s.GoString() || s.String() != "1 secrets" {
		t.Error(s.String(), s.GoString())
	}
	if other := ownSecrets(t, `{"access_token":"OTHER"}`); login.Secrets.Equal(other) || !login.Secrets.Equal(login.Secrets) || (cut.Secrets{}).Equal(other) {
		t.Error("sets that are not the same are equal")
	}
}

func TestMSALCopies(t *testing.T) {
	all := ownSecrets(t, ownCredentials, ownCache)
	ana := "ana@acme.example"
	tests := []struct {
		name       string
		secrets    cut.Secrets
		data, want string
		removed    []string
	}{
		{"as Atmos writes it", all, azCache(anaAccess, anaRefresh), azCache("", ""), []string{ana, ana, ana}},
		{"only what the files have that go", ownSecrets(t, ownCache), azCache(anaAccess, anaRefresh), azCache(strings.Replace(anaAccess, anaAccess[strings.Index(anaAccess, `"mgmt"`):], "", 1), ""), []string{ana, ana}},
		{"with a mark, and CR LF", all, "\ufeff" + strings.ReplaceAll(azCache(anaAccess, anaRefresh), "\n", "\r\n"), "\ufeff" + strings.ReplaceAll(azCache("", ""), "\n", "\r\n"), []string{ana, ana, ana}},
		{"none of ours", all, azCache("", ""), "", nil},
		{"nearly ours", all, `{"AccessToken":{"a":{"secret":"MGM"},"b":{"secret":"MGMT "},"c":{"secret":"mgmt"},"d":{"Secret":"MGMT"},"e":{"target":"MGMT"},"f":{"secret":["MGMT"]},"MGMT":{}},"RefreshToken":["REFRESH"],"secret":"REFRESH"}`, "", nil},
		{"no secret at all", cut.Secrets{}, azCache(anaAccess, anaRefresh), "", nil},
		{"an empty secret is none", ownSecrets(t, `{"access_token":""}`), `{"AccessToken":{"a":{"secret":""},"b":{}}}`, "", nil},
		{"an account without a name", all, `{"RefreshToken":{"r":{"home_account_id":"h","secret":"REFRESH"}}}`, `{"RefreshToken":{}}`, []string{"h"}},
		{"a service principal", all, `{"AccessToken":{"-x":{"client_id":"c","home_account_id":"","secret":"MGMT"}},"Account":{"x":{"username":"y"}}}`, `{"AccessToken":{},"Account":{"x":{"username":"y"}}}`, []string{"c"}},
		{"names only from the records of accounts", all, `{"AccessToken":{"a":{"home_account_id":"h","username":"other","secret":"MGMT"}},"Account":{"x":{"home_account_id":"h"},"y":{"home_account_id":"h","username":"u"},"z":{"home_account_id":"h","username":"v"},"w":{"username":"w"}}}`, `{"AccessToken":{},"Account":{"x":{"home_account_id":"h"},"y":{"home_account_id":"h","username":"u"},"z":{"home_account_id":"h","username":"v"},"w":{"username":"w"}}}`, []string{"u"}},
		{"an id token, and a kind that is not known yet", all, `{"IdToken":{"i":{"secret":"ID"},"j":{"secret":"IE"}},"NewToken":{"n":{"secret":"GRAPH"}}}`, `{"IdToken":{"j":{"secret":"IE"}},"NewToken":{}}`, []string{"", ""}},
		{"nothing", all, "", "", nil},
		{"an empty object", all, "{}", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.removed == nil {
				tt.want = tt.data
			}
			got, err := cut.MSALCopies{Secrets: tt.secrets}.Apply([]byte(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			want := cut.Cut{Data: []byte(tt.want), Removed: tt.removed}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, got.Data)
			}
		})
	}
}

func TestServicePrincipals(t *testing.T) {
	ours := cut.ServicePrincipals{{ClientID: client, Tenant: tenant}}
	entry := func(client, tenant, more string) string {
		return fmt.Sprintf("{\n    \"client_assertion\": \"e30.e30.SECRET\",\n    \"client_id\": %q,\n    \"tenant\": %q%s\n  }", client, tenant, more)
	}
	one := entry(client, tenant, "")
	tests := []struct {
		name       string
		sps        cut.ServicePrincipals
		data, want string
	}{
		{"as Atmos writes it", ours, "[\n  " + one + "\n]", "[]"},
		{
			"between neighbours", ours, "[\n  " + entry("other", tenant, "") + ",\n  " + one + ",\n  " + entry(client, "other", "") + "\n]\n",
			"[\n  " + entry("other", tenant, "") + ",\n  " + entry(client, "other", "") + "\n]\n",
		},
		{"twice, around one", ours, "[" + one + " , " + entry("x", "y", "") + "," + one + "]", "[" + entry("x", "y", "") + "]"},
		{"two", append(cut.ServicePrincipals{{ClientID: "x", Tenant: "y"}}, ours...), "[" + one + "," + entry("x", "y", "") + "," + entry("y", "x", "") + "]", "[" + entry("y", "x", "") + "]"},
		{"a secret of the user", ours, "[" + entry(client, tenant, `, "client_secret": "MINE"`) + "]", ""},
		{"a certificate of the user", ours, "[" + entry(client, tenant, `, "certificate": "/home/ana/sp.pem"`) + "]", ""},
		{"a secret that is none", ours, "[" + entry(client, tenant, `, "client_secret": null`) + "]", ""},
		{"no assertion", ours, `[{"client_id":"` + client + `","tenant":"` + tenant + `"}]`, ""},
		{"fields in other spellings", ours, `[{"Client_ID":"` + client + `","Tenant":"` + tenant + `","client_assertion":"x"}]`, ""},
		{"no client and no tenant is none", cut.ServicePrincipals{{}, {ClientID: "x"}, {Tenant: "y"}}, `[{"client_assertion":"x"},{"client_id":"x","client_assertion":"x"},{"tenant":"y","client_assertion":"x"}]`, ""},
		{"no principal", nil, "[" + one + "]", ""},
		{"other values", ours, `["` + client + `", 1, null, [` + one + `]]`, ""},
		{"nothing", ours, "\n", ""},
		{"an empty list", ours, "[]", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.sps.Apply([]byte(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				tt.want = tt.data
			}
			if string(got.Data) != tt.want || (len(got.Removed) > 0) != (tt.want != tt.data) || got.Empty {
				t.Errorf("%s\n%q is left, %v removed, want %q", tt.data, got.Data, got.Removed, tt.want)
			}
		})
	}
}

func TestAzureRefuses(t *testing.T) {
	for name, cutter := range map[string]cut.Cutter{
		"MSAL token cache": cut.MSALCopies{Secrets: ownSecrets(t, ownCache)}, "service principals": cut.ServicePrincipals{{ClientID: client, Tenant: tenant}},
	} {
		for _, data := range []string{`{"RefreshToken":{"r":{"secret":"REFRESH"`, `"REFRESH"`, "\xff\xfe{\x00}\x00", "REFRESH", `[{"REFRESH":1}]x`} {
			got, err := cutter.Apply([]byte(data))
			if err == nil || !strings.HasPrefix(err.Error(), name+": ") || strings.Contains(err.Error(), "REFRESH") || got.Data != nil || got.Changes() {
				t.Errorf("%s of %q: %v, %+v", name, data, err, got)
			}
		}
	}
	if _, err := (cut.MSALCopies{}).Apply([]byte("[]")); err == nil {
		t.Error("a list was taken for a cache")
	}
	if _, err := (cut.ServicePrincipals{}).Apply([]byte("{}")); err == nil {
		t.Error("an object was taken for a list")
	}
}

// Whatever a cache holds: no entry with the secret is left, every other one is,
// with the same bytes, and a second time changes nothing.
func FuzzMSALCopies(f *testing.F) {
	f.Add([]byte(azCache(anaAccess, anaRefresh)))
	f.Add([]byte("\ufeff{\"A\" : { \"x\":{\"secret\":\"MGMT\"} ,\r\n\"y\":{\"secret\":\"z\"}, \"x\":{\"secret\":\"REFRESH\"}},\"A\":{\"\\u0000\":{\"secret\":\"M\\u0047MT\"}}}"))
	f.Add([]byte(`{"A":{"x":{"secret":"MGMT","secret":"z"},"y":{"secret":"z","secret":"MGMT"}},"A":[],"B":null}`))
	secrets := ownSecrets(f, ownCredentials, ownCache)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := cut.MSALCopies{Secrets: secrets}.Apply(data)
		if err != nil {
			if got.Data != nil || got.Changes() {
				t.Fatalf("error %v with a cut %+v", err, got)
			}
			return
		}
		if !inOrder(got.Data, data) || len(got.Removed) == 0 && string(got.Data) != string(data) {
			t.Fatalf("%q became %q", data, got.Data)
		}
		want, gone := entries(t, data)
		left, still := entries(t, got.Data)
		if still != 0 || gone != len(got.Removed) || !slices.Equal(want, left) {
			t.Fatalf("%q became %q:\n%s", data, got.Data, cmp.Diff(want, left))
		}
	})
}

// entries are the entries of a cache but those with one of our secrets, and how
// many these are. It reads token by token, as the code does not.
func entries(t *testing.T, data []byte) (others []string, ours int) {
	t.Helper()
	text := strings.TrimPrefix(string(data), "\ufeff")
	if strings.TrimSpace(text) == "" {
		return nil, 0
	}
	parts, ok := members(text)
	if !ok {
		t.Fatalf("%q is no object", text)
	}
	for _, part := range parts {
		if !strings.HasPrefix(strings.TrimLeft(part[1], " \t\r\n"), "{") {
			others = append(others, part[0]+part[1])
			continue
		}
		list, _ := members(part[1])
		for _, e := range list {
			var fields map[string]any
			_ = json.Unmarshal([]byte(e[1]), &fields)
			secret, _ := fields["secret"].(string)
			if slices.Contains([]string{"MGMT", "GRAPH", "VAULT", "AKS", "REFRESH", "ID"}, secret) {
				ours++
			} else {
				others = append(others, part[0]+"/"+e[0]+e[1])
			}
		}
	}
	return others, ours
}

// members are the names and values of an object, repeated ones too.
func members(text string) (all [][2]string, ok bool) {
	d := json.NewDecoder(strings.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		name, _ := d.Token()
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return nil, false
		}
		all = append(all, [2]string{fmt.Sprint(name), string(raw)})
	}
	return all, true
}
