package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/shadow"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/graph"
)

func TestUnitDriftText(t *testing.T) {
	drift := deployment.Drift{Environment: "local", Name: "local", Result: estate.Failed, Drifted: true, Stacks: []deployment.StackDrift{
		{
			Stack: graph.Network, Result: estate.Failed, Log: ".ringfence/logs/local/network.drift.log",
			Error: []string{"Vpc vpc: reading EC2 VPC: UnauthorizedOperation"},
		},
		{Stack: graph.Security, Result: estate.Done, Resources: 20, Drifts: []shadow.Drift{
			{Label: "Role train", ID: "ringfence-local-train", Breaks: []controls.Finding{{Control: "DAT-25", Severity: controls.Low}},
				Properties: []shadow.Difference{{Path: "tags.Owner", Was: "ml", Is: "``` @everybody"}}},
		}},
		{Stack: graph.Data, Result: estate.Done, Resources: 23, Drifts: []shadow.Drift{
			{Label: "BucketPublicAccessBlock data", ID: "ringfence-local-data", Deleted: true,
				Breaks: []controls.Finding{
					{Control: "DAT-06", Severity: controls.Critical, Resource: "a"}, {Control: "DAT-06", Severity: controls.Critical, Resource: "b"},
					{Control: "DAT-10", Severity: controls.Medium},
				},
				By: &shadow.Actor{Name: "eve", Event: "DeletePublicAccessBlock", Time: time.Date(2026, 11, 22, 11, 5, 0, 0, time.UTC)}},
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
		check(t, "drift-"+name+".md.golden", driftMarkdown(drift))
	}
}

// An issue of GitHub has room for so much.
func TestUnitDriftMarkdownEndsBeforeTheIssueIsFull(t *testing.T) {
	long := shadow.Drift{Label: "Role x", Properties: []shadow.Difference{{Path: "policy", Was: strings.Repeat("x", 1000), Is: nil}}}
	drift := deployment.Drift{Name: "dev", Result: estate.Done, Drifted: true, Stacks: []deployment.StackDrift{
		{Stack: graph.Security, Result: estate.Done, Drifts: slices.Repeat([]shadow.Drift{long}, 100)},
	}}
	text := driftMarkdown(drift)
	if len(text) > 60000 || !strings.HasSuffix(text, " more; the run has them all.\n") {
		t.Errorf("%d characters, ending in %q", len(text), text[len(text)-100:])
	}
}

func TestUnitDriftOfNothingStartsNothing(t *testing.T) {
	status, out, errOut := run(t, checkout(t, nil), "drift")
	if status != exitOK || out != "nothing is deployed, so nothing can have drifted\n" || errOut != "" {
		t.Errorf("status %d, %q, %q", status, out, errOut)
	}
}
