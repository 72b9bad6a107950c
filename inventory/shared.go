package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/credclean/credclean/config"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/cut"
	"github.com/credclean/credclean/store/disk"
)

// clusters are the kinds of integrations that write a kubeconfig.
var clusters = []string{"aws/eks", "azure/aks", "gcp/gke"} //nolint:gochecknoglobals // nothing changes it

// Written is what an integration wrote, or what Atmos wrote into a file of another program.
type Written struct {
	By   []string       // the integrations that write it, in the order of Trace.Of
	Kind string         // of the integration
	Kube *cut.KubeEntry // of an entry of a kubeconfig
	// Of a copy in a file of az: what cuts it out, the account of each entry, and what proves it.
	Cutter   cut.Cutter
	Accounts []string
	Proofs   []*Trace
	Last     bool // no other secret is in that file
}

// shared finds the Docker logins and the kubeconfig entries that integrations of any reading
// have written. Each file is read once.
func (r reader) shared() []*Trace {
	var files []*sharedFile
	at := make(map[disk.Place]*sharedFile)
	add := func(place disk.Place, e sharedEntry) {
		if at[place] == nil {
			claimed := place.Of == disk.Kubectl && e.integration.Cluster.KubeconfigPath.Raw() != ""
			at[place] = &sharedFile{place: place, claimed: claimed, at: make(map[sharedKey]int), names: make(map[string]bool)}
			files = append(files, at[place])
		}
		at[place].add(e)
	}
	for _, reading := range r.project.Readings {
		for _, i := range reading.Integrations {
			n, ok := reading.Linked(i)
			e := sharedEntry{integration: i, of: n}
			switch {
			case !ok:
			case slices.Contains([]string{"aws/ecr", "aws/ecr-public", "azure/acr"}, i.Kind):
				if e.name, e.known = cut.DockerRegistry(i); !e.known {
					e.name = i.Name
				}
				add(placeOf(r.project.DockerConfig, disk.Docker), e)
			case slices.Contains(clusters, i.Kind):
				e.name = cmp.Or(i.Cluster.Alias, i.Cluster.Name)
				e.kube, e.known = cut.KubeEntryOf(i)
				for _, place := range r.project.kubeconfigs(i) {
					add(place, e)
				}
			}
		}
	}
	var found []*Trace
	claimed := r.within(2 * mostFile)
	for _, f := range files {
		if f.claimed {
			found = append(found, f.traces(claimed)...)
		} else {
			found = append(found, f.traces(r)...)
		}
	}
	return found
}

// A sharedFile is a file of another program, with the entries that may be in it.
type sharedFile struct {
	place   disk.Place
	claimed bool // only the project's file names it
	entries []sharedEntry
	at      map[sharedKey]int // positions in entries
	names   map[string]bool   // that entries have
}

// A sharedKey is what integrations write.
type sharedKey struct {
	name  string // a registry or a context
	known bool   // all that it consists of stands in the configuration
	kube  cut.KubeEntry
}

// A sharedEntry is what one integration writes, or several.
type sharedEntry struct {
	sharedKey
	integration config.Integration
	of          Name
	names       []Name   // of all integrations that write it
	by          []string // these
}

func (f *sharedFile) add(e sharedEntry) {
	i, have := f.at[e.sharedKey]
	if !have {
		i, f.at[e.sharedKey] = len(f.entries), len(f.entries)
		if f.place.Of == disk.Kubectl {
			e.name = f.distinct(e)
			f.names[e.name] = true
		}
		f.entries = append(f.entries, e)
	}
	if have := &f.entries[i]; !slices.Contains(have.names, e.of) {
		have.names, have.by = append(have.names, e.of), append(have.by, e.integration.Name)
	}
}

