package chain

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/testing/integration"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const environments = "../../stacks/environments"

// standing is what stands in the emulator, read from the state of the stacks.
type standing struct{ snapshot.Snapshot }

func newStanding(t *testing.T, stack string) *standing {
	t.Helper()
	env, err := config.Load(environments, environment, stack)
	if err != nil {
		t.Fatal(err)
	}
	return &standing{snapshot.Snapshot{
		Environment: env, Names: names.New(stack, env.AccountID, env.Region), Outputs: map[graph.Name]map[string]any{},
	}}
}

func (s *standing) add(t *testing.T, name graph.Name, info integration.RuntimeValidationStackInfo) {
	t.Helper()
	state, err := json.Marshal(map[string]any{"deployment": info.Deployment})
	if err != nil {
		t.Fatal(err)
	}
	s.read(t, name, state)
}

// holdsControls judges the deployed estate by the whole catalogue. The golden
// file feeds the pages on controls.
func (s *standing) holdsControls(t *testing.T) {
	t.Helper()
	exceptions, err := controls.LoadExceptions(environments)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range controls.Judge(&s.Snapshot, nil, exceptions) {
		fmt.Fprintf(&b, "%s %s\n", r.Control.ID, r.Status)
		for _, f := range append(r.Findings, r.Unknown...) {
			t.Errorf("%s: %s", r.Status, f)
		}
	}
	golden.Check(t, "testdata/controls.txt", []byte(b.String()))
}
