package access

import (
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
)

// boundary looks at what the boundary leaves of a role that is given everything,
// where it reaches for more.
func (r *report) boundary() {
	role := func(name string) string { return r.names.IAMARN("role/" + name) }
	own := func(name string) string { return role(r.names.Of(name)) }
	self, user := r.names.IAMARN("policy/"+r.names.Of("boundary")), r.names.IAMARN("user/eve")
	kept := plain.with("with the boundary", iameval.Context{"iam:PermissionsBoundary": {self}})
	other := plain.with("with another boundary", iameval.Context{"iam:PermissionsBoundary": {r.names.IAMARN("policy/weak")}})
	strong := r.strong("ml-service")
	deny := func(w way, action, arn, by string) attempt {
		return attempt{strong, w, action, arn, iameval.ExplicitDeny, by}
	}
	r.attempts("What the boundary leaves of a role that is given everything", "", []attempt{
		{strong, kept, "iam:CreateRole", role("new"), iameval.Allow, ""},
		deny(plain, "iam:CreateRole", role("new"), "DenyRolesWithoutThisBoundary"),
		deny(other, "iam:CreateRole", role("new"), "DenyRolesWithoutThisBoundary"),
		deny(plain, "iam:PutRolePolicy", role("admin"), "DenyRolesWithoutThisBoundary"),
		deny(plain, "iam:AttachRolePolicy", role("admin"), "DenyRolesWithoutThisBoundary"),
		deny(other, "iam:PutRolePermissionsBoundary", own("ml-service"), "DenyRolesWithoutThisBoundary"),
		deny(kept, "iam:DeleteRolePermissionsBoundary", own("ml-service"), "DenyTakingOverOthers"),
		deny(kept, "iam:UpdateAssumeRolePolicy", own("break-glass"), "DenyTakingOverOthers"),
		deny(plain, "iam:PutUserPolicy", user, "DenyTakingOverOthers"),
		deny(plain, "iam:PutUserPermissionsBoundary", user, "DenyTakingOverOthers"),
		deny(plain, "iam:CreatePolicyVersion", self, "DenyEditingBoundary"),
		deny(plain, "iam:SetDefaultPolicyVersion", self, "DenyEditingBoundary"),
		deny(plain, "iam:DeletePolicy", r.names.IAMARN("policy/"+r.names.Of("flow-logs-boundary")), "DenyEditingBoundary"),
		deny(plain, "iam:CreatePolicyVersion", r.names.IAMARN("policy/"+r.names.Of("pipeline-read")), "DenyEditingBoundary"),
		deny(kept, "iam:PutRolePolicy", own("deploy-data"), "DenyEditingPipeline"),
		deny(kept, "iam:DeleteRole", own("preview"), "DenyEditingPipeline"),
		deny(plain, "iam:CreateUser", user, "DenyLongTermCredentials"),
		deny(plain, "iam:CreateAccessKey", user, "DenyLongTermCredentials"),
		deny(plain, "bedrock:CallWithBearerToken", "*", "DenyLongTermCredentials"),
	})
}

// perimeter: a role stays in the environment's regions and in the account's
// buckets, whatever it is given.
func (r *report) perimeter() {
	strong := r.strong("ml-service")
	in := func(region string) way {
		return way{name: "in " + region, context: iameval.Context{"aws:RequestedRegion": {region}}}
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
		way                   way
		want                  iameval.Verdict
	}{
		{"s3:PutObject", "own", r.names.Account, outside, iameval.Allow},
		{"s3:PutObject", "foreign", foreignAccount, outside, iameval.ExplicitDeny},
		{"s3:PutObject", "foreign", foreignAccount, inside, iameval.ExplicitDeny},
		{"s3:GetObject", "foreign", foreignAccount, outside, iameval.ExplicitDeny},
		{"s3:GetObject", config.AWSBuckets(r.names.Region)[0], "888888888888", inside, iameval.Allow},
		{"s3:PutObject", config.AWSBuckets(r.names.Region)[0], "888888888888", inside, iameval.ImplicitDeny},
	} {
		d := r.askOf(strong, q.way, q.action, arn+q.bucket+"/object", q.owner, open)
		if d.Verdict != q.want {
			r.t.Errorf("%s %s on %s %s: %s; want %s", strong.name, q.action, q.bucket, q.way.name, d, q.want)
		}
		r.row(strong.name, q.action+" on "+q.bucket+" of account "+q.owner+" "+q.way.name, shown(d))
	}
}

