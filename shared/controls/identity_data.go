package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// closedToWorkloads are what no workload does to the data bucket, and to objects'
// locks and versions.
var closedToWorkloads = struct{ bucket, object []string }{
	[]string{
		"s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketLogging",
		"s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
		"s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
		"s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
	},
	[]string{
		"s3:BypassGovernanceRetention", "s3:DeleteObjectVersion", "s3:PutObjectAcl", "s3:PutObjectLegalHold",
		"s3:PutObjectRetention",
	},
}

// workloadsKeepToTheirPrefixes asks each workload's role what it reaches, and the
// people's role that starts the jobs.
func workloadsKeepToTheirPrefixes(in *inspection) {
	if in.Has(graph.Data) && in.attachmentsKnown(graph.Data) {
		workloads := in.Environment.Workloads
		for _, w := range append(workloads[:len(workloads):len(workloads)], config.Workload{Name: "ml-service", Writes: []string{config.SharedPrefix}}) {
			in.workloadKeeps(w)
		}
	}
	in.peopleReadNoData()
}

func (in *inspection) workloadKeeps(w config.Workload) {
	in.checked[graph.Data]++
	if in.Has(graph.Security) && in.policies().Role(w.Name) == nil {
		in.missing(graph.Security, "the role "+in.Names.Of(w.Name))
		return
	}
	role := in.role(w.Name)
	if role == nil {
		if len(w.Reads)+len(w.Writes) > 0 {
			in.missing(graph.Data, "a grant for the role "+in.Names.Of(w.Name))
		}
		return
	}
	r, ok := in.judged(role)
	if !ok {
		return
	}
	bucket := in.Names.BucketARN("data")
	reads, writes := append(w.Reads[:len(w.Reads):len(w.Reads)], w.Writes...), w.Writes
	for _, prefix := range reads {
		r.lets(in.request("s3:GetObject", bucket+"/"+prefix+"object"))
		r.lets(in.request("s3:ListBucket", bucket).given("below "+prefix, iameval.Context{"s3:prefix": {prefix}}))
	}
	for _, prefix := range writes {
		r.lets(in.request("s3:PutObject", bucket+"/"+prefix+"object"))
	}
	own := allowedInS3(role)
	for _, prefix := range in.prefixes() {
		r.reaches(own, bucket, prefix, covered(prefix, reads), covered(prefix, writes))
	}
	r.reaches(own, in.Names.BucketARN("other"), "", false, false)
	r.refuses(in.request("s3:ListBucket", bucket))
	for _, action := range closedToWorkloads.bucket {
		r.refuses(in.request(action, bucket))
	}
	for _, action := range closedToWorkloads.object {
		for _, prefix := range append(writes[:len(writes):len(writes)], "elsewhere/") {
			r.refuses(in.request(action, bucket+"/"+prefix+"object"))
		}
	}
}

