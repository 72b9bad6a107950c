package disk_test

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDir(t *testing.T) {
	s := newSite(t)
	s.plant("dir/b", "text of b")
	s.plant("dir/a", "")
	s.plant("dir/C/d", "")
	d, err := s.home.Open(s.place("dir"))
	must(t, err)
	defer d.Close()
	names, err := d.Names()
	must(t, err)
	if diff := cmp.Diff([]string{"C", "a", "b"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	infos, err := d.Entries()
	must(t, err)
	var modes []string
	for _, info := range infos {
		modes = append(modes, info.Name()+" "+info.Mode().Type().String())
	}
	if diff := cmp.Diff([]string{"C d---------", "a ----------", "b ----------"}, modes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if data, err := d.Read(t.Context(), "b", 9); err != nil || string(data) != "text of b" {
		t.Errorf("%q, %v", data, err)
	}
	if info, err := d.Look("b"); err != nil || info.Size() != 9 {
		t.Errorf("%v, %v", info, err)
	}
	sub, err := d.Enter("C")
	must(t, err)
	defer sub.Close()
	if names, err := sub.Names(); err != nil || len(names) != 1 || sub.Place() != s.place("dir/C") {
		t.Errorf("%v: %v, %v", sub.Place(), names, err)
	}
	for _, name := range []string{"a", "none"} {
		_, err := d.Enter(name)
		s.wantIs(err, fs.ErrNotExist)
	}
	for _, name := range []string{"..", "C/d", ""} {
		if _, err := d.Look(name); err == nil {
			t.Errorf("%q is looked at", name)
		}
	}
	_, err = s.home.Open(s.place("dir/C/d"))
	s.wantIs(err, fs.ErrNotExist)
}
