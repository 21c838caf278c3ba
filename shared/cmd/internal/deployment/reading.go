package deployment

import (
	"fmt"
	"strings"

	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/graph"
)

// Reading compares what a stack has read of an upstream stack, when it was
// deployed last, with what this one exports now.
type Reading struct {
	// Of is the upstream stack.
	Of graph.Name `json:"of"`
	// State is current, outdated, gone (the upstream stack is not deployed any
	// more) or unknown (the stack was deployed before this was noted).
	State ReadingState `json:"state"`
	// Outdated names the outputs that have changed since, sorted.
	Outdated []string `json:"outdated,omitempty"`
}

// ReadingState says whether what was read still holds.
type ReadingState string

// The states of a reading.
const (
	Current  ReadingState = "current"
	Outdated ReadingState = "outdated"
	Gone     ReadingState = "gone"
	NotNoted ReadingState = "unknown"
)

// Stale reports whether the stack runs on something else than its upstream
// stack exports now.
func (r Reading) Stale() bool { return r.State == Outdated || r.State == Gone }

// String words a reading that is stale.
func (r Reading) String() string {
	if r.State == Gone {
		return fmt.Sprintf("runs on outputs of %s, which is not deployed any more", r.Of)
	}
	return fmt.Sprintf("runs on older outputs of %s (%s)", r.Of, strings.Join(r.Outdated, ", "))
}

// Readings compares what a deployed stack has read with what stands now, by
// upstream stack in deployment order. A stack that is not deployed has read
// nothing.
func (s Site) Readings(survey Survey, stack graph.Name) []Reading {
	var out []Reading
	if !survey.Complete(stack) {
		return nil
	}
	for _, upstream := range s.Estate.DependsOn(stack) {
		fields, known := contract.Outdated(survey[stack].Outputs[contract.ConsumedKey], upstream, survey[upstream].Outputs)
		r := Reading{Of: upstream, State: Current}
		switch {
		case !known:
			r.State = NotNoted
		case !survey.Complete(upstream):
			r.State = Gone
		case len(fields) > 0:
			r.State, r.Outdated = Outdated, fields
		}
		out = append(out, r)
	}
	return out
}

// Behind says of every stack that needs a deployment, whatever the code is, why:
// it is not deployed to its end, or runs on something else than the stacks
// upstream of it export now.
func (s Site) Behind(survey Survey) map[graph.Name][]string {
	out := map[graph.Name][]string{}
	for _, n := range s.Estate.Names() {
		switch known := survey[n]; {
		case !known.Standing():
			out[n] = append(out[n], "not deployed")
		case !known.Complete(), len(known.Pending) > 0:
			out[n] = append(out[n], "deployed in part")
		}
		for _, r := range s.Readings(survey, n) {
			if r.Stale() {
				out[n] = append(out[n], r.String())
			}
		}
	}
	return out
}
