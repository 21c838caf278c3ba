// Package triage says how grave drift is: which controls each drifted resource
// breaks, and who has changed it.
//
// Its rule: what is to blame is tried, not guessed. For each drifted resource,
// the catalogue judges the recorded estate with that one resource as it really
// stands; what is found now and was not before is what it breaks. So a removed
// bucket policy is named with the control that misses it, wherever the finding is.
package triage

import (
	"cmp"
	"slices"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Classify notes at every drifted resource what it breaks, and sorts each
// stack's by severity.
func Classify(site deployment.Site, drift *deployment.Drift) error {
	if !drift.Drifted {
		return nil
	}
	was, is := map[graph.Name]state.Deployment{}, map[graph.Name]state.Deployment{}
	for _, s := range drift.Stacks {
		was[s.Stack], is[s.Stack] = s.Recorded, s.Refreshed
	}
	recorded, err := site.Snapshot(was)
	if err != nil {
		return err
	}
	refreshed, err := site.Snapshot(is)
	if err != nil {
		return err
	}
	judge := judge{before: map[controls.Finding]bool{}}
	for _, f := range judge.findings(recorded) {
		judge.before[f] = true
	}
	for i := range drift.Stacks {
		drifts := drift.Stacks[i].Drifts
		for k, d := range drifts {
			drifts[k].Breaks = judge.broken(with(recorded, refreshed, d.URN))
		}
		slices.SortStableFunc(drifts, func(a, b shadow.Drift) int { return cmp.Compare(rank(a), rank(b)) })
	}
	return nil
}

// rank orders drifted resources by the gravest control that they break; those
// that break none come last.
func rank(d shadow.Drift) int {
	if severity, breaks := Severity(d); breaks {
		return slices.Index(controls.Severities(), severity)
	}
	return len(controls.Severities())
}

// Severity is that of the gravest control that a drifted resource breaks.
func Severity(d shadow.Drift) (severity controls.Severity, breaks bool) {
	if len(d.Breaks) == 0 {
		return "", false
	}
	return d.Breaks[0].Severity, true
}

// Gravest lists all drifted resources by severity, and then in the order of the
// stacks.
func Gravest(drift deployment.Drift) []Drifted {
	var all []Drifted
	for _, s := range drift.Stacks {
		for _, d := range s.Drifts {
			all = append(all, Drifted{Stack: s.Stack, Drift: d})
		}
	}
	slices.SortStableFunc(all, func(a, b Drifted) int { return cmp.Compare(rank(a.Drift), rank(b.Drift)) })
	return all
}

// Drifted is a drifted resource of a stack.
type Drifted struct {
	Stack graph.Name
	shadow.Drift
}

// judge judges snapshots against the findings there were before.
type judge struct {
	judgement controls.Judgement
	before    map[controls.Finding]bool
}

func (j *judge) findings(s *snapshot.Snapshot) []controls.Finding {
	var found []controls.Finding
	for _, result := range j.judgement.Of(s, controls.All()...) {
		found = append(found, result.Findings...)
	}
	return found
}

// broken are the findings that were not there before, the gravest first.
func (j *judge) broken(s *snapshot.Snapshot) []controls.Finding {
	fresh := slices.DeleteFunc(j.findings(s), func(f controls.Finding) bool { return j.before[f] })
	slices.SortStableFunc(fresh, func(a, b controls.Finding) int {
		return cmp.Compare(slices.Index(controls.Severities(), a.Severity), slices.Index(controls.Severities(), b.Severity))
	})
	return fresh
}

// with is the recorded estate, but for one resource, which is as it stands.
func with(recorded, refreshed *snapshot.Snapshot, urn string) *snapshot.Snapshot {
	mixed := *recorded
	same := func(r snapshot.Resource) bool { return r.URN == urn }
	mixed.Resources = slices.DeleteFunc(slices.Clone(recorded.Resources), same)
	if i := slices.IndexFunc(refreshed.Resources, same); i >= 0 {
		mixed.Resources = append(mixed.Resources, refreshed.Resources[i])
	}
	mixed.Sort()
	return &mixed
}
