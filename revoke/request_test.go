package revoke

import (
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The requests, as the documents of AWS and GitHub describe them. No token is in a URL.
func TestRequests(t *testing.T) {
	sso := ReadSSO([]byte(`{"accessToken": "sso-access", "region": "cn-north-1", "startUrl": "https://acme.awsapps.com/start",
		"refreshToken": "sso-refresh", "clientId": "client-id", "clientSecret": "a\"b<c"}`), "token.json")[0]
	github := ReadGitHub([]byte(`{"tokens":[{"host":"github.com","token":"sts-one"}]}`))[0]
	type request struct {
		Method, URL, Body string
		Header            http.Header
		Length            int64
	}
	agent := []string{"credclean"}
	const renewal = `{"clientId":"client-id","clientSecret":"a\"b\u003cc","grantType":"refresh_token","refreshToken":"sso-refresh"}`
	for name, tt := range map[string]struct {
		request *http.Request
		want    request
	}{
		"logout": {sso.logout("renewed"), request{
			Method: "POST", URL: "https://portal.sso.cn-north-1.amazonaws.com.cn/logout",
			Header: http.Header{"User-Agent": agent, "X-Amz-Sso_bearer_token": {"renewed"}},
		}},
		"renewal": {sso.renewal(), request{
			Method: "POST", URL: "https://oidc.cn-north-1.amazonaws.com.cn/token", Body: renewal, Length: int64(len(renewal)),
			Header: http.Header{"User-Agent": agent, "Content-Type": {"application/json"}},
		}},
		"GitHub": {github.logout("sts-one"), request{
			Method: "DELETE", URL: "https://api.github.com/installation/token",
			Header: http.Header{"User-Agent": agent, "Accept": {"application/vnd.github+json"}, "Authorization": {"Bearer sts-one"}},
		}},
	} {
		got := request{Method: tt.request.Method, URL: tt.request.URL.String(), Header: tt.request.Header, Length: tt.request.ContentLength}
		if tt.request.Body != nil {
			data, err := io.ReadAll(tt.request.Body)
			if err != nil {
				t.Error(err)
			}
			got.Body = string(data)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestJudge(t *testing.T) {
	for status, want := range map[int][2]Outcome{ // of AWS, of GitHub
		200: {Revoked, Failed}, 204: {Failed, Revoked}, 201: {Failed, Failed}, 202: {Failed, Failed},
		301: {Failed, Failed}, 307: {Failed, Failed}, 400: {Failed, Failed}, 403: {Failed, Failed},
		401: {AlreadyInvalid, AlreadyInvalid}, 404: {Failed, AlreadyInvalid}, 429: {Failed, Failed},
		500: {Failed, Failed}, 503: {Failed, Failed},
	} {
		got := [2]Outcome{Session{Host: "portal.sso.us-east-1.amazonaws.com"}.judge(status), Session{Host: gitHubAPI}.judge(status)}
		if got != want {
			t.Errorf("%d: %v, want %v", status, got, want)
		}
	}
}
