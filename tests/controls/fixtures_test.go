package controls

import (
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// fixture is a change that a control must notice, or must let pass. The estate
// itself, with every feature on, is the fixture that all controls let pass.
type fixture struct {
	control, name string
	change        change
	// pipeline changes what there is to judge beside the stacks.
	pipeline func(*controls.Pipeline) error
	// good marks a change that the control lets pass.
	good bool
}

func bad(control, name string, c change) fixture {
	return fixture{control: control, name: name, change: c}
}

func good(control, name string, c change) fixture {
	return fixture{control: control, name: name, change: c, good: true}
}

// fixtures are those of all controls.
var fixtures = slices.Concat(networkFixtures, identityFixtures, dataFixtures, auditFixtures, pipelineFixtures)

// base is the environment that fixtures change: it has every feature on, and
// nothing in it is disposable.
const base = "full"

// Every control has a change that it notices.
func TestVerdictEveryControlBites(t *testing.T) {
	estate := estateOf(t, base)
	bitten := map[string]bool{}
	for _, f := range fixtures {
		t.Run(f.control+" "+f.name, func(t *testing.T) {
			s := clone(estate)
			p := pipelineOf(t)
			if f.pipeline != nil {
				if err := f.pipeline(p); err != nil {
					t.Fatal(err)
				}
			}
			if f.change != nil {
				if err := f.change(s); err != nil {
					t.Fatal(err)
				}
			}
			found := result(t, s, p, f.control)
			if f.good {
				if found.Status != controls.Holds {
					t.Errorf("%s: %v", found.Status, found.Findings)
				}
				return
			}
			bitten[f.control] = true
			if found.Status != controls.Broken {
				t.Errorf("%s; wanted a finding", found.Status)
			}
		})
	}
	for _, c := range controls.All() {
		if !bitten[c.ID] && !t.Failed() {
			t.Errorf("%s has no failing fixture: add a change that it must notice", c.ID)
		}
	}
}

func result(t *testing.T, s *snapshot.Snapshot, p *controls.Pipeline, id string) controls.Result {
	t.Helper()
	c, ok := controls.Find(id)
	if !ok {
		t.Fatalf("there is no control %s", id)
	}
	return (&controls.Judgement{Pipeline: p}).Of(s, c)[0]
}
