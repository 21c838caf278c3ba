package controls

import (
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// caretakers are the roles that the boundary lets alter what watches the estate,
// each what is its own: those that deploy logs, keys and buckets, and the
// emergency role.
var caretakers = []string{"break-glass", deployRole(graph.Audit), deployRole(graph.Data), deployRole(graph.Network)}

// deployRole names the role that deploys a stack.
func deployRole(stack graph.Name) string { return "deploy-" + string(stack) }

// protection is what somebody who wants to go unseen would do to a resource.
type protection struct {
	resource string
	context  iameval.Context
	// never lists what nobody does, and alter what only the roles in by do.
	never, alter []string
	by           []string
}

func (in *inspection) protections() []protection {
	n := in.Names
	audit, data, network := deployRole(graph.Audit), deployRole(graph.Data), deployRole(graph.Network)
	named := func(key string) iameval.Context { return iameval.Context{"kms:ResourceAliases": {n.KeyAlias(key)}} }
	key := func(name string, by ...string) protection {
		return protection{resource: n.ARN("kms", "key/1"), context: named(name),
			never: []string{"kms:DisableKey", "kms:DisableKeyRotation", "kms:ScheduleKeyDeletion"}, alter: []string{"kms:PutKeyPolicy"}, by: by}
	}
	group := func(name string, by ...string) protection {
		return protection{resource: n.LogGroupARN(name), never: []string{"logs:DeleteLogGroup"},
			alter: []string{
				"logs:DeleteMetricFilter", "logs:DeleteRetentionPolicy", "logs:DisassociateKmsKey", "logs:PutMetricFilter", "logs:PutRetentionPolicy",
			}, by: by}
	}
	bucket := func(name string, by ...string) protection {
		return protection{resource: n.BucketARN(name), by: append(by, "break-glass"), alter: []string{
			"s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketLogging",
			"s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
			"s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
			"s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
		}}
	}
	records := func(resource string, never ...string) protection { return protection{resource: resource, never: never} }
	deleteObjects := []string{"s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion"}
	return []protection{
		{resource: n.ARN("cloudtrail", "trail/"+n.Of("trail")), by: []string{audit},
			never: []string{"cloudtrail:DeleteTrail", "cloudtrail:StopLogging"},
			alter: []string{"cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors", "cloudtrail:UpdateTrail"}},
		{resource: n.ARN("ec2", "vpc-flow-log/fl-1"), by: []string{network}, alter: []string{"ec2:DeleteFlowLogs"},
			context: iameval.Context{"aws:ResourceTag/ControlSet": {"ringfence"}, "aws:ResourceTag/Environment": {in.Environment.Name}}},
		{resource: n.ARN("ec2", "vpc-flow-log/fl-2"), alter: []string{"ec2:DeleteFlowLogs"},
			context: iameval.Context{"aws:ResourceTag/ControlSet": {"ringfence"}, "aws:ResourceTag/Environment": {"other"}}},
		group("flow-logs", network), records(n.LogGroupARN("flow-logs")+":log-stream:eni-1", "logs:DeleteLogStream"),
		group("trail", audit), records(n.LogGroupARN("trail")+":log-stream:1", "logs:DeleteLogStream"),
		bucket("audit", audit), records(n.BucketARN("audit")+"/log", deleteObjects...),
		bucket("access-logs", data), records(n.BucketARN("access-logs")+"/log", deleteObjects...),
		key("audit", audit), key("data", data), key("flow-logs", network),
		{resource: n.ARN("guardduty", "detector/1"), by: []string{audit},
			never: []string{"guardduty:DeleteDetector", "guardduty:StopMonitoringMembers"}, alter: []string{"guardduty:UpdateDetector"}},
		{resource: "*", by: []string{audit},
			never: []string{"config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel", "config:StopConfigurationRecorder"},
			alter: []string{"config:PutConfigurationRecorder", "config:PutDeliveryChannel"}},
		records(n.ARN("access-analyzer", "analyzer/"+n.Of("external-access")), "access-analyzer:DeleteAnalyzer"),
		{resource: n.ARN("cloudwatch", "alarm:"+n.Of("root-use")), by: []string{audit},
			never: []string{"cloudwatch:DisableAlarmActions"}, alter: []string{"cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"}},
		{resource: n.ARN("events", "rule/"+n.Of("tampering")), by: []string{audit},
			never: []string{"events:DeleteRule", "events:DisableRule"}, alter: []string{"events:PutRule", "events:PutTargets", "events:RemoveTargets"}},
		{resource: n.ARN("sns", n.Of("alarms")), by: []string{audit},
			never: []string{"sns:DeleteTopic"}, alter: []string{"sns:SetTopicAttributes", "sns:Unsubscribe"}},
		{resource: n.ARN("sqs", n.Of("tampering-undelivered")), by: []string{audit},
			never: []string{"sqs:DeleteQueue", "sqs:PurgeQueue"}, alter: []string{"sqs:SetQueueAttributes"}},
		records("*", "inspector2:Disable", "macie2:DisableMacie"),
		records(n.ARN("securityhub", "hub/default"), "securityhub:BatchDisableStandards", "securityhub:DisableSecurityHub"),
	}
}

// auditStaysOn asks the boundary what nobody under it can do, and what nobody but
// the caretakers; then each of these for what belongs to another.
func auditStaysOn(in *inspection) {
	b, ok := in.boundary()
	if !ok {
		return
	}
	all := in.protections()
	outsiders := []roleSubject{b.on("someone"), b.on(deployRole(graph.Security)), b.on("preview"), b.on("data-scientist"), b.on("deploy-audit-2")}
	var listed []string
	for _, name := range caretakers {
		listed = append(listed, in.Names.IAMARN("role/"+in.Names.Of(name)))
	}
	for _, arn := range comparedWith("aws:PrincipalArn", listed, b.Policy) {
		other := b.on("someone")
		other.role.Name, other.role.ARN = arn, arn
		outsiders = append(outsiders, other)
	}
	for _, p := range all {
		for _, action := range p.never {
			for _, role := range append(outsiders, b.on("break-glass"), b.on(deployRole(graph.Audit))) {
				role.refuses(in.tampering(p, action, role))
			}
		}
		for _, action := range p.alter {
			for _, role := range outsiders {
				role.refuses(in.tampering(p, action, role))
			}
		}
	}
	for _, name := range caretakers {
		in.caretaker(name, all)
	}
	in.recordsAreNotForged()
}

// recordsAreNotForged asks every role for writing into the logs of others.
func (in *inspection) recordsAreNotForged() {
	writers := map[string]string{"flow-logs": "flow-logs", "trail": "trail-delivery"}
	for _, role := range in.roles() {
		for _, group := range []string{"flow-logs", "trail"} {
			if role.role.Name == in.Names.Of(writers[group]) {
				continue
			}
			for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
				role.refuses(in.request(action, in.Names.LogGroupARN(group)+":log-stream:other"))
			}
		}
		for _, bucket := range []string{"access-logs", "audit"} {
			role.refuses(in.request("s3:PutObject", in.Names.BucketARN(bucket)+"/log"))
		}
	}
}

func (in *inspection) caretaker(name string, all []protection) {
	role := in.policies().Role(name)
	if role == nil {
		in.missing(graph.Security, "the role "+in.Names.Of(name))
		return
	}
	r, ok := in.judged(role)
	if !ok {
		return
	}
	for _, p := range all {
		if slices.Contains(p.by, name) {
			continue
		}
		for _, action := range p.alter {
			r.refuses(in.tampering(p, action, r))
		}
	}
}

func (in *inspection) tampering(p protection, action string, by roleSubject) probe {
	return in.request(action, p.resource).with(action+" on "+p.resource+" by "+by.role.Name, p.context)
}
