//go:build linux

package programtest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// Files of other programs that hold entries which Atmos writes, and what is left of them without those.
const (
	dockerFile   = ".docker/config.json"
	dockerBefore = `{"auths": {"111111111111.dkr.ecr.us-east-1.amazonaws.com": {"auth": "QVdTOlNFQ1JFVA=="}, "corpreg.azurecr.io": {"auth": "cm9ib3Q6TE9OR0xJVkVE"}}}`
	kubeFile     = ".kube/config"
	kubeHead     = "apiVersion: v1\nkind: Config\nclusters:\n"
	kubeOurs     = "- name: arn:aws:eks:us-east-1:111111111111:cluster/dev\n  cluster: {server: https://dev.example}\n"
	kubeMine     = "- name: arn:aws:eks:us-east-1:111111111111:cluster/mine\n  cluster: {server: https://mine.example}\n"
	azureFile    = ".azure/msal_token_cache.json"
)

// bystanders are what no atmos.yaml may take: files outside of Atmos's own places.
func bystanders() map[string]string {
	return map[string]string{
		".ssh/id_ed25519":    "MINE private key",
		".bashrc":            "MINE=1\n",
		".config/git/config": "[user]\nname = MINE\n[commit]\ngpgsign = true\n",
		".cargo/credentials": "[registry]\ntoken = MINE\n",
		".aws/credentials":   "[default]\naws_access_key_id = AKIA\naws_secret_access_key = MINE\n[dev]\naws_access_key_id = AKIA\naws_secret_access_key = MINE\n",
		".aws/config":        "[profile dev]\nregion = us-east-1\n",
		".awsvault/keys/dev": sceneJWE, "keys/dev": sceneJWE,
		"src/infra/aws/dev/credentials": credentialsOf("dev"), "src/infra/aws/corp/credentials": credentialsOf("dev"),
		"project/infra/aws/corp/credentials":     credentialsOf("dev"),
		"project/keyring/dev":                    sceneJWE,
		".config/gcloud/credentials.db":          "MINE",
		".azure/service_principal_entries.json":  `[{"client_id":"MINE","tenant":"t","client_secret":"MINE"}]`,
		".local/share/other/keyring/atmos_x_dev": sceneJWE,
	}
}

// sharedFiles are those of other programs in which entries of ours may be.
func sharedFiles() map[string]string {
	return map[string]string{
		dockerFile: dockerBefore,
		azureFile:  `{"AccessToken":{"mine":{"secret":"MINE","home_account_id":"me"}},"RefreshToken":{},"Account":{}}`,
		kubeFile: kubeHead + kubeOurs + kubeMine +
			"contexts:\n- name: arn:aws:eks:us-east-1:111111111111:cluster/dev\n  context: {cluster: \"arn:aws:eks:us-east-1:111111111111:cluster/dev\", user: atmos-eks-dev-us-east-1}\n" +
			"- name: arn:aws:eks:us-east-1:111111111111:cluster/mine\n  context: {cluster: \"arn:aws:eks:us-east-1:111111111111:cluster/mine\", user: atmos-eks-mine-us-east-1}\n" +
			"users:\n- name: atmos-eks-dev-us-east-1\n  user: {exec: {command: atmos, args: [aws, eks, token]}}\n" +
			"- name: atmos-eks-mine-us-east-1\n  user: {exec: {command: aws, args: [eks, get-token, MINE]}}\n",
	}
}

// own are the places in which Atmos alone keeps something.
var own = []string{".config/atmos/", ".local/share/atmos/", ".cache/atmos/", ".aws/atmos/", ".azure/atmos/", ".aws/saml/", "tmp/"}

func isOwn(name string) bool {
	return slices.ContainsFunc(own, func(dir string) bool { return strings.HasPrefix(name+"/", dir) })
}

