package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

func stacksOf(reports ...deployment.StackReport) []deployment.StackReport {
	for i, name := range graph.Names()[:len(reports)] {
		reports[i].Stack = name
		if reports[i].Seconds > 0 {
			reports[i].Log = ".ringfence/logs/local/" + string(name) + ".log"
		}
	}
	return reports
}

func TestUnitReports(t *testing.T) {
	tests := []struct {
		golden string
		target config.Target
		report deployment.Report
		status error
	}{
		{
			golden: "report-up.golden", target: config.Emulator,
			report: deployment.Report{
				Operation: "up", Result: estate.Done, Endpoint: "http://127.0.0.1:5000", Seconds: 71.3,
				Stacks: stacksOf(
					deployment.StackReport{Result: estate.Done, Changes: engine.Changes{Created: 38}, Seconds: 14.2},
					deployment.StackReport{Result: estate.Done, Changes: engine.Changes{Unchanged: 61}, Seconds: 1},
					deployment.StackReport{Result: estate.Done, Changes: engine.Changes{Updated: 2, Replaced: 1, Deleted: 1, Unchanged: 30}, Seconds: 56},
				),
			},
		},
		{
			golden: "report-up-aws.golden", target: config.AWS,
			report: deployment.Report{Operation: "up", Result: estate.Done, Seconds: 71.3, Stacks: stacksOf(
				deployment.StackReport{Result: estate.Done, Changes: engine.Changes{Created: 38}, Seconds: 14.2},
			)},
		},
		{
			golden: "report-failed.golden", target: config.Emulator, status: reported{estate.Failed},
			report: deployment.Report{Operation: "up", Result: estate.Failed, Seconds: 18.1, Stacks: stacksOf(
				deployment.StackReport{Result: estate.Done, Changes: engine.Changes{Created: 38}, Seconds: 14.2},
				deployment.StackReport{Result: estate.Failed, Changes: engine.Changes{Created: 4}, Seconds: 3.1, Error: []string{
					"Role churn-training: creating IAM Role (ringfence-local-churn-training): MalformedPolicyDocument",
					"Role support-agent: creating IAM Role (ringfence-local-support-agent): MalformedPolicyDocument",
				}},
				deployment.StackReport{Result: estate.Skipped, SkippedBecause: graph.Security},
				deployment.StackReport{Result: estate.Skipped, SkippedBecause: graph.Security},
			)},
		},
		{
			golden: "report-interrupted.golden", target: config.Emulator, status: reported{estate.Interrupted},
			report: deployment.Report{Operation: "up", Result: estate.Interrupted, Seconds: 9, Stacks: stacksOf(
				deployment.StackReport{Result: estate.Done, Changes: engine.Changes{Created: 38}, Seconds: 7, Standing: 38},
				deployment.StackReport{Result: estate.Interrupted, Changes: engine.Changes{Created: 4}, Seconds: 2, Standing: 4, CutOff: 2, Error: []string{"interrupted"}},
				deployment.StackReport{Result: estate.NotStarted},
			)},
		},
		{
			golden: "report-destroy-interrupted.golden", target: config.Emulator, status: reported{estate.Interrupted},
			report: deployment.Report{Operation: "destroy", Result: estate.Interrupted, Seconds: 9, Stacks: stacksOf(
				deployment.StackReport{Result: estate.Interrupted, Changes: engine.Changes{Deleted: 4}, Seconds: 2, Standing: 34, Error: []string{"interrupted"}},
				deployment.StackReport{Result: estate.NotStarted, Standing: 20},
			)},
		},
		{
			golden: "report-destroyed.golden", target: config.Emulator,
			report: deployment.Report{Operation: "destroy", Result: estate.Done, Seconds: 9, Stacks: stacksOf(
				deployment.StackReport{Result: estate.Done, Changes: engine.Changes{Deleted: 38}, Seconds: 9},
			)},
		},
		{
			golden: "report-nothing.golden", target: config.Emulator,
			report: deployment.Report{Operation: "destroy", Result: estate.Done, Stacks: []deployment.StackReport{}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			var out bytes.Buffer
			app := &App{Out: &out, Err: &out}
			d := &deployment.Deployment{
				Site: deployment.Site{Name: "local", Environment: &config.Environment{
					Name: "local", Target: tt.target, AccountID: "123456789012", Region: "eu-central-1",
				}},
				Console: app.console(),
			}
			if err := app.conclude(d, tt.report, nil); !errors.Is(err, tt.status) {
				t.Errorf("concluded with %v, want %v", err, tt.status)
			}
			check(t, tt.golden, out.String())
		})
	}
}

func TestUnitReportAsJSON(t *testing.T) {
	var out, errOut bytes.Buffer
	app := &App{Out: &out, Err: &errOut, json: true}
	d := &deployment.Deployment{
		Site:    deployment.Site{Name: "local", Environment: &config.Environment{Name: "local", Target: config.Emulator}},
		Console: app.console(),
	}
	report := deployment.Report{
		Operation: "up", Environment: "local", Name: "local", Result: estate.Failed, Seconds: 4.5,
		Stacks: stacksOf(
			deployment.StackReport{Result: estate.Failed, Seconds: 3.1, Changes: engine.Changes{Created: 4}, Error: []string{"it broke"}},
			deployment.StackReport{Result: estate.Skipped, SkippedBecause: graph.Network},
		),
	}
	if err := app.conclude(d, report, nil); err == nil {
		t.Error("a failed run was concluded without an error")
	}
	check(t, "report.json.golden", out.String())
	var back deployment.Report
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Errorf("standard output is not JSON alone: %v", err)
	}
	if errOut.Len() == 0 {
		t.Error("nothing was said to people")
	}
}
