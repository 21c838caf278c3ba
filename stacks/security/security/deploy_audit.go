package security

import (
	"slices"

	"github.com/ringfence/ringfence/shared/iampolicy"
)

// deployAudit lets a role make and change the trail, its bucket, key and log
// group, the alarms, their topic, and the rule that watches for tampering. It
// cannot stop the trail, which the boundary denies to all.
func (s *security) deployAudit() []iampolicy.Statement {
	own := s.Names.Of("*")
	buckets, groups, roles := []string{"audit"}, []string{"trail"}, []string{"tampering", "trail-delivery"}
	if s.Env.Features.ConfigRecorder {
		buckets = append(buckets, "config")
	}
	if s.Env.Features.ModelInvocationLog {
		groups, roles = append(groups, "model-invocation-log"), append(roles, "model-invocation-log")
	}
	statements := slices.Concat(
		[]iampolicy.Statement{s.newKeys()},
		s.ownKeys(s.Names, "", "audit"),
		s.ownRoles(s.boundary.Arn, roles...),
		[]iampolicy.Statement{
			ownBuckets(s.Names, "ChangeOwnBuckets", buckets...),
			s.ownLogGroups(groups...),
			allow("ChangeTrail", []string{
				"cloudtrail:AddTags", "cloudtrail:CreateTrail", "cloudtrail:PutEventSelectors",
				"cloudtrail:PutInsightSelectors", "cloudtrail:RemoveTags", "cloudtrail:StartLogging", "cloudtrail:UpdateTrail",
			}, s.Names.ARN("cloudtrail", "trail/"+s.Names.Of("trail"))),
			s.handRole("HandRoleToTrail", "cloudtrail.amazonaws.com", "trail-delivery"),
			allow("ChangeAlarms", []string{
				"cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource",
			}, s.Names.ARN("cloudwatch", "alarm:"+own)),
			allow("ChangeTopic", []string{
				"sns:CreateTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:Unsubscribe",
				"sns:UntagResource",
			}, s.Names.ARN("sns", s.Names.Of("alarms"))),
			allow("ChangeQueue", []string{"sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"},
				s.Names.ARN("sqs", own)),
			allow("ChangeRule", []string{
				"events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource",
			}, s.Names.ARN("events", "rule/"+own)),
			s.handRole("HandRoleToRule", "events.amazonaws.com", "tampering"),
			allowIf("GiveAuditorTheLog", []iampolicy.Condition{
				iampolicy.When("StringEquals", "iam:PermissionsBoundary", s.boundary.Arn),
			}, []string{"iam:DeleteRolePolicy", "iam:PutRolePolicy"}, s.roleARNs("auditor")...),
		},
	)
	if s.Env.Features.ModelInvocationLog {
		statements = append(statements, s.handRole("HandRoleToBedrock", "bedrock.amazonaws.com", "model-invocation-log"))
	}
	if s.Env.Features.ConfigRecorder {
		statements = append(statements, allowIf("HandRoleToConfig",
			[]iampolicy.Condition{iampolicy.Is("StringEquals", "iam:PassedToService", "config.amazonaws.com")},
			[]string{"iam:PassRole"}, s.Names.IAMARN("role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")))
	}
	return statements
}
