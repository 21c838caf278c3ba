package delta

import (
	"cmp"
	"slices"

	"github.com/ringfence/ringfence/shared/controls"
)

// Standing says which way a control goes.
type Standing string

// The ways, the one to read first at the front.
const (
	// Weakened: the control held and does so no more, or it is broken in more
	// places.
	Weakened Standing = "weakened"
	// Excepted: a finding is newly covered by an exception.
	Excepted Standing = "newly excepted"
	// Gained: the control holds, and did not before.
	Gained Standing = "gained"
)

// ControlChange is a control whose standing changes.
type ControlChange struct {
	Standing Standing          `json:"standing"`
	Control  string            `json:"control"`
	Title    string            `json:"title"`
	Severity controls.Severity `json:"severity"`
	Was      controls.Status   `json:"was"`
	Is       controls.Status   `json:"is"`
	// Findings are those that are new: they break the control, or are excepted.
	Findings []controls.Finding `json:"findings,omitempty"`
}

func compareControls(before, after Side) []ControlChange {
	was := map[string]controls.Result{}
	for _, r := range before.Results {
		was[r.Control.ID] = r
	}
	var changes []ControlChange
	for _, is := range after.Results {
		c, changed := compareControl(was[is.Control.ID], is)
		if changed && !(before.Assumed && c.Standing == Gained && c.Was == controls.Broken) {
			changes = append(changes, c)
		}
	}
	slices.SortStableFunc(changes, func(a, b ControlChange) int {
		return cmp.Or(cmp.Compare(rank(standings, a.Standing), rank(standings, b.Standing)),
			cmp.Compare(rank(controls.Severities(), a.Severity), rank(controls.Severities(), b.Severity)))
	})
	return changes
}

var standings = []Standing{Weakened, Excepted, Gained}

func rank[T comparable](order []T, v T) int { return slices.Index(order, v) }

func compareControl(was, is controls.Result) (c ControlChange, changed bool) {
	if was.Status == "" {
		was.Status = controls.NotHere
	}
	c = ControlChange{
		Control: is.Control.ID, Title: is.Control.Title, Severity: is.Control.Severity, Was: was.Status, Is: is.Status,
	}
	broken, excepted := newFindings(was.Findings, is.Findings), newFindings(was.Excepted, is.Excepted)
	switch {
	case len(broken) > 0:
		c.Standing, c.Findings = Weakened, broken
	case len(excepted) > 0:
		c.Standing, c.Findings = Excepted, excepted
	case was.Status == controls.Holds && is.Status != controls.Holds:
		c.Standing, c.Findings = Weakened, is.Unknown
	case was.Status != controls.Holds && is.Status == controls.Holds:
		c.Standing = Gained
	default:
		return c, false
	}
	return c, true
}

// newFindings are those of after whose place before did not have.
func newFindings(before, after []controls.Finding) []controls.Finding {
	place := func(f controls.Finding) [4]string {
		return [4]string{string(f.Stack), f.Resource, f.Property, f.Wanted}
	}
	known := map[[4]string]bool{}
	for _, f := range before {
		known[place(f)] = true
	}
	return slices.DeleteFunc(slices.Clone(after), func(f controls.Finding) bool { return known[place(f)] })
}

func notGained(changes []ControlChange) []ControlChange {
	return slices.DeleteFunc(changes, func(c ControlChange) bool { return c.Standing == Gained })
}
