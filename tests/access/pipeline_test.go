package access

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// change is a call of a workflow and the roles that may make it.
type change struct {
	action, arn string
	way         access.Way
	may         []string
}

// pipeline: each role of the workflows keeps to its stack, the two that only look
// change nothing, and none of them reaches data.
func (r *report) pipeline() {
	r.section("What workflows may do", "Denied: whatever the role is granted; empty: not granted.",
		slices.Concat([]string{""}, pipelineRoles, []string{"refused by"})...)
	for _, c := range slices.Concat(r.looking(), r.networkChanges(), r.identityChanges(), r.dataChanges(), r.auditChanges(), r.neverByWorkflows()) {
		cells, by := []string{strings.TrimSpace(c.action + " on " + r.short(c.arn) + " " + c.way.Name)}, []string(nil)
		for _, role := range pipelineRoles {
			w := access.Outside.With("", c.way.Context)
			d := r.ask(r.session(role), w, c.action, c.arn)
			if (d.Verdict == iameval.Allow) != slices.Contains(c.may, role) {
				r.t.Errorf("%s: %s on %s %s: %s; may: %v", role, c.action, c.arn, c.way.Name, d, c.may)
			}
			cells = append(cells, map[iameval.Verdict]string{iameval.Allow: "yes", iameval.ExplicitDeny: "denied"}[d.Verdict])
			by = append(by, deniedBy(d)...)
		}
		slices.Sort(by)
		r.row(append(cells, strings.Join(slices.Compact(by), ", "))...)
	}
}

var (
	// readers are all but the one that adds evidence, and reads nothing.
	readers = slices.DeleteFunc(slices.Clone(pipelineRoles), func(role string) bool { return role == "evidence" })
	nobody  []string
)

func only(roles ...string) []string { return roles }

// looking is what previews and deployments have in common, and the state.
func (r *report) looking() []change {
	state := r.names.BucketARN("state") + "/.pulumi/"
	changes := []change{
		{"ec2:DescribeVpcs", "*", access.Plain, readers},
		{"iam:GetRole", r.own("role", "ml-service"), access.Plain, readers},
		{"s3:GetBucketPolicy", r.names.BucketARN("data"), access.Plain, readers},
		{"cloudtrail:GetTrail", r.trail(), access.Plain, readers},
		{"cloudtrail:LookupEvents", "*", access.Plain, only("drift")},
		{"s3:GetObject", state + "stacks/ringfence-data/x.json", access.Plain, readers},
		{"s3:PutObject", state + "locks/organization/ringfence-data/x.json", access.Plain, only("deploy-data")},
	}
	for _, stack := range graph.Names() {
		changes = append(changes, change{"s3:PutObject", state + "stacks/" + stack.Project() + "/x.json", access.Plain, only("deploy-" + string(stack))})
	}
	return changes
}

// own is the ARN of an IAM resource of the estate.
func (e *estate) own(kind, name string) string { return e.names.IAMARN(kind + "/" + e.names.Of(name)) }

// tagged are the tags of a resource, or of a request that makes one.
func (e *estate) tagged(name, key, environment string) access.Way {
	return access.Way{Name: name, Context: iameval.Context{key + "ControlSet": {"ringfence"}, key + "Environment": {environment}}}
}

