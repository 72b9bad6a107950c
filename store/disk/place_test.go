package disk_test

import (
	"path/filepath"
	"testing"

	"github.com/credclean/credclean/store/disk"
	"github.com/google/go-cmp/cmp"
)

func TestPlace(t *testing.T) {
	root := filepath.Join(t.TempDir(), "atmos")
	p := disk.Place{Root: root, Path: "realm/aws/corp"}
	if got, want := p.String(), filepath.Join(root, "realm", "aws", "corp"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := p.Dir(), (disk.Place{Root: root, Path: "realm/aws"}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := p.Join("credentials"), (disk.Place{Root: root, Path: "realm/aws/corp/credentials"}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	for path, want := range map[string]bool{"realm/aws": false, "realm": false, ".": true, "": true} {
		if got := (disk.Place{Root: root, Path: path}).IsRoot(); got != want {
			t.Errorf("%q is the root: %v, want %v", path, got, want)
		}
	}
	if top := (disk.Place{Root: root, Path: "realm"}).Dir(); !top.IsRoot() || top.String() != root {
		t.Errorf("above the highest is %v", top)
	}
}

func TestParents(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	got := disk.Parents([]disk.Place{
		{Root: a, Path: "aws/corp/credentials"},
		{Root: a, Path: "aws/corp/config"},
		{Root: a, Path: "realm/aws/corp/credentials"},
		{Root: b, Path: "corp/credentials"},
		{Root: b, Path: "file"},
		{Root: b, Path: "."},
	})
	want := []disk.Place{
		{Root: a, Path: "realm/aws/corp"},
		{Root: a, Path: "aws/corp"},
		{Root: a, Path: "realm/aws"},
		{Root: a, Path: "aws"},
		{Root: a, Path: "realm"},
		{Root: b, Path: "corp"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
