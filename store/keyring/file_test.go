package keyring_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	jose "github.com/dvsekhvalnov/jose2go"
	"github.com/google/go-cmp/cmp"

	"github.com/credclean/credclean/internal/keyringtest"
	"github.com/credclean/credclean/store/keyring"
)

func TestFileKeyring(t *testing.T) {
	for _, isDefault := range []bool{true, false} {
		t.Run(fmt.Sprintf("default %t", isDefault), func(t *testing.T) {
			dir := t.TempDir()
			k := keyring.File{Dir: dir, Default: isDefault}
			keys := []string{"atmos_r_dev", "dev", "a/b", "100%", "%2F", "with space", "ünï", ".hidden", "..x"}
			wantFound(t, k, keys)
			for _, key := range append(keys, "prod", "atmos/stack/component/name") {
				must(t, keyringtest.SetFile(dir, key, "secret of "+key))
			}
			wantFound(t, k, append([]string{"gone"}, keys...), keys...)
			listed, err := k.List(t.Context())
			must(t, err)
			if diff := cmp.Diff([]string{"%2F", "..x", ".hidden", "100%", "a/b", "atmos_r_dev", "dev", "prod", "with space", "ünï"}, listed); diff != "" {
				t.Errorf("listed (-want +got):\n%s", diff)
			}
			for _, key := range keys {
				must(t, k.Remove(t.Context(), key))
				wantError(t, k.Remove(t.Context(), key), fs.ErrNotExist)
			}
			wantNames(t, dir, "atmos%2Fstack%2Fcomponent%2Fname", "prod")
			for key, secret := range map[string]string{"prod": "secret of prod", "atmos/stack/component/name": "secret of atmos/stack/component/name"} {
				if got, err := keyringtest.GetFile(dir, key); got != secret || err != nil {
					t.Errorf("%q: %q, %v", key, got, err)
				}
			}
		})
	}
}

// Such keys lead to the directory itself, its parent, or nowhere.
func TestFileKeyringBadKeys(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "keyring")
	must(t, os.Mkdir(dir, 0o700))
	k := keyring.File{Dir: dir, Default: true}
	must(t, keyringtest.SetFile(dir, "dev", "secret"))
	bad := []string{"", ".", "..", "a\x00b", "\xff", strings.Repeat("x", 256), strings.Repeat("/", 86)}
	for _, key := range bad {
		found, err := k.Find(t.Context(), []string{key, "dev"})
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Find %q: %v", key, err)
		}
		if diff := cmp.Diff([]string{"dev"}, found); diff != "" {
			t.Errorf("found beside %q: %s", key, diff)
		}
		if err := k.Remove(t.Context(), key); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Remove %q: %v", key, err)
		}
	}
	longest := strings.Repeat("x", 255)
	must(t, keyringtest.SetFile(dir, longest, "secret"))
	must(t, k.Remove(t.Context(), longest))
	wantNames(t, dir, "dev")
	wantNames(t, parent, "keyring")
}

// Atmos turns ~/keyring.json into the home directory, where much else lives.
func TestFileKeyringForeignFiles(t *testing.T) {
	head := func(json string) string { return encode(json) + ".a.b.c.d" }
	for name, text := range map[string]string{
		"empty":          "",
		"text":           "hello",
		"ini":            "[default]\naws_access_key_id = AKIA....\n",
		"dots":           "a.b.c.d.e",
		"no header":      "....",
		"jwt":            encode(`{"alg":"HS256","typ":"JWT"}`) + ".payload.signature",
		"signed":         head(`{"alg":"HS256"}`),
		"no alg":         head(`{"enc":"A256GCM"}`),
		"not an object":  head(`"alg enc"`),
		"six parts":      head(`{"alg":"A","enc":"B"}`) + ".e",
		"four parts":     encode(`{"alg":"A","enc":"B"}`) + ".a.b.c",
		"too large":      head(`{"alg":"A","enc":"B"}`) + strings.Repeat("x", 1<<20),
		"binary, no end": strings.Repeat("\x00", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "dev"), text)
			write(t, filepath.Join(dir, "atmos_dev"), text)
			must(t, keyringtest.SetFile(dir, "prod", "secret"))
			k := keyring.File{Dir: dir}
			wantFound(t, k, []string{"dev", "atmos_dev", "prod"}, "prod")
			listed, err := k.List(t.Context())
			must(t, err)
			if diff := cmp.Diff([]string{"prod"}, listed); diff != "" {
				t.Errorf("listed: %s", diff)
			}
			wantError(t, k.Remove(t.Context(), "dev"), fs.ErrNotExist)
			wantError(t, k.Remove(t.Context(), "atmos_dev"), fs.ErrNotExist)
			wantNames(t, dir, "atmos_dev", "dev", "prod")

			// Where Atmos alone writes, the form of the key is proof enough.
			k.Default = true
			wantFound(t, k, []string{"dev", "atmos_dev"}, "atmos_dev")
			wantError(t, k.Remove(t.Context(), "dev"), fs.ErrNotExist)
			must(t, k.Remove(t.Context(), "atmos_dev"))
			wantNames(t, dir, "dev", "prod")
		})
	}
}

