package cut_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store/cut"
)

const (
	ecr   = "123456789012.dkr.ecr.us-east-2.amazonaws.com"
	other = "210987654321.dkr.ecr.us-east-2.amazonaws.com"
)

func TestDockerRegistry(t *testing.T) {
	tests := []struct {
		name string
		i    config.Integration
		want string
	}{
		{"ECR", config.Integration{Kind: "aws/ecr", Registry: config.Registry{AccountID: "123456789012", Region: "us-east-2"}}, ecr},
		{"ECR in China", config.Integration{Kind: "aws/ecr", Registry: config.Registry{AccountID: "1", Region: "cn-north-1"}}, "1.dkr.ecr.cn-north-1.amazonaws.com"},
		{"ECR, region not evaluated", config.Integration{Kind: "aws/ecr", Registry: config.Registry{AccountID: "1"}, Unresolved: []string{"spec.registry.region"}}, ""},
		{"ECR without an account", config.Integration{Kind: "aws/ecr", Registry: config.Registry{Region: "us-east-2"}}, ""},
		{"ECR Public", config.Integration{Kind: "aws/ecr-public"}, "public.ecr.aws"},
		{"ACR", config.Integration{Kind: "azure/acr", Registry: config.Registry{Name: "myRegistry", TenantID: "t"}}, "myRegistry.azurecr.io"},
		{"ACR without a name", config.Integration{Kind: "azure/acr"}, ""},
		{"another kind", config.Integration{Kind: "aws/eks", Registry: config.Registry{AccountID: "1", Region: "r", Name: "n"}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := cut.DockerRegistry(tt.i)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("%q, %t, want %q", got, ok, tt.want)
			}
		})
	}
}

func logins(registries ...string) cut.DockerLogins {
	d := cut.DockerLogins{Registries: make(map[string]bool)}
	for _, r := range registries {
		d.Registries[r] = true
	}
	return d
}

