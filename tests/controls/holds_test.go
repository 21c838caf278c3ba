package controls

import (
	"maps"
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/controls"
)

// Every control that is on holds in every environment.
func TestVerdictEveryControlHoldsInEveryEnvironment(t *testing.T) {
	for _, environment := range slices.Sorted(maps.Keys(environments)) {
		t.Run(environment, func(t *testing.T) {
			p := pipelineOf(t)
			for _, r := range controls.Judge(estateOf(t, environment), p, p.Exceptions) {
				for _, f := range slices.Concat(r.Findings, r.Unknown) {
					t.Errorf("%s (%s)", f, r.Status)
				}
				if r.Status == controls.NotHere {
					t.Errorf("%s: %s", r.Control.ID, r.Status)
				}
			}
		})
	}
}
