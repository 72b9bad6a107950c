package keyring

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/mtibben/percent"

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

// isEncrypted tells whether a regular file is encrypted as Atmos's entries are.
// The header of the encryption is readable without the password.
func isEncrypted(path string) (bool, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return false, disk.IgnoreAbsent(err)
	}
	if !before.Mode().IsRegular() || before.Size() > maxEntry {
		return false, nil
	}
	file, err := os.OpenFile(path, os.O_RDONLY|disk.NonBlocking, 0)
	if err != nil {
		return false, disk.IgnoreAbsent(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	if !os.SameFile(before, info) {
		return false, &fs.PathError{Op: "read", Path: path, Err: errors.New("was replaced while it was read")}
	}
	data, err := io.ReadAll(io.LimitReader(file, maxEntry))
	return isJWE(data), err
}

// isJWE tells whether data is a JSON Web Encryption in its compact form
// (RFC 7516, section 3.1).
func isJWE(data []byte) bool {
	first, _, _ := bytes.Cut(data, []byte("."))
	protected, err := base64.RawURLEncoding.DecodeString(string(first))
	if err != nil || bytes.Count(data, []byte(".")) != 4 {
		return false
	}
	var head struct{ Alg, Enc string }
	return json.Unmarshal(protected, &head) == nil && head.Alg != "" && head.Enc != ""
}
