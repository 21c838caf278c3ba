// Package delta says what a change does to the security of the estate: which
// controls it gains and weakens, which requests get another answer, and which
// policy statements come, go and change.
//
// It compares two snapshots, so it needs no engine and no account. The rule it
// upholds: what cannot be compared is named, never left out.
package delta

import (
	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Side is the estate before or after a change.
type Side struct {
	Snapshot *snapshot.Snapshot
	// Results are what the catalogue says of it; see controls.Judge.
	Results []controls.Result
	// Assumed: the side was judged by an environment file that may not be the one
	// it was deployed with. What seems broken there is then not counted as mended.
	Assumed bool
}

// Delta is what a change does to the security of the estate.
type Delta struct {
	// First: nothing stood before, so everything is new. The lists then hold only
	// what does not hold, not all that is there.
	First bool `json:"first"`
	// Controls are those whose standing changes: weakened first, then excepted,
	// then gained, each from the gravest.
	Controls []ControlChange `json:"controls"`
	// Verdicts are the requests that get another answer, those that are newly
	// allowed first.
	Verdicts []VerdictChange `json:"verdicts"`
	// Statements are the policy statements that differ, by stack and policy.
	Statements []StatementChange `json:"statements"`
	// Unread names the policies that could not be compared, and why.
	Unread []string `json:"unread,omitempty"`
}

// Empty reports whether nothing changes.
func (d *Delta) Empty() bool {
	return d == nil || len(d.Controls)+len(d.Verdicts)+len(d.Statements)+len(d.Unread) == 0 && !d.First
}

// Compare says what leads from before to after.
func Compare(before, after Side) *Delta {
	d := &Delta{
		First:      len(before.Snapshot.Resources) == 0,
		Controls:   []ControlChange{},
		Verdicts:   []VerdictChange{},
		Statements: []StatementChange{},
	}
	d.Controls = append(d.Controls, compareControls(before, after)...)
	if d.First {
		d.Controls = notGained(d.Controls)
		return d
	}
	cache := &access.Cache{}
	was, is := access.NewCached(before.Snapshot, cache), access.NewCached(after.Snapshot, cache)
	verdicts, undecided := compareVerdicts(was, is)
	statements, unread := compareStatements(was, is)
	d.Verdicts, d.Statements = append(d.Verdicts, verdicts...), append(d.Statements, statements...)
	d.Unread = append(unread, undecided...)
	return d
}
