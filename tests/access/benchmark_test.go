package access

import (
	"fmt"
	"testing"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/tests/recorded"
)

// BenchmarkMatrix answers the whole matrix of an estate, read anew each time.
func BenchmarkMatrix(b *testing.B) {
	for _, workloads := range []int{5, 100} {
		b.Run(fmt.Sprintf("workloads=%d", workloads), func(b *testing.B) {
			s := recorded.Crowded(b, "../../stacks/environments", workloads)
			answers := 0
			for b.Loop() {
				answers = len(access.New(s).Matrix())
			}
			b.ReportMetric(float64(answers), "answers")
		})
	}
}
