package cli

import "errors"

// A hinted is an error with what to do next. It is made where the error is.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// hintOf is the hint that an error carries, or empty.
func hintOf(err error) string {
	var h hinted
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}

// usage is an error of the command line, with what to type instead.
func usage(what, instead string) error { return hinted{errors.New(what), instead} }
