package access

import (
	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
)

// boundary looks at what the boundary leaves of a role that is given everything,
// where it reaches for more.
func (r *report) boundary() {
	role := func(name string) string { return r.names.IAMARN("role/" + name) }
	own := func(name string) string { return role(r.names.Of(name)) }
	self, user := r.names.IAMARN("policy/"+r.names.Of("boundary")), r.names.IAMARN("user/eve")
	kept := access.Plain.With("with the boundary", iameval.Context{"iam:PermissionsBoundary": {self}})
	other := access.Plain.With("with another boundary", iameval.Context{"iam:PermissionsBoundary": {r.names.IAMARN("policy/weak")}})
	strong := r.strong("ml-service")
	deny := func(w access.Way, action, arn, by string) attempt {
		return attempt{strong, w, action, arn, iameval.ExplicitDeny, by}
	}
	r.attempts("What the boundary leaves of a role that is given everything", "", []attempt{
		{strong, kept, "iam:CreateRole", role("new"), iameval.Allow, ""},
		deny(access.Plain, "iam:CreateRole", role("new"), "DenyRolesWithoutThisBoundary"),
		deny(other, "iam:CreateRole", role("new"), "DenyRolesWithoutThisBoundary"),
		deny(access.Plain, "iam:PutRolePolicy", role("admin"), "DenyRolesWithoutThisBoundary"),
		deny(access.Plain, "iam:AttachRolePolicy", role("admin"), "DenyRolesWithoutThisBoundary"),
		deny(other, "iam:PutRolePermissionsBoundary", own("ml-service"), "DenyRolesWithoutThisBoundary"),
		deny(kept, "iam:DeleteRolePermissionsBoundary", own("ml-service"), "DenyTakingOverOthers"),
		deny(kept, "iam:UpdateAssumeRolePolicy", own("break-glass"), "DenyTakingOverOthers"),
		deny(access.Plain, "iam:PutUserPolicy", user, "DenyTakingOverOthers"),
		deny(access.Plain, "iam:PutUserPermissionsBoundary", user, "DenyTakingOverOthers"),
		deny(access.Plain, "iam:CreatePolicyVersion", self, "DenyEditingBoundary"),
		deny(access.Plain, "iam:SetDefaultPolicyVersion", self, "DenyEditingBoundary"),
		deny(access.Plain, "iam:DeletePolicy", r.names.IAMARN("policy/"+r.names.Of("flow-logs-boundary")), "DenyEditingBoundary"),
		deny(access.Plain, "iam:CreatePolicyVersion", r.names.IAMARN("policy/"+r.names.Of("pipeline-read")), "DenyEditingBoundary"),
		deny(kept, "iam:PutRolePolicy", own("deploy-data"), "DenyEditingPipeline"),
		deny(kept, "iam:DeleteRole", own("preview"), "DenyEditingPipeline"),
		deny(access.Plain, "iam:CreateUser", user, "DenyLongTermCredentials"),
		deny(access.Plain, "iam:CreateAccessKey", user, "DenyLongTermCredentials"),
		deny(access.Plain, "bedrock:CallWithBearerToken", "*", "DenyLongTermCredentials"),
		deny(access.Plain, "sagemaker:CallWithBearerToken", "*", "DenyLongTermCredentials"),
	})
}

// perimeter: a role stays in the environment's regions and in the account's
// buckets, whatever it is given.
func (r *report) perimeter() {
	strong := r.strong("ml-service")
	in := func(region string) access.Way {
		return access.Way{Name: "in " + region, Context: iameval.Context{"aws:RequestedRegion": {region}}}
	}
	anywhere, instance := in("ap-south-1"), r.names.ARN("ec2", "instance/*")
	regions := []attempt{
		{strong, in(r.names.Region), "ec2:RunInstances", instance, iameval.Allow, ""},
		{strong, anywhere, "ec2:RunInstances", "*", iameval.ExplicitDeny, "DenyOtherRegions"},
		{strong, anywhere, "sagemaker:CreateNotebookInstanceLifecycleConfig", "*", iameval.ExplicitDeny, "DenyOtherRegions"},
		{strong, anywhere, "bedrock:InvokeModel", "*", iameval.ExplicitDeny, "DenyOtherRegions"},
		{strong, anywhere, "s3:CreateBucket", "arn:" + r.names.Partition() + ":s3:::new", iameval.ExplicitDeny, "DenyOtherRegions"},
		{strong, anywhere, "iam:GetRole", r.names.IAMARN("role/x"), iameval.Allow, ""},
		{strong, anywhere, "sts:GetCallerIdentity", "*", iameval.Allow, ""},
		{strong, anywhere, "support:CreateCase", "*", iameval.Allow, ""},
	}
	if replica := r.environment.Features.ReplicaRegion; replica != "" {
		regions = append(regions, attempt{strong, in(replica), "s3:CreateBucket", "arn:" + r.names.Partition() + ":s3:::new", iameval.Allow, ""})
	}
	r.attempts("Other regions", "IAM, STS and Support answer in one region for all.", regions)

	r.section("Other people's buckets", "With and without the endpoint; the foreign bucket is open to everybody.", "who", "what", "verdict")
	arn := "arn:" + r.names.Partition() + ":s3:::"
	for _, q := range []struct {
		action, bucket, owner string
		way                   access.Way
		want                  iameval.Verdict
	}{
		{"s3:PutObject", "own", r.names.Account, access.Outside, iameval.Allow},
		{"s3:PutObject", "foreign", access.ForeignAccount, access.Outside, iameval.ExplicitDeny},
		{"s3:PutObject", "foreign", access.ForeignAccount, r.model.Inside(), iameval.ExplicitDeny},
		{"s3:GetObject", "foreign", access.ForeignAccount, access.Outside, iameval.ExplicitDeny},
		{"s3:GetObject", config.AWSBuckets(r.names.Region)[0], "888888888888", r.model.Inside(), iameval.Allow},
		{"s3:PutObject", config.AWSBuckets(r.names.Region)[0], "888888888888", r.model.Inside(), iameval.ImplicitDeny},
	} {
		d := r.askOf(strong, q.way, q.action, access.Target{ARN: arn + q.bucket + "/object", Account: q.owner, Policy: access.OpenToAll})
		if d.Verdict != q.want {
			r.t.Errorf("%s %s on %s %s: %s; want %s", strong.Name, q.action, q.bucket, q.way.Name, d, q.want)
		}
		r.row(strong.Name, q.action+" on "+q.bucket+" of account "+q.owner+" "+q.way.Name, shown(d))
	}
}

