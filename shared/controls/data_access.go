package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// bucketPolicies returns the policies of the buckets that can be judged, with
// the bucket's ARN.
func (in *inspection) bucketPolicies(buckets []subject, f func(d document, bucket string)) {
	for _, b := range buckets {
		d, ok := b.policyOn()
		if !ok {
			continue
		}
		arn, err := in.policies().ARN(b.Resource)
		if err != nil {
			b.cannotTell("arn", "the bucket's ARN")
			continue
		}
		f(d, arn)
	}
}

// Actions on a bucket and on its objects that stand for all others in a probe.
var (
	bucketActions = []string{"s3:GetBucketPolicy", "s3:ListBucket", "s3:PutBucketPolicy"}
	objectActions = []string{"s3:DeleteObject", "s3:GetObject", "s3:PutObject"}
)

// eachAction calls f with a probe for every action on the bucket and its objects.
func eachAction(p probe, bucket string, f func(probe)) {
	for _, action := range bucketActions {
		f(p.doing(action).on(bucket))
	}
	for _, action := range objectActions {
		f(p.doing(action).on(bucket + "/object"))
	}
}

// throughTLS is how a request should come.
var throughTLS = iameval.Context{"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:ViaAWSService": {"false"}}

func bucketsDenyPlainHTTP(in *inspection) {
	in.deniesEverywhere(func(p probe) probe {
		return p.with(p.action+" over plain HTTP", iameval.Context{"aws:SecureTransport": {"false"}, "s3:TlsVersion": nil})
	})
}

func bucketsDenyOldTLS(in *inspection) {
	in.deniesEverywhere(func(p probe) probe {
		return p.with(p.action+" over TLS 1.1", iameval.Context{"s3:TlsVersion": {"1.1"}})
	})
}

// deniesEverywhere wants every bucket to deny a kind of request to everyone, an
// administrator and AWS's own services included.
func (in *inspection) deniesEverywhere(change func(probe) probe) {
	in.bucketPolicies(in.buckets(), func(d document, bucket string) {
		for _, caller := range in.everyKindOfCaller() {
			eachAction(caller.with("", throughTLS), bucket, func(p probe) {
				p = change(p)
				p.what += " by " + p.principal.String()
				d.denies(p)
			})
		}
	})
}

// everyKindOfCaller are those that some denial of some bucket lets pass: services
// that deliver, break-glass, replication. What is denied to all is denied to them.
func (in *inspection) everyKindOfCaller() []probe {
	callers := []probe{in.administrator()}
	for _, name := range []string{"logging.s3.amazonaws.com", "cloudtrail.amazonaws.com", "config.amazonaws.com"} {
		callers = append(callers, service(name))
	}
	for _, role := range []string{"break-glass", "replication"} {
		callers = append(callers, in.named(role))
	}
	return callers
}

// named is a role of the estate that may do everything.
func (in *inspection) named(role string) probe {
	p := in.administrator()
	p.principal = iameval.RoleSession(in.Names.IAMARN("role/"+in.Names.Of(role)), "session")
	return p
}

func bucketsDenyOtherAccounts(in *inspection) {
	in.bucketPolicies(in.buckets(), func(d document, bucket string) {
		d.isClosed()
		d.exceptsOwnOnly()
		p := in.stranger().with("", throughTLS)
		for _, action := range []string{"s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutEncryptionConfiguration"} {
			d.denies(p.doing(action).on(bucket).with(action+" by another account", nil))
		}
		d.denies(p.doing("s3:PutObjectAcl").on(bucket+"/object").with("s3:PutObjectAcl by another account", nil))
		eachAction(p, bucket, func(p probe) { d.denies(p.with(p.action+" by another account", nil)) })
	})
}

