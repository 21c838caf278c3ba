package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
)

// evidenceRole adds the pipeline's reports to the audit bucket, below
// config.EvidencePrefix.
const evidenceRole = "evidence"

// ifNoneMatch is the header with which S3 refuses to replace an object.
const ifNoneMatch = "s3:if-none-match"

// evidence is the role that adds reports, by its ARN.
func (in *inspection) evidence() string {
	return in.Names.IAMARN("role/" + in.Names.Of(evidenceRole))
}

// takesEvidenceOnly wants the evidence role to add to its part of the bucket, with
// the bucket's key and over nothing, and nowhere else; and nobody but it there.
func (d document) takesEvidenceOnly(bucket string) {
	n, part := d.in.Names, bucket+"/"+config.EvidencePrefix
	key, known := d.keyOfBucket("audit")
	if !known {
		key = n.ARN("kms", "key/audit")
	}
	add := d.in.administrator().doing("s3:PutObject").on(part+"report").with("", throughTLS).
		with("the evidence role adding a report", iameval.Context{ifNoneMatch: {"*"}, header: {"aws:kms"}, headerKey: {key}})
	add.principal = iameval.RoleSession(d.in.evidence(), "session")
	if known {
		d.allows(add)
	}
	d.denies(add.with("the evidence role replacing a report", iameval.Context{ifNoneMatch: nil}))
	d.denies(add.with("the evidence role with another key", iameval.Context{headerKey: {n.ARN("kms", "key/other")}}))
	d.denies(add.with("the evidence role naming no key", iameval.Context{header: nil, headerKey: nil}))
	for _, other := range d.others(headerKey, key) {
		d.denies(add.with("the evidence role with "+other, iameval.Context{headerKey: {other}}))
	}
	for _, object := range append(resourcesLeftOut([]string{part + "*"}, d.Policy),
		bucket+"/report", bucket+"/AWSLogs/"+n.Account+"/report", strings.TrimSuffix(part, "/")+"-2/report") {
		d.denies(add.on(object).with("the evidence role adding "+object, nil))
	}
	for _, who := range d.insiders() {
		who.context, who.action, who.resource = add.context, add.action, add.resource
		if who.what != d.in.evidence() {
			d.denies(who.with("evidence added by "+who.what, nil))
		}
	}
	trail := service(cloudTrail).doing(add.action).on(add.resource).with("", add.context)
	d.denies(trail.with("evidence added by CloudTrail", iameval.Context{"aws:SourceArn": {d.in.trailARN()}}))
}

// encryptsEvidenceOnly wants the key to encrypt what the evidence role adds, through
// S3, and to do nothing else for it: it never reads.
func (d document) encryptsEvidenceOnly() {
	n := d.in.Names
	encrypt := probe{principal: iameval.RoleSession(d.in.evidence(), "session"), action: "kms:GenerateDataKey", resource: d.arn()}.
		with("the evidence role encrypting a report", iameval.Context{"kms:ViaService": {n.ServiceHost("s3")}})
	d.allows(encrypt)
	d.refusesInstead(encrypt, "kms:ViaService", n.ServiceHost("secretsmanager"))
	for _, action := range []string{"kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:ReEncryptFrom"} {
		d.refuses(encrypt.doing(action).with(action+" by the evidence role", nil))
	}
}

// evidenceActions are all that the evidence role may do.
var evidenceActions = []string{"s3:PutObject", "s3:GetObjectRetention", "s3:GetBucketObjectLockConfiguration", "s3:GetEncryptionConfiguration"}

// addsEvidenceOnly asks the evidence role for what it is there for. Beyond that its
// statements allow nothing: neither another action nor another bucket.
func (r roleSubject) addsEvidenceOnly() {
	bucket := r.in.Names.BucketARN("audit")
	part := bucket + "/" + config.EvidencePrefix
	add := r.in.request("s3:PutObject", part+"report")
	r.lets(add.given("that is not there yet", iameval.Context{ifNoneMatch: {"*"}}))
	r.refuses(add.given("whether it is there or not", nil))
	r.lets(r.in.request("s3:GetObjectRetention", part+"report"))
	r.lets(r.in.request("s3:GetBucketObjectLockConfiguration", bucket))
	r.lets(r.in.request("s3:GetEncryptionConfiguration", bucket))
	for _, d := range r.role.Identity {
		document{r.subject, d}.eachStatement(func(_ string, s iameval.Statement) {
			if s.Effect == iameval.EffectAllow {
				r.keepsToEvidence(d.Property+" of "+d.Resource.Name+"["+s.Sid+"]", s)
			}
		})
	}
}

func (r roleSubject) keepsToEvidence(place string, s iameval.Statement) {
	bucket := r.in.Names.BucketARN("audit")
	reports := bucket + "/" + config.EvidencePrefix + "*"
	for _, action := range append(slices.Clone(s.Actions), s.NotActions...) {
		if len(s.NotActions) > 0 || !slices.Contains(evidenceActions, action) {
			r.fail(place, "no action but "+strings.Join(evidenceActions, ", "), show(action))
		}
	}
	for _, resource := range append(slices.Clone(s.Resources), s.NotResources...) {
		if len(s.NotResources) > 0 || resource != bucket && resource != reports {
			r.fail(place, "no resource but "+bucket+" and "+reports, show(resource))
		}
	}
}
