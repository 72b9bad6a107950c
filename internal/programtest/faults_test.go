//go:build linux

package programtest

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/scripttest"
)

// oneThread makes strace's counters mean something: it counts the calls of each
// thread, and without a lock Go moves a goroutine from one to another.
const oneThread = "CREDCLEAN_TEST_ONE_THREAD"

func init() { //nolint:gochecknoinits // only there is the first thread the current one for certain
	if os.Getenv(oneThread) != "" {
		runtime.LockOSThread()
	}
}

// A scene is a home directory with two providers: one shared with prod-admin, who
// stays logged in, and one of its own.
type scene struct {
	home string
	env  []string // beside what every command gets
}

const (
	sceneJWE  = "eyJhbGciOiJQQkVTMi1IUzI1NitBMTI4S1ciLCJlbmMiOiJBMjU2R0NNIn0.a2V5.aXY.c2VjcmV0.dGFn"
	sceneYAML = `auth:
  realm: acme
  providers:
    aws-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start}
    ci-sso: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://ci.example/start}
  identities:
    dev-admin: {kind: aws/permission-set, via: {provider: aws-sso}}
    prod-admin: {kind: aws/permission-set, via: {provider: aws-sso}}
    ci-admin: {kind: aws/permission-set, via: {provider: ci-sso}}
`
	sharedDir = ".config/atmos/acme/aws/aws-sso/"
	ownDir    = ".config/atmos/acme/aws/ci-sso/"
	cacheDir  = ".cache/atmos/aws-sso/sessions/"
	ringDir   = ".local/share/atmos/keyring/"
)

// credentialsOf and profilesOf are AWS files as Atmos writes them.
func credentialsOf(names ...string) (text string) {
	for _, name := range names {
		text += fmt.Sprintf("; atmos: expiration=2030-01-01T00:00:00Z\n[%s]\naws_access_key_id     = ASIAEXAMPLE\naws_secret_access_key = secret-%[1]s\n\n", name)
	}
	return text
}

func profilesOf(names ...string) (text string) {
	for _, name := range names {
		text += fmt.Sprintf("[profile %s]\nregion = us-east-1\n\n", name)
	}
	return text
}

func tokenOf(portal string) (name, text string) {
	sum := sha1.Sum([]byte("https://" + portal + ".example/start|us-east-1")) //nolint:gosec // Atmos's name
	return fmt.Sprintf("%x.json", sum), fmt.Sprintf(`{"startUrl":"https://%s.example/start","region":"us-east-1","accessToken":"secret-%[1]s","expiresAt":"2030-01-01T00:00:00Z"}`, portal)
}

// sceneFiles are the files of a new scene, by path below the home directory.
func sceneFiles() map[string]string {
	files := map[string]string{
		"project/atmos.yaml":              sceneYAML,
		"tmp/other":                       "",
		ringDir + "atmos_acme_aws-sso":    sceneJWE,
		ringDir + "atmos_acme_dev-admin":  sceneJWE,
		ringDir + "ci-admin":              sceneJWE,
		ringDir + "atmos_acme_prod-admin": sceneJWE,
		sharedDir + "credentials":         credentialsOf("dev-admin", "prod-admin"),
		sharedDir + "credentials.lock":    "",
		sharedDir + "config":              profilesOf("dev-admin", "prod-admin"),
		ownDir + "credentials":            credentialsOf("ci-admin"),
		ownDir + "credentials.lock":       "",
		ownDir + "config":                 profilesOf("ci-admin"),
		ownDir + "config.lock":            "",
	}
	for _, portal := range []string{"corp", "ci"} {
		name, text := tokenOf(portal)
		files[cacheDir+name], files[cacheDir+name+".lock"] = text, ""
	}
	return files
}

// sceneAfter are the files that are left when dev-admin and ci-admin are logged out.
func sceneAfter() map[string]string {
	return map[string]string{
		"project/atmos.yaml":              sceneYAML,
		"tmp/other":                       "",
		ringDir + "atmos_acme_prod-admin": sceneJWE,
		sharedDir + "credentials":         credentialsOf("prod-admin"),
		sharedDir + "credentials.lock":    "",
		sharedDir + "config":              profilesOf("prod-admin"),
		sharedDir + "config.lock":         "",
	}
}

func newScene(t *testing.T) scene {
	t.Helper()
	s := scene{home: t.TempDir()}
	for name, text := range sceneFiles() {
		s.write(t, name, text)
	}
	return s
}

