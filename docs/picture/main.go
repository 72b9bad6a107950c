// Command picture draws docs/demo.svg from a real run: what testdata/demo/run
// prints goes in by standard input, the picture comes out.
//
//	FORCE_COLOR=1 testdata/demo/run 2>&1 | go run ./docs/picture > docs/demo.svg
package main

import (
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

// columns is the width of the terminal; a longer line goes on in the next row.
const columns = 80

// colour is what an SGR code looks like; those that credclean does not use have none.
func colour(code string) string {
	switch code {
	case "31":
		return "#fb4934"
	case "32":
		return "#b8bb26"
	case "33":
		return "#fabd2f"
	case "2":
		return "#a89984"
	}
	return ""
}

// draw makes an SVG of terminal output.
func draw(r io.Reader, w io.Writer) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	rows := strings.Split(strings.Trim(string(text), "\n"), "\n")
	if rows[0] == "" {
		return fmt.Errorf("nothing to draw")
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, spans(row)...)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`+"\n",
		columns*charWidth+2*margin, len(lines)*lineHeight+2*margin)
	fmt.Fprintln(&b, `<rect width="100%" height="100%" rx="8" fill="#1d2021"/>`)
	for i, line := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#ebdbb2" xml:space="preserve">%s</text>`+"\n", margin, margin+14+i*lineHeight, line)
	}
	fmt.Fprintln(&b, "</svg>")
	_, err = io.WriteString(w, b.String())
	return err
}

// spans turns a line, as it is printed, into the elements of each row that it fills.
func spans(line string) (rows []string) {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	fill := ""
	if strings.HasPrefix(line, "$ ") {
		fill = colour("33")
	}
	var row strings.Builder
	width := 0
	put := func(text string) {
		if text == "" {
			return
		}
		if text = escape.Replace(text); fill != "" {
			text = fmt.Sprintf(`<tspan fill="%s">%s</tspan>`, fill, text)
		}
		row.WriteString(text)
	}
	for i, part := range strings.Split(line, "\x1b[") {
		if i > 0 {
			var code string
			code, part, _ = strings.Cut(part, "m")
			fill = colour(code)
		}
		text := []rune(part)
		for width+len(text) > columns {
			put(string(text[:columns-width]))
			rows = append(rows, row.String())
			row.Reset()
			text, width = text[columns-width:], 0
		}
		put(string(text))
		width += len(text)
	}
	return append(rows, row.String())
}