func (r *report) networkChanges() []change {
	ec2 := func(resource string) string { return r.names.ARN("ec2", resource) }
	existing := r.tagged("of the estate", "aws:ResourceTag/", r.environment.Name)
	others := r.tagged("of another environment", "aws:ResourceTag/", "other")
	fresh := r.tagged("with its tags", "aws:RequestTag/", r.environment.Name)
	network := only("deploy-network")
	return []change{
		{"ec2:CreateSubnet", ec2("subnet/*"), fresh, network},
		{"ec2:CreateSubnet", ec2("subnet/*"), access.Plain, nobody},
		{"ec2:DeleteSubnet", ec2("subnet/s"), existing, network},
		{"ec2:DeleteSubnet", ec2("subnet/s"), others, nobody},
		{"ec2:ModifyVpcEndpoint", ec2("vpc-endpoint/v"), existing, network},
		{"ec2:ModifyVpcEndpoint", ec2("vpc-endpoint/v"), others, nobody},
		{"ec2:AuthorizeSecurityGroupIngress", ec2("security-group/g"), existing, network},
		{"ec2:AuthorizeSecurityGroupIngress", ec2("security-group/g"), others, nobody},
		{"ec2:ReplaceNetworkAclEntry", ec2("network-acl/a"), existing, network},
		{"ec2:DeleteFlowLogs", ec2("vpc-flow-log/f"), existing, network},
		{"ec2:CreateInternetGateway", ec2("internet-gateway/*"), fresh, nobody},
		{"ec2:AttachInternetGateway", ec2("vpc/v"), existing, nobody},
		{"ec2:CreateNatGateway", ec2("natgateway/*"), fresh, nobody},
		{"ec2:CreateVpcPeeringConnection", ec2("vpc/v"), existing, nobody},
		{"ec2:CreateRoute", ec2("route-table/t"), existing, nobody},
		{"kms:PutKeyPolicy", r.key("flow-logs"), r.alias("flow-logs"), network},
		{"logs:PutRetentionPolicy", r.names.LogGroupARN("flow-logs"), access.Plain, network},
		{"iam:PutRolePolicy", r.own("role", "flow-logs"), r.bounded("flow-logs-boundary"), network},
	}
}

// alias is how a call to a key of the estate is known.
func (e *estate) alias(key string) access.Way {
	return access.Way{Context: iameval.Context{"kms:ResourceAliases": {e.names.KeyAlias(key)}}}
}

// bounded is a call about a role with that boundary.
func (e *estate) bounded(boundary string) access.Way {
	return access.Way{Name: "under " + boundary, Context: iameval.Context{"iam:PermissionsBoundary": {e.own("policy", boundary)}}}
}

// attaching is a call that attaches a policy to a role under the boundary.
func (e *estate) attaching(arn string) access.Way {
	return e.bounded("boundary").With("of "+e.short(arn), iameval.Context{"iam:PolicyARN": {arn}})
}

func (r *report) identityChanges() []change {
	w, _ := r.writer()
	role := func(name string) string { return r.own("role", name) }
	workload, added, kept := role(w.Name), role("new-workload"), r.bounded("boundary")
	jobs, keys := r.own("policy", "ml-guard-jobs"), r.own("policy", "ml-guard-keys")
	security := only("deploy-security")
	return []change{
		{"iam:CreateRole", added, kept, security},
		{"iam:CreateRole", added, access.Plain, nobody},
		{"iam:CreateRole", added, r.bounded("flow-logs-boundary"), nobody},
		{"iam:CreateRole", r.names.IAMARN("role/admin"), kept, nobody},
		{"iam:PutRolePolicy", workload, kept, only("deploy-security", "deploy-data")},
		{"iam:PutRolePolicy", workload, access.Plain, nobody},
		{"iam:PutRolePolicy", role("break-glass"), kept, security},
		{"iam:PutRolePolicy", role("auditor"), kept, only("deploy-security", "deploy-audit")},
		{"iam:PutRolePolicy", role("trail-delivery"), kept, only("deploy-audit")},
		{"iam:PutRolePolicy", role("deploy-data"), kept, nobody},
		{"iam:PutRolePolicy", role("preview"), kept, nobody},
		{"iam:DeleteRole", role("drift"), access.Plain, nobody},
		{"iam:PutRolePolicy", role("evidence"), kept, nobody},
		{"iam:AttachRolePolicy", workload, r.attaching(jobs), security},
		{"iam:AttachRolePolicy", workload, r.attaching(keys), only("deploy-data")},
		{"iam:AttachRolePolicy", workload, r.attaching("arn:" + r.names.Partition() + ":iam::aws:policy/AdministratorAccess"), nobody},
		{"iam:AttachRolePolicy", role("deploy-security"), r.attaching(jobs), nobody},
		{"iam:CreatePolicyVersion", jobs, access.Plain, security},
		{"iam:CreatePolicyVersion", keys, access.Plain, only("deploy-data")},
		{"iam:CreatePolicyVersion", r.own("policy", "boundary"), access.Plain, nobody},
		{"iam:CreatePolicyVersion", r.own("policy", "pipeline-read"), access.Plain, nobody},
		{"iam:UpdateAssumeRolePolicy", workload, kept, nobody},
		{"iam:DeleteRolePermissionsBoundary", workload, kept, nobody},
	}
}

