package main

import (
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/tests/benchmark/calls"
)

// growthOf are estates of all sizes, of which each workload takes so many seconds and
// MiB more on top of what all estates take.
func growthOf(secondsEach float64, memoryEach int64) []estateOfSize {
	var all []estateOfSize
	for _, workloads := range sizes {
		e := estateOfSize{workloads: workloads, resources: 180 + 7*workloads, state: int64(900+24*workloads) << 10}
		for _, o := range growing {
			wall := secondsEach * float64(workloads)
			e.results.add(o, ringfenceSide, measured(1+wall, 1+wall, 300+memoryEach*int64(workloads), calls.Count{"iam:GetRole": workloads}))
		}
		if workloads == larger {
			e.results.add(noOpPreview, terraformSide, measured(40, 60, 700, nil))
		}
		all = append(all, e)
	}
	return all
}

func TestUnitScaleReport(t *testing.T) {
	var a among
	for _, o := range lookingAt {
		a.alone.add(o, ringfenceSide, measured(4, 5, 600, nil))
		a.beside.add(o, ringfenceSide, measured(4.1, 5, 600, nil))
	}
	v := versions{"3.259.0", "1.11.4", "5.100.0", "5.2.5"}
	golden.Check(t, "testdata/scale.md", []byte(scaleReport("Some processor, 2 cores", v, growthOf(0.15, 2))))
	golden.Check(t, "testdata/environments.md", []byte(environmentsReport("Some processor, 2 cores", v, a)))
}

// What grows faster than the workloads do is seen.
func TestUnitScaleReportTellsWhatGrowsTooFast(t *testing.T) {
	all := growthOf(0.15, 2)
	last := all[len(all)-1].results.of(noOpPreview)
	last.sides[ringfenceSide] = []measurement{measured(400, 5, 600, nil)}
	got := scaleReport("", versions{}, all)
	for _, want := range []string{
		"s per workload at 100, to those at 10, at the worst: no-op preview | 16.00 | 1.2 | **missed**",
		"to Terraform's (40.0 s) | 10.00 | 0.5 | **missed**",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the report lacks %q:\n%s", want, got)
		}
	}
}
