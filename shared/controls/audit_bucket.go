package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const bucketPolicyType = "aws:s3/bucketPolicy:BucketPolicy"

// auditBuckets are the buckets that the trails deliver to.
func (in *inspection) auditBuckets() []subject {
	var out []subject
	for _, t := range in.trails() {
		if bucket, ok := t.deliversTo("s3BucketName"); ok {
			out = append(out, bucket)
		}
	}
	return out
}

// deliversTo is the bucket of the audit stack that a property names, and reports
// that it names none. The name may come from the bucket's policy, so that the
// policy is there first.
func (s subject) deliversTo(property string) (subject, bool) {
	for _, b := range s.in.ofStack(graph.Audit, bucketType) {
		byPolicy := func(p *snapshot.Resource) bool { return s.Resource.Refers(property, p) && p.Refers("bucket", b) }
		if s.Resource.Refers(property, b) || slices.ContainsFunc(s.in.OfType(bucketPolicyType), byPolicy) {
			return subject{s.in, b}, true
		}
	}
	s.refersTo(property, "a bucket of the audit stack")
	return subject{}, false
}

// encryptsWithAuditKey wants a bucket to encrypt with the key of the audit stack.
func (s subject) encryptsWithAuditKey() {
	if e, ok := s.alongside(encryptionType, "bucket"); ok {
		e.refersTo(encryptionRule+"kmsMasterKeyId", "the audit key", s.in.ofStack(graph.Audit, keyType)...)
	}
}

func auditBucketIsPrivate(in *inspection) {
	for _, b := range in.auditBuckets() {
		b.blocksPublicAccess()
		b.hasNoACL()
	}
}

func auditBucketLogsAccess(in *inspection) {
	for _, b := range in.auditBuckets() {
		b.logsAccess()
	}
}

// auditLogIsKept wants the lock that the environment's lifecycle stands for.
func auditLogIsKept(in *inspection) {
	days := float64(max(in.Environment.Retention.AuditDays, logDays))
	for _, b := range in.auditBuckets() {
		b.keepsVersions()
		switch in.Environment.Lifecycle.Safeguards().AuditLock {
		case "COMPLIANCE":
			b.isLocked(days, "COMPLIANCE")
		case "GOVERNANCE":
			b.isLocked(days, "GOVERNANCE", "COMPLIANCE")
		}
		if l, ok := b.alongside(lifecycleType, "bucket"); ok {
			l.keepsFor(days)
		}
	}
}

// keepsFor wants a lifecycle that deletes, and nothing before its time.
func (s subject) keepsFor(days float64) {
	expires := false
	s.eachItem("rules", func(rule string) {
		s.is(rule+".status", "Enabled")
		s.isEmpty(rule + ".expiration.date")
		for _, property := range []string{rule + ".expiration.days", rule + ".noncurrentVersionExpiration.noncurrentDays"} {
			// A rule that says nothing of an age has it as 0 in the provider's state.
			if n, ok := number(s.Get(property)); s.Get(property) == nil || ok && n == 0 {
				continue
			}
			expires = true
			s.isAtLeast(property, days)
		}
		s.isEmpty(rule + ".noncurrentVersionExpiration.newerNoncurrentVersions")
	})
	if !expires && snapshot.Known(s.Get("rules")) {
		s.fail("rules", "a rule that deletes what is older", show(s.Get("rules")))
	}
}

// auditBucketIsWriteOnce asks the bucket's policy who writes, and who takes back.
func auditBucketIsWriteOnce(in *inspection) {
	in.bucketPolicies(in.auditBuckets(), func(d document, bucket string) {
		d.isClosed()
		d.opensTo(cloudTrail)
		d.takesTrailOnly(bucket)
		d.takesEvidenceOnly(bucket)
		d.letsNobodyTamper(bucket)
		in.deniesInsecure(d, bucket)
	})
}

