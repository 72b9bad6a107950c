package chain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// An index finds names the way Atmos does: exactly, else without regard to case.
type index struct {
	names  []string
	known  []string       // those that a list of names may show: no YAML function gave them
	folded map[string]int // the position of the only name that is so in lower case, or several
}

// several stands for more than one name.
const several = -1

func newIndex[T any](declared []T, named func(*T) (name, place string)) index {
	x := index{make([]string, len(declared)), nil, make(map[string]int, len(declared))}
	for i := range declared {
		name, place := named(&declared[i])
		if x.names[i] = name; place == "" {
			x.known = append(x.known, name)
		}
		low := strings.ToLower(name)
		if _, taken := x.folded[low]; taken {
			i = several
		}
		x.folded[low] = i
	}
	return x
}

// find returns the position of a name. what says what is looked for, for the error.
func (x index) find(what, name string) (int, error) {
	low := strings.ToLower(name)
	i, ok := x.folded[low]
	switch {
	case !ok:
		return 0, &UnknownError{What: what, Name: name, Known: x.known}
	case i != several:
		return i, nil
	}
	if i := slices.Index(x.names, name); i >= 0 {
		return i, nil
	}
	var names []string
	for _, known := range x.names {
		if strings.ToLower(known) == low {
			names = append(names, known)
		}
	}
	return 0, fmt.Errorf("%s %q %w: %s", what, name, ErrAmbiguous, strings.Join(names, ", "))
}

// An UnknownError is an ErrUnknown with what is declared instead.
type UnknownError struct {
	What  string   // "identity" or "provider"
	Name  string   // as it was asked for
	Known []string // in the order of the file
}

func (e *UnknownError) Error() string { return fmt.Sprintf("%s %q: %v", e.What, e.Name, ErrUnknown) }

// Unwrap makes errors.Is(err, ErrUnknown) true.
func (e *UnknownError) Unwrap() error { return ErrUnknown }

// Nearest is the known name that is spelled most like the unknown one, or
// empty if none is much like it: more than one letter in three, and one, would have to change.
func (e *UnknownError) Nearest() string {
	name := strings.ToLower(e.Name)
	best, least := "", 2+len(name)/3
	for _, known := range e.Known {
		if n := smetrics.WagnerFischer(strings.ToLower(known), name, 1, 1, 1); n < least {
			best, least = known, n
		}
	}
	return best
}
