package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/graph"
)

func TestUnitStatusNamesWhatIsOutdated(t *testing.T) {
	changed := time.Date(2026, 11, 22, 18, 0, 0, 0, time.Local)
	s := status{Environment: "dev", Name: "dev", Account: "111111111111", Region: "eu-central-1", Stacks: []stackStatus{
		{Stack: graph.Network, State: "deployed", Resources: 38, Changed: &changed, Failed: "update"},
		{Stack: graph.Security, State: "deployed", Resources: 23, Changed: &changed, Read: []deployment.Reading{
			{Of: graph.Network, State: deployment.Gone},
		}},
		{Stack: graph.Data, State: "deployed", Resources: 29, Changed: &changed, LockedBy: []string{"eve@host (process 7)"}, Read: []deployment.Reading{
			{Of: graph.Network, State: deployment.Outdated, Outdated: []string{"privateSubnetIds", "vpcId"}},
			{Of: graph.Security, State: deployment.Current},
		}},
		{Stack: graph.Audit, State: "deployed", Resources: 52, Changed: &changed, Read: []deployment.Reading{
			{Of: graph.Security, State: deployment.NotNoted},
			{Of: graph.Data, State: deployment.Current},
		}},
	}}
	var out bytes.Buffer
	s.print(console.New(&out, func(string) string { return "" }), " --env dev")
	check(t, "status-stale.golden", out.String())
	out.Reset()
	if err := (&App{Out: &out}).writeJSON(s.Stacks[2].Read); err != nil {
		t.Fatal(err)
	}
	check(t, "status-stale.json.golden", out.String())
}
