package logout

import (
	"maps"
	"slices"
	"strings"

	"github.com/credclean/credclean/inventory"
	"github.com/credclean/credclean/store"
	"github.com/credclean/credclean/store/disk"
)

// addLocks adds the lock files of what goes whole, and those that were left without their
// file. To edit an AWS file is to make its lock file.
func (b *builder) addLocks() {
	goes, dirs := b.goWhole()
	stays := b.staying(goes)
	for _, t := range b.inv.Traces {
		if t.Kind != store.LockFile {
			continue
		}
		file := t.Where.Place
		file.Path = strings.TrimSuffix(file.Path, disk.LockSuffix)
		switch dir := file.Dir(); {
		case !goes[file] && !b.leftLock(t, file), slices.Contains(dirs, dir):
		case t.Location.Kind == store.LockFile && stays[ownerOf(t)]: // of all that the identity has
		case t.Location.Kind.AWSFile():
			dirs = append(dirs, dir)
		default:
			b.Steps = append(b.Steps, &Step{Kind: store.LockFile, Where: inventory.Where{Place: t.Where.Place}, Realm: t.Realm, Locks: []disk.Place{file}})
		}
	}
	for _, lock := range b.inv.LeftLocks() {
		b.Steps = append(b.Steps, &Step{Kind: store.LockFile, Where: inventory.Where{Place: lock}})
	}
	for _, dir := range dirs {
		locks := []disk.Place{dir.Join("credentials"), dir.Join("config")}
		b.Steps = append(b.Steps, &Step{Kind: store.LockFile, Where: inventory.Where{Place: dir.Join("credentials" + disk.LockSuffix)}, Locks: locks})
	}
}

// An owner is an identity under its root.
type owner struct{ base, realm, root, name string }

func ownerOf(t *inventory.Trace) owner { return owner{t.Where.Place.Root, t.Realm, t.Root, t.Name} }

// staying are the identities of which something stays.
func (b *builder) staying(goes map[disk.Place]bool) map[owner]bool {
	stays := make(map[owner]bool)
	for _, t := range b.inv.Traces {
		if t.Location != nil && t.Location.Of == store.OfIdentity && !t.Kind.Bare() && !goes[t.Where.Place] {
			stays[ownerOf(t)] = true
		}
	}
	return stays
}

// goWhole are the files of which nothing stays, and the directories of AWS files among them.
func (b *builder) goWhole() (files map[disk.Place]bool, dirs []disk.Place) {
	files = make(map[disk.Place]bool)
	for _, s := range b.Steps {
		if s.Where.Keyring != "" || len(s.Keeps) > 0 || s.Err != nil || s.Kept != "" {
			continue
		}
		files[s.Where.Place] = true
		if dir := s.Where.Place.Dir(); s.Kind.AWSFile() && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return files, dirs
}

// leftLock tells whether a lock file of the selection was left without its file.
func (b *builder) leftLock(t *inventory.Trace, file disk.Place) bool {
	return len(b.inv.At(file)) == 0 && b.ours(t) && b.locksGo(t)
}

// ours tells whether a trace is of what the target may cover.
func (b *builder) ours(t *inventory.Trace) bool { return t.Ours || b.AllProjects }

// addSharedLocks adds the lock files that Atmos has left beside files of Docker and az, if
// nothing of Atmos stays in those.
func (b *builder) addSharedLocks() {
	goes, stays := make(map[disk.Place]bool), make(map[disk.Place]bool)
	for _, t := range b.inv.Traces {
		var files []disk.Place
		switch {
		case t.Kind == store.DockerLogin:
			files = []disk.Place{t.Where.Place}
		case t.Location != nil && t.Location.Under == store.HomeAzure && !t.Kind.Bare():
			files = b.inv.AzFiles()
		}
		for _, f := range files {
			if b.goes(t) && t.Err == nil && b.sibling(t) == "" {
				goes[f] = true
			} else {
				stays[f] = true
			}
		}
	}
	for _, f := range slices.SortedFunc(maps.Keys(goes), func(x, y disk.Place) int { return strings.Compare(x.String(), y.String()) }) {
		if !stays[f] {
			lock := f
			lock.Path += disk.LockSuffix
			b.Steps = append(b.Steps, &Step{Kind: store.LockFile, Where: inventory.Where{Place: lock}, Locks: []disk.Place{f}})
		}
	}
}

// locksGo tells whether a lock file is one of the selection.
func (b *builder) locksGo(t *inventory.Trace) bool {
	root := b.in[inventory.Name{Name: t.Root, Provider: true}] || b.in[inventory.Name{Name: t.Root}]
	return b.everything() || b.byName(t) || t.Name == "" && root || b.whole[t.Root] && b.inv.Automatic(t.Realm)
}

// addDirs adds the directories that may become empty, children first, and those that a login left empty
// where something goes.
func (b *builder) addDirs() {
	var places []disk.Place
	bases := make(map[string]bool)
	for _, s := range b.Steps {
		if s.Kind != store.KeyringEntry && s.Where.Place.Root != "" {
			places = append(places, s.Where.Place)
			bases[s.Where.Place.Root] = true
		}
	}
	for _, t := range b.inv.Traces {
		if t.Kind == store.EmptyDir && bases[t.Where.Place.Root] {
			places = append(places, t.Where.Place.Join("nothing"))
		}
	}
	for _, dir := range disk.Parents(places) {
		b.Steps = append(b.Steps, &Step{Kind: store.EmptyDir, Where: inventory.Where{Place: dir}})
	}
}
