package chain

import (
	"fmt"
	"strings"

	"github.com/xrash/smetrics"
)

// An index finds names the way Atmos does: exactly, else without regard to case.
type index struct {
	names  []string
	exact  map[string]int
	folded map[string][]int
}

func newIndex(names []string) index {
	x := index{names: names, exact: make(map[string]int, len(names)), folded: make(map[string][]int, len(names))}
	for i, name := range names {
		x.exact[name] = i
		low := strings.ToLower(name)
		x.folded[low] = append(x.folded[low], i)
	}
	return x
}

// find returns the position of a name. what says what is looked for, for the error.
func (x index) find(what, name string) (int, error) {
	if i, ok := x.exact[name]; ok {
		return i, nil
	}
	switch hits := x.folded[strings.ToLower(name)]; len(hits) {
	case 0:
		return 0, &UnknownError{What: what, Name: name, Known: x.names}
	case 1:
		return hits[0], nil
	default:
		var names []string
		for _, i := range hits {
			names = append(names, x.names[i])
		}
		return 0, fmt.Errorf("%s %q %w: %s", what, name, ErrAmbiguous, strings.Join(names, ", "))
	}
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
