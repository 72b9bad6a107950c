package cut

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/credclean/credclean/config"
)

// DockerRegistry returns the key under auths of a Docker config.json that an
// integration writes. It is a bare host name, in no other spelling
// (pkg/auth/cloud/aws/ecr.go @v1.203.0, ecr_public.go @v1.221.0,
// pkg/auth/cloud/azure/acr.go @v1.226.0); the one of ECR ends in amazonaws.com
// in every partition. It is not ok if the integration is of another kind, or
// what the name is made of is not known.
func DockerRegistry(i config.Integration) (registry string, ok bool) {
	r := i.Registry
	switch {
	case i.Kind == "aws/ecr" && r.AccountID != "" && r.Region != "":
		return r.AccountID + ".dkr.ecr." + r.Region + ".amazonaws.com", true
	case i.Kind == "aws/ecr-public":
		return "public.ecr.aws", true
	case i.Kind == "azure/acr" && r.Name != "":
		return r.Name + ".azurecr.io", true
	}
	return "", false
}

// dockerUser is the user name that Atmos logs in to a registry with.
func dockerUser(registry string) string {
	if strings.HasSuffix(registry, ".azurecr.io") {
		return "00000000-0000-0000-0000-000000000000"
	}
	return "AWS"
}

// DockerLogins cuts logins of Atmos out of a Docker config.json: every spelling
// and repetition of a registry's key, if the user name of the login is the one
// that Atmos writes for it. A login with another one is the user's own. Removed
// are the registries. Every other byte stays.
type DockerLogins struct {
	Registries map[string]bool // by the key under auths, see [DockerRegistry]
}

// Apply implements [Cutter].
func (d DockerLogins) Apply(data []byte) (Cut, error) {
	return cutJSON("docker config", data, d.choose)
}

func (d DockerLogins) choose(file jsonValue) (jsonCut, error) {
	top, ok := file.list('{')
	if !ok {
		return jsonCut{}, errors.New("not an object")
	}
	var c jsonCut
	var removed names
	for _, it := range top.items {
		if it.name != "auths" || string(it.text) == "null" {
			c.keep("", it)
			continue
		}
		auths, ok := it.list('{')
		if !ok {
			return jsonCut{}, errors.New("auths is not an object")
		}
		c.cutFrom(auths, "auths", func(login jsonItem) (string, bool) {
			return login.name, d.Registries[login.name] && isAtmosLogin(login)
		})
	}
	for _, registry := range c.removed {
		removed.add(registry)
	}
	c.removed = removed.list
	return c, nil
}

// isAtmosLogin tells whether a login is by the user that Atmos writes.
func isAtmosLogin(login jsonItem) bool {
	auth, err := base64.StdEncoding.DecodeString(login.fields().text("auth"))
	user, _, ok := bytes.Cut(auth, []byte(":"))
	return err == nil && ok && string(user) == dockerUser(login.name)
}