func (r *report) dataChanges() []change {
	data := only("deploy-data")
	return []change{
		{"s3:PutBucketPolicy", r.names.BucketARN("data"), access.Plain, data},
		{"s3:PutBucketPolicy", r.names.BucketARN("access-logs"), access.Plain, data},
		{"s3:PutEncryptionConfiguration", r.names.BucketARN("data"), access.Plain, data},
		{"s3:DeleteBucket", r.names.BucketARN("data"), access.Plain, nobody},
		{"kms:PutKeyPolicy", r.key("data"), r.alias("data"), data},
		{"kms:CreateAlias", r.names.ARN("kms", r.names.KeyAlias("data")), access.Plain, data},
	}
}

func (r *report) auditChanges() []change {
	audit := only("deploy-audit")
	to := func(service string) access.Way {
		return access.Way{Name: "to " + service, Context: iameval.Context{"iam:PassedToService": {service + ".amazonaws.com"}}}
	}
	return []change{
		{"cloudtrail:UpdateTrail", r.trail(), access.Plain, audit},
		{"s3:PutBucketPolicy", r.names.BucketARN("audit"), access.Plain, audit},
		{"kms:PutKeyPolicy", r.key("audit"), r.alias("audit"), audit},
		{"logs:PutRetentionPolicy", r.names.LogGroupARN("trail"), access.Plain, audit},
		{"cloudwatch:PutMetricAlarm", r.names.ARN("cloudwatch", "alarm:"+r.names.Of("root-usage")), access.Plain, audit},
		{"sns:SetTopicAttributes", r.find(topicType, "alarms", "arn"), access.Plain, audit},
		{"events:PutRule", r.names.ARN("events", "rule/"+r.names.Of("tampering")), access.Plain, audit},
		{"iam:PassRole", r.own("role", "trail-delivery"), to("cloudtrail"), audit},
		{"iam:PassRole", r.own("role", "trail-delivery"), to("lambda"), nobody},
		{"iam:PassRole", r.own("role", "flow-logs"), to("vpc-flow-logs"), only("deploy-network")},
		{"iam:PassRole", r.own("role", "break-glass"), to("ec2"), nobody},
	}
}

// neverByWorkflows is for a person, or for nobody.
func (r *report) neverByWorkflows() []change {
	bucket, logs := r.names.BucketARN("data"), r.names.LogGroupARN("trail")
	return []change{
		{"s3:GetObject", bucket + "/raw/x", access.Plain, nobody},
		{"s3:PutObject", bucket + "/raw/x", access.Plain, nobody},
		{"s3:GetObject", r.names.BucketARN("audit") + "/AWSLogs/x", access.Plain, nobody},
		{"kms:Decrypt", r.key("data"), r.model.ViaService("s3"), nobody},
		{"kms:Decrypt", r.key("audit"), r.model.ViaService("s3"), nobody},
		{"kms:ScheduleKeyDeletion", r.key("data"), r.alias("data"), nobody},
		{"logs:GetLogEvents", logs + ":log-stream:x", access.Plain, nobody},
		{"logs:DeleteLogGroup", logs, access.Plain, nobody},
		{"cloudtrail:StopLogging", r.trail(), access.Plain, nobody},
		{"cloudtrail:DeleteTrail", r.trail(), access.Plain, nobody},
		{"events:DisableRule", r.names.ARN("events", "rule/"+r.names.Of("tampering")), access.Plain, nobody},
		{"secretsmanager:GetSecretValue", r.names.ARN("secretsmanager", "secret:x"), access.Plain, nobody},
		{"sagemaker:CreateTrainingJob", r.names.ARN("sagemaker", "training-job/x"), access.Plain, nobody},
		{"bedrock:InvokeModel", "*", access.Plain, nobody},
		{"lambda:CreateFunction", r.names.ARN("lambda", "function:x"), access.Plain, nobody},
		{"ec2:RunInstances", r.names.ARN("ec2", "instance/*"), access.Plain, nobody},
		{"iam:CreateUser", r.names.IAMARN("user/eve"), access.Plain, nobody},
		{"iam:CreateAccessKey", r.names.IAMARN("user/eve"), access.Plain, nobody},
		{"iam:UpdateOpenIDConnectProviderThumbprint", r.names.IAMARN("oidc-provider/" + gitHub), access.Plain, nobody},
		{"sts:AssumeRole", r.own("role", "break-glass"), access.Plain, nobody},
	}
}
