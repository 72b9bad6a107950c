package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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
// link is not followed; in the place of an entry it is an error.
type File struct {
	// Dir is the directory, an absolute path. It is never created.
	Dir string
	// Default says that Dir is where Atmos keeps its keyring if nobody tells it
	// otherwise, so that files with a key of Atmos's form are Atmos's.
	Default bool
	// Password opens entries; if it is empty, none can be read.
	Password string
}

// Location is the directory.
func (k File) Location() string { return k.Dir }

// List implements [Keyring].
func (k File) List(ctx context.Context) ([]string, error) {
	var keys []string
	var errs []error
	err := k.in(func(root *os.Root) error {
		files, err := entriesOf(root)
		for _, file := range files {
			if err := ctx.Err(); err != nil {
				return err
			}
			name := file.Name()
			key := percent.Decode(name)
			if again, err := fileName(key); err != nil || again != name || inSecretsStore(key) {
				continue // no key leads to this file, or a secret's
			}
			switch ok, err := k.isEntry(ctx, root, key, name, file.Type()); {
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
	err = k.in(func(root *os.Root) error {
		files, err := entriesOf(root)
		types := make(map[string]fs.FileMode, len(files))
		for _, file := range files {
			types[file.Name()] = file.Type()
		}
		for _, key := range keys {
			if err := ctx.Err(); err != nil {
				return err
			}
			switch ok, err := k.find(ctx, root, key, types); {
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

// find tells whether there is an entry under key among the files of these names and types.
func (k File) find(ctx context.Context, root *os.Root, key string, types map[string]fs.FileMode) (bool, error) {
	name, err := fileName(key)
	if err != nil {
		return false, err
	}
	typ, present := types[name]
	if !present {
		return false, nil
	}
	ok, err := k.isEntry(ctx, root, key, name, typ)
	if ok && inSecretsStore(key) {
		return false, errSecretsStore(key)
	}
	return ok, err
}

// Read implements [Keyring].
func (k File) Read(ctx context.Context, key string) (content []byte, err error) {
	err = k.entry(ctx, key, func(root *os.Root, name string) error {
		content, err = k.open(ctx, root, key, name)
		return err
	})
	return content, err
}

// Remove implements [Keyring].
func (k File) Remove(ctx context.Context, key string) error {
	return k.entry(ctx, key, func(root *os.Root, name string) error {
		if err := root.Remove(name); err != nil {
			return k.named(err)
		}
		switch _, err := root.Lstat(name); {
		case err == nil:
			return &fs.PathError{Op: "remove", Path: filepath.Join(k.Dir, name), Err: disk.ErrStillThere}
		case !errors.Is(err, fs.ErrNotExist):
			return k.named(err)
		}
		return k.named(syncDir(root))
	})
}

// entry does something with the file of the entry under key. The error is fs.ErrNotExist if
// there is none.
func (k File) entry(ctx context.Context, key string, use func(root *os.Root, name string) error) error {
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
	return k.in(func(root *os.Root) error {
		info, err := root.Lstat(name)
		if err != nil {
			return k.named(err)
		}
		ok, err := k.isEntry(ctx, root, key, name, info.Mode().Type())
		if err == nil && ok {
			ok, err = spelled(root, name, info)
		}
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("keyring entry %q: %w", key, fs.ErrNotExist)
		}
		return use(root, name)
	})
}

// in opens the directory, which 99designs/keyring would create. The error is fs.ErrNotExist if
// there is none.
func (k File) in(use func(*os.Root) error) error {
	if !filepath.IsAbs(k.Dir) {
		return fmt.Errorf("keyring directory %q: not an absolute path", k.Dir)
	}
	info, err := os.Stat(k.Dir)
	switch {
	case err != nil:
		return absentIfNoWay(err)
	case !info.IsDir():
		return fmt.Errorf("keyring directory %s: not a directory", k.Dir)
	}
	root, err := os.OpenRoot(k.Dir)
	if err != nil {
		return absentIfNoWay(err)
	}
	defer root.Close()
	return use(root)
}

// named gives an error about a file in the directory its whole path.
func (k File) named(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: path.Op, Path: filepath.Join(k.Dir, path.Path), Err: path.Err}
	}
	return err
}

// syncDir makes a removal durable. Windows has no such call, and NTFS logs removals itself.
func syncDir(root *os.Root) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// entriesOf are what is in a directory.
func entriesOf(root *os.Root) ([]fs.DirEntry, error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.ReadDir(-1)
}

// isEntry tells whether the file under name, which is of this type, is the entry of key.
func (k File) isEntry(ctx context.Context, root *os.Root, key, name string, typ fs.FileMode) (bool, error) {
	proven := k.Default && strings.HasPrefix(key, "atmos_")
	path := filepath.Join(k.Dir, name)
	refuse := func(err error) (bool, error) { return false, &fs.PathError{Op: "open", Path: path, Err: err} }
	switch {
	case typ.IsRegular() && proven:
		return true, nil
	case typ.IsRegular():
		return isEncrypted(readIn(ctx, root, name))
	case typ&fs.ModeSymlink != 0 && k.Default:
		return refuse(disk.ErrSymlink)
	case typ&fs.ModeSymlink != 0:
		if ok, err := isEncrypted(read(ctx, path)); err != nil || !ok {
			return false, err
		}
		return refuse(disk.ErrSymlink)
	case proven:
		return refuse(disk.ErrNotRegular)
	}
	return false, nil
}
