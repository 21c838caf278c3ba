package controls

import (
	"testing"

	"github.com/ringfence/ringfence/shared/snapshot"
)

// Two workloads of one team are one owner.
func TestUnitWantedValuesAreNamedOnce(t *testing.T) {
	in := &inspection{estate: &estate{}, control: &Control{ID: "DAT-25"}}
	s := subject{in, &snapshot.Resource{Properties: map[string]any{"owner": "eve"}}}
	s.isOneOf("owner", "growth-ml", "growth-ml", "vision", "growth-ml")
	if want := `"growth-ml" or "vision"`; len(in.findings) != 1 || in.findings[0].Wanted != want {
		t.Errorf("found %+v, want one that wants %s", in.findings, want)
	}
}
