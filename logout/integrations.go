package logout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// planIntegrations looks for the Docker logins and the kubeconfig entries that
// integrations of the set have written.
func (m Machine) planIntegrations(p *Plan, r removal) {
	staying := m.staying(r)
	for _, i := range m.integrations(r) {
		switch i.Kind {
		case "aws/ecr", "aws/ecr-public", "azure/acr":
			m.planDocker(p, i, staying)
		case "aws/eks", "azure/aks", "gcp/gke":
			m.planKubeconfig(p, i, staying)
		}
	}
}

// staying are the integrations that no name of the set is linked to.
func (m Machine) staying(r removal) []config.Integration {
	var staying []config.Integration
	for _, i := range m.Integrations {
		if _, gone := r.linked(i.Via); !gone {
			staying = append(staying, i)
		}
	}
	return staying
}

func (m Machine) planDocker(p *Plan, i linkedIntegration, staying []config.Integration) {
	s := Step{Kind: store.DockerLogin, Name: i.of.Name, Place: placeOf(m.DockerConfig)}
	registry, known := cut.DockerRegistry(i.Integration)
	s.Entry = cmpString(registry, i.Name)
	s.Docker = cut.DockerLogins{Registries: map[string]bool{registry: known}}
	for _, other := range staying {
		if used, ok := cut.DockerRegistry(other); ok && used == registry {
			s.Kept, s.KeptFor = KeptSibling, other.Name
		}
	}
	m.planShared(p, s, i, known)
}

func (m Machine) planKubeconfig(p *Plan, i linkedIntegration, staying []config.Integration) {
	s := Step{Kind: store.KubeconfigEntry, Name: i.of.Name, Place: m.kubeconfig(i.Integration)}
	entry, known := cut.KubeEntryOf(i.Integration)
	s.Entry = cmpString(i.Cluster.Alias, cmpString(i.Cluster.Name, i.Name))
	s.Kube = cut.KubeEntries{Remove: []cut.KubeEntry{entry}}
	for _, other := range staying {
		used, ok := cut.KubeEntryOf(other)
		if !ok || m.kubeconfig(other) != s.Place {
			continue
		}
		if used == entry {
			s.Kept, s.KeptFor = KeptSibling, other.Name
			continue // so that what would go without it is found
		}
		s.Kube.Keep = append(s.Kube.Keep, used)
	}
	m.planShared(p, s, i, known)
}

// planShared adds a step for another program's file, if something of ours is in it.
func (m Machine) planShared(p *Plan, s Step, i linkedIntegration, known bool) { //nolint:revive // known is an answer, not a mode
	data, err := m.Files.Read(s.Place)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil && !known {
		err = fmt.Errorf("cannot tell what is the integration's: %q does not say it", i.Name)
	}
	if err == nil {
		var c cut.Cut
		if c, err = s.edit()(data); err == nil && len(c.Removed) == 0 {
			return
		}
	}
	s.Err = err
	p.Steps = append(p.Steps, s)
}

// edit is what the step does to the content of another program's file.
func (s Step) edit() func([]byte) (cut.Cut, error) {
	if s.Kind == store.DockerLogin {
		return s.Docker.Apply
	}
	return s.Kube.Apply
}

// removeShared carries out a step on another program's file.
func (res *Result) removeShared(ctx context.Context, m Machine) error {
	lock := disk.FileLock
	if res.Kind == store.KubeconfigEntry {
		lock = disk.KubectlLock
	}
	_, err := m.Files.EditShared(ctx, res.Place, lock, res.edit())
	return err
}

// kubeconfig is where an integration writes: its own path, or C/kube/config.
func (m Machine) kubeconfig(i config.Integration) disk.Place {
	if path := i.Cluster.KubeconfigPath.Raw(); path != "" {
		return placeOf(m.Roots.Expand(path, m.WorkDir))
	}
	return placeOf(filepath.Join(m.Roots[store.Config], "kube", "config"))
}

// placeOf is a file whose directory is never removed.
func placeOf(path string) disk.Place {
	return disk.Place{Root: filepath.Dir(path), Path: filepath.Base(path)}
}