// A file of one MiB may be an entry, a larger one is none.
func TestFileKeyringLargest(t *testing.T) {
	dir := t.TempDir()
	k := keyring.File{Dir: dir}
	entry := encode(`{"alg":"A","enc":"B"}`) + ".a.b.c."
	entry += strings.Repeat("x", 1<<20-len(entry))
	write(t, filepath.Join(dir, "largest"), entry)
	write(t, filepath.Join(dir, "larger"), entry+"x")
	wantFound(t, k, []string{"largest", "larger"}, "largest")
	must(t, k.Remove(t.Context(), "largest"))
	wantError(t, k.Remove(t.Context(), "larger"), fs.ErrNotExist)
	wantNames(t, dir, "larger")
}

// An entry that Atmos's library wrote is opened with the password of its keyring, and never asked for.
func TestFileKeyringRead(t *testing.T) {
	dir := t.TempDir()
	for _, key := range []string{"atmos_dev", "dev", "a/b"} {
		must(t, keyringtest.SetFile(dir, key, "secret of "+key))
	}
	must(t, keyringtest.SetFile(dir, "largest", strings.Repeat("x", 64<<10)))
	must(t, keyringtest.SetFile(dir, "larger", strings.Repeat("x", 64<<10+1)))
	must(t, keyringtest.SetFile(dir, "atmos/dev", "stored"))
	k := keyring.File{Dir: dir, Password: keyringtest.FilePassword}
	for _, key := range []string{"atmos_dev", "dev", "a/b"} {
		if got, err := k.Read(t.Context(), key); string(got) != "secret of "+key || err != nil {
			t.Errorf("%s: %q, %v", key, got, err)
		}
	}
	if got, err := k.Read(t.Context(), "largest"); len(got) != 64<<10 || err != nil {
		t.Errorf("the largest: %d bytes, %v", len(got), err)
	}
	for _, key := range []string{"larger", "atmos/dev", "..", "gone"} {
		if got, err := k.Read(t.Context(), key); len(got) > 0 || err == nil || errors.Is(err, keyring.ErrLocked) {
			t.Errorf("%s: %d bytes, %v", key, len(got), err)
		}
	}
	wantError(t, second(k.Read(t.Context(), "gone")), fs.ErrNotExist)
	k.Password = ""
	wantError(t, second(k.Read(t.Context(), "dev")), keyring.ErrLocked, "no password")
	k.Password = "another password"
	wantError(t, second(k.Read(t.Context(), "dev")), keyring.ErrLocked, "dev", "the password does not open it")
}

// What bears the form of an entry, but is none that Atmos wrote, is not decrypted even with the right
// password: it may take for ever, or unfold to anything.
func TestFileKeyringReadForeign(t *testing.T) {
	encrypt := func(alg, enc string, options ...func(*jose.JoseConfig)) string {
		text, err := jose.Encrypt(`{"Key":"atmos_dev","Data":"c2VjcmV0"}`, alg, enc, keyringtest.FilePassword, options...)
		must(t, err)
		return text
	}
	for name, entry := range map[string]string{
		"other algorithm": encrypt(jose.PBES2_HS512_A256KW, jose.A256GCM),
		"other cipher":    encrypt(jose.PBES2_HS256_A128KW, jose.A128GCM),
		"compressed":      encrypt(jose.PBES2_HS256_A128KW, jose.A256GCM, jose.Zip(jose.DEF)),
		"many rounds": encode(`{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":2000000000,"p2s":"c2FsdA"}`) +
			".YQ.YWFhYWFhYWFhYWFh.YQ.YWFhYWFhYWFhYWFhYWFhYQ",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "atmos_dev"), entry)
			k := keyring.File{Dir: dir, Default: true, Password: keyringtest.FilePassword}
			begin := time.Now()
			got, err := k.Read(t.Context(), "atmos_dev")
			if len(got) > 0 || err == nil {
				t.Errorf("read %q, %v", got, err)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// A key of the secrets store is never an entry, whatever identity has its name.
func TestFileKeyringSecretsStore(t *testing.T) {
	dir := t.TempDir()
	k := keyring.File{Dir: dir, Default: true}
	wantFound(t, k, []string{"atmos/dev"})
	must(t, keyringtest.SetFile(dir, "atmos/dev", "secret"))
	found, err := k.Find(t.Context(), []string{"atmos/dev"})
	if len(found) > 0 || err == nil {
		t.Errorf("found %q, %v", found, err)
	}
	if err := k.Remove(t.Context(), "atmos/dev"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Remove: %v", err)
	}
	wantNames(t, dir, "atmos%2Fdev")
}

// A file whose name no key is written under cannot be removed by one, so that
// it is not listed.
func TestFileKeyringForeignSpelling(t *testing.T) {
	dir := t.TempDir()
	must(t, keyringtest.SetFile(dir, "dev", "secret"))
	must(t, os.Rename(filepath.Join(dir, "dev"), filepath.Join(dir, "a%2fb")))
	k := keyring.File{Dir: dir}
	if listed, err := k.List(t.Context()); len(listed) > 0 || err != nil {
		t.Errorf("listed %q, %v", listed, err)
	}
}

func encode(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }
