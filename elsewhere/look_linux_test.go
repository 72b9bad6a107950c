package elsewhere_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Files that need not be opened stay closed, as the kernel saw it, and no byte or time in the home changes.
func TestClosedFiles(t *testing.T) {
	dir := home(t, awsHome, cloudHome)
	files := agedFiles(t, dir)
	before := snapshot(t, files)
	opened := traceLook(t, dir)
	after := snapshot(t, files)
	read := []string{".aws/credentials", ".aws/config", ".azure/azureProfile.json", ".config/gcloud/application_default_credentials.json"}
	for _, path := range files {
		name := strings.TrimPrefix(path, dir+"/")
		want := slices.Contains(read, name) || strings.HasPrefix(name, ".aws/") && filepath.Ext(name) == ".json" && !strings.Contains(name, "botocore-client-id")
		if opened[name] != want {
			t.Errorf("%s: opened %t, want %t", name, opened[name], want)
		}
		was, is := before[path], after[path]
		if is.text != was.text || is.changed != was.changed {
			t.Errorf("%s has changed", path)
		}
		if !want && is.read != was.read {
			t.Errorf("%s was read", path)
		}
	}
}

// agedFiles are the files of a directory. Their access times are before their modification
// times, so that every read renews them, also with relatime.
func agedFiles(t *testing.T, dir string) []string {
	t.Helper()
	old := time.Date(2027, 11, 1, 0, 0, 0, 0, time.UTC)
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files = append(files, path)
		return os.Chtimes(path, old, old.Add(time.Hour))
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// traceLook looks at a home directory in a process of its own, and returns what that opened below it.
func traceLook(t *testing.T, dir string) map[string]bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	output, trace := filepath.Join(t.TempDir(), "output"), filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command("strace", "-f", "-y", "-qq", "-e", "trace=open,openat,openat2,creat,unlink,unlinkat,rename,renameat,renameat2,truncate,utimensat", "-o", trace, self)
	cmd.Env = append(os.Environ(), "ELSEWHERE_TEST_HOME="+dir, "ELSEWHERE_TEST_OUTPUT="+output)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v\n%s", err, out)
	}
	table, err := os.ReadFile(output)
	if err != nil || !strings.Contains(string(table), "gcloud: accounts") {
		t.Fatalf("%v\n%s", err, table)
	}
	log, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	below := regexp.MustCompile(`"` + regexp.QuoteMeta(dir) + `/([^"]*)"`)
	opened := make(map[string]bool)
	for line := range strings.Lines(string(log)) {
		m := below.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if !strings.Contains(line, "O_RDONLY") || strings.Contains(line, "O_CREAT") {
			t.Errorf("not only read: %s", line)
		}
		opened[m[1]] = true
	}
	return opened
}

// A fileState is what a file is and when it was read and changed.
type fileState struct {
	text          string
	read, changed syscall.Timespec
}

// snapshot takes the times first, for reading the text changes one.
func snapshot(t *testing.T, paths []string) map[string]fileState {
	t.Helper()
	states := make(map[string]fileState)
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		st := info.Sys().(*syscall.Stat_t)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Unix(st.Atim.Unix()), info.ModTime()); err != nil {
			t.Fatal(err)
		}
		states[path] = fileState{string(text), st.Atim, st.Mtim}
	}
	return states
}

// Links are followed, as their owners follow them; what is no file, too large or too much is told.
func TestOddFiles(t *testing.T) {
	dir := home(t, "-- dotfiles/credentials --\n[a]\naws_access_key_id = x\n-- .aws/sso/cache/broken.json --\n{\"accessToken\": \"PLANTED\n"+
		"-- .aws/cli/cache/list.json --\n[\"PLANTED\"]\n-- .aws/login/cache/old.json --\n{\"accessToken\": \"PLANTED\"}\n-- .azure/azureProfile.json --\nPLANTED\n-- .azure/msal_token_cache.json/x --\n")
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("../dotfiles/credentials", ".aws/credentials")
	link("config", ".aws/config")
	link("nowhere", ".azure/service_principal_entries.json")
	write(t, filepath.Join(dir, ".aws/sso/cache/huge.json"), nil)
	if err := os.Truncate(filepath.Join(dir, ".aws/sso/cache/huge.json"), 1<<40); err != nil {
		t.Fatal(err)
	}
	const form = ": not JSON of a known form"
	wantTexts(t, look(t, dir, nil),
		"~/.aws/credentials a long_lived",
		"~/.aws/config  cannot_tell: too many levels of symbolic links",
		"~/.aws/sso/cache/broken.json  cannot_tell"+form,
		"~/.aws/sso/cache/huge.json  cannot_tell: file too large: more than 4 MiB",
		"~/.aws/cli/cache/list.json  cannot_tell"+form,
		"~/.aws/login/cache/old.json  cannot_tell"+form,
		"~/.azure/azureProfile.json  cannot_tell"+form,
		"~/.azure/msal_token_cache.json  cannot_tell: not a regular file",
	)
}

// A FIFO, a device and a directory that may not be read are told, and nothing waits.
func TestUnreadable(t *testing.T) {
	dir := home(t, "-- .aws/sso/cache/a.json --\n{\"accessToken\": \"PLANTED\"}\n-- .config/gcloud/legacy_credentials/ana@acme.example/adc.json --\n{}")
	for _, name := range []string{".aws/credentials", ".aws/cli", ".azure"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".aws/login"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, ".aws/login/cache"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{".aws/config": "/dev/zero", ".config/gcloud/application_default_credentials.json": "/dev/tty"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	denied := filepath.Join(dir, ".aws/sso/cache")
	if err := os.Chmod(denied, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(denied, 0o700) //nolint:errcheck // for the cleaning up
	if os.Geteuid() == 0 {
		// root may read all.
		for _, name := range []string{"..", "", ".aws", ".aws/sso", ".aws/login", ".config", ".config/gcloud", ".config/gcloud/legacy_credentials"} {
			if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := syscall.Seteuid(65534); err != nil {
			t.Fatal(err)
		}
		defer syscall.Seteuid(0) //nolint:errcheck // the test ends
	}
	started := time.Now()
	found := look(t, dir, nil)
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	wantTexts(t, found,
		"~/.aws/credentials  cannot_tell: a named pipe, not a regular file",
		"~/.aws/config  cannot_tell: a device, not a regular file",
		"~/.aws/sso/cache  cannot_tell: permission denied",
		"~/.aws/login/cache  cannot_tell: not a directory",
		"~/.config/gcloud/legacy_credentials/ana@acme.example ana@acme.example expiry_unknown",
		"~/.config/gcloud/application_default_credentials.json  cannot_tell: a device, not a regular file",
	)
}
