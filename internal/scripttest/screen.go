//go:build linux

package scripttest

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// screen is what a terminal of endless height shows after text was written to it.
func screen(text []byte) string { return Screen(text, 0, 0) }

// Screen is what a terminal shows after text was written to it: enough of one for programs that
// move up and erase lines. Lines that scrolled away are lost; 0 rows never scroll, and 0 columns never wrap.
func Screen(text []byte, rows, cols int) string {
	d := display{rows: rows, cols: cols, lines: [][]rune{nil}}
	for len(text) > 0 {
		if m := control.FindSubmatch(text); m != nil {
			text = text[len(m[0]):]
			n, _ := strconv.Atoi(string(m[1]))
			d.obey(string(m[2])+string(m[3]), n)
			continue
		}
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch r {
		case '\r':
			d.col = 0
		case '\n':
			d.down(1)
			d.col = 0
		case '\a', '\b':
		default:
			d.put(r)
		}
	}
	var b strings.Builder
	for _, line := range d.lines {
		b.WriteString(strings.TrimRight(string(line), " "))
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// A display is what stands on a terminal, and where its cursor is.
type display struct {
	rows, cols         int
	lines              [][]rune
	row, col           int
	savedRow, savedCol int
}

func (d *display) put(r rune) {
	if d.col == d.cols && d.cols > 0 {
		d.down(1)
		d.col = 0
	}
	for len(d.lines[d.row]) <= d.col {
		d.lines[d.row] = append(d.lines[d.row], ' ')
	}
	d.lines[d.row][d.col] = r
	d.col++
}

func (d *display) down(n int) {
	for range n {
		if d.row++; d.row == d.rows && d.rows > 0 {
			d.row--
			d.lines = d.lines[1:]
		}
		for len(d.lines) <= d.row {
			d.lines = append(d.lines, nil)
		}
	}
}

// obey does what a control sequence says; n is its number, 0 if it has none.
func (d *display) obey(verb string, n int) {
	times := max(n, 1)
	switch verb {
	case "7":
		d.savedRow, d.savedCol = d.row, d.col
	case "8":
		d.row, d.col = d.savedRow, d.savedCol
	case "A":
		d.row = max(d.row-times, 0)
	case "B":
		d.down(times)
	case "C":
		d.col += times
	case "D":
		d.col = max(d.col-times, 0)
	case "E":
		d.down(times)
		d.col = 0
	case "F":
		d.row, d.col = max(d.row-times, 0), 0
	case "G":
		d.col = times - 1
	case "J":
		d.lines = d.lines[:d.row+1]
		d.obey("K", 0)
	case "K":
		if n == 2 {
			d.lines[d.row] = nil
			return
		}
		d.lines[d.row] = d.lines[d.row][:min(d.col, len(d.lines[d.row]))]
	}
}

var control = regexp.MustCompile(`^\x1b(?:\[\??([0-9]*)[0-9;]*([A-Za-z])|([78=>]))`)
