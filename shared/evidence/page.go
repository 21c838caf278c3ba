package evidence

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the parts of the page
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/controls"
)

var (
	//go:embed page/report.html
	pageHTML string
	//go:embed page/report.css
	pageStyle string
	//go:embed page/report.js
	pageScript string
)

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"class": statusClass, "glyph": glyph, "keys": keysOf, "searchable": searchable, "open": isOpen,
	"tier": tierWords, "where": where, "proof": func(c Control) string { return proofWords(c.Proof) }, "leftClass": leftClass,
}).Parse(pageHTML))

// page is the report as one HTML file. It asks nobody for anything: its policy
// lets nothing in but its own style and script, by their digests, and everything
// from the estate is escaped.
func (r *Report) page() ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, newPageView(r))
	return b.Bytes(), err
}

// pageView is the report as the page shows it.
type pageView struct {
	*Report
	Policy                     string
	Style                      template.CSS
	Script                     template.JS
	When                       string
	CommitText                 string
	Bars                       []bar
	WidePicture, NarrowPicture template.HTML
	Filters                    []filter
	Coverages                  []coverageView
	Columns                    []column
	Heat                       []heatRow
	AccessData                 accessData
	AccessWords                string
}

func newPageView(r *Report) pageView {
	v := pageView{
		Report: r, Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Policy: fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", source(pageStyle), source(pageScript)),
		When:   r.declared().Format("2 January 2006, 15:04 UTC"), CommitText: commitText(r),
		WidePicture: widePicture(r), NarrowPicture: narrowPicture(r),
		Filters: filters(r), AccessData: newAccessData(r.Access), AccessWords: accessWords(r.Access),
	}
	for _, s := range r.Headline.Severities {
		v.Bars = append(v.Bars, newBar(s))
	}
	for _, f := range r.Frameworks {
		v.Coverages = append(v.Coverages, newCoverageView(f))
	}
	v.Columns, v.Heat = heat(r)
	return v
}

// Sorted are the controls as the catalogue has them, those that need somebody
// first.
func (v pageView) Sorted() []Control {
	sorted := slices.Clone(v.Controls)
	slices.SortStableFunc(sorted, func(a, b Control) int {
		switch {
		case isOpen(a) == isOpen(b):
			return 0
		case isOpen(a):
			return -1
		}
		return 1
	})
	return sorted
}

