//go:build unix

package disk_test

import (
	"io/fs"
	"os"
	"testing"

	"github.com/credclean/credclean/store/disk"
)

// A Home keeps the last directory open, but what stands in its place now counts, not what stood there.
func TestDirectoryReplaced(t *testing.T) {
	const old, now = "old\n" + deep + prod, "now\n" + deep + prod
	for name, call := range calls {
		for _, dir := range []string{"aws", "aws/corp"} {
			for _, tt := range []struct {
				name    string
				replace func(s site)
				err     error
			}{
				{"by a link to it", func(s site) { s.link("ROOT/moved", dir) }, nil},
				{"by a link outside", func(s site) { s.link(os.TempDir(), dir) }, disk.ErrSymlink},
				{"by a directory", func(s site) { s.plant(credentials, now) }, nil},
				{"by nothing", func(site) {}, fs.ErrNotExist},
			} {
				t.Run(name+", "+dir+" "+tt.name, func(t *testing.T) {
					s := newSite(t)
					s.plant(credentials, old)
					if data, err := s.home.Read(t.Context(), s.place(credentials), 1<<20); err != nil || string(data) != old {
						t.Fatalf("%q, %v", data, err)
					}
					must(t, os.Rename(s.path(dir), s.path("moved")))
					tt.replace(s)
					s.wantIs(call(s.home, s.place(credentials)), tt.err)
					moved := map[string]string{"aws": "moved/corp/credentials", "aws/corp": "moved/credentials"}[dir]
					data, err := os.ReadFile(s.path(moved))
					touched := tt.name == "by a link to it" && (name == "edit" || name == "remove")
					if (err != nil || string(data) != old) != touched {
						t.Errorf("what was moved away: %q, %v", data, err)
					}
				})
			}
		}
	}
}
