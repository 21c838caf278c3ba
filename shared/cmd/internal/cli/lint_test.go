package cli

import (
	"bytes"
	"testing"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/policylint"
)

func TestUnitLintText(t *testing.T) {
	linted := []lintedEnvironment{
		{"dev", policylint.Report{Documents: 70}},
		{"local", policylint.Report{Documents: 76, Findings: []policylint.Finding{{
			Rule: policylint.UnknownAction, ID: policylint.UnknownAction.ID, Stack: graph.Security, Resource: "aws:iam/policy:Policy boundary",
			Kind: iameval.IdentityPolicy, Statement: "DenyBlindingAudit", Element: "Action", Value: "cloudtrail:StopLoggin",
			Problem: "no action of cloudtrail is so called",
		}}}},
	}
	for golden, asJSON := range map[string]bool{"lint.golden": false, "lint.json.golden": true} {
		var out bytes.Buffer
		a := &App{Out: &out, Err: &out, json: asJSON}
		if err := a.printLinted(linted); err == nil {
			t.Error("a finding is no failure")
		}
		check(t, golden, out.String())
		if err := a.printLinted(linted[:1]); err != nil {
			t.Error(err)
		}
	}
}
