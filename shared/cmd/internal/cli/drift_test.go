package cli

import (
	"bytes"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/graph"
)

func TestUnitDriftText(t *testing.T) {
	drift := deployment.Drift{Environment: "local", Name: "local", Result: estate.Failed, Drifted: true, Stacks: []deployment.StackDrift{
		{
			Stack: graph.Network, Result: estate.Failed, Log: ".ringfence/logs/local/network.drift.log",
			Error: []string{"Vpc vpc: reading EC2 VPC: UnauthorizedOperation"},
		},
		{Stack: graph.Security, Result: estate.Done, Resources: 20},
		{Stack: graph.Data, Result: estate.Done, Resources: 23, Drifts: []shadow.Drift{
			{Label: "BucketPublicAccessBlock data", ID: "ringfence-local-data", Deleted: true},
			{Label: "BucketVersioningV2 data", ID: "ringfence-local-data", Properties: []shadow.Difference{
				{Path: "versioningConfiguration.status", Was: "Enabled", Is: "Suspended"},
				{Path: "tags", Was: map[string]any{"Owner": "ml"}},
			}},
			{Label: "Topic alarms", ID: "arn:aws:sns:eu-central-1:1:alarms"},
		}},
	}}
	for name, drift := range map[string]deployment.Drift{
		"drifted": drift, "nothing": {Result: estate.Done}, "interrupted": {Result: estate.Interrupted},
	} {
		var out bytes.Buffer
		printDrift(console.New(&out, func(string) string { return "" }), drift)
		check(t, "drift-"+name+".golden", out.String())
	}
}

func TestUnitDriftOfNothingStartsNothing(t *testing.T) {
	status, out, errOut := run(t, checkout(t, nil), "drift")
	if status != exitOK || out != "nothing is deployed, so nothing can have drifted\n" || errOut != "" {
		t.Errorf("status %d, %q, %q", status, out, errOut)
	}
}
