package access

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/sandbox"
)

// box is what `ringfence bootstrap` makes in a sandbox, for the evaluator.
type box struct {
	t     *testing.T
	names names.Names
	sandbox.Sandbox
	trust    *iameval.Policy
	duties   []*iameval.Policy
	limit    *iameval.Policy // of the integration role
	boundary *iameval.Policy // of what it makes
	fired    map[string]bool
}

func newBox(t *testing.T) *box {
	t.Helper()
	env, err := config.Load("../../shared/sandbox/testdata", "sandbox", "sandbox")
	if err != nil {
		t.Fatal(err)
	}
	b := &box{t: t, names: names.New(env.Name, env.AccountID, env.Region), Sandbox: sandbox.Of(env), fired: map[string]bool{}}
	boundaries, err := b.Boundaries()
	if err != nil {
		t.Fatal(err)
	}
	b.boundary = b.parse("boundary", iameval.PermissionsBoundary, boundaries[0].Text)
	b.limit = b.parse("integration-boundary", iameval.PermissionsBoundary, boundaries[2].Text)
	duties, err := b.Duties()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range duties {
		b.duties = append(b.duties, b.parse(d.Name, iameval.IdentityPolicy, d.Text))
	}
	trust, err := b.Trust()
	if err != nil {
		t.Fatal(err)
	}
	b.trust = b.parse("trust", iameval.TrustPolicy, trust)
	return b
}

func (b *box) parse(name string, kind iameval.Kind, text string) *iameval.Policy {
	b.t.Helper()
	policy, err := iameval.Parse(name, kind, []byte(text))
	if err != nil {
		b.t.Fatal(err)
	}
	return policy
}

func (b *box) everything() []*iameval.Policy {
	return []*iameval.Policy{b.parse("everything", iameval.IdentityPolicy,
		`{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`)}
}

// ask decides a request of a role of the sandbox, with these policies and this boundary.
func (b *box) ask(role string, identity []*iameval.Policy, limit *iameval.Policy, action, arn string, context iameval.Context) iameval.Decision {
	b.t.Helper()
	all := iameval.Context{"aws:RequestedRegion": {b.names.Region}, "aws:SecureTransport": {"true"}}
	maps.Copy(all, context)
	owner := b.names.Account
	if other, ok := all["owner"]; ok { // not a condition key
		delete(all, "owner")
		owner = other[0]
	}
	environment := iameval.Environment{Identity: identity, Boundary: limit}
	if strings.Contains(arn, ":key/") { // the most open that a key of somebody else can be
		environment.Resource = b.parse("key", iameval.KeyPolicy, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+b.names.RootARN()+`"},"Action":"kms:*","Resource":"*"}]}`)
	}
	if action == "sts:AssumeRole" { // whom the role trusts is for the caller's own policies to use
		environment.Resource = b.parse("trust", iameval.TrustPolicy, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+b.names.RootARN()+`"},"Action":"sts:AssumeRole"}]}`)
	}
	d, err := iameval.Evaluate(iameval.Request{
		Principal: iameval.RoleSession(b.names.IAMARN("role/"+b.names.Of(role)), "night"), Action: action, Resource: arn,
		ResourceAccount: owner, Context: all,
	}, environment)
	if err != nil {
		b.t.Fatalf("%s on %s: %v", action, arn, err)
	}
	for _, statement := range d.By {
		b.fired[statement.Statement] = true
	}
	return d
}

func (b *box) policy(name string) string { return b.names.IAMARN("policy/" + b.names.Of(name)) }
func (b *box) role(name string) string   { return b.names.IAMARN("role/" + b.names.Of(name)) }

// under is a request about a role that carries a boundary.
func (b *box) under(name string) iameval.Context {
	return iameval.Context{"iam:PermissionsBoundary": {b.policy(name)}}
}

// tags are those of a request or of a resource.
func (b *box) tags(key, environment string) iameval.Context {
	return iameval.Context{key + "ControlSet": {"ringfence"}, key + "Environment": {environment}}
}

