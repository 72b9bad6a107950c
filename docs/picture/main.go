// Command picture draws docs/demo.svg from a real run: what testdata/demo/run
// prints goes in by standard input, the picture comes out.
//
//	FORCE_COLOR=1 testdata/demo/run 2>&1 | go run ./docs/picture > docs/demo.svg
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	lineHeight = 19
	charWidth  = 8.4
	margin     = 18
)

func main() {
	if err := draw(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

// draw makes an SVG of terminal output in which only the foreground colours
// of SGR stand.
func draw(r io.Reader, w io.Writer) error {
	var lines []string
	width := 0
	for s := bufio.NewScanner(r); s.Scan(); {
		lines = append(lines, s.Text())
		width = max(width, len([]rune(plain(s.Text()))))
	}
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return fmt.Errorf("nothing to draw")
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`+"\n",
		float64(width)*charWidth+2*margin, len(lines)*lineHeight+2*margin)
	fmt.Fprintln(&b, `<rect width="100%" height="100%" rx="8" fill="#1d2021"/>`)
	for i, line := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#ebdbb2" xml:space="preserve">%s</text>`+"\n", margin, margin+14+i*lineHeight, spans(line))
	}
	fmt.Fprintln(&b, "</svg>")
	_, err := io.WriteString(w, b.String())
	return err
}

// spans turns the colours of a line into elements.
func spans(line string) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	if strings.HasPrefix(line, "$ ") {
		return `<tspan fill="#fabd2f">` + escape.Replace(line) + "</tspan>"
	}
	colours := map[string]string{"31": "#fb4934", "32": "#b8bb26"}
	var b strings.Builder
	open := false
	for i, part := range strings.Split(line, "\x1b[") {
		text := part
		if i > 0 {
			code, rest, _ := strings.Cut(part, "m")
			text = rest
			if open {
				b.WriteString("</tspan>")
				open = false
			}
			if c, ok := colours[code]; ok {
				fmt.Fprintf(&b, `<tspan fill="%s">`, c)
				open = true
			}
		}
		b.WriteString(escape.Replace(text))
	}
	if open {
		b.WriteString("</tspan>")
	}
	return b.String()
}

// plain is a line without colours.
func plain(line string) string {
	parts := strings.Split(line, "\x1b[")
	for i, part := range parts[1:] {
		_, parts[i+1], _ = strings.Cut(part, "m")
	}
	return strings.Join(parts, "")
}
