package security

import (
	"slices"

	"github.com/ringfence/ringfence/shared/grants"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// readEstate lets a role see how the estate is set up, which is what a preview
// and a refresh ask for. It reads no object, no log line, no secret, and opens no
// key.
func (s *security) readEstate() []iampolicy.Statement {
	own := s.Names.Of("*")
	return slices.Concat([]iampolicy.Statement{
		allow("ReadNetwork", []string{ // none of these can be limited by resource
			"ec2:DescribeFlowLogs", "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists",
			"ec2:DescribeRouteTables", "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups",
			"ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints",
			"ec2:DescribeVpcs",
		}, "*"),
		allow("ReadIdentities", []string{
			"iam:GetInstanceProfile", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy",
			"iam:ListAttachedRolePolicies", "iam:ListInstanceProfileTags", "iam:ListInstanceProfilesForRole",
			"iam:ListPolicyTags", "iam:ListPolicyVersions", "iam:ListRolePolicies", "iam:ListRoleTags",
		}, s.Names.IAMARN("instance-profile/"+own), s.Names.IAMARN("policy/"+own), s.Names.IAMARN("role/"+own)),
		allow("ReadGitHubProvider", []string{"iam:GetOpenIDConnectProvider"}, s.Names.IAMARN("oidc-provider/"+gitHubIssuer)),
		allowIf("ReadKeys", grants.OwnTags(s.Env.Name), []string{
			"kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags",
		}, s.keyARNs()...),
		allow("ReadWithoutResource", []string{
			"cloudtrail:DescribeTrails", "ec2:DescribeAvailabilityZones", "kms:ListAliases", "logs:DescribeLogGroups",
			"sns:GetSubscriptionAttributes",
		}, "*"),
		allow("ReadBuckets", []string{
			"s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation",
			"s3:GetBucketLogging", "s3:GetBucketNotification", "s3:GetBucketObjectLockConfiguration",
			"s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock",
			"s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite",
			"s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration",
			"s3:ListBucket", // S3 asks for it when somebody looks whether a bucket is there
		}, "arn:"+s.Names.Partition()+":s3:::"+own),
		allow("ReadAudit", []string{
			"access-analyzer:GetAnalyzer", "access-analyzer:ListTagsForResource", "cloudtrail:GetEventSelectors",
			"cloudtrail:GetInsightSelectors", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags",
			"cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource", "events:DescribeRule",
			"events:ListTagsForResource", "events:ListTargetsByRule", "logs:DescribeMetricFilters",
			"logs:ListTagsForResource", "sns:GetTopicAttributes", "sns:ListTagsForResource",
			"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags",
		},
			s.Names.ARN("access-analyzer", "analyzer/"+own), s.Names.ARN("cloudtrail", "trail/"+own),
			s.Names.ARN("cloudwatch", "alarm:"+own), s.Names.ARN("events", "rule/"+own),
			s.Names.LogGroupARN("*"), s.Names.ARN("sns", own), s.Names.ARN("sqs", own)),
	}, s.optionalReads())
}

// keyARNs are the keys of the environment's regions.
func (s *security) keyARNs() []string {
	keys := []string{s.Names.ARN("kms", "key/*")}
	if s.Env.Features.ReplicaRegion != "" {
		keys = append(keys, s.replicaNames().ARN("kms", "key/*"))
	}
	return keys
}
