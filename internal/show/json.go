package show

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"
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

// WriteJSON writes a document as it is printed. What a terminal may do something else with than
// show it is escaped, which is the same string.
func WriteJSON(w io.Writer, document any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(document); err != nil {
		return err
	}
	var text strings.Builder
	for _, r := range b.String() {
		switch {
		case r < 0x7f || !hidden(r): // encoding/json has escaped the control characters of ASCII
			text.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&text, `\u%04x`, unit)
			}
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}