// A token gets the integration role only in one of two workflows, as they are on
// main, in the GitHub environment of the sandbox (controls IAM-10, PIP-04).
func TestVerdictOnlyNightAndJanitorTakeTheIntegrationRole(t *testing.T) {
	b := newBox(t)
	const sub, file = "repo:acme/ringfence:environment:sandbox", "acme/ringfence/.github/workflows/nightly.yml@refs/heads/main"
	provider, _ := b.ProviderARN()
	for _, tt := range []struct {
		what               string
		provider, aud      string
		subject, reference string
		may                bool
	}{
		{"the night", provider, sandbox.Audience, sub, file, true},
		{"the janitor", provider, sandbox.Audience, sub, strings.ReplaceAll(file, "nightly", "janitor"), true},
		{"a subject with numbers", provider, sandbox.Audience, "repo:acme@1/ringfence@2:environment:sandbox", file, true},
		{"another workflow", provider, sandbox.Audience, sub, strings.ReplaceAll(file, "nightly", "preview"), false},
		{"another branch", provider, sandbox.Audience, sub, strings.ReplaceAll(file, "main", "feature"), false},
		{"a pull request's workflow", provider, sandbox.Audience, sub, strings.ReplaceAll(file, "heads/main", "pull/7/merge"), false},
		{"no workflow", provider, sandbox.Audience, sub, "", false},
		{"a pull request", provider, sandbox.Audience, "repo:acme/ringfence:pull_request", file, false},
		{"main without the environment", provider, sandbox.Audience, "repo:acme/ringfence:ref:refs/heads/main", file, false},
		{"another environment", provider, sandbox.Audience, "repo:acme/ringfence:environment:prod", file, false},
		{"a fork", provider, sandbox.Audience, "repo:eve/ringfence:environment:sandbox", "eve/ringfence/.github/workflows/nightly.yml@refs/heads/main", false},
		{"a fork that calls our workflow", provider, sandbox.Audience, "repo:eve/ringfence:environment:sandbox", file, false},
		{"a repository of the same name later", provider, sandbox.Audience, "repo:acme@9/ringfence@9:environment:sandbox", file, false},
		{"another audience", provider, "https://github.com/acme", sub, file, false},
		{"another provider", strings.ReplaceAll(provider, "token.actions.githubusercontent.com", "gitlab.example.com"), sandbox.Audience, sub, file, false},
	} {
		context := iameval.Context{config.GitHubIssuer + ":aud": {tt.aud}, config.GitHubIssuer + ":sub": {tt.subject}}
		if tt.reference != "" {
			context[config.GitHubIssuer+":job_workflow_ref"] = []string{tt.reference}
		}
		d, err := iameval.Evaluate(iameval.Request{
			Principal: iameval.Federated(tt.provider), Action: "sts:AssumeRoleWithWebIdentity", Resource: b.RoleARN(),
			ResourceAccount: b.names.Account, Context: context,
		}, iameval.Environment{Resource: b.trust})
		if err != nil || (d.Verdict == iameval.Allow) != tt.may {
			t.Errorf("%s: %s, %v; may: %t", tt.what, d, err, tt.may)
		}
	}
}

