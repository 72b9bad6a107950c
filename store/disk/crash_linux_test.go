package disk_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/store/disk"
)

// sceneRoot makes the test binary clean the home directory that it names, and nothing else.
const sceneRoot = "CREDCLEAN_TEST_SCENE"

func init() { //nolint:gochecknoinits // strace looks at the first thread, and only here it is the current one for certain
	if os.Getenv(sceneRoot) != "" {
		runtime.LockOSThread()
	}
}

func TestMain(m *testing.M) {
	if root := os.Getenv(sceneRoot); root != "" {
		if err := clean(root); err != nil {
			log.Fatal(err)
		}
		return
	}
	m.Run()
}

// clean is a logout of deep-role from a scene.
func clean(root string) error {
	ctx, h := context.Background(), disk.NewHome(root)
	at := func(path string, of disk.Program) disk.Place { return disk.Place{Root: root, Path: path, Of: of} }
	var errs []error
	add := func(err error) { errs = append(errs, disk.IgnoreAbsent(err)) }
	for _, p := range []disk.Place{
		at("aws/corp/credentials", disk.Atmos), at("aws/okta/credentials", disk.Atmos), at("aws/link/credentials", disk.Atmos),
		at(".docker/config.json", disk.Docker), at(".kube/config", disk.Kubectl), at(".azure/cache.json", disk.Azure),
	} {
		err := h.Edit(ctx, p, own)
		add(err)
	}
	for _, name := range []string{"cache/token.json", "cache/link.json", "cache/.token.json123"} {
		err := h.Remove(at(name, disk.Atmos))
		add(err)
	}
	add(h.RemoveTree(ctx, at("tree", disk.Atmos)))
	for _, name := range []string{"aws/okta/credentials", "cache/token.json"} {
		for _, err := range []error{h.RemoveLocks(at(name, disk.Atmos)), h.RemoveEmptyDir(at(path.Dir(name), disk.Atmos))} {
			if !errors.Is(err, fs.ErrExist) { // what is still needed stays: the other errors say why
				add(err)
			}
		}
	}
	add(h.Sync())
	h.Close()
	return errors.Join(errs...)
}

// newScene is a home directory in which deep-role is logged in, and prod-admin.
func newScene(t *testing.T) site {
	t.Helper()
	s := newSite(t)
	for _, name := range []string{"aws/corp/credentials", "real/credentials", ".docker/config.json", ".kube/config", ".azure/cache.json"} {
		s.plant(name, deep+prod)
	}
	for _, name := range []string{"aws/okta/credentials", "cache/token.json", "cache/.token.json123", "real/token.json", "tree/a", "tree/sub/b"} {
		s.plant(name, deep)
	}
	for _, name := range []string{"aws/corp/config", "real/neighbour", "real/neighbours/token.json"} {
		s.plant(name, prod)
	}
	s.link("../../real/credentials", "aws/link/credentials")
	s.link("../real/token.json", "cache/link.json")
	s.link("../real/neighbours", "tree/sub/link")
	return s
}

// done is what is left of a scene.
func done() map[string]string {
	left := map[string]string{"aws/link/credentials": "→ ../../real/credentials", "aws/link/credentials.lock": "", "aws/corp/credentials.lock": ""}
	for _, name := range []string{
		"aws/corp/credentials", "real/credentials", ".docker/config.json", ".kube/config", ".azure/cache.json",
		"aws/corp/config", "real/neighbour", "real/neighbours/token.json",
	} {
		left[name] = prod
	}
	return left
}

// run cleans the scene in a process of its own, under strace if there are arguments for it.
func (s site) run(strace ...string) (code int, out string) {
	s.Helper()
	self, err := os.Executable()
	must(s.T, err)
	line := []string{self}
	if len(strace) > 0 {
		line = slices.Concat([]string{"strace", "-qq", "-y", "-s", "256"}, strace, line)
	}
	cmd := exec.CommandContext(s.Context(), line[0], line[1:]...)
	cmd.Env = append(os.Environ(), sceneRoot+"="+s.root)
	text, err := cmd.CombinedOutput()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		return failed.ExitCode(), string(text)
	}
	must(s.T, err)
	return 0, string(text)
}

