package controls

import (
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const (
	flowLogType  = "aws:ec2/flowLog:FlowLog"
	logGroupType = "aws:cloudwatch/logGroup:LogGroup"
)

// logDays is the least retention of logs (Security Hub, CloudWatch.16).
const logDays = 365

// logGroupsAreKept wants every log group of a stack to be encrypted with a
// customer-managed key and to be kept.
func logGroupsAreKept(stack graph.Name) func(*inspection) {
	return func(in *inspection) {
		keys := in.ofStack(stack, keyType)
		for _, group := range in.required(stack, logGroupType) {
			group.refersTo("kmsKeyId", "a key of the stack", keys...)
			group.isAtLeast("retentionInDays", logDays)
			group.isOpenedByItsKey(keys)
		}
	}
}

// logContext is how CloudWatch Logs tells a key which group it works for.
const logContext = "kms:EncryptionContext:aws:logs:arn"

// isOpenedByItsKey wants the group's key to let CloudWatch Logs encrypt the group,
// and no group that is not of the estate.
func (s subject) isOpenedByItsKey(keys []*snapshot.Resource) {
	name, _ := s.Get("name").(string)
	own := s.in.Names.ARN("logs", "log-group:"+name)
	logs := service("logs." + s.in.Names.Region + ".amazonaws.com")
	for _, key := range keys {
		if !s.Refers("kmsKeyId", key) {
			continue
		}
		d, ok := subject{s.in, key}.policyOn()
		if !ok {
			continue
		}
		for _, action := range []string{"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"} {
			d.allows(logs.doing(action).on(s.in.Names.ARN("kms", "key/"+key.Name)).with(action+" by CloudWatch Logs for "+name, iameval.Context{logContext: {own}}))
		}
		d.eachStatement(func(place string, statement iameval.Statement) {
			for _, c := range statement.Conditions {
				for _, v := range c.Values {
					if c.Key == logContext && !strings.HasPrefix(v, s.in.Names.LogGroupARN("")) {
						d.fail(place+".Condition."+logContext, "log groups of the estate", v)
					}
				}
			}
		})
	}
}

func flowLogRoleIsNarrow(in *inspection) {
	for _, log := range in.required(graph.Network, flowLogType) {
		log.refersTo("iamRoleArn", "a role of the stack", in.ofStack(graph.Network, roleType)...)
		for _, role := range in.roles() {
			if !log.Refers("iamRoleArn", role.Resource) && log.Get("iamRoleArn") != role.role.ARN {
				continue
			}
			role.servesOnly("vpc-flow-logs.amazonaws.com", in.Names.ARN("ec2", "vpc-flow-log/fl-1"))
			group := in.Names.LogGroupARN("flow-logs")
			role.writesLogsOnlyTo(group, group+":log-stream:eni-1")
			role.byPoliciesAlone().writesLogsOnlyTo(group, group+":log-stream:eni-1")
			role.byBoundaryAlone().writesLogsOnlyTo(group, group+":log-stream:eni-1")
		}
	}
}

// servesOnly wants a role to be assumed by one service, on behalf of this
// account's resource and of nobody else's.
func (r roleSubject) servesOnly(serviceName, source string) {
	if r.role.Trust == nil {
		r.fail("assumeRolePolicy", "a trust policy", "none")
		return
	}
	trust, ok := r.in.readable(r.role.Trust)
	if !ok {
		return
	}
	assume := service(serviceName).doing("sts:AssumeRole").on(r.role.ARN)
	own := iameval.Context{"aws:SourceAccount": {r.in.Names.Account}, "aws:SourceArn": {source}}
	trust.allows(assume.with(serviceName+" for this account", own))
	foreign := strings.Replace(source, r.in.Names.Account, foreignAccount, 1)
	trust.refuses(assume.with(serviceName+" for another account", iameval.Context{"aws:SourceAccount": {foreignAccount}, "aws:SourceArn": {foreign}}))
	trust.refuses(assume.with(serviceName+" for another account's resource", iameval.Context{"aws:SourceAccount": {r.in.Names.Account}, "aws:SourceArn": {foreign}}))
	trust.refuses(assume.with(serviceName+" for another account", iameval.Context{"aws:SourceAccount": {foreignAccount}, "aws:SourceArn": {source}}))
	trust.eachStatement(func(place string, s iameval.Statement) {
		for _, c := range s.Conditions {
			for _, v := range c.Values {
				if c.Key == "aws:SourceArn" && !strings.Contains(v, ":"+r.in.Names.Account+":") {
					r.fail(place+".Condition.aws:SourceArn", "resources of this account", v)
				}
			}
		}
	})
	trust.refuses(assume.with(serviceName+" for an unknown account", iameval.Context{"aws:SourceArn": {source}}))
	trust.refuses(assume.with(serviceName+" for an unknown resource", iameval.Context{"aws:SourceAccount": {r.in.Names.Account}}))
	trust.refuses(r.in.administrator().doing("sts:AssumeRole").on(r.role.ARN).with("an administrator", nil))
}

// writesLogsOnlyTo wants a role to write to its log group and to no other.
func (r roleSubject) writesLogsOnlyTo(group, stream string) {
	other := r.in.Names.ARN("logs", "log-group:/other")
	for _, q := range []struct{ action, own, other string }{
		{"logs:CreateLogStream", stream, other + ":log-stream:x"},
		{"logs:PutLogEvents", stream, other + ":log-stream:x"},
		{"logs:DeleteLogGroup", "", group},
		{"logs:DeleteLogStream", "", stream},
		{"logs:PutRetentionPolicy", "", group},
	} {
		p := probe{action: q.action, context: r.in.here()}
		if q.own != "" {
			r.may(p.on(q.own).with(q.action+" on its own log group", nil))
		}
		r.mayNot(p.on(q.other).with(q.action+" on "+q.other, nil))
	}
}
