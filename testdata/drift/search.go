package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A picture is what lies below a directory, by path, each with a text that changes with it.
type picture map[string]string

// look takes a picture. Times do not count: what only was touched is as it was.
func look(root string) (picture, error) {
	p := picture{}
	err := walk(root, func(name string, info fs.FileInfo, content []byte) error {
		p[name] = fmt.Sprintf("%v %x", info.Mode(), sha256.Sum256(content))
		return nil
	})
	return p, err
}

// walk calls visit for everything below root. The content of a link is where it leads, that of a
// directory nothing.
func walk(root string, visit func(name string, info fs.FileInfo, content []byte) error) error {
	return filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || file == root {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		content, err := contentOf(file, info)
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(name), info, content)
	})
}

func contentOf(file string, info fs.FileInfo) ([]byte, error) {
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(file)
		return []byte(target), err
	}
	if info.Mode().IsRegular() {
		return os.ReadFile(file)
	}
	return nil, nil
}

// differences are the paths at which two pictures differ, but for those that a pattern of path.Match
// allows. A directory that only leads to what is allowed is allowed, too.
func differences(before, after picture, allowed []string) []string {
	all := maps.Clone(before)
	maps.Copy(all, after)
	var found []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if before[name] == after[name] || slices.ContainsFunc(allowed, func(pattern string) bool { return covers(pattern, name) }) {
			continue
		}
		found = append(found, name)
	}
	return found
}

// covers tells whether name is what the pattern names, or a directory on the way there.
func covers(pattern, name string) bool {
	parts := strings.Split(pattern, "/")
	depth := strings.Count(name, "/") + 1
	if depth > len(parts) {
		return false
	}
	ok, err := path.Match(strings.Join(parts[:depth], "/"), name)
	return ok && err == nil
}

// configuration is where the project's atmos.yaml lies, which holds a secret from the beginning.
const configuration = "home/acme/atmos.yaml"

// find searches every name and every byte below root, and what open makes of a file that cannot be
// read as it is, for marks. It returns where each was found, but for the configuration.
func find(root string, marks []mark, open func(file string) (string, error)) (map[mark][]string, error) {
	found := map[mark][]string{}
	err := walk(root, func(name string, info fs.FileInfo, content []byte) error {
		if name == configuration {
			return nil
		}
		opened, err := open(filepath.Join(root, name))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		text := slices.Concat([]byte(name), []byte{0}, content, []byte{0}, []byte(opened))
		for _, m := range marks {
			if slices.ContainsFunc(forms(m.text), func(form string) bool { return bytes.Contains(text, []byte(form)) }) {
				found[m] = append(found[m], name)
			}
		}
		return nil
	})
	return found, err
}

// forms are a text as it is, and in base64, which depends on how many bytes stand before it.
func forms(text string) []string {
	all := []string{text}
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + text))
		first := (before*8 + 5) / 6 // digits that depend on what stands before
		last := (before + len(text)) * 8 / 6
		all = append(all, encoded[first:last])
	}
	return all
}
