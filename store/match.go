package store

import "strings"

// Words are what the path of something tells.
type Words struct {
	// Name is the owner's name as the path has it: see [Location.OnDisk] and [Location.Joined].
	// Of a {portal} or {console} it is the hash.
	Name  string
	Root  string
	Realm string
}

// deepest is how many directories a name may make, as a/b/c/d makes four.
const deepest = 4

// NoRealm tells whether a directory below Config is the user's: that of the profiles, one of which may be
// called aws, or kubectl's. A realm may bear its name, but is not looked for there.
func NoRealm(dir string) bool { return dir == "profiles" || dir == "kube" }

// ofAtmos tells whether what is below the base is Atmos's alone.
func (l Location) ofAtmos(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return l.Under != Config || !NoRealm(first)
}

// Match tells whether a path below the base, with slashes, is one of the location, and what its words are.
func (l Location) Match(path string) (w Words, ok bool) {
	ok = l.ofAtmos(path) && match(l.Path, path, &w)
	if l.Kind.AWSFile() && w.Realm == "" && strings.HasPrefix(w.Name, "gcp/") {
		return w, false // the directory gcp of a realm called aws
	}
	return w, ok && (l.Escape == nil || !strings.Contains(w.Name, "/")) && (w.Realm != "" || !l.NeedsRealm)
}

// Below tells whether something of the location may lie in a directory, at any depth.
func (l Location) Below(dir string) bool { return l.ofAtmos(dir) && below(l.Path, dir+"/") }

// next takes the first part of a pattern: a word in braces, or the text before the next one.
func next(pattern string) (part, rest string) {
	if strings.HasPrefix(pattern, "{") {
		end := strings.IndexByte(pattern, '}') + 1
		if pattern[:end] == "{realm}" {
			end++ // the slash goes with the realm, and both may be missing
		}
		return pattern[:end], pattern[end:]
	}
	if i := strings.IndexByte(pattern, '{'); i >= 0 {
		return pattern[:i], pattern[i:]
	}
	return pattern, ""
}

func match(pattern, path string, w *Words) bool {
	part, rest := next(pattern)
	switch part {
	case "":
		return path == ""
	case "{realm}/":
		if dir, more, ok := strings.Cut(path, "/"); ok && ValidRealm(dir) && match(rest, more, w) {
			w.Realm = dir
			return true
		}
		return match(rest, path, w)
	case "{portal}":
		return matchHash(40, rest, path, w)
	case "{console}":
		return matchHash(16, rest, path, w)
	case "{name}":
		return matchName(&w.Name, rest, path, w)
	case "{root}":
		return matchName(&w.Root, rest, path, w)
	}
	return strings.HasPrefix(path, part) && match(rest, path[len(part):], w)
}

func matchHash(n int, rest, path string, w *Words) bool {
	if len(path) < n || strings.Trim(path[:n], "0123456789abcdef") != "" || !match(rest, path[n:], w) {
		return false
	}
	w.Name = path[:n]
	return true
}

// matchName lets a name take as little of the path as will do.
func matchName(name *string, rest, path string, w *Words) bool {
	for end := 1; end <= len(path) && path[0] != '/'; end++ {
		if strings.Count(path[:end], "/") >= deepest {
			return false
		}
		if path[end-1] != '/' && match(rest, path[end:], w) {
			*name = path[:end]
			return true
		}
	}
	return false
}

// below is match for a directory, written with a slash at its end, that the path goes on in.
func below(pattern, dir string) bool {
	if dir == "" {
		return pattern != ""
	}
	part, rest := next(pattern)
	switch part {
	case "{realm}/":
		realm, more, _ := strings.Cut(dir, "/")
		return ValidRealm(realm) && below(rest, more) || below(rest, dir)
	case "", "{portal}", "{console}":
		return false // these stand at the end of a path
	case "{name}", "{root}":
		parts := strings.SplitAfter(dir, "/")
		for n := 1; n < min(len(parts), deepest+1); n++ {
			taken := len(strings.Join(parts[:n], "")) - 1
			if taken == len(dir)-1 || below(rest, dir[taken:]) {
				return true
			}
		}
		return false
	}
	if strings.HasPrefix(part, dir) {
		return true
	}
	return strings.HasPrefix(dir, part) && below(rest, dir[len(part):])
}
