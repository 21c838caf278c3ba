package console

import (
	"strings"
	"unicode/utf8"
)

// Column is the head of a column of a table.
type Column struct {
	Title string
	// Number aligns the column to the right.
	Number bool
}

// Table writes rows of cells under their heads.
func (c *Console) Table(columns []Column, rows [][]string) {
	widths := make([]int, len(columns))
	for i, column := range columns {
		widths[i] = utf8.RuneCountInString(column.Title)
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	line := func(cells []string) string {
		var b strings.Builder
		for i, cell := range cells {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if columns[i].Number {
				b.WriteString(space + cell + "  ")
			} else {
				b.WriteString(cell + space + "  ")
			}
		}
		return strings.TrimRight(b.String(), " ")
	}
	titles := make([]string, len(columns))
	for i, column := range columns {
		titles[i] = column.Title
	}
	c.Line("%s", c.paint(dim, line(titles)))
	for _, row := range rows {
		c.Line("%s", line(row))
	}
}
