package show

import (
	"encoding/json"
	"io"
	"time"
)

// An Ending is how a command ended. It stands at the end of every document.
type Ending struct {
	Errors   []string `json:"errors"` // of a command that could not be followed
	Hint     string   `json:"hint,omitempty"`
	ExitCode int      `json:"exit_code"`
}

// NewEnding is that of a command that did not fail.
func NewEnding() Ending { return Ending{Errors: []string{}} }

// End sets everything.
func (e *Ending) End(errs []error, hint string, exitCode int) {
	*e = NewEnding()
	for _, err := range errs {
		e.Errors = append(e.Errors, err.Error())
	}
	e.Hint, e.ExitCode = hint, exitCode
}

// A NotChecked is a place that could not be looked at.
type NotChecked struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	Reason   string `json:"reason"`
}

// Strings is a list that is never nil, so that it is [] in JSON.
func Strings(names []string) []string { return append([]string{}, names...) }

// Time is RFC 3339 in UTC; empty for a time that is not known.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// WriteJSON writes a document as it is printed.
func WriteJSON(w io.Writer, document any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(document)
}