// exceptsOwnOnly wants the exceptions of a denial to be one value, or to name
// roles of the estate and those that deploy it.
func (d document) exceptsOwnOnly() {
	own := "arn:" + d.in.Names.Partition() + ":iam::" + d.in.Names.Account + ":role/" + d.in.Names.Prefix + "-"
	d.eachStatement(func(place string, s iameval.Statement) {
		for _, c := range s.Conditions {
			if s.Effect != iameval.EffectDeny || !strings.Contains(c.Operator, "Not") {
				continue
			}
			if c.Key != "aws:PrincipalArn" && len(c.Values) != 1 {
				d.fail(place+".Condition."+c.Key, "one value that is let pass", show(c.Values))
			}
			for _, v := range c.Values {
				if c.Key == "aws:PrincipalArn" && !strings.HasPrefix(v, own) && !slices.Contains(d.in.Environment.Access.Deployers, v) {
					d.fail(place+".Condition."+c.Key, "roles of the estate, or access.deployers", v)
				}
			}
		}
	})
}

// The headers of a write.
const (
	header       = "s3:x-amz-server-side-encryption"
	headerKey    = header + "-aws-kms-key-id"
	headerCaller = header + "-customer-algorithm"
)

func bucketsDenyCallersKeys(in *inspection) {
	in.bucketPolicies(in.buckets(), func(d document, bucket string) {
		for _, caller := range in.everyKindOfCaller() {
			p := caller.doing("s3:PutObject").on(bucket+"/object").with("", throughTLS)
			d.denies(p.with("a write with a key of the caller by "+p.principal.String(), iameval.Context{headerCaller: {"AES256"}}))
		}
	})
}

func dataBucketDeniesOtherEncryption(in *inspection) {
	in.bucketPolicies(in.dataBuckets(), func(d document, bucket string) {
		p, ok := d.insider(bucket)
		if !ok {
			return
		}
		d.denies(p.with("a write with S3's own key", iameval.Context{header: {"AES256"}}))
		if key, known := d.keyOfBucket("data"); known {
			d.denies(p.with("a write with double encryption", iameval.Context{header: {"aws:kms:dsse"}, headerKey: {key}}))
		}
		d.allows(p.with("a write with the bucket's default encryption", nil))
	})
}

func dataBucketDeniesOtherKeys(in *inspection) {
	in.bucketPolicies(in.dataBuckets(), func(d document, bucket string) {
		p, ok := d.insider(bucket)
		if !ok {
			return
		}
		other := in.Names.ARN("kms", "key/other")
		d.denies(p.with("a write with another key", iameval.Context{header: {"aws:kms"}, headerKey: {other}}))
		d.denies(p.with("a write with KMS and no key named", iameval.Context{header: {"aws:kms"}}))
		if key, known := d.keyOfBucket("data"); known {
			d.allows(p.with("a write that names the data key", iameval.Context{header: {"aws:kms"}, headerKey: {key}}))
		}
	})
}

// keyOfBucket is the key that a bucket encrypts with by default.
func (d document) keyOfBucket(name string) (string, bool) {
	for _, e := range d.in.OfType(encryptionType) {
		if key, ok := e.Get(encryptionRule + "kmsMasterKeyId").(string); ok && e.Name == name && strings.HasPrefix(key, "arn:") {
			return key, true
		}
	}
	return "", false
}

// insider is an administrator who writes an object in the way that is meant:
// through the S3 endpoint.
func (d document) insider(bucket string) (probe, bool) {
	endpoint, ok := d.endpoint()
	// An object that was scanned and found clean, as DAT-23 asks for.
	inside := iameval.Context{"aws:SourceVpce": {endpoint}, "s3:ExistingObjectTag/" + scanTag: {"NO_THREATS_FOUND"}}
	p := d.in.administrator().doing("s3:PutObject").on(bucket+"/object").with("", throughTLS)
	return p.with("", inside), ok
}

// endpoint is the S3 endpoint that the bucket policy answers to: the network
// stack's own where that is in the snapshot, the one that the policy names where
// it is not.
func (d document) endpoint() (string, bool) {
	if id, ok := d.in.Outputs[graph.Network]["s3EndpointId"].(string); ok {
		return id, true
	}
	for _, s := range d.Statements() {
		for _, c := range s.Conditions {
			if strings.EqualFold(c.Key, "aws:SourceVpce") && len(c.Values) == 1 && strings.HasPrefix(c.Values[0], "vpce-") {
				return c.Values[0], true
			}
		}
	}
	d.fail(d.Property, "a denial of what does not come through the S3 endpoint", "none that names an endpoint")
	return "", false
}

