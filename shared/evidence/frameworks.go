package evidence

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ringfence/ringfence/shared/controls"
)

// Coverage says how far controls answer for a requirement.
type Coverage string

// The coverages.
const (
	// Automated: a control was judged that serves the requirement by the
	// framework's or AWS's own word.
	Automated Coverage = "automated"
	// Partial: controls serve it, but by a mapping that nobody verified, or none of
	// them is on in this environment.
	Partial Coverage = "partial"
	// Manual: no control serves it; people must look.
	Manual Coverage = "manual"
)

// Framework is a view of the controls by the requirements of a framework.
type Framework struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	// Complete: all requirements of the framework are listed. Otherwise only those
	// that a control serves, and all others are manual.
	Complete     bool          `json:"complete"`
	Automated    int           `json:"automated"`
	Partial      int           `json:"partial"`
	Manual       int           `json:"manual"`
	Requirements []Requirement `json:"requirements"`
}

// Requirement is one requirement and the controls behind it.
type Requirement struct {
	ID       string    `json:"id"`
	Coverage Coverage  `json:"coverage"`
	Controls []Serving `json:"controls,omitempty"`
}

// Holds reports whether every control behind the requirement that was judged
// holds, without an exception.
func (r Requirement) Holds() bool {
	for _, c := range r.Controls {
		if judged(c.Status) && c.Status != controls.Holds {
			return false
		}
	}
	return true
}

// Serving is a control behind a requirement.
type Serving struct {
	Control string          `json:"control"`
	Status  controls.Status `json:"status"`
	Source  controls.Source `json:"source"`
	// Verified: the framework's or AWS's own document makes the mapping.
	Verified bool `json:"verified"`
}

// Mark is the mark of the source.
func (s Serving) Mark() string { return s.Source.Mark() }

func judged(s controls.Status) bool { return s != controls.Off && s != controls.NotHere }

func frameworks(results []controls.Result) []Framework {
	var out []Framework
	for _, f := range controls.AllFrameworks {
		serving := map[string][]Serving{}
		for _, r := range results {
			for _, q := range f.Requirements(r.Control) {
				serving[q.ID] = append(serving[q.ID], Serving{r.Control.ID, r.Status, q.Source, q.Source.Verified()})
			}
		}
		out = append(out, framework(f.Key, f.Title, serving))
	}
	return out
}

func framework(key, title string, serving map[string][]Serving) Framework {
	f := Framework{Key: key, Title: title, Complete: len(complete[key]) > 0}
	ids := map[string]bool{}
	for id := range serving {
		ids[id] = true
	}
	for _, group := range complete[key] {
		for i := max(group.first, 1); i <= group.last; i++ {
			ids[fmt.Sprintf("%s%d", group.prefix, i)] = true
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(ids), controls.CompareIDs) {
		r := Requirement{ID: id, Coverage: coverage(serving[id]), Controls: serving[id]}
		switch r.Coverage {
		case Automated:
			f.Automated++
		case Partial:
			f.Partial++
		case Manual:
			f.Manual++
		}
		f.Requirements = append(f.Requirements, r)
	}
	return f
}

func coverage(by []Serving) Coverage {
	if len(by) == 0 {
		return Manual
	}
	if slices.ContainsFunc(by, func(s Serving) bool { return s.Verified && judged(s.Status) }) {
		return Automated
	}
	return Partial
}

// group is a run of requirement ids, such as 2.1.1 to 2.1.4; a first of 0 is 1.
type group struct {
	prefix      string
	last, first int
}

// complete lists all requirements of the frameworks that number them without
// gaps and whose list is short enough to be looked at as a whole. Only ids: the
// texts are their publishers'.
//
// Sources: CIS Amazon Web Services Foundations Benchmark v3.0.0 and v5.0.0; ISO/IEC
// 27001:2022, Annex A; AICPA Trust Services Criteria (2017, points of focus
// revised 2022), all but privacy; NIST AI 100-1,
// Artificial Intelligence Risk Management Framework (AI RMF 1.0). The ids were
// compared with other lists, see controls.AllFrameworks.
var complete = map[string][]group{
	"cis-aws-3.0":    {{"1.", 22, 0}, {"2.1.", 4, 0}, {"2.2.", 1, 0}, {"2.3.", 3, 0}, {"2.4.", 1, 0}, {"3.", 9, 0}, {"4.", 16, 0}, {"5.", 6, 0}},
	"cis-aws-5.0":    {{"1.", 21, 0}, {"2.1.", 4, 0}, {"2.2.", 4, 0}, {"2.3.", 1, 0}, {"3.", 9, 0}, {"4.", 16, 0}, {"5.1.", 2, 0}, {"5.", 7, 2}},
	"iso-27001-2022": {{"A.5.", 37, 0}, {"A.6.", 8, 0}, {"A.7.", 14, 0}, {"A.8.", 34, 0}},
	"soc-2": {{"CC1.", 5, 0}, {"CC2.", 3, 0}, {"CC3.", 4, 0}, {"CC4.", 2, 0}, {"CC5.", 3, 0}, {"CC6.", 8, 0}, {"CC7.", 5, 0}, {"CC8.", 1, 0}, {"CC9.", 2, 0},
		{"A1.", 3, 0}, {"C1.", 2, 0}, {"PI1.", 5, 0}},
	"nist-ai-rmf-1.0": {{"GOVERN 1.", 7, 0}, {"GOVERN 2.", 3, 0}, {"GOVERN 3.", 2, 0}, {"GOVERN 4.", 3, 0}, {"GOVERN 5.", 2, 0}, {"GOVERN 6.", 2, 0},
		{"MAP 1.", 6, 0}, {"MAP 2.", 3, 0}, {"MAP 3.", 5, 0}, {"MAP 4.", 2, 0}, {"MAP 5.", 2, 0},
		{"MEASURE 1.", 3, 0}, {"MEASURE 2.", 13, 0}, {"MEASURE 3.", 3, 0}, {"MEASURE 4.", 3, 0},
		{"MANAGE 1.", 4, 0}, {"MANAGE 2.", 4, 0}, {"MANAGE 3.", 2, 0}, {"MANAGE 4.", 3, 0}},
}