// distinct names an entry as no other of the file: clusters of two regions may be called the same.
func (f *sharedFile) distinct(e sharedEntry) string {
	c := e.kube.Cluster
	place := cmp.Or(c.Region, c.Location, c.ResourceGroup)
	name := e.name
	for _, more := range []string{place, e.integration.Name, fmt.Sprint(len(f.entries))} {
		if !f.names[name] {
			break
		}
		name = fmt.Sprintf("%s (%s)", e.name, cmp.Or(more, "another"))
	}
	return name
}

// traces are the entries that are in the file. If it cannot be read, or if the configuration does
// not tell what an integration writes, it may be there all the same.
func (f *sharedFile) traces(r reader) []*Trace {
	data, err := r.from(func(most int64) ([]byte, error) { return r.home.Read(r.ctx, f.place, most) }, mostFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var there []bool
	if err == nil {
		there, err = f.find(data)
	}
	var found []*Trace
	for i, e := range f.entries {
		t := &Trace{Kind: store.KubeconfigEntry, Where: Where{Place: f.place, Entry: e.name}, Of: e.names, Ours: true, Err: err}
		t.Written = &Written{By: e.by, Kind: e.integration.Kind, Kube: &e.kube}
		if f.place.Of == disk.Docker {
			t.Kind = store.DockerLogin
		}
		switch {
		case err != nil:
		case !e.known:
			t.Err = fmt.Errorf("cannot tell what integration %q wrote: not all of its settings are known", e.integration.Name)
		case !there[i]:
			continue
		}
		found = append(found, t)
	}
	return found
}

// find tells which entries are in the content of the file.
func (f *sharedFile) find(data []byte) ([]bool, error) {
	if f.place.Of == disk.Kubectl {
		var entries []cut.KubeEntry
		for _, e := range f.entries {
			entries = append(entries, e.kube)
		}
		return cut.FindKube(data, entries)
	}
	registries := make(map[string]bool)
	for _, e := range f.entries {
		registries[e.name] = e.known
	}
	c, err := cut.DockerLogins{Registries: registries}.Apply(data)
	there := make([]bool, len(f.entries))
	for i, e := range f.entries {
		there[i] = slices.Contains(c.Removed, e.name)
	}
	return there, err
}

// kubeconfigs are where an integration may have written: C/kube/config, or its own path. Atmos
// takes that as it is: ~ is a directory, and a relative path counts from the working directory
// of the login, which may have been that of atmos.yaml.
func (p *Project) kubeconfigs(i config.Integration) []disk.Place {
	path := i.Cluster.KubeconfigPath.Raw()
	if path == "" {
		var places []disk.Place
		for _, root := range p.bases(store.Config) {
			places = append(places, placeOf(filepath.Join(root, "kube", "config"), disk.Kubectl))
		}
		return places
	}
	if filepath.IsAbs(path) {
		return []disk.Place{placeOf(filepath.Clean(path), disk.Kubectl)}
	}
	var places []disk.Place
	for _, dir := range append([]string{p.WorkDir}, p.Config.Dirs...) {
		if place := placeOf(filepath.Join(dir, path), disk.Kubectl); !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return places
}

// placeOf is a file whose directory is never removed.
func placeOf(path string, of disk.Program) disk.Place {
	return disk.Place{Root: filepath.Dir(path), Path: filepath.Base(path), Of: of}
}

// LeftLocks are the locks of files of kubectl and az that a run of ours left when it was killed.
func (inv *Inventory) LeftLocks() []disk.Place {
	files := inv.AzFiles()
	for _, reading := range inv.Readings {
		for _, i := range reading.Integrations {
			if slices.Contains(clusters, i.Kind) {
				files = append(files, inv.kubeconfigs(i)...)
			}
		}
	}
	var locks []disk.Place
	seen := make(map[disk.Place]bool)
	for _, f := range files {
		if seen[f] {
			continue
		}
		seen[f] = true
		if lock, left := inv.reader.home.LeftLock(inv.reader.ctx, f); left {
			locks = append(locks, lock)
		}
	}
	return locks
}
