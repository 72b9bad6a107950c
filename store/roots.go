package store

import (
	"path/filepath"
	"strings"
)

// A Base is one of the directories below which Atmos keeps things.
type Base int

// The bases. Atmos itself makes and keeps them, so they are never removed.
const (
	Home      Base = iota // the home directory
	HomeAWS               // ~/.aws/atmos
	HomeSAML              // ~/.aws/saml2aws, of the library saml2aws
	HomeAzure             // ~/.azure/atmos
	Config                // <XDG_CONFIG>/atmos
	Data                  // <XDG_DATA>/atmos
	Cache                 // <XDG_CACHE>/atmos
	Temp                  // the directory for temporary files
)

// Bases are those that are walked: all but the home directory.
func Bases() []Base { return []Base{HomeAWS, HomeSAML, HomeAzure, Config, Data, Cache, Temp} }

// Roots are the absolute paths of the bases.
type Roots map[Base]string

// NewRoots works out the roots as Atmos does (pkg/xdg since v1.196.0):
// ATMOS_XDG_*_HOME before XDG_*_HOME before the system's default; a relative
// value counts from workDir. goos is as in runtime.GOOS.
func NewRoots(home, workDir, temp, goos string, lookupEnv func(string) (string, bool)) Roots {
	local := filepath.Join(home, "AppData", "Local")
	if dir, ok := lookupEnv("LOCALAPPDATA"); ok && dir != "" {
		local = dir
	}
	xdg := func(kind, fallback, windows string) string {
		dir := filepath.Join(home, fallback)
		if goos == "windows" {
			dir = filepath.Join(local, windows)
		}
		for _, name := range []string{"XDG_" + kind + "_HOME", "ATMOS_XDG_" + kind + "_HOME"} {
			if v, ok := lookupEnv(name); ok && v != "" {
				dir = v
			}
		}
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(workDir, dir)
		}
		return filepath.Join(dir, "atmos")
	}
	return Roots{
		Home:      filepath.Clean(home),
		HomeAWS:   filepath.Join(home, ".aws", "atmos"),
		HomeSAML:  filepath.Join(home, ".aws", "saml2aws"),
		HomeAzure: filepath.Join(home, ".azure", "atmos"),
		Config:    xdg("CONFIG", ".config", ""),
		Data:      xdg("DATA", ".local/share", ""),
		Cache:     xdg("CACHE", ".cache", "cache"),
		Temp:      temp,
	}
}

// Show writes a path for people: below the home directory it starts with ~.
func (r Roots) Show(path string) string {
	if rest, ok := strings.CutPrefix(path, r[Home]); ok && (rest == "" || rest[0] == filepath.Separator) {
		return "~" + rest
	}
	return path
}

// Expand makes a path of atmos.yaml absolute: ~ is the home directory, and a
// relative one counts from workDir.
func (r Roots) Expand(path, workDir string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		path = filepath.Join(r[Home], rest)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(workDir, path)
	}
	return filepath.Clean(path)
}

// KeyringDir is the directory that Atmos makes of a configured path of the file
// keyring: the parent, if the path has what looks like an extension
// (pkg/auth/credentials/keyring_backends.go and its ancestors, all releases).
func KeyringDir(r Roots, path, workDir string) string {
	if filepath.Ext(path) != "" {
		path = filepath.Dir(path)
	}
	return r.Expand(path, workDir)
}
