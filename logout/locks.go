package logout

import (
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
	for i := range b.inv.Traces {
		t := &b.inv.Traces[i]
		if t.Kind != store.LockFile {
			continue
		}
		file := t.Where.Place
		file.Path = strings.TrimSuffix(file.Path, disk.LockSuffix)
		switch dir := file.Dir(); {
		case !goes[file] && !b.leftLock(t, file), slices.Contains(dirs, dir):
		case t.Location.Kind.AWSFile():
			dirs = append(dirs, dir)
		default:
			b.Steps = append(b.Steps, Step{Kind: store.LockFile, Where: inventory.Where{Place: t.Where.Place}, Realm: t.Realm, Locks: []disk.Place{file}})
		}
	}
	for _, dir := range dirs {
		locks := []disk.Place{dir.Join("credentials"), dir.Join("config")}
		b.Steps = append(b.Steps, Step{Kind: store.LockFile, Where: inventory.Where{Place: dir.Join("credentials" + disk.LockSuffix)}, Locks: locks})
	}
}

// goWhole are the files of which nothing stays, and the directories of AWS files among them.
func (b *builder) goWhole() (files map[disk.Place]bool, dirs []disk.Place) {
	files = make(map[disk.Place]bool)
	for i := range b.Steps {
		s := &b.Steps[i]
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
	return len(b.inv.At(file)) == 0 && (t.Ours || b.AllProjects) && b.locksGo(t)
}

// locksGo tells whether a lock file is one of the selection.
func (b *builder) locksGo(t *inventory.Trace) bool {
	root := b.in[inventory.Name{Name: t.Root, Provider: true}] || b.in[inventory.Name{Name: t.Root}]
	return b.everything() || b.byName(t) || t.Name == "" && root || b.whole[t.Root] && b.inv.Automatic(t.Realm)
}

// addDirs adds the directories that may become empty, children first.
func (b *builder) addDirs() {
	var places []disk.Place
	for i := range b.Steps {
		if s := &b.Steps[i]; s.Kind != store.KeyringEntry && s.Where.Place.Root != "" {
			places = append(places, s.Where.Place)
		}
	}
	for _, dir := range disk.Parents(places) {
		b.Steps = append(b.Steps, Step{Kind: store.EmptyDir, Where: inventory.Where{Place: dir}})
	}
}
