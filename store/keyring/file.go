package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/99designs/keyring"
	"github.com/mtibben/percent"

	"github.com/credclean/credclean/store/disk"
)

// A File is a directory in which Atmos keeps one encrypted file per
// entry (99designs/keyring v1.2.2, file.go). File names are the keys, so that it is
// looked at and emptied without its password.
//
// Other programs' files may be in the directory, since Atmos takes the parent of a
// configured path that has an extension. Therefore only regular files are
// entries, and those that need not be Atmos's must look like encrypted ones.
type File struct {
	// Dir is the directory, an absolute path. It is never created.
	Dir string
	// Default says that Dir is where Atmos keeps its keyring if nobody tells it
	// otherwise, so that files with a key of Atmos's form are Atmos's.
	Default bool
}

// Location is the directory.
func (k File) Location() string { return k.Dir }

// Find implements [Keyring]. A key that cannot be a file name is an error, and
// so is something else than a file in the place of an entry; neither keeps it
// from finding the others.
func (k File) Find(ctx context.Context, keys []string) ([]string, error) {
	files, err := k.files()
	if len(files) == 0 {
		return nil, err
	}
	types := make(map[string]fs.FileMode, len(files))
	for _, file := range files {
		types[file.Name()] = file.Type()
	}
	var found []string
	var errs []error
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return found, errors.Join(append(errs, err)...)
		}
		name, err := fileName(key)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		typ, present := types[name]
		if !present {
			continue
		}
		switch ok, err := k.isEntry(key, name, typ); {
		case err != nil:
			errs = append(errs, err)
		case ok && inSecretsStore(key):
			errs = append(errs, errSecretsStore(key))
		case ok:
			found = append(found, key)
		}
	}
	return found, errors.Join(errs...)
}

// Remove implements [Keyring].
func (k File) Remove(ctx context.Context, key string) error {
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
	if err := k.look(); err != nil {
		return err
	}
	path := filepath.Join(k.Dir, name)
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	switch ok, err := k.isEntry(key, name, info.Mode().Type()); {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("keyring entry %q: %w", key, fs.ErrNotExist)
	}
	// With several backends allowed, another one would answer for a missing directory.
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.FileBackend},
		FileDir:         k.Dir,
	})
	if err != nil {
		return err
	}
	if err := ring.Remove(key); err != nil {
		return err
	}
	switch _, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return &fs.PathError{Op: "remove", Path: path, Err: disk.ErrStillThere}
}

// List implements [Keyring].
func (k File) List(ctx context.Context) ([]string, error) {
	files, err := k.files()
	if err != nil {
		return nil, err
	}
	var keys []string
	var errs []error
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			errs = append(errs, err)
			break
		}
		name := file.Name()
		key := percent.Decode(name)
		if again, err := fileName(key); err != nil || again != name || inSecretsStore(key) {
			continue // no key leads to this file, or a secret's
		}
		switch ok, err := k.isEntry(key, name, file.Type()); {
		case err != nil:
			errs = append(errs, err)
		case ok:
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, errors.Join(errs...)
}

// look makes sure that the directory is there, which 99designs/keyring would create.
func (k File) look() error {
	if !filepath.IsAbs(k.Dir) {
		return fmt.Errorf("keyring directory %q: not an absolute path", k.Dir)
	}
	info, err := os.Stat(k.Dir)
	if err != nil {
		return absentIfNoWay(err)
	}
	if !info.IsDir() {
		return fmt.Errorf("keyring directory %s: not a directory", k.Dir)
	}
	return nil
}

// files are what is in the directory; none if there is no directory.
func (k File) files() ([]fs.DirEntry, error) {
	if err := k.look(); err != nil {
		return nil, disk.IgnoreAbsent(err)
	}
	dir, err := os.Open(k.Dir)
	if err != nil {
		return nil, disk.IgnoreAbsent(err)
	}
	defer dir.Close()
	return dir.ReadDir(-1)
}

// isEntry tells whether the file under name, which is of this type, is the entry of key.
func (k File) isEntry(key, name string, typ fs.FileMode) (bool, error) {
	proven := k.Default && strings.HasPrefix(key, "atmos_")
	switch {
	case typ.IsRegular() && proven:
		return true, nil
	case typ.IsRegular():
		return isEncrypted(filepath.Join(k.Dir, name))
	case proven:
		return false, &fs.PathError{Op: "open", Path: filepath.Join(k.Dir, name), Err: disk.ErrNotRegular}
	}
	return false, nil
}