// A call is a system call below the home directory, by its name and how many of this name came before.
type call struct {
	name, args string
	path       string // below the home directory
	nth        int
	result     string
}

var (
	callLine = regexp.MustCompile(`^(\w+)\((.*)\) += (.*)$`)
	callPath = regexp.MustCompile(`^(?:AT_FDCWD|\d+)<([^>]*)>(?:\(deleted\))?(?:, "([^"]*)")?`)
)

// trace cleans a scene and lists its calls of these names.
func (s site) trace(names string, more ...string) (all []call, code int, out string) {
	s.Helper()
	file := filepath.Join(s.TempDir(), "trace")
	code, out = s.run(append([]string{"-o", file, "-e", "trace=" + names}, more...)...)
	text, err := os.ReadFile(file)
	must(s.T, err)
	count := map[string]int{}
	for line := range strings.Lines(string(text)) {
		m := callLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		count[m[1]]++
		c := call{name: m[1], args: m[2], nth: count[m[1]], result: m[3]}
		p := callPath.FindStringSubmatch(c.args)
		if p == nil {
			continue
		}
		if c.name == "write" || c.name == "pwrite64" {
			p[2] = ""
		}
		full := p[2]
		if !filepath.IsAbs(full) {
			full = filepath.Join(p[1], p[2])
		}
		if rel, err := filepath.Rel(s.root, full); err == nil && filepath.IsLocal(rel) {
			c.path = rel
			all = append(all, c)
		}
	}
	return all, code, out
}

// names are what an error may name of a call: the directory, and the link that led to it.
func (c call) names() []string {
	dir := path.Dir(c.path)
	if c.path == "real" || dir == "real" {
		return []string{dir, "aws/link/credentials", "cache/link.json"}
	}
	return []string{dir}
}

const (
	changing = "openat,unlinkat,renameat,renameat2,fsync,write,pwrite64,ftruncate,fchmod,fchown,flock"
	looking  = "newfstatat,fstat,getdents64,readlinkat"
)

// sites are the calls of a run that goes well: of those that are alike the first and the last one, or all.
func sites(t *testing.T, names string) (some []call) {
	t.Helper()
	s := newScene(t)
	all, code, out := s.trace(names)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	s.holds(done())
	first, last := map[string]bool{}, map[string]int{}
	for i, c := range all {
		last[c.name+c.path] = i
	}
	for i, c := range all {
		if key := c.name + c.path; os.Getenv("CREDCLEAN_FAULTS") == "all" || !first[key] || last[key] == i {
			some = append(some, c)
			first[key] = true
		}
	}
	return some
}

// checkNeighbour fails unless every file is as before, as it should be, or gone if it should be gone.
func (s site) checkNeighbour() {
	s.Helper()
	for name, want := range done() {
		text, err := os.ReadFile(s.path(name))
		switch {
		case want != prod:
		case err != nil:
			s.Error(err)
		case string(text) != prod && string(text) != deep+prod:
			s.Errorf("%s is half written: %q", name, text)
		}
	}
}

// finish cleans the scene once more, after which all that should be gone is gone.
func (s site) finish() {
	s.Helper()
	if code, out := s.run(); code != 0 {
		s.Errorf("the second time: exit code %d: %s", code, out)
	}
	want := done()
	for _, dir := range []string{"aws/corp/credentials", "aws/link/credentials", ".docker/config.json", ".azure/cache.json"} {
		lock := dir + ".lock" // that it is there is all the same
		if _, err := os.Lstat(s.path(lock)); err == nil {
			want[lock] = ""
		} else {
			delete(want, lock)
		}
	}
	s.holds(want)
}

