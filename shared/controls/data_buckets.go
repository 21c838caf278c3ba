package controls

import (
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// The types of buckets and what belongs to them.
const (
	bucketType       = "aws:s3/bucketV2:BucketV2"
	publicAccessType = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	ownershipType    = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	versioningType   = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	encryptionType   = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	lifecycleType    = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	loggingType      = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	objectLockType   = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"
	notificationType = "aws:s3/bucketNotification:BucketNotification"
	replicationType  = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
	accessPointType  = "aws:s3/accessPoint:AccessPoint"
)

// buckets returns every bucket; the data stack must have one.
func (in *inspection) buckets() []subject {
	in.required(graph.Data, bucketType)
	return in.each(bucketType)
}

// dataBuckets returns the bucket of the workloads' data.
func (in *inspection) dataBuckets() []subject {
	var out []subject
	for _, b := range in.required(graph.Data, bucketType) {
		if b.Name == "data" {
			out = append(out, b)
		}
	}
	if in.Has(graph.Data) && len(out) == 0 {
		in.missing(graph.Data, bucketType+" data")
	}
	return out
}

// takesAccessLogs reports whether a bucket, or what belongs to it, receives the
// access logs of others.
func (s subject) takesAccessLogs() bool { return strings.HasSuffix(s.Name, "-logs") }

func bucketsBlockPublicAccess(in *inspection) {
	for _, b := range in.buckets() {
		b.blocksPublicAccess()
	}
}

func (s subject) blocksPublicAccess() {
	if block, ok := s.alongside(publicAccessType, "bucket"); ok {
		block.blocksAll("")
	}
}

func (s subject) blocksAll(place string) {
	for _, way := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
		s.is(place+way, true)
	}
}

func bucketsHaveNoACLs(in *inspection) {
	for _, b := range in.buckets() {
		b.hasNoACL()
	}
	for _, acl := range in.each("aws:s3/bucketAclV2:BucketAclV2", "aws:s3/bucketObject:BucketObject") {
		acl.isEmpty("acl")
		acl.isEmpty("accessControlPolicy")
	}
}

func (s subject) hasNoACL() {
	if ownership, ok := s.alongside(ownershipType, "bucket"); ok {
		ownership.is("rule.objectOwnership", "BucketOwnerEnforced")
	}
	s.want("acl", "none", func(v any) bool { return empty(v) || v == "private" })
}

func bucketsEncrypt(in *inspection) {
	for _, b := range in.buckets() {
		b.encryptsWithKey()
	}
}

const encryptionRule = "rules[0].applyServerSideEncryptionByDefault."

func (s subject) encryptsWithKey() {
	e, ok := s.alongside(encryptionType, "bucket")
	if !ok {
		return
	}
	e.is(encryptionRule+"sseAlgorithm", "aws:kms")
	if s.takesAccessLogs() {
		return // the finding above says it all
	}
	e.refersTo(encryptionRule+"kmsMasterKeyId", "the ARN of a key of the estate", resourcesOf(s.in.each(keyType, replicaKeyType))...)
	e.want(encryptionRule+"kmsMasterKeyId", "a full ARN, which other accounts cannot take for a key of their own", func(v any) bool {
		text, _ := v.(string)
		return strings.HasPrefix(text, "arn:") && strings.Contains(text, ":key/")
	})
	e.is("rules[0].bucketKeyEnabled", true)
}

func bucketsKeepVersions(in *inspection) {
	for _, b := range in.buckets() {
		b.keepsVersions()
	}
}

func (s subject) keepsVersions() {
	if v, ok := s.alongside(versioningType, "bucket"); ok {
		v.is("versioningConfiguration.status", "Enabled")
	}
}

func versionsNeedMFA(in *inspection) {
	for _, b := range in.dataBuckets() {
		if v, ok := b.alongside(versioningType, "bucket"); ok {
			v.is("versioningConfiguration.mfaDelete", "Enabled")
		}
	}
}

// uploadDays is how long the parts of a broken upload may stay.
const uploadDays = 7

func bucketsCleanUp(in *inspection) {
	for _, b := range in.buckets() {
		b.cleansUp()
	}
}

func (s subject) cleansUp() {
	l, ok := s.alongside(lifecycleType, "bucket")
	if !ok {
		return
	}
	const rule = "rules[0]."
	l.is(rule+"status", "Enabled")
	l.isEmpty(rule + "filter.prefix")
	l.isEmpty(rule + "filter.tag")
	l.isAtMost(rule+"abortIncompleteMultipartUpload.daysAfterInitiation", uploadDays)
	l.isAtLeast(rule+"noncurrentVersionExpiration.noncurrentDays", 1)
}

func bucketsLogAccess(in *inspection) {
	for _, b := range in.buckets() {
		if !b.takesAccessLogs() {
			b.logsAccess()
		}
	}
}

