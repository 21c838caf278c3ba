package access

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/tests/recorded"
)

// BenchmarkMatrix answers the whole matrix of an estate, read anew each time.
func BenchmarkMatrix(b *testing.B) {
	for _, workloads := range []int{5, 100} {
		b.Run(fmt.Sprintf("workloads=%d", workloads), func(b *testing.B) {
			s := recorded.Estate(b, folderWith(b, workloads), "many")
			answers := 0
			for b.Loop() {
				answers = len(access.New(s).Matrix())
			}
			b.ReportMetric(float64(answers), "answers")
		})
	}
}

// folderWith holds the environment "many", which is local's with so many
// workloads.
func folderWith(b *testing.B, workloads int) string {
	b.Helper()
	text, err := os.ReadFile("../../stacks/environments/local.yaml")
	if err != nil {
		b.Fatal(err)
	}
	environment, _, _ := strings.Cut(string(text), "\nworkloads:")
	environment += "\nworkloads:\n"
	for i := range workloads {
		environment += fmt.Sprintf("  - { name: w%d, owner: o, kind: training, runsOn: sagemaker, reads: [raw/w%d/], writes: [models/w%d/], classification: internal }\n", i, i, i)
	}
	folder := b.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "many.yaml"), []byte(environment), 0o600); err != nil {
		b.Fatal(err)
	}
	return folder
}
