package sandbox

import (
	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/grants"
	"github.com/ringfence/ringfence/shared/iampolicy"
)

// keys lets the role make keys, and change and delete those with the tags of this
// environment. The key of the state has them too, and is told by who made it.
func (s Sandbox) keys() []iampolicy.Statement {
	keys := s.names.ARN("kms", "key/*")
	own := append(grants.OwnTags(s.env.Name), iampolicy.Is("StringNotEquals", "aws:ResourceTag/ManagedBy", backend.ManagedBy))
	var aliases []string
	for _, name := range []string{"audit", "data", "flow-logs"} {
		aliases = append(aliases, s.names.ARN("kms", s.names.KeyAlias(name)))
	}
	naming := []string{"kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"}
	return []iampolicy.Statement{
		allow("CreateKeys", grants.NewTags(s.env.Name), []string{"kms:CreateKey"}, "*"),
		allow("TagNewKeys", append(grants.NewTags(s.env.Name), iampolicy.Is("Null", "kms:ResourceAliases", "true")), []string{"kms:TagResource"}, keys),
		allow("ChangeOwnKeys", own, append([]string{
			"kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
			"kms:UpdateKeyDescription",
		}, naming...), keys),
		allow("NameOwnKeys", nil, naming, aliases...),
	}
}

// buckets lets the role make, fill, empty and delete the buckets of the estate. What
// is put into the data bucket is put there to be refused.
func (s Sandbox) buckets() []iampolicy.Statement {
	var buckets, objects []string
	for _, name := range []string{"access-logs", "audit", "data"} {
		buckets = append(buckets, s.names.BucketARN(name))
		objects = append(objects, s.names.BucketARN(name)+"/*")
	}
	data := s.names.BucketARN("data") + "/*"
	return []iampolicy.Statement{
		allow("ChangeOwnBuckets", nil, []string{
			"s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:ListBucket", "s3:ListBucketVersions", "s3:PutBucket*",
			"s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
		}, buckets...),
		allow("EmptyOwnBuckets", nil, []string{"s3:DeleteObject", "s3:DeleteObjectVersion"}, objects...),
		allow("TryTheDataBucket", nil, []string{"s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"}, data),
	}
}

// audit lets the role make and delete the trail, the alarms and what belongs to
// them. It cannot stop the trail.
func (s Sandbox) audit() []iampolicy.Statement {
	own := s.names.Of("*")
	group := s.names.LogGroupARN("*")
	return []iampolicy.Statement{
		allow("ChangeOwnLogGroups", nil, []string{
			"logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteMetricFilter", "logs:PutMetricFilter",
			"logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
		}, group),
		allow("ChangeTrail", nil, []string{
			"cloudtrail:AddTags", "cloudtrail:CreateTrail", "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors",
			"cloudtrail:PutInsightSelectors", "cloudtrail:RemoveTags", "cloudtrail:StartLogging", "cloudtrail:UpdateTrail",
		}, s.names.ARN("cloudtrail", "trail/"+s.names.Of("trail"))),
		allow("ChangeAlarms", nil, []string{
			"cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource",
		}, s.names.ARN("cloudwatch", "alarm:"+own)),
		allow("ChangeRule", nil, []string{
			"events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource",
		}, s.names.ARN("events", "rule/"+own)),
		allow("ChangeTopic", nil, []string{
			"sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
		}, s.names.ARN("sns", s.names.Of("alarms"))),
		allow("ChangeQueue", nil, []string{"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"},
			s.names.ARN("sqs", own)),
		allow("ChangeAnalyzers", nil, []string{
			"access-analyzer:CreateAnalyzer", "access-analyzer:DeleteAnalyzer", "access-analyzer:TagResource",
			"access-analyzer:UntagResource", "access-analyzer:UpdateAnalyzer",
		}, s.names.ARN("access-analyzer", "analyzer/"+own)),
	}
}