func TestDockerLogins(t *testing.T) {
	tests := []struct {
		name    string
		data    string
		want    string
		removed []string
	}{
		{
			name: "as Atmos writes it, the only one",
			data: `{
  "auths": {
    "123456789012.dkr.ecr.us-east-2.amazonaws.com": {
      "auth": "QVdTOnNlY3JldA=="
    }
  }
}`,
			want: `{
  "auths": {}
}`,
			removed: []string{ecr},
		},
		{
			name: "as docker writes it, first, among fields that Atmos does not know",
			data: `{
	"auths": {
		"123456789012.dkr.ecr.us-east-2.amazonaws.com": {
			"auth": "QVdTOnNlY3JldA=="
		},
		"https://index.docker.io/v1/": {
			"auth": "dTpw",
			"identitytoken": "keep"
		}
	},
	"HttpHeaders": {"User-Agent": "Docker-Client/19.03"},
	"credsStore": "desktop",
	"credHelpers": {"123456789012.dkr.ecr.us-east-2.amazonaws.com": "ecr-login"},
	"proxies": {"default": {"httpProxy": "http://p:1"}},
	"currentContext": "colima"
}
`,
			want: `{
	"auths": {
		"https://index.docker.io/v1/": {
			"auth": "dTpw",
			"identitytoken": "keep"
		}
	},
	"HttpHeaders": {"User-Agent": "Docker-Client/19.03"},
	"credsStore": "desktop",
	"credHelpers": {"123456789012.dkr.ecr.us-east-2.amazonaws.com": "ecr-login"},
	"proxies": {"default": {"httpProxy": "http://p:1"}},
	"currentContext": "colima"
}
`,
			removed: []string{ecr},
		},
		{
			name:    "in the middle, by hand",
			data:    `{"auths" :{ "a":{} ,"123456789012.dkr.ecr.us-east-2.amazonaws.com" : {"auth":"QVdTOng="} , "b":{"auth":"y"} }}`,
			want:    `{"auths" :{ "a":{} , "b":{"auth":"y"} }}`,
			removed: []string{ecr},
		},
		{
			name:    "last, CRLF and byte order mark",
			data:    "\ufeff{\r\n  \"auths\": {\r\n    \"a\": {\"auth\": \"y\"},\r\n    \"" + ecr + "\": {\"auth\": \"QVdTOng=\"}\r\n  }\r\n}\r\n",
			want:    "\ufeff{\r\n  \"auths\": {\r\n    \"a\": {\"auth\": \"y\"}\r\n  }\r\n}\r\n",
			removed: []string{ecr},
		},
		{
			name:    "several, neighbours",
			data:    `{"auths":{"` + ecr + `":{"auth":"QVdTOng="},"public.ecr.aws":{"auth":"QVdTOng="},"a":{"auth":"3"},"` + other + `":{"auth":"QVdTOng="}}}`,
			want:    `{"auths":{"a":{"auth":"3"}}}`,
			removed: []string{ecr, "public.ecr.aws", other},
		},
		{
			name:    "every repetition, every spelling in JSON",
			data:    `{"auths":{"public.ecr.aws":{"auth":"QVdTOng="},"a":{},"public\u002eecr.aws":{"auth":"QVdTOng="}},"auths":{"public.ecr.aws":{"x":1,"auth":"QVdTOng="}}}`,
			want:    `{"auths":{"a":{}},"auths":{}}`,
			removed: []string{"public.ecr.aws"},
		},
		{
			name: "not ours: other spellings, other places, an empty entry of a credential store",
			data: `{"auths":{"https://public.ecr.aws":{"auth":"QVdTOng="},"public.ecr.aws/":{"auth":"QVdTOng="},"PUBLIC.ecr.aws":{"auth":"QVdTOng="},` +
				`"` + ecr + `":{},"` + other + `":null,"x":{"public.ecr.aws":{"auth":"QVdTOng="}}},"public.ecr.aws":{"auth":"QVdTOng="},"Auths":{"public.ecr.aws":4}}`,
		},
		{
			name: "the user's own logins of the same registries",
			data: `{"auths":{"public.ecr.aws":{"auth":"bWU6TUlORQ=="},"` + ecr + `":{"auth":"QVdTeDpN"},"` + other + `":{"auth":"QVdT"},` +
				`"acme.azurecr.io":{"auth":"cm9ib3Q6TE9OR0xJVkVE"},"more.azurecr.io":{"auth":"QVdTOng="}}}`,
		},
		{
			name: "a user name in another place, or spelled otherwise, is none",
			data: `{"auths":{"public.ecr.aws":{"username":"AWS","password":"x"},"` + ecr + `":{"Auth":"QVdTOng="},"` + other + `":{"auth":"YXdzOng="},` +
				`"acme.azurecr.io":{"auth":["QVdTOng="]},"more.azurecr.io":{"auth":"*"}}}`,
		},
		{
			name:    "ACR, and a neighbour by another user",
			data:    `{"auths":{"acme.azurecr.io":{"auth":"MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOkpXVA=="},"more.azurecr.io":{"auth":"cm9ib3Q6eA=="}}}`,
			want:    `{"auths":{"more.azurecr.io":{"auth":"cm9ib3Q6eA=="}}}`,
			removed: []string{"acme.azurecr.io"},
		},
		{
			name:    "one registry twice, once the user's own",
			data:    `{"auths":{"public.ecr.aws":{"auth":"bWU6TUlORQ=="},"public.ecr.aws":{"auth":"QVdTOng="}}}`,
			want:    `{"auths":{"public.ecr.aws":{"auth":"bWU6TUlORQ=="}}}`,
			removed: []string{"public.ecr.aws"},
		},
		{
			name: "ECR's user at ACR and the other way round",
			data: `{"auths":{"acme.azurecr.io":{"auth":"QVdTOng="},"public.ecr.aws":{"auth":"MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOkpXVA=="}}}`,
		},
		{name: "an empty file", data: ""},
		{name: "white space", data: "\ufeff \n"},
		{name: "no logins", data: "{}"},
		{name: "null", data: `{"auths":null}`},
		{name: "the login of another region", data: `{"auths":{"123456789012.dkr.ecr.us-east-1.amazonaws.com":{"auth":"QVdTOng="}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.removed == nil {
				tt.want = tt.data
			}
			got, err := logins(ecr, other, "public.ecr.aws", "acme.azurecr.io", "more.azurecr.io").Apply([]byte(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got.Data)); diff != "" {
				t.Errorf("file (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.removed, got.Removed); diff != "" {
				t.Errorf("removed (-want +got):\n%s", diff)
			}
			if got.Changes() != (tt.removed != nil) || got.Empty {
				t.Errorf("changes %t, whole %t", got.Changes(), got.Empty)
			}
		})
	}
}

func TestDockerLoginsRefuse(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"cut short", `{"auths":{"public.ecr.aws":{"auth":"c2VjcmV0`, "not JSON at byte 44"},
		{"something behind it", `{"auths":{"public.ecr.aws":{"auth":"c2VjcmV0"}}} x`, "not JSON at byte"},
		{"two documents", `{"auths":{"public.ecr.aws":{"auth":"c2VjcmV0"}}}{}`, "not JSON at byte"},
		{"a comment", "// c2VjcmV0\n{}", "not JSON at byte"},
		{"a list", `[{"auths":{}}]`, "not an object"},
		{"null", `null`, "not an object"},
		{"auths of another type", `{"auths":["public.ecr.aws","c2VjcmV0"]}`, "auths is not an object"},
		{"a second auths of another type", `{"auths":{"public.ecr.aws":{"auth":"c2VjcmV0"}},"auths":1}`, "auths is not an object"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "not JSON at byte"},
		{"too deep", `{"auths":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", "not JSON at byte"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := logins("public.ecr.aws").Apply([]byte(tt.data))
			if err == nil || !strings.HasPrefix(err.Error(), "docker config: ") || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "c2VjcmV0") || got.Data != nil || got.Changes() {
				t.Errorf("error %q, cut %+v", err, got)
			}
		})
	}
}

func FuzzDockerLogins(f *testing.F) {
	for _, s := range []string{
		`{"auths":{"R":{"auth":"QVdTOng="},"a":{"auth":"y"}},"credsStore":"x"}`,
		"{\n\t\"auths\": {\n\t\t\"a\": {},\n\t\t\"R\": {\n\t\t\t\"auth\": \"QVdTOng=\"\n\t\t}\n\t}\n}\n",
		`{"auths":{"R":{},"R":{"auth":"QVdTOng="},"\u0052":{"auth":"QVdTOng=","x":[1e3]}},"auths":null}`,
		"\ufeff{\r\n \"auths\" : { \"R\" : {\"auth\":\"QVdTOng=\"} , \"a\" : {\"R\":[]} } }\r\n",
		`{"auths":[]}`, ``, `null`, `{"a":"\ud800","auths":{"\ud800":1,"R":"\"}"}}`,
	} {
		f.Add([]byte(s))
	}
	d := logins("R")
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := d.Apply(data)
		if err != nil {
			if got.Data != nil || got.Changes() {
				t.Fatalf("error %v with a cut %+v", err, got)
			}
			return
		}
		if got.Empty || !inOrder(got.Data, data) {
			t.Fatalf("%q became %q", data, got.Data)
		}
		if len(got.Removed) == 0 && string(got.Data) != string(data) {
			t.Fatalf("nothing removed, but %q became %q", data, got.Data)
		}
		again, err := d.Apply(got.Data)
		if err != nil || again.Changes() || string(again.Data) != string(got.Data) {
			t.Fatalf("%q: the second time %+v, %v", got.Data, again, err)
		}
		if diff := cmp.Diff(decoded(data), decoded(got.Data)); diff != "" {
			t.Fatalf("%q became %q:\n%s", data, got.Data, diff)
		}
	})
}

// decoded is a Docker config.json as encoding/json reads it, without the logins to R.
func decoded(data []byte) map[string]any {
	var v map[string]any
	if json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\ufeff")), &v) != nil {
		return nil
	}
	if auths, ok := v["auths"].(map[string]any); ok {
		delete(auths, "R")
	}
	return v
}

// inOrder tells whether all bytes of rest stand in data in this order.
func inOrder(rest, data []byte) bool {
	for _, b := range data {
		if len(rest) > 0 && rest[0] == b {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}
