package controls

import (
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const permissionsBoundary = "iam:PermissionsBoundary"

func boundaryHolds(in *inspection) {
	for _, role := range in.policies().Roles {
		in.checked[role.Resource.Stack]++
		subject{in, role.Resource}.carriesBoundary(role.Boundary)
	}
	if b, ok := in.boundary(); ok {
		b.stopsRolesWithoutIt()
		b.stopsTakingOver()
		b.stopsEditing()
	}
}

// carriesBoundary wants a role to carry the estate's boundary, or one that lets
// it write logs at most: network comes before the stack with the boundary.
func (s subject) carriesBoundary(own *access.Document) {
	const property, wanted = "permissionsBoundary", "the boundary of the estate, or one that allows writing logs at most"
	name := s.in.Names.Of("boundary")
	value := s.Get(property)
	switch {
	case value == s.in.Names.IAMARN("policy/"+name):
	case own == nil && !snapshot.Known(value):
		s.cannotTell(property, wanted)
	case own == nil:
		s.fail(property, wanted, show(value))
	case own.Resource.Get("name") == name:
	default:
		if d, ok := s.in.readable(own); ok && !d.writesLogsAtMost() {
			s.fail(property, wanted, own.Resource.String())
		}
	}
}

func (d document) writesLogsAtMost() bool {
	for _, s := range d.Statements() {
		for _, action := range s.Actions {
			if s.Effect == iameval.EffectAllow && !strings.HasPrefix(action, "logs:") {
				return false
			}
		}
		if s.Effect == iameval.EffectAllow && len(s.NotActions) > 0 {
			return false
		}
	}
	return true
}

// stopsRolesWithoutIt asks for the actions that make a role or give it a policy,
// which know iam:PermissionsBoundary (Service Authorization Reference, "AWS
// Identity and Access Management").
func (b boundary) stopsRolesWithoutIt() {
	self := b.in.Names.IAMARN("policy/" + b.in.Names.Of("boundary"))
	someone := b.on("someone")
	// The flow-log role carries a narrower one.
	foreigners := append(comparedWith(permissionsBoundary, []string{self, b.in.Names.IAMARN("policy/" + b.in.Names.Of("flow-logs-boundary"))}, b.Policy),
		b.in.Names.IAMARN("policy/other"), self+"-2", strings.Replace(self, b.in.Names.Account, foreignAccount, 1))
	for _, action := range []string{
		"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
		"iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
	} {
		for _, role := range []string{b.in.Names.Of("other"), "other"} {
			p := b.in.request(action, b.in.Names.IAMARN("role/"+role))
			someone.lets(p.given("with the boundary", iameval.Context{permissionsBoundary: {self}}))
			someone.refuses(p.given("without a boundary", nil))
			for _, foreign := range foreigners {
				someone.refuses(p.given("with the boundary "+foreign, iameval.Context{permissionsBoundary: {foreign}}))
			}
		}
	}
}

// stopsTakingOver asks for the ways to work with the permissions of a user or
// role that does not carry the boundary, and to take it off.
func (b boundary) stopsTakingOver() {
	self := b.in.Names.IAMARN("policy/" + b.in.Names.Of("boundary"))
	someone := b.on("someone")
	for resource, actions := range map[string][]string{
		"role/other":  {"iam:DeleteRolePermissionsBoundary", "iam:UpdateAssumeRolePolicy"},
		"user/other":  {"iam:AddUserToGroup", "iam:AttachUserPolicy", "iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy"},
		"group/other": {"iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:PutGroupPolicy"},
	} {
		for _, action := range actions {
			p := b.in.request(action, b.in.Names.IAMARN(resource))
			someone.refuses(p)
			someone.refuses(p.given("with the boundary", iameval.Context{permissionsBoundary: {self}}))
		}
	}
}

// stopsEditing asks for changes of every boundary of the estate.
func (b boundary) stopsEditing() {
	for _, name := range []string{"boundary", "flow-logs-boundary"} {
		for _, action := range []string{
			"iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion",
		} {
			b.on("someone").refuses(b.in.request(action, b.in.Names.IAMARN("policy/"+b.in.Names.Of(name))))
		}
	}
}

// noLongTermCredentials asks for every credential that outlives a session, a key
// of Bedrock's first of all.
func noLongTermCredentials(in *inspection) {
	b, ok := in.boundary()
	if !ok {
		return
	}
	someone, user := b.on("someone"), in.Names.IAMARN("user/someone")
	for _, action := range []string{
		"iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateUser", "iam:ResetServiceSpecificCredential",
		"iam:UpdateLoginProfile",
	} {
		someone.refuses(in.request(action, user))
	}
	create := in.request("iam:CreateServiceSpecificCredential", user)
	someone.refuses(create)
	someone.refuses(create.given("for Bedrock", iameval.Context{"iam:ServiceSpecificCredentialServiceName": {"bedrock.amazonaws.com"}}))
	for _, serviceName := range []string{"bedrock", "sagemaker"} {
		call := in.request(serviceName+":CallWithBearerToken", "*")
		someone.refuses(call)
		for _, kind := range []string{"LONG_TERM", "SHORT_TERM"} {
			someone.refuses(call.given(kind, iameval.Context{serviceName + ":BearerTokenType": {kind}}))
		}
	}
}

// noForeignBuckets asks for reads and writes of buckets in another account, some
// with names much like those of AWS that are left out.
func noForeignBuckets(in *inspection) {
	b, ok := in.boundary()
	if !ok {
		return
	}
	arn := func(bucket string) string { return "arn:" + in.Names.Partition() + ":s3:::" + bucket }
	someone := b.on("someone")
	someone.environment.Resource = open // who owns the bucket lets everybody in
	foreign := func(p probe) probe { p.owner = foreignAccount; return p.given("in another account", nil) }
	buckets := []string{"somebody-elses", in.Names.Bucket("data") + "-2"}
	var open []string
	for _, bucket := range config.AWSBuckets(in.Names.Region) {
		buckets = append(buckets, bucket+"-2", "2-"+bucket)
		open = append(open, arn(bucket), arn(bucket)+"/*")
		someone.lets(foreign(in.request("s3:GetObject", arn(bucket)+"/object")))
	}
	for _, resource := range resourcesLeftOut(open, b.Policy) {
		someone.refuses(foreign(in.request("s3:PutObject", resource)))
	}
	for _, account := range comparedWith("aws:ResourceAccount", []string{in.Names.Account}, b.Policy) {
		p := in.request("s3:PutObject", arn("somebody-elses")+"/object")
		p.owner = account
		someone.refuses(p.given("in account "+account, nil))
	}
	for _, bucket := range buckets {
		for _, action := range []string{
			"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl",
			"s3:PutObjectTagging", "s3:ReplicateObject", "s3:RestoreObject",
		} {
			someone.refuses(foreign(in.request(action, arn(bucket)+"/object")))
		}
		for _, action := range []string{"s3:ListBucket", "s3:PutBucketPolicy", "s3:PutReplicationConfiguration"} {
			someone.refuses(foreign(in.request(action, arn(bucket))))
		}
	}
	someone.lets(in.request("s3:PutObject", arn(in.Names.Bucket("data"))+"/object"))
}

// regionsAreListed asks for the same in another region, with all kinds of
// services, and for what has no region.
func regionsAreListed(in *inspection) {
	b, ok := in.boundary()
	if !ok {
		return
	}
	someone := b.on("someone")
	inRegion := func(region string, p probe) probe {
		return p.given("in "+region, iameval.Context{"aws:RequestedRegion": {region}})
	}
	own := []string{in.Environment.Region}
	if replica := in.Environment.Features.ReplicaRegion; replica != "" {
		own = append(own, replica)
	}
	elsewhere := append(unlisted([]string{"ap-southeast-2", "us-east-1", in.Environment.Region + "0"}, own), comparedWith("aws:RequestedRegion", own, b.Policy)...)
	for _, action := range []string{
		"bedrock:InvokeModel", "cloudformation:CreateStack", "cloudtrail:CreateTrail", "dynamodb:PutItem", "ec2:RunInstances",
		"ecs:RunTask", "events:CreateEventBus", "glue:CreateJob", "guardduty:CreateDetector", "kms:CreateKey", "lambda:CreateFunction",
		"logs:CreateLogGroup", "rds:CreateDBInstance", "s3:CreateBucket", "s3:GetObject", "s3:PutObject",
		"sagemaker:CreateTrainingJob", "secretsmanager:GetSecretValue", "sns:Publish", "sqs:SendMessage", "ssm:StartSession",
	} {
		p := in.request(action, "*")
		for _, region := range own {
			someone.lets(inRegion(region, p))
		}
		for _, region := range elsewhere {
			someone.refuses(inRegion(region, p))
		}
	}
	for _, action := range []string{"iam:GetRole", "sts:GetCallerIdentity"} {
		someone.lets(inRegion("us-east-1", in.request(action, "*")))
	}
}
