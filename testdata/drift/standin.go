package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A standIn answers on loopback as three services of AWS do: IAM Identity Center's portal and its
// OIDC (both REST with JSON), and STS (query in, XML out). It is what Atmos logs in to. Every secret
// that it hands out is a mark: a text that can be nowhere else, so that it can be searched for.
//
// Shapes are those of the service models sso 2019-06-10, sso-oidc 2019-06-10 and sts 2011-06-15.
type standIn struct {
	mu      sync.Mutex
	marks   []mark
	asked   map[string]bool // device codes that somebody has asked for a token with
	unknown []string        // requests that it has no answer to
}

// A mark is one secret: its text, and whose it is.
type mark struct{ text, whose string }

// The owners of marks, beside the roles.
const (
	ofPortal = "corp-sso" // the portal's session: everything of the provider
	ofUser   = "ci-bot"
	ofKey    = "the access key in atmos.yaml"
)

// userKey and userSecret are ci-bot's, which no service hands out.
const userKey, userSecret = "AKIADRIFTUSERKEY", "DRIFTUSERSECRET"

func newStandIn() *standIn {
	return &standIn{marks: []mark{{userKey, ofKey}, {userSecret, ofKey}}, asked: map[string]bool{}}
}

// mark makes a secret of somebody's. The prefix is what AWS puts before such a secret; the Z makes
// sure that the number is whole in base64, too, where the last bits depend on what follows.
func (s *standIn) mark(prefix, whose string) string {
	text := fmt.Sprintf("%sDRIFT%07dZ", prefix, len(s.marks)+1)
	s.marks = append(s.marks, mark{text, whose})
	return text
}

// issued tells whether a text is a mark of somebody's, whoever that is if whose is empty.
func (s *standIn) issued(text, whose string) bool {
	return slices.ContainsFunc(s.marks, func(m mark) bool { return m.text == text && (whose == "" || m.whose == whose) })
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Method + " " + r.URL.Path {
	case "POST /client/register", "POST /device_authorization", "POST /token":
		s.oidc(w, r)
	case "GET /federation/credentials", "GET /assignment/accounts", "GET /assignment/roles", "POST /logout":
		s.portal(w, r)
	case "POST /":
		s.sts(w, r)
	default:
		s.refuse(w, r)
	}
}

// refuse answers what the stand-in does not know, and remembers it: it may be new in Atmos.
func (s *standIn) refuse(w http.ResponseWriter, r *http.Request) {
	s.unknown = append(s.unknown, r.Method+" "+r.URL.Path+" "+r.Form.Get("Action"))
	answer(w, http.StatusNotFound, "UnknownOperationException", map[string]any{"message": "unknown"})
}

