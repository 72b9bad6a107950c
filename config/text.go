package config

import (
	"net/url"
	"slices"
	"strings"
)

// A Text is a value that may come out of a YAML function, and so may be anything
// that the user's machine holds. Printed, in logs and in JSON it is the value only if everybody
// may see it; see [Text.String].
type Text struct {
	raw, place string
	computed   bool
}

// Literal is a Text that stands as s in a file.
func Literal(s string) Text { return Text{raw: s} }

// noContent is a Text of which a message tells only the place if the file was imported.
func noContent(v *value, raw string) Text {
	return Text{raw: raw, place: v.place(), computed: v.shown() == ""}
}

// Raw is the value: to be compared with, never to be printed or sent.
func (t Text) Raw() string { return t.raw }

// String is the value if it is literal, an https URL or a region; otherwise its place.
func (t Text) String() string {
	if !t.computed || isPublicURL(t.raw) || isRegion(t.raw) {
		return t.raw
	}
	return t.place
}

// MarshalText makes JSON show what String does.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// isPublicURL says whether s is an https URL that holds no password or token in the usual places.
func isPublicURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && u.RawQuery == "" && len(s) <= 256
}

// isRegion says whether s is a region of AWS or Google, as us-gov-east-1 or europe-west4.
func isRegion(s string) bool {
	words := strings.Split(strings.TrimSuffix(strings.TrimRight(s, "0123456789"), "-"), "-")
	if len(s)-len(strings.TrimRight(s, "0123456789")) > 2 || len(words) < 2 || len(words) > 3 {
		return false
	}
	areas := strings.Fields("us eu ap ca sa af me il mx cn northamerica southamerica europe asia australia africa")
	ways := strings.Fields("north south east west central northeast southeast northwest southwest")
	middle := len(words) == 2 || slices.Contains([]string{"gov", "iso", "isob", "isoe", "isof"}, words[1])
	return middle && slices.Contains(areas, words[0]) && slices.Contains(ways, words[len(words)-1])
}
