package controls

import (
	"testing"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/tests/recorded"
)

// BenchmarkCatalogue judges the recorded estate with the whole catalogue: as it
// comes, with every feature, and with a hundred workloads.
func BenchmarkCatalogue(b *testing.B) {
	for _, estate := range []struct {
		name string
		of   func(testing.TB) *snapshot.Snapshot
	}{
		{"local", func(t testing.TB) *snapshot.Snapshot { return estateOf(t, "local") }},
		{"full", func(t testing.TB) *snapshot.Snapshot { return estateOf(t, "full") }},
		{"100-workloads", func(t testing.TB) *snapshot.Snapshot { return recorded.Crowded(t, folder, 100) }},
	} {
		s := estate.of(b)
		b.Run(estate.name, func(b *testing.B) {
			for b.Loop() {
				controls.Judge(s, nil, nil)
			}
			b.ReportMetric(float64(len(s.Resources)), "resources")
		})
	}
}

// The catalogue holds for a hundred workloads as it does for five.
func TestVerdictCatalogueHoldsForAHundredWorkloads(t *testing.T) {
	p := pipelineOf(t)
	for _, r := range controls.Judge(recorded.Crowded(t, folder, 100), p, p.Exceptions) {
		for i, f := range r.Findings {
			if i == 3 {
				break
			}
			t.Errorf("%s", f)
		}
	}
}
