package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/review"
	"github.com/ringfence/ringfence/shared/graph"
)

// previews are the results that the texts are tested with.
var previews = map[string]review.Document{
	"changes": {Preview: deployment.Preview{Environment: "local", Name: "local", Result: estate.Done, Stacks: []deployment.StackPreview{
		{
			Stack: graph.Network, Result: estate.Done, Exact: true,
			Changes: engine.Changes{Created: 1, Updated: 1, Replaced: 1, Deleted: 1, Unchanged: 34},
			Resources: []engine.ResourceChange{
				{Action: engine.Delete, Label: "VpcEndpoint kms"},
				{
					Action: engine.Replace, Label: "Subnet private-a", Protected: true,
					Properties: []string{"cidrBlock", "tags.Name"}, Forces: []string{"cidrBlock"},
				},
				{Action: engine.Update, Label: "NetworkAcl private", Properties: []string{"egress[1].cidrBlock", "ingress[0].cidrBlock"}},
				{Action: engine.Create, Label: "VpcEndpoint sns"},
			},
			Violations: []engine.Violation{{Policy: "NET-04", Label: "VpcEndpoint sns", Message: "has no policy"}},
		},
		{
			Stack: graph.Security, Result: estate.Done, Changes: engine.Changes{Updated: 1, Unchanged: 22},
			Resources: []engine.ResourceChange{{Action: engine.Update, Label: "Policy boundary", Properties: []string{"policy"}}},
			Unknown:   []deployment.Unknown{{From: graph.Network, Outputs: []string{"endpointIds", "privateSubnetIds"}}},
		},
		{
			Stack: graph.Data, Result: estate.Done, Changes: engine.Changes{Unchanged: 29},
			Unknown: []deployment.Unknown{{From: graph.Network, Outputs: []string{"endpointIds", "privateSubnetIds"}}},
		},
		{Stack: graph.Audit, Result: estate.Done, Exact: true, Changes: engine.Changes{Unchanged: 52}},
	}}},
	"failed": {Preview: deployment.Preview{Environment: "local", Name: "local", Result: estate.Failed, Stacks: []deployment.StackPreview{
		{Stack: graph.Network, Result: estate.Done, Exact: true, Changes: engine.Changes{Unchanged: 38}},
		{
			Stack: graph.Security, Result: estate.Failed, Changes: engine.Changes{Unchanged: 3},
			Error:      []string{"IAM-07: Role support-agent: can be assumed by everybody"},
			Violations: []engine.Violation{{Policy: "IAM-07", Label: "Role support-agent", Mandatory: true, Message: "can be assumed by everybody"}},
			Log:        ".ringfence/logs/local/security.preview.log",
		},
		{Stack: graph.Data, Result: estate.Skipped, SkippedBecause: graph.Security},
		{Stack: graph.Audit, Result: estate.Skipped, SkippedBecause: graph.Security},
	}}},
	"only": {Preview: deployment.Preview{Environment: "local", Name: "local", Result: estate.Done, Stacks: []deployment.StackPreview{{
		Stack: graph.Audit, Result: estate.Done, Changes: engine.Changes{Created: 1},
		Resources: []engine.ResourceChange{{Action: engine.Create, Label: "Trail trail"}},
		Unknown:   []deployment.Unknown{{From: graph.Data}},
	}}}},
	"interrupted": {Preview: deployment.Preview{Environment: "local", Name: "local", Result: estate.Interrupted}},
}

func TestUnitPreviewText(t *testing.T) {
	for name, preview := range previews {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			c := console.New(&out, func(string) string { return "" })
			printPreview(c, preview)
			if name != "interrupted" {
				printExactness(c, preview)
			}
			check(t, "preview-"+name+".golden", out.String())
		})
	}
}

func TestUnitPreviewAsJSON(t *testing.T) {
	var out bytes.Buffer
	app := &App{Out: &out}
	if err := app.writeJSON(previews["changes"]); err != nil {
		t.Fatal(err)
	}
	check(t, "preview.json.golden", out.String())
}

func TestUnitPreviewIsUsedRightly(t *testing.T) {
	for args, want := range map[string]string{
		"preview --json --exact":             "--json always says what is exact",
		"preview --only":                     "--only says",
		"drift network":                      "unknown command",
		"preview --refresh --save-plan plan": "leave out --refresh",
		"up --refresh --plan plan":           "leave out --refresh",
	} {
		status, _, errOut := run(t, checkout(t, nil), strings.Fields(args)...)
		if status != exitUsage || !strings.Contains(errOut, want) {
			t.Errorf("%s: status %d, %q; want %q", args, status, errOut, want)
		}
	}
	for _, command := range []string{"preview", "drift"} {
		_, out, _ := run(t, checkout(t, nil), command, "--help")
		check(t, "help-"+command+".golden", out)
	}
}

// What was found is in the report of a deployment too.
func TestUnitViolationsText(t *testing.T) {
	var out bytes.Buffer
	printViolations(console.New(&out, func(string) string { return "" }), graph.Data, []engine.Violation{
		{Policy: "DAT-09", Label: "BucketV2 data", Mandatory: true, Message: "accepts plain HTTP"},
		{Policy: "DAT-20", Message: "keeps no inventory"},
	})
	check(t, "violations.golden", out.String())
}