// source is how a content security policy names an inline style or script.
func source(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// part is a part of a bar of 100.
type part struct {
	Class       string
	From, Width string
}

func parts(total int, counts []int, classes []string) []part {
	var out []part
	from := 0.0
	for i, count := range counts {
		if count > 0 {
			width := 100 * float64(count) / float64(total)
			out = append(out, part{classes[i], fmt.Sprintf("%.2f", from), fmt.Sprintf("%.2f", width)})
			from += width
		}
	}
	return out
}

// bar is the line of a severity.
type bar struct {
	Severity controls.Severity
	Words    string
	Parts    []part
}

func newBar(s SeverityCount) bar {
	words := fmt.Sprintf("%d of %d hold", s.Holds, s.Judged())
	for _, more := range []struct {
		count int
		what  string
	}{{s.Excepted, "excepted"}, {s.Broken, "broken"}, {s.CannotTell, "cannot be told yet"}} {
		if more.count > 0 {
			words += fmt.Sprintf(", %d %s", more.count, more.what)
		}
	}
	return bar{s.Severity, words, parts(s.Judged(), []int{s.Holds, s.Excepted, s.CannotTell, s.Broken}, []string{"holds", "excepted", "unknown", "broken"})}
}

// filter is one way to choose controls.
type filter struct {
	Key, Label string
	Options    []option
}

type option struct{ Value, Label string }

func filters(r *Report) []filter {
	status, severity, area := filter{Key: "status", Label: "Status"}, filter{Key: "severity", Label: "Severity"}, filter{Key: "area", Label: "Area"}
	framework := filter{Key: "frameworks", Label: "Framework"}
	seen := map[string]bool{}
	add := func(f *filter, value, label string) {
		if !seen[f.Key+" "+value] {
			seen[f.Key+" "+value] = true
			f.Options = append(f.Options, option{value, label})
		}
	}
	for _, s := range []controls.Status{controls.Broken, controls.CannotTell, controls.Excepted, controls.Holds, controls.Off, controls.NotHere} {
		for _, c := range r.Controls {
			if c.Status == s {
				add(&status, string(s), string(s))
			}
		}
	}
	for _, s := range r.Headline.Severities {
		add(&severity, string(s.Severity), string(s.Severity))
	}
	for _, c := range r.Controls {
		add(&area, c.Area(), strings.ToLower(c.Area()))
	}
	for _, f := range controls.AllFrameworks {
		add(&framework, f.Key, f.Title)
	}
	return []filter{status, severity, area, framework}
}

func statusClass(s controls.Status) string {
	return map[controls.Status]string{
		controls.Holds: "holds", controls.Excepted: "excepted", controls.Broken: "broken", controls.CannotTell: "unknown", controls.Off: "off", controls.NotHere: "off",
	}[s]
}

func glyph(s controls.Status) string {
	return map[controls.Status]string{
		controls.Holds: "✓", controls.Excepted: "◐", controls.Broken: "✕", controls.CannotTell: "?", controls.Off: "○", controls.NotHere: "–",
	}[s]
}

// isOpen: what needs somebody is open from the start, in print too.
func isOpen(c Control) bool { return len(c.Findings)+len(c.Unknown) > 0 }

func keysOf(c Control) string {
	var keys []string
	for _, s := range c.Serves {
		keys = append(keys, s.Framework)
	}
	return strings.Join(keys, " ")
}

// searchable is all that a search looks at.
func searchable(c Control) string {
	words := []string{c.ID, c.Title, c.Area(), string(c.Tier), string(c.Severity), string(c.Status)}
	for _, s := range c.Serves {
		words = append(words, s.Title)
		for _, q := range s.Requirements {
			words = append(words, q.ID)
		}
	}
	for _, checked := range c.Proof.Checked {
		words = append(words, string(checked.Stack))
	}
	for _, list := range [][]controls.Finding{c.Findings, c.Unknown, c.Excepted} {
		for _, f := range list {
			words = append(words, f.Resource)
		}
	}
	return strings.ToLower(strings.Join(words, " "))
}

func tierWords(c Control) string {
	return map[controls.Tier]string{
		controls.Core:     "core: always on, and a change that breaks it is refused",
		controls.Plus:     "plus: always on, and a change that breaks it is reported",
		controls.Optional: "optional: behind a feature of the environment file",
		controls.Waived:   "code cannot meet it: the register of exceptions says what makes up for it",
	}[c.Tier]
}

func where(c Control) string {
	var out []string
	for _, checked := range c.Proof.Checked {
		if checked.Stack == "" {
			out = append(out, fmt.Sprintf("%d places in the workflows", checked.Count))
		} else {
			out = append(out, fmt.Sprintf("%d in %s", checked.Count, checked.Stack))
		}
	}
	if len(out) == 0 {
		return "nothing was looked at"
	}
	return strings.Join(out, ", ")
}

// proofWords says what proved a status, and at which level.
func proofWords(p Proof) string {
	if len(p.Levels) == 0 {
		return "none: it was not judged"
	}
	var out []string
	for _, level := range p.Levels {
		switch level {
		case string(Live):
			level = "live: on what stands, as a refresh has read it"
		case string(Deployed):
			level = "state: on what was last deployed"
		case verdictLevel:
			level = fmt.Sprintf("verdict: %d requests decided over the policies", p.Verdicts)
		case staticLevel:
			level = "static: on the workflow files"
		}
		out = append(out, level)
	}
	return strings.Join(out, "; ")
}

func leftClass(x Exception) string {
	switch {
	case x.DaysLeft < 0:
		return "over"
	case x.DaysLeft <= 60:
		return "near"
	}
	return "far"
}
