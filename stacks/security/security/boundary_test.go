package security

import (
	"slices"
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
)

// What the boundary leaves of a role to which somebody gave every permission
// (controls IAM-06 and IAM-22 to IAM-25). Each denial is seen to fire.
func TestVerdictBoundary(t *testing.T) {
	e := evaluated(t, "full", "us-gov-west-1")
	self := e.iam("policy/ringfence-full-boundary")
	flowLogs := e.iam("policy/ringfence-full-flow-logs-boundary")
	bounded := iameval.Context{"iam:PermissionsBoundary": {self}}
	audit, trail := e.bucket("audit"), e.arn("cloudtrail", "trail/ringfence-full-trail")
	key, group := e.arn("kms", "key/any"), e.arn("logs", "log-group:/ringfence-full/trail:*")
	in := func(region string) iameval.Context { return iameval.Context{"aws:RequestedRegion": {region}} }
	public := "arn:" + e.partition() + ":s3:::prod-us-gov-west-1-starport-layer-bucket/layer"
	foreign := iameval.Context{"account": {"999999999999"}}

	cases := []struct {
		role, action, resource string
		context                iameval.Context
		denied                 string // by this statement; empty: allowed
	}{
		{"t1", "iam:CreateRole", e.iam("role/new"), bounded, ""},
		{"t1", "iam:CreateRole", e.iam("role/new"), nil, "DenyRolesWithoutThisBoundary"},
		{"t1", "iam:CreateRole", e.iam("role/new"), iameval.Context{"iam:PermissionsBoundary": {e.iam("policy/weak")}}, "DenyRolesWithoutThisBoundary"},
		{"t1", "iam:PutRolePolicy", e.iam("role/admin"), nil, "DenyRolesWithoutThisBoundary"},
		{"deploy-network", "iam:CreateRole", e.iam("role/ringfence-full-flow-logs"), iameval.Context{"iam:PermissionsBoundary": {flowLogs}}, ""},
		{"t1", "iam:UpdateAssumeRolePolicy", e.iam("role/admin"), bounded, "DenyTakingOverOthers"},
		{"t1", "iam:DeleteRolePermissionsBoundary", e.iam("role/ringfence-full-t1"), bounded, "DenyTakingOverOthers"},
		{"deploy-security", "iam:CreatePolicyVersion", self, nil, "DenyEditingBoundary"},
		{"deploy-network", "iam:CreatePolicyVersion", flowLogs, nil, "DenyEditingBoundary"},
		{"deploy-security", "iam:SetDefaultPolicyVersion", e.iam("policy/ringfence-full-pipeline-read"), nil, "DenyEditingBoundary"},
		{"deploy-security", "iam:PutRolePolicy", e.iam("role/ringfence-full-deploy-security"), bounded, "DenyEditingPipeline"},
		{"deploy-security", "iam:DeleteRole", e.iam("role/ringfence-full-preview"), bounded, "DenyEditingPipeline"},
		{"deploy-security", "iam:CreateRole", e.iam("role/ringfence-full-deploy-audit"), bounded, "DenyEditingPipeline"},
		{"a1", "bedrock:CallWithBearerToken", "*", nil, "DenyLongTermCredentials"},
		{"t1", "sagemaker:CallWithBearerToken", "*", nil, "DenyLongTermCredentials"},
		{"t1", "iam:CreateServiceSpecificCredential", e.iam("user/eve"), iameval.Context{"iam:ServiceSpecificCredentialServiceName": {"bedrock.amazonaws.com"}}, "DenyLongTermCredentials"},
		{"t1", "iam:CreateAccessKey", e.iam("user/eve"), nil, "DenyLongTermCredentials"},

		{"deploy-audit", "cloudtrail:StopLogging", trail, nil, "DenyBlindingAudit"},
		{"break-glass", "cloudtrail:DeleteTrail", trail, nil, "DenyBlindingAudit"},
		{"deploy-data", "kms:ScheduleKeyDeletion", key, nil, "DenyBlindingAudit"},
		{"deploy-audit", "guardduty:DeleteDetector", e.arn("guardduty", "detector/d"), nil, "DenyBlindingAudit"},
		{"deploy-audit", "securityhub:DisableSecurityHub", e.arn("securityhub", "hub/default"), nil, "DenyBlindingAudit"},
		{"deploy-audit", "config:StopConfigurationRecorder", e.arn("config", "configuration-recorder/default/1"), nil, "DenyBlindingAudit"},
		{"deploy-audit", "s3:DeleteObjectVersion", audit + "/AWSLogs/x", nil, "DenyDeletingRecords"},
		{"deploy-audit", "logs:DeleteLogGroup", group, nil, "DenyDeletingRecords"},
		{"t1", "logs:DeleteLogStream", e.arn("logs", "log-group:/ringfence-full/flow-logs:log-stream:eni"), nil, "DenyDeletingRecords"},
		{"t1", "s3:DeleteObject", e.bucket("data") + "/t1/model", nil, ""},
		{"t1", "cloudtrail:UpdateTrail", trail, nil, "DenyChangingAudit"},
		{"deploy-audit", "cloudtrail:UpdateTrail", trail, nil, ""},
		{"deploy-audit", "cloudtrail:CreateTrail", trail, nil, ""},
		{"deploy-audit", "cloudtrail:StartLogging", trail, nil, ""},
		{"deploy-security", "ec2:DeleteFlowLogs", e.arn("ec2", "vpc-flow-log/fl-1"), nil, "DenyChangingAudit"},
		{"deploy-network", "ec2:DeleteFlowLogs", e.arn("ec2", "vpc-flow-log/fl-1"), nil, ""},
		{"ml-service", "kms:PutKeyPolicy", key, nil, "DenyChangingAudit"},
		{"break-glass", "kms:PutKeyPolicy", key, nil, ""},
		{"deploy-security", "s3:PutBucketPolicy", audit, nil, "DenyChangingRecords"},
		{"deploy-audit", "s3:PutBucketPolicy", audit, nil, ""},
		{"break-glass", "s3:DeleteBucket", audit, nil, ""},
		{"data-scientist", "logs:PutRetentionPolicy", group, nil, "DenyChangingRecords"},
		{"deploy-audit", "logs:PutRetentionPolicy", group, nil, ""},
		{"t1", "logs:DeleteMetricFilter", group, nil, "DenyChangingAudit"},
		{"deploy-audit", "logs:PutMetricFilter", group, nil, ""},
		{"deploy-audit", "cloudwatch:DisableAlarmActions", e.arn("cloudwatch", "alarm:ringfence-full-root-use"), nil, "DenyBlindingAudit"},
		{"deploy-audit", "cloudwatch:PutMetricAlarm", e.arn("cloudwatch", "alarm:ringfence-full-root-use"), nil, ""},
		{"deploy-audit", "events:DisableRule", e.arn("events", "rule/ringfence-full-tampering"), nil, "DenyBlindingAudit"},
		{"deploy-audit", "events:PutTargets", e.arn("events", "rule/ringfence-full-tampering"), nil, ""},
		{"deploy-security", "sns:SetTopicAttributes", e.arn("sns", "ringfence-full-alarms"), nil, "DenyChangingAudit"},
		{"deploy-audit", "sns:SetTopicAttributes", e.arn("sns", "ringfence-full-alarms"), nil, ""},
		{"data-scientist", "sqs:PurgeQueue", e.arn("sqs", "ringfence-full-tampering-undelivered"), nil, "DenyBlindingAudit"},
		{"deploy-audit", "sqs:SetQueueAttributes", e.arn("sqs", "ringfence-full-tampering-undelivered"), nil, ""},

		{"t1", "s3:PutObject", "arn:" + e.partition() + ":s3:::foreign/loot", foreign, "DenyForeignBuckets"},
		{"t1", "s3:GetObject", "arn:" + e.partition() + ":s3:::foreign/code", foreign, "DenyForeignBuckets"},
		{"t1", "s3:GetObject", public, foreign, ""},
		{"t1", "s3:GetObject", e.bucket("data") + "/raw/x", nil, ""},
		{"t1", "ec2:RunInstances", "*", in("us-east-1"), "DenyOtherRegions"},
		{"t1", "ec2:RunInstances", "*", in("us-gov-west-1"), ""},
		{"t1", "s3:GetObject", e.bucket("replica") + "/raw/x", in("us-gov-east-1"), ""},
		{"t1", "iam:ListRoles", "*", in("us-east-1"), ""},
		{"t1", "sts:GetCallerIdentity", "*", in("us-east-1"), ""},
	}
	var fired []string
	for _, tt := range cases {
		d := e.ask(e.strong(tt.role), tt.action, tt.resource, tt.context)
		// A foreign bucket that is let through still has to open itself.
		if tt.denied == "" && d.Verdict == iameval.ExplicitDeny || tt.denied != "" && !(d.Verdict == iameval.ExplicitDeny && by(d, tt.denied)) {
			t.Errorf("%s %s on %s %v: %s, want a denial by %q", tt.role, tt.action, tt.resource, tt.context, d, tt.denied)
		}
		fired = append(fired, tt.denied)
	}
	for _, sid := range sids(e.roles["t1"].boundary) {
		if !slices.Contains(fired, sid) {
			t.Errorf("no case makes %s fire", sid)
		}
	}
}

func TestVerdictBoundaryKeepsToTheRegionsOfTheFile(t *testing.T) {
	e := evaluated(t, "local", "eu-central-1") // without a replica
	for region, want := range map[string]iameval.Verdict{"eu-central-1": iameval.Allow, "eu-west-1": iameval.ExplicitDeny} {
		if d := e.ask(e.strong("ml-service"), "ec2:DescribeVpcs", "*", iameval.Context{"aws:RequestedRegion": {region}}); d.Verdict != want {
			t.Errorf("in %s: %s", region, d)
		}
	}
}