// answer writes JSON; kind names an error as the SDKs look for it.
func answer(w http.ResponseWriter, status int, kind string, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	if kind != "" {
		w.Header().Set("X-Amzn-Errortype", kind)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone away sees to itself
}

func (s *standIn) oidc(w http.ResponseWriter, r *http.Request) {
	var in struct{ ClientSecret, DeviceCode, GrantType, RefreshToken string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&in); err != nil {
		answer(w, http.StatusBadRequest, "InvalidRequestException", map[string]any{"error": "invalid_request"})
		return
	}
	const day = 24 * time.Hour
	switch {
	case r.URL.Path == "/client/register":
		answer(w, http.StatusOK, "", map[string]any{
			"clientId": "drift-client", "clientSecret": s.mark("", ofPortal),
			"clientIdIssuedAt": time.Now().Unix(), "clientSecretExpiresAt": time.Now().Add(90 * day).Unix(),
		})
	case !s.issued(in.ClientSecret, ofPortal):
		answer(w, http.StatusUnauthorized, "InvalidClientException", map[string]any{"error": "invalid_client"})
	case r.URL.Path == "/device_authorization":
		answer(w, http.StatusOK, "", map[string]any{
			"deviceCode": s.mark("", ofPortal), "userCode": "DRFT-0000", "expiresIn": 600, "interval": 1,
			"verificationUri": "https://drift.invalid/device", "verificationUriComplete": "https://drift.invalid/device?user_code=DRFT-0000",
		})
	case in.GrantType == "refresh_token" && s.issued(in.RefreshToken, ofPortal):
		s.token(w)
	case in.GrantType != "urn:ietf:params:oauth:grant-type:device_code" || !s.issued(in.DeviceCode, ofPortal):
		answer(w, http.StatusBadRequest, "InvalidGrantException", map[string]any{"error": "invalid_grant"})
	case !s.asked[in.DeviceCode]: // the user has not confirmed it yet
		s.asked[in.DeviceCode] = true
		answer(w, http.StatusBadRequest, "AuthorizationPendingException", map[string]any{"error": "authorization_pending"})
	default:
		s.token(w)
	}
}

func (s *standIn) token(w http.ResponseWriter) {
	answer(w, http.StatusOK, "", map[string]any{
		"accessToken": s.mark("aoa", ofPortal), "refreshToken": s.mark("aor", ofPortal),
		"tokenType": "Bearer", "expiresIn": 3600,
	})
}

// accounts are what the portal offers, and roles the permission sets in them.
var (
	accounts = []map[string]any{
		{"accountId": "111111111111", "accountName": "dev-account", "emailAddress": "dev@drift.invalid"},
		{"accountId": "222222222222", "accountName": "prod-account", "emailAddress": "prod@drift.invalid"},
	}
	roles = map[string]string{"DevAccess": "dev-admin", "ProdAccess": "prod-admin"}
)

func (s *standIn) portal(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if !s.issued(r.Header.Get("X-Amz-Sso_bearer_token"), ofPortal) {
		answer(w, http.StatusUnauthorized, "UnauthorizedException", map[string]any{"message": "Session token not found or invalid"})
		return
	}
	switch r.URL.Path {
	case "/assignment/accounts":
		answer(w, http.StatusOK, "", map[string]any{"accountList": accounts})
	case "/assignment/roles":
		list := []map[string]any{}
		for role := range roles {
			list = append(list, map[string]any{"roleName": role, "accountId": query.Get("account_id")})
		}
		answer(w, http.StatusOK, "", map[string]any{"roleList": list})
	case "/federation/credentials":
		whose, ok := roles[query.Get("role_name")]
		if !ok {
			answer(w, http.StatusForbidden, "ForbiddenException", map[string]any{"message": "No access"})
			return
		}
		answer(w, http.StatusOK, "", map[string]any{"roleCredentials": map[string]any{
			"accessKeyId": s.mark("ASIA", whose), "secretAccessKey": s.mark("", whose),
			"sessionToken": s.mark("", whose), "expiration": time.Now().Add(8 * time.Hour).UnixMilli(),
		}})
	default: // logout
		w.WriteHeader(http.StatusOK)
	}
}

// accessKey is the key that a request is signed with.
var accessKey = regexp.MustCompile(`Credential=([^/]+)/`)

func (s *standIn) sts(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	key := accessKey.FindStringSubmatch(r.Header.Get("Authorization"))
	if r.ParseForm() != nil || key == nil || !s.issued(key[1], "") {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>`+
			`<Code>InvalidClientTokenId</Code><Message>unknown key</Message></Error><RequestId>drift</RequestId></ErrorResponse>`)
		return
	}
	var result string
	switch action := r.Form.Get("Action"); action {
	case "AssumeRole":
		_, role, _ := strings.Cut(r.Form.Get("RoleArn"), ":role/")
		result = s.stsCredentials(role) + `<AssumedRoleUser><AssumedRoleId>AROADRIFT:drift</AssumedRoleId>` +
			`<Arn>arn:aws:sts::111111111111:assumed-role/` + role + `/drift</Arn></AssumedRoleUser>`
	case "GetSessionToken":
		result = s.stsCredentials(ofUser)
	case "GetCallerIdentity":
		result = `<UserId>AIDADRIFT</UserId><Account>111111111111</Account><Arn>arn:aws:iam::111111111111:user/drift</Arn>`
	default:
		s.refuse(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult>%[2]s</%[1]sResult>`+
		`<ResponseMetadata><RequestId>drift</RequestId></ResponseMetadata></%[1]sResponse>`, r.Form.Get("Action"), result)
}

func (s *standIn) stsCredentials(whose string) string {
	return fmt.Sprintf(`<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>`+
		`<SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>`,
		s.mark("ASIA", whose), s.mark("", whose), s.mark("", whose), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}