// endpoints: what passes the endpoints stays in the account, but for images,
// patches and models of AWS.
func (r *report) endpoints() {
	r.section("What passes the endpoints", "", "who", "what", "verdict")
	arn := "arn:" + r.names.Partition() + ":"
	image := arn + "s3:::" + config.AWSBuckets(r.names.Region)[0] + "/layer"
	model := arn + "bedrock:" + r.names.Region + "::foundation-model/any"
	for _, q := range []struct {
		caller                       access.Caller
		endpoint, action, arn, owner string
		want                         bool
	}{
		{r.model.Administrator(), "s3", "s3:GetObject", arn + "s3:::own/object", r.names.Account, true},
		{r.model.Administrator(), "s3", "s3:GetObject", arn + "s3:::foreign/object", access.ForeignAccount, false},
		{r.model.Foreigner(), "s3", "s3:GetObject", arn + "s3:::own/object", r.names.Account, false},
		{r.model.Foreigner(), "s3", "s3:GetObject", arn + "s3:::foreign/object", access.ForeignAccount, false},
		{r.model.Administrator(), "s3", "s3:GetObject", image, "888888888888", true},
		{r.model.Administrator(), "bedrock-runtime", "bedrock:InvokeModel", model, r.names.Account, true},
		{r.model.Foreigner(), "bedrock-runtime", "bedrock:InvokeModel", model, access.ForeignAccount, false},
		{r.model.Administrator(), "sagemaker.api", "sagemaker:DescribeTrainingJob", r.names.ARN("sagemaker", "training-job/x"), r.names.Account, true},
		{r.model.Foreigner(), "sagemaker.api", "sagemaker:DescribeTrainingJob", "*", access.ForeignAccount, false},
		{r.model.Foreigner(), "sts", "sts:GetCallerIdentity", "*", access.ForeignAccount, false},
	} {
		target := access.Target{ARN: q.arn, Account: q.owner}
		if q.endpoint == "s3" {
			target.Policy = access.OpenToAll
		}
		d := r.askOf(q.caller, access.Way{Endpoint: q.endpoint, Context: r.model.Inside().Context}, q.action, target)
		if passed := d.Verdict == iameval.Allow; passed != q.want {
			r.t.Errorf("%s through the endpoint %s to %s: %s", q.caller.Name, q.endpoint, q.arn, d)
		}
		r.row(q.caller.Name, q.action+" on "+r.short(q.arn)+" of account "+q.owner+" through the endpoint "+q.endpoint, shown(d))
	}
}

// plugging: a workload plugs into the VPC of the estate and no other.
func (r *report) plugging() {
	subnet := r.find(subnetType, r.snapshot.OfType(subnetType)[0].Name, "arn")
	in := func(name, arn string) access.Way {
		return access.Way{Name: "in " + name, Context: iameval.Context{"ec2:Vpc": {arn}}}
	}
	own, foreign := in("the VPC", r.find(vpcType, "vpc", "arn")), in("another VPC", r.names.ARN("ec2", "vpc/vpc-other"))
	var attempts []attempt
	for _, name := range r.runsOn(config.SageMaker, config.Lambda) {
		attempts = append(attempts,
			attempt{r.session(name), own, "ec2:CreateNetworkInterface", subnet, iameval.Allow, ""},
			attempt{r.session(name), foreign, "ec2:CreateNetworkInterface", subnet, iameval.ExplicitDeny, "DenyInterfaceElsewhere"})
	}
	r.attempts("Where a workload on SageMaker or Lambda can plug in", "", attempts)
}
