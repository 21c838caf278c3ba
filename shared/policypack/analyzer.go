package main

import (
	"cmp"
	"context"
	"path/filepath"
	"strings"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/controls"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The pack's name and version, as the engine shows them.
const (
	packName    = "ringfence"
	packVersion = "1.0.0"
)

// undecided is the policy under which the pack lists what is not known yet.
const undecided = "undecided"

// environments is the folder of the environment files, from a stack's own, which
// is where the engine starts us.
var environments = filepath.Join("..", "environments")

// analyzer judges one stack for the engine.
type analyzer struct {
	pulumirpc.UnimplementedAnalyzerServer

	stack       graph.Name
	environment *config.Environment
	names       names.Names
	exceptions  controls.Exceptions
}

// Handshake implements pulumirpc.AnalyzerServer.
func (a *analyzer) Handshake(context.Context, *pulumirpc.AnalyzerHandshakeRequest) (*pulumirpc.AnalyzerHandshakeResponse, error) {
	return &pulumirpc.AnalyzerHandshakeResponse{}, nil
}

// ConfigureStack learns which stack of which environment is judged.
func (a *analyzer) ConfigureStack(_ context.Context, r *pulumirpc.AnalyzerStackConfigureRequest) (*pulumirpc.AnalyzerStackConfigureResponse, error) {
	stack, err := graph.OfProject(r.GetProject())
	if err != nil {
		return nil, err
	}
	name := cmp.Or(r.GetConfig()["ringfence:environment"], r.GetStack())
	environment, err := config.Load(environments, name, r.GetStack())
	if err != nil {
		return nil, err
	}
	exceptions, err := controls.LoadExceptions(environments)
	if err != nil {
		return nil, err
	}
	a.stack, a.environment, a.exceptions = stack, environment, exceptions.On(time.Now())
	a.names = names.New(r.GetStack(), environment.AccountID, environment.Region)
	return &pulumirpc.AnalyzerStackConfigureResponse{}, nil
}

// GetAnalyzerInfo lists the controls.
func (a *analyzer) GetAnalyzerInfo(context.Context, *emptypb.Empty) (*pulumirpc.AnalyzerInfo, error) {
	info := &pulumirpc.AnalyzerInfo{Name: packName, DisplayName: "Ringfence", Version: packVersion}
	for _, c := range controls.All() {
		info.Policies = append(info.Policies, &pulumirpc.PolicyInfo{
			Name: c.ID, DisplayName: c.ID, Description: c.Title, Message: c.Remedy, RemediationSteps: c.Remedy,
			EnforcementLevel: level(c), Severity: severities[c.Severity], PolicyType: pulumirpc.PolicyType_POLICY_TYPE_STACK,
		})
	}
	info.Policies = append(info.Policies, &pulumirpc.PolicyInfo{
		Name: undecided, Description: "Controls that cannot be told before the deployment",
		EnforcementLevel: pulumirpc.EnforcementLevel_ADVISORY, PolicyType: pulumirpc.PolicyType_POLICY_TYPE_STACK,
	})
	return info, nil
}

// GetPluginInfo implements pulumirpc.AnalyzerServer.
func (a *analyzer) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: packVersion}, nil
}

// Configure implements pulumirpc.AnalyzerServer: the catalogue is not
// configured, exceptions are registered.
func (a *analyzer) Configure(context.Context, *pulumirpc.ConfigureAnalyzerRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Analyze judges nothing: hardly a control can be decided by one resource, and
// the whole stack is judged in AnalyzeStack, in a preview before anything
// changes.
func (a *analyzer) Analyze(context.Context, *pulumirpc.AnalyzeRequest) (*pulumirpc.AnalyzeResponse, error) {
	return &pulumirpc.AnalyzeResponse{}, nil
}

// Remediate implements pulumirpc.AnalyzerServer: people mend findings.
func (a *analyzer) Remediate(context.Context, *pulumirpc.AnalyzeRequest) (*pulumirpc.RemediateResponse, error) {
	return &pulumirpc.RemediateResponse{}, nil
}

// Cancel implements pulumirpc.AnalyzerServer.
func (a *analyzer) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// AnalyzeStack judges the stack.
func (a *analyzer) AnalyzeStack(_ context.Context, r *pulumirpc.AnalyzeStackRequest) (*pulumirpc.AnalyzeResponse, error) {
	resources, outputs, err := read(a.stack, r.GetResources())
	if err != nil {
		return nil, err
	}
	if len(resources) == 0 {
		return &pulumirpc.AnalyzeResponse{}, nil // the stack is being destroyed
	}
	s := &snapshot.Snapshot{
		Environment: a.environment, Names: a.names, Stacks: []graph.Name{a.stack},
		Resources: resources, Outputs: map[graph.Name]map[string]any{a.stack: outputs},
	}
	s.Sort()
	response := &pulumirpc.AnalyzeResponse{}
	var open []string
	for _, result := range controls.Judge(s, nil, a.exceptions) {
		response.Diagnostics = append(response.Diagnostics, diagnostics(result)...)
		if len(result.Unknown) > 0 {
			open = append(open, result.Control.ID)
		}
		if result.Status == controls.Off || result.Status == controls.NotHere {
			response.NotApplicable = append(response.NotApplicable,
				&pulumirpc.PolicyNotApplicable{PolicyName: result.Control.ID, Reason: string(result.Status)})
		}
	}
	if len(open) > 0 {
		response.Diagnostics = append(response.Diagnostics, &pulumirpc.AnalyzeDiagnostic{
			PolicyName: undecided, PolicyPackName: packName, PolicyPackVersion: packVersion,
			Message:          "cannot be told before the deployment: " + strings.Join(open, ", "),
			EnforcementLevel: pulumirpc.EnforcementLevel_ADVISORY,
		})
	}
	return response, nil
}

var severities = map[controls.Severity]pulumirpc.PolicySeverity{
	controls.Critical: pulumirpc.PolicySeverity_POLICY_SEVERITY_CRITICAL,
	controls.High:     pulumirpc.PolicySeverity_POLICY_SEVERITY_HIGH,
	controls.Medium:   pulumirpc.PolicySeverity_POLICY_SEVERITY_MEDIUM,
	controls.Low:      pulumirpc.PolicySeverity_POLICY_SEVERITY_LOW,
}

func level(c *controls.Control) pulumirpc.EnforcementLevel {
	if c.Tier == controls.Core {
		return pulumirpc.EnforcementLevel_MANDATORY
	}
	return pulumirpc.EnforcementLevel_ADVISORY
}

// diagnostics says what is wrong, finding by finding.
func diagnostics(result controls.Result) []*pulumirpc.AnalyzeDiagnostic {
	c := result.Control
	var out []*pulumirpc.AnalyzeDiagnostic
	for _, f := range result.Findings {
		out = append(out, &pulumirpc.AnalyzeDiagnostic{
			PolicyName: c.ID, PolicyPackName: packName, PolicyPackVersion: packVersion, Description: c.Title,
			// The engine shows the control's id and the resource beside it.
			Message:          f.What() + ". " + c.Remedy,
			EnforcementLevel: level(c), Urn: f.URN, Severity: severities[c.Severity],
		})
	}
	return out
}