// FuzzConfiguration reads any text as the atmos.yaml of a repository, and logs out of everything. Whatever it
// says, a dry run opens nothing for writing; a logout changes nothing outside of Atmos's own
// places but what is proven to be ours in files of other programs.
func FuzzConfiguration(f *testing.F) {
	f.Add(sceneYAML)
	for _, text := range hostileYAML() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := scene{home: inMemory(t)}
		for _, files := range []map[string]string{sceneFiles(), bystanders(), sharedFiles(), {"project/atmos.yaml": text, ".cache/atmos/other": ""}} {
			for name, text := range files {
				s.write(t, name, text)
			}
		}
		if err := os.Symlink("../src/infra", filepath.Join(s.home, "project/atmos")); err != nil { // as a repository may bring it along
			t.Fatal(err)
		}
		before, w := s.files(t), newWatch(t, s.home)
		plan, machine, ok := s.planAll(t)
		if touched := w.written(t); len(touched) > 0 {
			t.Errorf("a look wrote to %q", touched)
		}
		if !ok {
			return
		}
		plan.Run(t.Context(), machine, logout.Observer{})
		for _, name := range w.written(t) {
			if dir := filepath.Dir(name); !isOwn(name) && !slices.ContainsFunc([]string{dockerFile, kubeFile, azureFile}, func(file string) bool {
				return dir == filepath.Dir(file) && strings.HasPrefix(filepath.Base(name), filepath.Base(file))
			}) {
				t.Errorf("a logout wrote to %s", name)
			}
		}
		s.checkBystanders(t, before, s.files(t))
	})
}

// planAll is what logout --all --yes does before it removes anything.
func (s scene) planAll(t *testing.T) (logout.Plan, logout.Machine, bool) {
	t.Helper()
	work, temp := filepath.Join(s.home, "project"), filepath.Join(s.home, "tmp")
	roots := store.NewRoots(s.home, work, temp, runtime.GOOS, none)
	cfg, err := config.Load(t.Context(), config.System{
		Home: s.home, WorkDir: work, ConfigHome: roots[store.Config], CacheHome: roots[store.Cache], LookupEnv: none,
	}, config.Options{})
	if err != nil {
		return logout.Plan{}, logout.Machine{}, false
	}
	p, home := inventory.NewProject(cfg, roots, work), disk.NewHome(s.home)
	t.Cleanup(home.Close)
	p.Own = store.NewRoots(s.home, work, temp, runtime.GOOS, cfg.LookupEnv)
	p.DockerConfig = filepath.Join(s.home, dockerFile)
	p.OpenKeyrings(t.Context(), home, keyring.Options{}, "nobody") // whose system keyring is not asked
	plan, err := logout.NewPlan(inventory.Take(t.Context(), p, home, nil, false), logout.Target{All: true})
	return plan, logout.Machine{Home: home, Keyrings: p.Keyrings}, err == nil
}

func (s scene) checkBystanders(t *testing.T, before, after map[string]string) {
	t.Helper()
	shared := sharedFiles()
	there := func(files map[string]string) map[string]string {
		files = maps.Clone(files)
		maps.DeleteFunc(files, func(name, _ string) bool { _, is := shared[name]; return is || isOwn(name) })
		return files
	}
	if diff := gocmp.Diff(there(before), there(after)); diff != "" {
		t.Errorf("outside of Atmos's places (-before +after):\n%s", diff)
	}
	if docker := after[dockerFile]; docker != dockerBefore && (!strings.Contains(docker, "cm9ib3Q6TE9OR0xJVkVE") || strings.Contains(docker, "QVdT")) {
		t.Errorf("Docker's file is %s", docker)
	}
	kube := after[kubeFile]
	for _, mine := range []string{kubeHead, kubeMine, "context: {cluster: \"arn:aws:eks:us-east-1:111111111111:cluster/mine\"", "[eks, get-token, MINE]"} {
		if !strings.Contains(kube, mine) {
			t.Errorf("of kubectl's file is left %s", kube)
		}
	}
	if azure := after[azureFile]; azure != shared[azureFile] {
		t.Errorf("az's file is %s", azure)
	}
}

