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

// A kubeNode is what belongs below a key of a kubeconfig, or what is there.
type kubeNode int

const (
	anyNode kubeNode = iota
	scalarNode
	scalarList
	mappingNode
	mappingList
)

// A kubeShape is what belongs below a key; the zero value is anything.
type kubeShape struct {
	is   kubeNode
	keys map[string]kubeShape            // of the mapping, or of each in the list
	set  func(i *kubeItem, value string) // takes note of the scalar, or of each in the list
}

// kubeShapes are the keys at the top of a kubeconfig that matter here.
//
//nolint:gochecknoglobals // a table; nothing changes it
var kubeShapes = map[string]kubeShape{
	"contexts": kubeItems, "clusters": kubeItems, "users": kubeItems,
	"current-context": {is: scalarNode},
}

//nolint:gochecknoglobals // a part of the table
var kubeItems = kubeShape{is: mappingList, keys: map[string]kubeShape{
	"name": {is: scalarNode, set: func(i *kubeItem, name string) { i.Name = name }},
	"context": {is: mappingNode, keys: map[string]kubeShape{
		"cluster": {is: scalarNode, set: func(i *kubeItem, name string) { i.Context.Cluster = name }},
		"user":    {is: scalarNode, set: func(i *kubeItem, name string) { i.Context.User = name }},
	}},
	"user": {is: mappingNode, keys: map[string]kubeShape{
		"exec": {is: mappingNode, keys: map[string]kubeShape{
			"command": {is: scalarNode, set: func(i *kubeItem, command string) { i.User.Exec.Command = command }},
			"args":    {is: scalarList, set: func(i *kubeItem, arg string) { i.User.Exec.Args = append(i.User.Exec.Args, arg) }},
		}},
	}},
}}

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

// arg is the value of an argument of the program that a user gets a token from; of several the last.
func (i kubeItem) arg(flag string) string {
	args := i.User.Exec.Args
	for n := len(args) - 1; n >= 0; n-- {
		if value, ok := strings.CutPrefix(args[n], flag+"="); ok {
			return value
		}
		if args[n] == flag && n+1 < len(args) {
			return args[n+1]
		}
	}
	return ""
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
