package controls

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
		{"100-workloads", func(t testing.TB) *snapshot.Snapshot { return crowded(t, 100) }},
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

// crowded is the environment local with so many training workloads.
func crowded(t testing.TB, workloads int) *snapshot.Snapshot {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, "local.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	settings, _, _ := strings.Cut(string(content), "workloads:\n")
	var b strings.Builder
	b.WriteString(settings + "workloads:\n")
	for i := range workloads {
		fmt.Fprintf(&b, "  - { name: w%d, owner: o, kind: training, runsOn: sagemaker, reads: [raw/w%d/], writes: [models/w%d/], classification: internal }\n", i, i, i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "crowded.yaml"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return recorded.Estate(t, dir, "crowded")
}

// The catalogue holds for a hundred workloads as it does for five.
func TestVerdictCatalogueHoldsForAHundredWorkloads(t *testing.T) {
	p := pipelineOf(t)
	for _, r := range controls.Judge(crowded(t, 100), p, p.Exceptions) {
		for i, f := range r.Findings {
			if i == 3 {
				break
			}
			t.Errorf("%s", f)
		}
	}
}
