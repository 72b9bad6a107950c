// Package cut takes what is Atmos's out of the content of a file and leaves every
// other byte as it is. It is pure: it opens no file and knows no directory.
package cut

// A Cutter cuts something out of the content of a file of one form. It is pure.
// An error says why the content is not of that form: such a file is not
// touched. An error never quotes the content.
type Cutter interface {
	Apply(data []byte) (Cut, error)
}

// A Cut is what a [Cutter] made of a file.
type Cut struct {
	Data    []byte   // what stays; every byte of it as it was
	Removed []string // what goes, as the cutter names it
	Kept    []string // what else is in a file that Atmos alone makes
	// Empty says that nothing is left of a file that Atmos alone makes: the file
	// goes. It is never set for another program's file.
	Empty bool
}

// Changes tells whether there is anything to do.
func (c Cut) Changes() bool { return c.Empty || len(c.Removed) > 0 }

// names lists each name once, in the order in which it came.
type names struct {
	list []string
	seen map[string]bool
}

func (n *names) add(name string) {
	if n.seen == nil {
		n.seen = make(map[string]bool)
	}
	if !n.seen[name] {
		n.seen[name] = true
		n.list = append(n.list, name)
	}
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}