func (s subject) logsAccess() {
	l, ok := s.alongside(loggingType, "bucket")
	if !ok {
		return
	}
	if s.in.Has(graph.Data) || l.Get("targetBucket") != s.in.Names.Bucket("access-logs") {
		var targets []*snapshot.Resource
		for _, b := range s.in.each(bucketType) {
			if b.takesAccessLogs() {
				targets = append(targets, b.Resource)
			}
		}
		l.refersTo("targetBucket", "the access-log bucket", targets...)
	}
	l.isSet("targetPrefix", "a prefix of its own")
}

func bucketsNotify(in *inspection) {
	for _, b := range in.buckets() {
		if n, ok := b.alongside(notificationType, "bucket"); ok {
			n.is("eventbridge", true)
		}
	}
}

func dataIsLocked(in *inspection) {
	locked := append(in.dataBuckets(), in.OfTypeNamed(bucketType, "replica")...)
	for _, b := range locked {
		b.isLocked(1, "GOVERNANCE", "COMPLIANCE")
	}
	in.bucketPolicies(in.dataBuckets(), func(d document, bucket string) {
		if p, ok := d.insider(bucket); ok {
			for _, action := range []string{"s3:BypassGovernanceRetention", "s3:PutObjectLegalHold", "s3:PutObjectRetention"} {
				d.denies(p.doing(action).with(action+" by an administrator", nil))
			}
		}
	})
}

// isLocked wants new objects to be locked for so many days.
func (s subject) isLocked(days float64, modes ...any) {
	s.is("objectLockEnabled", true)
	if l, ok := s.alongside(objectLockType, "bucket"); ok {
		l.isOneOf("rule.defaultRetention.mode", modes...)
		l.isAtLeast("rule.defaultRetention.days", days)
	}
}

func dataIsReplicated(in *inspection) {
	for _, b := range in.dataBuckets() {
		r, ok := b.alongside(replicationType, "bucket")
		if !ok {
			continue
		}
		const rule = "rules[0]."
		r.is(rule+"status", "Enabled")
		r.is(rule+"deleteMarkerReplication.status", "Enabled")
		r.is(rule+"sourceSelectionCriteria.sseKmsEncryptedObjects.status", "Enabled")
		r.refersTo(rule+"destination.bucket", "the replica bucket", resourcesOf(in.OfTypeNamed(bucketType, "replica"))...)
		r.refersTo(rule+"destination.encryptionConfiguration.replicaKmsKeyId", "the replica's key", resourcesOf(in.OfTypeNamed(keyType, "replica"))...)
		r.refersTo("role", "a role of the stack", resourcesOf(in.each(roleType))...)
	}
	in.dataKeyOpensForS3("replication", "kms:Decrypt")
	in.bucketPolicies(in.OfTypeNamed(bucketType, "replica"), func(d document, bucket string) {
		for _, action := range dataObjectActions {
			d.denies(in.administrator().doing(action).on(bucket+"/object").with(action+" on the replica by an administrator", throughTLS))
		}
		copies := in.named("replication").doing("s3:PutObject").on(bucket + "/object")
		d.denies(copies.with("a copy with S3's own key", throughTLS).with("a copy with S3's own key", iameval.Context{header: {"AES256"}}))
		if key, known := d.keyOfBucket("replica"); known {
			d.denies(copies.with("", throughTLS).with("a copy with double encryption", iameval.Context{header: {"aws:kms:dsse"}, headerKey: {key}}))
		}
		d.denies(copies.with("", throughTLS).with("a copy with another key", iameval.Context{header: {"aws:kms"}, headerKey: {in.Names.ARN("kms", "key/other")}}))
	})
	for _, key := range in.OfTypeNamed(keyType, "replica") {
		if d, ok := key.policyOn(); ok {
			host := "s3." + in.Environment.Features.ReplicaRegion + ".amazonaws.com"
			copies := in.named("replication").doing("kms:GenerateDataKey").on(in.Names.ARN("kms", "key/replica"))
			d.allows(copies.with("kms:GenerateDataKey by replication through S3", iameval.Context{"kms:ViaService": {host}}))
		}
	}
}

func accessPointsArePrivate(in *inspection) {
	for _, p := range in.each(accessPointType) {
		p.isSet("vpcConfiguration.vpcId", "the VPC that may use it")
		if p.Get("publicAccessBlockConfiguration") != nil {
			p.blocksAll("publicAccessBlockConfiguration.")
		}
	}
}

func knowledgeBasesAreEncrypted(in *inspection) {
	for _, s := range in.each("aws:bedrock/agentDataSource:AgentDataSource") {
		s.isSet("serverSideEncryptionConfiguration.kmsKeyArn", "the data key")
	}
}

func bucketsAreHardToDelete(in *inspection) {
	for _, b := range in.buckets() {
		if in.Environment.Lifecycle != config.Ephemeral {
			b.isOff("forceDestroy")
		}
		b.isGuarded()
		if d, ok := b.policyOn(); ok {
			d.keepsBucket()
		}
	}
}
