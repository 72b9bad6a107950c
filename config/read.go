package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const maxSize = 8 << 20

// A source is one file, read and parsed once.
type source struct {
	path     string // absolute
	file     File
	doc      *value
	included []File // by !include
}

// source reads the file at path, or remembers it.
func (l *loader) source(path string) (*source, error) {
	if src, ok := l.sources[path]; ok {
		return src, nil
	}
	data, file, err := l.read(path)
	if err != nil {
		return nil, err
	}
	src := &source{path: path, file: file}
	src.doc, err = parseFile(l.display(path), data, func(at position, tag, arg string) (*value, error) {
		return l.evaluate(src, at, tag, arg)
	})
	if err != nil {
		return nil, err
	}
	l.sources[path] = src
	return src, nil
}

// read reads a regular file of bounded size.
func (l *loader) read(path string) ([]byte, File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, File{}, err
	case !info.Mode().IsRegular():
		return nil, File{}, fmt.Errorf("%s: want a regular file, not %s", l.display(path), describe(info.Mode()))
	case info.Size() > maxSize:
		return nil, File{}, l.tooLarge(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, File{}, err
	}
	defer f.Close() // it is only read
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, File{}, err
	}
	if len(data) > maxSize {
		return nil, File{}, l.tooLarge(path)
	}
	sum := sha256.Sum256(data)
	return data, File{Path: path, SHA256: hex.EncodeToString(sum[:])}, nil
}

func (l *loader) tooLarge(path string) error {
	return fmt.Errorf("%s: larger than %d MiB", l.display(path), maxSize>>20)
}

func describe(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// display is path as seen from the working directory, where that is shorter.
func (l *loader) display(path string) string {
	rel, err := filepath.Rel(l.sys.WorkDir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return path
	}
	return rel
}

// abs is path as it is meant from dir.
func abs(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
