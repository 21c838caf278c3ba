package evidence

import (
	"fmt"
	"strings"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/graph"
)

// Control is one control and what became of it.
type Control struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Tier     controls.Tier     `json:"tier"`
	Severity controls.Severity `json:"severity"`
	Status   controls.Status   `json:"status"`
	// Proof says what was looked at, and how.
	Proof Proof `json:"proof"`
	// Findings are where it does not hold, Unknown where it cannot be told yet, and
	// Excepted where an exception covers that it does not hold.
	Findings []controls.Finding `json:"findings,omitempty"`
	Unknown  []controls.Finding `json:"unknown,omitempty"`
	Excepted []controls.Finding `json:"excepted,omitempty"`
	// Remedy is the way out when it does not hold.
	Remedy string `json:"remedy"`
	// Serves are the requirements that it serves.
	Serves []Served `json:"serves,omitempty"`
}

// Served are the requirements of a framework that a control serves.
type Served struct {
	Framework    string                 `json:"framework"`
	Title        string                 `json:"-"`
	Requirements []controls.Requirement `json:"requirements"`
}

// Verified reports whether one of the mappings was read in the framework's or
// AWS's own document.
func (s Served) Verified() bool {
	for _, r := range s.Requirements {
		if r.Source.Verified() {
			return true
		}
	}
	return false
}

// Proof says what proved a status.
type Proof struct {
	// Levels are the levels of proof: "live resources" or "deployed state", then
	// "verdict" where policies were decided and "static" where workflows were read.
	Levels []string `json:"levels,omitempty"`
	// Checked counts what was looked at, by stack in deployment order.
	Checked []StackCount `json:"checked,omitempty"`
	// Verdicts counts the requests that the evaluator of policies decided.
	Verdicts int `json:"verdicts,omitempty"`
}

// StackCount counts what was looked at in a stack; an empty name stands for the
// pipeline.
type StackCount struct {
	Stack graph.Name `json:"stack"`
	Count int        `json:"count"`
}

// String says the proof in one sentence.
func (p Proof) String() string {
	var parts []string
	for _, c := range p.Checked {
		where := string(c.Stack)
		if where == "" {
			where = "the workflows"
		}
		parts = append(parts, fmt.Sprintf("%d in %s", c.Count, where))
	}
	text := strings.Join(p.Levels, ", ")
	if len(parts) > 0 {
		text += ": looked at " + strings.Join(parts, ", ")
	}
	if p.Verdicts > 0 {
		text += fmt.Sprintf("; %d access decisions", p.Verdicts)
	}
	return text
}

// The levels of proof beside the two bases.
const (
	verdictLevel = "verdict"
	staticLevel  = "static"
)

func newControl(r controls.Result, basis Basis) Control {
	c := Control{
		ID: r.Control.ID, Title: r.Control.Title, Tier: r.Control.Tier, Severity: r.Control.Severity, Status: r.Status,
		Findings: r.Findings, Unknown: r.Unknown, Excepted: r.Excepted, Remedy: r.Control.Remedy,
	}
	for _, stack := range r.Stacks() {
		c.Proof.Checked = append(c.Proof.Checked, StackCount{stack, r.Checked[stack]})
	}
	judged := r.Status != controls.Off && r.Status != controls.NotHere
	pipeline := r.Checked[""]
	if judged && (len(c.Proof.Checked) > 0 || pipeline == 0) {
		c.Proof.Levels = append(c.Proof.Levels, string(basis))
	}
	if r.Verdicts > 0 {
		c.Proof.Levels, c.Proof.Verdicts = append(c.Proof.Levels, verdictLevel), r.Verdicts
	}
	if pipeline > 0 {
		c.Proof.Levels = append(c.Proof.Levels, staticLevel)
		c.Proof.Checked = append(c.Proof.Checked, StackCount{"", pipeline})
	}
	for _, f := range controls.AllFrameworks {
		if requirements := f.Requirements(r.Control); len(requirements) > 0 {
			c.Serves = append(c.Serves, Served{f.Key, f.Title, requirements})
		}
	}
	return c
}

// Area is the part of the catalogue that a control belongs to.
func (c Control) Area() string {
	prefix, _, _ := strings.Cut(c.ID, "-")
	return map[string]string{"NET": "Network", "IAM": "Identity", "DAT": "Data", "AUD": "Audit", "PIP": "Pipeline"}[prefix]
}

// Headline counts the controls by what became of them.
type Headline struct {
	// Judged counts those that were on and had something to look at: the sum of
	// Holds, Excepted, Broken and CannotTell.
	Judged     int `json:"judged"`
	Holds      int `json:"holds"`
	Excepted   int `json:"excepted"`
	Broken     int `json:"broken"`
	CannotTell int `json:"cannotTell"`
	// Off counts optional controls whose feature is off, NotHere those with nothing
	// to look at.
	Off     int `json:"off"`
	NotHere int `json:"nothingToCheck"`
	// Severities counts those judged, from the gravest.
	Severities []SeverityCount `json:"severities"`
}

// SeverityCount counts the judged controls of a severity.
type SeverityCount struct {
	Severity   controls.Severity `json:"severity"`
	Holds      int               `json:"holds"`
	Excepted   int               `json:"excepted"`
	Broken     int               `json:"broken"`
	CannotTell int               `json:"cannotTell"`
}

// Judged counts all of them.
func (s SeverityCount) Judged() int { return s.Holds + s.Excepted + s.Broken + s.CannotTell }

func headline(all []Control) Headline {
	var h Headline
	for _, severity := range controls.Severities() {
		s := SeverityCount{Severity: severity}
		for _, c := range all {
			if c.Severity != severity {
				continue
			}
			switch c.Status {
			case controls.Holds:
				s.Holds++
			case controls.Excepted:
				s.Excepted++
			case controls.Broken:
				s.Broken++
			case controls.CannotTell:
				s.CannotTell++
			case controls.Off:
				h.Off++
			case controls.NotHere:
				h.NotHere++
			}
		}
		h.Holds, h.Excepted, h.Broken, h.CannotTell = h.Holds+s.Holds, h.Excepted+s.Excepted, h.Broken+s.Broken, h.CannotTell+s.CannotTell
		h.Severities = append(h.Severities, s)
	}
	h.Judged = h.Holds + h.Excepted + h.Broken + h.CannotTell
	return h
}

// String is the headline in one line.
func (h Headline) String() string {
	text := fmt.Sprintf("%d of %d controls hold", h.Holds, h.Judged)
	for _, part := range []struct {
		count int
		what  string
	}{{h.Excepted, "excepted"}, {h.Broken, "broken"}, {h.CannotTell, "cannot be told yet"}} {
		if part.count > 0 {
			text += fmt.Sprintf(", %d %s", part.count, part.what)
		}
	}
	return text
}