// The integration role deploys and destroys what has the names and tags of its
// environment, and nothing else of the account.
func TestVerdictIntegrationKeepsToItsNames(t *testing.T) {
	b := newBox(t)
	n := b.names
	other := names.New("prod", n.Account, n.Region)
	to := func(service string) iameval.Context {
		return iameval.Context{"iam:PassedToService": {service + ".amazonaws.com"}}
	}
	fresh, own, foreign := b.tags("aws:RequestTag/", "sandbox"), b.tags("aws:ResourceTag/", "sandbox"), b.tags("aws:ResourceTag/", "prod")
	stateKey := maps.Clone(own)
	stateKey["aws:ResourceTag/ManagedBy"], stateKey["kms:ResourceAliases"] = []string{"ringfence-bootstrap"}, []string{n.KeyAlias("state")}
	for _, tt := range []struct {
		action, arn string
		context     iameval.Context
		may         bool
	}{
		{"iam:CreateRole", b.role("train"), b.under("boundary"), true},
		{"iam:CreateRole", b.role("flow-logs"), b.under("flow-logs-boundary"), true},
		{"iam:CreateRole", b.role("train"), nil, false},
		{"iam:CreateRole", b.role("train"), b.under("integration-boundary"), false},
		{"iam:CreateRole", b.role("train"), b.under("other"), false},
		{"iam:CreateRole", other.IAMARN("role/" + other.Of("train")), b.under("boundary"), false},
		{"iam:PutRolePolicy", b.role("train"), b.under("boundary"), true},
		{"iam:PutRolePolicy", n.IAMARN("role/administrator"), b.under("boundary"), false},
		{"iam:AttachRolePolicy", b.role("train"), iameval.Context{"iam:PermissionsBoundary": {b.policy("boundary")}, "iam:PolicyARN": {b.policy("ml-guard-jobs")}}, true},
		{"iam:AttachRolePolicy", b.role("train"), iameval.Context{"iam:PermissionsBoundary": {b.policy("boundary")}, "iam:PolicyARN": {"arn:aws:iam::aws:policy/AdministratorAccess"}}, false},
		{"iam:DeleteRole", b.role("train"), nil, true},
		{"iam:DeleteRole", other.IAMARN("role/" + other.Of("train")), nil, false},
		{"iam:PassRole", b.role("serve"), to("ec2"), true},
		{"iam:PassRole", b.role("train"), to("lambda"), false},
		{"iam:PassRole", n.IAMARN("role/administrator"), to("ec2"), false},
		{"sts:AssumeRole", b.role("data-scientist"), nil, true},
		{"sts:AssumeRole", b.role("break-glass"), nil, false},
		{"sts:AssumeRole", n.IAMARN("role/administrator"), nil, false},
		{"ec2:CreateSubnet", n.ARN("ec2", "subnet/*"), fresh, true},
		{"ec2:CreateSubnet", n.ARN("ec2", "subnet/*"), nil, false},
		{"ec2:DeleteVpc", n.ARN("ec2", "vpc/v"), own, true},
		{"ec2:DeleteVpc", n.ARN("ec2", "vpc/v"), foreign, false},
		{"ec2:CreateInternetGateway", n.ARN("ec2", "internet-gateway/*"), fresh, false},
		{"ec2:RunInstances", n.ARN("ec2", "instance/*"), fresh, false},
		{"s3:DeleteBucket", n.BucketARN("data"), nil, true},
		{"s3:DeleteBucket", other.BucketARN("data"), nil, false},
		{"s3:PutObject", n.BucketARN("state") + "/.pulumi/stacks/ringfence-data/sandbox.json", nil, true},
		{"s3:PutObject", other.BucketARN("state") + "/.pulumi/stacks/ringfence-data/prod.json", nil, false},
		{"s3:PutBucketPolicy", n.BucketARN("state"), nil, false},
		{"s3:DeleteObjectVersion", n.BucketARN("state") + "/x", nil, false},
		{"kms:CreateKey", "*", fresh, true},
		{"kms:CreateKey", "*", nil, false},
		{"kms:ScheduleKeyDeletion", n.ARN("kms", "key/k"), own, true},
		{"kms:ScheduleKeyDeletion", n.ARN("kms", "key/k"), foreign, false},
		{"kms:ScheduleKeyDeletion", n.ARN("kms", "key/k"), stateKey, false},
		{"kms:PutKeyPolicy", n.ARN("kms", "key/k"), stateKey, false},
		{"kms:UntagResource", n.ARN("kms", "key/k"), stateKey, false},
		{"kms:Decrypt", n.ARN("kms", "key/k"), stateKey, true},
		{"kms:Decrypt", n.ARN("kms", "key/k"), own, false},
		{"cloudtrail:DeleteTrail", n.ARN("cloudtrail", "trail/"+n.Of("trail")), nil, true},
		{"cloudtrail:StopLogging", n.ARN("cloudtrail", "trail/"+n.Of("trail")), nil, false},
		{"cloudtrail:DeleteTrail", n.ARN("cloudtrail", "trail/organization"), nil, false},
		{"logs:DeleteLogGroup", n.LogGroupARN("trail"), nil, true},
		{"logs:DeleteLogGroup", other.LogGroupARN("trail"), nil, false},
		{"sagemaker:CreateTrainingJob", n.ARN("sagemaker", "training-job/x"), nil, false},
	} {
		if d := b.ask("integration", b.duties, b.limit, tt.action, tt.arn, tt.context); (d.Verdict == iameval.Allow) != tt.may {
			t.Errorf("%s on %s %v: %s; may: %t", tt.action, tt.arn, tt.context, d, tt.may)
		}
	}
}

