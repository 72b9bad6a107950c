package logs

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A handler writes each record as one line: time, level, message, key=value.
// Names come from files that others may have written, so what could pass for
// another line, another value or a command to the terminal is quoted.
type handler struct {
	level slog.Level
	out   *output
	attrs string // of WithAttrs, as they are written
	group string // what the keys begin with, as "group."
}

func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	var b strings.Builder
	for _, a := range attrs {
		writeAttr(&b, h.group, a)
	}
	with.attrs += b.String()
	return &with
}

func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	with := *h
	with.group += name + "."
	return &with
}

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	if !r.Time.IsZero() {
		b.WriteString(r.Time.UTC().Format(time.RFC3339) + " ")
	}
	b.WriteString(levelName(r.Level) + " " + escape(r.Message) + h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		writeAttr(&b, h.group, a)
		return true
	})
	b.WriteByte('\n')
	return h.out.write([]byte(b.String()))
}

func levelName(l slog.Level) string {
	switch {
	case l < slog.LevelDebug:
		return "TRACE"
	case l < slog.LevelInfo:
		return "DEBUG"
	case l < slog.LevelWarn:
		return "INFO"
	case l < slog.LevelError:
		return "WARN"
	}
	return "ERROR"
}

func writeAttr(b *strings.Builder, group string, a slog.Attr) {
	v := a.Value.Resolve()
	switch {
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, member := range v.Group() {
			writeAttr(b, group, member)
		}
	case a.Key != "" || !v.Equal(slog.Value{}):
		b.WriteString(" " + quote(group+a.Key) + "=" + text(v))
	}
}

// text is how a value is written. Only a list of strings has brackets around it.
func text(v slog.Value) string {
	switch any := v.Any().(type) {
	case time.Time:
		return any.UTC().Format(time.RFC3339)
	case []string:
		quoted := make([]string, len(any))
		for i, s := range any {
			quoted[i] = quote(s)
		}
		return "[" + strings.Join(quoted, " ") + "]"
	default:
		return quote(fmt.Sprint(any))
	}
}

// quote is s if it cannot be taken for anything else, and a Go string otherwise.
func quote(s string) string {
	if s == "" || strings.ContainsAny(s, ` "=[]`) || !printable(s) {
		return strconv.Quote(s)
	}
	return s
}

// escape is s without control characters.
func escape(s string) string {
	if printable(s) {
		return s
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) })
}
