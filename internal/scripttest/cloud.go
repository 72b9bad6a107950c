//go:build linux

package scripttest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/credclean/credclean/internal/cloudtest"
)

// cmdCloud gives the script a stand-in for the providers, which every request over https goes to from then on:
//
//	cloud start               a new one, that knows the sessions of all token files below $HOME
//	cloud set MODE [HOSTS]    how hosts answer, by a pattern; the modes are those of package cloudtest
//	cloud lapse TOKEN         an access token is refused, though its session lives on
//	cloud asked [HOST...]     exactly these hosts were asked for since the last time, each as often
//	cloud usable [SECRET...]  whoever has a copy of all that the providers know can still use exactly these
//	cloud wait HOST           waits until a request has come through to a host
//	cloud gone                nobody listens any more
//
// A SECRET or TOKEN is the name of a planted one, a pattern of names, or the text itself.
func cmdCloud(ts *testscript.TestScript, args []string) {
	w := worldOf(ts)
	rest := args[1:]
	if args[0] == "start" {
		w.startCloud(ts)
		return
	}
	if w.cloud == nil || slices.Contains([]string{"set", "lapse", "wait"}, args[0]) && rest == nil {
		ts.Fatalf("cloud %s: start it first, with all arguments", args[0])
	}
	switch args[0] {
	case "set":
		ts.Check(w.cloud.Set(rest[0], append(rest[1:], "*")[0]))
	case "lapse":
		w.cloud.Lapse(w.text(rest[0]))
	case "asked":
		all := w.cloud.Asked()
		got := slices.Sorted(slices.Values(all[w.asked:]))
		w.asked = len(all)
		if want := slices.Sorted(slices.Values(rest)); !slices.Equal(got, want) {
			ts.Fatalf("asked for %q, want %q", got, want)
		}
	case "usable":
		want, _ := w.resolve(rest)
		slices.Sort(want)
		if got := w.usable(); !slices.Equal(got, slices.Compact(want)) {
			ts.Fatalf("usable are %q, want %q", got, want)
		}
	case "wait":
		if !w.cloud.Wait(rest[0]) {
			ts.Fatalf("no request to %s: %q", rest[0], w.cloud.Requests())
		}
	case "gone":
		w.cloud.Close()
	default:
		ts.Fatalf("no verb %s", args[0])
	}
}

func (w *world) startCloud(ts *testscript.TestScript) {
	c, err := cloudtest.Start(w.work)
	ts.Check(err)
	ts.Defer(c.Close)
	w.cloud, w.asked = c, 0
	for name, value := range c.Env() {
		ts.Setenv(name, value)
	}
	ts.Check(filepath.WalkDir(ts.Getenv("HOME"), func(path string, d fs.DirEntry, err error) error {
		name := filepath.Base(path)
		if err != nil || !d.Type().IsRegular() || name != "state.json" && !strings.HasPrefix(name, "token.json") && filepath.Base(filepath.Dir(path)) != "sessions" {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && strings.Contains(name, ".json") {
			_ = c.Know(data) // a script may plant one that cannot be read
		}
		return err
	}))
}

// usable are the names of what can still be used, or the texts of what was not planted.
func (w *world) usable() []string {
	var names []string
	for _, token := range w.cloud.Usable() {
		name := token
		for planted, secret := range w.planted {
			if strings.Contains(token, secret) {
				name = planted
			}
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// text is the secret that an argument means.
func (w *world) text(arg string) string {
	if names := w.matching(arg); len(names) == 1 {
		return w.planted[names[0]]
	}
	return arg
}
