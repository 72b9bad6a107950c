package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/credclean/credclean/chain"
	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/internal/logs"
	"github.com/credclean/credclean/internal/telemetry"
	"github.com/credclean/credclean/logout"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// A workplace is a machine without its keyrings, and what they are found by.
type workplace struct {
	logout.Machine
	config *config.Config
}

// workplace reads the configuration. It asks no keyring.
func (p *process) workplace(c *cli.Context) (workplace, error) {
	sys, err := surroundings()
	if err != nil {
		return workplace{}, err
	}
	cfg, err := config.Load(c.Context, sys, configOptions(c.StringSlice))
	if err != nil && c.Bool("all-projects") {
		p.warn(c, "%v; everything is removed without it", err)
		err = nil
	}
	if err != nil {
		return workplace{}, err
	}
	if err := p.openLog(c, cfg); err != nil {
		return workplace{}, err
	}
	p.command, p.telemetry = c.Command.Name, telemetry.Resolve(cfg.Own.Telemetry, cfg.LookupEnv)
	w, warnings := newWorkplace(sys, cfg)
	for _, f := range cfg.Files {
		p.log.Debug("Configuration file read", "file", f.Path, "sha256", f.SHA256)
	}
	p.log.Debug("Realms of this project", "realms", w.Automatic)
	for _, text := range append(warnings, cfg.Warnings...) {
		p.warn(c, "%s", text)
	}
	return w, nil
}

// surroundings are where the configuration is looked for.
func surroundings() (config.System, error) {
	home, err := homeDir()
	if err != nil {
		return config.System{}, err
	}
	workDir, err := os.Getwd()
	if err != nil {
		return config.System{}, usageError{fmt.Errorf("working directory: %w", err), "change to a directory that exists"}
	}
	roots := store.NewRoots(home, workDir, os.TempDir(), runtime.GOOS, os.LookupEnv)
	return config.System{
		Home: home, WorkDir: workDir, SystemDir: systemDir(),
		ConfigHome: roots[store.Config], CacheHome: roots[store.Cache], LookupEnv: os.LookupEnv,
	}, nil
}

// configOptions are the flags that choose the configuration; values are those given for one.
func configOptions(values func(flag string) []string) config.Options {
	return config.Options{Files: values("config"), Dirs: values("config-path"), Profiles: splitCommas(values("profile"))}
}

// newWorkplace is the workplace of a configuration that was read, with what is
// wrong with its realms. It prints nothing and creates nothing.
func newWorkplace(sys config.System, cfg *config.Config) (w workplace, warnings []string) {
	project, warnings := projectOf(cfg)
	// The user's own files may set ATMOS_XDG_*.
	roots := store.NewRoots(sys.Home, sys.WorkDir, os.TempDir(), runtime.GOOS, cfg.LookupEnv)
	docker := filepath.Join(sys.Home, ".docker")
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		docker = roots.Expand(dir, sys.WorkDir)
	}
	return workplace{
		logout.Machine{
			Graph:        chain.New(cfg.Readings[0].Auth),
			Older:        older(cfg.Readings),
			Integrations: cfg.Readings[0].Auth.Integrations,
			Roots:        roots,
			WorkDir:      sys.WorkDir,
			Realms:       project.Realms(),
			Automatic:    project.Automatic(),
			Elsewhere:    elsewhere(cfg.Readings),
			Files:        &disk.Files{},
			DockerConfig: filepath.Join(docker, "config.json"),
		},
		cfg,
	}, warnings
}

// openLog opens the log. A wrong flag is an error; settings that are wrong
// elsewhere must not keep anybody from logging out.
func (p *process) openLog(c *cli.Context, cfg *config.Config) error {
	var stdout io.Writer = p.out
	if p.json {
		stdout = p.errOut
	}
	log, file, err := logs.Open(logs.Options{
		Level: c.String("logs-level"), File: c.String("logs-file"), LookupEnv: cfg.LookupEnv, Config: cfg.Own.Logs,
		Stdout: stdout, Stderr: p.errOut,
	})
	p.log, p.logFile = log, file
	if err != nil && (c.IsSet("logs-level") || c.IsSet("logs-file")) {
		return usageError{err, "leave --logs-level and --logs-file out, or mend them"}
	}
	if err != nil {
		p.warn(c, "nothing is logged: %v", err)
	}
	return nil
}

// projectOf is the project that the configuration belongs to. The warnings name
// realms that cannot be.
func projectOf(cfg *config.Config) (project store.Project, warnings []string) {
	project = store.Project{Dirs: cfg.Dirs, Flagged: cfg.Flagged}
	for _, realm := range cfg.Readings[0].Realms {
		switch {
		case slices.Contains(project.Explicit, realm.Raw()):
		case !store.ValidRealm(realm.Raw()):
			warnings = append(warnings, fmt.Sprintf("Atmos takes no realm like %q: nothing can be stored under it", realm))
		default:
			project.Explicit = append(project.Explicit, realm.Raw())
		}
	}
	return project, warnings
}

// older is the graph of releases before v1.216, if it differs.
func older(readings []config.Reading) *chain.Graph {
	if last := readings[len(readings)-1]; last.Name == "Atmos before v1.216" {
		return chain.New(last.Auth)
	}
	return nil
}

// elsewhere are names that only other readings declare.
func elsewhere(readings []config.Reading) []string {
	here := make(map[string]bool)
	var names []string
	for i, r := range readings {
		add := func(name string) {
			if i > 0 && !here[name] {
				names = append(names, name)
			}
			here[name] = true
		}
		for _, p := range r.Auth.Providers {
			add(p.Name)
		}
		for _, id := range r.Auth.Identities {
			add(id.Name)
		}
		for _, in := range r.Auth.Integrations {
			add(in.Name)
		}
	}
	return names
}

func splitCommas(values []string) []string {
	var all []string
	for _, v := range values {
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				all = append(all, s)
			}
		}
	}
	return all
}
