package main

import "slices"

// environment makes Atmos log in without a browser, and tell nobody.
var environment = []string{
	"TERM=xterm-256color", "ATMOS_FORCE_TTY=true", "BROWSER=true", "ATMOS_TELEMETRY_ENABLED=false",
	"AWS_EC2_METADATA_DISABLED=true", "ATMOS_KEYRING_TYPE=file",
}

// identities are logged in to in this order. Atmos keeps credentials for what is named in a login,
// and renews a session that it finds; so every one is named.
var identities = []string{"dev-admin", "deep-role", "prod-admin", "ci-bot"}

// projectFile is the atmos.yaml of the project; URL is where the stand-in listens.
const projectFile = `auth:
  providers:
    corp-sso:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: https://drift.invalid/start
      spec: {aws: {resolver: {url: URL}}, endpoint_url: URL}
  identities:
    dev-admin:
      kind: aws/permission-set
      via: {provider: corp-sso}
      principal: {name: DevAccess, account: {name: dev-account}}
      credentials: {aws: {resolver: {url: URL}}}
    deep-role:
      kind: aws/assume-role
      via: {identity: dev-admin}
      principal: {assume_role: "arn:aws:iam::111111111111:role/deep-role", region: us-east-1}
      credentials: {aws: {resolver: {url: URL}}}
    prod-admin:
      kind: aws/permission-set
      via: {provider: corp-sso}
      principal: {name: ProdAccess, account: {id: "222222222222"}}
      credentials: {aws: {resolver: {url: URL}}}
    ci-bot:
      kind: aws/user
      credentials:
        access_key_id: ` + userKey + `
        secret_access_key: ` + userSecret + `
        region: us-east-1
        aws: {resolver: {url: URL}}
`

// A target is one logout, and what has to be true of it afterwards.
type target struct {
	args        []string
	gone, still []string // whose secrets
	allowed     []string // what may differ from the home before the login, beside always
}

// missing are those of whom no secret was found.
func missing(found map[mark][]string, whose []string) []string {
	have := map[string]bool{}
	for m := range found {
		have[m.whose] = true
	}
	return slices.DeleteFunc(slices.Clone(whose), func(w string) bool { return have[w] })
}

// always may stay after every logout: Atmos's directories, and what is no credential in them.
var always = []string{
	"home/.cache/atmos/cache.yaml", // when Atmos last looked for a release, an installation's number
	"home/.cache/atmos/cache.lock", "home/.cache/atmos/cache.yaml.lock",
	"home/.config/atmos",
	"home/.local/share/atmos/keyring", // the empty directory
	"home/.cache/atmos/aws-sso/sessions",
	"home/.cache/atmos/auth",
}

// awsFiles are what others still have in a directory.
func awsFiles(directory string) (patterns []string) {
	for _, name := range []string{"credentials", "config", "credentials.lock", "config.lock"} {
		patterns = append(patterns, "home/.config/atmos/*/aws/"+directory+"/"+name)
	}
	return patterns
}

var targets = []target{
	{
		args: []string{"deep-role"}, gone: []string{ofPortal, "dev-admin", "deep-role"}, still: []string{"prod-admin", ofUser},
		allowed: append(awsFiles("corp-sso"), awsFiles("aws-user")...),
	},
	{
		args: []string{"--provider", ofPortal}, gone: []string{ofPortal, "dev-admin", "deep-role", "prod-admin"}, still: []string{ofUser},
		allowed: awsFiles("aws-user"),
	},
	{
		args: []string{"--all", "--yes"}, gone: []string{ofPortal, "dev-admin", "deep-role", "prod-admin", ofUser, ofKey},
	},
}
