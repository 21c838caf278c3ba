package controls

import (
	"testing"

	"github.com/ringfence/ringfence/shared/controls"
)

// BenchmarkCatalogue judges the recorded estate with the whole catalogue.
func BenchmarkCatalogue(b *testing.B) {
	for _, environment := range []string{"local", "full"} {
		s := recorded(b, environment)
		b.Run(environment, func(b *testing.B) {
			for b.Loop() {
				controls.Judge(s, nil, nil)
			}
		})
	}
}
