package evidence

import (
	"fmt"
	"strings"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/iameval"
)

// coverageView is a framework as the page shows it.
type coverageView struct {
	Framework
	Parts []part
}

// newCoverageView draws a bar only where it is known what the whole is.
func newCoverageView(f Framework) coverageView {
	if !f.Complete || f.Automated+f.Partial == 0 {
		return coverageView{f, nil}
	}
	return coverageView{f, parts(f.Automated+f.Partial+f.Manual, []int{f.Automated, f.Partial}, []string{"automated", "partial"})}
}

// Listed are the requirements that some control serves.
func (f coverageView) Listed() []Requirement {
	var out []Requirement
	for _, q := range f.Requirements {
		if len(q.Controls) > 0 {
			out = append(out, q)
		}
	}
	return out
}

// Unserved counts the others, in words; empty where there are none.
func (f coverageView) Unserved() string {
	switch {
	case !f.Complete:
		return "All"
	case f.Manual > 0:
		return fmt.Sprintf("%d", f.Manual)
	}
	return ""
}

// column is a framework in the heat map.
type column struct{ Title, Short string }

// heatRow is a control in the heat map.
type heatRow struct {
	ID    string
	Cells []heatCell
}

type heatCell struct{ Class, Title, Text string }

// shortTitles name the frameworks in narrow columns.
var shortTitles = map[string]string{
	"security-hub": "Sec. Hub", "cis-aws-3.0": "CIS 3.0", "cis-aws-5.0": "CIS 5.0", "nist-800-53-r5": "800-53", "iso-27001-2022": "ISO 27001", "soc-2": "SOC 2", "nist-ai-rmf-1.0": "AI RMF", "ai": "AWS AI",
}

func heat(r *Report) (columns []column, rows []heatRow) {
	for _, f := range controls.AllFrameworks {
		columns = append(columns, column{f.Title, shortTitles[f.Key]})
	}
	for _, c := range r.Controls {
		row := heatRow{ID: c.ID}
		for _, f := range controls.AllFrameworks {
			row.Cells = append(row.Cells, newHeatCell(c, f.Key))
		}
		rows = append(rows, row)
	}
	return columns, rows
}

func newHeatCell(c Control, framework string) heatCell {
	for _, s := range c.Serves {
		if s.Framework != framework {
			continue
		}
		var ids []string
		for _, q := range s.Requirements {
			ids = append(ids, q.String())
		}
		cell := heatCell{statusClass(c.Status), fmt.Sprintf("%s, %s: %s", c.ID, c.Status, strings.Join(ids, ", ")), fmt.Sprint(len(ids))}
		if c.Status != controls.Holds {
			cell.Text += " " + glyph(c.Status) // never by color alone
		}
		if !s.Verified() {
			cell.Class, cell.Text = cell.Class+" unverified", cell.Text+"†"
		}
		return cell
	}
	return heatCell{}
}

// accessData is the access matrix for the page's script: every text once, and
// rows of indexes (principal, resource, action, way, verdict, because).
type accessData struct {
	Principals []string `json:"principals"`
	Resources  []string `json:"resources"`
	Actions    []string `json:"actions"`
	Ways       []string `json:"ways"`
	Verdicts   []string `json:"verdicts"`
	Because    []string `json:"because"`
	Rows       [][6]int `json:"rows"`
}

func newAccessData(matrix []Access) accessData {
	d := accessData{Rows: make([][6]int, 0, len(matrix))}
	index := func(list *[]string) func(string) int {
		known := map[string]int{}
		return func(text string) int {
			i, found := known[text]
			if !found {
				i = len(*list)
				known[text], *list = i, append(*list, text)
			}
			return i
		}
	}
	principal, resource, action := index(&d.Principals), index(&d.Resources), index(&d.Actions)
	way, verdict, because := index(&d.Ways), index(&d.Verdicts), index(&d.Because)
	for _, a := range matrix {
		d.Rows = append(d.Rows, [6]int{principal(a.Principal), resource(a.Resource), action(a.Action), way(a.Way), verdict(a.Verdict), because(a.Because)})
	}
	return d
}

// accessWords counts the answers.
func accessWords(matrix []Access) string {
	counts := map[string]int{}
	for _, a := range matrix {
		counts[a.Verdict]++
	}
	text := fmt.Sprintf("%d questions, %d allowed, %d denied by a statement, %d not allowed by any", len(matrix),
		counts[string(iameval.Allow)], counts[string(iameval.ExplicitDeny)], counts[string(iameval.ImplicitDeny)])
	if n := counts[undecided]; n > 0 {
		text += fmt.Sprintf(", %d undecided", n)
	}
	return text
}