// However much somebody gave the integration role, it does not raise itself; and
// neither does a role that it has made, with every permission under the boundary that
// it must give it. No denial of its boundary is dead.
func TestVerdictIntegrationCannotRaiseItself(t *testing.T) {
	b := newBox(t)
	n := b.names
	self, provider := b.RoleARN(), n.IAMARN("oidc-provider/"+config.GitHubIssuer)
	standing := []string{b.policy("boundary"), b.policy("flow-logs-boundary"), b.policy("integration-boundary"), b.policy("integration-records")}
	type call struct{ action, arn string }
	calls := []call{
		{"iam:AttachRolePolicy", self}, {"iam:PutRolePolicy", self}, {"iam:PutRolePermissionsBoundary", self},
		{"iam:DeleteRolePermissionsBoundary", self}, {"iam:UpdateAssumeRolePolicy", self}, {"iam:DeleteRole", self}, {"iam:CreateRole", self},
		{"iam:UpdateAssumeRolePolicy", n.IAMARN("role/administrator")}, {"iam:PutRolePolicy", n.IAMARN("role/administrator")},
		{"iam:CreateRole", n.IAMARN("role/unbounded")}, {"iam:CreateUser", n.IAMARN("user/eve")}, {"iam:CreateAccessKey", n.IAMARN("user/eve")},
		{"iam:AttachUserPolicy", n.IAMARN("user/eve")},
	}
	for _, policy := range standing {
		calls = append(calls, call{"iam:CreatePolicyVersion", policy}, call{"iam:DeletePolicy", policy}, call{"iam:SetDefaultPolicyVersion", policy})
	}
	contexts := []iameval.Context{nil, b.under("integration-boundary"), b.under("other")}
	for _, c := range calls {
		for _, context := range contexts {
			for role, limit := range map[string]*iameval.Policy{"integration": b.limit, "train": b.boundary, "deploy-audit": b.boundary} {
				if d := b.ask(role, b.everything(), limit, c.action, c.arn, context); d.Verdict != iameval.ExplicitDeny {
					t.Errorf("%s: %s on %s %v: %s", role, c.action, c.arn, context, d)
				}
			}
		}
	}
	key := iameval.Context{"aws:ResourceTag/ManagedBy": {"ringfence-bootstrap"}}
	for _, tt := range []struct {
		call
		context iameval.Context
	}{
		{call{"iam:DeleteOpenIDConnectProvider", provider}, nil},
		{call{"iam:CreateSAMLProvider", n.IAMARN("saml-provider/eve")}, nil},
		{call{"s3:PutBucketPolicy", n.BucketARN("state")}, nil},
		{call{"s3:DeleteObjectVersion", n.BucketARN("state-logs") + "/x"}, nil},
		{call{"kms:PutKeyPolicy", n.ARN("kms", "key/state")}, key},
		{call{"kms:ScheduleKeyDeletion", n.ARN("kms", "key/state")}, key},
		{call{"kms:CreateGrant", n.ARN("kms", "key/state")}, key},
		{call{"kms:UpdateAlias", n.ARN("kms", n.KeyAlias("state"))}, nil},
		{call{"iam:PassRole", self}, nil},
		{call{"sts:AssumeRole", self}, nil},
		{call{"ec2:RunInstances", n.ARN("ec2", "instance/*")}, iameval.Context{"aws:RequestedRegion": {"us-east-1"}}},
		{call{"s3:PutObject", "arn:aws:s3:::foreign/loot"}, iameval.Context{"owner": {"999999999999"}}},
	} {
		if d := b.ask("integration", b.everything(), b.limit, tt.action, tt.arn, tt.context); d.Verdict != iameval.ExplicitDeny {
			t.Errorf("%s on %s %v: %s", tt.action, tt.arn, tt.context, d)
		}
	}
	for _, s := range b.limit.Document().Statements {
		if s.Effect == iameval.EffectDeny && !b.fired[s.Sid] {
			t.Errorf("%s never denies anything here", s.Sid)
		}
	}
	if !slices.Equal([]bool{b.fired["DenyEditingPipeline"], b.fired["DenyEditingBoundary"]}, []bool{true, true}) {
		t.Error("what the role makes is kept from the pipeline by nothing")
	}
}
