package elsewhere

import (
	"context"
	"testing"
	"time"
)

// A place on a file system that never answers is told when the time is over, and so are the places behind it.
func TestNoAnswer(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	hangs := Place{Program: "az", Base: "x", look: func(context.Context, *visit) { <-never }}
	quick := Place{Program: "gcloud", Base: "y", look: func(_ context.Context, v *visit) { v.add(v.path, Finding{State: LongLived}) }}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	m := Machine{Home: "/home/ana", LookupEnv: func(string) (string, bool) { return "", false }}
	found := Look(ctx, m, []Place{quick, hangs, quick}, time.Now())
	if len(found) != 3 || found[0].State != LongLived || found[1].State != CannotTell || found[1].Err.Error() != "no answer in time" || found[2].State != CannotTell {
		t.Errorf("%+v", found)
	}
}

// FuzzProfiles: whatever a file holds, it is read or refused, and a profile is found once.
func FuzzProfiles(f *testing.F) {
	f.Add([]byte("[a]\naws_access_key_id = x\n[profile \"b c\"]\r\n s3 =\r  x: y\n[profile]\n=\n[[]\n"))
	f.Add([]byte("\xef\xbb\xbf[]\n:\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []func(string) (string, bool){credentialsProfile, configProfile} {
			profiles, _ := readProfiles(data, name)
			seen := make(map[string]bool)
			for _, p := range profiles {
				if seen[p.name] {
					t.Errorf("%q twice", p.name)
				}
				seen[p.name] = true
			}
		}
	})
}