// hostileYAML are texts that reach for what is not theirs, one each.
func hostileYAML() []string {
	with := func(head, provider string) string {
		return head + "\nauth:\n  providers:\n    corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start" + provider + "}\n  identities:\n    dev: {kind: aws/permission-set, via: {provider: corp}}\n"
	}
	integrations := func(kinds ...string) (text string) {
		text = with("", "") + "  integrations:\n"
		for i, kind := range kinds {
			text += fmt.Sprintf("    i%d: {kind: %s}\n", i, kind)
		}
		return text
	}
	return []string{
		with("env: {ATMOS_XDG_CONFIG_HOME: \".\"}", ""),
		with("env: {ATMOS_XDG_CONFIG_HOME: \"~/src\", ATMOS_XDG_DATA_HOME: \"~/.local/share/other\", ATMOS_XDG_CACHE_HOME: \"~/.cargo\"}", ""),
		with("env: {ATMOS_KEYRING_FILE_PATH: \"~/.awsvault/keys\", HOME: \"/root\"}", ""),
		with("", ", spec: {files: {base_path: \"~/.config\"}}"),
		with("logs: {level: Trace, file: ../.bashrc}", ""),
		with("settings: {telemetry: {enabled: true, endpoint: \"http://127.0.0.1:1\", token: !include.raw ../.ssh/id_ed25519}}", ""),
		with("import: [\"../.aws/*\", \"/etc/*.yaml\"]", ""),
		strings.Replace(with("", ""), "auth:", "auth:\n  keyring: {type: file, spec: {path: \"~/.awsvault/keys\"}}\n  realm: x", 1),
		strings.Replace(with("", ""), "auth:", "auth:\n  realm: \"../../..\"", 1),
		strings.ReplaceAll(with("", ""), "dev", "\"../../../.ssh\""),
		strings.ReplaceAll(with("", ""), "corp:", "\"../../git\":"),
		strings.ReplaceAll(strings.ReplaceAll(with("", ""), "corp:", "aws:"), "dev", "mine"),
		integrations(
			"aws/eks, via: {identity: dev}, spec: {cluster: {name: dev, region: us-east-1, kubeconfig: {path: "+`"../.kube/config"`+"}}}",
			"aws/eks, via: {identity: dev}, spec: {cluster: {name: mine, region: us-east-1, kubeconfig: {path: "+`"../.kube/config"`+"}}}",
			"aws/ecr, via: {identity: dev}, spec: {registry: {account_id: \"111111111111\", region: us-east-1}}",
			"azure/acr, via: {identity: dev}, spec: {registry: {name: corpreg}}",
		),
	}
}

// A watch tells what is opened for writing, made, moved and removed in the directories of a home.
type watch struct {
	home string
	fd   int
	dirs map[int32]string
}

func newWatch(t *testing.T, home string) watch {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	w := watch{home, fd, make(map[int32]string)}
	err = filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		const events = unix.IN_CLOSE_WRITE | unix.IN_MODIFY | unix.IN_ATTRIB | unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_MOVED_TO
		id, err := unix.InotifyAddWatch(fd, path, events)
		w.dirs[int32(id)] = path //nolint:gosec // the kernel's number
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// written is what has happened since the last time, by path below the home.
func (w watch) written(t *testing.T) (names []string) {
	t.Helper()
	buffer := make([]byte, 64<<10)
	for {
		n, err := unix.Read(w.fd, buffer)
		if errors.Is(err, unix.EAGAIN) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		for rest := buffer[:n]; len(rest) > 0; {
			event := (*unix.InotifyEvent)(unsafe.Pointer(&rest[0])) //nolint:gosec // as inotify(7) describes it
			end := unix.SizeofInotifyEvent + int(event.Len)
			name, _, _ := bytes.Cut(rest[unix.SizeofInotifyEvent:end], []byte{0})
			if event.Mask&unix.IN_IGNORED == 0 {
				below, _ := filepath.Rel(w.home, filepath.Join(w.dirs[event.Wd], string(name)))
				names = append(names, below)
			}
			rest = rest[end:]
		}
	}
}
