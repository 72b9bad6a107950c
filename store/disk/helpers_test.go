package disk_test

import (
	"testing"
	"time"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func setOf(names ...string) map[string]bool {
	set := make(map[string]bool)
	for _, n := range names {
		set[n] = true
	}
	return set
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// As Atmos writes it: keys aligned, no empty line at the end.
const (
	deep = `; atmos: expiration=2027-11-22T14:45:20Z
[deep-role]
aws_access_key_id     = ASIAEXAMPLE1
aws_secret_access_key = secret-1
aws_session_token     = session-1

`
	prod = `; atmos: expiration=2027-11-22T14:45:40Z
[prod-admin]
aws_access_key_id     = ASIAEXAMPLE2
aws_secret_access_key = secret-2
aws_session_token     = session-2
`
)