// open is a bucket policy that lets everybody in, so that only what stands
// before it can refuse.
var open = func() *iameval.Policy {
	p, err := iameval.Parse("open", iameval.BucketPolicy,
		[]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`))
	if err != nil {
		panic(err)
	}
	return p
}()

// endpoints: what passes the endpoints stays in the account, but for images,
// patches and models of AWS.
func (r *report) endpoints() {
	r.section("What passes the endpoints", "", "who", "what", "verdict")
	arn := "arn:" + r.names.Partition() + ":"
	image := arn + "s3:::" + config.AWSBuckets(r.names.Region)[0] + "/layer"
	model := arn + "bedrock:" + r.names.Region + "::foundation-model/any"
	for _, q := range []struct {
		caller                       caller
		endpoint, action, arn, owner string
		want                         bool
	}{
		{r.insider(), "s3", "s3:GetObject", arn + "s3:::own/object", r.names.Account, true},
		{r.insider(), "s3", "s3:GetObject", arn + "s3:::foreign/object", foreignAccount, false},
		{r.foreigner(), "s3", "s3:GetObject", arn + "s3:::own/object", r.names.Account, false},
		{r.foreigner(), "s3", "s3:GetObject", arn + "s3:::foreign/object", foreignAccount, false},
		{r.insider(), "s3", "s3:GetObject", image, "888888888888", true},
		{r.insider(), "bedrock-runtime", "bedrock:InvokeModel", model, r.names.Account, true},
		{r.foreigner(), "bedrock-runtime", "bedrock:InvokeModel", model, foreignAccount, false},
		{r.insider(), "sagemaker.api", "sagemaker:DescribeTrainingJob", r.names.ARN("sagemaker", "training-job/x"), r.names.Account, true},
		{r.foreigner(), "sagemaker.api", "sagemaker:DescribeTrainingJob", "*", foreignAccount, false},
		{r.foreigner(), "sts", "sts:GetCallerIdentity", "*", foreignAccount, false},
	} {
		var resource *iameval.Policy
		if q.endpoint == "s3" {
			resource = open
		}
		d := r.askOf(q.caller, way{endpoint: q.endpoint, context: inside.context}, q.action, q.arn, q.owner, resource)
		if passed := d.Verdict == iameval.Allow; passed != q.want {
			r.t.Errorf("%s through the endpoint %s to %s: %s", q.caller.name, q.endpoint, q.arn, d)
		}
		r.row(q.caller.name, q.action+" on "+r.short(q.arn)+" of account "+q.owner+" through the endpoint "+q.endpoint, shown(d))
	}
}

// plugging: a workload plugs into the VPC of the estate and no other.
func (r *report) plugging() {
	subnet := r.find(subnetType, r.snapshot.OfType(subnetType)[0].Name, "arn")
	in := func(name, arn string) way { return way{name: "in " + name, context: iameval.Context{"ec2:Vpc": {arn}}} }
	own, foreign := in("the VPC", r.find(vpcType, "vpc", "arn")), in("another VPC", r.names.ARN("ec2", "vpc/vpc-other"))
	var attempts []attempt
	for _, name := range r.runsOn(config.SageMaker, config.Lambda) {
		attempts = append(attempts,
			attempt{r.session(name), own, "ec2:CreateNetworkInterface", subnet, iameval.Allow, ""},
			attempt{r.session(name), foreign, "ec2:CreateNetworkInterface", subnet, iameval.ExplicitDeny, "DenyInterfaceElsewhere"})
	}
	r.attempts("Where a workload on SageMaker or Lambda can plug in", "", attempts)
}
