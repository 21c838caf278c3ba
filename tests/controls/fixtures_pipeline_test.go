package controls

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
	"github.com/ringfence/ringfence/shared/workflows"
)

// pipelineFixtures change what the stacks export, the workflows and the register.
// Each rule on workflows has fixtures of its own in package shared/workflows.
var pipelineFixtures = []fixture{
	bad("PIP-01", "an output less", output(graph.Data, "dataKeyArn", nil)),
	bad("PIP-01", "an output more", output(graph.Data, "surprise", "x")),
	bad("PIP-01", "another type", output(graph.Network, "vpcId", 7.0)),
	flow("PIP-02", "data does not wait for security", "workflows/deploy-environment.yml", "needs: [plan, network, security]", "needs: [plan, network]"),
	flow("PIP-03", "an action by tag", "workflows/ci.yml", "uses: actions/checkout@", "uses: actions/checkout@v6 #"),
	flow("PIP-03", "code of forks with rights", "workflows/preview.yml", "pull_request:", "pull_request_target:"),
	flow("PIP-04", "credentials for forks", "workflows/preview.yml", workflows.OwnPullRequest, "always()"),
	flow("PIP-05", "no look for known vulnerabilities", "workflows/ci.yml", "govulncheck", "go version"),
	flow("PIP-06", "no night run", "workflows/drift.yml", "schedule:", "workflow_call:"),
	register("PIP-07", "an exception that has expired", controls.Exception{Control: "DAT-16", Stack: graph.Data,
		Resource: "aws:s3/bucketV2:BucketV2 data", Owner: "o", Reason: "r", Compensation: "c", Expires: "2026-11-21"}),
	bad("PIP-08", "a secret", output(graph.Data, "dataBucketUrl", "AKIAIOSFODNN7EXAMPLE")),
	bad("PIP-08", "no key for the state", func(s *snapshot.Snapshot) error {
		env := *s.Environment
		env.State.SecretsProvider = ""
		s.Environment = &env
		return nil
	}),
}

// flow is a change of a workflow that a control must notice.
func flow(control, name, file, old, new string) fixture {
	return fixture{control: control, name: name, pipeline: func(p *controls.Pipeline) error {
		content, err := os.ReadFile(filepath.Join("../../.github", file))
		if err != nil {
			return err
		}
		if !strings.Contains(string(content), old) {
			return fmt.Errorf("%s does not say %q", file, old)
		}
		changed, err := workflows.Parse(file, []byte(strings.ReplaceAll(string(content), old, new)))
		for i, w := range p.Workflows {
			if w.File == file {
				p.Workflows[i] = changed
			}
		}
		return err
	}}
}

// register is an exception that must not be in the register.
func register(control, name string, x controls.Exception) fixture {
	return fixture{control: control, name: name, pipeline: func(p *controls.Pipeline) error {
		p.Exceptions = append(p.Exceptions, x)
		return nil
	}}
}
