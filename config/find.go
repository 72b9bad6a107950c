package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"gopkg.in/yaml.v3"
)

// A mainFile is an atmos.yaml, as opposed to what one draws in.
type mainFile struct {
	path  string
	alone bool // draws nothing in: Atmos does not follow imports of the system's file
}

// discover finds the main files in the order of merging (v1.202.0 to August
// 2026): system, home, nearest parent, git root, working directory and
// ATMOS_CLI_CONFIG_PATH. It also returns the places where it looked.
func (l *loader) discover() (found []mainFile, places []string) {
	look := func(place, dir string) *mainFile {
		if place != "" {
			places = append(places, place)
		}
		if dir == "" {
			return nil
		}
		path := l.lookup(dir, "atmos")
		if path == "" {
			return nil
		}
		// Only the last merging of a file counts.
		found = slices.DeleteFunc(found, func(m mainFile) bool { return m.path == path })
		found = append(found, mainFile{path: path})
		return &found[len(found)-1]
	}
	if m := look(l.sys.SystemDir, l.sys.SystemDir); m != nil {
		m.alone = true
	}
	if l.sys.Home != "" {
		dir := filepath.Join(l.sys.Home, ".atmos")
		look(dir, dir)
	}
	explicit := l.getenv("ATMOS_CLI_CONFIG_PATH")
	if explicit == "" && !hasLocal(l.sys.WorkDir) {
		look("the directories above "+l.sys.WorkDir, nearestParent(l.sys.WorkDir))
		if l.gitRoot != l.sys.WorkDir && l.getenv("ATMOS_GIT_ROOT_BASEPATH") != "false" {
			look(l.gitRoot, l.gitRoot)
		}
	}
	look(l.sys.WorkDir, l.sys.WorkDir)
	if explicit != "" {
		dir := abs(l.sys.WorkDir, os.Expand(explicit, l.getenv))
		if look(dir, dir) == nil {
			l.warn("ATMOS_CLI_CONFIG_PATH: no atmos.yaml in %s", dir)
		}
	}
	return found, places
}

// flagged returns the main files that --config and --config-path name, which
// replace discovery, and the path that Atmos makes of them.
func (l *loader) flagged(files, dirs []string) (found []mainFile, spelled string, err error) {
	var typed []string
	var errs []error
	for _, f := range files {
		path := abs(l.sys.WorkDir, f)
		if _, err := os.Stat(path); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = fs.ErrNotExist
			}
			errs = append(errs, fmt.Errorf("--config %s: %w", f, err))
			continue
		}
		found = append(found, mainFile{path: path})
		typed = append(typed, filepath.Dir(f))
	}
	for _, dir := range dirs {
		path := l.lookup(abs(l.sys.WorkDir, dir), "atmos")
		if path == "" {
			path = l.lookup(abs(l.sys.WorkDir, dir), ".atmos")
		}
		if path == "" {
			errs = append(errs, fmt.Errorf("--config-path %s: no atmos.yaml there: %w", dir, fs.ErrNotExist))
			continue
		}
		found = append(found, mainFile{path: path})
		typed = append(typed, dir)
	}
	if len(typed) == 1 {
		return found, typed[0], errors.Join(errs...)
	}
	for _, dir := range typed {
		spelled += dir + ";"
	}
	return found, spelled, errors.Join(errs...)
}

// lookup returns the path of the configuration file in dir that is called name,
// without its extension, or the empty string. Like viper it prefers JSON, and takes a
// file without an extension last.
func (l *loader) lookup(dir, name string) string {
	if path := filepath.Join(dir, name+".toml"); exists(path) && !isDir(path) {
		l.missAny(file(l.display(path)), "only YAML and JSON are read")
	}
	for _, ext := range []string{".json", ".yaml", ".yml", ""} {
		path := filepath.Join(dir, name+ext)
		switch info, err := os.Stat(path); {
		case err == nil && !info.IsDir() && (ext != "" || l.isConfiguration(path)):
			return path
		case err != nil && ext != "" && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			l.missAny(file(l.display(path)), "%v", cause(err))
		}
	}
	return ""
}

// isConfiguration says whether a file without an extension can be what Atmos reads: it
// may well be the program itself.
func (l *loader) isConfiguration(path string) bool {
	if strings.HasPrefix(filepath.Base(path), ".") {
		return false
	}
	c, err := l.read(path)
	if err != nil {
		return false
	}
	root, err := parseYAML(&origin{file: path}, c.data)
	return err == nil && root.Kind == yaml.MappingNode
}

// hasLocal says whether dir is configured itself. If so, Atmos v1.205.1 and
// later looks neither above it nor at the git root.
func hasLocal(dir string) bool {
	return slices.ContainsFunc([]string{"atmos.yaml", ".atmos.yaml", ".atmos", ".atmos.d", "atmos.d"}, func(name string) bool {
		return exists(filepath.Join(dir, name))
	})
}

// nearestParent is the nearest directory above dir with a configuration.
func nearestParent(dir string) string {
	for {
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		if exists(filepath.Join(parent, "atmos.yaml")) || exists(filepath.Join(parent, ".atmos.yaml")) {
			return parent
		}
		dir = parent
	}
}

// gitRoot is the root of the git repository or worktree that dir is in, or empty.
func gitRoot(dir string) string {
	for {
		if exists(filepath.Join(dir, ".git")) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// commaList splits s at commas and drops what is empty, and what is more than anybody writes.
func commaList(s string) []string {
	var parts []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" && len(parts) <= maxFiles {
			parts = append(parts, part)
		}
	}
	return parts
}

// Chdir returns the working directory that --chdir, or else ATMOS_CHDIR, changes to from
// workDir; it is workDir itself if neither is set. Whoever calls it changes there before
// anything else is read. The error names the flag or the variable.
func Chdir(workDir, home, flag string, lookupEnv func(string) (string, bool)) (string, error) {
	from := "--chdir"
	if flag == "" {
		from = "ATMOS_CHDIR"
		flag, _ = lookupEnv(from)
	}
	if flag == "" {
		return workDir, nil
	}
	dir := abs(workDir, flag)
	if rest, ok := strings.CutPrefix(flag, "~"); ok && home != "" && !exists(dir) && (rest == "" || os.IsPathSeparator(rest[0])) {
		dir = filepath.Join(home, rest)
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return "", fmt.Errorf("%s %q: %w", from, flag, cause(err))
	case !info.IsDir():
		return "", fmt.Errorf("%s %q: %w", from, flag, syscall.ENOTDIR)
	}
	return dir, nil
}