// dataPlane are the actions on data, on a bucket and on its objects.
var (
	dataObjectActions = []string{
		"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectTagging", "s3:DeleteObjectVersion",
		"s3:DeleteObjectVersionTagging", "s3:GetObject", "s3:GetObjectAttributes", "s3:GetObjectTagging", "s3:GetObjectVersion",
		"s3:GetObjectVersionAttributes", "s3:GetObjectVersionTagging", "s3:ListMultipartUploadParts", "s3:PutObject",
		"s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags",
		"s3:RestoreObject",
	}
	dataBucketActions = []string{"s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"}
)

func dataStaysInsideEndpoint(in *inspection) {
	in.bucketPolicies(in.dataBuckets(), func(d document, bucket string) {
		inside, ok := d.insider(bucket)
		if !ok {
			return
		}
		for _, action := range slices.Concat(dataBucketActions, dataObjectActions) {
			p := inside.doing(action)
			if slices.Contains(dataBucketActions, action) {
				p = p.on(bucket)
			}
			d.denies(p.with(action+" from outside the VPC", iameval.Context{"aws:SourceVpce": nil}))
			d.denies(p.with(action+" through another endpoint", iameval.Context{"aws:SourceVpce": {"vpce-0other"}}))
		}
		for _, action := range []string{"s3:GetObject", "s3:PutObject"} {
			d.allows(inside.doing(action).with(action+" through the endpoint", nil))
		}
		emergency := inside
		emergency.principal = in.named("break-glass").principal
		d.allows(emergency.doing("s3:ListBucket").on(bucket).with("s3:ListBucket by break-glass from anywhere", iameval.Context{"aws:SourceVpce": nil}))
	})
}

// keepsBucket wants only break-glass to delete the bucket.
func (d document) keepsBucket() {
	bucket := "arn:" + d.in.Names.Partition() + ":s3:::" + d.in.Names.Bucket(d.subject.Name)
	if arn := d.statementARN(); arn != "" {
		bucket = arn
	}
	p := d.in.administrator().doing("s3:DeleteBucket").on(bucket).with("", throughTLS)
	d.denies(p.with("the deletion of the bucket by an administrator", nil))
	p.principal = d.in.named("break-glass").principal
	d.allows(p.with("the deletion of the bucket by break-glass", nil))
	d.eachStatement(func(place string, s iameval.Statement) {
		if s.Effect == iameval.EffectDeny && slices.Contains(s.Actions, "s3:DeleteBucket") &&
			!hasCondition(s, "ArnNotEquals", "aws:PrincipalArn", d.in.Names.IAMARN("role/"+d.in.Names.Of("break-glass"))) {
			d.fail(place+".Condition.aws:PrincipalArn", "break-glass alone", show(s.Conditions))
		}
	})
}

// statementARN is the ARN of the bucket as its policy names it, for buckets in
// another region.
func (d document) statementARN() string {
	for _, s := range d.Statements() {
		for _, r := range s.Resources {
			if strings.HasPrefix(r, "arn:") && !strings.ContainsAny(r, "/*") {
				return r
			}
		}
	}
	return ""
}

func accessLogsAreClosed(in *inspection) {
	var logs []subject
	for _, b := range in.required(graph.Data, bucketType) {
		if b.takesAccessLogs() {
			logs = append(logs, b)
		}
	}
	if in.Has(graph.Data) && len(logs) == 0 {
		in.missing(graph.Data, bucketType+" access-logs")
	}
	for _, b := range logs {
		b.blocksPublicAccess()
		b.hasNoACL()
		b.cleansUp()
		b.isOff("objectLockEnabled")
		if e, ok := b.alongside(encryptionType, "bucket"); ok {
			e.is(encryptionRule+"sseAlgorithm", "AES256")
		}
	}
	in.bucketPolicies(logs, func(d document, bucket string) {
		d.takesLogsOfOwnBuckets()
		delivery := service("logging.s3.amazonaws.com").doing("s3:PutObject").on(bucket+"/log").with("", throughTLS)
		account := in.Names.Account
		if d.subject.Name == "access-logs" {
			for _, source := range []string{"data", "audit"} {
				own := iameval.Context{"aws:SourceArn": {in.Names.BucketARN(source)}, "aws:SourceAccount": {account}}
				d.allows(delivery.with("the delivery of access logs of the bucket "+source, own))
				d.refuses(delivery.with("the delivery of another account's access logs",
					iameval.Context{"aws:SourceArn": {in.Names.BucketARN(source)}, "aws:SourceAccount": {foreignAccount}}))
			}
		}
		d.refuses(delivery.with("the delivery of another bucket's access logs", iameval.Context{"aws:SourceArn": {"arn:aws:s3:::other"}, "aws:SourceAccount": {account}}))
		d.denies(in.administrator().doing("s3:PutObject").on(bucket+"/log").with("a write by an administrator", throughTLS))
		d.denies(service("cloudtrail.amazonaws.com").doing("s3:PutObject").on(bucket+"/log").with("a write by another service", throughTLS))
	})
}

