package keyring

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/99designs/keyring"
	"github.com/mtibben/percent"

	"github.com/credclean/credclean/internal/regular"
	"github.com/credclean/credclean/store/disk"
)

// maxEntry bounds what is read of a file keyring entry, in bytes. A larger file is none.
const maxEntry = 1 << 20

// fileName is the name of the file that holds the entry of key. Only a slash
// and the percent sign are escaped, so that some keys would lead elsewhere.
func fileName(key string) (string, error) {
	name := key
	if strings.ContainsAny(key, "/%") {
		name = percent.Encode(key, "/")
	}
	bad := name == "." || !filepath.IsLocal(name) || len(name) > 255 || !utf8.ValidString(key) || strings.ContainsRune(key, 0)
	if bad || badOnWindows(name) {
		return "", fmt.Errorf("keyring entry %q: the key cannot be a file name", key)
	}
	return name, nil
}

// badOnWindows tells whether this is Windows, which cannot hold a file of this
// name or takes it for another one.
func badOnWindows(name string) bool {
	return runtime.GOOS == "windows" && (strings.ContainsAny(name, `\:*?"<>|`) || strings.TrimRight(name, ". ") != name)
}

// spelled tells whether a file has exactly this name. Where letter case does not count, the
// file of another key may be found under it.
func spelled(dir *disk.Dir, name string, info fs.FileInfo) (bool, error) {
	swapped := strings.Map(func(r rune) rune {
		if unicode.IsLower(r) {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, name)
	if other, err := dir.Lstat(swapped); err != nil || swapped == name || !os.SameFile(info, other) {
		return true, nil //nolint:nilerr // nothing has the other spelling
	}
	names, err := dir.Names()
	return slices.Contains(names, name), err
}

func read(ctx context.Context, path string) ([]byte, error) {
	return regular.Read(ctx, path, maxEntry)
}

// isEncrypted tells whether what was read is encrypted as Atmos's entries are.
func isEncrypted(data []byte, err error) (bool, error) {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, regular.ErrNotRegular), errors.Is(err, regular.ErrTooLarge):
		return false, nil
	case err != nil:
		return false, err
	}
	_, ok := headOf(data)
	return ok, nil
}

// A head is what is readable of an entry without its password.
type head struct{ Alg, Enc, Zip string }

// headOf is the head of a JSON Web Encryption in its compact form (RFC 7516, section 3.1).
func headOf(data []byte) (h head, ok bool) {
	first, _, _ := bytes.Cut(data, []byte("."))
	protected, err := base64.RawURLEncoding.DecodeString(string(first))
	if err != nil || bytes.Count(data, []byte(".")) != 4 {
		return head{}, false
	}
	return h, json.Unmarshal(protected, &h) == nil && h.Alg != "" && h.Enc != ""
}

// atmosHead is the head of an entry that 99designs/keyring wrote: nothing in it is compressed.
var atmosHead = head{Alg: "PBES2-HS256+A128KW", Enc: "A256GCM"} //nolint:gochecknoglobals // a constant

// open decrypts the entry of key with the password, the library that wrote it doing the work. How
// often that lets the password be hashed is bounded in jose2go.
func (k File) open(ctx context.Context, dir *disk.Dir, key, name string) ([]byte, error) {
	fail := func(err error) ([]byte, error) { return nil, fmt.Errorf("keyring entry %q: %w", key, err) }
	if k.Password == "" {
		return fail(fmt.Errorf("%w: no password is set", ErrLocked))
	}
	data, err := dir.Read(ctx, name, maxEntry)
	if err != nil {
		return nil, err
	}
	if h, ok := headOf(data); !ok || h != atmosHead {
		return fail(errEnvelope)
	}
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends:  []keyring.BackendType{keyring.FileBackend},
		FileDir:          k.Dir,
		FilePasswordFunc: keyring.FixedStringPrompt(k.Password),
	})
	if err != nil {
		return fail(err)
	}
	item, err := ring.Get(key)
	if err != nil { // it may quote what was decrypted
		return fail(fmt.Errorf("%w: the password does not open it", ErrLocked))
	}
	content, err := bounded(item.Data)
	if err != nil {
		return fail(err)
	}
	return content, nil
}
