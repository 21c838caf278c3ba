package program

import (
	"os"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	environment "github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/contract"
)

const environments = "../../stacks/environments"

// seen keeps the inputs of every resource by name.
type seen map[string]resource.PropertyMap

func (s seen) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	s[args.Name] = args.Inputs
	return args.Name, args.Inputs, nil
}

func (seen) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

func run(t *testing.T, stackName string, config map[string]string, stack Stack) (seen, error) {
	t.Helper()
	s := seen{}
	err := pulumi.RunErr(Run(stack, environments), pulumi.WithMocks("ringfence-audit", stackName, s),
		func(info *pulumi.RunInfo) { info.Config = config })
	return s, err
}

// audit promises the audit contract, whatever it creates.
func audit(create func(*pulumi.Context, *Program) error) Stack {
	return func(ctx *pulumi.Context, p *Program) (contract.Contract, error) {
		x := pulumi.String("x").ToStringOutput()
		return contract.Audit{TrailARN: x, AuditBucketName: x, AuditKeyARN: x, TrailLogGroupARN: x, AlarmTopicARN: x}, create(ctx, p)
	}
}

func nothing(*pulumi.Context, *Program) error { return nil }

func TestUnitTagsReachWhatCanBeTagged(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	s, err := run(t, "local", nil, audit(func(ctx *pulumi.Context, p *Program) error {
		if _, err := sns.NewTopic(ctx, "bare", &sns.TopicArgs{}, p.Provider); err != nil {
			return err
		}
		if _, err := sns.NewTopic(ctx, "own", &sns.TopicArgs{Tags: pulumi.StringMap{
			"Owner": pulumi.String("growth-ml"), "Purpose": pulumi.String("p"),
		}}, p.Provider); err != nil {
			return err
		}
		_, err := iam.NewRolePolicy(ctx, "untaggable", &iam.RolePolicyArgs{Role: pulumi.String("r"), Policy: pulumi.String("{}")}, p.Provider)
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"ControlSet": "ringfence", "DataClassification": "internal", "Environment": "local", "ManagedBy": "pulumi", "Owner": "platform-security"}
	expectTags(t, s["bare"], want)
	want["Owner"], want["Purpose"] = "growth-ml", "p"
	expectTags(t, s["own"], want)
	if _, tagged := s["untaggable"]["tags"]; tagged {
		t.Error("a role policy got tags")
	}
}

func expectTags(t *testing.T, inputs resource.PropertyMap, want map[string]string) {
	t.Helper()
	got := inputs["tags"].ObjectValue()
	if len(got) != len(want) {
		t.Errorf("got the tags %v, want %v", got, want)
	}
	for key, value := range want {
		if got[resource.PropertyKey(key)].StringValue() != value {
			t.Errorf("tag %s is %v, want %s", key, got[resource.PropertyKey(key)], value)
		}
	}
}

func TestUnitProviderAcceptsOneAccountOnly(t *testing.T) {
	prod, err := environment.Load(environments, "prod", "prod")
	if err != nil {
		t.Fatal(err)
	}
	s, err := run(t, "prod", nil, audit(nothing))
	if err != nil {
		t.Fatal(err)
	}
	provider := s["aws"]
	if got := provider["allowedAccountIds"].String(); !strings.Contains(got, prod.AccountID) {
		t.Errorf("allowedAccountIds is %s", got)
	}
	for _, key := range []resource.PropertyKey{"accessKey", "secretKey", "token", "profile", "endpoints"} {
		if value, given := provider[key]; given {
			t.Errorf("the provider is given %s = %v; credentials and addresses come from the process environment", key, value)
		}
	}
}

func TestUnitEmulatorNeedsItsAddress(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "")
	if err := os.Unsetenv("AWS_ENDPOINT_URL"); err != nil {
		t.Fatal(err)
	}
	_, err := run(t, "local", nil, audit(nothing))
	if err == nil || !strings.Contains(err.Error(), "AWS_ENDPOINT_URL is not set: use ./ringfence up") {
		t.Errorf("got %v", err)
	}
}

func TestUnitEnvironmentIsConfigOrStackName(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	var environment, prefix string
	keep := audit(func(_ *pulumi.Context, p *Program) error {
		environment, prefix = p.Env.Name, p.Names.Prefix
		return nil
	})
	if _, err := run(t, "pr-42", map[string]string{"ringfence:environment": "ephemeral"}, keep); err != nil {
		t.Fatal(err)
	}
	if environment != "ephemeral" || prefix != "ringfence-pr-42" {
		t.Errorf("environment %s, prefix %s", environment, prefix)
	}
	_, err := run(t, "pr-42", nil, keep)
	if err == nil || !strings.Contains(err.Error(), `environment "pr-42": there is no`) {
		t.Errorf("got %v", err)
	}
}

// What stands in a sandbox is taken over and left there; elsewhere it is the
// program's own.
func TestUnitWhatStandsInASandboxIsTakenOver(t *testing.T) {
	for _, sandbox := range []bool{true, false} {
		asked := asked{}
		p := &Program{Env: &environment.Environment{GitHub: environment.GitHub{Integration: sandbox}}}
		err := pulumi.RunErr(func(ctx *pulumi.Context) error {
			_, err := sns.NewTopic(ctx, "standing", &sns.TopicArgs{}, p.Standing("its-id"))
			return err
		}, pulumi.WithMocks("project", "stack", asked))
		if err != nil {
			t.Fatal(err)
		}
		request := asked["standing"]
		if got := request.GetImportId() == "its-id" && request.GetRetainOnDelete(); got != sandbox {
			t.Errorf("in a sandbox %t: imports %q, retained %t", sandbox, request.GetImportId(), request.GetRetainOnDelete())
		}
	}
}

// asked keeps what the engine is asked to register, by name.
type asked map[string]*pulumirpc.RegisterResourceRequest

func (a asked) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	a[args.Name] = args.RegisterRPC
	return "its-id", args.Inputs, nil
}

func (asked) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }
