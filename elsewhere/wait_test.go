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