// inMemory is a directory in memory, if there is such a place: how long a disk takes for a
// removal is not the program's.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "credclean") //nolint:usetesting // on a file system in memory
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (s scene) write(tb testing.TB, name, text string) {
	tb.Helper()
	name = filepath.Join(s.home, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// files reads what there is now.
func (s scene) files(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(s.home, func(name string, d fs.DirEntry, err error) error {
		info, statErr := os.Stat(name)
		if err != nil || statErr == nil && info.IsDir() { // also by way of a link
			return err
		}
		text, err := os.ReadFile(name)
		if to, linkErr := os.Readlink(name); errors.Is(err, fs.ErrNotExist) && linkErr == nil {
			text, err = []byte("a link to "+to), nil
		}
		files[strings.TrimPrefix(name, s.home+"/")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// command is a command that is run in the project of the scene.
func (s scene) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = filepath.Join(s.home, "project")
	cmd.Env = append([]string{
		"HOME=" + s.home, "TMPDIR=" + filepath.Join(s.home, "tmp"), "PATH=" + os.Getenv("PATH"), "TZ=UTC",
		"DBUS_SESSION_BUS_ADDRESS=" + scripttest.NoBus, "GORACE=atexit_sleep_ms=0", oneThread + "=1",
		"GOCOVERDIR=" + os.Getenv("GOCOVERDIR"), // see make cover
	}, s.env...)
	return cmd
}

// run runs a command and returns its exit code, -1 if a signal ended it, and what it printed.
func (s scene) run(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	text, err := s.command(t, args...).CombinedOutput()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		return failed.ExitCode(), string(text)
	} else if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return 0, string(text)
}

// logoutLine logs out of both providers, and leaves prod-admin alone.
var logoutLine = []string{"credclean", "logout", "dev-admin", "ci-admin"}

// traced is a logout under strace, which returns what it traced too. Without -f it follows the first
// thread only: the counters of inject would count those of others, too, that read the configuration.
func (s scene) traced(t *testing.T, calls string, inject ...string) (code int, out string, trace []call) {
	t.Helper()
	return s.trace(t, logoutLine, calls, inject...)
}

func (s scene) trace(t *testing.T, args []string, calls string, inject ...string) (code int, out string, trace []call) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "trace")
	line := []string{"strace", "-y", "-s", "4096", "-o", file, "-e", "trace=execve," + calls}
	for _, rule := range inject {
		line = append(line, "-e", "inject="+rule)
	}
	code, out = s.run(t, append(line, args...)...)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return code, out, s.parse(string(text))
}

// A call is one system call of the thread that does the work.
type call struct {
	name, args string // with ~ for the home directory
	path       string // of what it is about, with ~
	nth        int    // of its name, from 1
	result     string
}

func (c call) String() string { return fmt.Sprintf("%s(%s)", c.name, c.args) }

var (
	callLine = regexp.MustCompile(`^(\w+)\((.*)\) += (.*)$`)
	dirPath  = regexp.MustCompile(`^(?:AT_FDCWD|\d+)<([^>]*)>(?:\(deleted\))?(?:, "([^"]*)")?`)
	realms   = regexp.MustCompile(`(["/])(?:[0-9a-f]{8}|[0-9a-f]{16})(["/\n ])`) // automatic ones, which differ with the directory
	pointer  = regexp.MustCompile(`\b0x[0-9a-f]{6,}\b`)
	noName   = regexp.MustCompile(`^(write|read|fsync|close)$`)
)

// parse reads the calls of a trace.
func (s scene) parse(text string) (calls []call) {
	text = strings.ReplaceAll(text, s.home, "~")
	text = pointer.ReplaceAllString(realms.ReplaceAllString(text, "$1<realm>$2"), "<pointer>")
	count := map[string]int{}
	for line := range strings.Lines(text) {
		m := callLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil || m[1] == "execve" {
			continue
		}
		c := call{name: m[1], args: m[2], result: m[3]}
		count[c.name]++
		c.nth = count[c.name]
		if p := dirPath.FindStringSubmatch(c.args); p != nil {
			c.path = p[1]
			if noName.MatchString(c.name) {
				p[2] = "" // what is written is no name
			}
			if strings.HasPrefix(p[2], "/") || strings.HasPrefix(p[2], "~") {
				c.path = p[2]
			} else if p[2] != "" {
				c.path = path.Join(p[1], p[2])
			}
		}
		calls = append(calls, c)
	}
	return calls
}

// The calls that fail, and the causes as a report names them.
const faultyCalls = "openat,unlinkat,renameat,renameat2,rename,fsync,fdatasync,flock,newfstatat,fstat,getdents64"

var causes = []struct{ name, text string }{
	{"EIO", "input/output error"},
	{"EACCES", "permission denied"},
	{"EROFS", "read-only file system"},
	{"ENOSPC", "no space left on device"},
}

// whole tells whether everything is tried, as make faults does, or of calls that
// are alike only the first and the last one, with one of the causes.
func whole() bool { return os.Getenv("CREDCLEAN_FAULTS") == "all" }

// sites are the calls below the home directory of a logout that goes well.
func sites(t *testing.T, calls string) []call {
	t.Helper()
	code, out, trace := newScene(t).traced(t, calls)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	trace = slices.DeleteFunc(trace, func(c call) bool { return !strings.HasPrefix(c.path, "~/") })
	if whole() {
		return trace
	}
	return ends(trace)
}

// ends are of calls that are alike the first and the last one.
func ends(trace []call) (some []call) {
	first, last := map[string]bool{}, map[string]int{}
	for i, c := range trace {
		last[c.String()] = i
	}
	for i, c := range trace {
		if !first[c.String()] || last[c.String()] == i {
			some = append(some, c)
		}
		first[c.String()] = true
	}
	return some
}

// TestFaults fails each call in turn, once.
func TestFaults(t *testing.T) {
	for i, site := range sites(t, faultyCalls) {
		for j, cause := range causes {
			if !whole() && j != i%len(causes) {
				continue
			}
			t.Run(fmt.Sprintf("%s-%d-%s", site.name, site.nth, cause.name), func(t *testing.T) {
				t.Parallel()
				s, code, out := failing(t, site, cause.name, newScene, logoutLine)
				s.checkFault(t, site, cause.text, code, out)
				if t.Failed() {
					t.Logf("%v:\n%s", site, out)
				}
			})
		}
	}
}

// failing is a logout of which one call fails. The runtime may have made one call
// more or less before it; then it is tried again.
func failing(t *testing.T, site call, cause string, start func(*testing.T) scene, args []string) (s scene, code int, out string) {
	t.Helper()
	for range 5 {
		s = start(t)
		code, out, trace := s.trace(t, args, faultyCalls, fmt.Sprintf("%s:error=%s:when=%d", site.name, cause, site.nth))
		i := slices.IndexFunc(trace, func(c call) bool { return strings.Contains(c.result, "(INJECTED)") })
		if i >= 0 && trace[i].path == site.path {
			return s, code, out
		}
	}
	t.Fatalf("it was never %v that failed", site)
	return scene{}, 0, ""
}

// checkFault looks at what a logout left of which one call had failed, and
// whether a second one finishes.
func (s scene) checkFault(t *testing.T, site call, cause string, code int, out string) {
	t.Helper()
	files := s.files(t)
	s.checkSibling(t, files)
	left := leftOf(files)
	switch code {
	case exitDone: // whatever failed, it did no harm
		if len(left) > 0 {
			t.Errorf("exit code 0, but left are %q", left)
		}
	case exitLeft, exitUsage:
		if !strings.Contains(out, cause) {
			t.Errorf("%q is not named", cause)
		}
		out := realms.ReplaceAllString(strings.ReplaceAll(out, s.home, "~"), "$1<realm>$2")
		if !slices.ContainsFunc(site.names(), func(name string) bool { return strings.Contains(out, name) }) {
			t.Errorf("%s is not named", site.path)
		}
		for _, name := range left {
			if code == exitLeft && !concerns(site.path, "~/"+name) {
				t.Errorf("%s is left, too", name)
			}
		}
		if code == exitUsage && !maps.Equal(files, sceneFiles()) {
			t.Error("exit code 2, but something was changed")
		}
	default:
		t.Errorf("exit code %d", code)
	}
	s.finish(t)
}

// finish logs out again, after which all that should be gone is gone.
func (s scene) finish(t *testing.T) {
	t.Helper()
	if code, out := s.run(t, logoutLine...); code != 0 {
		t.Errorf("the second time: exit code %d: %s", code, out)
	}
	after := s.files(t)
	for _, files := range []map[string]string{after} { // whether there is a lock file for what stays is all the same
		delete(files, sharedDir+"config.lock")
	}
	want := sceneAfter()
	delete(want, sharedDir+"config.lock")
	if diff := gocmp.Diff(want, after); diff != "" {
		t.Errorf("after the second time (-want +got):\n%s", diff)
	}
}

// checkSibling fails unless every file is as it was before, as it is afterwards, or
// gone if nobody else needs it.
func (s scene) checkSibling(t *testing.T, files map[string]string) {
	t.Helper()
	before, after := sceneFiles(), sceneAfter()
	for name, text := range before {
		got, there := files[name]
		end, stays := after[name]
		if there && got != text && got != end || !there && stays {
			t.Errorf("%s is half written or lost: %q", name, got)
		}
	}
}

// leftOf are the files with credentials that should be gone.
func leftOf(files map[string]string) (left []string) {
	after := sceneAfter()
	for name, text := range files {
		if text != "" && after[name] != text && !strings.HasSuffix(name, ".lock") {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	return left
}

// subject is the file that a call is about: one beside it serves to edit it.
func subject(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".credclean"), ".lock")
}

// names are what a report may call what a call is about. A look at a file that is made sure
// to be gone before its lock goes is told of its directory.
func (c call) names() []string {
	key, ok := strings.CutPrefix(c.path+"/", "~/"+ringDir)
	switch {
	case ok && key == "":
		return []string{"✗ Keyring: ", "not safely on the disk: " + c.path + ": "} // entries are gone, but their directory was not synced
	case ok:
		return []string{"Keyring: " + strings.TrimPrefix(strings.TrimSuffix(key, "/"), "atmos_acme_")}
	case strings.HasPrefix(c.path, "~/project/"):
		return []string{c.path, path.Base(c.path) + ": "}
	case c.name == "newfstatat":
		return []string{subject(c.path), "✗ Files: " + path.Dir(c.path) + "/ ("}
	}
	return []string{subject(c.path)}
}

// concerns tells whether a fault at one path may keep another from being removed.
func concerns(fault, file string) bool {
	return strings.HasPrefix(subject(file)+"/", subject(fault)+"/")
}

// TestKilled kills the program at each call that changes something, or at all.
func TestKilled(t *testing.T) {
	for _, site := range sites(t, faultyCalls+",write,close") {
		if reads := site.name == "openat" && !strings.Contains(site.args, "O_CREAT") || site.name == "close"; reads && !whole() {
			continue
		}
		t.Run(fmt.Sprintf("%s-%d", site.name, site.nth), func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			code, out, _ := s.traced(t, site.name, fmt.Sprintf("%s:signal=SIGKILL:when=%d", site.name, site.nth))
			if code != -1 {
				t.Errorf("exit code %d: %s", code, out)
			}
			s.checkSibling(t, s.files(t))
			s.finish(t)
		})
	}
}

// TestOrderOnDisk reads in a trace that an edited file reaches the disk before it gets its name, and
// that every directory in which something was renamed or removed, and that is still there, is
// synced after that: a crash brings back neither a file nor a keyring entry.
func TestOrderOnDisk(t *testing.T) {
	code, out, trace := newScene(t).traced(t, "fsync,renameat,renameat2,rename,write,unlinkat")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, out)
	}
	var edits []string
	changed, synced := map[string]int{}, map[string]int{} // the last call each, by directory
	gone := map[string]bool{}
	for i, c := range trace {
		if !strings.HasPrefix(c.path, "~/") {
			continue
		}
		switch {
		case c.name == "fsync" && !strings.HasSuffix(c.path, ".credclean"):
			synced[c.path] = i
			continue
		case c.name == "unlinkat":
			if strings.HasPrefix(c.result, "0") { // a directory is tried to be removed, too
				changed[path.Dir(c.path)], gone[c.path] = i, true
			}
			continue
		case strings.HasPrefix(c.name, "rename"):
			changed[path.Dir(c.path)] = i
		}
		edits = append(edits, c.name+" "+c.path)
	}
	if len(changed) < 4 {
		t.Errorf("too few changes: %v", changed)
	}
	for dir, i := range changed {
		if synced[dir] < i && !gone[dir] {
			t.Errorf("%s is changed by call %d and synced by call %d", dir, i, synced[dir])
		}
	}
	var want []string
	for _, name := range []string{"config", "credentials"} { // the proof goes last
		file := "~/" + sharedDir + name
		want = append(want, "write "+file+".credclean", "fsync "+file+".credclean", "renameat "+file+".credclean")
	}
	if diff := gocmp.Diff(want, edits); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
