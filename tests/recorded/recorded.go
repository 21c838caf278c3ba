// Package recorded runs the four programs without an engine and returns the estate
// that they would register, each with the outputs of those that it reads.
package recorded

import (
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

// The folders of the environment files: the project's, and the one with the least and
// the most that a file can hold.
const (
	Project  = "../../stacks/environments"
	Extremes = "../../shared/conformance/testdata"
)

// Environments returns the project's environments, and others of the extremes, each
// with its folder. It panics where the project has none: a test over them would pass.
func Environments(others ...string) map[string]string {
	all := map[string]string{}
	for _, name := range config.List(Project) {
		all[name] = Project
	}
	if len(all) == 0 {
		panic("there are no environment files in " + Project)
	}
	for _, name := range others {
		all[name] = Extremes
	}
	return all
}

// Estate records an environment of a folder.
func Estate(t testing.TB, folder, environment string) *snapshot.Snapshot {
	t.Helper()
	return Named(t, folder, environment, environment)
}

// Named records an environment whose Pulumi stacks have a name of their own.
func Named(t testing.TB, folder, environment, name string) *snapshot.Snapshot {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") // nothing is called
	env, err := config.Load(folder, environment, name)
	if err != nil {
		t.Fatal(err)
	}
	s := &snapshot.Snapshot{
		Environment: env, Names: names.New(name, env.AccountID, env.Region),
		Stacks: graph.Names(), Outputs: map[graph.Name]map[string]any{},
	}
	for _, stack := range graph.Names() {
		r, err := record.Run(programs[stack], record.Options{
			Stack: stack, Environments: folder, Environment: environment, Name: name, Upstream: s.Outputs,
		})
		if err != nil {
			t.Fatalf("%s: %v", stack, err)
		}
		s.Outputs[stack] = r.Outputs
		s.Resources = append(s.Resources, r.Snapshot(stack)...)
	}
	s.Sort()
	return s
}
