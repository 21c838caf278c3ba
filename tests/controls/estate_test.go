// Package controls holds the catalogue against the estate: that every control
// holds in every environment, that each has a change that breaks it, and that no
// weakening of the estate goes unseen.
//
// Level of proof: unit and verdict. The estate is what the programs register,
// run without an engine.
package controls

import (
	"fmt"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/program"
	"github.com/ringfence/ringfence/shared/record"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/stacks/audit/audit"
	"github.com/ringfence/ringfence/stacks/data/data"
	"github.com/ringfence/ringfence/stacks/network/network"
	"github.com/ringfence/ringfence/stacks/security/security"
)

var programs = map[graph.Name]program.Stack{
	graph.Network: network.Stack, graph.Security: security.Stack, graph.Data: data.Stack, graph.Audit: audit.Stack,
}

// environments are the environments of the project, and the one of the tests
// that has every feature on.
var environments = map[string]string{
	"dev": folder, "ephemeral": folder, "local": folder, "prod": folder, "staging": folder,
	"full": "../../shared/conformance/testdata",
}

const folder = "../../stacks/environments"

// recorded returns what the four programs register in an environment.
func recorded(t testing.TB, environment string) *snapshot.Snapshot {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") // nothing is called
	env, err := config.Load(environments[environment], environment, environment)
	if err != nil {
		t.Fatal(err)
	}
	s, err := record4(env, environments[environment])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func record4(env *config.Environment, dir string) (*snapshot.Snapshot, error) {
	s := &snapshot.Snapshot{
		Environment: env, Names: names.New(env.Name, env.AccountID, env.Region),
		Stacks: graph.Names(), Outputs: map[graph.Name]map[string]any{},
	}
	for _, stack := range graph.Names() {
		r, err := record.Run(programs[stack], record.Options{
			Stack: stack, Environments: dir, Environment: env.Name, Upstream: s.Outputs,
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", stack, err)
		}
		s.Outputs[stack] = r.Outputs
		s.Resources = append(s.Resources, r.Snapshot(stack)...)
	}
	s.Sort()
	return s, nil
}
