package cut

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// The lists of a kubeconfig, and the words for what is in them.
const (
	contexts = iota
	clusters
	users
)

func kubeLists() [3]string { return [3]string{"contexts", "clusters", "users"} }
func kubeWords() [3]string { return [3]string{"context", "cluster", "user"} }

// A kubeFile is what is in a kubeconfig.
type kubeFile struct {
	lists   [3][]kubeItem
	current string
}

// A kubeItem is a context, a cluster or a user.
type kubeItem struct {
	Name    string
	Context struct{ Cluster, User string }
	User    struct {
		Exec struct {
			Command string
			Args    []string
		}
	}
}

// runsAtmos tells whether a user gets its token from Atmos: by the base name of
// the program.
func (i kubeItem) runsAtmos() bool {
	command := i.User.Exec.Command
	base := command[strings.LastIndexAny(command, `/\`)+1:]
	return base == "atmos" || strings.EqualFold(base, "atmos.exe")
}

func (i kubeItem) equal(other kubeItem) bool {
	a, b := i.User.Exec, other.User.Exec
	return i.Name == other.Name && i.Context == other.Context && a.Command == b.Command && slices.Equal(a.Args, b.Args)
}

// args are the arguments with a value of the program that a user gets a token from.
func (i kubeItem) args() map[string]string {
	args := make(map[string]string)
	for n, arg := range i.User.Exec.Args {
		if flag, value, ok := strings.Cut(arg, "="); ok {
			args[flag] = value
		} else if n+1 < len(i.User.Exec.Args) {
			args[arg] = i.User.Exec.Args[n+1]
		}
	}
	return args
}

func (f kubeFile) equal(other kubeFile) bool {
	for n := range f.lists {
		if !slices.EqualFunc(f.lists[n], other.lists[n], kubeItem.equal) {
			return false
		}
	}
	return f.current == other.current
}

// ofAtmos tells of the names of the users whether all that have it run Atmos.
func (f kubeFile) ofAtmos() map[string]bool {
	mine := make(map[string]bool)
	for _, u := range f.lists[users] {
		others, known := mine[u.Name]
		mine[u.Name] = u.runsAtmos() && (others || !known)
	}
	return mine
}

// readKube reads a kubeconfig, and returns what takes entries away from its
// text. A file that does not mention Atmos has nothing of it, whatever it is.
func readKube(text []byte) (f kubeFile, without func(kubeGone) ([]byte, error), err error) {
	atmos := []byte("atmos")
	if !bytes.Contains(text, atmos) && !bytes.Contains(bytes.ToLower(text), atmos) && bytes.IndexByte(text, 0) < 0 {
		return kubeFile{}, nil, nil
	}
	if lines, ok := readKubeLines(text); ok {
		return lines.kubeFile, lines.cut, nil
	}
	tree, err := readKubeYAML(text)
	if err != nil {
		return kubeFile{}, nil, fmt.Errorf("kubeconfig: %w", err)
	}
	return tree.kubeFile, tree.cut, nil
}
