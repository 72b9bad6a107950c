package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/elsewhere"
	"github.com/credclean/credclean/internal/fetch"
	"github.com/credclean/credclean/internal/logs"
	"github.com/credclean/credclean/internal/telemetry"
	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
	"github.com/credclean/credclean/store/keyring"
)

// A workplace is a project on this machine.
type workplace struct {
	*inventory.Project
	home *disk.Home
}

// workplaceOf is the workplace of a configuration that was read.
func (s *session) workplaceOf(name string, sys config.System, cfg *config.Config) (workplace, error) {
	if err := s.openLog(cfg); err != nil {
		return workplace{}, err
	}
	s.command, s.telemetry = name, telemetry.Resolve(cfg.Own.Telemetry, cfg.LookupEnv)
	w := newWorkplace(sys, cfg)
	for _, f := range cfg.Files {
		s.log.Debug("Configuration file read", "file", f.Path, "sha256", f.SHA256)
	}
	s.log.Debug("Realms of this project", "realms", w.Shown())
	for _, text := range slices.Concat(w.Warnings(), cfg.Warnings) {
		s.warn(text)
	}
	return w, nil
}

// load reads the configuration that the options choose. With an error, too, the configuration can
// be used, and says what the user's own files say.
func (g *Global) load(ctx context.Context, sys config.System) (*config.Config, error) {
	options := config.Options{Files: g.Config, Dirs: g.ConfigPath, Profiles: g.Profiles}
	if g.FetchImports {
		options.Fetch = fetch.New().Get
	}
	cfg, err := config.Load(ctx, sys, options)
	switch {
	case errors.Is(err, config.ErrNotFound):
		err = hinted{err, "run credclean in the directory of your project, or name the file with --config; --all-projects is for the whole machine"}
	case errors.Is(err, config.ErrNoProfile):
		err = hinted{err, "--profile and ATMOS_PROFILE name a profile; for an identity it is credclean logout IDENTITY"}
	}
	return cfg, err
}

// configError gives an error about the configuration what to do next.
func configError(err error) error {
	return hinted{err, cmp.Or(hintOf(err), "fix what this names, then run the same command again; credclean status --all-projects needs no configuration")}
}

// chdir changes to the directory that -C or ATMOS_CHDIR names, before anything is read.
func (g *Global) chdir() error {
	from, _ := os.Getwd() // whoever needs it will say that it is gone
	home, _ := os.UserHomeDir()
	dir, err := config.Chdir(from, home, g.Dir, os.LookupEnv)
	if err == nil && dir != from {
		// The realm of a project depends on how its path is spelled, which os.Getwd knows from PWD.
		err = errors.Join(os.Chdir(dir), os.Setenv("PWD", dir))
	}
	if err != nil {
		return hinted{err, "name a directory that exists with -C or ATMOS_CHDIR"}
	}
	return nil
}

func workDirError(err error) error {
	return hinted{fmt.Errorf("working directory: %w", err), "change to a directory that exists"}
}

// surroundings are where the configuration is looked for.
func surroundings() (config.System, error) {
	home, err := homeDir()
	if err != nil {
		return config.System{}, err
	}
	workDir, err := os.Getwd()
	if err != nil {
		return config.System{}, workDirError(err)
	}
	roots := store.NewRoots(home, workDir, os.TempDir(), runtime.GOOS, os.LookupEnv)
	return config.System{
		Home: home, WorkDir: workDir, SystemDir: systemDir(),
		ConfigHome: roots[store.Config], CacheHome: roots[store.Cache], LookupEnv: os.LookupEnv,
	}, nil
}

// newWorkplace is the workplace of a configuration that was read. It creates nothing.
func newWorkplace(sys config.System, cfg *config.Config) workplace {
	roots := store.NewRoots(sys.Home, sys.WorkDir, os.TempDir(), runtime.GOOS, os.LookupEnv)
	docker := filepath.Join(sys.Home, ".docker")
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		docker = roots.Expand(dir, sys.WorkDir)
	}
	w := workplace{inventory.NewProject(cfg, roots, sys.WorkDir), disk.NewHome(sys.Home)}
	// The user's own files may set ATMOS_XDG_*.
	w.Own = store.NewRoots(sys.Home, sys.WorkDir, os.TempDir(), runtime.GOOS, cfg.LookupEnv)
	w.DockerConfig = filepath.Join(docker, "config.json")
	return w
}

// look takes the inventory of the machine. Nothing asks anybody.
func (s *session) look(ctx context.Context, w workplace, opts keyring.Options, asked []string, everything bool) *inventory.Inventory {
	if warning := w.OpenKeyrings(ctx, w.home, opts, otherOwner(w.Roots[store.Home])); warning != "" {
		s.warn(warning)
	}
	return inventory.Take(ctx, w.Project, w.home, asked, everything)
}

// others is where other programs keep what is theirs.
func (w workplace) others() elsewhere.Machine {
	return elsewhere.Machine{
		Home: w.Roots[store.Home], LookupEnv: os.LookupEnv,
		Atmos: []string{w.Roots[store.Config], w.Roots[store.Data], w.Roots[store.Cache], w.Roots[store.HomeAWS], w.Roots[store.HomeAzure]},
	}
}

// openLog opens the log. A wrong flag is an error; settings that are wrong
// elsewhere must not keep anybody from logging out.
func (s *session) openLog(cfg *config.Config) error {
	stdout := s.out
	if s.json {
		stdout = s.errOut
	}
	log, file, err := logs.Open(logs.Options{
		Level: s.global.LogsLevel, File: s.global.LogsFile, LookupEnv: cfg.LookupEnv, Config: cfg.Own.Logs,
		Stdout: stdout, Stderr: s.errOut,
	})
	s.log, s.logFile = log, file
	if err != nil && (s.global.LogsLevel != "" || s.global.LogsFile != "") {
		return hinted{err, "fix --logs-level and --logs-file, or leave them out"}
	}
	if err != nil {
		s.warn("nothing is logged: " + err.Error())
	}
	return nil
}