func (d document) takesTrailOnly(bucket string) {
	own, other := d.in.trailARN(), d.in.Names.ARN("cloudtrail", "trail/other")
	files := bucket + "/AWSLogs/" + d.in.Names.Account + "/CloudTrail/" + d.in.Names.Region + "/file"
	const acl = "s3:x-amz-acl"
	write := service(cloudTrail).doing("s3:PutObject").on(files).with("", throughTLS).
		with("CloudTrail writing this trail", iameval.Context{"aws:SourceArn": {own}, "aws:SourceAccount": {d.in.Names.Account}, acl: {"bucket-owner-full-control"}})
	check := write.doing("s3:GetBucketAcl").on(bucket).with("CloudTrail checking the bucket", iameval.Context{acl: nil})
	d.allows(write)
	d.allows(check)
	d.refusesInstead(write, "aws:SourceArn", other)
	d.refusesInstead(check, "aws:SourceArn", other)
	d.refusesInstead(write, acl, "public-read")
	d.refuses(write.on(bucket+"/AWSLogs/"+foreignAccount+"/file").with("CloudTrail writing another account's files", nil))
	d.refuses(write.on(bucket+"/file").with("CloudTrail writing outside AWSLogs", nil))
	d.refuses(write.doing("s3:GetObject").with("CloudTrail reading", nil))
	d.denies(write.with("CloudTrail writing with a key of its own", iameval.Context{headerCaller: {"AES256"}}))
	d.isWrittenOnlyBy(cloudTrail, write)
	for action, resource := range map[string]string{"s3:GetObject": files, "s3:ListBucket": bucket, "s3:PutBucketPolicy": bucket} {
		d.denies(d.in.stranger().doing(action).on(resource).with(action+" by another account", throughTLS))
		d.denies(probe{principal: iameval.Anonymous()}.doing(action).on(resource).with(action+" by anybody", throughTLS))
	}
}

// isWrittenOnlyBy wants a write of a service to be denied to all other services,
// those that the policy names too, and to everybody of this account.
func (d document) isWrittenOnlyBy(owner string, write probe) {
	for _, name := range append(d.others("aws:PrincipalServiceName", owner), "delivery.logs.amazonaws.com", "logging.s3.amazonaws.com") {
		p := write
		p.principal = iameval.Service(name)
		d.denies(p.with("a write by "+name, nil))
	}
	for _, who := range d.insiders() {
		d.denies(who.doing(write.action).on(write.resource).with("a write by "+who.what, throughTLS))
	}
}

// tampering are the calls that delete or rewrite the audit log, or open the way.
var tampering = []struct {
	action   string
	onObject bool
}{
	{"s3:BypassGovernanceRetention", true},
	{"s3:DeleteObject", true},
	{"s3:DeleteObjectVersion", true},
	{"s3:PutObjectLegalHold", true},
	{"s3:PutObjectRetention", true},
	{"s3:DeleteBucket", false},
	{"s3:PutBucketObjectLockConfiguration", false},
	{"s3:PutBucketVersioning", false},
}

func (d document) letsNobodyTamper(bucket string) {
	for _, t := range tampering {
		resource := bucket
		if t.onObject {
			resource = bucket + "/AWSLogs/" + d.in.Names.Account + "/file"
		}
		for _, who := range d.insiders() {
			d.denies(who.doing(t.action).on(resource).with(t.action+" by "+who.what, throughTLS))
		}
		d.allows(d.breakGlass().doing(t.action).on(resource).with(t.action+" by break-glass", throughTLS))
	}
}

// breakGlass is the emergency role, with every permission that IAM can give.
func (d document) breakGlass() probe {
	p := d.in.administrator()
	p.principal = iameval.RoleSession(d.in.Names.IAMARN("role/"+d.in.Names.Of("break-glass")), "session")
	return p
}

// insiders are those of this account who must not tamper: an administrator, the
// root user, whoever deploys, and everybody but break-glass whom the policy
// itself names.
func (d document) insiders() []probe {
	in := d.in
	root := probe{principal: iameval.Root(in.Names.Account), what: "the root user"}
	administrator := in.administrator()
	administrator.what = "an administrator"
	out := []probe{administrator, root}
	roles := append(d.others("aws:PrincipalArn", in.Names.IAMARN("role/"+in.Names.Of("break-glass"))), in.Environment.Access.Deployers...)
	for _, role := range roles {
		p := administrator
		p.principal, p.what = iameval.RoleSession(strings.ReplaceAll(role, "*", "x"), "session"), role
		out = append(out, p)
	}
	return out
}

// deniesInsecure wants a bucket to deny what does not come over TLS 1.2 or later.
func (in *inspection) deniesInsecure(d document, bucket string) {
	for name, who := range map[string]probe{"an administrator": in.administrator(), "CloudTrail": service(cloudTrail)} {
		eachAction(who, bucket, func(p probe) {
			d.denies(p.with(p.action+" over plain HTTP by "+name, iameval.Context{"aws:SecureTransport": {"false"}}))
			d.denies(p.with(p.action+" over TLS 1.1 by "+name, iameval.Context{"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.1"}}))
		})
	}
}

// lockedByDefault reports whether new objects of a bucket are locked.
func (in *inspection) lockedByDefault(bucket *snapshot.Resource) bool {
	return slices.ContainsFunc(in.OfType(objectLockType), func(l *snapshot.Resource) bool {
		return l.Refers("bucket", bucket) && !empty(l.Get("rule"))
	})
}
