package boundary

import (
	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iampolicy"
	"github.com/ringfence/ringfence/shared/names"
)

// audit keeps a role from blinding those who watch (control IAM-24).
// Nobody who carries the boundary stops a trail or a detector, deletes a key or
// deletes a record; the pipeline does not either, for it deploys and never
// destroys. What an update has to change is left to the roles that deploy it,
// and to the emergency role; their own policies say which resources. Names are
// fixed by convention, because these resources belong to later stacks.
func audit(n names.Names) []iampolicy.Statement {
	records, accessLogs := n.BucketARN("audit"), n.BucketARN("access-logs")
	logGroups := n.LogGroupARN("*")
	return []iampolicy.Statement{
		{
			Sid:    "DenyBlindingAudit",
			Effect: iampolicy.Deny,
			Actions: []string{
				"access-analyzer:DeleteAnalyzer", "cloudtrail:DeleteTrail", "cloudtrail:StopLogging",
				"cloudwatch:DisableAlarmActions",
				"config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel", "config:StopConfigurationRecorder",
				"events:DeleteRule", "events:DisableRule",
				"guardduty:DeleteDetector", "guardduty:StopMonitoringMembers", "inspector2:Disable",
				"kms:DisableKey", "kms:DisableKeyRotation", "kms:ScheduleKeyDeletion", "macie2:DisableMacie",
				"securityhub:BatchDisableStandards", "securityhub:DisableSecurityHub",
				"sns:DeleteTopic", "sqs:DeleteQueue", "sqs:PurgeQueue",
			},
			Resources: iampolicy.Strings("*"),
		},
		{
			Sid:    "DenyDeletingRecords",
			Effect: iampolicy.Deny,
			Actions: []string{
				"logs:DeleteLogGroup", "logs:DeleteLogStream",
				"s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion",
			},
			Resources: iampolicy.Strings(logGroups, records+"/*", accessLogs+"/*"),
		},
		{
			Sid:    "DenyChangingAudit",
			Effect: iampolicy.Deny,
			Actions: []string{
				"cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors", "cloudtrail:UpdateTrail",
				// Who is told: alarms and rules, and where they lead. No role of the estate
				// has others, and a managed policy has no room for their names.
				"cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm",
				"config:PutConfigurationRecorder", "config:PutDeliveryChannel",
				"ec2:DeleteFlowLogs", // the only way to change one is to replace it
				"events:PutRule", "events:PutTargets", "events:RemoveTargets",
				"guardduty:UpdateDetector",
				"kms:PutKeyPolicy",
				"logs:DeleteMetricFilter", "logs:PutMetricFilter",
				"sns:SetTopicAttributes", "sns:Unsubscribe", "sqs:SetQueueAttributes",
			},
			Resources:  iampolicy.Strings("*"),
			Conditions: []iampolicy.Condition{exceptCaretakers(n)},
		},
		{
			Sid:    "DenyChangingRecords",
			Effect: iampolicy.Deny,
			Actions: []string{
				"logs:DeleteRetentionPolicy", "logs:DisassociateKmsKey", "logs:PutRetentionPolicy",
				"s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucket*", "s3:PutEncryptionConfiguration",
				"s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
			},
			Resources:  iampolicy.Strings(logGroups, records, accessLogs),
			Conditions: []iampolicy.Condition{exceptCaretakers(n)},
		},
	}
}

// exceptCaretakers leaves a denial to everybody but the roles that deploy the
// stacks with logs, keys and buckets, and the emergency role.
func exceptCaretakers(n names.Names) iampolicy.Condition {
	return iampolicy.Is("ArnNotEquals", "aws:PrincipalArn",
		n.IAMARN("role/"+n.Of("break-glass")),
		n.IAMARN("role/"+n.Of(backend.DeployRole(graph.Audit))),
		n.IAMARN("role/"+n.Of(backend.DeployRole(graph.Data))),
		n.IAMARN("role/"+n.Of(backend.DeployRole(graph.Network))),
	)
}