// Killed at any call, a run is finished by the next one, and nobody else has lost anything.
func TestKilled(t *testing.T) {
	for _, site := range sites(t, changing) {
		if site.name == "openat" && !strings.Contains(site.args, "O_CREAT") {
			continue
		}
		t.Run(fmt.Sprintf("%s-%d-%s", site.name, site.nth, filepath.Base(site.path)), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.run("-o", "/dev/null", "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", site.name, site.nth))
			s.checkNeighbour()
			s.finish()
		})
	}
}

// A call that fails is told with its cause and its place, keeps nothing else from being removed, and is made up for
// by the next run.
func TestFaults(t *testing.T) {
	causes := []struct{ name, text string }{
		{"EIO", "input/output error"}, {"EACCES", "permission denied"}, {"EROFS", "read-only file system"}, {"ENOSPC", "no space left on device"},
	}
	for i, site := range sites(t, changing+","+looking) {
		cause := causes[i%len(causes)]
		if i%5 != 0 && os.Getenv("CREDCLEAN_FAULTS") != "all" {
			continue
		}
		t.Run(fmt.Sprintf("%s-%d-%s-%s", site.name, site.nth, filepath.Base(site.path), cause.name), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			_, code, out := s.trace(site.name, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", site.name, cause.name, site.nth))
			s.checkNeighbour()
			if code != 0 && (!strings.Contains(out, cause.text) || !slices.ContainsFunc(site.names(), func(name string) bool { return strings.Contains(out, s.path(name)) })) {
				t.Errorf("the cause or the place is not named: %s", out)
			}
			if code == 0 {
				s.holds(done())
			}
			s.finish()
		})
	}
}

// A removal that only says so is found out.
func TestRemovalLies(t *testing.T) {
	for _, site := range sites(t, "unlinkat,renameat,renameat2") {
		if strings.Contains(site.result, "ENOENT") || strings.Contains(site.result, "EISDIR") {
			continue // nothing went
		}
		t.Run(fmt.Sprintf("%s-%d-%s", site.name, site.nth, filepath.Base(site.path)), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			_, code, out := s.trace(site.name, "-e", fmt.Sprintf("inject=%s:retval=0:when=%d", site.name, site.nth))
			s.checkNeighbour()
			if code == 0 { // it was tried again
				s.holds(done())
			} else if !strings.Contains(out, "still there after the removal") {
				t.Errorf("exit code %d: %s", code, out)
			}
			s.finish()
		})
	}
}

// What is written reaches the disk before it gets its name, what a link leads to is gone from it before the link is, and
// at the end what was renamed or removed is: a crash brings no secret back and loses nothing.
func TestOrderOnDisk(t *testing.T) {
	s := newScene(t)
	all, _, _ := s.trace("fsync,renameat,renameat2,unlinkat,write")
	var got []string
	for _, c := range all {
		if !strings.Contains(c.path, ".lock") && !strings.Contains(c.result, "ENOENT") && c.result != "-1 EISDIR (Is a directory)" {
			got = append(got, c.name+" "+c.path)
		}
	}
	var want []string
	edit := func(file string) {
		want = append(want, "write "+file+".credclean", "fsync "+file+".credclean", "renameat "+file+".credclean")
	}
	remove := func(files ...string) {
		for _, file := range files {
			want = append(want, "unlinkat "+file)
		}
	}
	edit("aws/corp/credentials")
	remove("aws/okta/credentials")
	edit("real/credentials")
	edit(".docker/config.json")
	edit(".kube/config")
	edit(".azure/cache.json")
	remove("cache/token.json")
	want = append(want, "renameat cache/link.json")
	remove("real/token.json")
	want = append(want, "fsync real")
	remove("cache/link.json.credclean", "cache/.token.json123", "tree/a", "tree/sub/b", "tree/sub/link", "tree/sub", "tree", "aws/okta", "cache")
	for _, dir := range []string{".", ".azure", ".docker", ".kube", "aws", "aws/corp", "real"} {
		want = append(want, "fsync "+dir)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
