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
// without its extension, or the empty string. Like viper it prefers JSON.
func (l *loader) lookup(dir, name string) string {
	if path := filepath.Join(dir, name+".toml"); exists(path) {
		l.miss("%s: only YAML and JSON are read", l.display(path))
	}
	for _, ext := range []string{".json", ".yaml", ".yml"} {
		path := filepath.Join(dir, name+ext)
		switch _, err := os.Stat(path); {
		case err == nil:
			return path
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			l.miss("%s: %v", l.display(path), cause(err))
		}
	}
	return ""
}

// cause is an error of the operating system without the path.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
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

// commaList splits s at commas and drops what is empty.
func commaList(s string) []string {
	var parts []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
