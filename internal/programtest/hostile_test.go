//go:build linux

package programtest

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// No release of Atmos ever wrote below base_path: wherever it leads, nothing changes there.
func TestHostileBasePath(t *testing.T) {
	const own = "aws-sso/credentials"
	for _, base := range []string{"/", "/etc", "~", "~/", "..", ".", "/nonexistent/../etc", "~/project/.."} {
		s := newScene(t)
		s.write(t, "project/atmos.yaml", strings.Replace(sceneYAML, "corp.example/start}", "corp.example/start, spec: {files: {base_path: \""+base+"\"}}}", 1))
		s.write(t, own, credentialsOf("dev-admin", "default", "somebody"))
		s.write(t, "credentials", credentialsOf("dev-admin"))
		s.write(t, "aws-sso/notes", "mine")
		want := map[string]string{"project/atmos.yaml": s.files(t)["project/atmos.yaml"], "tmp/other": ""}
		for _, name := range []string{own, "credentials", "aws-sso/notes"} {
			want[name] = s.files(t)[name]
		}
		system := namesIn(t, "/", "/etc")
		if code, out := s.run(t, "credclean", "logout", "--all", "--yes"); code != exitDone {
			t.Errorf("%s: exit code %d: %s", base, code, out)
		}
		if got := s.files(t); !maps.Equal(got, want) {
			t.Errorf("%s: left are\n%q\nwant\n%q", base, got, want)
		}
		if got := namesIn(t, "/", "/etc"); got != system {
			t.Errorf("%s: there is\n%s\nwhere there was\n%s", base, got, system)
		}
	}
}

// namesIn are the names in directories.
func namesIn(t *testing.T, dirs ...string) (names string) {
	t.Helper()
	for _, dir := range dirs {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			names += dir + "/" + file.Name() + "\n"
		}
	}
	return names
}

// A file of 100 MiB is no configuration, no credentials file and no keyring entry: it is neither read
// whole nor waited for, and what is beside it goes.
func TestHugeFiles(t *testing.T) {
	const huge = 100 << 20
	grow := func(s scene, name string) {
		t.Helper()
		if err := os.Truncate(s.home+"/"+name, huge); err != nil {
			t.Fatal(err)
		}
	}
	s := newScene(t)
	grow(s, "project/atmos.yaml")
	if code, out := s.run(t, logoutLine...); code != exitUsage || !strings.Contains(out, "atmos.yaml: not read: larger than 16 MiB") {
		t.Errorf("exit code %d: %s", code, out)
	}
	for name, says := range map[string]string{
		ownDir + "credentials": "file too large: 104857600 bytes",
		ringDir + "ci-admin":   "",
	} {
		s := newScene(t)
		grow(s, name)
		code, out := s.run(t, logoutLine...)
		if code == exitUsage || !strings.Contains(out, says) {
			t.Errorf("%s: exit code %d: %s", name, code, out)
		}
		if info, err := os.Stat(s.home + "/" + name); err != nil || info.Size() != huge {
			t.Errorf("%s was touched: %v", name, err)
		}
		if _, err := os.Stat(s.home + "/" + ringDir + "atmos_acme_dev-admin"); err == nil {
			t.Errorf("%s: what is beside it is left", name)
		}
	}
}

// However much a repository holds where only its atmos.yaml leads, a look takes seconds and little memory.
func TestHostileSizes(t *testing.T) {
	const large = 15 << 20
	cluster, links := "- cluster: {server: s}\n  name: n\n", new(strings.Builder)
	claims, kubeconfigs := newScene(t), newScene(t)
	claims.write(t, "project/atmos.yaml", "env: {ATMOS_XDG_CONFIG_HOME: x}\n"+sceneYAML)
	for i := range 400 {
		claims.write(t, fmt.Sprintf("project/x/atmos/aws/p%d/credentials", i), strings.Repeat("[a]\n", 2_000))
		fmt.Fprintf(links, "    e%d: {kind: aws/eks, via: {identity: dev-admin}, spec: {cluster: {name: c, region: r, kubeconfig: {path: ./k%[1]d}}}}\n", i)
		if err := os.Symlink("large", fmt.Sprintf("%s/project/k%d", kubeconfigs.home, i)); err != nil {
			t.Fatal(err)
		}
	}
	claims.write(t, "project/x/atmos/aws/aws-sso/credentials", strings.Repeat("[a]\n", large/4))
	kubeconfigs.write(t, "project/atmos.yaml", sceneYAML+"  integrations:\n"+links.String())
	kubeconfigs.write(t, "project/large", "clusters:\n"+strings.Repeat(cluster, large/len(cluster)))
	for name, s := range map[string]scene{"claims": claims, "kubeconfigs": kubeconfigs} {
		cmd := s.command(t, "credclean", "status")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", name, err, out)
		}
		state := cmd.ProcessState
		if used, memory := state.UserTime(), state.SysUsage().(*syscall.Rusage).Maxrss>>10; used > 5*time.Second || memory > 200 {
			t.Errorf("%s: %v, %d MiB", name, used, memory)
		}
	}
}
