package main

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ringfence/ringfence/shared/controls"
)

// configured is an analyzer as the engine sets it up for a stack of local.
func configured(t *testing.T, project string) (*analyzer, error) {
	t.Helper()
	t.Chdir("../../stacks/data")
	a := &analyzer{}
	_, err := a.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{
		Project: project, Stack: "pr-42", Config: map[string]string{"ringfence:environment": "local"},
	})
	return a, err
}

// engineResource is a resource as the engine sends it.
func engineResource(t *testing.T, resourceType, name string, properties resource.PropertyMap) *pulumirpc.AnalyzerResource {
	t.Helper()
	p, err := plugin.MarshalProperties(properties, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.AnalyzerResource{
		Type: resourceType, Name: name, Urn: "urn:pulumi:pr-42::ringfence-data::" + resourceType + "::" + name, Properties: p,
		Options: &pulumirpc.AnalyzerResourceOptions{Protect: true},
	}
}

// diagnosed returns what the pack says of a control about these resources.
func diagnosed(t *testing.T, a *analyzer, control string, resources ...*pulumirpc.AnalyzerResource) []*pulumirpc.AnalyzeDiagnostic {
	t.Helper()
	response, err := a.AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{Resources: resources})
	if err != nil {
		t.Fatal(err)
	}
	var out []*pulumirpc.AnalyzeDiagnostic
	for _, d := range response.GetDiagnostics() {
		if d.GetPolicyName() == control {
			out = append(out, d)
		}
	}
	return out
}

func TestUnitBrokenCoreControlStopsTheStack(t *testing.T) {
	a, err := configured(t, "ringfence-data")
	if err != nil {
		t.Fatal(err)
	}
	got := diagnosed(t, a, "DAT-01", engineResource(t, "aws:kms/key:Key", "data", resource.PropertyMap{"enableKeyRotation": resource.NewProperty(false)}))
	if len(got) != 1 || got[0].GetEnforcementLevel() != pulumirpc.EnforcementLevel_MANDATORY {
		t.Fatalf("got %v", got)
	}
	for _, want := range []string{"enableKeyRotation: wanted true, found false", "secure.NewKey"} {
		if !strings.Contains(got[0].GetMessage(), want) {
			t.Errorf("message %q does not say %q", got[0].GetMessage(), want)
		}
	}
	if !strings.HasSuffix(got[0].GetUrn(), "::data") {
		t.Errorf("URN is %q", got[0].GetUrn())
	}
}

func TestUnitWhatIsNotKnownYetIsAdvice(t *testing.T) {
	a, err := configured(t, "ringfence-data")
	if err != nil {
		t.Fatal(err)
	}
	got := diagnosed(t, a, undecided, engineResource(t, "aws:kms/key:Key", "data",
		resource.PropertyMap{"enableKeyRotation": resource.MakeComputed(resource.NewProperty(false))}))
	if len(got) != 1 || got[0].GetEnforcementLevel() != pulumirpc.EnforcementLevel_ADVISORY || !strings.Contains(got[0].GetMessage(), "DAT-01") {
		t.Errorf("got %v", got)
	}
}

func TestUnitSecretsNeverReachAMessage(t *testing.T) {
	a, err := configured(t, "ringfence-data")
	if err != nil {
		t.Fatal(err)
	}
	response, err := a.AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{Resources: []*pulumirpc.AnalyzerResource{
		engineResource(t, "aws:s3/bucketV2:BucketV2", "data", resource.PropertyMap{"acl": resource.MakeSecret(resource.NewProperty("s3cr3t"))}),
	}})
	if err != nil || strings.Contains(response.String(), "s3cr3t") {
		t.Errorf("got %v, %v", response, err)
	}
}

func TestUnitStackThatIsDestroyedIsNotJudged(t *testing.T) {
	a, err := configured(t, "ringfence-data")
	if err != nil {
		t.Fatal(err)
	}
	response, err := a.AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{})
	if err != nil || len(response.GetDiagnostics()) > 0 {
		t.Errorf("got %v, %v", response, err)
	}
}

func TestUnitOtherProjectsAreRefused(t *testing.T) {
	if _, err := configured(t, "someone-elses"); err == nil || !strings.Contains(err.Error(), "is no stack of the estate") {
		t.Errorf("got %v", err)
	}
}

func TestUnitPackListsTheCatalogue(t *testing.T) {
	info, err := (&analyzer{}).GetAnalyzerInfo(context.Background(), nil)
	if err != nil || len(info.GetPolicies()) != len(controls.All())+1 {
		t.Fatalf("got %v, %v", info, err)
	}
	for _, p := range info.GetPolicies() {
		c, ok := controls.Find(p.GetName())
		if !ok {
			continue // what is not known yet
		}
		if mandatory := p.GetEnforcementLevel() == pulumirpc.EnforcementLevel_MANDATORY; mandatory != (c.Tier == controls.Core) {
			t.Errorf("%s: mandatory %v, tier %s", c.ID, mandatory, c.Tier)
		}
	}
}