// takesLogsOfOwnBuckets wants a statement that lets logs be delivered, and each
// such statement to name buckets of the estate and the account.
func (d document) takesLogsOfOwnBuckets() {
	opens := false
	own := "arn:" + d.in.Names.Partition() + ":s3:::" + d.in.Names.Prefix + "-"
	d.eachStatement(func(place string, s iameval.Statement) {
		if s.Effect != iameval.EffectAllow {
			return
		}
		opens = true
		if !hasCondition(s, "StringEquals", "aws:SourceAccount", d.in.Names.Account) {
			d.fail(place+".Condition", "aws:SourceAccount equal to "+d.in.Names.Account, show(s.Conditions))
		}
		sources := 0
		for _, c := range s.Conditions {
			for _, v := range c.Values {
				if c.Key != "aws:SourceArn" {
					continue
				}
				sources++
				if !strings.HasPrefix(v, own) {
					d.fail(place+".Condition.aws:SourceArn", "buckets of the estate", v)
				}
			}
		}
		if sources == 0 {
			d.fail(place+".Condition", "aws:SourceArn of the buckets whose access is logged", show(s.Conditions))
		}
	})
	if !opens {
		d.fail(d.Property, "a statement that lets access logs be delivered", "none")
	}
}

const scanTag = "GuardDutyMalwareScanStatus"

func dataIsScanned(in *inspection) {
	for _, plan := range in.required(graph.Data, "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan") {
		plan.is("actions[0].taggings[0].status", "ENABLED")
		plan.refersTo("protectedResource.s3Bucket.bucketName", "the data bucket", resourcesOf(in.dataBuckets())...)
		plan.refersTo("role", "a role of the stack", resourcesOf(in.each(roleType))...)
	}
	in.dataKeyOpensForS3("malware-scan", "kms:Decrypt", "kms:GenerateDataKey")
	in.bucketPolicies(in.dataBuckets(), func(d document, bucket string) {
		p, ok := d.insider(bucket)
		if !ok {
			return
		}
		workloads := slices.DeleteFunc(slices.Clone(in.Environment.Workloads), func(w config.Workload) bool { return w.RunsOn == config.Bedrock })
		for _, w := range workloads {
			p := p
			p.principal = iameval.RoleSession(in.Names.IAMARN("role/"+in.Names.Of(w.Name)), "session")
			read := p.doing("s3:GetObject")
			tag := "s3:ExistingObjectTag/" + scanTag
			d.denies(read.with("a read by "+w.Name+" of what was not scanned", iameval.Context{tag: nil}))
			d.denies(read.doing("s3:GetObjectVersion").with("a read by "+w.Name+" of an old version that was not scanned", iameval.Context{tag: nil}))
			d.denies(read.with("a read by "+w.Name+" of what was found infected", iameval.Context{tag: {"THREATS_FOUND"}}))
			d.allows(read.with("a read by "+w.Name+" of what was found clean", iameval.Context{tag: {"NO_THREATS_FOUND"}}))
		}
		forged := iameval.Context{"s3:RequestObjectTag/" + scanTag: {"NO_THREATS_FOUND"}, "s3:RequestObjectTagKeys": {scanTag}}
		d.denies(p.doing("s3:PutObjectTagging").with("a forged scan result", forged))
		d.denies(p.doing("s3:PutObjectVersionTagging").with("a forged scan result of an old version", forged))
		d.denies(p.doing("s3:PutObject").with("a write with a forged scan result", forged))
	})
}
