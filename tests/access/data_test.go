package access

import (
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
)

// objectActions are the actions on data, with their letters in the table.
var objectActions = []struct{ letter, action string }{
	{"L", "s3:ListBucket"}, {"R", "s3:GetObject"}, {"W", "s3:PutObject"}, {"D", "s3:DeleteObject"},
}

// keyActions are the calls that S3 makes to KMS on the caller's behalf (Amazon
// S3 User Guide, "Using server-side encryption with AWS KMS keys").
var keyActions = map[string]string{"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}

// prefixes are those of the environment file, and the shared one.
func (e *estate) prefixes() []string {
	all := []string{config.SharedPrefix}
	for _, w := range e.environment.Workloads {
		all = append(append(all, w.Reads...), w.Writes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// roles are the names of all roles of the estate, the workloads' first.
func (e *estate) roles() []string {
	var workloads, others []string
	for _, w := range e.environment.Workloads {
		workloads = append(workloads, w.Name)
	}
	for _, role := range e.model.Roles {
		if name := strings.TrimPrefix(role.Name, e.names.Of("")); !slices.Contains(workloads, name) {
			others = append(others, name)
		}
	}
	slices.Sort(workloads)
	slices.Sort(others)
	return slices.Concat(workloads, others)
}

// callers are all roles of the estate, and the outsiders.
func (e *estate) callers() []access.Caller {
	var out []access.Caller
	for _, name := range e.roles() {
		out = append(out, e.session(name))
	}
	return append(out, e.model.Deployer(), e.model.Administrator(), e.model.Foreigner(), access.Anonymous())
}

// object decides a request for an object of the data bucket, and with it the call
// to the key that S3 makes for it: both must be allowed.
func (r *report) object(c access.Caller, w access.Way, action, prefix string) iameval.Decision {
	bucket := r.names.BucketARN("data")
	arn := bucket + "/" + prefix + "object"
	switch action {
	case "s3:ListBucket":
		arn, w = bucket, w.With(w.Name, iameval.Context{"s3:prefix": {prefix}})
	case "s3:GetObject":
		w = w.With(w.Name, iameval.Context{"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": {"NO_THREATS_FOUND"}})
	}
	d := r.ask(c, w, action, arn)
	if call := keyActions[action]; call != "" && d.Verdict == iameval.Allow {
		return r.ask(c, r.model.ViaService("s3"), call, r.key("data"))
	}
	return d
}

func (r *report) dataBucket() {
	prefixes := r.prefixes()
	r.section("The data bucket, through the endpoint",
		"L list, R read, W write, D delete; reading and writing include the call to the data key.",
		append([]string{""}, prefixes...)...)
	for _, c := range r.callers() {
		cells := make([]string, len(prefixes))
		for i, prefix := range prefixes {
			for _, a := range objectActions {
				if r.object(c, r.model.Inside(), a.action, prefix).Verdict == iameval.Allow {
					cells[i] += a.letter
				}
			}
		}
		r.row(append([]string{c.Name}, cells...)...)
		r.intended(c, cells)
	}
}

// intended holds the row of a workload to what its environment file says: a
// workload that cannot do its job is as wrong as one that can do more. Nobody
// else may read or write.
func (r *report) intended(c access.Caller, cells []string) {
	reads, writes, works := []string(nil), []string{config.SharedPrefix}, c.Name == "ml-service"
	for _, w := range r.environment.Workloads {
		if w.Name == c.Name {
			reads, writes, works = w.Reads, w.Writes, true
		}
	}
	for i, prefix := range r.prefixes() {
		want := ""
		switch {
		case slices.Contains(writes, prefix):
			want = "LRWD"
		case slices.Contains(reads, prefix):
			want = "LR"
		}
		if works && cells[i] != want {
			r.t.Errorf("%s may do %q on %s; its environment file says %q", c.Name, cells[i], prefix, want)
		}
		if !works && strings.ContainsAny(cells[i], "RW") && c.Name != "malware-scan" {
			r.t.Errorf("%s may do %q on %s and is no workload", c.Name, cells[i], prefix)
		}
	}
}

const header = "s3:x-amz-server-side-encryption"

// writer is a workload that writes, and where.
func (e *estate) writer() (access.Caller, string) {
	for _, w := range e.environment.Workloads {
		if len(w.Writes) > 0 {
			return e.session(w.Name), w.Writes[0]
		}
	}
	e.t.Fatal("no workload writes")
	return access.Caller{}, ""
}

// otherWays tries all of it again in every way that is not meant to work.
func (r *report) otherWays() {
	inside := r.model.Inside()
	r.section("The same, in any other way", "", "way", "allowed", "an example and what decided it")
	for _, w := range []access.Way{access.Outside, inside.Elsewhere(), inside.OverPlainHTTP(), inside.OverOldTLS()} {
		r.refused(w, objectActions)
	}
	for _, w := range []access.Way{
		inside.WithCallersKey(), inside.WithKey("encrypted with another key of KMS", r.names.ARN("kms", "key/other")), inside.WithOwnKey(), inside.WithUnnamedKey(),
	} {
		r.refused(w, objectActions[2:3])
	}
	c, prefix := r.writer()
	named := inside.WithKey("encrypted with the data key, named", r.key("data"))
	d := r.object(c, named, "s3:PutObject", prefix)
	r.row(named.Name, "yes", c.Name+" s3:PutObject "+prefix+": "+string(d.Verdict))
	if d.Verdict != iameval.Allow {
		r.t.Errorf("a write that names the data key: %s", d)
	}
}

// fromOutside are those who may come from outside the VPC, and for what: whoever
// runs Pulumi asks whether the bucket is there, and GuardDuty and S3 work from
// AWS's side.
var fromOutside = map[string]string{
	"break-glass": "L", "deploy-data": "L", "deployer": "L", "drift": "L", "malware-scan": "LR", "preview": "L", "replication": "L",
}

// refused tries a way with all callers and prefixes.
func (r *report) refused(w access.Way, actions []struct{ letter, action string }) {
	allowed := map[string]bool{}
	for _, c := range r.callers() {
		for _, prefix := range r.prefixes() {
			for _, a := range actions {
				if r.object(c, w, a.action, prefix).Verdict != iameval.Allow {
					continue
				}
				allowed[c.Name+" "+a.action] = true
				if w.Name != access.Outside.Name && w.Name != r.model.Inside().Elsewhere().Name || !strings.Contains(fromOutside[c.Name], a.letter) {
					r.t.Errorf("%s: %s may %s", w.Name, c.Name, a.action)
				}
			}
		}
	}
	c, prefix := r.writer()
	example := r.object(c, w, "s3:PutObject", prefix)
	if example.Verdict != iameval.ExplicitDeny {
		r.t.Errorf("%s: %s s3:PutObject %s: %s", w.Name, c.Name, prefix, example)
	}
	answer := "nobody"
	if len(allowed) > 0 {
		answer = strings.Join(slices.Sorted(maps.Keys(allowed)), ", ")
	}
	r.row(w.Name, answer, c.Name+" s3:PutObject "+prefix+": "+shown(example))
}

// dataKey: the key opens through S3 for who has data, and through SageMaker for
// who has volumes.
func (r *report) dataKey() {
	grant := r.model.ViaService("sagemaker").With("", iameval.Context{"kms:GrantIsForAWSResource": {"true"}})
	data := append(r.runsOn(config.SageMaker, config.EC2, config.Lambda, config.Bedrock), "malware-scan", "replication")
	volumes := append(r.runsOn(config.SageMaker), "data-scientist")
	uses := []struct {
		title  string
		way    access.Way
		action string
		want   []string // roles; nil for none
	}{
		{"direct: Decrypt", access.Plain, "kms:Decrypt", nil},
		{"S3: Decrypt", r.model.ViaService("s3"), "kms:Decrypt", data},
		{"SageMaker: Decrypt", r.model.ViaService("sagemaker"), "kms:Decrypt", r.runsOn(config.SageMaker)},
		{"SageMaker: CreateGrant", r.model.ViaService("sagemaker"), "kms:CreateGrant", nil},
		{"SageMaker: CreateGrant for AWS", grant, "kms:CreateGrant", volumes},
		{"ScheduleKeyDeletion", access.Plain, "kms:ScheduleKeyDeletion", []string{"deployer", "administrator of this account"}},
	}
	titles := []string{""}
	for _, u := range uses {
		titles = append(titles, u.title)
	}
	r.section("The data key", "", titles...)
	for _, c := range r.callers() {
		cells := []string{c.Name}
		for _, u := range uses {
			d := r.ask(c, u.way, u.action, r.key("data"))
			cells = append(cells, string(d.Verdict))
			if (d.Verdict == iameval.Allow) != slices.Contains(u.want, c.Name) {
				r.t.Errorf("%s: %s: %s; allowed for %v", c.Name, u.title, d, u.want)
			}
		}
		r.row(cells...)
	}
}
