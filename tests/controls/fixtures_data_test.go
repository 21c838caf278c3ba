package controls

import (
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const encryptionDefault = "rules[0].applyServerSideEncryptionByDefault."

var dataFixtures = []fixture{
	bad("DAT-01", "no rotation", set("key", "data", "enableKeyRotation", false)),
	bad("DAT-01", "rotation every two years", set("key", "data", "rotationPeriodInDays", 730.0)),
	bad("DAT-01", "an asymmetric key", set("key", "flow-logs", "customerMasterKeySpec", "RSA_2048")),
	bad("DAT-02", "gone in a week", set("key", "audit", "deletionWindowInDays", 7.0)),
	bad("DAT-02", "Pulumi may delete it", option("key", "data", func(r *snapshot.Resource) { r.Protect = false })),
	bad("DAT-02", "Pulumi deletes what leaves the program", option("key", "data", func(r *snapshot.Resource) { r.RetainOnDelete = false })),
	bad("DAT-03", "everyone", statement("key", "data", "policy", "UseThroughS3", everybody)),
	bad("DAT-03", "a wildcard in a condition", statement("key", "data", "policy", "UseThroughS3", conditionValues("kms:ViaService", "s3.*.amazonaws.com"))),
	bad("DAT-04", "without a service between", statement("key", "data", "policy", "UseThroughS3", withoutCondition("kms:ViaService"))),
	bad("DAT-03", "without the caller's account", statement("key", "data", "policy", "UseThroughVolumes", withoutCondition("kms:CallerAccount"))),
	bad("DAT-04", "a workload without the key", withoutStatement("key", "data", "policy", "UseThroughS3")),
	bad("DAT-05", "a user who deletes the key", statement("key", "data", "policy", "UseThroughS3", andActions("kms:ScheduleKeyDeletion"))),
	bad("DAT-05", "an administrator who decrypts", statement("key", "audit", "policy", "AdministerThroughIAM", andActions("kms:Decrypt"))),
	bad("DAT-05", "grants for anybody", statement("key", "data", "policy", "LetVolumesHoldKeyOpen", withoutCondition("kms:GrantIsForAWSResource"))),
	bad("DAT-06", "a public policy is not blocked", set("bucketPublicAccessBlock", "data", "blockPublicPolicy", false)),
	bad("DAT-06", "no block", drop("bucketPublicAccessBlock", "audit")),
	bad("DAT-07", "ACLs count", set("bucketOwnershipControls", "data", "rule.objectOwnership", "ObjectWriter")),
	bad("DAT-07", "a public ACL", set("bucketV2", "data", "acl", "public-read")),
	bad("DAT-08", "S3's own key", set("bucketServerSideEncryptionConfigurationV2", "data", encryptionDefault+"sseAlgorithm", "AES256")),
	bad("DAT-08", "AWS's key", set("bucketServerSideEncryptionConfigurationV2", "data", encryptionDefault+"kmsMasterKeyId", nil)),
	bad("DAT-09", "no denial", withoutStatement("bucketPolicy", "data", "policy", "DenyPlainHTTP")),
	bad("DAT-09", "objects only", statement("bucketPolicy", "audit", "policy", "DenyPlainHTTP", func(s *iameval.Statement) bool { s.Resources = s.Resources[1:]; return true })),
	bad("DAT-10", "TLS 1.1", statement("bucketPolicy", "data", "policy", "DenyOldTLS", conditionValues("s3:TlsVersion", "1.1"))),
	bad("DAT-11", "no denial", withoutStatement("bucketPolicy", "data", "policy", "DenyOtherEncryption")),
	bad("DAT-11", "the default encryption is denied", statement("bucketPolicy", "data", "policy", "DenyOtherEncryption",
		withoutCondition("s3:x-amz-server-side-encryption"))),
	bad("DAT-12", "no denial", withoutStatement("bucketPolicy", "data", "policy", "DenyOtherKeys")),
	bad("DAT-13", "no denial", withoutStatement("bucketPolicy", "access-logs", "policy", "DenyCustomerProvidedKeys")),
	bad("DAT-14", "objects from outside", withoutStatement("bucketPolicy", "data", "policy", "DenyObjectsOutsideEndpoint")),
	bad("DAT-14", "lists from outside", withoutStatement("bucketPolicy", "data", "policy", "DenyListingOutsideEndpoint")),
	bad("DAT-14", "reads from outside", statement("bucketPolicy", "data", "policy", "DenyObjectsOutsideEndpoint", butActions("s3:GetObject"))),
	bad("DAT-14", "another endpoint", statement("bucketPolicy", "data", "policy", "DenyObjectsOutsideEndpoint", conditionValues("aws:SourceVpce", "vpce-s3", "vpce-0other"))),
	bad("DAT-15", "no denial", withoutStatement("bucketPolicy", "audit", "policy", "DenyForeignPrincipals")),
	bad("DAT-16", "suspended", set("bucketVersioningV2", "data", "versioningConfiguration.status", "Suspended")),
	bad("DAT-17", "no lock", drop("bucketObjectLockConfigurationV2", "data")),
	bad("DAT-18", "no MFA", set("bucketVersioningV2", "data", "versioningConfiguration.mfaDelete", nil)),
	good("DAT-18", "MFA", set("bucketVersioningV2", "data", "versioningConfiguration.mfaDelete", "Enabled")),
	bad("DAT-19", "broken uploads stay", set("bucketLifecycleConfigurationV2", "data", "rules[0].abortIncompleteMultipartUpload", nil)),
	bad("DAT-19", "some of the bucket", set("bucketLifecycleConfigurationV2", "data", "rules[0].filter.prefix", "raw/")),
	bad("DAT-20", "no logging", drop("bucketLoggingV2", "data")),
	bad("DAT-20", "into itself", set("bucketLoggingV2", "data", "targetBucket", "ringfence-full-data-123456789012-us-gov-west-1")),
	bad("DAT-21", "anybody writes", withoutStatement("bucketPolicy", "access-logs", "policy", "DenyOtherWriters")),
	bad("DAT-21", "nobody writes", withoutStatement("bucketPolicy", "access-logs", "policy", "AllowLogDelivery")),
	bad("DAT-21", "any account's logs", statement("bucketPolicy", "access-logs", "policy", "AllowLogDelivery", withoutCondition("aws:SourceAccount"))),
	bad("DAT-21", "any bucket's logs", statement("bucketPolicy", "access-logs", "policy", "AllowLogDelivery", withoutCondition("aws:SourceArn"))),
	bad("DAT-22", "silent", set("bucketNotification", "data", "eventbridge", false)),
	bad("DAT-23", "no plan", drop("malwareProtectionPlan", "data")),
	bad("DAT-23", "no tags", set("malwareProtectionPlan", "data", "actions[0].taggings[0].status", "DISABLED")),
	bad("DAT-24", "deleted with what it holds", set("bucketV2", "data", "forceDestroy", true)),
	bad("DAT-24", "anybody deletes it", withoutStatement("bucketPolicy", "data", "policy", "DenyBucketDeletion")),
	bad("DAT-25", "nobody's", set("bucketV2", "data", "tags.Owner", nil)),
	bad("DAT-25", "an unknown class", set("vpc", "vpc", "tags.DataClassification", "secret")),
	bad("DAT-26", "no copy", drop("bucketReplicationConfig", "data")),
	bad("DAT-26", "no key", set("bucketReplicationConfig", "data", "rules[0].destination.encryptionConfiguration", nil)),
	bad("DAT-27", "open to the internet", add(graph.Data, "aws:s3/accessPoint:AccessPoint", "p", map[string]any{"bucket": "data"})),
	good("DAT-27", "in the VPC", add(graph.Data, "aws:s3/accessPoint:AccessPoint", "p",
		map[string]any{"bucket": "data", "vpcConfiguration": map[string]any{"vpcId": "vpc-vpc"}})),
	bad("DAT-28", "AWS's key", add(graph.Data, "aws:bedrock/agentDataSource:AgentDataSource", "k", map[string]any{"name": "k"})),
	good("DAT-28", "the data key", add(graph.Data, "aws:bedrock/agentDataSource:AgentDataSource", "k",
		map[string]any{"serverSideEncryptionConfiguration": map[string]any{"kmsKeyArn": "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/data"}})),
}

// everybody opens a statement to everyone.
func everybody(s *iameval.Statement) bool {
	s.Principals = &iameval.Principals{AWS: []string{"*"}}
	return true
}

// conditionValues gives the conditions on a key other values.
func conditionValues(key string, values ...string) func(*iameval.Statement) bool {
	return func(s *iameval.Statement) bool {
		for i := range s.Conditions {
			if s.Conditions[i].Key == key {
				s.Conditions[i].Values = values
			}
		}
		return true
	}
}

// andActions adds actions to a statement, butActions takes them out.
func andActions(actions ...string) func(*iameval.Statement) bool {
	return func(s *iameval.Statement) bool { s.Actions = append(s.Actions, actions...); return true }
}

func butActions(actions ...string) func(*iameval.Statement) bool {
	return func(s *iameval.Statement) bool {
		for _, action := range actions {
			for i, a := range s.Actions {
				if a == action {
					s.Actions = append(s.Actions[:i:i], s.Actions[i+1:]...)
				}
			}
		}
		return true
	}
}