// prefixes are all places of the data bucket that somebody has, one that nobody
// has, and neighbours with names that begin alike.
func (in *inspection) prefixes() []string {
	out := []string{"", "elsewhere/", config.SharedPrefix}
	for _, w := range in.Environment.Workloads {
		for _, prefix := range append(w.Reads[:len(w.Reads):len(w.Reads)], w.Writes...) {
			out = append(out, prefix, strings.TrimSuffix(prefix, "/")+"-2/")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// covered reports whether a prefix lies in one of the others.
func covered(prefix string, by []string) bool {
	for _, p := range by {
		if strings.HasPrefix(prefix, p) {
			return true
		}
	}
	return false
}

// reaches wants a role to reach a prefix as far as it is its own. The evaluator is
// spared the hundreds of prefixes that nothing of what the role is allowed in S3
// comes near.
func (r roleSubject) reaches(own []iameval.Statement, bucket, prefix string, reads, writes bool) {
	object := bucket + "/" + prefix + "object"
	opened := slices.ContainsFunc(own, func(s iameval.Statement) bool {
		return len(s.NotResources) > 0 || slices.ContainsFunc(s.Resources, func(pattern string) bool { return mayMatch(pattern, object) })
	})
	if !reads && opened {
		r.refuses(r.in.request("s3:GetObject", object))
		r.refuses(r.in.request("s3:GetObjectVersion", object))
	}
	if !reads && slices.ContainsFunc(own, func(s iameval.Statement) bool { return mayList(s) && !narrowsTo(s, "s3:prefix", prefix) }) {
		r.refuses(r.in.request("s3:ListBucket", bucket).given("below "+prefix, iameval.Context{"s3:prefix": {prefix}}))
	}
	if !writes && opened {
		r.refuses(r.in.request("s3:DeleteObject", object))
		r.refuses(r.in.request("s3:PutObject", object))
	}
}

// mayList reports whether a statement may be about listing a bucket.
func mayList(s iameval.Statement) bool {
	return len(s.NotActions) > 0 || slices.ContainsFunc(s.Actions, func(action string) bool {
		return strings.ContainsAny(action, "*?") || strings.EqualFold(action, "s3:ListBucket")
	})
}

// narrowsTo reports whether a statement has a condition on a key whose values all
// begin otherwise than the value does.
func narrowsTo(s iameval.Statement, key, value string) bool {
	return slices.ContainsFunc(s.Conditions, func(c iameval.Condition) bool {
		return c.Key == key && !slices.ContainsFunc(c.Values, func(pattern string) bool { return mayMatch(pattern, value) })
	})
}

// allowedInS3 are the statements of a role's own policies that allow something in
// S3.
func allowedInS3(role *access.Role) []iameval.Statement {
	var out []iameval.Statement
	for _, d := range role.Identity {
		for _, s := range d.Statements() {
			inS3 := len(s.NotActions) > 0 || slices.ContainsFunc(s.Actions, func(a string) bool {
				return strings.HasPrefix(a, "*") || strings.HasPrefix(strings.ToLower(a), "s3")
			})
			if s.Effect == iameval.EffectAllow && inS3 {
				out = append(out, s)
			}
		}
	}
	return out
}

// mayMatch reports whether a pattern may match a text: by what it begins with, or
// altogether where it has no wildcard.
func mayMatch(pattern, text string) bool {
	if i := strings.IndexAny(pattern, "*?$"); i >= 0 {
		return strings.HasPrefix(text, pattern[:i])
	}
	return text == pattern
}

// peopleReadNoData wants the role that starts jobs to have no data of its own,
// and neither role to be the other's: people do not assume the workloads' roles,
// and services not that of people.
func (in *inspection) peopleReadNoData() {
	if !in.Has(graph.Security) {
		return
	}
	in.checked[graph.Security]++
	people := in.policies().Role("data-scientist")
	if people == nil {
		in.missing(graph.Security, "the role "+in.Names.Of("data-scientist"))
		return
	}
	if r, ok := in.judged(people); ok {
		own := allowedInS3(people)
		for _, prefix := range in.prefixes() {
			r.reaches(own, in.Names.BucketARN("data"), prefix, false, false)
		}
		for _, name := range in.sageMakerRoles() {
			r.refuses(in.request("sts:AssumeRole", in.Names.IAMARN("role/"+in.Names.Of(name))))
		}
	}
	if people.Trust == nil {
		subject{in, people.Resource}.fail("assumeRolePolicy", "a trust policy", "none")
	} else if d, ok := in.readable(people.Trust); ok {
		own := iameval.Context{"aws:SourceAccount": {in.Names.Account}}
		for _, name := range []config.Service{config.Bedrock, config.EC2, config.Lambda, config.SageMaker} {
			d.refuses(service(name.Principal()).doing("sts:AssumeRole").on(d.roleARN()).with("sts:AssumeRole by "+name.Principal(), own))
		}
	}
	for _, w := range in.Environment.Workloads {
		role := in.policies().Role(w.Name)
		if role == nil || role.Trust == nil {
			continue
		}
		if d, ok := in.readable(role.Trust); ok {
			for _, person := range in.Environment.Access.DataScientists {
				d.refusesPerson(person)
			}
		}
	}
}

func (d document) refusesPerson(arn string) {
	p := d.in.administrator()
	p.principal, p.action, p.resource = principal(arn), "sts:AssumeRole", d.roleARN()
	d.refuses(p.with("sts:AssumeRole by "+arn, d.in.here()))
}
