package deployment

import (
	"encoding/json"

	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Snapshot is the estate as these states of its stacks describe it: as it was
// deployed or, after a refresh, as it stands. A stack that stands nowhere is left
// out.
func (s Site) Snapshot(states map[graph.Name]state.Deployment) (*snapshot.Snapshot, error) {
	out := &snapshot.Snapshot{
		Environment: s.Environment, Names: names.New(s.Name, s.Environment.AccountID, s.Environment.Region),
		Outputs: map[graph.Name]map[string]any{},
	}
	for _, n := range s.Estate.Names() {
		export, err := json.Marshal(states[n])
		if err != nil {
			return nil, err
		}
		resources, outputs, err := snapshot.ReadDeployment(n, export)
		if err != nil {
			return nil, err
		}
		if len(resources) == 0 {
			continue
		}
		out.Stacks = append(out.Stacks, n)
		out.Resources = append(out.Resources, resources...)
		out.Outputs[n] = outputs
	}
	out.Sort()
	return out, nil
}

// Deployments are the states of the stacks that the backend knows.
func (s Survey) Deployments() map[graph.Name]state.Deployment {
	out := map[graph.Name]state.Deployment{}
	for n, known := range s {
		out[n] = known.Deployment
	}
	return out
}
