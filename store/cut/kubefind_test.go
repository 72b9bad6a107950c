package cut_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/credclean/credclean/store/cut"
)

func TestFindKube(t *testing.T) {
	dev, gone := eks("dev", "us-east-2", "dev"), eks("gone", "us-east-2", "")
	for _, tt := range []struct {
		name, data string
		entries    []cut.KubeEntry
		want       []bool
	}{
		{"there, twice, and not there", "\ufeff" + clientGo, []cut.KubeEntry{gone, dev, dev}, []bool{false, true, true}},
		{"not as client-go writes it", devUsers + devContext, []cut.KubeEntry{dev, gone}, []bool{true, false}},
		{"under another alias", clientGo, []cut.KubeEntry{eks("dev", "us-east-2", "prod")}, []bool{false}},
		{"a user to which nothing refers", devUsers, []cut.KubeEntry{dev}, []bool{true}},
		{"a context that another one's user is in", strings.Replace(clientGo, "command: atmos", "command: aws", 1), []cut.KubeEntry{dev}, []bool{false}},
		{"two users of one name, the last one Atmos's", devContext + "users: [{name: " + devUser + "}, {name: " + devUser + ", user: {exec: {command: atmos}}}]\n", []cut.KubeEntry{dev}, []bool{false}},
		{"two users of one name, the first one Atmos's", devContext + "users: [{name: " + devUser + ", user: {exec: {command: atmos}}}, {name: " + devUser + "}]\n", []cut.KubeEntry{dev}, []bool{false}},
		{"a file that does not mention Atmos, and is broken", "users: [", []cut.KubeEntry{dev}, []bool{false}},
		{"nothing to look for", clientGo, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cut.FindKube([]byte(tt.data), tt.entries)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Fatalf("%v, %v, want %v", got, err, tt.want)
			}
			c, err := cut.KubeEntries{Remove: tt.entries}.Apply([]byte(tt.data))
			if err != nil || c.Changes() != slices.Contains(got, true) {
				t.Errorf("found %v, but %q goes, %v", got, c.Removed, err)
			}
		})
	}
	if there, err := cut.FindKube([]byte("users: [SECRET of atmos"), []cut.KubeEntry{dev}); err == nil || there != nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("of a broken file: %v, %v", there, err)
	}
}
