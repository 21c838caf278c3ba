package controls

import (
	"slices"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

const cloudTrail = "cloudtrail.amazonaws.com"

// roleIn returns the role that a property names, and reports that it is none of
// the snapshot or cannot be judged.
func (s subject) roleIn(property string) (roleSubject, bool) {
	for _, role := range s.in.policies().Roles {
		if !s.Resource.Refers(property, role.Resource) {
			continue
		}
		if slices.Contains(role.Identity, nil) {
			subject{s.in, role.Resource}.fail("", "policies that say something", "one without a document")
			return roleSubject{}, false
		}
		return s.in.judged(role)
	}
	s.refersTo(property, "a role of the estate")
	return roleSubject{}, false
}

// trailReachesLogGroup asks the delivery role what it can do, and who can be it.
func trailReachesLogGroup(in *inspection) {
	for _, t := range in.trails() {
		t.refersTo("cloudWatchLogsGroupArn", "a log group of the audit stack", in.ofStack(graph.Audit, logGroupType)...)
		role, ok := t.roleIn("cloudWatchLogsRoleArn")
		if !ok {
			continue
		}
		role.isServiceOnly(cloudTrail, in.trailARN(), in.trailARN())
		group := in.Names.LogGroupARN("trail")
		role.writesOnly(group, group+":log-stream:"+in.Names.Account+"_CloudTrail_"+in.Names.Region)
	}
}

// writesOnly wants a role to write one stream of a log group, or the streams
// whose names begin so, and to do nothing else.
func (r roleSubject) writesOnly(group, stream string) {
	in := r.in
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		r.lets(in.request(action, stream))
		r.refuses(in.request(action, group+":log-stream:other"))
		r.refuses(in.request(action, in.Names.ARN("logs", "log-group:/other:log-stream:other")))
	}
	for _, action := range []string{"logs:DeleteLogStream", "logs:GetLogEvents"} {
		r.refuses(in.request(action, stream))
	}
	for _, action := range []string{"logs:DeleteLogGroup", "logs:FilterLogEvents", "logs:PutRetentionPolicy"} {
		r.refuses(in.request(action, group))
	}
	r.refuses(in.request("s3:GetObject", in.Names.BucketARN("data")+"/object"))
}

// trailLogGroupIsKept asks the audit key too: without it nothing is delivered.
func trailLogGroupIsKept(in *inspection) {
	keys := in.ofStack(graph.Audit, keyType)
	logGroupsAreKept(graph.Audit)(in)
	for _, group := range in.required(graph.Audit, logGroupType) {
		group.refersTo("kmsKeyId", "the audit key", keys...)
		group.want("logGroupClass", "a class that filters can watch", func(v any) bool { return empty(v) || v == "STANDARD" })
	}
	for _, d := range in.auditKeyPolicies() {
		d.encryptsLogGroup(in.Names.LogGroupARN("trail"))
	}
}

// encryptsLogGroup wants a key to serve CloudWatch Logs for a log group, and for
// no other.
func (d document) encryptsLogGroup(group string) {
	const key = "kms:EncryptionContext:aws:logs:arn"
	others := append(d.others(key, d.in.logGroupARNs()...), d.in.Names.ARN("logs", "log-group:/other"))
	for _, action := range []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"} {
		p := service(logService(d.in.Names.Region)).doing(action).on(d.arn()).with(action+" by CloudWatch Logs", iameval.Context{key: {group}})
		d.allows(p)
		for _, other := range others {
			d.refuses(p.with(p.what+" for "+other, iameval.Context{key: {other}}))
		}
		d.refuses(p.with(p.what+" for no log group", iameval.Context{key: nil}))
	}
}

// logGroupARNs are the ARNs of the audit stack's log groups, by their names.
func (in *inspection) logGroupARNs() []string {
	var out []string
	for _, r := range in.ofStack(graph.Audit, logGroupType) {
		if name, ok := r.Get("name").(string); ok {
			out = append(out, in.Names.ARN("logs", "log-group:"+name))
		}
	}
	return out
}

// logService is CloudWatch Logs, which goes by its region.
func logService(region string) string { return "logs." + region + ".amazonaws.com" }
