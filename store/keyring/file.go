package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mtibben/percent"

	"github.com/credclean/credclean/store/disk"
)

// A File is a directory in which Atmos keeps one encrypted file per
// entry (99designs/keyring v1.2.2, file.go). File names are the keys, so that it is
// looked at and emptied without its password.
//
// Other programs' files may be in the directory, since Atmos takes the parent of a
// configured path that has an extension. Therefore only regular files are
// entries, and those that need not be Atmos's must look like encrypted ones. A symbolic
// link that leads to an entry is told, and followed only if Atmos alone can have made it.
type File struct {
	// Dir is the directory, an absolute path. It is never created.
	Dir string
	// Default says that Dir is where Atmos keeps its keyring if nobody tells it
	// otherwise, so that files with a key of Atmos's form are Atmos's.
	Default bool
	// Password opens entries; if it is empty, none can be read.
	Password string
	// Home is the home directory that is cleaned, which says where links may lead and whose files may
	// go. Its Sync makes removals durable. Without one, Dir itself is it, and synced at once.
	Home *disk.Home
}

// Location is the directory.
func (k File) Location() string { return k.Dir }

// List implements [Keyring].
func (k File) List(ctx context.Context) ([]string, error) {
	var keys []string
	var errs []error
	err := k.in(func(dir *disk.Dir) error {
		files, err := k.files(dir)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if err := ctx.Err(); err != nil {
				return err
			}
			key := percent.Decode(name)
			if again, err := fileName(key); err != nil || again != name || inSecretsStore(key) {
				continue // no key leads to this file, or a secret's
			}
			switch ok, err := k.isEntry(ctx, dir, key, files[name]); {
			case err != nil:
				errs = append(errs, err)
			case ok:
				keys = append(keys, key)
			}
		}
		return err
	})
	slices.Sort(keys)
	return keys, errors.Join(append(errs, disk.IgnoreAbsent(err))...)
}

// Find implements [Keyring]. A key that cannot be a file name is an error, and
// so is something else than a file in the place of an entry; neither keeps it
// from finding the others.
func (k File) Find(ctx context.Context, keys []string) (found []string, err error) {
	var errs []error
	err = k.in(func(dir *disk.Dir) error {
		files, err := k.files(dir)
		for _, key := range keys {
			if err := ctx.Err(); err != nil {
				return err
			}
			switch ok, err := k.find(ctx, dir, key, files); {
			case err != nil:
				errs = append(errs, err)
			case ok:
				found = append(found, key)
			}
		}
		return err
	})
	return found, errors.Join(append(errs, disk.IgnoreAbsent(err))...)
}

// find tells whether there is an entry under key among the files.
func (k File) find(ctx context.Context, dir *disk.Dir, key string, files map[string]fs.FileInfo) (bool, error) {
	name, err := fileName(key)
	if err != nil {
		return false, err
	}
	info, present := files[name]
	if !present {
		return false, nil
	}
	ok, err := k.isEntry(ctx, dir, key, info)
	if ok && inSecretsStore(key) {
		return false, errSecretsStore(key)
	}
	return ok, err
}

// Read implements [Keyring].
func (k File) Read(ctx context.Context, key string) (content []byte, err error) {
	err = k.entry(ctx, key, func(dir *disk.Dir, name string) error {
		content, err = k.open(ctx, dir, key, name)
		return err
	})
	return content, err
}

// Remove implements [Keyring].
func (k File) Remove(ctx context.Context, key string) error {
	return k.entry(ctx, key, (*disk.Dir).Remove)
}

// entry does something with the file of the entry under key. The error is fs.ErrNotExist if
// there is none.
func (k File) entry(ctx context.Context, key string, use func(dir *disk.Dir, name string) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if inSecretsStore(key) {
		return errSecretsStore(key)
	}
	name, err := fileName(key)
	if err != nil {
		return err
	}
	return k.in(func(dir *disk.Dir) error {
		info, err := dir.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			info, err = k.marker(dir, name)
		}
		if err != nil {
			return err
		}
		ok, err := k.isEntry(ctx, dir, key, info)
		if err == nil && ok {
			ok, err = spelled(dir, name, info)
		}
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("keyring entry %q: %w", key, fs.ErrNotExist)
		}
		return use(dir, name)
	})
}

// in opens the directory. The error is fs.ErrNotExist if there is none.
func (k File) in(use func(*disk.Dir) error) error {
	if !filepath.IsAbs(k.Dir) {
		return fmt.Errorf("keyring directory %q: not an absolute path", k.Dir)
	}
	if info, err := os.Stat(k.Dir); err == nil && !info.IsDir() {
		return fmt.Errorf("keyring directory %s: not a directory", k.Dir)
	}
	home := k.Home
	if home == nil {
		home = disk.NewHome(k.Dir)
	}
	dir, err := home.Open(disk.Place{Root: k.Dir, Path: "."})
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := use(dir); err != nil || k.Home != nil {
		return err
	}
	return home.Sync()
}

// files are what is in the directory, by name.
func (k File) files(dir *disk.Dir) (map[string]fs.FileInfo, error) {
	infos, err := dir.Entries()
	files := make(map[string]fs.FileInfo, len(infos))
	for _, info := range infos {
		files[info.Name()] = info
	}
	for _, info := range infos {
		if name, marked := strings.CutSuffix(info.Name(), disk.TempSuffix); marked && files[name] == nil && k.proven(name) && isLink(info) {
			delete(files, info.Name())
			files[name] = info
		}
	}
	return files, err
}

// marker is the link that a run of ours was killed at, after it gave it another name and before
// it removed what it leads to.
func (k File) marker(dir *disk.Dir, name string) (fs.FileInfo, error) {
	info, err := dir.Lstat(name + disk.TempSuffix)
	if ours := err == nil && k.proven(name) && isLink(info); !ours {
		err = &fs.PathError{Op: "lstat", Path: filepath.Join(k.Dir, name), Err: fs.ErrNotExist}
	}
	return info, err
}

// proven tells whether Atmos alone can have made a file of this name.
func (k File) proven(name string) bool { return k.Default && strings.HasPrefix(name, "atmos_") }

func isLink(info fs.FileInfo) bool { return info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 }

// isEntry tells whether a file is the entry of key.
func (k File) isEntry(ctx context.Context, dir *disk.Dir, key string, info fs.FileInfo) (bool, error) {
	name, proven := info.Name(), k.proven(key)
	refuse := func(err error) (bool, error) {
		return false, &fs.PathError{Op: "open", Path: filepath.Join(k.Dir, name), Err: err}
	}
	switch regular, link := info.Mode().IsRegular(), isLink(info); {
	case regular && proven:
		return true, nil
	case regular:
		return isEncrypted(dir.Read(ctx, name, maxEntry))
	case link && proven:
		if ok, err := isEncrypted(dir.Read(ctx, name, maxEntry)); err != nil || ok {
			return ok, err
		}
		return refuse(fmt.Errorf("%w: it leads to no entry", disk.ErrSymlink))
	case link && !k.Default:
		if ok, err := isEncrypted(read(ctx, filepath.Join(k.Dir, name))); err != nil || !ok {
			return false, err
		}
		return refuse(disk.ErrSymlink)
	case link:
		return refuse(disk.ErrSymlink)
	case proven:
		return refuse(disk.ErrNotRegular)
	}
	return false, nil
}
