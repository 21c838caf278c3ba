package sandbox

import (
	"slices"

	"github.com/ringfence/ringfence/shared/grants"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// Duties are what the role may do: deploy the four stacks of this environment, by
// its names and tags, try what must be refused, and destroy them. They are managed
// policies, because IAM has not enough room for them in the role.
func (s Sandbox) Duties() ([]Policy, error) {
	return s.render([]draft{
		{"integration-state", "Lets the nightly integration look, and keep the state", statements(s.look(), s.state())},
		{"integration-network", "Lets the nightly integration deploy and destroy the network", statements(s.network())},
		{"integration-identities", "Lets the nightly integration make roles under the boundaries of the estate", statements(s.identities())},
		{"integration-records", "Lets the nightly integration deploy and destroy keys, buckets and the trail", statements(s.keys(), s.buckets(), s.audit())},
	})
}

func statements(groups ...[]iampolicy.Statement) iampolicy.Document {
	return iampolicy.Document{Statements: slices.Concat(groups...)}
}

// Unscoped says of every statement that allows something on all resources why it
// does.
var Unscoped = map[string]string{
	"CreateKeys":     "kms:CreateKey has no resource yet; the request must carry the tags of this environment",
	"Look":           "most of these calls have no resource; the account holds nothing but this environment, and none of them reads data",
	"LookAtIdentity": "sts:GetCallerIdentity and tag:GetResources have no resource",
}

func (s Sandbox) look() []iampolicy.Statement {
	return []iampolicy.Statement{
		allow("Look", nil, []string{
			"access-analyzer:Get*", "access-analyzer:List*", "cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors",
			"cloudtrail:GetInsightSelectors", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags",
			"cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource", "ec2:Describe*", "events:DescribeRule", "events:List*",
			"iam:Get*", "iam:List*", "kms:Describe*", "kms:GetKey*", "kms:List*", "logs:Describe*", "logs:ListTagsForResource",
			"s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
			"s3:GetReplicationConfiguration", "sns:Get*", "sns:List*", "sqs:Get*", "sqs:List*",
		}, "*"),
		allow("LookAtIdentity", nil, []string{"sts:GetCallerIdentity", "tag:GetResources"}, "*"),
	}
}

// state lets the role read, lock and write the states of all stacks.
func (s Sandbox) state() []iampolicy.Statement {
	bucket := s.names.BucketARN("state")
	return []iampolicy.Statement{
		allow("FindState", nil, []string{"s3:ListBucket"}, bucket),
		allow("WriteState", nil, []string{"s3:DeleteObject", "s3:GetObject", "s3:PutObject"}, bucket+"/.pulumi/*"),
		allow("UseStateKey", []iampolicy.Condition{iampolicy.Is("ForAnyValue:StringEquals", "kms:ResourceAliases", s.names.KeyAlias("state"))},
			[]string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}, s.names.ARN("kms", "key/*")),
	}
}

// identities lets the role make roles under the boundaries of the estate, and become
// the two in whose name it tries what must be refused.
func (s Sandbox) identities() []iampolicy.Statement {
	own := s.names.Of("*")
	roles, profiles := s.names.IAMARN("role/"+own), s.names.IAMARN("instance-profile/"+own)
	policies := []string{s.names.IAMARN("policy/" + s.names.Of("ml-guard-*")), s.names.IAMARN("policy/" + s.names.Of("pipeline-*"))}
	bounded := iampolicy.Is("StringEquals", "iam:PermissionsBoundary", s.PolicyARN(s.names.Of("boundary")), s.PolicyARN(s.names.Of("flow-logs-boundary")))
	return []iampolicy.Statement{
		allow("MakeRoles", []iampolicy.Condition{bounded}, []string{"iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"}, roles),
		allow("AttachPolicies", []iampolicy.Condition{bounded, iampolicy.Is("ArnLike", "iam:PolicyARN", policies...)},
			[]string{"iam:AttachRolePolicy", "iam:DetachRolePolicy"}, roles),
		allow("ChangeRoles", nil, []string{"iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription"}, roles),
		allow("ChangePolicies", nil, []string{
			"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:TagPolicy", "iam:UntagPolicy",
		}, policies...),
		allow("ChangeInstanceProfiles", nil, []string{
			"iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile",
			"iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile", "iam:UntagInstanceProfile",
		}, profiles),
		allow("HandRoles", []iampolicy.Condition{iampolicy.Is("StringEquals", "iam:PassedToService",
			"cloudtrail.amazonaws.com", "ec2.amazonaws.com", "events.amazonaws.com", "vpc-flow-logs.amazonaws.com")},
			[]string{"iam:PassRole"}, roles),
		allow("TurnAnalyzerOn", []iampolicy.Condition{iampolicy.Is("StringEquals", "iam:AWSServiceName", "access-analyzer.amazonaws.com")},
			[]string{"iam:CreateServiceLinkedRole"}, s.names.IAMARN("role/aws-service-role/access-analyzer.amazonaws.com/*")),
		allow("BecomePeople", nil, []string{"sts:AssumeRole"},
			s.names.IAMARN("role/"+s.names.Of("auditor")), s.names.IAMARN("role/"+s.names.Of("data-scientist"))),
	}
}

// network lets the role deploy and destroy the network. The default list and group of
// a VPC come without tags, and the VPC's id is another one every night.
func (s Sandbox) network() []iampolicy.Statement {
	untagged := []iampolicy.Condition{iampolicy.Is("Null", "aws:ResourceTag/Environment", "true")}
	defaults := []string{s.names.ARN("ec2", "network-acl/*"), s.names.ARN("ec2", "security-group/*")}
	return append(grants.Network(s.names, s.env.Name),
		allow("CloseDefaults", untagged, []string{
			"ec2:DeleteNetworkAclEntry", "ec2:ReplaceNetworkAclAssociation", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
		}, defaults...),
		allow("TagDefaults", append(grants.NewTags(s.env.Name), untagged...), []string{"ec2:CreateTags"}, defaults...),
	)
}

func allow(sid string, conditions []iampolicy.Condition, actions []string, resources ...string) iampolicy.Statement {
	return iampolicy.Statement{
		Sid: sid, Effect: iampolicy.Allow, Actions: actions, Resources: iampolicy.Strings(resources...), Conditions: conditions,
	}
}
